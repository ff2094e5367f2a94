"""How far through the questionnaire a page is, in words and as shares of sections."""

from dataclasses import dataclass
from math import ceil

from instruments.schema import Page, Question, Section
from survey_app.web.answering.filling import Filling


@dataclass(frozen=True)
class Progress:
    """The line above a page; `shares` holds one number from 0 to 1 for each section."""

    words: str
    shares: tuple[float, ...]


def progress_of(here: Filling, page: Page) -> Progress:
    """Where a page stands among the questions that are, or may yet be, asked of this seat."""
    sections = _asked(here)
    everything = [each.id for _, questions in sections for each in questions]
    here_now = [everything.index(question.id) + 1 for question in page.questions]
    at, (section, inside) = next(
        (place, pair) for place, pair in enumerate(sections) if page.questions[0].id in _ids(pair[1])
    )
    done = (_ids(inside).index(page.questions[-1].id) + 1) / len(inside)
    title = _lowered(here.journey.title(section))
    left = max(1, ceil(_minutes(here) * (len(everything) - here_now[0] + 1)))
    return Progress(
        f"Section {at + 1} of {len(sections)}: {title}. {_numbers(here_now)} of {len(everything)}, "
        f"about {left} {'minute' if left == 1 else 'minutes'} left",
        tuple(1.0 if place < at else done if place == at else 0.0 for place in range(len(sections))),
    )


def _asked(here: Filling) -> list[tuple[Section, tuple[Question, ...]]]:
    asked = (
        (section, tuple(q for q in section.questions if here.journey.may_be_asked(q)))
        for section in here.questionnaire.sections
    )
    return [(section, questions) for section, questions in asked if questions]


def _ids(questions: tuple[Question, ...]) -> list[str]:
    return [question.id for question in questions]


def _numbers(places: list[int]) -> str:
    return f"Question {places[0]}" if len(places) == 1 else f"Questions {places[0]} to {places[-1]}"


def _lowered(title: str) -> str:
    """The title inside a sentence; a word in capitals keeps them."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def _minutes(here: Filling) -> float:
    """Minutes for one question, taking them to be alike."""
    return here.questionnaire.estimated_minutes / len(here.questionnaire.questions)
