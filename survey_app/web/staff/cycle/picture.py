"""The ten years drawn: bars of rounds, arrows to what follows each, and the most asked of anyone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import url_for

from sampling.frame import Sector
from scheduler.cycle import Occurrence
from scheduler.rules import After, Rule
from scheduler.stages import Stage
from scheduler.strands import WORDS, Strand

# Sizes in pixels: labels, a year of four quarters, a strand, the row of minutes, and bars in them.
LABELS, YEAR, ROW, HEAD, BAR = 190, 92, 46, 34, 16
BURDEN, BURDEN_BAR, BURDEN_WIDTH = 76, 40, 18
YEARS = 10
SECTORS = (Sector.PUBLIC, Sector.VOLUNTARY)
# A sign for each strand beside its name, drawn in 20 by 20: a sheet, two sides, a word, a glass, a place.
ICONS = {
    Strand.ANNUAL_SURVEY: "M4 2h12v16H4zM7 6h6M7 10h6M7 14h3",
    Strand.ANNUAL_REVIEW: "M8 5a5 5 0 1 0 0 10a5 5 0 1 0 0-10zM12 5a5 5 0 1 0 0 10a5 5 0 1 0 0-10z",
    Strand.FOCUS_GROUPS: "M2 3h16v11h-5l-3 4l-3-4h-5zM6 8h1M10 8h1M14 8h1",
    Strand.DEEP_REVIEW: "M8 2a6 6 0 1 0 0 12a6 6 0 1 0 0-12zM12.5 12.5l6 6",
    Strand.LOCAL_SURVEY: "M10 19c-4-5-6-8-6-11a6 6 0 1 1 12 0c0 3-2 6-6 11zM10 6a2 2 0 1 0 0 4a2 2 0 1 0 0-4",
    Strand.COMMISSIONED_STUDY: "M3 7h14v10H3zM7 7V4h6v3M3 12h14",
}


@dataclass(frozen=True)
class Mark:
    """One round in the picture; `state` is over, live or coming, and `href` empty while there is no page."""

    x: float
    y: int
    width: float
    state: str
    words: str
    href: str


@dataclass(frozen=True)
class Arrow:
    """A line from a round to one whose opening hangs on it, and the head at its end."""

    line: str
    head: str
    words: str


@dataclass(frozen=True)
class Minutes:
    """The most that anybody of a sector is asked for in a year; no `ceiling_y`, no ceiling."""

    x: float
    y: float
    height: float
    minutes: int
    ceiling_y: float | None
    sector: str


@dataclass(frozen=True)
class Picture:
    """All that is drawn."""

    first_year: int
    strands: tuple[Strand, ...]
    rounds: Sequence[Occurrence]
    rules: Sequence[Rule]

    @property
    def size(self) -> dict[str, int]:
        """Numbers that the template draws by."""
        below = HEAD + ROW * len(self.strands)
        return {
            "labels": LABELS,
            "year": YEAR,
            "row": ROW,
            "head": HEAD,
            "bar": BAR,
            "below": below,
            "width": LABELS + YEAR * YEARS,
            "height": below + BURDEN,
            "most_bar": BURDEN_WIDTH,
        }

    def today_x(self, today: date) -> float:
        return self._x(today)

    def marks(self) -> list[Mark]:
        return [self._mark(one) for one in self.rounds]

    def arrows(self) -> list[Arrow]:
        """From each round of these years to those of these years that follow it."""
        there = {(one.strand, one.slot): one for one in self.rounds if not one.title}
        opens = {(rule.strand, rule.title): rule.opens for rule in self.rules if rule.active}
        drawn = []
        for one in self.rounds:
            after = opens.get((one.strand, one.title))
            if isinstance(after, After) and not one.is_left_over:
                before = there.get((after.strand, one.slot - after.years_before))
                if before is not None:
                    drawn.append(self._arrow(before, one))
        return drawn

    def minutes(
        self, most: Mapping[int, Mapping[Sector, int]], ceilings: Mapping[Sector, int | None]
    ) -> list[Minutes]:
        """Two bars a year, public bodies on the left, to one scale up to the highest ceiling or bar."""
        values = [minutes for of_year in most.values() for minutes in of_year.values()]
        scale = BURDEN_BAR / max(*values, *(ceiling or 0 for ceiling in ceilings.values()), 1)
        floor = HEAD + ROW * len(self.strands) + 12 + BURDEN_BAR
        return [
            Minutes(
                LABELS + YEAR * (year - self.first_year) + 18 + 38 * place,
                round(floor - minutes * scale, 1),
                round(minutes * scale, 1),
                minutes,
                None if (ceiling := ceilings[sector]) is None else round(floor - ceiling * scale, 1),
                sector.value,
            )
            for year, of_year in most.items()
            for place, sector in enumerate(SECTORS)
            for minutes in (of_year[sector],)
        ]

    def _x(self, day: date) -> float:
        """Where a day stands in the picture."""
        into = (day - date(day.year, 1, 1)).days / 366
        return LABELS + YEAR * (day.year - self.first_year + into)

    def _mark(self, one: Occurrence) -> Mark:
        left, right = self._span(one)
        y = self._top(one)
        words = f"{one.name}: {_period(one)}"
        return Mark(round(left, 1), y, round(right - left, 1), _state(one), words, href_of(one))

    def _span(self, one: Occurrence) -> tuple[float, float]:
        end = LABELS + YEAR * YEARS
        left = min(max(self._x(one.dates.opens_on), LABELS), end - 6)
        return left, max(min(self._x(one.dates.closes_on), end), left + 6)

    def _top(self, one: Occurrence) -> int:
        return HEAD + ROW * self.strands.index(one.strand) + (ROW - BAR) // 2

    def _arrow(self, before: Occurrence, after: Occurrence) -> Arrow:
        """Down to the line between the strands, along it, and on to where the other opens; or up."""
        begin, end = self._span(before)[1] - 2, self._span(after)[0] + 3
        down = self._top(after) > self._top(before)
        leaves = self._top(before) + (BAR if down else 0)
        turns = leaves + (1 if down else -1) * (ROW - BAR) // 2
        arrives = self._top(after) + (0 if down else BAR)
        tip = arrives - (1 if down else -1) * 6
        return Arrow(
            f"M{begin:.1f} {leaves}V{turns}H{end:.1f}V{tip}",
            f"M{end - 4:.1f} {tip}H{end + 4:.1f}L{end:.1f} {arrives}Z",
            f"{after.name} follows {before.name}",
        )


def _period(one: Occurrence) -> str:
    first, last = one.dates.opens_on, one.dates.closes_on
    return f"{first.day} {first:%B %Y} to {last.day} {last:%B %Y}"


def _state(one: Occurrence) -> str:
    if one.stage is not None and one.stage.is_over:
        return "over"
    return "live" if one.stage is Stage.OPEN else "coming"


def href_of(one: Occurrence) -> str:
    """The page of a round, empty while it has none."""
    return url_for("rounds.page", round_id=one.round_id) if one.round_id is not None else ""


def words_of(strands: Sequence[Strand]) -> list[tuple[str, str]]:
    """Each strand with its name and its sign."""
    return [(WORDS[strand], ICONS[strand]) for strand in strands]
