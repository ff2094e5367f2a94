"""Letters on paper, for organisations that no e-mail reaches: in batches, the code of each on a folded page.

The code is on no screen: whoever prints takes one file, and each taking is counted, the second with its
reason. It holds nobody whose case says that the questionnaire was begun. Whoever is written to by e-mail
later gets another code. Alone such a code opens a questionnaire once, to begin it (`responses.paper_codes`):
so lists and files can follow the last pass, and nobody learns from them who has begun since.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from config import Settings
from survey_app.clock import london_date
from survey_app.crypto import Keyring
from survey_app.errors import InvalidError, NotFoundError, StageError
from survey_app.models.base import table
from survey_app.models.cases.casework import Case, SeatOutcome
from survey_app.models.cases.casework import Seat as SeatRow
from survey_app.models.outbox import Message, PrintBatch, PrintedLetter
from survey_app.models.rounds import Round
from survey_app.services.audit import AuditContext, record
from survey_app.services.cases.added import waiting_cases
from survey_app.services.cases.contacts import note_contact
from survey_app.services.cases.launch import UNANSWERED
from survey_app.services.cases.letters import ADDRESS_CHANGED, schedule_letters
from survey_app.services.cases.seats import SeatKey
from survey_app.services.fieldwork import new_codes
from survey_app.services.fieldwork.addresses import earlier_addresses
from survey_app.services.fieldwork.letters import values_of
from survey_app.services.installation import is_synthetic
from survey_app.services.organisations.contacts import addresses_of, post_addresses_of
from survey_app.services.responses import seats
from survey_app.services.responses.seats import Seat
from survey_app.services.rounds import lifecycle

MAX_REASON_LENGTH = 400


@dataclass(frozen=True)
class BatchLine:
    """A batch as a page shows it."""

    id: int
    made_on: date
    made_by: str
    letters: int
    downloads: int


@dataclass(frozen=True)
class PaperLetter:
    """One letter as it is printed: whom the envelope shows, and what the letter says, its code included."""

    post: str
    values: Mapping[str, object]


def waiting(session: Session, keys: Keyring, *, round_id: int) -> list[Seat]:
    """Who could be written to on paper: no e-mail, an address, not begun by the last pass, not printed."""
    ids = session.scalars(
        select(SeatRow.id)
        .join(Case, Case.id == SeatRow.case_id)
        .where(
            Case.round_id == round_id,
            Case.outcome.in_(UNANSWERED),
            SeatRow.outcome == SeatOutcome.NOT_STARTED,
            SeatRow.id.not_in(select(PrintedLetter.seat_id)),
        )
        .order_by(SeatRow.id)
    )
    seated = seats.seats_of(session, keys, seat_ids=list(ids))
    owners = {seat.organisation_id for seat in seated.values()}
    by_email, by_post = addresses_of(session, keys, owners), post_addresses_of(session, keys, owners)
    unagreed = waiting_cases(session, {seat.case_id for seat in seated.values()})
    return [
        seat
        for seat in seated.values()
        if seat.organisation_id in by_post and seat.organisation_id not in by_email
        if seat.case_id not in unagreed
    ]


def make_batch(session: Session, keys: Keyring, *, round_id: int, context: AuditContext) -> int:
    """Put everybody who waits for a letter on paper into one batch; its id. Audited.

    Whoever had letters by e-mail before gets a new code, so that no two addresses have the same.

    Raises:
        InvalidError: nobody waits.
        StageError: the round takes no answers.
        NotFoundError: no such round in the programme.
    """
    round_view = lifecycle.get_round(session, round_id=round_id, programme_id=context.programme_id)
    if not round_view.takes_cases:
        raise StageError(
            f"{round_view.title} is {round_view.stage}: letters are printed while it is ready or open."
        )
    # One after the other: two batches made at once would hold the same letters.
    session.scalar(select(Round.id).where(Round.id == round_id).with_for_update())
    addressed = waiting(session, keys, round_id=round_id)
    if not addressed:
        raise InvalidError("Nobody waits for a letter on paper. Enter postal addresses first.")
    moving, addressed = _moving(session, addressed)
    new_codes.renew_moved(session, keys, moving=moving, context=context)
    session.flush()
    batch = PrintBatch(
        round_id=round_id, made_on=london_date(context.now), made_by=context.actor, downloads=0
    )
    session.add(batch)
    session.flush()
    _tell_addresses_before(session, keys, moving, batch_id=batch.id, context=context)
    current = seats.seats_of(session, keys, seat_ids=[seat.id for seat in addressed])
    rows = [
        {"seat_id": seat.id, "print_batch_id": batch.id, "generation": seat.generation}
        for seat in current.values()
    ]
    session.execute(insert(table(PrintedLetter)), rows)
    for seat in current.values():
        note_contact(
            session, case_id=seat.case_id, kind="letter printed", actor=context.actor, now=context.now
        )
    record(session, context, "letters printed", "round", round_id, batch=batch.id, letters=len(rows))
    return batch.id


def _moving(session: Session, addressed: Collection[Seat]) -> tuple[list[SeatKey], list[Seat]]:
    """Those who had a letter by e-mail, whose code somebody else may have; and all who are to be printed.

    Whoever began with the code of an e-mail since the last pass keeps it, and is not printed.
    """
    had = _written_to(session, addressed)
    begun = seats.begun_of(session, [seat for seat in addressed if seat.id in had])
    stay = [seat for seat in addressed if seat.id not in begun]
    return [SeatKey(seat.id, seat.uuid, seat.case_id) for seat in stay if seat.id in had], stay


def _written_to(session: Session, addressed: Collection[Seat]) -> set[int]:
    of_seats = [seat.id for seat in addressed]
    sent = select(Message.seat_id).where(Message.seat_id.in_(of_seats), Message.state == "sent")
    return {seat_id for seat_id in session.scalars(sent) if seat_id is not None}


def _tell_addresses_before(
    session: Session, keys: Keyring, moving: Collection[SeatKey], *, batch_id: int, context: AuditContext
) -> None:
    """Write to where the last letter by e-mail went: nobody moves letters to paper without its notice."""
    earlier = earlier_addresses(session, keys, [seat.id for seat in moving])
    for seat in moving:
        if seat.id in earlier:
            event = f"{ADDRESS_CHANGED}_paper_{batch_id}"
            last = earlier[seat.id][0]
            schedule_letters(session, event, [seat], due=context.now, template=ADDRESS_CHANGED, to=last)


def batches_of(session: Session, *, round_id: int) -> list[BatchLine]:
    """The batches of a round, the newest first."""
    count = (
        select(func.count())
        .where(PrintedLetter.print_batch_id == PrintBatch.id)
        .correlate(PrintBatch)
        .scalar_subquery()
    )
    rows = session.execute(
        select(PrintBatch, count).where(PrintBatch.round_id == round_id).order_by(PrintBatch.id.desc())
    )
    return [BatchLine(one.id, one.made_on, one.made_by, letters or 0, one.downloads) for one, letters in rows]


def take(
    session: Session,
    keys: Keyring,
    settings: Settings,
    *,
    round_id: int,
    batch_id: int,
    reason: str,
    context: AuditContext,
) -> list[PaperLetter]:
    """The letters of a batch as they are printed, which is counted and audited.

    Left out is whoever's case says begun, who has another code by now, or is reached in another way.

    Raises:
        InvalidError: it was taken before and no reason is given, or nobody is left.
        StageError: the round takes no answers any more.
        WrongKeyError: the codes that the settings make open nothing.
        NotFoundError: no such batch of this round.
    """
    batch = session.get(PrintBatch, batch_id, with_for_update=True, populate_existing=True)
    if batch is None or batch.round_id != round_id:
        raise NotFoundError("batch of letters", batch_id)
    round_view = lifecycle.get_round(session, round_id=round_id, programme_id=context.programme_id)
    if not round_view.takes_cases:
        raise StageError(f"{round_view.title} is {round_view.stage}. Codes are of no use any more.")
    if batch.downloads and not reason.strip():
        raise InvalidError("These letters were taken before. Say why they are needed again.")
    if len(reason) > MAX_REASON_LENGTH:
        raise InvalidError(f"Say why in at most {MAX_REASON_LENGTH} characters.")
    letters = _letters(session, keys, settings, batch_id)
    if not letters:
        raise InvalidError("Nobody in this batch waits for a letter any more.")
    batch.downloads += 1
    detail = {"batch": batch_id, "letters": len(letters), "time": batch.downloads, "reason": reason.strip()}
    record(session, context, "printed letters taken", "round", round_id, **detail)
    return letters


def _letters(session: Session, keys: Keyring, settings: Settings, batch_id: int) -> list[PaperLetter]:
    printed = {
        row.seat_id: row.generation
        for row in session.scalars(select(PrintedLetter).where(PrintedLetter.print_batch_id == batch_id))
    }
    seated = seats.seats_of(session, keys, seat_ids=list(printed))
    begun = session.scalars(
        select(SeatRow.id).where(SeatRow.id.in_(printed), SeatRow.outcome != SeatOutcome.NOT_STARTED)
    ).all()
    post = post_addresses_of(session, keys, {seat.organisation_id for seat in seated.values()})
    synthetic = is_synthetic(session)
    return [
        PaperLetter(
            post[seat.organisation_id],
            values_of(
                keys,
                settings,
                seat=seat,
                minutes=seats.questionnaire_for(session, seat).estimated_minutes,
                synthetic=synthetic,
            ),
        )
        for seat in sorted(seated.values(), key=lambda seat: seat.id)
        if seat.id not in begun
        and seat.generation == printed[seat.id]
        and seat.outcome in UNANSWERED
        and seat.organisation_id in post
    ]
