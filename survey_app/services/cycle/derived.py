"""The rounds of a programme's cycle, there or to come: derived from its rules and its rounds."""

from dataclasses import replace
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler.cycle import Cycle, KnownRound, Occurrence, derive
from scheduler.stages import Stage
from scheduler.strands import Strand
from scheduler.timetable import RoundDates, spoken
from scheduler.working_days import england
from survey_app.clock import london_date
from survey_app.models.results import Release, ReleaseRound, ReleaseState
from survey_app.services.cycle.rules import rules_of
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import RoundView

YEARS = 10
# What hangs on a round opens within a few years, and whatever hangs on that a little later.
YEARS_FOLLOWED = 3


def cycle_of(
    session: Session, *, programme_id: int, today: date, first_year: int, years: int = YEARS
) -> Cycle:
    """The rounds with slots in `years` years from `first_year`."""
    rules = [kept.rule for kept in rules_of(session, programme_id)]
    return derive(
        rules,
        known_rounds(session, programme_id),
        today=today,
        first_year=first_year,
        years=years,
        calendar=england(),
    )


def known_rounds(session: Session, programme_id: int) -> list[KnownRound]:
    """Every round of a programme as the cycle knows it, those planned by hand by their year."""
    published = _published(session, programme_id)
    return [_known(one, published.get(one.id)) for one in lifecycle.rounds_of(session, programme_id)]


def _known(one: RoundView, released_on: date | None) -> KnownRound:
    return KnownRound(
        id=one.id,
        strand=one.strand,
        slot=one.slot.year if one.slot else one.year,
        number=one.number,
        stage=one.stage,
        dates=one.dates,
        title=one.slot.series if one.slot else "",
        released_on=released_on,
    )


def _published(session: Session, programme_id: int) -> dict[int, date]:
    """When the first results of each round were published."""
    rows = session.execute(
        select(ReleaseRound.round_id, func.min(Release.published_at))
        .join(Release, Release.id == ReleaseRound.release_id)
        .where(
            Release.programme_id == programme_id,
            Release.state == ReleaseState.PUBLISHED,
            ReleaseRound.position == 1,
        )
        .group_by(ReleaseRound.round_id)
    )
    return {round_id: london_date(at) for round_id, at in rows if at is not None}


def following_from(session: Session, *, round_view: RoundView, dates: RoundDates, today: date) -> list[str]:
    """Which rounds to come would open on another day if a round had these dates, as sentences."""
    programme_id, first = round_view.programme_id, today.year
    rules = [kept.rule for kept in rules_of(session, programme_id)]
    known = known_rounds(session, programme_id)
    stage = Stage.OPEN if round_view.stage is Stage.CLOSED else round_view.stage
    moved = [replace(one, dates=dates, stage=stage) if one.id == round_view.id else one for one in known]
    before, after = (
        derive(rules, rounds, today=today, first_year=first, years=YEARS_FOLLOWED, calendar=england())
        for rounds in (known, moved)
    )
    was = {(one.strand, one.title, one.slot): one.dates.opens_on for one in before.occurrences}
    return [
        f"{one.name}, which the cycle derives from it, opens on {spoken(one.dates.opens_on)} instead of "
        f"{spoken(opened)}."
        for one in after.occurrences
        if one.round_id is None
        and (opened := was.get((one.strand, one.title, one.slot))) is not None
        and opened != one.dates.opens_on
    ]


def occurrence_of(
    session: Session, *, programme_id: int, strand: Strand, title: str, slot: int, today: date
) -> Occurrence | None:
    """One round of the cycle; None when the cycle has it not, or not any more."""
    cycle = cycle_of(session, programme_id=programme_id, today=today, first_year=slot, years=1)
    return next(
        (one for one in cycle.occurrences if (one.strand, one.title, one.slot) == (strand, title, slot)),
        None,
    )
