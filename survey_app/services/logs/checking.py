"""What is wrong with an entry before it is made: by field, in words. Pure; what it is about: `about`."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from instruments.indicators.catalogue import shipped_catalogue
from survey_app.services.logs.entry import NewEntry
from survey_app.services.logs.shapes import SHAPES, Asked, Kept
from survey_app.services.logs.vocabulary import (
    WEEKS_ASKED_FOR,
    ActionState,
    LogKind,
    QuarrelState,
    ShortReason,
)

FIRST_YEAR, LAST_YEAR = 1990, 2100
MAX_TITLE, MAX_SOURCE, MAX_PROSE = 200, 400, 2000
LIMITS = {Kept.LINE: 200, Kept.PROSE: MAX_PROSE, Kept.COUNT: 1_000_000, Kept.POUNDS: 1_000_000_000}
# The states that have an end, and those that have none.
_OVER = {
    LogKind.ACTION: (ActionState.DONE,),
    LogKind.DISPUTE: (QuarrelState.SETTLED, QuarrelState.DROPPED),
    LogKind.COMPLAINT: (QuarrelState.SETTLED, QuarrelState.DROPPED),
}


@dataclass(frozen=True)
class Fault:
    """What is wrong with one field; `field` is its name on the form, and its column in a file."""

    field: str
    words: str


def faults_of(new: NewEntry) -> list[Fault]:
    """All that keeps an entry from being made, but for what it is about; none where it can be."""
    return [*_of_words(new), *_of_days(new), *_of_state(new), *_of_said(new)]


def _of_words(new: NewEntry) -> Iterator[Fault]:
    if not 0 < len(new.title.strip()) <= MAX_TITLE:
        yield Fault("title", f"Say in at most {MAX_TITLE} characters which it is.")
    if not 0 < len(new.source.strip()) <= MAX_SOURCE:
        yield Fault(
            "source", f"Say how we know, in at most {MAX_SOURCE} characters: a document, a letter, a call."
        )
    if len(new.account.strip()) > MAX_PROSE:
        yield Fault("account", f"Write at most {MAX_PROSE:,} characters.")
    if SHAPES[new.kind].account_needed and not new.account.strip():
        yield Fault("account", "Say what happened.")


def _of_days(new: NewEntry) -> Iterator[Fault]:
    shape = SHAPES[new.kind]
    days: dict[str, date | None] = {"began_on": new.began_on, "ended_on": new.ended_on, "due_on": new.due_on}
    for name, day in days.items():
        if day is not None and not FIRST_YEAR <= day.year <= LAST_YEAR:
            yield Fault(name, f"Enter a day from {FIRST_YEAR} to {LAST_YEAR}.")
    for name, day, asked in (("ended_on", new.ended_on, shape.ended), ("due_on", new.due_on, shape.due)):
        if day is not None and asked is None:
            yield Fault(name, f"An entry of this kind ({shape.one}) has no such day. Leave it empty.")
        elif day is not None and day < new.began_on:
            yield Fault(name, "This is before the day it began. Change one of the two.")
    if shape.due is not None and new.due_on is None:
        yield Fault("due_on", "Enter the day by which it is to be done.")


def _of_state(new: NewEntry) -> Iterator[Fault]:
    states = SHAPES[new.kind].states
    if states is None:
        if new.state:
            yield Fault(
                "state", f"An entry of this kind ({SHAPES[new.kind].one}) has no state. Leave it empty."
            )
        return
    if new.state not in list(states):
        yield Fault("state", f"Say how it stands: one of {', '.join(states)}.")
        return
    over = new.state in _OVER[new.kind]
    if over and new.ended_on is None:
        yield Fault("ended_on", f"It is {new.state}: enter on which day.")
    if not over and new.ended_on is not None:
        yield Fault("ended_on", f"It is {new.state}: leave this day empty, or change how it stands.")


def _of_said(new: NewEntry) -> Iterator[Fault]:
    shape = SHAPES[new.kind]
    for asked in shape.asked:
        yield from _of_answer(asked, new.said.get(asked.name, ""))
    for name in new.said.keys() - {asked.name for asked in shape.asked}:
        yield Fault(name, f"An entry of this kind ({shape.one}) does not say this. Leave it empty.")
    if shape.upstream is None and new.upstream_id is not None:
        yield Fault("upstream", f"An entry of this kind ({shape.one}) has no such body. Leave it empty.")
    if new.kind is LogKind.CONSULTATION:
        yield from _of_consultation(new)


def _of_answer(asked: Asked, answer: str | int) -> Iterator[Fault]:
    if answer == "":
        if asked.needed:
            yield Fault(asked.name, _choose(asked) if asked.answers else "Enter an answer.")
    elif asked.answers is not None:
        if answer not in list(asked.answers):
            yield Fault(asked.name, _choose(asked))
    elif asked.kept is Kept.INDICATORS:
        yield from _of_indicators(asked, str(answer))
    elif fault := _beyond(asked.kept, answer):
        yield Fault(asked.name, fault)


def _beyond(kept: Kept, answer: str | int) -> str:
    limit = LIMITS[kept]
    if kept in (Kept.COUNT, Kept.POUNDS):
        right = isinstance(answer, int) and 0 <= answer <= limit
        return "" if right else f"Enter a whole number from 0 to {limit:,}."
    return "" if len(str(answer)) <= limit else f"Write at most {limit:,} characters."


def _choose(asked: Asked) -> str:
    return f"{asked.label} Choose one of: {', '.join(asked.answers or ())}."


def _of_indicators(asked: Asked, words: str) -> Iterator[Fault]:
    unknown = [word for word in words.split() if word not in shipped_catalogue().ids]
    if unknown:
        yield Fault(asked.name, f"No indicator has the number {', '.join(unknown)}. They read like OUT-6.1.")


def _of_consultation(new: NewEntry) -> Iterator[Fault]:
    reason, said = new.said.get("reason", ""), new.said
    if new.is_short and not reason:
        yield Fault(
            "reason",
            f"It was open for {new.weeks} full weeks, less than {WEEKS_ASKED_FOR}. Say why; "
            f"“{ShortReason.NO_REASON.value}” is an answer.",
        )
    if reason and not new.is_short:
        yield Fault(
            "reason",
            f"Leave this empty unless the last day to reply makes it less than {WEEKS_ASKED_FOR} weeks.",
        )
    if new.upstream_id is not None and reason != ShortReason.CENTRAL_TIMETABLE:
        yield Fault(
            "upstream", f"Name a body only where the reason is “{ShortReason.CENTRAL_TIMETABLE.value}”."
        )
    every, voluntary = said.get("replies"), said.get("replies_voluntary")
    if isinstance(every, int) and isinstance(voluntary, int) and voluntary > every:
        yield Fault("replies_voluntary", "This is more than all replies. Change one of the two.")
