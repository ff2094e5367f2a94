"""The end of the journey: check what was said, and send it."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from instruments.schema import Question
from survey_app.services.responses import drafts
from survey_app.services.responses.journey import Open, Why
from survey_app.services.responses.saving import RacedError, UnfinishedError, submit
from survey_app.web.answering.captions import caption
from survey_app.web.answering.forms import says_anything
from survey_app.web.answering.listing import listed
from survey_app.web.respondent.arrival import NothingTyped
from survey_app.web.respondent.blueprint import bp
from survey_app.web.respondent.seating import Sitting, respondent, sheet_now, sit_down, sitting, unsent
from survey_app.web.site import writing

TO_DO = {
    Why.MISSING: "Answer “{text}”",
    Why.WRONG: "Correct your answer to “{text}”",
    Why.SOFT_CHECK: "Change or confirm your answer to “{text}”",
}


@bp.get("/check")
@respondent
@unsent
def check() -> ResponseReturnValue:
    """Show every answer that will be sent, each with a way to change it."""
    return _page(sitting())


@bp.post("/check")
@respondent
@unsent
def send() -> ResponseReturnValue:
    """Send the answers; what is still to be settled is linked to."""
    here = sitting()
    if _left(here):
        return _page(here, refused=True), 422
    try:
        _sent(here)
    except UnfinishedError:
        return _page(here, refused=True), 422
    return redirect(url_for("respondent.receipt"))


def _sent(here: Sitting) -> None:
    """Send; where a save came between reading and sending, read again and try once more."""
    try:
        _send(here)
    except RacedError:
        _send(here)


def _send(here: Sitting) -> None:
    with writing() as session:
        sheet = sheet_now(session, here)
        submit(session, here.seat, sheet, questionnaire=here.questionnaire, save=here.save())
        drafts.drop(session, here.seat)
        # What led here ends with the questionnaire, copies of the cookie too; what is left is the receipt.
        sit_down(session, here.seat, mode=here.mode, by=here.by, sent=True, on_paper=here.on_paper)


def _left(here: Sitting) -> list[Question]:
    """The first question of each page on the route that was left unfinished."""
    unfinished = (first for first, fields in here.unfinished.pages.items() if says_anything(fields))
    pages = (here.journey.page_of(first) for first in unfinished)
    return [here.journey.worded(page.questions[0]) for page in pages if page is not None]


def _page(here: Sitting, *, refused: bool = False) -> str:
    to_settle = here.journey.open
    return render_template(
        "respondent/check.html",
        here=here,
        sections=listed(here.journey),
        missing=[each for each in to_settle if each.why is Why.MISSING],
        unsound=[
            (_named(here, each), _link(each), each) for each in to_settle if each.why is not Why.MISSING
        ],
        left=[(question, _address(question)) for question in _left(here)],
        problems=_problems(here) if refused else [],
        form=NothingTyped(),
    )


def _problems(here: Sitting) -> list[tuple[str, str]]:
    """All that has to be settled before sending, each with where."""
    left = _left(here)
    known = {question.id for question in left}
    open_ = [_problem(here, each) for each in here.journey.open if each.question.id not in known]
    return [(f"Finish what you entered at “{q.text}”", _address(q)) for q in left] + open_


def _problem(here: Sitting, each: Open) -> tuple[str, str]:
    return TO_DO[each.why].format(text=_named(here, each)), _link(each)


def _link(each: Open) -> str:
    return _address(each.question)


def _address(question: Question) -> str:
    return url_for("respondent.question", question_id=question.id, change=1)


def _named(here: Sitting, each: Open) -> str:
    """The wording of a question, with what it is about where it is asked of several."""
    about = caption(here.journey, each.question)
    return f"{each.question.text} ({about})" if about else each.question.text
