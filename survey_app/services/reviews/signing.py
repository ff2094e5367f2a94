"""What both sides say of the record of a review: agreed, with dissent where there is any, or returned.

One signatory speaks for each side, and no two who are one person as far as is known of their accounts.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from sampling.frame import Sector
from survey_app.errors import ConflictError, InvalidError, NotFoundError, StageError
from survey_app.models.reviews.records import RecordState, ReviewRecord, ReviewRecordVerdict
from survey_app.services import jobs
from survey_app.services.audit import AuditContext, record
from survey_app.services.people.independence import check_independent
from survey_app.services.questionnaires.signoff import check_signatory
from survey_app.services.reviews.issues import review_of
from survey_app.services.reviews.records import RECORD, verdicts_of

MAX_WORDS = 2_000
SET_PDF = "record"


def agree(
    session: Session, *, record_id: int, sector: Sector, dissent: str, person_id: int, context: AuditContext
) -> None:
    """Agree to a record for a side, with what that side dissents from in its own words; both make it final.

    Raises:
        NotFoundError: no such record.
        NotAllowedError: the person signs for another sector, or is not independent of the other signatory.
        StageError: it is not before both sides any more.
        ConflictError: the side has spoken, or the same person for the other.
        InvalidError: the dissent is too long.
    """
    row = _before_them(session, record_id, sector, person_id, context)
    _say(session, row, sector, agrees=True, words=dissent, person_id=person_id, context=context)
    said = verdicts_of(session, [row.id])[row.id]
    if len(said) == len(Sector) and all(one.agrees for one in said):
        row.state = RecordState.AGREED
        jobs.add_job(
            session,
            kind="record",
            subject_kind=RECORD,
            subject_id=row.id,
            due_at=context.now,
            context=context,
        )
    record(session, context, "record agreed to", "review", row.round_id, **_detail(row, sector))


def send_back(
    session: Session, *, record_id: int, sector: Sector, words: str, person_id: int, context: AuditContext
) -> None:
    """Return a record for a side, with what is to be put right; it is written on and sent as another edition.

    Raises:
        NotFoundError: no such record.
        NotAllowedError: the person signs for another sector, or is not independent of the other signatory.
        StageError: it is not before both sides any more.
        ConflictError: the side has spoken, or the same person for the other.
        InvalidError: nothing is said, or too much.
    """
    row = _before_them(session, record_id, sector, person_id, context)
    if not words:
        raise InvalidError("Say what is to be put right.")
    _say(session, row, sector, agrees=False, words=words, person_id=person_id, context=context)
    row.state = RecordState.RETURNED
    record(session, context, "record returned", "review", row.round_id, **_detail(row, sector))


def take_back(session: Session, *, record_id: int, why: str, context: AuditContext) -> None:
    """Take a record back that is before both sides, to write on; what was said of it stays.

    Raises:
        NotFoundError: no such record.
        StageError: it is not before them any more.
        InvalidError: no reason.
    """
    row = _row(session, record_id, context)
    _check_sent(row)
    if not 0 < len(why) <= MAX_WORDS:
        raise InvalidError(f"Say why, in at most {MAX_WORDS:,} characters.")
    row.state, row.taken_back_why = RecordState.RETURNED, why
    record(session, context, "record taken back", "review", row.round_id, number=row.number)


def _before_them(
    session: Session, record_id: int, sector: Sector, person_id: int, context: AuditContext
) -> ReviewRecord:
    row = _row(session, record_id, context)
    check_signatory(session, sector, person_id, context)
    _check_sent(row)
    spoken = session.scalars(select(ReviewRecordVerdict).where(ReviewRecordVerdict.record_id == row.id)).all()
    for one in spoken:
        if one.sector is sector:
            raise ConflictError("Your side has spoken on this record already.")
        if one.person_id == person_id:
            raise ConflictError("You spoke for the other side already. Somebody else has to for this one.")
        check_independent(session, asker_id=one.person_id, decider_id=person_id)
    return row


def _say(
    session: Session, row: ReviewRecord, sector: Sector, *, agrees: bool, words: str, person_id: int,
    context: AuditContext,
) -> None:  # fmt: skip
    if len(words) > MAX_WORDS:
        raise InvalidError(f"Say it in at most {MAX_WORDS:,} characters.")
    session.add(
        ReviewRecordVerdict(
            record_id=row.id, sector=sector, agrees=agrees, words=words, person_id=person_id,
            said_at=context.now,
        )
    )  # fmt: skip
    session.flush()


def _detail(row: ReviewRecord, sector: Sector) -> dict[str, object]:
    return {"number": row.number, "sector": sector.value}


def _check_sent(row: ReviewRecord) -> None:
    if row.state is not RecordState.SENT:
        raise StageError(f"This record was {row.state.value} already. Look at it as it stands now.")


def _row(session: Session, record_id: int, context: AuditContext) -> ReviewRecord:
    row = session.get(ReviewRecord, record_id, populate_existing=True, with_for_update=True)
    if row is None:
        raise NotFoundError("record", record_id)
    review_of(session, round_id=row.round_id, programme_id=context.programme_id)
    return row
