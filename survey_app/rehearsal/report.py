"""What a rehearsal says: year by year for people, and the same as JSON."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from scheduler.strands import WORDS
from scheduler.timetable import NAMES, spoken
from survey_app.services.cycle import reckoning
from survey_app.services.cycle.reckoning import RoundLine, Totals
from survey_app.services.reviews import attendance


@dataclass(frozen=True, kw_only=True)
class Year:
    """One year: its rounds, what waited for a person and how often, minutes asked by sector."""

    year: int
    rounds: tuple[RoundLine, ...]
    waited: Mapping[str, int]
    minutes: Mapping[str, int]
    breaches: int
    came: Mapping[str, int] = field(default_factory=dict)

    @property
    def overlaps(self) -> list[str]:
        """Pairs of its rounds that are in the field at a time."""
        spans = [(line, line.timeline[0].day, line.timeline[-1].day) for line in self.rounds if line.timeline]
        return [
            f"{one.title} and {other.title}"
            for place, (one, first, last) in enumerate(spans)
            for other, begins, ends in spans[place + 1 :]
            if begins <= last and first <= ends
        ]


@dataclass(frozen=True)
class Rehearsed:
    """A whole rehearsal; `repeats` letters left again because `killed` workers were killed.

    `said` is what whoever asked on the site reads, as `outcome` writes it.
    """

    years: tuple[Year, ...]
    totals: Totals
    repeats: int
    killed: int = 0
    said: Mapping[str, Any] = field(default_factory=dict)


def reported(
    session: Session,
    *,
    programme_id: int,
    years: range,
    handed_over: Sequence[str],
    left: Collection[str],
    did: Mapping[tuple[int, str], int],
    killed: int,
    now: datetime,
) -> Rehearsed:
    """What came of the years, up to now."""
    lines = reckoning.rounds_between(session, programme_id=programme_id, years=years)
    came = {
        one.year: {sector.value: count for sector, count in one.by_sector.items()}
        for one in attendance.attendance_by_year(session, programme_id=programme_id)
    }
    return Rehearsed(
        tuple(
            Year(
                year=year,
                rounds=tuple(line for line in lines if line.slot == year),
                waited={what: count for (when, what), count in sorted(did.items()) if when == year},
                minutes=reckoning.burden_of(session, programme_id=programme_id, year=year),
                breaches=reckoning.breaches_of(session, programme_id=programme_id, year=year),
                came=came.get(year, {}),
            )
            for year in years
        ),
        reckoning.totals(session, programme_id=programme_id, years=years, left=left, now=now),
        len(handed_over) - len(set(handed_over)),
        killed,
    )


def as_json(rehearsed: Rehearsed) -> dict[str, Any]:
    """Plain values; `events` and `messages` are numbers, `timeline` has each event with its days."""
    totals = rehearsed.totals
    return {
        "years": [_year(year) for year in rehearsed.years],
        "totals": {
            "events_lost": len(totals.events_lost),
            "events_doubled": len(totals.events_doubled),
            "messages_lost": len(totals.messages_lost),
            "messages_doubled": len(totals.messages_doubled),
            "repeats": rehearsed.repeats,
        },
        "faults": [
            *totals.events_lost,
            *totals.events_doubled,
            *totals.messages_lost,
            *totals.messages_doubled,
        ],
    }


def _year(year: Year) -> dict[str, Any]:
    return {
        "year": year.year,
        "rounds": [_round(line) for line in year.rounds],
        "waited_for_a_person": dict(year.waited),
        "minutes_asked": dict(year.minutes),
        "breaches": year.breaches,
        "came_to_reviews": dict(year.came),
        "overlaps": year.overlaps,
    }


def _round(line: RoundLine) -> dict[str, Any]:
    return {
        "strand": line.strand.value,
        "number": line.number,
        "title": line.title,
        "stage": line.stage.value,
        "events": line.events,
        "messages": line.messages,
        "bounced": line.failed,
        "outcomes": dict(sorted(line.outcomes.items())),
        "timeline": [
            {
                "event": event.kind.value,
                "planned": event.planned.isoformat(),
                "day": event.day.isoformat(),
                "state": event.state.value,
                "why": event.why,
            }
            for event in line.timeline
        ],
    }


def in_lines(rehearsed: Rehearsed) -> Iterator[str]:
    """The same for people, year by year."""
    for year in rehearsed.years:
        yield f"\n{year.year}"
        for line in year.rounds:
            yield from _round_in_lines(line)
        if year.waited:
            waited = ", ".join(f"{what} {count}" for what, count in year.waited.items())
            yield f"  Waited for a person: {waited}"
        if year.minutes:
            asked = ", ".join(f"{sector} {minutes:,}" for sector, minutes in year.minutes.items())
            yield f"  Minutes asked: {asked}; {year.breaches:,} taken although a rule was broken"
        if year.came:
            came = ", ".join(f"{sector} {count:,}" for sector, count in year.came.items())
            yield f"  Organisations that came to its review: {came}"
        if year.overlaps:
            yield f"  In the field at a time: {'; '.join(year.overlaps)}"
    totals = as_json(rehearsed)["totals"]
    yield "\n" + ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in totals.items())
    if rehearsed.killed:
        yield f"{rehearsed.killed} workers killed"
    yield from (f"  {fault}" for fault in as_json(rehearsed)["faults"][:50])


def _round_in_lines(line: RoundLine) -> Iterator[str]:
    outcomes = ", ".join(
        f"{name.replace('_', ' ')} {count:,}" for name, count in sorted(line.outcomes.items())
    )
    yield (
        f"  {WORDS[line.strand]} {line.number}: {line.events} events, {line.messages:,} letters"
        f"{f', {line.failed:,} bounced' if line.failed else ''}{f'; {outcomes}' if outcomes else ''}"
    )
    for event in line.timeline:
        if event.planned != event.day or event.why:
            yield f"    {NAMES[event.kind]}: {spoken(event.planned)}, then {spoken(event.day)}. {event.why}"
