"""Everybody on the list of a session written to, as far as the burden rules allow."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.strands import Strand
from scheduler.working_days import england
from survey_app.clock import at, london_date
from survey_app.crypto import Keyring
from survey_app.models.organisations import Organisation
from survey_app.models.outbox import Message
from survey_app.models.reviews.sessions import Reply, ReviewInvitation, ReviewSession
from survey_app.services.audit import AuditContext, record
from survey_app.services.burden import ceilings, ledger
from survey_app.services.burden.ceilings import Survey
from survey_app.services.cases.launch import next_hour
from survey_app.services.people import access
from survey_app.services.reviews.letters import INVITATION, LINE, REMINDER, asked_of, holder_of, schedule
from survey_app.services.reviews.sessions import check_planned, session_row
from survey_app.services.rounds.lifecycle import LETTERS_LEAVE_AT

# A reminder leaves so many days before the session, and at least so many after the invitation.
REMINDED_BEFORE, REMINDED_AFTER = timedelta(days=7), timedelta(days=5)


@dataclass(frozen=True)
class Written:
    """How many invitations are on their way, and which organisations were asked enough this year."""

    letters: int
    asked_enough: tuple[str, ...]


def write_to_invited(session: Session, keys: Keyring, *, session_id: int, context: AuditContext) -> Written:
    """Schedule the invitation, and a reminder, of everybody on the list who has not been written to.

    No letter takes an organisation over a ceiling of the burden rules; those are named instead.

    Raises:
        NotFoundError: no such session.
        StageError: it was held or cancelled.
    """
    row = session_row(session, session_id, context.programme_id, locked=True)
    check_planned(row)
    written, enough = 0, []
    for line in _unwritten(session, row.id):
        # One after the other: an organisation may stand on the list in two roles.
        if _is_asked_enough(session, line, row, context):
            enough.append(session.get_one(Organisation, line.organisation_id).name)
            continue
        _write_one(session, keys, line, row, context)
        written += 1
    record(session, context, "invitations written", "review session", row.id, letters=written)
    return Written(written, tuple(enough))


def _unwritten(session: Session, session_id: int) -> Sequence[ReviewInvitation]:
    written = select(Message.subject_id).where(Message.subject_kind == LINE, Message.event == INVITATION)
    return session.scalars(
        select(ReviewInvitation)
        .where(
            ReviewInvitation.session_id == session_id,
            ReviewInvitation.reply == Reply.NONE,
            ReviewInvitation.id.not_in(written),
        )
        .order_by(ReviewInvitation.id)
    ).all()


def _is_asked_enough(
    session: Session, line: ReviewInvitation, row: ReviewSession, context: AuditContext
) -> bool:
    """Whether one more invitation passes a ceiling of the year, after those that are written by now."""
    session.flush()
    rule = ledger.rules(session)[line.sector]
    survey = Survey(context.programme_id or 0, Strand.ANNUAL_REVIEW, row.day.year, minutes=0)
    return line.organisation_id in ceilings.overasked(session, survey=survey, rule=rule).organisation_id


def _write_one(
    session: Session, keys: Keyring, line: ReviewInvitation, row: ReviewSession, context: AuditContext
) -> None:
    today = london_date(context.now)
    access.issue(session, keys, holders=[holder_of(line)], today=today, expires_on=row.day)
    due = next_hour(context.now)
    schedule(session, kind=LINE, subject_id=line.id, name=line.uuid, event=INVITATION, due=due)
    reminded = england().letters_on_or_after(row.day - REMINDED_BEFORE)
    if reminded < row.day and reminded - today >= REMINDED_AFTER:
        due = at(reminded, LETTERS_LEAVE_AT)
        schedule(session, kind=LINE, subject_id=line.id, name=line.uuid, event=REMINDER, due=due)
    ledger.note_asked(session, asked=asked_of(line, row), programme_id=context.programme_id or 0)
