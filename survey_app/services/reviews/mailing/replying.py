"""The reply to an invitation by the link in its letter: no account, changed as often as one likes."""

from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.clock import london_date
from survey_app.crypto import Keyring
from survey_app.errors import InvalidError, StageError
from survey_app.models.cases.access import AccessKind
from survey_app.models.organisations import Organisation
from survey_app.models.reviews.sessions import Reply, ReviewInvitation, ReviewSession, SessionState
from survey_app.models.rounds import Round
from survey_app.services.audit import AuditContext, record
from survey_app.services.people import access
from survey_app.services.reviews.sessions import SessionView, session_of

MAX_NEEDS = 1000
REPLIES = (Reply.ACCEPTED, Reply.DECLINED)


@dataclass(frozen=True, kw_only=True)
class Invited:
    """Who opened the link, what to, and what they said so far; `needs` is in their words.

    `over` says why no reply is taken any more; empty while one is.
    """

    line_id: int
    organisation: str
    role: str
    session: SessionView
    reply: Reply
    needs: str
    over: str


def invited_by(session: Session, keys: Keyring, *, code: str, context: AuditContext) -> Invited | None:
    """What the code of an invitation opens; None where it is no such code, or the day is over."""
    line = _line(session, keys, code, context)
    if line is None:
        return None
    row = session.get_one(ReviewSession, line.session_id)
    programme_id = _programme_of(session, row)
    return Invited(
        line_id=line.id,
        organisation=session.get_one(Organisation, line.organisation_id).name,
        role=line.role,
        session=session_of(session, session_id=row.id, programme_id=programme_id),
        reply=line.reply,
        needs=needs_of(keys, line),
        over=_over(row),
    )


def _programme_of(session: Session, row: ReviewSession) -> int:
    return session.get_one(Round, row.round_id).programme_id


def _over(row: ReviewSession) -> str:
    if row.state is SessionState.CANCELLED:
        return f"“{row.title}” is not held: {row.cancelled_why}"
    return f"“{row.title}” was held." if row.state is SessionState.HELD else ""


def reply(
    session: Session, keys: Keyring, *, code: str, reply: Reply, needs: str, context: AuditContext
) -> None:
    """Say that somebody comes, and what they need; or that nobody does, which destroys what was said before.

    Raises:
        StageError: the code opens no invitation, or its session was held or cancelled.
        InvalidError: no such reply, or needs said in too many words.
    """
    line = _line(session, keys, code, context, locked=True)
    if line is None:
        raise StageError("This link opens no invitation any more.")
    row = session.get_one(
        ReviewSession, line.session_id, populate_existing=True, with_for_update={"read": True}
    )
    if over := _over(row):
        raise StageError(over)
    if reply not in REPLIES:
        raise InvalidError("Say whether somebody comes.")
    if len(needs.strip()) > MAX_NEEDS:
        raise InvalidError(f"Say what you need in at most {MAX_NEEDS:,} characters.")
    keeps = needs.strip() if reply is Reply.ACCEPTED else ""
    line.reply = reply
    line.needs_sealed = keys.encrypt(keeps, line.seal_context) if keeps else None
    doing = replace(context, programme_id=_programme_of(session, row))
    record(session, doing, "invitation answered", "review session", row.id, organisation=line.organisation_id)


def needs_of(keys: Keyring, line: ReviewInvitation) -> str:
    """What somebody needs so that they can come, in their words."""
    return keys.decrypt(line.needs_sealed, line.seal_context) if line.needs_sealed else ""


def needs_at(session: Session, keys: Keyring, *, session_id: int) -> dict[int, str]:
    """What people who come to a session need, by line of its list."""
    lines = session.scalars(
        select(ReviewInvitation).where(
            ReviewInvitation.session_id == session_id, ReviewInvitation.needs_sealed.is_not(None)
        )
    )
    return {line.id: needs_of(keys, line) for line in lines}


def _line(
    session: Session, keys: Keyring, code: str, context: AuditContext, *, locked: bool = False
) -> ReviewInvitation | None:
    opened = access.opened_by(session, keys, code=code, today=london_date(context.now))
    if opened is None or opened.kind is not AccessKind.INVITED:
        return None
    return session.get(
        ReviewInvitation, opened.subject_id, populate_existing=True, with_for_update=locked or None
    )
