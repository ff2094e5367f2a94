"""One question to a page: shown, saved, and given back with what was typed when it cannot be saved."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from instruments.answers import Answer, clean, read_answer, shown
from instruments.errors import AnswerFault
from instruments.routing import first_unanswered, next_question, previous_question
from instruments.schema import Kind, Question
from survey_app.clock import LONDON, london_date
from survey_app.services.answering import RacedError, StaleAnswerError, save_answer
from survey_app.services.responses import digest, page_question, sheet_of
from survey_app.web.respondent.arrival import leave
from survey_app.web.respondent.blueprint import bp
from survey_app.web.respondent.forms import PASS, PageForm, form_for, is_empty, looks, raw_parts, show_fault
from survey_app.web.respondent.progress import progress_of
from survey_app.web.respondent.seating import Sitting, respondent, sitting, unsent
from survey_app.web.site import reading, site, writing

Raw = Mapping[str, Sequence[str]]
# Enough to find one's words again; a page is not the place for a megabyte.
MOST_SHOWN = 5_000


@bp.get("/question/<question_id>")
@respondent
@unsent
def question(question_id: str) -> ResponseReturnValue:
    """Show one question with what is saved."""
    here = sitting()
    asked = page_question(here.questionnaire, here.seat, here.sheet, question_id=question_id)
    return _page(here, asked) if asked else _off_route(here)


@bp.post("/question/<question_id>")
@respondent
@unsent
def answer(question_id: str) -> ResponseReturnValue:
    """Save one page, then show what follows."""
    here = sitting()
    asked = page_question(here.questionnaire, here.seat, here.sheet, question_id=question_id)
    if request.form.get("response_ref") != here.page_ref:
        return _another_open(here)
    if asked is None:
        return _off_route(here)
    raw = raw_parts(asked, request.form)
    stopping = "later" in request.form
    if stopping and is_empty(raw):
        return leave()
    try:
        here = _saved(here, asked, raw)
    except AnswerFault as fault:
        return _page(here, asked, fault), 422
    except StaleAnswerError:
        return _conflict(here, asked, raw)
    return leave() if stopping else redirect(_following(here, asked))


def _saved(here: Sitting, asked: Question, raw: Raw) -> Sitting:
    """Save a page; where another save came between, read again and try once more."""
    try:
        return _save(here, asked, raw)
    except RacedError:
        return _save(here, asked, raw)


def _save(here: Sitting, asked: Question, raw: Raw) -> Sitting:
    with writing() as session:
        sheet = save_answer(
            session,
            here.seat,
            sheet_of(session, site().keys, seat=here.seat),
            question=asked,
            questionnaire=here.questionnaire,
            raw=raw,
            seen=request.form.get("seen", ""),
            save=here.save(),
        )
    return replace(here, sheet=sheet)


def _page(here: Sitting, asked: Question, fault: AnswerFault | None = None) -> str:
    saved = here.sheet.answers.get(asked.item)
    form = form_for(asked, saved, seen=digest(saved), response_ref=here.page_ref)
    if fault is not None:
        show_fault(form, asked, fault)
    return render_template(
        "respondent/question.html",
        here=here,
        question=asked,
        form=form,
        answer_fields=_answer_fields(form),
        passing=form._fields.get(PASS),
        is_grid=asked.kind is Kind.GRID,
        looks=looks(asked),
        progress=progress_of(here, asked),
        back=_back(here, asked),
        saved=saved_line(here.sheet.saved_at, site().clock.now()),
    )


def _answer_fields(form: PageForm) -> list[object]:
    return [field for field in form if field.name == "answer" or field.name.startswith("answer-")]


def _from_check() -> str | None:
    """`1` where the page was opened from the check of all answers, to lead back there."""
    return "1" if request.args.get("change") else None


def _back(here: Sitting, asked: Question) -> str:
    if _from_check():
        return url_for("respondent.check")
    before = previous_question(here.questionnaire, here.sheet.answers, here.seat.facts, asked.id)
    if before is None:
        return url_for("respondent.welcome")
    return url_for("respondent.question", question_id=before.id)


def _following(here: Sitting, asked: Question) -> str:
    """The page behind a saved one: the next on the route, or back to the check where one came from."""
    about = (here.questionnaire, here.sheet.answers, here.seat.facts)
    back = _from_check()
    following = first_unanswered(*about) if back else next_question(*about, after=asked.id)
    if following is None:
        return url_for("respondent.check")
    return url_for("respondent.question", question_id=following.id, change=back)


def _off_route(here: Sitting) -> Response:
    """Lead to where to go on, from a question that is not asked of this seat."""
    flash("Your answers so far lead past that question, so it is not asked. Go on from here.", "info")
    waiting = first_unanswered(here.questionnaire, here.sheet.answers, here.seat.facts)
    if waiting is None:
        return redirect(url_for("respondent.check"))
    return redirect(url_for("respondent.question", question_id=waiting.id))


def _conflict(here: Sitting, asked: Question, raw: Raw) -> ResponseReturnValue:
    """Show what is saved now beside what was just typed, and let the person choose."""
    with reading() as session:
        here = replace(here, sheet=sheet_of(session, site().keys, seat=here.seat))
    saved = here.sheet.answers.get(asked.item)
    page = render_template(
        "respondent/conflict.html",
        here=here,
        question=asked,
        saved=_in_words(asked, saved),
        typed=_in_words(asked, read_answer(asked, raw)),
        form=form_for(asked, saved, seen=digest(saved), response_ref=here.page_ref),
        seen=digest(saved),
        raw=[(name, text) for name, texts in raw.items() for text in texts],
        keep_saved=_following(here, asked),
    )
    return page, 409


def _in_words(asked: Question, given: Answer | None) -> str:
    return shown(asked, given) if given else "No answer"


def _another_open(here: Sitting) -> ResponseReturnValue:
    """The page was made for another case: save nothing, and show the words so that they can be copied."""
    typed = "\n".join(request.form.getlist("answer"))
    page = render_template("respondent/another.html", here=here, typed=clean(typed)[:MOST_SHOWN])
    return page, 409


def saved_line(saved_at: datetime | None, now: datetime) -> str:
    """`Saved today at 2:32pm. You can stop and come back.`, or what saves before anything is saved."""
    if saved_at is None:
        return "Your answer is saved when you continue."
    moment = saved_at.astimezone(LONDON)
    day = "today" if london_date(saved_at) == london_date(now) else f"on {moment.day} {moment:%B}"
    clock = f"{moment.hour % 12 or 12}:{moment:%M}{'am' if moment.hour < 12 else 'pm'}"
    return f"Saved {day} at {clock}. You can stop and come back."
