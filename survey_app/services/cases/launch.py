"""What the worker does to a round's cases: makes them, reminds them, closes them.

Each step takes a bounded number of cases, in the caller's transaction, and says how many
it took; nothing left is 0. A step that is repeated finds nothing to do twice.
"""

import uuid
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import exists, insert, select
from sqlalchemy.orm import Session

from sampling.frame import Sector
from scheduler.stages import Stage
from survey_app.clock import at, london_date
from survey_app.crypto import Keyring
from survey_app.models.base import fresh_uuid, table
from survey_app.models.cases import Case, CaseAgreement, CaseEvent, Outcome
from survey_app.models.organisations import Organisation
from survey_app.models.outbox import Message
from survey_app.models.panels import PanelMember
from survey_app.services.audit import AuditContext, record
from survey_app.services.burden import ledger
from survey_app.services.programmes.registry import agreements_of
from survey_app.services.questionnaires import versions
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import LETTERS_LEAVE_AT, RoundView

BATCH = 200
# Those who are asked again: whoever has not answered and has not been taken out.
UNANSWERED = (Outcome.NOT_STARTED, Outcome.STARTED)


def make_cases(session: Session, keys: Keyring, *, round_view: RoundView, now: datetime) -> int:
    """Make the next cases of a launch, each with its invitation, due when the round opens."""
    members = session.execute(
        select(PanelMember.id, PanelMember.organisation_id, Organisation.uuid, Organisation.sector)
        .join(Organisation, Organisation.id == PanelMember.organisation_id)
        .where(
            PanelMember.panel_id == round_view.panel_id,
            ~exists().where(Case.round_id == round_view.id, Case.panel_member_id == PanelMember.id),
        )
        .order_by(PanelMember.id)
        .limit(BATCH)
    ).all()
    rows = [_case_row(keys, round_view, *member[:3], now) for member in members]
    if not rows:
        return 0
    session.execute(insert(Case), rows)
    asked = [(organisation_id, sector) for _, organisation_id, _, sector in members]
    # They are asked when the letter comes, not when their case is made.
    day = max(round_view.dates.opens_on, london_date(now))
    _note_invitations(session, round_view, asked, day)
    made = dict(
        session.execute(
            select(Case.uuid, Case.id).where(Case.uuid.in_([str(row["uuid"]) for row in rows]))
        ).all()
    )
    _ask_about(session, round_view, list(made.values()))
    due = at(round_view.dates.opens_on, LETTERS_LEAVE_AT)
    _schedule_letters(session, "invitation", list(made.items()), due=due)
    return len(rows)


def add_case(
    session: Session,
    keys: Keyring,
    *,
    round_view: RoundView,
    organisation: Organisation,
    route: str,
    invite: bool,
    now: datetime,
) -> int:
    """Make one case that no draw chose, with its invitation where it is to have one; its id.

    Raises:
        TakenError: the organisation has a case in this round.
    """
    row = _case_row(keys, round_view, None, organisation.id, organisation.uuid, now) | {"route": route}
    with session.begin_nested():
        session.execute(insert(Case), [row])
    identity = str(row["uuid"])
    case_id = session.scalars(select(Case.id).where(Case.uuid == identity)).one()
    asked = [(organisation.id, organisation.sector)]
    _note_invitations(session, round_view, asked, london_date(now))
    _ask_about(session, round_view, [case_id])
    if invite:
        due = at(round_view.dates.opens_on, LETTERS_LEAVE_AT)
        _schedule_letters(session, "invitation", [(identity, case_id)], due=due)
    return case_id


def _note_invitations(
    session: Session, round_view: RoundView, asked: Iterable[tuple[int, Sector]], day: date
) -> None:
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
    ledger.schedule_invitations(session, invitation=invitation, asked=asked)


def _case_row(
    keys: Keyring,
    round_view: RoundView,
    member_id: int | None,
    organisation_id: int,
    organisation: str,
    now: datetime,
) -> dict[str, object]:
    # Derived, so that a launch taken up again by another worker makes the same case.
    identity = str(uuid.uuid5(uuid.UUID(round_view.uuid), organisation))
    return {
        "uuid": identity,
        "round_id": round_view.id,
        "organisation_id": organisation_id,
        "panel_member_id": member_id,
        "outcome": Outcome.NOT_STARTED,
        "outcome_on": None,
        "code_generation": 1,
        "code_hash": keys.code_hash(keys.access_code(identity, 1)),
        "created_at": now,
    }


def _ask_about(session: Session, round_view: RoundView, case_ids: list[int]) -> None:
    agreements = [agreement_id for agreement_id, _ in agreements_of(session, round_view.programme_id)]
    rows = [{"case_id": case, "agreement_id": agreement} for case in case_ids for agreement in agreements]
    if rows:
        session.execute(insert(CaseAgreement), rows)


def _schedule_letters(
    session: Session, template: str, cases: Sequence[tuple[str, int]], *, due: datetime
) -> None:
    session.execute(
        insert(Message),
        [
            {
                "case_id": case_id,
                "template": template,
                # Short enough for one line: a folded Message-ID is not the same one to every mail server.
                "message_id": f"<{template}.{identity.replace('-', '')}@compact.invalid>",
                "state": "waiting",
                "due_at": due,
                "lease_until": due,
                "leased_by": "",
                "attempts": 0,
                "failure": "",
            }
            for identity, case_id in cases
        ],
    )


def schedule_reminders(session: Session, *, round_view: RoundView, template: str, now: datetime) -> int:
    """Schedule this reminder for the next cases that have not answered and do not have it."""
    cases = session.execute(
        select(Case.uuid, Case.id)
        .where(
            Case.round_id == round_view.id,
            Case.outcome.in_(UNANSWERED),
            ~exists().where(Message.case_id == Case.id, Message.template == template),
        )
        .order_by(Case.id)
        .limit(BATCH)
    )
    scheduled = [(identity, case_id) for identity, case_id in cases]
    if scheduled:
        _schedule_letters(session, template, scheduled, due=now)
    return len(scheduled)


def finish_launch(session: Session, *, round_view: RoundView) -> None:
    """All cases are made: the round waits for its day."""
    lifecycle.transition(session, round_view, Stage.READY)


def open_round(session: Session, *, round_view: RoundView, context: AuditContext) -> None:
    """Take answers from now on; a round that is open already stays as it is."""
    if round_view.stage is not Stage.OPEN:
        lifecycle.transition(session, round_view, Stage.OPEN)
        record(session, context, "round opened", "round", round_view.id)


def close_round(session: Session, *, round_view: RoundView, context: AuditContext) -> None:
    """Take no more answers, and withdraw the letters that have not left."""
    if round_view.stage is Stage.CLOSED:
        return
    lifecycle.transition(session, round_view, Stage.CLOSED)
    in_round = select(Case.id).where(Case.round_id == round_view.id)
    waiting = session.scalars(
        select(Message).where(Message.case_id.in_(in_round), Message.state == "waiting")
    )
    for message in waiting:
        message.state = "withdrawn"
    record(session, context, "round closed", "round", round_view.id)


def note_contact(
    session: Session, *, case_id: int, kind: str, actor: str, now: datetime, note: str = ""
) -> None:
    """Write one contact into a case's history, by day."""
    session.execute(
        _CONTACT,
        {
            "id": fresh_uuid(),
            "case_id": case_id,
            "day": london_date(now),
            "kind": kind,
            "actor": actor,
            "note": note,
        },
    )


_CONTACT = insert(table(CaseEvent))
