"""The panels of a strand over the years: their sizes, how many stayed, and the breaches of a rule."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from sampling.frame import Sector
from scheduler.strands import Strand
from survey_app.models.burden import BurdenBreach
from survey_app.models.organisations import Organisation
from survey_app.models.panels import Panel, PanelMember, PanelStratum
from survey_app.services.owned import owned


@dataclass(frozen=True, kw_only=True)
class PanelYear:
    """One panel among those of its strand; `kept` counts members that were in the one before it.

    `members_of` has, for every earlier or same year, how many members first belonged to a panel then.
    """

    panel_id: int
    year: int
    public: int
    voluntary: int
    kept: int | None
    breaches: int
    members_of: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class BreachLine:
    """One organisation taken although a rule is broken: by how much it is broken, by whose leave, and why."""

    organisation_id: int
    name: str
    rule: str
    excess: int
    allowed_by: str
    why: str


def panel_years(session: Session, *, programme_id: int, strand: Strand) -> list[PanelYear]:
    """Every panel of a strand, oldest first."""
    panels = session.execute(
        select(Panel.id, Panel.year)
        .where(Panel.programme_id == programme_id, Panel.strand == strand)
        .order_by(Panel.year)
    ).all()
    years = []
    for place, (panel_id, year) in enumerate(panels):
        sizes = _sizes(session, panel_id)
        before = panels[place - 1].id if place else None
        years.append(
            PanelYear(
                panel_id=panel_id,
                year=year,
                public=sizes.get(Sector.PUBLIC, 0),
                voluntary=sizes.get(Sector.VOLUNTARY, 0),
                kept=None if before is None else _both(session, before, panel_id),
                breaches=_broken(session, panel_id),
                members_of=_cohorts(session, programme_id, strand, panel_id),
            )
        )
    return years


def _sizes(session: Session, panel_id: int) -> dict[Sector, int]:
    rows = session.execute(
        select(PanelStratum.sector, func.sum(PanelStratum.sample_size))
        .where(PanelStratum.panel_id == panel_id)
        .group_by(PanelStratum.sector)
    )
    return {sector: int(size) for sector, size in rows}


def _both(session: Session, first: int, second: int) -> int:
    then, now = aliased(PanelMember), aliased(PanelMember)
    query = (
        select(func.count())
        .select_from(now)
        .join(then, then.organisation_id == now.organisation_id)
        .where(then.panel_id == first, now.panel_id == second)
    )
    return session.scalar(query) or 0


def _broken(session: Session, panel_id: int) -> int:
    query = select(func.count()).select_from(BurdenBreach).where(BurdenBreach.panel_id == panel_id)
    return session.scalar(query) or 0


def _cohorts(
    session: Session, programme_id: int, strand: Strand, panel_id: int
) -> tuple[tuple[int, int], ...]:
    """How many members of a panel first belonged to one of the strand in which year."""
    mine = select(PanelMember.organisation_id).where(PanelMember.panel_id == panel_id)
    first = (
        select(func.min(Panel.year).label("year"))
        .join(PanelMember, PanelMember.panel_id == Panel.id)
        .where(
            Panel.programme_id == programme_id,
            Panel.strand == strand,
            PanelMember.organisation_id.in_(mine),
        )
        .group_by(PanelMember.organisation_id)
        .subquery()
    )
    rows = session.execute(select(first.c.year, func.count()).group_by(first.c.year).order_by(first.c.year))
    return tuple((year, count) for year, count in rows)


def breaches_of(session: Session, *, panel_id: int, programme_id: int) -> list[BreachLine]:
    """Who is in a panel although a rule is broken, by name.

    Raises:
        NotFoundError: no such panel in this programme.
    """
    owned(session, Panel, panel_id, programme_id=programme_id)
    rows = session.execute(
        select(BurdenBreach, Organisation.name)
        .join(Organisation, Organisation.id == BurdenBreach.organisation_id)
        .where(BurdenBreach.panel_id == panel_id)
        .order_by(Organisation.name, BurdenBreach.id)
    )
    return [
        BreachLine(row.organisation_id, name, row.rule, row.excess, row.allowed_by, row.why)
        for row, name in rows
    ]
