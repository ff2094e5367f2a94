"""Weights that add up, sector by sector, to what the frame has of each region and of each kind or income.

Levels with few replies join a neighbour first. Where no weights within the bounds reach the counts of a
sector, its regions are given up, then its kinds or incomes too, and that is told.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from sampling.arrays import Floats, Labels, floats
from sampling.errors import SamplingError
from sampling.estimation.calibration import Calibrated, rake
from sampling.estimation.neighbours import group_name, join_neighbours
from sampling.frame import Sector
from sampling.strata import SEPARATOR, Stratum, band_distance, region_distance
from sampling.vocabulary import INCOME_BANDS, NOT_KNOWN, REGIONS

# How far a weight may move: a factor beyond these says that few stand for many, which no fit repairs.
BOUNDS = (0.3, 3.0)
# A level with fewer replies joins its nearest neighbour before anything is fitted to it.
MIN_REPLIES = 10
REGION, GROUP = "frame_region", "frame_group"
ORDER = (*REGIONS, *INCOME_BANDS, NOT_KNOWN)


class Fitted(StrEnum):
    """What the weights of a sector add up to; the first that can be reached is taken."""

    BOTH = "region and group"
    GROUPS = "group"
    TOTAL = "the whole alone"

    def holds(self, margin: str) -> bool:
        return self is Fitted.BOTH or (self is Fitted.GROUPS and margin == GROUP)


@dataclass(frozen=True)
class FrameFit:
    """Calibrated weights of n rows, and what they add up to.

    Args:
        margins: margin -> level of each row, shape (n,); a level is a sector and what was joined in it.
        totals: margin -> level -> units of the frame.
        joined: margin -> (sector, region or group) -> its level, whether or not it could be reached.
        reached: by sector, what could be fitted.
    """

    calibrated: Calibrated
    margins: Mapping[str, Labels]
    totals: Mapping[str, Mapping[str, float]]
    joined: Mapping[str, Mapping[tuple[Sector, str], str]]
    reached: Mapping[Sector, Fitted]


def calibrate_to_frame(
    weights: ArrayLike, rows: Sequence[Stratum], frame: Mapping[Stratum, float]
) -> FrameFit:
    """Calibrate to the frame's counts of region and of kind or income, sector by sector, by logit.

    Args:
        weights: after nonresponse, shape (n,), > 0; of each sector they add up to its units of the frame.
        rows: sector, region, and kind or income, of each row itself, n of them.
        frame: units by sector, region, and kind or income.

    Raises:
        SamplingError: a sector has rows and no units in the frame.
    """
    base = floats(weights, "weights", length=len(rows))
    known = [sector for sector in Sector if any(row.sector is sector for row in rows)]
    problems = {sector: _Problem.of(sector, base, rows, frame) for sector in known}
    reached = {sector: problem.reached() for sector, problem in problems.items()}
    margins, totals = {}, {}
    for margin in (REGION, GROUP):
        names = [problems[row.sector].level(margin, row, reached[row.sector]) for row in rows]
        margins[margin] = np.array(names, dtype=np.str_)
        totals[margin] = {
            level: size
            for sector, problem in problems.items()
            for level, size in problem.totals(margin, reached[sector]).items()
        }
    fitted = rake(base, margins, totals, method="logit", bounds=BOUNDS)
    joined = {
        margin: {(s, name): level for s, p in problems.items() for name, level in p.joined[margin].items()}
        for margin in margins
    }
    return FrameFit(fitted, margins, totals, joined, reached)


@dataclass(frozen=True)
class _Problem:
    """One sector: its rows with their weights, its part of the frame, and the joined levels by margin."""

    sector: Sector
    base: Floats
    rows: Sequence[Stratum]
    frame: Mapping[Stratum, float]
    joined: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @classmethod
    def of(
        cls, sector: Sector, base: Floats, rows: Sequence[Stratum], frame: Mapping[Stratum, float]
    ) -> "_Problem":
        here = np.array([row.sector is sector for row in rows])
        own = [row for row in rows if row.sector is sector]
        part = {group: float(size) for group, size in frame.items() if group.sector is sector}
        levels = {margin: _levels(sector, margin, own, part) for margin in (REGION, GROUP)}
        return cls(sector, base[here], own, part, levels)

    def reached(self) -> Fitted:
        """The most that weights within the bounds can add up to."""
        return next(way for way in Fitted if way is Fitted.TOTAL or self._can(way))

    def level(self, margin: str, group: Stratum, way: Fitted) -> str:
        """A margin that is given up has the sector for its only level."""
        return self.joined[margin][_own(margin, group)] if way.holds(margin) else self.sector.value

    def totals(self, margin: str, way: Fitted) -> dict[str, float]:
        return _summed(self.frame, lambda group: self.level(margin, group, way))

    def _can(self, way: Fitted) -> bool:
        margins = {name: [self.level(name, row, way) for row in self.rows] for name in (REGION, GROUP)}
        totals = {name: self.totals(name, way) for name in margins}
        try:
            rake(self.base, margins, totals, method="logit", bounds=BOUNDS)
        except SamplingError:
            return False
        return True


def _own(margin: str, group: Stratum) -> str:
    return group.region if margin == REGION else group.band


def _levels(
    sector: Sector, margin: str, rows: Sequence[Stratum], frame: Mapping[Stratum, float]
) -> dict[str, str]:
    """Every region, or kind or income, of a sector and the level in which it is fitted."""
    replies = Counter(_own(margin, row) for row in rows)
    size = _summed(frame, lambda group: _own(margin, group))
    # A level that the frame does not have can be fitted to nothing, however many replied.
    counts = {
        name: float(replies[name]) if size.get(name, 0.0) > 0 else 0.0
        for name in sorted({*replies, *size}, key=_place)
    }
    distance = region_distance if margin == REGION else band_distance
    groups = join_neighbours(counts, minimum=MIN_REPLIES, distance=distance)
    return {name: SEPARATOR.join((sector.value, group_name(members))) for name, members in groups.items()}


def _place(name: str) -> tuple[int, str]:
    return (ORDER.index(name) if name in ORDER else len(ORDER), name)


def _summed(counts: Mapping[Stratum, float], name: Callable[[Stratum], str]) -> dict[str, float]:
    sums: dict[str, float] = {}
    for key, count in counts.items():
        sums[name(key)] = sums.get(name(key), 0.0) + count
    return sums
