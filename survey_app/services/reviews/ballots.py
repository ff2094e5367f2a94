"""Ballots of a session as their facilitator sees them: prepared, opened, closed and counted."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from sampling.frame import Sector
from survey_app.clock import london_date
from survey_app.crypto import Keyring, unseal
from survey_app.errors import InvalidError, NotAllowedError, NotFoundError, StageError
from survey_app.models.base import fresh_uuid
from survey_app.models.cases.access import AccessKind
from survey_app.models.reviews.ballots import (
    Ballot,
    BallotCount,
    BallotHeads,
    BallotIssue,
    BallotPaper,
    BallotSight,
    BallotSlip,
    BallotState,
    BallotTally,
    SlipState,
)
from survey_app.models.reviews.sessions import ReviewSession
from survey_app.services import material
from survey_app.services.audit import AuditContext, record
from survey_app.services.people import access
from survey_app.services.people.access import Holder
from survey_app.services.reviews.issues import IssueView, issues_of
from survey_app.services.reviews.sessions import check_open_to_votes, session_row

# A side whose voters are fewer is not told apart; fewer altogether are not counted at all.
MIN_VOTERS = 5
MAX_DOTS, MAX_SLIPS = 20, 500
BALLOT, SLIP = "ballot", "ballot_slip"


@dataclass(frozen=True, kw_only=True)
class BallotPlan:
    """How many dots each person has, on which issues, and how many codes are printed for each side."""

    dots: int
    issue_ids: tuple[int, ...]
    slips: dict[Sector, int]


@dataclass(frozen=True, kw_only=True)
class BallotView:
    """A ballot as it stands; `papers` is how many voted by now, of both sides.

    `heads` are the voters of each side as somebody counted who saw no code, `seen_by` who did, by id.
    """

    id: int
    session_id: int
    round_id: int
    number: int
    dots: int
    state: BallotState
    issues: tuple[IssueView, ...]
    slips: dict[Sector, int]
    papers: int
    heads: dict[Sector, int]
    seen_by: frozenset[int]


@dataclass(frozen=True)
class SlipCode:
    """A code to vote with, for the side that it is handed to."""

    sector: Sector
    code: str


def prepare(
    session: Session, keys: Keyring, *, session_id: int, plan: BallotPlan, context: AuditContext
) -> int:
    """Prepare the next ballot of a session with its codes; its id.

    Raises:
        NotFoundError: no such session.
        StageError: the session was cancelled, or its first ballot is not closed, or it has no second round.
        TakenError: somebody else prepared it at this moment.
        InvalidError: with all that is wrong with the plan.
    """
    row = session_row(session, session_id, context.programme_id, locked=True)
    check_open_to_votes(row)
    number = _next_number(session, row)
    if faults := _faults(session, row, plan):
        raise InvalidError("This ballot cannot be prepared yet.", tuple(faults))
    ballot = Ballot(
        session_id=row.id,
        number=number,
        dots=plan.dots,
        state=BallotState.DRAFT,
        created_at=context.now,
        created_by=context.actor,
    )
    session.add(ballot)
    session.flush()
    session.add_all(
        BallotIssue(ballot_id=ballot.id, issue_id=key, position=place)
        for place, key in enumerate(dict.fromkeys(plan.issue_ids))
    )
    _make_slips(session, keys, ballot.id, plan, context)
    material.make_key(session, keys, subject_kind=BALLOT, subject_id=ballot.id)
    record(session, context, "ballot prepared", "ballot", ballot.id, slips=sum(plan.slips.values()))
    return ballot.id


def _next_number(session: Session, row: ReviewSession) -> int:
    before = session.scalars(select(Ballot).where(Ballot.session_id == row.id).order_by(Ballot.number)).all()
    if not before:
        return 1
    if before[-1].state is not BallotState.CLOSED:
        raise StageError("The session has a ballot that is not closed. Close it first, or open it.")
    if len(before) > 1 or not row.second_round:
        raise StageError(
            "Everybody has voted who was to. A second round is for late and absent people, where the plan of "
            "the session says so."
        )
    return 2


def _faults(session: Session, row: ReviewSession, plan: BallotPlan) -> list[str]:
    open_issues = {one.id for one in issues_of(session, [row.round_id]) if one.is_open}
    faults = []
    if not plan.issue_ids or not set(plan.issue_ids) <= open_issues:
        faults.append("Choose the issues that people vote on: open ones of this review.")
    if not 1 <= plan.dots <= MAX_DOTS:
        faults.append(f"Give each person 1 to {MAX_DOTS} dots.")
    if not all(0 <= count <= MAX_SLIPS for count in plan.slips.values()) or not any(plan.slips.values()):
        faults.append(f"Say how many codes are needed: up to {MAX_SLIPS} for each side, and at least one.")
    return faults


def _make_slips(
    session: Session, keys: Keyring, ballot_id: int, plan: BallotPlan, context: AuditContext
) -> None:
    slips = [
        BallotSlip(uuid=fresh_uuid(), ballot_id=ballot_id, sector=sector)
        for sector, count in plan.slips.items()
        for _ in range(count)
    ]
    session.add_all(slips)
    session.flush()
    holders = [holder_of(slip.id, slip.uuid) for slip in slips]
    access.issue(session, keys, holders=holders, today=london_date(context.now))


def holder_of(slip_id: int, slip_uuid: str) -> Holder:
    """Whose code the code of a slip is: nobody's but the slip's."""
    return Holder(
        identity=slip_uuid, kind=AccessKind.VOTER, opens="vote", subject_kind=SLIP, subject_id=slip_id
    )


def codes_of(
    session: Session, keys: Keyring, *, ballot_id: int, person_id: int, context: AuditContext
) -> list[SlipCode]:
    """The codes of a ballot, to be printed and handed out by chance; that they were shown is audited.

    Whoever sees them counts no heads.

    Raises:
        NotFoundError: no such ballot.
        NotAllowedError: the person counted heads.
        StageError: it is closed.
    """
    row = ballot_row(session, ballot_id, context.programme_id, locked=True)
    if row.state is BallotState.CLOSED:
        raise StageError("This ballot is closed, and its codes open nothing any more.")
    counted = select(BallotHeads.counted_by_person_id).where(BallotHeads.ballot_id == row.id)
    if person_id in session.scalars(counted).all():
        raise NotAllowedError("You counted who votes, so somebody else hands out the codes.")
    session.merge(BallotSight(ballot_id=row.id, person_id=person_id))
    printed = BallotSlip.ballot_id == row.id, BallotSlip.state == SlipState.PRINTED
    slips = session.scalars(select(BallotSlip).where(*printed).order_by(BallotSlip.id))
    codes = [
        SlipCode(slip.sector, access.code_of(session, keys, holder=holder_of(slip.id, slip.uuid)))
        for slip in slips
    ]
    record(session, context, "codes of a ballot shown", "ballot", row.id, slips=len(codes))
    return codes


def open_ballot(session: Session, *, ballot_id: int, context: AuditContext) -> None:
    """Take votes from now on. Safe to repeat.

    Raises:
        NotFoundError: no such ballot.
        StageError: it was closed, or the day of its session is still to come.
    """
    row = ballot_row(session, ballot_id, context.programme_id, locked=True)
    if row.state is BallotState.OPEN:
        return
    meeting = session_row(session, row.session_id, context.programme_id)
    check_open_to_votes(meeting)
    if row.state is BallotState.CLOSED or meeting.day > london_date(context.now):
        raise StageError("Votes are taken on the day of the session, and not again once they are counted.")
    row.state = BallotState.OPEN
    record(session, context, "ballot opened", "ballot", row.id)


def reset(session: Session, *, ballot_id: int, context: AuditContext) -> None:
    """Take all votes back and begin again, where something on the ballot was wrong. Codes stay as they are.

    Raises:
        NotFoundError: no such ballot.
        StageError: it was closed.
    """
    row = ballot_row(session, ballot_id, context.programme_id, locked=True)
    if row.state is BallotState.CLOSED:
        raise StageError("This ballot is counted already, and its votes cannot be taken back.")
    for kind in (BallotPaper, BallotHeads):
        session.execute(delete(kind).where(kind.ballot_id == row.id))
    row.state = BallotState.DRAFT
    record(session, context, "ballot begun again", "ballot", row.id)


def close_ballot(session: Session, keys: Keyring, *, ballot_id: int, context: AuditContext) -> None:
    """Count the votes, and destroy all from which a single one could be read. Safe to repeat.

    Raises:
        NotFoundError: no such ballot.
        StageError: it was never opened, or nobody who saw no code has counted who voted.
    """
    row = ballot_row(session, ballot_id, context.programme_id, locked=True)
    if row.state is BallotState.CLOSED:
        return
    if row.state is BallotState.OPEN and not heads_of(session, row.id):
        raise StageError(
            "Nobody has counted who voted. Somebody who has not seen the codes asks for a show of hands and "
            "enters how many of each side voted, on the page of the ballot."
        )
    claimed = session.execute(
        update(Ballot)
        .where(Ballot.id == row.id, Ballot.state == BallotState.OPEN)
        .values(state=BallotState.CLOSED)
    )
    if claimed.rowcount != 1:  # type: ignore[attr-defined]
        raise StageError("This ballot was not opened, so there is nothing to count.")
    papers = _papers(session, keys, row.id)
    _count(session, row.id, papers)
    session.execute(delete(BallotPaper).where(BallotPaper.ballot_id == row.id))
    material.destroy_material(session, subject_kind=BALLOT, subject_id=row.id, context=context)
    record(session, context, "ballot closed", "ballot", row.id, papers=len(papers))


Paper = tuple[Sector, dict[int, int]]


def _papers(session: Session, keys: Keyring, ballot_id: int) -> list[Paper]:
    key = material.material_key(session, keys, subject_kind=BALLOT, subject_id=ballot_id)
    rows = session.scalars(select(BallotPaper).where(BallotPaper.ballot_id == ballot_id))
    return [opened(key, row.name, row.votes) for row in rows]


def opened(key: bytes, name: str, votes: bytes) -> Paper:
    """Side and dots of one paper."""
    said = said_of(key, name, votes)
    return Sector(said["sector"]), {int(issue): dots for issue, dots in said["dots"].items()}


def said_of(key: bytes, name: str, votes: bytes) -> dict[str, Any]:
    """All that one paper holds."""
    said: dict[str, Any] = json.loads(unseal(key, votes, f"paper {name}"))
    return said


def _count(session: Session, ballot_id: int, papers: Sequence[Paper]) -> None:
    slips = _slips(session, ballot_id)
    voted = Counter(sector for sector, _ in papers)
    session.add_all(
        BallotCount(ballot_id=ballot_id, sector=sector, slips=slips[sector], papers=voted[sector])
        for sector in Sector
    )
    heads = heads_of(session, ballot_id)
    # Codes that nobody was seen to use make no side large enough to be told.
    for side in sides_told({sector: min(voted[sector], heads.get(sector, 0)) for sector in Sector}):
        dots: Counter[int] = Counter()
        givers: Counter[int] = Counter()
        for sector, given in papers:
            if side in ("", sector.value):
                dots.update(given)
                givers.update(issue for issue, count in given.items() if count)
        session.add_all(
            BallotTally(ballot_id=ballot_id, issue_id=key, side=side, dots=dots[key], voters=givers[key])
            for key in _issue_ids(session, ballot_id)
        )


def heads_of(session: Session, ballot_id: int) -> dict[Sector, int]:
    """How many of each side voted, as somebody counted who saw no code; nothing where nobody did."""
    rows = select(BallotHeads.sector, BallotHeads.heads).where(BallotHeads.ballot_id == ballot_id)
    return {sector: heads for sector, heads in session.execute(rows)}


def sides_told(voted: dict[Sector, int]) -> tuple[str, ...]:
    """Which counts are kept: each side that voted, where each of them has five voters; else both together.

    Both together are told where they have five voters, and else nothing is: of fewer, a count would tell each
    of them what the others gave. Together and apart are never both kept, or one would tell the other.
    """
    present = [sector for sector in Sector if voted[sector]]
    if present and all(voted[sector] >= MIN_VOTERS for sector in present):
        return tuple(sector.value for sector in present)
    return ("",) if sum(voted.values()) >= MIN_VOTERS else ()


def ballot_of(session: Session, *, ballot_id: int, programme_id: int | None) -> BallotView:
    """One ballot of a programme's reviews.

    Raises:
        NotFoundError: there is none of this id.
    """
    return view_of(session, ballot_row(session, ballot_id, programme_id))


def ballots_of(session: Session, session_id: int) -> list[BallotView]:
    """The ballots of a session, the first round first."""
    rows = select(Ballot).where(Ballot.session_id == session_id).order_by(Ballot.number)
    return [view_of(session, row) for row in session.scalars(rows)]


def ballot_row(session: Session, ballot_id: int, programme_id: int | None, *, locked: bool = False) -> Ballot:
    """The row of a ballot, as it is by now; `locked` for whoever changes it.

    Raises:
        NotFoundError: the programme has none of this id.
    """
    row = session.get(Ballot, ballot_id, populate_existing=True, with_for_update=locked or None)
    if row is None:
        raise NotFoundError("ballot", ballot_id)
    session_row(session, row.session_id, programme_id)
    return row


def view_of(session: Session, row: Ballot) -> BallotView:
    """A ballot with its issues, in their order, and how many voted by now."""
    round_id = session.get_one(ReviewSession, row.session_id).round_id
    by_id = {one.id: one for one in issues_of(session, [round_id])}
    counted = sum(session.scalars(select(BallotCount.papers).where(BallotCount.ballot_id == row.id)))
    waiting = session.scalar(select(func.count()).where(BallotPaper.ballot_id == row.id)) or 0
    return BallotView(
        id=row.id,
        session_id=row.session_id,
        round_id=round_id,
        number=row.number,
        dots=row.dots,
        state=row.state,
        issues=tuple(by_id[key] for key in _issue_ids(session, row.id)),
        slips=_slips(session, row.id),
        papers=counted or waiting,
        heads=heads_of(session, row.id),
        seen_by=frozenset(
            session.scalars(select(BallotSight.person_id).where(BallotSight.ballot_id == row.id))
        ),
    )


def _issue_ids(session: Session, ballot_id: int) -> list[int]:
    query = select(BallotIssue.issue_id).where(BallotIssue.ballot_id == ballot_id)
    return list(session.scalars(query.order_by(BallotIssue.position)))


def _slips(session: Session, ballot_id: int) -> dict[Sector, int]:
    rows = session.execute(
        select(BallotSlip.sector, func.count())
        .where(BallotSlip.ballot_id == ballot_id, BallotSlip.state != SlipState.VOID)
        .group_by(BallotSlip.sector)
    ).all()
    counted = {sector: count for sector, count in rows}
    return {sector: counted.get(sector, 0) for sector in Sector}
