"""What the entries of a year say to an indicator: counts with what they are counted of. Pure.

These are counts of entries, not estimates: a log holds what somebody entered, and what nobody entered it does
not know. Nothing here is counted by place (R33).

Source: Craig et al. (2005), The paradox of Compacts, appendix four (Outputs 4 to 7, Outcomes 3, 7 and 8).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from survey_app.services.logs.entry import NewEntry
from survey_app.services.logs.vocabulary import (
    WEEKS_ASKED_FOR,
    ActionState,
    Changed,
    Direction,
    Feedback,
    LogKind,
    Means,
    Procedure,
    Purpose,
    QuarrelState,
    Satisfied,
    ShortReason,
    Sign,
    Verification,
    Weight,
)

YEARS_OF_A_LONG_ONE = 3


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number of a year. With `of` it is a count among so many, in words `base`; else it stands alone."""

    label: str
    number: int
    of: int | None = None
    base: str = ""
    unit: str = ""

    @property
    def share(self) -> float | None:
        """Its part of those it is counted among; None where there are none."""
        return self.number / self.of if self.of else None


Entries = Sequence[NewEntry]
Measure = Callable[[Entries, int], tuple[Figure, ...]]


def figures(indicator: str, entries: Iterable[NewEntry], year: int) -> tuple[Figure, ...]:
    """What entries say to an indicator in a calendar year; nothing where no log feeds it.

    Args:
        entries: those that stand, of any kind and year.
    """
    measure = MEASURES.get(indicator)
    return measure(tuple(entries), year) if measure else ()


def _of_kind(entries: Entries, *kinds: LogKind) -> list[NewEntry]:
    return [entry for entry in entries if entry.kind in kinds]


def _in(day: date | None, year: int) -> bool:
    return day is not None and day.year == year


def _closed(entries: Entries, year: int) -> list[NewEntry]:
    """Consultations whose last day to reply fell in the year."""
    return [one for one in _of_kind(entries, LogKind.CONSULTATION) if _in(one.ended_on, year)]


def _saying(entries: Entries, name: str) -> list[NewEntry]:
    return [entry for entry in entries if entry.said.get(name, "") != ""]


def _count(entries: Entries, name: str, *answers: str) -> int:
    return sum(entry.said.get(name) in answers for entry in entries)


CLOSED = "consultations whose last day to reply fell in the year"


def _short(entries: Entries, year: int) -> tuple[Figure, ...]:
    closed = _closed(entries, year)
    short = [one for one in closed if one.is_short]
    named = {one.upstream_id for one in short if one.upstream_id is not None}
    return (
        Figure(
            label=f"Open for less than {WEEKS_ASKED_FOR} weeks",
            number=len(short),
            of=len(closed),
            base=CLOSED,
        ),
        *(
            Figure(
                label=f"Of these: {reason.value}",
                number=_count(short, "reason", reason),
                of=len(short),
                base="short consultations",
            )
            for reason in ShortReason
        ),
        Figure(label="Bodies above that set a timetable", number=len(named)),
    )


def _feedback(entries: Entries, year: int) -> tuple[Figure, ...]:
    known = _saying(_closed(entries, year), "feedback")
    due = [one for one in known if one.said["feedback"] != Feedback.NOT_YET_DUE]
    base = f"{CLOSED}, where it is known and due"
    return (
        Figure(label="Told late", number=_count(due, "feedback", Feedback.LATE), of=len(due), base=base),
        Figure(label="Not told", number=_count(due, "feedback", Feedback.NOT_TOLD), of=len(due), base=base),
    )


def _changed(entries: Entries, year: int) -> tuple[Figure, ...]:
    known = _saying(_closed(entries, year), "changed")
    settled = [one for one in known if one.said["changed"] != Changed.TOO_SOON]
    base = f"{CLOSED}, where it is known and not too soon to say"
    changed = _count(settled, "changed", Changed.YES)
    return (Figure(label="Something changed", number=changed, of=len(settled), base=base),)


def _replies(entries: Entries, year: int) -> tuple[Figure, ...]:
    counts = [int(one.said["replies"]) for one in _saying(_closed(entries, year), "replies")]
    voluntary = _saying(_closed(entries, year), "replies_voluntary")
    if not counts:
        return ()
    return (
        Figure(label="Consultations whose replies are known", number=len(counts)),
        Figure(label="Replies to the middle one of them", number=round(median(counts))),
        Figure(
            label="Replies from voluntary organisations",
            number=sum(int(one.said["replies_voluntary"]) for one in voluntary),
            of=sum(int(one.said.get("replies", 0)) for one in voluntary),
            base="replies to consultations where both numbers are known",
        ),
    )


def _begun(entries: Entries, year: int, *kinds: LogKind) -> list[NewEntry]:
    return [one for one in _of_kind(entries, *kinds) if _in(one.began_on, year)]


def _disputes(entries: Entries, year: int) -> tuple[Figure, ...]:
    begun = _begun(entries, year, LogKind.DISPUTE)
    major = _count(begun, "weight", Weight.MAJOR)
    return (
        Figure(label="Disputes that began in the year", number=len(begun)),
        Figure(
            label="Of these: major ones", number=major, of=len(begun), base="disputes that began in the year"
        ),
    )


def _procedure(label: str, base: str, *kinds: LogKind) -> Measure:
    """By which procedure those that began in the year are dealt with."""

    def measure(entries: Entries, year: int) -> tuple[Figure, ...]:
        known = _saying(_begun(entries, year, *kinds), "procedure")
        used = _count(known, "procedure", Procedure.AGREEMENT)
        return (Figure(label=label, number=used, of=len(known), base=base),)

    return measure


def _satisfied(entries: Entries, year: int) -> tuple[Figure, ...]:
    settled = [
        one
        for one in _of_kind(entries, LogKind.COMPLAINT)
        if one.state == QuarrelState.SETTLED and _in(one.ended_on, year)
    ]
    known = _saying(settled, "satisfied")
    every = _count(known, "satisfied", Satisfied.ALL)
    base = "complaints settled in the year, where it is known"
    return (
        Figure(label="Complaints settled in the year", number=len(settled)),
        Figure(label="Settled to the satisfaction of all parties", number=every, of=len(known), base=base),
    )


def _due(entries: Entries, year: int) -> list[NewEntry]:
    return [one for one in _of_kind(entries, LogKind.ACTION) if _in(one.due_on, year)]


DUE = "actions that fell due in the year"


def _done(entries: Entries, year: int) -> tuple[Figure, ...]:
    due = _due(entries, year)
    done = [one for one in due if one.state == ActionState.DONE]
    in_time = sum(
        one.ended_on is not None and one.due_on is not None and one.ended_on <= one.due_on for one in done
    )
    dropped = sum(one.state == ActionState.DROPPED for one in due)
    return (
        Figure(label="Done", number=len(done), of=len(due), base=DUE),
        Figure(label="Done by the day agreed", number=in_time, of=len(due), base=DUE),
        Figure(label="Dropped", number=dropped, of=len(due), base=DUE),
    )


def _with(name: str, label: str) -> Measure:
    """How many of the actions that fell due in the year say something."""

    def measure(entries: Entries, year: int) -> tuple[Figure, ...]:
        due = _due(entries, year)
        return (Figure(label=label, number=len(_saying(due, name)), of=len(due), base=DUE),)

    return measure


def _funded(entries: Entries, year: int, *purposes: Purpose) -> list[NewEntry]:
    """Funding that begins in the year, for some purposes."""
    return [one for one in _begun(entries, year, LogKind.FUNDING) if one.said.get("purpose") in purposes]


def _pounds(label: str, *purposes: Purpose) -> Measure:
    """Money and help that begins in the year. Given and received are never added: they are one sum twice."""

    def measure(entries: Entries, year: int) -> tuple[Figure, ...]:
        chosen = _funded(entries, year, *purposes)
        return tuple(
            Figure(
                label=f"{label}, {direction.value}",
                number=sum(
                    int(one.said.get("pounds", 0)) for one in chosen if one.said.get("direction") == direction
                ),
                unit="pounds",
            )
            for direction in Direction
        )

    return measure


def _means(entries: Entries, year: int) -> tuple[Figure, ...]:
    chosen = _funded(entries, year, Purpose.DEVELOPING, Purpose.PRACTICE)
    base = "entries of funding for the agreement that begin in the year"
    return tuple(
        Figure(
            label=means.value.capitalize(), number=_count(chosen, "means", means), of=len(chosen), base=base
        )
        for means in Means
    )


def _long(entries: Entries, year: int) -> tuple[Figure, ...]:
    ended = [one for one in _funded(entries, year, Purpose.SERVICES) if one.ended_on is not None]
    long = sum((one.weeks or 0) >= 52 * YEARS_OF_A_LONG_ONE for one in ended)
    base = "grants and contracts that begin in the year, with a last day"
    return (Figure(label="For three years or longer", number=long, of=len(ended), base=base),)


def _examples(entries: Entries, year: int) -> tuple[Figure, ...]:
    happened = _begun(entries, year, LogKind.EXAMPLE)
    looked_into = _count(happened, "verified", Verification.DOCUMENTS, Verification.CHECKED)
    return (
        *(
            Figure(label=f"{sign.value.capitalize()} examples", number=_count(happened, "sign", sign))
            for sign in Sign
        ),
        Figure(
            label="Shown by documents or checked by a second person",
            number=looked_into,
            of=len(happened),
            base="examples that happened in the year",
        ),
    )


def _events(entries: Entries, year: int) -> tuple[Figure, ...]:
    going_on = [
        one
        for one in _of_kind(entries, LogKind.EVENT)
        if one.began_on.year <= year and (one.ended_on is None or one.ended_on.year >= year)
    ]
    begun = sum(one.began_on.year == year for one in going_on)
    return (
        Figure(label="Other changes that go on", number=len(going_on)),
        Figure(
            label="Of these: began in the year", number=begun, of=len(going_on), base="changes that go on"
        ),
    )


_QUARRELS = "disputes that began in the year, where it is known"
MEASURES: Mapping[str, Measure] = {
    "INP-1.2": _means,
    "INP-1.4": _pounds("Put into practice", Purpose.PRACTICE),
    "INP-2.5": _pounds("For work on the agreement", Purpose.DEVELOPING, Purpose.PRACTICE),
    "PRO-3.1": _with("target", "Actions with a target"),
    "PRO-3.2": _with("owner", "Actions with somebody responsible"),
    "PRO-3.6": _procedure("Dealt with by the agreement's procedure", _QUARRELS, LogKind.DISPUTE),
    "OUT-4.1": _done,
    "OUT-5.4": _long,
    "OUT-6.1": _short,
    "OUT-6.2": _feedback,
    "OUT-6.3": _changed,
    "OUT-7.1": _procedure("Dealt with by the agreement's procedure", _QUARRELS, LogKind.DISPUTE),
    "OUT-7.2": _procedure(
        "Made by the agreement's procedure",
        "complaints made in the year, where it is known",
        LogKind.COMPLAINT,
    ),
    "OUT-7.3": _satisfied,
    "OCM-3.2": _disputes,
    "OCM-3.3": _pounds("Grants and contracts for services", Purpose.SERVICES),
    "OCM-3.7": _replies,
    "OCM-7.1": _examples,
    "OCM-8.1": _pounds("For evaluating progress", Purpose.EVALUATING),
    "BAS-3.2": _events,
}
# Which kinds of entries each measure reads.
FED_BY: Mapping[str, tuple[LogKind, ...]] = {
    **dict.fromkeys(("INP-1.2", "INP-1.4", "INP-2.5", "OUT-5.4", "OCM-3.3", "OCM-8.1"), (LogKind.FUNDING,)),
    **dict.fromkeys(("PRO-3.1", "PRO-3.2", "OUT-4.1"), (LogKind.ACTION,)),
    **dict.fromkeys(("PRO-3.6", "OUT-7.1", "OCM-3.2"), (LogKind.DISPUTE,)),
    **dict.fromkeys(("OUT-6.1", "OUT-6.2", "OUT-6.3", "OCM-3.7"), (LogKind.CONSULTATION,)),
    **dict.fromkeys(("OUT-7.2", "OUT-7.3"), (LogKind.COMPLAINT,)),
    "OCM-7.1": (LogKind.EXAMPLE,),
    "BAS-3.2": (LogKind.EVENT,),
}
