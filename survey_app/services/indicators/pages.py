"""One indicator, year by year from the baseline on: numbers, and coded evidence beside them (R41)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from instruments.errors import UnknownIndicatorError
from instruments.indicators.catalogue import Indicator, shipped_catalogue
from instruments.schema import Kind
from survey_app.clock import london_date
from survey_app.crypto import Keyring
from survey_app.errors import NotFoundError
from survey_app.services.agreements.overview import overview
from survey_app.services.forms.reviewed import AnswerFilter, CodedAnswer, reviewed_answers
from survey_app.services.indicators.published import (
    Published,
    first_year,
    published_indicators,
    published_items,
)
from survey_app.services.indicators.registered import COUNTS, register_figures
from survey_app.services.logs.entries import entries_of
from survey_app.services.logs.entry import Entry
from survey_app.services.logs.measures import FED_BY, MEASURES, Figure, figures
from survey_app.services.people.accounts import SignedIn
from survey_app.services.people.permissions import Permission

# Answers of these kinds are counted for everybody; words and documents are read by who may see forms.
COUNTED = (Kind.YES_NO, Kind.SINGLE_CHOICE, Kind.MULTI_CHOICE, Kind.RATING)


@dataclass(frozen=True, kw_only=True)
class Line:
    """An indicator as the list shows it: whether releases, register and logs say anything of it."""

    indicator: Indicator
    published: bool
    registered: bool
    logged: bool


@dataclass(frozen=True, kw_only=True)
class AnswerCount:
    """How many reviewed forms give one answer to one question, of all that answered it."""

    question: str
    said: str
    number: int
    of: int


@dataclass(frozen=True, kw_only=True)
class YearOfIndicator:
    """What is known of an indicator in one year; what a person may not see is empty.

    `register_on` is the day that the register is counted on. `entries` and `answers` are for staff; counts
    are for everybody who reads results.
    """

    year: int
    published: tuple[Published, ...]
    register_on: date
    registered: tuple[Figure, ...]
    logged: tuple[Figure, ...]
    entries: tuple[Entry, ...]
    counts: tuple[AnswerCount, ...]
    answers: tuple[CodedAnswer, ...]

    @property
    def documents(self) -> tuple[str, ...]:
        """The sources that entries and forms name, each once."""
        forms = (answer.said for answer in self.answers if answer.kind is Kind.DOCUMENT)
        return tuple(dict.fromkeys((*(entry.source for entry in self.entries), *forms)))


@dataclass(frozen=True, kw_only=True)
class IndicatorPage:
    """All that the page of an indicator shows, the newest year first."""

    indicator: Indicator
    baseline: int | None
    years: tuple[YearOfIndicator, ...]


def indicator_lines(session: Session, *, programme_id: int) -> list[Line]:
    """Every indicator of the catalogue, in its order."""
    published = published_indicators(session, programme_id=programme_id)
    return [
        Line(indicator=one, published=key in published, registered=key in COUNTS, logged=key in MEASURES)
        for key, one in shipped_catalogue().indicators.items()
    ]


def indicator_of(indicator_id: str) -> Indicator:
    """One indicator of the catalogue.

    Raises:
        NotFoundError: there is none of this number.
    """
    try:
        return shipped_catalogue().indicator(indicator_id)
    except UnknownIndicatorError:
        raise NotFoundError("indicator", indicator_id) from None


def indicator_page(
    session: Session, keys: Keyring, *, indicator: Indicator, someone: SignedIn, now: datetime
) -> IndicatorPage:
    """What is known of an indicator from the first published round on, as far as somebody may see it."""
    programme_id, today = someone.programme_id, london_date(now)
    published = published_items(session, programme_id=programme_id, indicator=indicator.id)
    log = entries_of(session, programme_id=programme_id, known_by=now)
    wanted = AnswerFilter(indicators=frozenset({indicator.id}), known_by=now)
    answers = reviewed_answers(session, keys, programme_id=programme_id, wanted=wanted)
    baseline = first_year(session, programme_id=programme_id)
    years = tuple(
        YearOfIndicator(
            year=year,
            published=tuple(one for one in published if one.year == year),
            register_on=min(date(year, 12, 31), today),
            registered=_registered(session, indicator.id, someone, min(date(year, 12, 31), today), now),
            logged=figures(indicator.id, log, year) if someone.may(Permission.SEE_REGISTER) else (),
            entries=_entries(indicator.id, log, year) if someone.may(Permission.SEE_LOGS) else (),
            counts=_counts(one for one in answers if one.day.year == year),
            answers=_answers(answers, year) if someone.may(Permission.SEE_FORMS) else (),
        )
        for year in range(today.year, (baseline or today.year) - 1, -1)
    )
    return IndicatorPage(indicator=indicator, baseline=baseline, years=years)


def _registered(
    session: Session, indicator_id: str, someone: SignedIn, day: date, now: datetime
) -> tuple[Figure, ...]:
    if indicator_id not in COUNTS or not someone.may(Permission.SEE_REGISTER):
        return ()
    return register_figures(
        indicator_id, overview(session, programme_id=someone.programme_id, day=day, known_by=now)
    )


def _entries(indicator_id: str, log: Sequence[Entry], year: int) -> tuple[Entry, ...]:
    """Entries that a measure of the year may count, and those that say that they speak to the indicator."""
    kinds = FED_BY.get(indicator_id, ())
    return tuple(
        entry
        for entry in log
        if entry.kind in kinds or indicator_id in entry.indicators
        if year in {day.year for day in (entry.began_on, entry.ended_on, entry.due_on) if day is not None}
    )


def _answers(answers: Sequence[CodedAnswer], year: int) -> tuple[CodedAnswer, ...]:
    return tuple(one for one in answers if one.day.year == year)


def _counts(answers: Iterable[CodedAnswer]) -> tuple[AnswerCount, ...]:
    """How often each coded answer was given; nothing that was written in words."""
    by_question: dict[str, Counter[str]] = {}
    for answer in answers:
        if answer.kind in COUNTED:
            by_question.setdefault(answer.question, Counter())[answer.said] += 1
    return tuple(_of_question(by_question))


def _of_question(by_question: Mapping[str, Counter[str]]) -> Iterable[AnswerCount]:
    for question, said in by_question.items():
        every = sum(said.values())
        for words, number in sorted(said.items()):
            yield AnswerCount(question=question, said=words, number=number, of=every)
