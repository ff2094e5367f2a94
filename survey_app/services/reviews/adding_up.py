"""What the sessions of a review say together, side by side with what each says: no place is averaged away.

Only counts that closed ballots kept are added, each side by itself, so a sum tells nothing that they do not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sampling.frame import Sector
from survey_app.services.reviews.tallies import BallotResult, SideVote


@dataclass(frozen=True, kw_only=True)
class AddedUp:
    """An issue over all ballots that had it and tell the sides apart, and ballot by ballot.

    Places over all go by the share of a side's voters who gave it a dot, since ballots may differ in their
    dots. `differs` are the sides that have it in their first third here and in their last third there.
    """

    issue_id: int
    title: str
    sides: dict[Sector, SideVote]
    places: tuple[tuple[str, dict[Sector, SideVote]], ...]
    differs: tuple[Sector, ...]


def added_up(results: Sequence[BallotResult]) -> list[AddedUp]:
    """The issues of several ballots, what the less willing side wants most first; nothing of a single one."""
    apart = [result for result in results if result.apart]
    if len(apart) < 2:
        return []
    titles = {line.issue_id: line.title for result in apart for line in result.lines}
    sums = {sector: _sums(apart, sector) for sector in Sector}
    lines = [
        AddedUp(
            issue_id=key,
            title=title,
            sides={sector: sums[sector][key] for sector in Sector if key in sums[sector]},
            places=tuple(_places(apart, key)),
            differs=tuple(sector for sector in Sector if _differs(apart, key, sector)),
        )
        for key, title in titles.items()
    ]
    return sorted(lines, key=lambda line: (-min(side.share for side in line.sides.values()), line.title))


def place_name(result: BallotResult) -> str:
    """How a ballot is called where several stand together."""
    return f"{result.session_title}, second round" if result.number > 1 else result.session_title


def _sums(apart: Sequence[BallotResult], sector: Sector) -> dict[int, SideVote]:
    added: dict[int, tuple[int, int, int]] = {}
    for result in apart:
        for line in result.lines:
            if side := line.sides.get(sector):
                dots, voters, of = added.get(line.issue_id, (0, 0, 0))
                added[line.issue_id] = (dots + side.dots, voters + side.voters, of + side.of)
    shares = {key: voters / of for key, (_, voters, of) in added.items()}
    return {
        key: SideVote(dots, voters, of, 1 + sum(other > shares[key] for other in shares.values()))
        for key, (dots, voters, of) in added.items()
    }


def _places(apart: Sequence[BallotResult], key: int) -> list[tuple[str, dict[Sector, SideVote]]]:
    return [
        (place_name(result), line.sides) for result in apart for line in result.lines if line.issue_id == key
    ]


def _differs(apart: Sequence[BallotResult], key: int, sector: Sector) -> bool:
    first = last = False
    for result in apart:
        third = max(1, len(result.lines) // 3)
        for line in result.lines:
            if line.issue_id == key and sector in line.sides and len(result.lines) > 1:
                first |= line.sides[sector].rank <= third
                last |= line.sides[sector].rank > len(result.lines) - third
    return first and last
