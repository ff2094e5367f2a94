"""What somebody does at a vote who never saw its codes: counts who voted, replaces a code that went wrong.

Whoever hands codes out may have kept some. Left-over ones make no side large enough to be told, since another
counts who voted. Where one was used before its voter, another takes that paper out unread, and makes a code
in its place that whoever handed out the first does not see.
"""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from sampling.frame import Sector
from survey_app.clock import london_date
from survey_app.crypto import Keyring
from survey_app.errors import InvalidError, NotAllowedError, StageError
from survey_app.models.base import fresh_uuid
from survey_app.models.reviews.ballots import Ballot, BallotHeads, BallotSlip, BallotState, SlipState
from survey_app.services.audit import AuditContext, record
from survey_app.services.people import access
from survey_app.services.people.independence import check_independent
from survey_app.services.reviews import voting
from survey_app.services.reviews.ballots import MAX_SLIPS, ballot_row, holder_of, view_of


def count_heads(
    session: Session,
    *,
    ballot_id: int,
    heads: Mapping[Sector, int],
    person_id: int,
    context: AuditContext,
) -> None:
    """Record how many of each side voted, by a show of hands; counted again it replaces the count before.

    Raises:
        NotFoundError: no such ballot.
        StageError: votes are not taken now.
        NotAllowedError: the person saw the codes, or is none of their own beside whoever did.
        InvalidError: no such number.
    """
    row = _unseen(session, ballot_id, person_id, context)
    if not all(0 <= heads.get(sector, -1) <= MAX_SLIPS for sector in Sector):
        raise InvalidError(f"Enter how many of each side voted: 0 to {MAX_SLIPS}.")
    for sector in Sector:
        counted = {"heads": heads[sector], "counted_by_person_id": person_id}
        session.merge(BallotHeads(ballot_id=row.id, sector=sector, **counted))
    said = {sector.value: heads[sector] for sector in Sector}
    record(session, context, "voters counted", "ballot", row.id, **said)


def replace_code(
    session: Session, keys: Keyring, *, ballot_id: int, code: str, person_id: int, context: AuditContext
) -> str:
    """Let a code open nothing more, take out unread what was voted with it, and give another for it. Audited.

    Whether there was a vote is told to nobody.

    Raises:
        NotFoundError: no such ballot.
        StageError: votes are not taken now.
        NotAllowedError: the person saw the codes, or is none of their own beside whoever did.
        InvalidError: it is no code of this ballot, or void.
    """
    row = _unseen(session, ballot_id, person_id, context)
    void = voting.take_out(session, keys, ballot_id=row.id, code=code)
    slip = BallotSlip(uuid=fresh_uuid(), ballot_id=row.id, sector=void.sector, state=SlipState.IN_PLACE)
    session.add(slip)
    session.flush()
    holder = holder_of(slip.id, slip.uuid)
    access.issue(session, keys, holders=[holder], today=london_date(context.now))
    record(session, context, "code of a ballot replaced", "ballot", row.id)
    return access.code_of(session, keys, holder=holder)


def _unseen(session: Session, ballot_id: int, person_id: int, context: AuditContext) -> Ballot:
    """The ballot, while it is open, for somebody who never saw its codes."""
    row = ballot_row(session, ballot_id, context.programme_id, locked=True)
    if row.state is not BallotState.OPEN:
        raise StageError("Votes are not taken now.")
    for seen_by in view_of(session, row).seen_by:
        if seen_by == person_id:
            raise NotAllowedError("You have seen the codes of this vote, so somebody else does this.")
        check_independent(session, asker_id=seen_by, decider_id=person_id)
    return row
