"""Many lives of a panel on the demonstration's real frame: births, deaths, movers, turns, rests, replies."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import sqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sampling.frame import Sector
from sampling.panels.burden import resting
from sampling.panels.grid import Limits, PlanStratum
from sampling.panels.planning import sizes_by_total
from sampling.panels.rotation import StratumState, expected_kept, flows, largest_resting_sample, next_starts
from sampling.panels.selection import select_prn
from sampling.panels.stratification import BAND_ORDER
from sampling.source_lists import read_list
from sampling.strata import Stratum, stratum_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
DATA = Path(__file__).resolve().parents[1] / "survey_app" / "demo" / "data"
BIRTHS, DEATHS, MOVERS, REPLIES = 0.05, 0.04, 0.03, 0.4
NEW_FOR = 3


@dataclass(frozen=True)
class Rules:
    """How the panel is run: units asked beside the census, share replaced a year, years of rest.

    Rests that are not honoured are counted all the same.
    """

    total: int = 1500
    floor: int = 5
    rate: float = 0.5
    holiday: int = 3
    term: int | None = None
    honoured: bool = True


@dataclass(frozen=True)
class YearFrame:
    """One year's frame, the same in every replicate: units by position, their strata, sizes and starts.

    `born` and `moved` mark units that were born or changed stratum in the last three years.
    """

    units: Ints
    strata: list[str]
    born: Flags
    moved: Flags
    states: dict[str, StratumState]
    kept: float

    @cached_property
    def sizes(self) -> dict[str, int]:
        return {name: state.sample_size for name, state in self.states.items()}

    @cached_property
    def starts(self) -> dict[str, float]:
        return {name: state.start for name, state in self.states.items()}

    @cached_property
    def codes(self) -> Ints:
        place = {name: h for h, name in enumerate(self.states)}
        return np.array([place[name] for name in self.strata], dtype=np.int64)

    def by_stratum(self, values: Callable[[StratumState], float]) -> Floats:
        return np.array([values(state) for state in self.states.values()])


@dataclass
class Tally:
    """What a simulation counted.

    Args:
        hits: per year, how often each unit of its frame was taken. kept: units kept, by replicate and year.
        answered: units that answered in both years, by replicate and year.
        broken: rests broken in strata that can give one in every year; broken_elsewhere: in the others.
    """

    frames: list[YearFrame]
    hits: list[Ints]
    kept: Ints
    answered: Ints
    broken: int = 0
    broken_elsewhere: int = 0


def real_frame() -> list[Stratum]:
    """The stratum of every organisation in scope of the demonstration."""
    lists = [read_list((DATA / name).read_bytes()) for name in ("public_bodies.csv", "vcos.csv")]
    entries = [entry for reading in lists for entry in reading.entries if entry.in_scope]
    return [stratum_of(entry.sector, entry.region, entry.kind, entry.size) for entry in entries]


def lived(first: Sequence[Stratum], years: int, rules: Rules, rng: np.random.Generator) -> list[YearFrame]:
    """The frames of all years: some units die, some move to a neighbouring band, some are born."""
    strata = list(first)
    born, changed = np.zeros(len(strata), np.int64) - NEW_FOR, np.zeros(len(strata), np.int64) - NEW_FOR
    alive = np.ones(len(strata), np.bool_)
    frames: list[YearFrame] = []
    for year in range(years):
        if year:
            alive &= rng.random(alive.size) >= DEATHS
            for i in np.flatnonzero(alive & (rng.random(alive.size) < MOVERS)).tolist():
                changed[i] = year if (moved := _neighbour(strata[i], rng)) != strata[i] else changed[i]
                strata[i] = moved
            births = [first[i] for i in rng.integers(0, len(first), round(BIRTHS * int(alive.sum())))]
            strata += births
            born = np.append(born, np.full(len(births), year))
            changed = np.append(changed, np.full(len(births), -NEW_FOR))
            alive = np.append(alive, np.ones(len(births), np.bool_))
        units = np.flatnonzero(alive)
        recent = (year - born[units] < NEW_FOR, year - changed[units] < NEW_FOR)
        frames.append(_frame_of_year(units, [strata[i] for i in units], recent, frames, rules))
    return frames


def _neighbour(stratum: Stratum, rng: np.random.Generator) -> Stratum:
    if stratum.sector is Sector.PUBLIC:
        return stratum
    place = BAND_ORDER.index(stratum.band) + int(rng.choice([-1, 1]))
    return Stratum(stratum.sector, stratum.region, BAND_ORDER[min(max(place, 0), len(BAND_ORDER) - 1)])


def _frame_of_year(
    units: Ints, strata: list[Stratum], recent: tuple[Flags, Flags], before: list[YearFrame], rules: Rules
) -> YearFrame:
    names = [stratum.name for stratum in strata]
    counts = Counter(names)
    certain = {stratum.name: stratum.certainty for stratum in strata}
    plan = [PlanStratum(name, counts[name], REPLIES, certainty=certain[name]) for name in sorted(counts)]
    sizes = sizes_by_total(plan, rules.total, limits=Limits(minimum=rules.floor)).ask
    starts = dict.fromkeys(counts, 0.0)
    kept = 0.0
    if before:
        last = before[-1]
        starts = next_starts(last.states, rate=rules.rate, strata=counts)
    states = {name: StratumState(counts[name], sizes[name], starts[name]) for name in sorted(counts)}
    if before:
        then = dict(zip(map(str, last.units.tolist()), last.strata, strict=True))
        moved = flows(then, zip(map(str, units.tolist()), names, strict=True))
        kept = sum(expected_kept(last.states, states, moved).values())
    return YearFrame(units, names, *recent, states, kept)


def simulate(frames: list[YearFrame], replicates: int, rules: Rules, rng: np.random.Generator) -> Tally:
    """Draw every year's panel from fresh random numbers, `replicates` times."""
    years = len(frames)
    tally = Tally(
        frames,
        [np.zeros(frame.units.size, np.int64) for frame in frames],
        np.zeros((replicates, years), np.int64),
        np.zeros((replicates, years), np.int64),
    )
    population = int(frames[-1].units.max()) + 1
    resters = _resters(frames, rules)
    for replicate in range(replicates):
        _live(tally, replicate, rng.random(population), rules, resters, rng)
    return tally


def _resters(frames: list[YearFrame], rules: Rules) -> set[str]:
    """Strata that can give the rest promised in every year."""
    unable = {
        name
        for frame in frames
        for name, state in frame.states.items()
        if state.sample_size > largest_resting_sample(state.pop_size, rate=rules.rate, holiday=rules.holiday)
    }
    return {name for frame in frames for name in frame.states} - unable


def _live(
    tally: Tally, replicate: int, prn: Floats, rules: Rules, resters: set[str], rng: np.random.Generator
) -> None:
    ids = [str(i) for i in range(prn.size)]
    asked: dict[str, list[int]] = {}
    last_in = np.full(prn.size, -100, np.int64)
    before = answered_before = np.zeros(prn.size, np.bool_)
    for year, frame in enumerate(tally.frames):
        here = [ids[i] for i in frame.units]
        rest = resting(
            here, asked if rules.honoured else {}, year=year, holiday=rules.holiday, term=rules.term
        )
        chosen = select_prn(
            prn[frame.units], frame.strata, frame.sizes, start=frame.starts, ids=here, resting=rest
        ).indices
        units = frame.units[chosen]
        tally.hits[year][chosen] += 1
        _count_rests(tally, frame, chosen, (before, last_in), year - rules.holiday, resters)
        now, answers = np.zeros_like(before), np.zeros_like(before)
        now[units] = True
        answers[units] = rng.random(units.size) < REPLIES
        tally.kept[replicate, year] = int((now & before).sum())
        tally.answered[replicate, year] = int((answers & answered_before).sum())
        last_in[units], before, answered_before = year, now, answers
        for unit in chosen.tolist():
            asked.setdefault(here[unit], []).append(year)


def _count_rests(
    tally: Tally,
    frame: YearFrame,
    chosen: Ints,
    history: tuple[Flags, Ints],
    since: int,
    resters: set[str],
) -> None:
    """Units asked again that left less than a holiday ago, where they were not all asked."""
    before, last_in = history
    units = frame.units[chosen]
    for i in chosen[~before[units] & (last_in[units] >= since)].tolist():
        if not frame.states[frame.strata[i]].whole:
            able = frame.strata[i] in resters
            tally.broken += able
            tally.broken_elsewhere += not able


@dataclass(frozen=True)
class Group:
    """How often some units were taken over how often n/N says, and the difference in standard errors."""

    ratio: float
    z: float


@dataclass(frozen=True)
class Fairness:
    """How one year's inclusion frequencies compare with n/N.

    `units` is chi-squared over all units as a normal deviate. The groups are those born, and those that
    changed stratum, in the last three years, and all others.
    """

    units: float
    born: Group
    moved: Group
    others: Group


def fairness(tally: Tally, year: int) -> Fairness:
    """Compare how often each unit was taken with its probability n/N.

    Within a stratum the counts of R draws are those of simple random sampling: sum over units of
    (x - R p)^2 / (R p (1-p)) x (N-1)/N has N - 1 degrees of freedom, and a group of m units is taken with
    the variance of the hypergeometric distribution.
    """
    frame, hits = tally.frames[year], tally.hits[year]
    runs = tally.kept.shape[0]
    pop = frame.by_stratum(lambda state: state.pop_size)[frame.codes]
    p = frame.by_stratum(lambda state: state.fraction)[frame.codes]
    open_ = (p > 0) & (p < 1)
    pop, p, x = pop[open_], p[open_], hits[open_]
    variance = runs * p * (1 - p)
    squares = (x - runs * p) ** 2 / variance * (pop - 1) / pop
    # The spread of a square of a binomial count, beside the 2 of a normal one.
    spread = 2 + 1 / variance - 6 / runs
    deviate = float((squares.sum() - ((pop - 1) / pop).sum()) / sqrt(spread.sum()))
    groups = (frame.born, frame.moved, ~(frame.born | frame.moved))
    return Fairness(deviate, *(_group(tally, year, member) for member in groups))


def _group(tally: Tally, year: int, member: Flags) -> Group:
    frame, hits = tally.frames[year], tally.hits[year]
    runs = tally.kept.shape[0]
    n, pop = frame.by_stratum(lambda s: s.sample_size), frame.by_stratum(lambda s: s.pop_size)
    m = np.bincount(frame.codes, member, minlength=n.size)
    taken = np.bincount(frame.codes, hits * member, minlength=n.size)
    expected = runs * m * n / pop
    variance = expected * (1 - n / pop) * (pop - m) / np.maximum(pop - 1, 1)
    open_ = (n > 0) & (n < pop)
    if not variance[open_].any():
        return Group(1.0, 0.0)
    gap = float((taken - expected)[open_].sum())
    return Group(1 + gap / float(expected[open_].sum()), gap / sqrt(float(variance[open_].sum())))


def overlap_ratio(tally: Tally) -> float:
    """Units kept over units expected to be kept, over all years but the first."""
    expected = tally.kept.shape[0] * sum(frame.kept for frame in tally.frames[1:])
    return float(tally.kept[:, 1:].sum() / expected)
