"""One page of questions: shown, saved, and given back with what was typed when it cannot be saved."""

from collections.abc import Sequence
from dataclasses import replace

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from instruments.schema import Page, Question
from survey_app.services.responses import drafts
from survey_app.services.responses.checking import Sent, UnsoundError, validated
from survey_app.services.responses.journey import Journey
from survey_app.services.responses.saving import RacedError, Saved, StaleAnswerError, save_page
from survey_app.services.responses.seats import digest, own_sheet
from survey_app.web.answering.conflict import choice, clashes_of, sent_of
from survey_app.web.answering.forms import SEEN, is_empty, prefix_of
from survey_app.web.answering.page import Refused, render
from survey_app.web.respondent.arrival import CHECK, leave
from survey_app.web.respondent.blueprint import bp
from survey_app.web.respondent.kept import typed_page, words_of
from survey_app.web.respondent.seating import (
    AnotherSeatError,
    Sitting,
    respondent,
    sheet_now,
    sitting,
    unsent,
)
from survey_app.web.site import reading, writing

# Each time another save came first; more than two people do not press a button at one moment for long.
MAX_ATTEMPTS = 5
# In an address: the page was sent and could not be saved.
AGAIN = "again"


@bp.get("/question/<question_id>")
@respondent
@unsent
def question(question_id: str) -> ResponseReturnValue:
    """Show the page that asks one question: with what is saved, or as it was left unfinished."""
    here = sitting()
    page = here.journey.page_of(question_id)
    if page is None:
        return _go_on(here, question_id)
    left = here.unfinished.pages.get(page.questions[0].id)
    return render(here, page) if left is None else _left_unfinished(here, page, left)


def _left_unfinished(here: Sitting, page: Page, left: drafts.Fields) -> ResponseReturnValue:
    """A page as it was typed, with what keeps it from being saved."""
    typed = MultiDict[str, str]({name: list(texts) for name, texts in left.items()})
    sent = sent_of(here, page, typed)
    status = 422 if AGAIN in request.args else 200
    if clashing := clashes_of(here, sent):
        return choice(here, clashing, typed), 409
    try:
        validated(here.journey, sent)
    except UnsoundError as unsound:
        return render(here, page, Refused.of(unsound), typed), status
    return render(here, page, Refused(), typed), status


@bp.post("/question/<question_id>")
@respondent
@unsent
def answer(question_id: str) -> ResponseReturnValue:
    """Save one page, then show what follows."""
    here = sitting()
    page = here.journey.page_of(question_id)
    if request.form.get("response_ref") != here.page_ref:
        raise AnotherSeatError(here.seat.organisation)
    if page is None:
        return _unasked(here) if typed_page() else _go_on(here, question_id)
    stopping = "later" in request.form
    sent = [each for each in sent_of(here, page, request.form) if not (stopping and is_empty(each.raw))]
    try:
        saved = _saved(here, page, sent, confirm_later=stopping)
    except UnsoundError as unsound:
        return _unsound(here, page, sent, unsound)
    except StaleAnswerError:
        return _overtaken(here) if here.by_telephone else _keep(here, page, sent=())
    if stopping:
        return leave(saved=saved.sheet.revision > 0, finished=page.questions[0].id)
    return redirect(_address(_following(saved.journey, page)))


def _unsound(here: Sitting, page: Page, sent: Sequence[Sent], unsound: UnsoundError) -> ResponseReturnValue:
    """Save what is sound, keep the page as it was typed, and show it again with what is wrong."""
    if here.by_telephone:
        return render(here, page, Refused.of(unsound)), 422
    refused = {*unsound.answers_at_fault, *unsound.soft_checks}
    return _keep(here, page, [each for each in sent if each.question.id not in refused])


def _keep(here: Sitting, page: Page, sent: Sequence[Sent]) -> ResponseReturnValue:
    """Keep the page as a draft, with the answers among `sent` that can be saved by themselves saved."""
    try:
        _saved(here, page, sent, confirm_later=False, finished=False)
    except (UnsoundError, StaleAnswerError):
        _saved(here, page, (), confirm_later=False, finished=False)
    if "later" in request.form:
        typed = typed_page()
        return leave(unfinished=bool(typed))
    first, back = page.questions[0].id, request.args.get("change")
    return redirect(url_for("respondent.question", question_id=first, change=back, again=1), 303)


def _saved(
    here: Sitting, page: Page, sent: Sequence[Sent], *, confirm_later: bool, finished: bool = True
) -> Saved:
    """Save a page; where another save came between, read again and try once more."""
    for _ in range(MAX_ATTEMPTS - 1):
        try:
            return _save(here, page, sent, confirm_later=confirm_later, finished=finished)
        except RacedError:
            here = _read_again(here)
    return _save(here, page, sent, confirm_later=confirm_later, finished=finished)


def _save(here: Sitting, page: Page, sent: Sequence[Sent], *, confirm_later: bool, finished: bool) -> Saved:
    with writing() as session:
        saved = save_page(
            session,
            here.seat,
            here.sheet,
            journey=here.journey,
            sent=sent,
            save=here.save(),
            confirm_later=confirm_later,
        )
        if here.by_telephone:
            _keep_place_of_call(session, here, page, saved)
        else:
            _keep_drafts(session, here, page, None if finished else _as_typed(sent, saved), saved)
    return saved


def _keep_drafts(
    session: Session, here: Sitting, page: Page, typed: drafts.Fields | None, saved: Saved
) -> None:
    """Keep or forget the page as it was typed, and keep where to go on: at this page, or behind it."""
    key, first = here.sheet.key, page.questions[0].id
    if typed is not None:
        drafts.keep_page(session, here.seat, first, typed, key=key)
    elif first in here.unfinished.pages:
        drafts.finish_page(session, here.seat, first, key=key)
    stays = typed is not None or ("later" in request.form and not _is_answered(page, saved))
    following = page.questions[0] if stays else _following(saved.journey, page)
    place = following.id if following else CHECK
    if place != here.unfinished.place:
        drafts.keep_place(session, here.seat, place, key=key)


def _keep_place_of_call(session: Session, here: Sitting, page: Page, saved: Saved) -> None:
    """Keep where the respondent goes on behind a call: answers without a place would be a call's."""
    if own_sheet(session, here.seat, here.sheet).submitted_on is None:
        following = _following(saved.journey, page)
        place = following.id if following else CHECK
        drafts.keep_place(session, here.seat, place, key=here.sheet.key)


def _is_answered(page: Page, saved: Saved) -> bool:
    return all(question.item in saved.sheet.answers for question in page.questions)


def _as_typed(sent: Sequence[Sent], saved: Saved) -> drafts.Fields:
    """The fields of the page, with the answers that were saved just now as those that it shows."""
    typed = typed_page()
    fields = dict(typed.fields) if typed else {}
    for each in sent:
        shows = digest(saved.sheet.answers.get(each.question.item))
        fields[prefix_of(each.question) + SEEN] = [shows]
    return fields


def _read_again(here: Sitting) -> Sitting:
    with reading() as session:
        return replace(here, sheet=sheet_now(session, here))


def _following(journey: Journey, page: Page) -> Question | None:
    """The question behind a saved page: the next on the route, or, from the check, what waits."""
    if request.args.get("change"):
        return journey.waiting
    after = journey.after(page)
    return after.questions[0] if after else None


def _address(following: Question | None) -> str:
    if following is None:
        return url_for("respondent.check")
    return url_for("respondent.question", question_id=following.id, change=request.args.get("change"))


def _go_on(here: Sitting, question_id: str) -> ResponseReturnValue:
    """Lead to where to go on, from a question that is not asked of this seat, or not yet."""
    known = here.questionnaire.positions.get(question_id)
    if known is not None and here.journey.may_be_asked(here.questionnaire.questions[known]):
        message = "Whether that question is asked depends on others. Answer those first. Go on from here."
    else:
        message = "Your answers so far lead past that question, so it is not asked. Go on from here."
    flash(message, "info")
    return redirect(where_to_go_on(here))


def where_to_go_on(here: Sitting) -> str:
    """The first question that waits for an answer, or the check of all of them."""
    waiting = here.journey.waiting
    if waiting is None:
        return url_for("respondent.check")
    return url_for("respondent.question", question_id=waiting.id)


def _overtaken(here: Sitting) -> ResponseReturnValue:
    """A second window of the same call: nothing is kept of a call's pages that could be chosen from."""
    flash("Another answer was saved meanwhile, so what you typed was not. Go on from here.", "info")
    return redirect(where_to_go_on(_read_again(here)))


def _unasked(here: Sitting) -> ResponseReturnValue:
    """The page cannot be saved: show the words, so that they can be copied."""
    typed = typed_page()
    words = words_of(typed) if typed else []
    page = render_template("respondent/unasked.html", here=here, words=words, onwards=where_to_go_on(here))
    return page, 409
