"""What the worker does to a round's cases: makes them, reminds them, closes them.

Each step takes a bounded number of cases, in the caller's transaction, and says how many
it took; nothing left is 0. A step that is repeated finds nothing to do twice.
"""

import uuid
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import exists, insert, or_, select
from sqlalchemy.orm import Session

from instruments.conduct import SeatKind
from sampling.frame import Sector
from scheduler.stages import Stage
from scheduler.timetable import EventKind
from scheduler.working_days import england
from survey_app.clock import LONDON, at, london_date
from survey_app.crypto import Keyring
from survey_app.models.base import table
from survey_app.models.cases.casework import PANEL, Case, CaseAgreement, Outcome, Seat, SeatOutcome
from survey_app.models.organisations import Organisation
from survey_app.models.outbox import Message
from survey_app.models.panels import PanelMember
from survey_app.services import jobs
from survey_app.services.audit import AuditContext, record
from survey_app.services.burden import ledger
from survey_app.services.cases.agreements import agreements_to_ask
from survey_app.services.cases.letters import schedule_letters, withdraw_of_round, withdraw_template
from survey_app.services.cases.seats import SeatKey, make_leads
from survey_app.services.cases.subjects import Subject
from survey_app.services.questionnaires import versions
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import LETTERS_LEAVE_AT, RoundView

BATCH = 200
# No letter that is late leaves in the evening or at night.
LETTERS_REST_AT = 19
FIRST = "first_reminder"
# Work that comes round while a round is open: cases come to what their answers say (`responses.settling`).
SETTLE = "settle"
# O'clock in London: answers wait for as long as it takes to write all of a round anew.
NIGHT = 3
# Those who are asked again: whoever has not answered and has not been taken out.
UNANSWERED = (Outcome.NOT_STARTED, Outcome.STARTED)
UNANSWERED_SEATS = (SeatOutcome.NOT_STARTED, SeatOutcome.STARTED)


class Asked(NamedTuple):
    """An organisation that a case is made for: id, uuid and sector, and how it came to be asked."""

    organisation_id: int
    uuid: str
    sector: Sector
    panel_member_id: int | None = None
    route: str = PANEL


def make_cases(session: Session, keys: Keyring, *, round_view: RoundView, now: datetime) -> int:
    """Make the next cases of a launch, each with its invitation, due when the round opens."""
    # A list that is hashed once a batch: as a question for each member it is asked of all cases again, since
    # the database knows nothing yet of rows that were written a moment ago.
    cased = select(Case.panel_member_id).where(
        Case.round_id == round_view.id, Case.panel_member_id.is_not(None)
    )
    members = session.execute(
        select(PanelMember.organisation_id, Organisation.uuid, Organisation.sector, PanelMember.id)
        .join(Organisation, Organisation.id == PanelMember.organisation_id)
        .where(PanelMember.panel_id == round_view.panel_id, PanelMember.id.not_in(cased))
        .order_by(PanelMember.id)
        .limit(BATCH)
    )
    asked = [Asked(*member) for member in members]
    if not asked:
        return 0
    # They are asked when the letter comes, not when their case is made.
    day = max(round_view.dates.opens_on, london_date(now))
    leads = _made(session, keys, round_view, asked, now)
    _note_invitations(session, round_view, asked, day)
    schedule_letters(session, "invitation", leads, due=_invitations_leave_at(round_view))
    return len(asked)


def add_case(
    session: Session, keys: Keyring, *, round_view: RoundView, asked: Asked, invite: bool, now: datetime
) -> int:
    """Make one case that no draw chose, with its invitation where it is to have one; its id.

    Raises:
        TakenError: the organisation has a case in this round.
    """
    with session.begin_nested():
        (lead,) = _made(session, keys, round_view, [asked], now)
    _note_invitations(session, round_view, [asked], london_date(now))
    if invite:
        schedule_letters(session, "invitation", [lead], due=_invitations_leave_at(round_view))
    return lead.case_id


def _made(
    session: Session, keys: Keyring, round_view: RoundView, asked: Sequence[Asked], now: datetime
) -> list[SeatKey]:
    """The lead seats of new cases."""
    case = table(Case).c
    rows = [_case_row(round_view, one, now) for one in asked]
    made = session.execute(insert(table(Case)).returning(case.id, case.uuid, case.organisation_id), rows)
    cases = [(case_id, identity, organisation_id) for case_id, identity, organisation_id in made]
    _ask_about(session, round_view, [(case_id, one) for case_id, _, one in cases], now)
    leads = [(case_id, identity) for case_id, identity, _ in cases]
    return make_leads(session, keys, cases=leads, today=london_date(now))


def _invitations_leave_at(round_view: RoundView) -> datetime:
    return at(round_view.dates.opens_on, LETTERS_LEAVE_AT)


def _note_invitations(session: Session, round_view: RoundView, asked: Sequence[Asked], day: date) -> None:
    invitation = ledger.Invitation(
        programme_id=round_view.programme_id,
        strand=round_view.strand,
        round_id=round_view.id,
        year=round_view.year,
        day=day,
        minutes={
            sector: versions.questionnaire_of(session, version).estimated_minutes
            for sector, version in round_view.instruments.items()
        },
    )
    costs = [(one.organisation_id, one.sector) for one in asked]
    ledger.schedule_invitations(session, invitation=invitation, asked=costs)


def _case_row(round_view: RoundView, asked: Asked, now: datetime) -> dict[str, object]:
    # Derived, so that a launch taken up again by another worker makes the same case.
    identity = str(uuid.uuid5(uuid.UUID(round_view.uuid), asked.uuid))
    return Subject(organisation_id=asked.organisation_id).columns | {
        "uuid": identity,
        "round_id": round_view.id,
        "panel_member_id": asked.panel_member_id,
        "route": asked.route,
        "outcome": Outcome.NOT_STARTED,
        "outcome_on": None,
        "created_at": now,
    }


def _ask_about(
    session: Session, round_view: RoundView, cases: Sequence[tuple[int, int]], now: datetime
) -> None:
    """Fix what new cases are asked about; each is its id and its organisation's."""
    named = agreements_to_ask(session, round_view, [one for _, one in cases], known_by=now)
    rows = [
        {"case_id": case, "agreement_id": agreement, "position": position}
        for case, organisation_id in cases
        for position, agreement in enumerate(named[organisation_id])
    ]
    if rows:
        session.execute(insert(table(CaseAgreement)), rows)


def schedule_reminders(session: Session, *, round_view: RoundView, template: str, now: datetime) -> int:
    """Schedule this reminder for the next seats that have not answered and do not have it.

    A seat beside the lead's is reminded where it was invited by letter. Whoever's invitation has not left has
    nothing to be reminded of, and a first reminder that has not left is no longer needed.
    """
    rows = session.execute(
        select(Seat.id, Seat.uuid, Seat.case_id)
        .join(Case, Case.id == Seat.case_id)
        .where(
            Case.round_id == round_view.id,
            or_(Case.outcome.in_(UNANSWERED), Case.outcome == Outcome.COMPLETE),
            Seat.outcome.in_(UNANSWERED_SEATS),
            or_(
                Seat.kind == SeatKind.LEAD,
                exists().where(Message.seat_id == Seat.id, Message.event == "invitation"),
            ),
            ~exists().where(Message.seat_id == Seat.id, Message.event == template),
            ~exists().where(
                Message.seat_id == Seat.id, Message.event == "invitation", Message.state == "waiting"
            ),
        )
        .order_by(Seat.id)
        .limit(BATCH)
    )
    seats = [SeatKey(*row) for row in rows]
    if template != FIRST:
        withdraw_template(session, [seat.id for seat in seats], FIRST)
    planned = dict(round_view.dates.in_order())[EventKind(template)]
    schedule_letters(session, template, seats, due=_leaves_at(now, planned))
    return len(seats)


def _leaves_at(now: datetime, planned: date) -> datetime:
    """When a letter leaves whose work is done now: at once on its day, else at no time when letters rest."""
    return now if london_date(now) == planned else next_hour(now)


def next_hour(now: datetime) -> datetime:
    """When letters leave next: now by day on a working day, else on the morning of the next one."""
    today, hour = london_date(now), now.astimezone(LONDON).hour
    if LETTERS_LEAVE_AT <= hour < LETTERS_REST_AT and not england().is_quiet(today):
        return now
    first = today if hour < LETTERS_LEAVE_AT else today + timedelta(days=1)
    return at(england().letters_on_or_after(first), LETTERS_LEAVE_AT)


def finish_launch(session: Session, *, round_view: RoundView) -> None:
    """All cases are made: the round waits for its day."""
    lifecycle.transition(session, round_view, Stage.READY)


def open_round(session: Session, *, round_view: RoundView, context: AuditContext) -> None:
    """Take answers from now on; a round that is open already stays as it is."""
    if round_view.stage is not Stage.OPEN:
        lifecycle.transition(session, round_view, Stage.OPEN)
        schedule_passes(session, round_view, context)
        record(session, context, "round opened", "round", round_view.id)


def schedule_passes(session: Session, round_view: RoundView, context: AuditContext) -> None:
    """Let cases follow their answers each night, from the next one on."""
    jobs.reschedule(
        session,
        kind=SETTLE,
        subject_kind=jobs.ROUND,
        subject_id=round_view.id,
        due_at=at(london_date(context.now) + timedelta(days=1), NIGHT),
        context=context,
    )


def close_round(session: Session, *, round_view: RoundView, context: AuditContext) -> None:
    """Take no more answers, and withdraw the letters that have not left."""
    if round_view.stage is Stage.CLOSED:
        return
    lifecycle.transition(session, round_view, Stage.CLOSED)
    withdraw_of_round(session, round_view.id)
    record(session, context, "round closed", "round", round_view.id)
