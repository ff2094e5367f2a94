"""What a closed ballot says: each side by itself, what both want, and where they rank the other way round."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from sampling.frame import Sector
from survey_app.models.reviews.ballots import Ballot, BallotCount, BallotState, BallotTally
from survey_app.models.reviews.issues import ReviewIssue
from survey_app.models.reviews.sessions import ReviewSession
from survey_app.services.reviews.ballots import heads_of

# Of each side's voters, where both want an issue; and at most, where few do.
COMMON_GROUND, MINORITY = 0.6, 0.25
TOGETHER = ""


@dataclass(frozen=True)
class SideVote:
    """What one side gave an issue: dots, from how many of its voters, and its rank (1 first)."""

    dots: int
    voters: int
    of: int
    rank: int

    @property
    def share(self) -> float:
        """The share of the side's voters who gave it a dot."""
        return self.voters / self.of if self.of else 0.0


@dataclass(frozen=True, kw_only=True)
class IssueVotes:
    """An issue on a closed ballot, by side; `together` alone where the sides do not stand apart."""

    issue_id: int
    title: str
    sides: dict[Sector, SideVote]
    together: SideVote | None
    opposed: bool
    minority: tuple[Sector, ...]

    @property
    def is_common_ground(self) -> bool:
        """Whether at least 60% of each side's voters want it."""
        return len(self.sides) == len(Sector) and all(
            side.share >= COMMON_GROUND for side in self.sides.values()
        )


@dataclass(frozen=True, kw_only=True)
class BallotResult:
    """A closed ballot: how many voted of each side, and the issues, what both sides want first.

    `apart` is whether the sides are told apart; without lines too few voted for anything to be told. `heads`
    are the voters of each side as somebody counted who saw no code; none of votes of before that was asked.
    """

    ballot_id: int
    session_id: int
    session_title: str
    number: int
    slips: dict[Sector, int]
    papers: dict[Sector, int]
    heads: dict[Sector, int]
    apart: bool
    lines: tuple[IssueVotes, ...]

    @property
    def overvoted(self) -> tuple[Sector, ...]:
        """The sides of which more codes voted than people, as far as those were counted."""
        return tuple(one for one, heads in self.heads.items() if self.papers.get(one, 0) > heads)


def results_of(session: Session, ballot_ids: Sequence[int]) -> list[BallotResult]:
    """What some closed ballots say, in their order; open ones say nothing."""
    rows = session.execute(
        select(Ballot, ReviewSession.title)
        .join(ReviewSession, ReviewSession.id == Ballot.session_id)
        .where(Ballot.id.in_(ballot_ids), Ballot.state == BallotState.CLOSED)
        .order_by(Ballot.id)
    ).all()
    return [_result(session, ballot, title) for ballot, title in rows]


def results_of_review(session: Session, round_id: int) -> list[BallotResult]:
    """The closed ballots of every session of a review: side by side, since an average would hide places."""
    ids = select(Ballot.id).join(ReviewSession, ReviewSession.id == Ballot.session_id)
    return results_of(session, list(session.scalars(ids.where(ReviewSession.round_id == round_id))))


def _result(session: Session, ballot: Ballot, title: str) -> BallotResult:
    counts = session.scalars(select(BallotCount).where(BallotCount.ballot_id == ballot.id)).all()
    papers = {one.sector: one.papers for one in counts}
    rows = session.execute(
        select(BallotTally, ReviewIssue.title)
        .join(ReviewIssue, ReviewIssue.id == BallotTally.issue_id)
        .where(BallotTally.ballot_id == ballot.id)
    ).all()
    tallies = [row for row, _ in rows]
    titles = {row.issue_id: words for row, words in rows}
    return BallotResult(
        ballot_id=ballot.id,
        session_id=ballot.session_id,
        session_title=title,
        number=ballot.number,
        slips={one.sector: one.slips for one in counts},
        papers=papers,
        heads=heads_of(session, ballot.id),
        apart=any(row.side != TOGETHER for row in tallies),
        lines=tuple(ordered(lines_of(tallies, titles, papers, ballot.dots))),
    )


def lines_of(
    tallies: Sequence[BallotTally], titles: dict[int, str], papers: dict[Sector, int], dots: int
) -> list[IssueVotes]:
    """The issues of a ballot with what each side gave; `dots` is how many each voter had."""
    voted = {TOGETHER: sum(papers.values())} | {sector.value: count for sector, count in papers.items()}
    by_side = {
        side: side_votes([row for row in tallies if row.side == side], of) for side, of in voted.items()
    }
    lines = []
    for key, title in titles.items():
        sides = {sector: by_side[sector.value][key] for sector in Sector if key in by_side[sector.value]}
        lines.append(
            IssueVotes(
                issue_id=key,
                title=title,
                sides=sides,
                together=by_side[TOGETHER].get(key),
                opposed=is_opposed(sides, len(titles)),
                minority=tuple(sector for sector, side in sides.items() if is_minority_view(side, dots)),
            )
        )
    return lines


def side_votes(rows: Iterable[BallotTally], of: int) -> dict[int, SideVote]:
    """What one side gave each issue; issues with equally many dots share the better rank."""
    given = {row.issue_id: (row.dots, row.voters) for row in rows}
    return {
        key: SideVote(dots, voters, of, 1 + sum(other > dots for other, _ in given.values()))
        for key, (dots, voters) in given.items()
    }


def is_opposed(sides: dict[Sector, SideVote], issues: int) -> bool:
    """Whether one side has an issue in its first third and the other in its last, by their own ranks."""
    if len(sides) < len(Sector) or issues < 2:
        return False
    third = max(1, issues // 3)
    ranks = sorted(side.rank for side in sides.values())
    return ranks[0] <= third and ranks[-1] > issues - third


def is_minority_view(side: SideVote, dots: int) -> bool:
    """Whether at most a quarter of a side chose it, and they gave it half of their dots or more."""
    return 0 < side.voters <= MINORITY * side.of and side.dots >= side.voters * dots / 2


def ordered(lines: Iterable[IssueVotes]) -> list[IssueVotes]:
    """What the less willing side wants most comes first, so that neither outvotes the other."""
    return sorted(lines, key=lambda line: (-_least(line), line.title))


def _least(line: IssueVotes) -> float:
    shares = [side.share for side in line.sides.values()] or [line.together.share if line.together else 0.0]
    return min(shares)
