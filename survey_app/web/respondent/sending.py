"""The end of the journey: check what was said, send it, keep a receipt."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from instruments.answers import Answer, shown
from instruments.routing import route
from instruments.schema import Question
from survey_app.services import responses
from survey_app.services.answering import RacedError, UnfinishedError, submit
from survey_app.services.responses import sheet_of, worded
from survey_app.web.respondent.arrival import NothingTyped
from survey_app.web.respondent.blueprint import bp
from survey_app.web.respondent.seating import Sitting, respondent, sitting, unsent
from survey_app.web.respondent.telephone import case_url
from survey_app.web.site import site, writing


@dataclass(frozen=True)
class CheckLine:
    """One question as the check shows it; no answer where `said` is empty."""

    question: Question
    said: str
    missing: bool


@dataclass(frozen=True)
class CheckSection:
    """The questions of one section that are on the route."""

    title: str
    lines: tuple[CheckLine, ...]


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
    """Send the answers; what is still missing is linked to."""
    here = sitting()
    try:
        _sent(here)
    except UnfinishedError:
        return _page(here, refused=True), 422
    return redirect(url_for("respondent.receipt"))


@bp.get("/receipt")
@respondent
def receipt() -> ResponseReturnValue:
    """Say that the answers arrived, and what happens next."""
    here = sitting()
    if here.sheet.submitted_on is None:
        return redirect(url_for("respondent.welcome"))
    reference = responses.receipt(site().keys, here.seat)
    back = case_url(here.seat.case_id) if here.by_telephone else ""
    return render_template("respondent/receipt.html", here=here, reference=reference, case_url=back)


def _sent(here: Sitting) -> None:
    """Send; where a save came between reading and sending, read again and try once more."""
    try:
        _send(here)
    except RacedError:
        _send(here)


def _send(here: Sitting) -> None:
    with writing() as session:
        sheet = sheet_of(session, site().keys, seat=here.seat)
        submit(session, here.seat, sheet, questionnaire=here.questionnaire, save=here.save())


def _page(here: Sitting, *, refused: bool = False) -> str:
    sections = _sections(here)
    missing = [line.question for section in sections for line in section.lines if line.missing]
    return render_template(
        "respondent/check.html",
        here=here,
        sections=sections,
        missing=missing,
        problems=[(f"Answer “{each.text}”", _link(each)) for each in missing] if refused else [],
        form=NothingTyped(),
    )


def _link(question: Question) -> str:
    return url_for("respondent.question", question_id=question.id, change=1)


def _sections(here: Sitting) -> list[CheckSection]:
    asked = {question.id for question in route(here.questionnaire, here.sheet.answers, here.seat.facts)}
    found = [
        CheckSection(section.title, tuple(_line(here, q) for q in section.questions if q.id in asked))
        for section in here.questionnaire.sections
    ]
    return [section for section in found if section.lines]


def _line(here: Sitting, question: Question) -> CheckLine:
    filled = worded(here.questionnaire, here.seat, here.sheet, question)
    answer = here.sheet.answers.get(question.item)
    said = "\n".join(_lines(filled, answer)) if answer else ""
    return CheckLine(filled, said, missing=answer is None and question.required)


def _lines(question: Question, answer: Answer) -> Iterator[str]:
    """An answer as a reader would say it; several choices, or rows of a grid, on a line each."""
    if isinstance(answer.value, tuple):
        yield from (question.label(value) for value in answer.value)
    elif isinstance(answer.value, Mapping):
        yield from (shown(replace(question, rows=(row,)), answer) for row in question.rows)
    else:
        yield shown(question, answer)
