"""A round's place in the cycle: its slot, its panel when that is drawn, how far the worker takes it."""

from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.orm import Session

from scheduler.rules import Policy
from scheduler.stages import Stage
from survey_app.errors import StageError
from survey_app.models.rounds import Round
from survey_app.services.audit import AuditContext, record


@dataclass(frozen=True)
class Slot:
    """The place in the cycle that a round fills: the title of its series, the year, and the policy."""

    series: str
    year: int
    policy: Policy


def set_panel(session: Session, *, round_id: int, panel_id: int, context: AuditContext) -> None:
    """Give a planned round of the cycle the panel of its strand and year. Audited.

    Raises:
        StageError: it is past planning, or has its panel.
    """
    given = session.execute(
        update(Round)
        .where(Round.id == round_id, Round.stage == Stage.PLANNED, Round.panel_id.is_(None))
        .values(panel_id=panel_id)
    )
    if given.rowcount != 1:  # type: ignore[attr-defined]
        raise StageError("This round has its panel, or is past planning.")
    record(session, context, "panel given", "round", round_id, panel=panel_id)


def object_to(session: Session, *, round_id: int, why: str, context: AuditContext) -> None:
    """Let a round of the cycle wait for approval instead of being launched by itself. Audited."""
    session.execute(
        update(Round).where(Round.id == round_id, Round.policy == Policy.RUN).values(policy=Policy.PREPARE)
    )
    record(session, context, "objected to a launch", "round", round_id, why=why)
