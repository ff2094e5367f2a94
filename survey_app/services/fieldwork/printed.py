"""Letters on paper, for organisations that no e-mail reaches: in batches, the code of each on a folded page.

The code is on no screen: whoever prints takes one file, and each taking is counted, the second with its
reason. It holds nobody whose case says that the questionnaire was begun. Whoever is written to by e-mail
later gets another code. Alone such a code opens a questionnaire once, to begin it (`responses.paper_codes`):
so lists and files can follow the last pass, and nobody learns from them who has begun since.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from config import Settings
from survey_app.clock import london_date
from survey_app.crypto import Keyring
from survey_app.errors import InvalidError, NotFoundError, StageError
from survey_app.models.base import table
from survey_app.models.cases.casework import Case, SeatOutcome
from survey_app.models.cases.casework import Seat as SeatRow
from survey_app.models.contacts import Contact
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


@dataclass(frozen=True)
class OnPaper:
    """Who is reached on paper alone and has no letter yet, by the last pass.

    `ready` can be printed. `by_night` had letters by e-mail with a code: once they were asked for, the next
    night's pass gives those another code who have not begun by then, so that no batch tells who has since.
    """

    ready: tuple[Seat, ...]
    by_night: tuple[Seat, ...]


def on_paper(session: Session, keys: Keyring, *, round_id: int) -> OnPaper:
    """Who could be written to on paper: no e-mail, an address, not begun by the last pass, not printed."""
    seated = seats.seats_of(session, keys, seat_ids=_unprinted(session, round_id))
    owners = {seat.organisation_id for seat in seated.values()}
    by_email, by_post = addresses_of(session, keys, owners), post_addresses_of(session, keys, owners)
    unagreed = waiting_cases(session, {seat.case_id for seat in seated.values()})
    addressed = [
        seat
        for seat in seated.values()
        if seat.organisation_id in by_post and seat.organisation_id not in by_email
        if seat.case_id not in unagreed
    ]
    had, moved = _written_to(session, addressed), _moved(session, addressed)
    ready = [seat for seat in addressed if seat.id in moved or seat.id not in had]
    return OnPaper(tuple(ready), tuple(seat for seat in addressed if seat not in ready))


def _unprinted(session: Session, round_id: int) -> list[int]:
    by_post = select(Contact.organisation_id).where(
        Contact.post_sealed.is_not(None), Contact.valid_to.is_(None)
    )
    in_batch = select(PrintedLetter.seat_id).where(PrintedLetter.print_batch_id.is_not(None))
    ids = session.scalars(
        select(SeatRow.id)
        .join(Case, Case.id == SeatRow.case_id)
        .where(
            Case.round_id == round_id,
            Case.outcome.in_(UNANSWERED),
            Case.organisation_id.in_(by_post),
            SeatRow.outcome == SeatOutcome.NOT_STARTED,
            SeatRow.id.not_in(in_batch),
        )
        .order_by(SeatRow.id)
    )
    return list(ids)


def make_batch(session: Session, keys: Keyring, *, round_id: int, context: AuditContext) -> int | None:
    """Put everybody who can be printed into one batch; its id, none where all are moved first. Audited.

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
    addressed = on_paper(session, keys, round_id=round_id)
    if not (addressed.ready or addressed.by_night):
        raise InvalidError("Nobody waits for a letter on paper. Enter postal addresses first.")
    _keep(session, addressed.by_night, batch_id=None, generation=0)
    if not addressed.ready:
        return None
    batch = PrintBatch(
        round_id=round_id, made_on=london_date(context.now), made_by=context.actor, downloads=0
    )
    session.add(batch)
    session.flush()
    _keep(session, addressed.ready, batch_id=batch.id)
    for seat in addressed.ready:
        note_contact(
            session, case_id=seat.case_id, kind="letter printed", actor=context.actor, now=context.now
        )
    count = len(addressed.ready)
    record(session, context, "letters printed", "round", round_id, batch=batch.id, letters=count)
    return batch.id


def _keep(
    session: Session, addressed: Collection[Seat], *, batch_id: int | None, generation: int | None = None
) -> None:
    """Keep letters, with the codes that they hold, in place of what stood of them."""
    ids = [seat.id for seat in addressed]
    session.execute(delete(PrintedLetter).where(PrintedLetter.seat_id.in_(ids)))
    rows = [
        {
            "seat_id": seat.id,
            "print_batch_id": batch_id,
            "generation": seat.generation if generation is None else generation,
        }
        for seat in addressed
    ]
    if rows:
        session.execute(insert(table(PrintedLetter)), rows)


def move_to_paper(session: Session, keys: Keyring, *, round_id: int, context: AuditContext) -> int:
    """Give those another code who were asked for and have not begun by this night's pass; how many.

    So no two addresses have the same code, and whoever began with the code of an e-mail keeps it. Where the
    last letter went is told, so that nobody moves letters to paper without its notice.
    """
    asked = set(session.scalars(select(PrintedLetter.seat_id).where(PrintedLetter.generation == 0)))
    if not asked:
        return 0
    addressed = [seat for seat in on_paper(session, keys, round_id=round_id).by_night if seat.id in asked]
    # Words that were typed and are no answer yet count as begun: a code on paper would shut them away.
    begun = seats.begun_of(session, addressed)
    addressed = [seat for seat in addressed if seat.id not in begun]
    moving = [SeatKey(seat.id, seat.uuid, seat.case_id) for seat in addressed]
    new_codes.renew_moved(session, keys, moving=moving, context=context)
    session.flush()
    current = seats.seats_of(session, keys, seat_ids=[seat.id for seat in addressed])
    _keep(session, current.values(), batch_id=None)
    for seat in moving:
        _tell_address_before(session, keys, seat, generation=current[seat.id].generation, context=context)
    return len(moving)


def _moved(session: Session, addressed: Collection[Seat]) -> set[int]:
    """Those whose code as it is now went out nowhere, since a night made it for paper."""
    rows = session.execute(
        select(PrintedLetter.seat_id, PrintedLetter.generation).where(
            PrintedLetter.print_batch_id.is_(None), PrintedLetter.seat_id.in_([seat.id for seat in addressed])
        )
    )
    made = {(seat_id, generation) for seat_id, generation in rows}
    return {seat.id for seat in addressed if (seat.id, seat.generation) in made}


def _written_to(session: Session, addressed: Collection[Seat]) -> set[int]:
    of_seats = [seat.id for seat in addressed]
    sent = select(Message.seat_id).where(Message.seat_id.in_(of_seats), Message.state == "sent")
    return {seat_id for seat_id in session.scalars(sent) if seat_id is not None}


def _tell_address_before(
    session: Session, keys: Keyring, seat: SeatKey, *, generation: int, context: AuditContext
) -> None:
    for last in earlier_addresses(session, keys, [seat.id]).get(seat.id, [])[:1]:
        event = f"{ADDRESS_CHANGED}_paper_{generation}"
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

    Left out is whoever's case says begun, who has another code by now or was to have one, or is reached by
    e-mail: whether they answered since the last pass makes no difference.

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
    letters = _letters(session, keys, settings, batch)
    if not letters:
        raise InvalidError("Nobody in this batch waits for a letter any more.")
    batch.downloads += 1
    detail = {"batch": batch_id, "letters": len(letters), "time": batch.downloads, "reason": reason.strip()}
    record(session, context, "printed letters taken", "round", round_id, **detail)
    return letters


def _letters(session: Session, keys: Keyring, settings: Settings, batch: PrintBatch) -> list[PaperLetter]:
    printed = {
        row.seat_id: row.generation
        for row in session.scalars(select(PrintedLetter).where(PrintedLetter.print_batch_id == batch.id))
    }
    seated = seats.seats_of(session, keys, seat_ids=list(printed))
    begun = session.scalars(
        select(SeatRow.id).where(SeatRow.id.in_(printed), SeatRow.outcome != SeatOutcome.NOT_STARTED)
    ).all()
    owners = {seat.organisation_id for seat in seated.values()}
    post, by_email = post_addresses_of(session, keys, owners), addresses_of(session, keys, owners)
    # Whoever has answered since the last pass was agreed a new code as well, and none was made.
    elsewhere = new_codes.agreed_for(session, seat_ids=seated, since=batch.made_on)
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
        and seat.id not in elsewhere
        and seat.organisation_id not in by_email
        and seat.generation == printed[seat.id]
        and seat.outcome in UNANSWERED
        and seat.organisation_id in post
    ]
