"""The rounds of a programme's cycle, there or to come: derived from its rules and its rounds."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler.cycle import Cycle, KnownRound, Occurrence, derive
from scheduler.strands import Strand
from scheduler.working_days import england
from survey_app.clock import london_date
from survey_app.models.results import Release, ReleaseRound, ReleaseState
from survey_app.services.cycle.rules import rules_of
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import RoundView

YEARS = 10


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


def occurrence_of(
    session: Session, *, programme_id: int, strand: Strand, title: str, slot: int, today: date
) -> Occurrence | None:
    """One round of the cycle; None when the cycle has it not, or not any more."""
    cycle = cycle_of(session, programme_id=programme_id, today=today, first_year=slot, years=1)
    return next(
        (one for one in cycle.occurrences if (one.strand, one.title, one.slot) == (strand, title, slot)),
        None,
    )
