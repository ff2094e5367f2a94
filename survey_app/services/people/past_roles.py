"""Which roles somebody had: what they saw then they know now.

Whoever knew who was asked, or what bodies told us by name, takes no single answers, and whoever could take
single answers does not see that, for as long as answers are kept of a round whose panel was there by then.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.clock import in_words, london_date
from survey_app.errors import InvalidError
from survey_app.models.keys import MaterialKey
from survey_app.models.panels import Panel
from survey_app.models.people.accounts import PastRole
from survey_app.models.rounds import Round
from survey_app.services.audit import AuditContext
from survey_app.services.people.permissions import NAMES_BODIES, ROLES, Permission


def note_ended(
    session: Session, *, person_id: int, roles: Iterable[str], scope: str, context: AuditContext
) -> None:
    """Keep that somebody had these roles until now; `scope` is a strand, or "" for all."""
    session.add_all(
        PastRole(
            person_id=person_id,
            programme_id=context.programme_id,
            role=role,
            strand=scope,
            ended_at=context.now,
        )
        for role in sorted(roles)
    )
    session.flush()


def check_apart_over_time(
    session: Session, *, person_id: int, wanted: Iterable[str], leaving: Iterable[str] = ()
) -> None:
    """Whether somebody who is to hold permissions knows what they may not be put beside, from before.

    What they had counts in whatever programme and strand.

    Args:
        wanted: what they would hold.
        leaving: roles that they hold and would give up for it.

    Raises:
        InvalidError: they do, and answers are kept of a round of that time.
    """
    since = _kept_since(session)
    if since is None:
        return
    held = [*leaving, *_ended_after(session, person_id, since)]
    had = {permission for role in held for permission in ROLES.get(role, ())}
    would = set(wanted)
    if Permission.SEE_BUNDLE in would and had & NAMES_BODIES:
        raise InvalidError(
            "They saw who is asked, or what the register and forms say of organisations, and answers are "
            f"kept of rounds from {_day(since)} on. Whoever knows that takes no single answers, also later. "
            "Give the role to somebody else."
        )
    if would & NAMES_BODIES and Permission.SEE_BUNDLE in had:
        raise InvalidError(
            f"They could take single answers, and answers are kept of rounds from {_day(since)} on. Whoever "
            "may have them does not see who was asked, nor the register, forms or logs, also later. "
            "Give the role to somebody else."
        )


def _kept_since(session: Session) -> datetime | None:
    """When the panel of the oldest round was drawn whose answers are kept; planned, where it has none."""
    return session.scalar(
        select(func.min(func.coalesce(Panel.drawn_at, Round.created_at)))
        .select_from(Round)
        .join(MaterialKey, (MaterialKey.subject_id == Round.id) & (MaterialKey.subject_kind == "round"))
        .outerjoin(Panel, Panel.id == Round.panel_id)
        .where(MaterialKey.wrapped.is_not(None))
    )


def _ended_after(session: Session, person_id: int, since: datetime) -> list[str]:
    ended = select(PastRole.role).where(PastRole.person_id == person_id, PastRole.ended_at >= since)
    return list(session.scalars(ended.distinct()))


def _day(instant: datetime) -> str:
    return in_words(london_date(instant))
