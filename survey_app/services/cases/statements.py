"""What somebody with the code says in place of answers: that they are not the organisation, or say no.

It is kept by day with the case, and waits on Today until one of the staff has seen to it.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import exists, insert, select, update
from sqlalchemy.orm import Session

from scheduler.strands import Strand
from survey_app.clock import london_date
from survey_app.errors import ConflictError
from survey_app.models.base import fresh_uuid, table
from survey_app.models.cases.casework import Case, CaseStatement, Outcome, Seat, SeatOutcome
from survey_app.models.cases.casework import StatementKind as StatementKind
from survey_app.models.rounds import Round
from survey_app.services.audit import AuditContext, record
from survey_app.services.cases.contacts import note_contact
from survey_app.services.cases.letters import withdraw_of_case

ACTOR = "respondent"


@dataclass(frozen=True)
class Statement:
    """One that waits: which case, of which round, what was said and when."""

    case_id: int
    round_title: str
    strand: Strand
    kind: StatementKind
    day: date


def say_not_us(session: Session, *, case_id: int, now: datetime) -> None:
    """Keep that whoever came in with the code is not the organisation."""
    _keep(session, case_id, StatementKind.NOT_US, now)


def decline(session: Session, *, case_id: int, now: datetime) -> None:
    """Keep that the organisation will not answer: no letter reminds it any more.

    Raises:
        ConflictError: the answers were sent.
    """
    declined = session.execute(
        update(Case)
        .where(Case.id == case_id, Case.outcome != Outcome.COMPLETE)
        .values(outcome=Outcome.REFUSED, outcome_on=london_date(now))
    )
    if declined.rowcount != 1:  # type: ignore[attr-defined]
        raise ConflictError("The answers were sent, so there is nothing to decline.")
    session.execute(update(Seat).where(Seat.case_id == case_id).values(outcome=SeatOutcome.REFUSED))
    withdraw_of_case(session, case_id)
    _keep(session, case_id, StatementKind.DECLINED, now)


def _keep(session: Session, case_id: int, kind: StatementKind, now: datetime) -> None:
    waits = exists().where(
        CaseStatement.case_id == case_id, CaseStatement.kind == kind, CaseStatement.settled_on.is_(None)
    )
    if session.scalar(select(waits)):
        return
    row = {"id": fresh_uuid(), "case_id": case_id, "kind": kind, "day": london_date(now)}
    session.execute(insert(table(CaseStatement)), row)
    note_contact(session, case_id=case_id, kind=kind.value, actor=ACTOR, now=now)


def waiting(session: Session, *, programme_id: int, case_id: int | None = None) -> list[Statement]:
    """What nobody has seen to yet, the oldest first; of one case where `case_id` is given."""
    query = (
        select(CaseStatement.case_id, Round.title, Round.strand, CaseStatement.kind, CaseStatement.day)
        .join(Case, Case.id == CaseStatement.case_id)
        .join(Round, Round.id == Case.round_id)
        .where(Round.programme_id == programme_id, CaseStatement.settled_on.is_(None))
        .order_by(CaseStatement.day, CaseStatement.case_id, CaseStatement.kind)
    )
    rows = session.execute(query if case_id is None else query.where(Case.id == case_id))
    return [Statement(row.case_id, row.title, row.strand, row.kind, row.day) for row in rows]


def settle(session: Session, *, case_id: int, context: AuditContext) -> None:
    """Note that somebody has seen to what was said about a case; with nothing waiting, nothing changes."""
    settled = session.execute(
        update(CaseStatement)
        .where(CaseStatement.case_id == case_id, CaseStatement.settled_on.is_(None))
        .values(settled_on=london_date(context.now), settled_by=context.actor)
    )
    if settled.rowcount:  # type: ignore[attr-defined]
        record(session, context, "saw to what a respondent said", "case", case_id)
