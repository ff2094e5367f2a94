"""The most that one organisation is asked for in a year, as it was and as the cycle would have it."""

from collections.abc import Iterable

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sampling.frame import Sector
from scheduler.cycle import Occurrence
from scheduler.strands import Strand
from survey_app.models.burden import BurdenEntry
from survey_app.models.organisations import Organisation
from survey_app.services.burden.ceilings import ASKED

Most = dict[int, dict[Sector, int]]
"""Minutes by year and sector."""


def most_by_year(session: Session, *, programme_id: int, years: range, rounds: Iterable[Occurrence]) -> Most:
    """The most minutes of anybody in each year: by the ledger, and where every round to come asks them too.

    A round to come asks as much as the last of its strand did; a strand that has asked nobody counts nothing.
    """
    most = _by_ledger(session, years)
    usual = _usual(session, programme_id)
    for one in rounds:
        if one.slot in most and not (one.stage and one.stage.is_launched):
            for sector, minutes in usual.get(one.strand, {}).items():
                most[one.slot][sector] += minutes
    return most


def _by_ledger(session: Session, years: range) -> Most:
    """Over all programmes, as the ceilings count."""
    asked = (
        select(
            BurdenEntry.year.label("year"),
            Organisation.sector.label("sector"),
            func.sum(BurdenEntry.minutes).label("minutes"),
        )
        .join(Organisation, Organisation.id == BurdenEntry.organisation_id)
        .where(BurdenEntry.year.between(years[0], years[-1]), BurdenEntry.kind.in_(ASKED))
        .group_by(BurdenEntry.year, BurdenEntry.organisation_id, Organisation.sector)
        .subquery()
    )
    rows = session.execute(
        select(asked.c.year, asked.c.sector, func.max(asked.c.minutes)).group_by(asked.c.year, asked.c.sector)
    )
    most: Most = {year: dict.fromkeys(Sector, 0) for year in years}
    for year, sector, minutes in rows:
        most[year][sector] = int(minutes)
    return most


def _usual(session: Session, programme_id: int) -> dict[Strand, dict[Sector, int]]:
    """What the last round of each strand asked of one organisation."""
    rows = session.execute(
        select(BurdenEntry.strand, Organisation.sector, BurdenEntry.year, func.max(BurdenEntry.minutes))
        .join(Organisation, Organisation.id == BurdenEntry.organisation_id)
        .where(BurdenEntry.programme_id == programme_id, BurdenEntry.kind.in_(ASKED))
        .group_by(BurdenEntry.strand, Organisation.sector, BurdenEntry.year)
        .order_by(BurdenEntry.year)
    )
    usual: dict[Strand, dict[Sector, int]] = {}
    for strand, sector, _, minutes in rows:
        usual.setdefault(strand, {})[sector] = int(minutes)
    return usual
