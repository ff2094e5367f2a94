"""Letters of a session to those who are invited: scheduled, taken back; and what came of each.

They lie in the outbox of all letters, as rows about a line of the session's list. Whom one reaches, whether
it still may leave and what it says is looked up when it leaves (`mailing.posting`).
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from scheduler.strands import Strand
from survey_app.clock import london_date
from survey_app.models.cases.access import Access, AccessKind
from survey_app.models.outbox import Message
from survey_app.models.reviews.sessions import Reply, ReviewInvitation, ReviewSession
from survey_app.services.audit import AuditContext
from survey_app.services.burden import ledger
from survey_app.services.burden.ledger import Asked
from survey_app.services.cases.launch import next_hour
from survey_app.services.people.access import Holder

LINE = "review_invitation"
INVITATION, REMINDER, CHANGED, CANCELLED = (
    "review_invitation", "review_reminder", "review_changed", "review_cancelled",
)  # fmt: skip


def asked_of(line: ReviewInvitation, row: ReviewSession) -> Asked:
    """What an invitation asks of an organisation, in the year of the session."""
    return Asked(
        organisation_id=line.organisation_id, strand=Strand.ANNUAL_REVIEW, day=row.day,
        note=f"Invited to {row.title} as {line.role}",
    )  # fmt: skip


def holder_of(line: ReviewInvitation) -> Holder:
    """Whose code the code of an invitation is."""
    return Holder(
        identity=line.uuid, kind=AccessKind.INVITED, opens="reply", subject_kind=LINE, subject_id=line.id
    )


def schedule(
    session: Session, *, kind: str, subject_id: int, name: str, event: str, due: datetime, template: str = ""
) -> None:
    """Let a letter leave about a row of a table; `name` is what nobody else's letters are named by."""
    digest = hashlib.sha256(f"{event} {name}".encode()).hexdigest()[:24]
    session.add(
        Message(
            subject_kind=kind, subject_id=subject_id, event=event, template=template or event,
            message_id=f"{template or event}.{digest}", state="waiting", due_at=due, lease_until=due,
        )
    )  # fmt: skip


def tell_changed(session: Session, *, row: ReviewSession, context: AuditContext) -> int:
    """Tell whoever has had a letter and has not declined that day, hour or place are others; how many."""
    moved = hashlib.sha256(f"{row.day} {row.starts} {row.place}".encode()).hexdigest()[:8]
    lines = _with_a_letter(session, row.id)
    event = f"{CHANGED}_{moved}_{context.now:%y%m%d%H%M%S}"
    for line in lines:
        holder = (Access.subject_kind == LINE, Access.subject_id == line.id)
        session.execute(update(Access).where(*holder).values(expires_on=row.day))
        due = next_hour(context.now)
        schedule(
            session, kind=LINE, subject_id=line.id, name=line.uuid, event=event, due=due, template=CHANGED
        )
    return len(lines)


def tell_cancelled(session: Session, *, row: ReviewSession, context: AuditContext) -> int:
    """Tell whoever has had a letter and has not declined that the session is not held; how many.

    Letters that have not left do not leave, and what they were to ask for is no burden.
    """
    with_a_letter = _with_a_letter(session, row.id)
    for line in _lines(session, row.id):
        withdraw(session, line=line, row=row, programme_id=context.programme_id or 0)
    for line in with_a_letter:
        due = next_hour(context.now)
        schedule(session, kind=LINE, subject_id=line.id, name=line.uuid, event=CANCELLED, due=due)
    return len(with_a_letter)


def withdraw(session: Session, *, line: ReviewInvitation, row: ReviewSession, programme_id: int) -> None:
    """Take back the letters about a line that have not left, and the burden of an invitation among them."""
    waiting = (Message.subject_kind == LINE, Message.subject_id == line.id, Message.state == "waiting")
    events = session.scalars(
        update(Message).where(*waiting).values(state="withdrawn").returning(Message.event)
    ).all()
    if INVITATION in events:
        ledger.take_back_asked(session, asked=asked_of(line, row), programme_id=programme_id)


def delete_letters(session: Session, *, line: ReviewInvitation) -> None:
    """Delete the letters and the code of a line that is taken off before anybody was written to."""
    session.execute(delete(Message).where(Message.subject_kind == LINE, Message.subject_id == line.id))
    session.execute(delete(Access).where(Access.subject_kind == LINE, Access.subject_id == line.id))


def _lines(session: Session, session_id: int) -> Sequence[ReviewInvitation]:
    query = select(ReviewInvitation).where(ReviewInvitation.session_id == session_id)
    return session.scalars(query.order_by(ReviewInvitation.id)).all()


def _with_a_letter(session: Session, session_id: int) -> list[ReviewInvitation]:
    """Whose invitation has left, and who has not declined."""
    had = set(
        session.scalars(
            select(Message.subject_id).where(
                Message.subject_kind == LINE, Message.event == INVITATION, Message.state == "sent"
            )
        )
    )
    return [one for one in _lines(session, session_id) if one.id in had and one.reply is not Reply.DECLINED]


def was_written_to(session: Session, line_id: int) -> bool:
    """Whether a letter about a line of a list has left."""
    sent = select(Message.id).where(
        Message.subject_kind == LINE, Message.subject_id == line_id, Message.state == "sent"
    )
    return session.scalar(sent.limit(1)) is not None


def letters_of(session: Session, line_ids: Sequence[int]) -> dict[int, str]:
    """How the invitation of each line stands, in words; lines that nobody wrote to are left out."""
    rows = session.execute(
        select(Message.subject_id, Message.event, Message.state, Message.sent_at, Message.failure)
        .where(Message.subject_kind == LINE, Message.subject_id.in_(line_ids), Message.event == INVITATION)
    )  # fmt: skip
    return {key: _said(state, sent_at, failure) for key, _, state, sent_at, failure in rows if key}


def _said(state: str, sent_at: datetime | None, failure: str) -> str:
    if sent_at is not None:
        day = london_date(sent_at)
        return f"Written to on {day.day} {day:%B}"
    words = {"waiting": "Letter on its way", "withdrawn": "Letter taken back"}.get(
        state, "Could not be written to"
    )
    return f"{words}: {failure}" if failure else words


def delete_needs(session: Session, session_id: int) -> None:
    """Destroy what people said they need, once nobody has to see to it any more."""
    of_session = ReviewInvitation.session_id == session_id
    session.execute(update(ReviewInvitation).where(of_session).values(needs_sealed=None))
