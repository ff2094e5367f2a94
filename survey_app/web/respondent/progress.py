"""How far through the questionnaire a page is, in words and as shares of sections."""

from dataclasses import dataclass
from math import ceil

from instruments.routing import states
from instruments.schema import Question, Section, State
from survey_app.web.respondent.seating import Sitting


@dataclass(frozen=True)
class Progress:
    """The line above a question; `shares` holds one number from 0 to 1 for each section."""

    words: str
    shares: tuple[float, ...]


def progress_of(here: Sitting, question: Question) -> Progress:
    """Where a question stands among those that are, or may yet be, asked of this seat."""
    sections = _asked(here)
    asked = [each for _, questions in sections for each in questions]
    number = next(place for place, each in enumerate(asked, start=1) if each.id == question.id)
    at = next(place for place, (_, questions) in enumerate(sections) if question.id in _ids(questions))
    section, inside = sections[at]
    done = (_ids(inside).index(question.id) + 1) / len(inside)
    left = max(1, ceil(_minutes(here) * (len(asked) - number + 1)))
    title = section.title[:1].lower() + section.title[1:]
    return Progress(
        f"Section {at + 1} of {len(sections)}: {title}. Question {number} of {len(asked)}, "
        f"about {left} {'minute' if left == 1 else 'minutes'} left",
        tuple(1.0 if place < at else done if place == at else 0.0 for place in range(len(sections))),
    )


def _asked(here: Sitting) -> list[tuple[Section, tuple[Question, ...]]]:
    standing = states(here.questionnaire, here.sheet.answers, here.seat.facts)
    found = (
        (section, tuple(q for q in section.questions if standing[q.item] is not State.ROUTED_OUT))
        for section in here.questionnaire.sections
    )
    return [(section, questions) for section, questions in found if questions]


def _ids(questions: tuple[Question, ...]) -> list[str]:
    return [question.id for question in questions]


def _minutes(here: Sitting) -> float:
    """Minutes for one question, taking them to be alike."""
    return here.questionnaire.estimated_minutes / len(here.questionnaire.questions)
