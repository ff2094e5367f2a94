"""What a voter does with a code and no account: sees the ballot, gives dots, changes them until it is closed.

A paper has neither voter nor time. Its name follows from the slip under the key of the ballot; the slip is
nobody's, for codes are handed out in the room. Nothing is audited here: a row of the trail has a time.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from survey_app.crypto import Keyring, padded, seal
from survey_app.errors import InvalidError, StageError
from survey_app.models.cases.access import AccessKind
from survey_app.models.reviews.ballots import Ballot, BallotIssue, BallotPaper, BallotSlip, BallotState
from survey_app.models.reviews.issues import ReviewIssue
from survey_app.models.reviews.sessions import ReviewSession
from survey_app.services import material
from survey_app.services.people import access
from survey_app.services.reviews.ballots import BALLOT, opened

# Each paper is filled up to this: neither many issues nor many dots show in its length.
BLOCK = 1024


@dataclass(frozen=True, kw_only=True)
class Booth:
    """What whoever has a code may vote on, and what they gave so far; `voted` is whether they did.

    `issues` are titles by id, in the order of the ballot.
    """

    slip_id: int
    ballot_id: int
    session_title: str
    state: BallotState
    dots: int
    issues: dict[int, str]
    given: dict[int, int]
    voted: bool

    @property
    def is_open(self) -> bool:
        return self.state is BallotState.OPEN


def booth_of(session: Session, keys: Keyring, *, code: str) -> Booth | None:
    """The booth that a code opens; None where it is no code of a ballot."""
    slip = _slip_of(session, keys, code)
    if slip is None:
        return None
    ballot = session.get_one(Ballot, slip.ballot_id)
    rows = session.execute(
        select(BallotIssue.issue_id, ReviewIssue.title)
        .join(ReviewIssue, ReviewIssue.id == BallotIssue.issue_id)
        .where(BallotIssue.ballot_id == ballot.id)
        .order_by(BallotIssue.position)
    )
    given = _given(session, keys, ballot, slip)
    return Booth(
        slip_id=slip.id,
        ballot_id=ballot.id,
        session_title=session.get_one(ReviewSession, ballot.session_id).title,
        state=ballot.state,
        dots=ballot.dots,
        issues={issue_id: title for issue_id, title in rows},
        given=given or {},
        voted=given is not None,
    )


def vote(session: Session, keys: Keyring, *, code: str, dots: Mapping[int, int]) -> None:
    """Give dots to issues, in the place of what the same code gave before; none at all is an abstention.

    Raises:
        StageError: the code opens no ballot, or this ballot takes no votes: the database decides.
        InvalidError: more dots than there are, or for what is not on the ballot.
    """
    slip = _slip_of(session, keys, code)
    if slip is None:
        raise StageError("This code opens no vote.")
    ballot = session.get_one(Ballot, slip.ballot_id, with_for_update={"read": True}, populate_existing=True)
    if ballot.state is not BallotState.OPEN:
        raise StageError("Votes are not taken now. What you gave before the vote was closed is counted.")
    on_ballot = set(session.scalars(select(BallotIssue.issue_id).where(BallotIssue.ballot_id == ballot.id)))
    if not set(dots) <= on_ballot or any(count < 0 for count in dots.values()):
        raise InvalidError("Give dots to the issues on the page, and to no others.")
    if (total := sum(dots.values())) > ballot.dots:
        raise InvalidError(f"You gave {total} dots and have {ballot.dots}. Take {total - ballot.dots} away.")
    key = material.material_key(session, keys, subject_kind=BALLOT, subject_id=ballot.id)
    name = _name(key, slip)
    given = {str(issue): count for issue, count in dots.items() if count}
    said = {"sector": slip.sector.value, "dots": given}
    sealed = seal(key, padded(json.dumps(said).encode(), BLOCK), f"paper {name}")
    into = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = into(BallotPaper).values(name=name, ballot_id=ballot.id, votes=sealed)
    session.execute(row.on_conflict_do_update(index_elements=[BallotPaper.name], set_={"votes": sealed}))


def _slip_of(session: Session, keys: Keyring, code: str) -> BallotSlip | None:
    opened_here = access.opened_by(session, keys, code=code)
    if opened_here is None or opened_here.kind is not AccessKind.VOTER:
        return None
    return session.get(BallotSlip, opened_here.subject_id)


def _given(session: Session, keys: Keyring, ballot: Ballot, slip: BallotSlip) -> dict[int, int] | None:
    """What was given with a slip; None where nothing was, or the votes are counted."""
    if ballot.state is not BallotState.OPEN:
        return None
    key = material.material_key(session, keys, subject_kind=BALLOT, subject_id=ballot.id)
    paper = session.get(BallotPaper, _name(key, slip), populate_existing=True)
    return None if paper is None else opened(key, paper.name, paper.votes)[1]


def _name(key: bytes, slip: BallotSlip) -> str:
    return hmac.new(key, f"paper|{slip.uuid}".encode(), hashlib.sha256).hexdigest()
