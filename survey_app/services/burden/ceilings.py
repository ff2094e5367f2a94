"""Who has been asked too much for another survey this year, and whom a rest is due to."""

from dataclasses import dataclass

import numpy as np
from sqlalchemy import ColumnElement, Subquery, case, func, literal, select, union_all
from sqlalchemy.orm import Session

from sampling.arrays import Ints
from scheduler.stages import Stage
from scheduler.strands import Strand
from survey_app.models.burden import BurdenEntry, BurdenKind
from survey_app.models.frames.snapshots import FrameEntry
from survey_app.models.panels import Panel, PanelMember
from survey_app.models.rounds import Round
from survey_app.services.burden.ledger import Rule
from survey_app.services.frames.cells import columns

ASKED = (BurdenKind.MINUTES_ASKED, BurdenKind.FOCUS_GROUP, BurdenKind.INTERVIEW, BurdenKind.OTHER)
INVITED = (BurdenKind.INVITATION, BurdenKind.FOCUS_GROUP, BurdenKind.INTERVIEW)
LAUNCHED = tuple(stage for stage in Stage if stage.is_launched)


@dataclass(frozen=True)
class Survey:
    """The survey that is planned: whose, which, for which year, and what it asks of one organisation."""

    programme_id: int
    strand: Strand
    year: int
    minutes: int
    invitations: int = 1


@dataclass(frozen=True)
class Overasked:
    """Organisations that this survey would take over a ceiling: by how much each; shape (n,) each."""

    organisation_id: Ints
    minutes: Ints
    invitations: Ints


def overasked(session: Session, *, survey: Survey, rule: Rule) -> Overasked:
    """The organisations that one more survey takes over a ceiling; nought where a ceiling is kept."""
    asked = _asked(session, survey)
    over = _over(asked, survey, rule)
    if over is None:
        none = np.empty(0, dtype=np.int64)
        return Overasked(none, none, none)
    query = select(
        asked.c.organisation_id,
        _excess(asked.c.minutes + survey.minutes, rule.max_minutes),
        _excess(asked.c.invitations + survey.invitations, rule.max_invitations),
    ).where(over)
    return Overasked(*columns(session, query, (np.int64,) * 3))


@dataclass(frozen=True)
class AskedBefore:
    """How many organisations of one cell of a frame other surveys ask for so much in a year."""

    cell: int
    minutes: int
    invitations: int
    count: int


def asked_before(session: Session, *, survey: Survey, frame_id: int) -> list[AskedBefore]:
    """What other surveys ask of a frame's organisations in the survey's year, cell by cell."""
    asked = _asked(session, survey)
    rows = session.execute(
        select(FrameEntry.frame_cell_id, asked.c.minutes, asked.c.invitations, func.count())
        .join(asked, asked.c.organisation_id == FrameEntry.organisation_id)
        .where(FrameEntry.frame_id == frame_id, FrameEntry.in_scope)
        .group_by(FrameEntry.frame_cell_id, asked.c.minutes, asked.c.invitations)
    )
    return [AskedBefore(cell, int(minutes), int(times), count) for cell, minutes, times, count in rows]


def too_much(rule: Rule, *, minutes: int, invitations: int) -> bool:
    """Whether that much in a year passes a ceiling."""
    return (rule.max_minutes is not None and minutes > rule.max_minutes) or (
        rule.max_invitations is not None and invitations > rule.max_invitations
    )


def _over(asked: Subquery, survey: Survey, rule: Rule) -> ColumnElement[bool] | None:
    conditions = []
    if rule.max_minutes is not None:
        conditions.append(asked.c.minutes + survey.minutes > rule.max_minutes)
    if rule.max_invitations is not None:
        conditions.append(asked.c.invitations + survey.invitations > rule.max_invitations)
    return conditions[0] if len(conditions) == 1 else conditions[0] | conditions[1] if conditions else None


def _excess(value: ColumnElement[int], ceiling: int | None) -> ColumnElement[int]:
    if ceiling is None:
        return literal(0)
    return case((value > ceiling, value - ceiling), else_=0)


def _asked(session: Session, survey: Survey) -> Subquery:
    """Minutes and invitations of a year, over all strands and programmes: from the ledger, and to come."""
    parts = [
        select(
            BurdenEntry.organisation_id,
            case((BurdenEntry.kind.in_(ASKED), BurdenEntry.minutes), else_=0).label("minutes"),
            case((BurdenEntry.kind.in_(INVITED), 1), else_=0).label("invitations"),
        ).where(BurdenEntry.year == survey.year),
        *(
            select(PanelMember.organisation_id, literal(minutes), literal(1)).where(
                PanelMember.panel_id == panel_id
            )
            for panel_id, minutes in _to_come(session, survey)
        ),
    ]
    every = union_all(*parts).subquery()
    return (
        select(
            every.c.organisation_id,
            func.sum(every.c.minutes).label("minutes"),
            func.sum(every.c.invitations).label("invitations"),
        )
        .group_by(every.c.organisation_id)
        .subquery()
    )


def _to_come(session: Session, survey: Survey) -> list[tuple[int, int]]:
    """Other panels of the year that nobody was invited from yet, with the minutes that theirs will take."""
    launched = select(Round.panel_id).where(Round.stage.in_(LAUNCHED))
    panels = session.execute(
        select(Panel.id, Panel.plan).where(
            Panel.year == survey.year,
            Panel.id.not_in(launched),
            (Panel.programme_id != survey.programme_id) | (Panel.strand != survey.strand),
        )
    )
    return [(panel_id, int(plan.get("asked_minutes", 0))) for panel_id, plan in panels]


def years_asked(session: Session, *, survey: Survey, back: int | None) -> dict[str, list[int]]:
    """The years in which the strand's earlier panels held each organisation, by its id as text.

    Args:
        back: how many years to look back; None: as far as there are panels.
    """
    query = (
        select(PanelMember.organisation_id, Panel.year)
        .join(Panel, Panel.id == PanelMember.panel_id)
        .where(
            Panel.programme_id == survey.programme_id,
            Panel.strand == survey.strand,
            Panel.year < survey.year,
        )
    )
    if back is not None:
        query = query.where(Panel.year >= survey.year - back)
    organisation_id, year = columns(session, query, (np.int64, np.int64))
    years: dict[str, list[int]] = {}
    for one, then in zip(map(str, organisation_id.tolist()), year.tolist(), strict=True):
        years.setdefault(one, []).append(then)
    return years
