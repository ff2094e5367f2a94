"""A panel taken back while nothing rests on it: no round asks it, no other panel or plan goes by it."""

from sqlalchemy import String, cast, delete, func, select, update
from sqlalchemy.orm import Session

from scheduler.stages import Stage
from survey_app.errors import RestedOnError
from survey_app.models.burden import BurdenBreach
from survey_app.models.panels import (
    Panel,
    PanelCell,
    PanelMember,
    PanelPass,
    PanelReserve,
    PanelStratum,
    SavedPlan,
)
from survey_app.models.rounds import Round
from survey_app.services.audit import AuditContext, record
from survey_app.services.owned import owned

# Members and reserve first, what they point at after them.
ROWS = (BurdenBreach, PanelPass, PanelReserve, PanelMember, PanelCell, PanelStratum)


def rests_on(session: Session, *, panel_id: int) -> tuple[str, ...]:
    """What goes by a panel, each with what to do about it; empty where it can be undrawn."""
    rounds = session.execute(
        select(Round.title, Round.stage).where(Round.panel_id == panel_id, Round.stage != Stage.WITHDRAWN)
    )
    later = session.execute(
        select(Panel.year, Panel.previous_panel_id).where(
            (Panel.previous_panel_id == panel_id) | (Panel.avoided_panel_id == panel_id)
        )
    )
    plans = session.scalars(select(SavedPlan).where(cast(SavedPlan.choices, String).contains('"avoid"')))
    return (
        *(_of_round(title, stage) for title, stage in rounds),
        *(
            f"The panel of {year} {'goes on from it' if before == panel_id else 'avoids its members'}. "
            f"Undraw the panel of {year} first."
            for year, before in later
        ),
        *(
            f"The saved plan “{plan.name}” avoids its members. Delete that plan first."
            for plan in plans
            if plan.choices.get("avoid") == panel_id
        ),
    )


def _of_round(title: str, stage: Stage) -> str:
    if stage is Stage.PLANNED:
        return f"{title} is planned with it. Give that round another panel, or withdraw it, first."
    return f"{title} asks its members, or did. That cannot be taken back."


def members_of(session: Session, *, panel_id: int) -> int:
    """How many organisations a panel asks."""
    query = select(func.count()).select_from(PanelMember).where(PanelMember.panel_id == panel_id)
    return session.scalar(query) or 0


def undraw(session: Session, *, panel_id: int, why: str, context: AuditContext) -> None:
    """Take a panel back, so that its year can be drawn again. Audited, with the reason.

    Rounds that were withdrawn before they were launched let go of it.

    Raises:
        RestedOnError: a round, a panel or a plan goes by it.
        NotFoundError: no such panel in this programme.
    """
    panel = owned(session, Panel, panel_id, programme_id=context.programme_id)
    if resting := rests_on(session, panel_id=panel_id):
        raise RestedOnError(resting)
    members = members_of(session, panel_id=panel_id)
    session.execute(update(Round).where(Round.panel_id == panel_id).values(panel_id=None))
    for rows in ROWS:
        session.execute(delete(rows).where(rows.panel_id == panel_id))
    year, strand = panel.year, panel.strand
    session.delete(panel)
    session.flush()
    record(
        session, context, "panel undrawn", "panel", panel_id,
        year=year, strand=strand.value, members=members, why=why,
    )  # fmt: skip
