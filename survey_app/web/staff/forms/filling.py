"""Filling a form in page by page, checking all of it, and handing it over for review."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import HiddenField, SubmitField

from instruments.schema import Page
from survey_app.services.forms import deciding, filling, sources
from survey_app.services.forms.filling import NotFillableError
from survey_app.services.forms.listed import FormLine
from survey_app.services.people.permissions import Permission
from survey_app.services.responses.checking import Sent, UnsoundError
from survey_app.services.responses.journey import Open, Why
from survey_app.services.responses.saving import RacedError, Saved, StaleAnswerError, UnfinishedError
from survey_app.web.answering.captions import caption
from survey_app.web.answering.conflict import choice, clashes_of, sent_of
from survey_app.web.answering.forms import is_empty, is_said
from survey_app.web.answering.listing import listed
from survey_app.web.answering.page import Refused, render
from survey_app.web.site import context, person, reading, requires, site, writing
from survey_app.web.staff.forms.seated import FormSeat, author, revision_of, seat_of
from survey_app.web.staff.loading import FORM, loads
from survey_app.web.urls import NUMBER

bp = Blueprint("filling", __name__)
MAX_ATTEMPTS = 3
TO_DO = {
    Why.MISSING: "Answer “{text}”",
    Why.WRONG: "Correct the answer to “{text}”",
    Why.SOFT_CHECK: "Change or confirm the answer to “{text}”",
}


class CheckForm(FlaskForm):
    """Handing over; `revision` is that of the answers on the page."""

    revision = HiddenField()
    submit = SubmitField("Submit for review")


@bp.get(f"/forms/<{NUMBER}:form_id>/question/<question_id>")
@requires(Permission.FILL_FORMS)
@loads(FORM)
def question(paper: FormLine, question_id: str) -> ResponseReturnValue:
    """Show the page that asks one question, with what is saved."""
    here = _seat(paper)
    page = here.journey.page_of(question_id) if here.fillable else None
    if page is None:
        return _elsewhere(here)
    return render(here, page)


@bp.post(f"/forms/<{NUMBER}:form_id>/question/<question_id>")
@requires(Permission.FILL_FORMS)
@loads(FORM)
def answer(paper: FormLine, question_id: str) -> ResponseReturnValue:
    """Save one page, then show what follows."""
    here = _seat(paper)
    page = here.journey.page_of(question_id)
    if page is None or not here.fillable or request.form.get("response_ref") != here.page_ref:
        return _not_saved(here)
    stopping = "later" in request.form
    sent = [each for each in sent_of(here, page, request.form) if not (stopping and is_empty(each.raw))]
    try:
        saved = _saved(here, sent, confirm_later=stopping)
    except UnsoundError as unsound:
        return render(here, page, Refused.of(unsound)), 422
    except StaleAnswerError:
        return _overtaken(_seat(paper), page, sent)
    except NotFillableError:
        return _not_saved(here)
    return redirect(here.start_address() if stopping else _following(here, page, saved))


def _seat(paper: FormLine) -> FormSeat:
    with reading() as session:
        return seat_of(session, paper)


def _saved(here: FormSeat, sent: Sequence[Sent], *, confirm_later: bool) -> Saved:
    """Save a page; where another save came between, read again and try once more."""
    for _ in range(MAX_ATTEMPTS - 1):
        try:
            return _save(here, sent, confirm_later=confirm_later)
        except RacedError:
            here = _seat(here.paper)
    return _save(here, sent, confirm_later=confirm_later)


def _save(here: FormSeat, sent: Sequence[Sent], *, confirm_later: bool) -> Saved:
    with writing() as session:
        return filling.save_page(
            session,
            here.sheet,
            form=here.paper,
            journey=here.journey,
            sent=sent,
            author=author(),
            context=context(),
            confirm_later=confirm_later,
        )


def _following(here: FormSeat, page: Page, saved: Saved) -> str:
    """The page behind a saved one; from the check, what still waits, or the check again."""
    if request.args.get("change"):
        waiting = saved.journey.waiting
        return here.address(waiting.id, change=True) if waiting else here.check_address()
    after = saved.journey.after(page)
    return here.address(after.questions[0].id) if after else here.check_address()


def _overtaken(here: FormSeat, page: Page, sent: Sequence[Sent]) -> ResponseReturnValue:
    """Show what a colleague saved beside what was typed, question by question."""
    if clashing := clashes_of(here, sent):
        return choice(here, clashing, request.form), 409
    flash("A colleague changed this page meanwhile. This is how it stands now.", "info")
    return redirect(here.address(page.questions[0].id))


def _elsewhere(here: FormSeat) -> ResponseReturnValue:
    if not here.fillable:
        flash("This form cannot be changed now.", "info")
        return redirect(here.start_address())
    flash("The answers so far lead past that question, so it is not asked. Go on from here.", "info")
    return redirect(here.next_address())


def _not_saved(here: FormSeat) -> ResponseReturnValue:
    """Nothing was saved; what was typed is shown, so that it can be copied."""
    words = [text for name in request.form for text in request.form.getlist(name) if is_said(name)]
    page = render_template(
        "staff/forms/not_saved.html", here=here, words=[one for one in words if one.strip()]
    )
    return page, 409


@bp.route(f"/forms/<{NUMBER}:form_id>/check", methods=["GET", "POST"])
@requires(Permission.FILL_FORMS)
@loads(FORM)
def check(paper: FormLine) -> ResponseReturnValue:
    """Show every answer with a way to change it, and hand the form over for review."""
    here, form = _seat(paper), CheckForm()
    if not here.fillable:
        return _elsewhere(here)
    if not form.validate_on_submit():
        return _check_page(here, form)
    try:
        _submit(here, form)
    except UnfinishedError:
        return _check_page(here, form, refused=True), 422
    flash("Form submitted. Somebody who did not fill it in reviews it now.")
    return redirect(here.start_address())


def _submit(here: FormSeat, form: CheckForm) -> None:
    with writing() as session:
        deciding.submit(
            session,
            site().keys,
            form=here.paper,
            revision=revision_of(form.revision),
            questionnaire=here.questionnaire,
            facts=here.facts,
            author=author(),
            context=context(),
        )


def _check_page(here: FormSeat, form: CheckForm, *, refused: bool = False) -> str:
    form.revision.data = str(here.sheet.revision)
    with reading() as session:
        rests_on = sources.sources_of(session, site().keys, form=here.paper)
    to_settle = here.journey.open
    return render_template(
        "staff/forms/check.html",
        here=here,
        form=form,
        sections=listed(here.journey),
        missing=[each for each in to_settle if each.why is Why.MISSING],
        problems=[_problem(here, each) for each in to_settle] if refused else [],
        sources=[one for one in rests_on if one.stood(None)],
        someone=person(),
    )


def _problem(here: FormSeat, each: Open) -> tuple[str, str]:
    about = caption(here.journey, each.question)
    named = f"{each.question.text} ({about})" if about else each.question.text
    return TO_DO[each.why].format(text=named), here.address(each.question.id, change=True)
