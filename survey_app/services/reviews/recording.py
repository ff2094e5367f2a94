"""The record of a review as it is written: in numbered versions, until it is sent to both sides.

Saving a part adds a version, so nobody's words are overwritten unseen. What is sent is fixed: both sides
agree to one text. A returned record is written on and sent as the next edition; so is the correction of an
agreed one.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.clock import london_date
from survey_app.errors import InvalidError, StageError, TakenError
from survey_app.models.programmes import Programme
from survey_app.models.reviews.ballots import Ballot, BallotState
from survey_app.models.reviews.records import Part, RecordState, ReviewRecord, ReviewRecordText
from survey_app.models.reviews.sessions import ReviewSession, SessionState
from survey_app.models.rounds import Round
from survey_app.reports.reviews.contents import RecordContents, Written, to_json
from survey_app.services.audit import AuditContext, record
from survey_app.services.installation import is_synthetic
from survey_app.services.programmes.registry import agreements_of
from survey_app.services.reviews import gathered
from survey_app.services.reviews.issues import review_of
from survey_app.services.reviews.records import RecordView, record_of
from survey_app.services.reviews.tallies import results_of_review
from survey_app.services.rounds.lifecycle import RoundView

MAX_PART, MAX_CORRECTS = 8_000, 2_000


def write(
    session: Session, *, round_id: int, part: Part, words: str, seen: int, context: AuditContext
) -> None:
    """Save a part of a record as its next version.

    Args:
        seen: the number of the version that the writer began from.

    Raises:
        NotFoundError: no such review.
        StageError: the record is before both sides.
        TakenError: somebody saved the part meanwhile.
        InvalidError: it is too long, or empties what was written.
    """
    _locked(session, round_id, context)
    standing = record_of(session, round_id=round_id)
    if standing.is_sent:
        raise StageError("The record is before both sides. It can be written on once it is returned.")
    now = next(one for one in standing.parts if one.part is part)
    if now.number != seen:
        raise TakenError(
            "Somebody else saved this part while you wrote. Nothing of theirs or yours is lost: their words "
            "stand above, yours in the field. Put into yours what should stay, then save.",
            field="words",
        )
    if words == now.words:
        return
    if not words or len(words) > MAX_PART:
        raise InvalidError(f"Write this part in at most {MAX_PART:,} characters, or “None”.")
    session.add(
        ReviewRecordText(
            round_id=round_id, part=part, number=seen + 1, words=words,
            written_at=context.now, written_by=context.actor,
        )
    )  # fmt: skip
    session.flush()
    record(session, context, "record written", "review", round_id, part=part.value, number=seen + 1)


def send(session: Session, *, round_id: int, product: str, corrects: str = "", context: AuditContext) -> int:
    """Send the record as it stands to both sides; the edition's id.

    Args:
        corrects: what is put right, where both sides agreed to an edition before.

    Raises:
        NotFoundError: no such review.
        StageError: it is before them already.
        InvalidError: with all that is still missing.
    """
    review = _locked(session, round_id, context)
    standing = record_of(session, round_id=round_id)
    if standing.is_sent:
        raise StageError("The record is before both sides already.")
    if faults := _missing(session, round_id, standing, corrects):
        raise InvalidError("The record cannot be sent yet.", tuple(faults))
    number = len(standing.editions) + 1
    contents = _contents(session, review, standing, product, number, corrects, context)
    row = ReviewRecord(
        round_id=round_id, number=number, state=RecordState.SENT, contents=to_json(contents),
        corrects=corrects, sent_at=context.now, sent_by=context.actor,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(session, context, "record sent to both sides", "review", round_id, number=number)
    return row.id


def _missing(session: Session, round_id: int, standing: RecordView, corrects: str) -> list[str]:
    meetings = session.scalars(select(ReviewSession).where(ReviewSession.round_id == round_id)).all()
    voting = select(Ballot.id).where(
        Ballot.session_id.in_([one.id for one in meetings]), Ballot.state == BallotState.OPEN
    )
    faults = []
    if not any(one.state is SessionState.HELD for one in meetings):
        faults.append("Record at least one session as held: a record is of a meeting.")
    faults += [
        f"Say whether “{one.title}” was held or cancelled."
        for one in meetings
        if one.state is SessionState.PLANNED
    ]
    if session.scalars(voting).first() is not None:
        faults.append("Close the vote that is still open.")
    talked = standing.parts[0]
    if not talked.number:
        faults.append(f"Write the part “{talked.heading}”.")
    if standing.agreed and not 0 < len(corrects) <= MAX_CORRECTS:
        faults.append(f"Say what is put right in the agreed record, in at most {MAX_CORRECTS:,} characters.")
    return faults


def _contents(
    session: Session, review: RoundView, standing: RecordView, product: str, number: int, corrects: str,
    context: AuditContext,
) -> RecordContents:  # fmt: skip
    results = results_of_review(session, review.id)
    word = next((name for _, name in agreements_of(session, review.programme_id)), "agreement")
    return RecordContents(
        product=product,
        agreement=f"the {word}",
        programme=session.get_one(Programme, review.programme_id).name,
        title=review.title,
        number=number,
        corrects=corrects,
        sent_on=london_date(context.now),
        synthetic=is_synthetic(session),
        written=tuple(Written(heading=one.heading, words=one.words) for one in standing.parts),
        meetings=gathered.meetings(session, review),
        organisations=gathered.organisations(session, review),
        findings=gathered.findings(session, review),
        issues=gathered.issue_lines(session, review),
        votes=gathered.votes(results),
        added=gathered.added_lines(results),
        before=gathered.review_before(session, review),
    )


def _locked(session: Session, round_id: int, context: AuditContext) -> RoundView:
    review = review_of(session, round_id=round_id, programme_id=context.programme_id)
    session.get_one(Round, round_id, with_for_update=True)
    return review
