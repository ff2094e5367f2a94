"""What a voter does with a code and no account: sees the ballot, gives dots, changes them until it is closed.

A paper has neither voter nor time. Its name follows from the slip under the key of the ballot; the slip is
nobody's, for codes are handed out in the room. Nothing is audited here: a row of the trail has a time.

Whoever hands codes out may have kept a copy. So a code alone votes once: afterwards it sees and changes that
with a secret of whoever voted, which their browser keeps, or a word that they chose. Keyed hashes of both
lie in the paper and go with it. Where somebody else used a code first, its voter sees that it was used.
"""

import hashlib
import hmac
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from survey_app.crypto import Keyring, normal_code, padded, seal
from survey_app.errors import ConflictError, InvalidError, StageError
from survey_app.models.base import table
from survey_app.models.cases.access import AccessKind
from survey_app.models.reviews.ballots import (
    Ballot,
    BallotIssue,
    BallotPaper,
    BallotSlip,
    BallotState,
    SlipState,
)
from survey_app.models.reviews.issues import ReviewIssue
from survey_app.models.reviews.sessions import ReviewSession
from survey_app.services import material
from survey_app.services.people import access
from survey_app.services.responses.paper_codes import plain
from survey_app.services.reviews.ballots import BALLOT, said_of

# Each paper is filled up to this: neither many issues nor many dots show in its length.
BLOCK = 1024
MIN_WORD, MAX_WORD = 6, 40
# Of papers that were written before a voter's secret was kept.
ANYBODY = "anybody"


class LockedError(ConflictError):
    """A code was used already, and whoever uses it now has neither the secret nor the word of that vote."""

    title = "This code was used already"

    def __init__(self) -> None:
        super().__init__(
            "Somebody voted with this code. It changes that vote with the word they chose alone."
        )


@dataclass(frozen=True, kw_only=True)
class Booth:
    """What whoever has a code may vote on, and what they gave so far; `voted` is whether they did.

    `issues` are titles by id, in the order of the ballot. `locked`: it was used, with other secrets than
    these, and nothing of that is told. `has_word` is whether a word was chosen.
    """

    slip_id: int
    ballot_id: int
    session_title: str
    state: BallotState
    dots: int
    issues: dict[int, str]
    given: dict[int, int]
    voted: bool
    locked: bool = False
    has_word: bool = False

    @property
    def is_open(self) -> bool:
        return self.state is BallotState.OPEN


def booth_of(session: Session, keys: Keyring, *, code: str, secrets: Collection[str] = ()) -> Booth | None:
    """The booth that a code opens; None where it is no code of a ballot.

    Args:
        secrets: what the voter has besides, of their browser or a word.
    """
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
    kept = _kept(session, keys, ballot, slip)
    locked = kept is not None and not kept.opens(secrets)
    return Booth(
        slip_id=slip.id,
        ballot_id=ballot.id,
        session_title=session.get_one(ReviewSession, ballot.session_id).title,
        state=ballot.state,
        dots=ballot.dots,
        issues={issue_id: title for issue_id, title in rows},
        given={} if kept is None or locked else dict(kept.dots),
        voted=kept is not None,
        locked=locked,
        has_word=kept is not None and kept.has_word,
    )


def vote(
    session: Session,
    keys: Keyring,
    *,
    code: str,
    dots: Mapping[int, int],
    secrets: Sequence[str] = (),
    word: str = "",
) -> None:
    """Give dots to issues, in the place of what the same voter gave before; none at all is an abstention.

    Args:
        secrets: what the voter has besides the code, one of which a vote with it was given with; of a first
            vote the first is kept.
        word: chosen to change the votes with from elsewhere.

    Raises:
        StageError: the code opens no ballot, or this ballot takes no votes: the database decides.
        LockedError: the code was used, with other secrets.
        InvalidError: more dots than there are, or for what is not on the ballot, or no such word.
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
    check_word(word, code)
    key = material.material_key(session, keys, subject_kind=BALLOT, subject_id=ballot.id)
    _put(session, key, slip, dots, secrets, word)


def _put(
    session: Session,
    key: bytes,
    slip: BallotSlip,
    dots: Mapping[int, int],
    secrets: Sequence[str],
    word: str,
) -> None:
    """Write a paper, or write it anew for whoever wrote it; of two at one moment one was first."""
    name = _name(key, slip)
    before = _paper(session, key, name, slip, to_change=True)
    if before is None:
        kept = Kept(key, slip, {}, own=keyed(key, slip, *secrets[:1]))
        row = {"name": name, "ballot_id": slip.ballot_id, "votes": kept.sealed(name, dots, word)}
        into = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        first = session.execute(into(table(BallotPaper)).values(row).on_conflict_do_nothing())
        if first.rowcount == 1:  # type: ignore[attr-defined]
            return
        before = _paper(session, key, name, slip, to_change=True)
    if before is None or not before.opens(secrets):
        raise LockedError
    votes = before.sealed(name, dots, word)
    session.execute(update(BallotPaper).where(BallotPaper.name == name).values(votes=votes))


def check_word(word: str, code: str) -> None:
    """Let pass a word that may be chosen, or none.

    Raises:
        InvalidError: it is short or long, or the code itself.
    """
    said = plain(word)
    if said and not MIN_WORD <= len(said) <= MAX_WORD:
        raise InvalidError(f"Your word must have {MIN_WORD} to {MAX_WORD} letters or numbers")
    if said and normal_code(said) == normal_code(code):
        raise InvalidError("Choose another word: this one is the code")


def is_word(session: Session, keys: Keyring, *, code: str, word: str) -> bool:
    """Whether somebody voted with this code and chose this word; capitals and blanks make no difference."""
    booth = booth_of(session, keys, code=code, secrets=[word])
    return booth is not None and booth.voted and not booth.locked


def tries_of(session: Session, keys: Keyring, *, code: str) -> str:
    """Under which name tries of a word beside this code are counted: it leads nowhere once votes are counted.

    Raises:
        StageError: the code opens no vote that is open.
    """
    slip = _slip_of(session, keys, code)
    ballot = session.get_one(Ballot, slip.ballot_id) if slip else None
    if slip is None or ballot is None or ballot.state is not BallotState.OPEN:
        raise StageError("Votes are not taken now.")
    key = material.material_key(session, keys, subject_kind=BALLOT, subject_id=ballot.id)
    return hmac.new(key, f"tries|{slip.uuid}".encode(), hashlib.sha256).hexdigest()


def take_out(session: Session, keys: Keyring, *, ballot_id: int, code: str) -> BallotSlip:
    """Let a code of a ballot open nothing any more, and take its paper out, if there is one; its slip.

    Raises:
        StageError: this ballot takes no votes.
        InvalidError: it is no code of this ballot, or void.
    """
    slip = _slip_of(session, keys, code)
    if slip is None or slip.ballot_id != ballot_id:
        raise InvalidError("This is no code of this ballot. Check it against the slip of paper.")
    ballot = session.get_one(Ballot, ballot_id)
    if ballot.state is not BallotState.OPEN:
        raise StageError("Codes are replaced while the vote is open.")
    key = material.material_key(session, keys, subject_kind=BALLOT, subject_id=ballot_id)
    slip.state = SlipState.VOID
    session.execute(delete(BallotPaper).where(BallotPaper.name == _name(key, slip)))
    return slip


def _slip_of(session: Session, keys: Keyring, code: str) -> BallotSlip | None:
    opened_here = access.opened_by(session, keys, code=code)
    if opened_here is None or opened_here.kind is not AccessKind.VOTER:
        return None
    slip = session.get(BallotSlip, opened_here.subject_id, populate_existing=True)
    return slip if slip and slip.state is not SlipState.VOID else None


def _kept(session: Session, keys: Keyring, ballot: Ballot, slip: BallotSlip) -> "Kept | None":
    """What was given with a slip; None where nothing was, or the votes are counted."""
    if ballot.state is not BallotState.OPEN:
        return None
    key = material.material_key(session, keys, subject_kind=BALLOT, subject_id=ballot.id)
    return _paper(session, key, _name(key, slip), slip)


def _paper(
    session: Session, key: bytes, name: str, slip: BallotSlip, *, to_change: bool = False
) -> "Kept | None":
    paper = session.get(BallotPaper, name, populate_existing=True, with_for_update=to_change or None)
    if paper is None:
        return None
    said = said_of(key, name, paper.votes)
    dots = {int(issue): count for issue, count in said["dots"].items()}
    # Papers of before had neither secret nor word: their code opens them until they are counted.
    return Kept(key, slip, dots, own=said.get("own", ANYBODY), word=said.get("word", ""))


@dataclass(frozen=True)
class Kept:
    """What a paper holds: dots by issue, and keyed hashes of the voter's secret and of their word."""

    key: bytes
    slip: BallotSlip
    dots: Mapping[int, int]
    own: str = ""
    word: str = ""

    @property
    def has_word(self) -> bool:
        return bool(self.word)

    def opens(self, secrets: Collection[str]) -> bool:
        """Whether one of these is what the paper was written with."""
        held = [mark for mark in (self.own, self.word) if mark]
        given = [keyed(self.key, self.slip, one) for one in secrets if one]
        return self.own == ANYBODY or any(hmac.compare_digest(a, b) for a in held for b in given)

    def sealed(self, name: str, dots: Mapping[int, int], word: str) -> bytes:
        """The votes of a paper as they are stored, with these dots, and another word if one is given."""
        given = {str(issue): count for issue, count in dots.items() if count}
        said = {
            "sector": self.slip.sector.value,
            "dots": given,
            "own": self.own,
            "word": keyed(self.key, self.slip, word) if word.strip() else self.word,
        }
        return seal(self.key, padded(json.dumps(said).encode(), BLOCK), f"paper {name}")


def keyed(key: bytes, slip: BallotSlip, secret: str = "") -> str:
    """What is kept of a voter's secret, for one slip of one ballot; of none nothing."""
    text = f"own|{slip.uuid}|{plain(secret)}"
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest() if secret.strip() else ""


def _name(key: bytes, slip: BallotSlip) -> str:
    return hmac.new(key, f"paper|{slip.uuid}".encode(), hashlib.sha256).hexdigest()
