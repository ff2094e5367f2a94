"""The seats of a case: its lead, made with it, and others that are opened; each with a code of its own."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from instruments.conduct import SeatKind
from sampling.frame import Sector
from survey_app.clock import london_date
from survey_app.crypto import Keyring
from survey_app.errors import InvalidError, NotFoundError, StageError
from survey_app.models.base import table
from survey_app.models.cases.casework import Case, Seat, SeatOutcome
from survey_app.models.organisations import Organisation
from survey_app.models.rounds import Round, RoundInstrument
from survey_app.services.audit import AuditContext, record
from survey_app.services.cases.contacts import note_contact
from survey_app.services.people import access
from survey_app.services.people.access import Holder

MAX_LABEL_LENGTH = 120
MAX_TIER_LENGTH = 40
WORDS = {
    SeatKind.LEAD: "Lead",
    SeatKind.SECOND: "Second respondent",
    SeatKind.COLLEAGUE: "Colleague",
    SeatKind.STAFF_MEMBER: "Member of staff",
    SeatKind.MEMBER: "Member",
    SeatKind.PERSON_IN_CHARGE: "Person in charge",
}
OUTCOMES = {
    SeatOutcome.NOT_STARTED: "Not started",
    SeatOutcome.STARTED: "Started",
    SeatOutcome.COMPLETE: "Sent",
    SeatOutcome.REFUSED: "Refused",
    SeatOutcome.WITHDRAWN: "Withdrawn",
}
# More than any organisation needs, and no more than a page shows.
MAX_SEATS = 50


class SeatKey(NamedTuple):
    """A seat by its id and uuid, with its case."""

    id: int
    uuid: str
    case_id: int


@dataclass(frozen=True, kw_only=True)
class NewSeat:
    """A seat to open beside the lead's.

    Args:
        label: whose it is in words, such as a department; never a name.
        intended_tier: the level that is asked for.
        stands_in_for: the id of a seat of the same case that this one takes the place of.
    """

    kind: SeatKind
    label: str = ""
    intended_tier: str = ""
    stands_in_for: int | None = None


class SeatLine(NamedTuple):
    """A seat as its case's page shows it."""

    id: int
    kind: SeatKind
    label: str
    outcome: SeatOutcome

    @property
    def who(self) -> str:
        """Whose seat it is, in words."""
        return f"{WORDS[self.kind]}, {self.label}" if self.label else WORDS[self.kind]

    @property
    def state(self) -> str:
        """How far it has come, in words."""
        return OUTCOMES[self.outcome]


def make_leads(
    session: Session, keys: Keyring, *, cases: Sequence[tuple[int, str]], today: date
) -> list[SeatKey]:
    """Give each new case, by id and uuid, its lead's seat, with a code derived from the case's uuid."""
    rows = [
        {"uuid": identity, "case_id": case_id, "kind": SeatKind.LEAD, "created_on": today}
        for case_id, identity in cases
    ]
    return _made(session, keys, rows, today)


def _made(session: Session, keys: Keyring, rows: list[dict[str, object]], today: date) -> list[SeatKey]:
    seat = table(Seat).c
    made = session.execute(insert(table(Seat)).returning(seat.id, seat.uuid, seat.case_id), rows)
    seats = sorted(SeatKey(*row) for row in made)
    access.issue(session, keys, holders=[holder_of(one) for one in seats], today=today)
    return seats


def holder_of(seat: SeatKey) -> Holder:
    """The seat as the holder of a code."""
    return Holder(identity=seat.uuid, seat_id=seat.id)


def open_seat(
    session: Session, keys: Keyring, *, case_id: int, new: NewSeat, context: AuditContext
) -> SeatKey:
    """Open a further seat on a case, with a code and the questionnaire that the round has for its kind.

    Raises:
        NotFoundError: no such case in the programme, or no such seat of it to stand in for.
        StageError: the round takes no more seats.
        InvalidError: a second lead, no questionnaire for this kind of seat, too long a label, too many seats.
    """
    case, round_ = _case(session, case_id, context.programme_id)
    if not round_.stage.takes_cases:
        raise StageError(f"{round_.title} is {round_.stage}: seats are opened while it is ready or open.")
    _check(session, case, new)
    today = london_date(context.now)
    row: dict[str, object] = {
        "uuid": str(uuid.uuid4()),
        "case_id": case_id,
        "kind": new.kind,
        "label": new.label.strip(),
        "intended_tier": new.intended_tier.strip(),
        "stands_in_for_seat_id": new.stands_in_for,
        "created_on": today,
    }
    (seat,) = _made(session, keys, [row], today)
    kind = f"seat opened: {WORDS[new.kind].lower()}"
    note_contact(session, case_id=case_id, kind=kind, actor=context.actor, now=context.now)
    record(session, context, "seat opened", "case", case_id, kind=new.kind.value, seat=seat.id)
    return seat


def _case(session: Session, case_id: int, programme_id: int | None) -> tuple[Case, Round]:
    case = session.get(Case, case_id)
    round_ = session.get(Round, case.round_id) if case is not None else None
    if case is None or round_ is None or round_.programme_id != programme_id:
        raise NotFoundError("case", case_id)
    return case, round_


def _check(session: Session, case: Case, new: NewSeat) -> None:
    faults = []
    if new.kind is SeatKind.LEAD:
        faults.append("The case has its lead already.")
    elif not _asked(session, case, new.kind):
        faults.append(f"The round has no questionnaire for this kind of seat: {WORDS[new.kind].lower()}.")
    if len(new.label.strip()) > MAX_LABEL_LENGTH or len(new.intended_tier.strip()) > MAX_TIER_LENGTH:
        faults.append(
            f"A label has up to {MAX_LABEL_LENGTH} characters, and a level up to {MAX_TIER_LENGTH}."
        )
    seats = session.scalar(select(func.count()).select_from(Seat).where(Seat.case_id == case.id)) or 0
    if seats >= MAX_SEATS:
        faults.append(f"The case has {seats} seats, which is the maximum.")
    if faults:
        raise InvalidError("The seat was not opened.", tuple(faults))
    if new.stands_in_for is not None:
        other = session.get(Seat, new.stands_in_for)
        if other is None or other.case_id != case.id:
            raise NotFoundError("seat of this case", new.stands_in_for)


def _asked(session: Session, case: Case, kind: SeatKind) -> bool:
    sector: Sector | None = session.scalar(
        select(Organisation.sector).where(Organisation.id == case.organisation_id)
    )
    query = select(RoundInstrument.id).where(
        RoundInstrument.round_id == case.round_id,
        RoundInstrument.audience == sector,
        RoundInstrument.seat_kind == kind,
        RoundInstrument.pinned_at.is_not(None),
    )
    return session.scalar(query) is not None


def lead_of(session: Session, case_id: int) -> SeatKey:
    """The lead's seat of a case.

    Raises:
        NotFoundError: no such case.
    """
    row = session.execute(
        select(Seat.id, Seat.uuid, Seat.case_id).where(Seat.case_id == case_id, Seat.kind == SeatKind.LEAD)
    ).one_or_none()
    if row is None:
        raise NotFoundError("case", case_id)
    return SeatKey(*row)


def seats_of_case(session: Session, case_id: int) -> tuple[SeatLine, ...]:
    """The seats of a case, the lead's first."""
    rows = session.execute(
        select(Seat.id, Seat.kind, Seat.label, Seat.outcome)
        .where(Seat.case_id == case_id)
        .order_by(Seat.kind != SeatKind.LEAD, Seat.id)
    )
    return tuple(SeatLine(*row) for row in rows)
