"""Back-checks: of the calls that sent answers some are drawn, and somebody else asks whether they took place.

An interviewer can complete a questionnaire with nobody on the line. Who draws is the worker, by lots, after a
pass, from what cases say anyway; who asks is never whoever called. Nobody sees an answer by it.
"""

import math
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, insert, select, update
from sqlalchemy.orm import Session

from instruments.conduct import Mode, SeatKind
from survey_app.clock import london_date
from survey_app.errors import ConflictError, NotAllowedError, NotFoundError
from survey_app.models.base import fresh_uuid, table
from survey_app.models.cases.back_checks import BackCheck
from survey_app.models.cases.back_checks import Reached as Reached
from survey_app.models.cases.casework import Case, CaseEvent, Outcome, Seat
from survey_app.models.organisations import Organisation
from survey_app.models.people.accounts import Person
from survey_app.models.rounds import Round
from survey_app.services.audit import AuditContext, record
from survey_app.services.cases.contacts import CALL, note_contact
from survey_app.services.people.independence import check_independent

# Of each interviewer in a round, whatever the share comes to.
MIN_CALLS = 2
_LOTS = secrets.SystemRandom()


@dataclass(frozen=True)
class Check:
    """A call to ask about: whom, in which round, who called on which day, and what came of it so far."""

    case_id: int
    organisation_id: int | None
    name: str
    round_id: int
    caller: str
    called_on: date
    outcome: Reached | None
    asked_on: date | None
    asked_by: str | None
    sends_back_on: date | None
    is_seen: bool


def draw(session: Session, *, round_id: int, percent: int, now: datetime) -> int:
    """Draw calls of a round to be asked about, as many as are missing; how many. Safe to repeat.

    Args:
        percent: of the calls of each interviewer that sent answers, rounded up; 0 draws none.
    """
    calls = _calls_that_sent(session, round_id)
    drawn = {row.case_id: row for row in _of_round(session, round_id)}
    chosen = [
        case_id
        for caller in sorted({caller for caller, _ in calls.values()})
        for case_id in _lots(caller, calls, drawn, percent)
    ]
    rows = [
        {
            "id": fresh_uuid(),
            "case_id": case_id,
            "caller": calls[case_id][0],
            "called_on": calls[case_id][1],
            "drawn_on": london_date(now),
        }
        for case_id in chosen
    ]
    if rows:
        session.execute(insert(table(BackCheck)), rows)
    return len(rows)


def _lots(
    caller: str, calls: Mapping[int, tuple[str, date]], drawn: Mapping[int, BackCheck], percent: int
) -> list[int]:
    """Calls of one interviewer that are drawn now; those where nobody was reached are made up for."""
    own = [case_id for case_id, (who, _) in calls.items() if who == caller]
    counted = sum(row.caller == caller and row.outcome is not Reached.NOT_REACHED for row in drawn.values())
    wanted = max(math.ceil(len(own) * percent / 100), MIN_CALLS) if percent else 0
    left = sorted(case_id for case_id in own if case_id not in drawn)
    return _LOTS.sample(left, min(max(wanted - counted, 0), len(left)))


def _calls_that_sent(session: Session, round_id: int) -> dict[int, tuple[str, date]]:
    """Case -> who sent its answers in a call, and when, as the case says.

    Of answers that were sent before their sender was kept that says whoever called last.
    """
    rows = session.execute(
        select(CaseEvent.case_id, CaseEvent.kind, CaseEvent.actor, CaseEvent.day)
        .join(Case, Case.id == CaseEvent.case_id)
        .join(Seat, (Seat.case_id == Case.id) & (Seat.kind == SeatKind.LEAD))
        .where(
            Case.round_id == round_id,
            Case.outcome == Outcome.COMPLETE,
            Seat.mode == Mode.TELEPHONE,
            CaseEvent.kind.in_((CALL, Outcome.COMPLETE)),
        )
        .order_by(CaseEvent.kind == Outcome.COMPLETE, CaseEvent.day, CaseEvent.actor)
    )
    # Of what was completed the history names whoever sent it, if they called; else the mode alone is known.
    last: dict[int, tuple[str, date]] = {}
    callers: set[tuple[int, str]] = set()
    for case_id, kind, actor, day in rows:
        callers |= {(case_id, actor)} if kind == CALL else set()
        if (case_id, actor) in callers:
            last[case_id] = actor, day
    return last


def settle(
    session: Session,
    *,
    case_id: int,
    round_id: int,
    outcome: Reached,
    person_id: int,
    context: AuditContext,
) -> None:
    """Record what an organisation said of a call. Audited by day.

    Raises:
        NotAllowedError: the person called there, or is none of their own beside whoever did.
        ConflictError: somebody else recorded it.
        NotFoundError: this call was not drawn.
    """
    row = _row(session, case_id, round_id)
    _check_another(session, row, person_id, context.actor)
    settled = session.execute(
        update(BackCheck)
        .where(BackCheck.id == row.id, BackCheck.outcome.is_(None))
        .values(outcome=outcome, asked_on=london_date(context.now), asked_by=context.actor)
    )
    if settled.rowcount != 1:  # type: ignore[attr-defined]
        raise ConflictError("Somebody else has recorded what came of it.")
    record(session, context, f"call {outcome.replace('_', ' ')}", "case", case_id)
    said = f"asked about the call: {outcome.replace('_', ' ')}"
    note_contact(session, case_id=case_id, kind=said, actor=context.actor, now=context.now)


def see(session: Session, *, case_id: int, round_id: int, context: AuditContext) -> None:
    """Note that a coordinator has seen that a call was not confirmed. Audited by day.

    Raises:
        NotFoundError: this call was not drawn.
    """
    row = _row(session, case_id, round_id)
    if row.outcome is Reached.NOT_CONFIRMED and row.seen_on is None:
        row.seen_on, row.seen_by = london_date(context.now), context.actor
        record(session, context, "saw to a call that was not confirmed", "case", case_id)


def checks_of(session: Session, *, round_id: int) -> tuple[Check, ...]:
    """Every call of a round that was drawn, those still to be asked about first."""
    rows = session.execute(_described().where(Case.round_id == round_id)).all()
    checks = [_check(*row) for row in rows]
    return tuple(sorted(checks, key=lambda one: (one.outcome is not None, one.called_on, one.case_id)))


def waiting(session: Session, *, programme_id: int) -> tuple[Check, ...]:
    """What is to be asked, and what was not confirmed and no coordinator has seen, in a programme."""
    rows = session.execute(
        _described()
        .join(Round, Round.id == Case.round_id)
        .where(
            Round.programme_id == programme_id,
            BackCheck.outcome.is_(None)
            | ((BackCheck.outcome == Reached.NOT_CONFIRMED) & BackCheck.seen_on.is_(None)),
        )
    )
    return tuple(_check(*row) for row in rows.all())


def denied(session: Session, *, case_id: int) -> bool:
    """Whether the organisation of a case knows of no call, and its answers were not sent back yet."""
    row = session.scalar(select(BackCheck).where(BackCheck.case_id == case_id))
    return row is not None and row.outcome is Reached.NOT_CONFIRMED and row.sent_back_on is None


def let_send_back(session: Session, *, case_id: int, context: AuditContext) -> None:
    """Let the next pass give the answers of such a case back: two people agreed to a new code for it."""
    today = london_date(context.now)
    session.execute(
        update(BackCheck)
        .where(BackCheck.case_id == case_id, BackCheck.outcome == Reached.NOT_CONFIRMED)
        .values(sends_back_on=today, seen_on=today, seen_by=context.actor)
    )


def _check_another(session: Session, row: BackCheck, person_id: int, actor: str) -> None:
    called = select(CaseEvent.actor).where(CaseEvent.case_id == row.case_id, CaseEvent.kind == CALL)
    callers = {row.caller, *session.scalars(called)}
    if actor in callers:
        raise NotAllowedError("You called there yourself, so somebody else has to ask.")
    for caller_id in session.scalars(select(Person.id).where(Person.email.in_(callers))):
        check_independent(session, asker_id=caller_id, decider_id=person_id)


def _row(session: Session, case_id: int, round_id: int) -> BackCheck:
    row = session.scalar(
        select(BackCheck)
        .join(Case, Case.id == BackCheck.case_id)
        .where(BackCheck.case_id == case_id, Case.round_id == round_id)
    )
    if row is None:
        raise NotFoundError("call to be asked about", case_id)
    return row


def _of_round(session: Session, round_id: int) -> Iterable[BackCheck]:
    return session.scalars(
        select(BackCheck).join(Case, Case.id == BackCheck.case_id).where(Case.round_id == round_id)
    )


def _described() -> Select[BackCheck, Case, str]:
    return (
        select(BackCheck, Case, Organisation.name)
        .join(Case, Case.id == BackCheck.case_id)
        .join(Organisation, Organisation.id == Case.organisation_id)
    )


def _check(row: BackCheck, of: Case, name: str) -> Check:
    return Check(
        case_id=of.id,
        organisation_id=of.organisation_id,
        name=name,
        round_id=of.round_id,
        caller=row.caller,
        called_on=row.called_on,
        outcome=row.outcome,
        asked_on=row.asked_on,
        asked_by=row.asked_by,
        sends_back_on=row.sends_back_on,
        is_seen=row.seen_on is not None,
    )
