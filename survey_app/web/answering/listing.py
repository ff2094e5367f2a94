"""Every answer on the route, section by section, as the check and the receipt show them."""

from collections.abc import Iterator
from dataclasses import dataclass

from instruments.answering.answers import Answer, shown
from instruments.answering.piping import fill
from instruments.kinds.table import KINDS
from instruments.schema import Question, Section, State
from survey_app.services.responses.journey import Journey, Open
from survey_app.web.answering.captions import caption_of
from survey_app.web.answering.kinds.screen import Said
from survey_app.web.answering.kinds.table import screen_of


@dataclass(frozen=True, kw_only=True)
class Line:
    """One question with its answer; `said` is empty where there is none.

    `open` is what has to be settled before sending, and `reason` confirms what a soft check asked about.
    """

    question: Question
    caption: str
    said: tuple[Said, ...]
    reason: str
    open: Open | None


@dataclass(frozen=True)
class WorkedOut:
    """A number that follows from the answers."""

    short: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Listed:
    """The questions of one section that are on the route, and the numbers worked out in it."""

    title: str
    caption: str
    lines: tuple[Line, ...]
    worked_out: tuple[WorkedOut, ...]
    is_open: bool = False


def listed(journey: Journey) -> list[Listed]:
    """Every section with a question on the route."""
    still_open = {each.question.id: each for each in journey.open}
    asked = {question.id for question in journey.asked}
    sections = (
        Listed(
            title=journey.title(section),
            caption=caption_of(journey, section),
            lines=tuple(_line(journey, q, still_open.get(q.id)) for q in section.questions if q.id in asked),
            worked_out=tuple(_worked_out(journey, section)),
            is_open=section.is_open,
        )
        for section in journey.questionnaire.sections
    )
    return [section for section in sections if section.lines]


def _line(journey: Journey, question: Question, still_open: Open | None) -> Line:
    worded = journey.worded(question)
    answer = journey.answers.get(question.item)
    said = tuple(_said(worded, answer)) if answer is not None else ()
    return Line(
        question=worded,
        caption=caption_of(journey, question),
        said=said,
        reason=answer.reason if answer else "",
        open=still_open,
    )


def _said(question: Question, answer: Answer) -> Iterator[Said]:
    if answer.state is State.ANSWERED:
        return screen_of(question).lines(question, answer.value)
    return iter([Said(shown(question, answer))])


def _worked_out(journey: Journey, section: Section) -> Iterator[WorkedOut]:
    """Numbers alone: whether a condition holds says nothing that the answers above do not say."""
    for value in section.computed:
        answer = journey.standing.known(value.id).answer
        if KINDS[value.kind].is_number and answer is not None and answer.state is State.ANSWERED:
            yield WorkedOut(fill(value.short, journey.values), shown(value.as_question, answer))
