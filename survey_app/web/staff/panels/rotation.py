"""Who stays, leaves and enters, in words, and the part of it that a page shows."""

from collections.abc import Mapping
from dataclasses import dataclass

from sampling.panels.moves import Reason, Way
from sampling.panels.reasons import group_in_words
from survey_app.services.panels.moves import MoveLine, Moves, StratumMoves

PER_PAGE = 50
WAYS = {Way.STAYS.value: "Stays", Way.LEAVES.value: "Leaves", Way.ENTERS.value: "Enters"}
WORDS = {
    (Way.STAYS, Reason.KEPT): "Still within the selection interval of its stratum",
    (Way.STAYS, Reason.CENSUS): "Its stratum is asked whole",
    (Way.STAYS, Reason.CHANGED_STRATUM): "Drawn again in another stratum",
    (Way.LEAVES, Reason.ROTATED_OUT): "Rotated out: its years in the panel are over",
    (Way.LEAVES, Reason.STRATUM_SHRUNK): "Its stratum takes fewer this year",
    (Way.LEAVES, Reason.RESTING): "It rests, or has been asked enough",
    (Way.LEAVES, Reason.GONE_FROM_FRAME): "No longer on the frame",
    (Way.LEAVES, Reason.MERGED_INTO): "Merged into another organisation",
    (Way.LEAVES, Reason.CHANGED_STRATUM): "Not drawn in the stratum it moved to",
    (Way.LEAVES, Reason.STRATA_REDRAWN): "Its stratum of last year is no more",
    (Way.ENTERS, Reason.ROTATED_IN): "Rotated in: its years in the panel begin",
    (Way.ENTERS, Reason.STRATUM_GREW): "Its stratum takes more this year",
    (Way.ENTERS, Reason.RELEASED_BY_REST): "Passed over last year, and no longer",
    (Way.ENTERS, Reason.BIRTH): "New on the frame",
    (Way.ENTERS, Reason.CENSUS): "Its stratum is asked whole",
    (Way.ENTERS, Reason.CHANGED_STRATUM): "Drawn in the stratum it moved to",
    (Way.ENTERS, Reason.STRATA_REDRAWN): "Its stratum of last year is no more",
}


@dataclass(frozen=True)
class Asked:
    """What of the moves is asked for; empty text is everything."""

    way: str
    reason: str
    text: str
    page: int

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "Asked":
        """From an address; what makes no sense there asks for nothing."""
        page = given.get("page", "1")
        return cls(
            given.get("way", "") if given.get("way", "") in WAYS else "",
            given.get("reason", "") if given.get("reason", "") in list(Reason) else "",
            given.get("text", "").strip()[:100],
            int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1,
        )

    def holds(self, line: MoveLine) -> bool:
        return (
            self.way in ("", line.way.value)
            and self.reason in ("", line.reason.value)
            and self.text.casefold() in line.name.casefold()
        )


@dataclass(frozen=True)
class Part:
    """One page of the moves asked for."""

    lines: tuple[MoveLine, ...]
    total: int
    page: int
    pages: int


def reasons(moved: Moves) -> list[tuple[str, str, str, int]]:
    """Way, reason, words and how many, in the order of `WORDS`."""
    return [
        (way.value, reason.value, WORDS.get((way, reason), reason.value), moved.counts[way, reason])
        for way, reason in sorted(moved.counts, key=lambda pair: list(WORDS).index(pair))
        if moved.counts[way, reason]
    ]


def strata(moved: Moves) -> list[tuple[str, StratumMoves]]:
    """The moves of each stratum with its name in words."""
    return [(group_in_words(line.name), line) for line in moved.by_stratum]


def part_of(moved: Moves, asked: Asked) -> Part:
    """The lines asked for, by name; a page past the last is the last."""
    lines = sorted((line for line in moved.lines if asked.holds(line)), key=lambda line: line.name.casefold())
    pages = max(1, -(-len(lines) // PER_PAGE))
    page = min(max(asked.page, 1), pages)
    return Part(tuple(lines[(page - 1) * PER_PAGE : page * PER_PAGE]), len(lines), page, pages)
