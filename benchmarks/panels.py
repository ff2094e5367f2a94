"""Panels over the years: whether they turn, rest and include as they should, and how fast they are drawn.

Run from the top folder:  python -m benchmarks.panels [--only simulation] [--replicates 60]

The first part lives through twenty years on the demonstration's real frame, with births, deaths, movers
between strata and replies made up, again and again with fresh random numbers. The second draws from frames
of growing size, in memory; the third does the same with a database and ten years of history in it.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from statistics import median
from time import perf_counter

import numpy as np

if not __package__:
    # Run as a file, its folder would hide the package of the same name.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks.panel_database import show_database
from benchmarks.panel_lives import (
    REPLIES,
    Rules,
    Tally,
    YearFrame,
    fairness,
    lived,
    overlap_ratio,
    real_frame,
    simulate,
)
from sampling.panels.burden import resting
from sampling.panels.moves import LastYear, ThisYear, moves
from sampling.panels.rotation import StratumState, next_starts
from sampling.panels.selection import select_prn


def show_simulation(asked: argparse.Namespace) -> None:
    """Twenty years on the real frame: without rests, with them, and with a strict term too."""
    first = real_frame()
    for rules in (Rules(holiday=0), Rules(), Rules(term=2)):
        frames = lived(first, asked.years, rules, np.random.default_rng(20))
        began = perf_counter()
        tally = simulate(frames, asked.replicates, rules, np.random.default_rng(21))
        print(f"\n{rules}")
        print(f"{asked.years} years, {asked.replicates} times in {perf_counter() - began:.0f} s")
        _show(tally)


def _show(tally: Tally) -> None:
    print(
        "year   frame panel |  kept: expected  found ratio | answered twice: expected found |"
        " units z |  born: ratio    z | moved: ratio    z | others: ratio    z"
    )
    for year, frame in enumerate(tally.frames):
        print(_line(tally, year, frame))
    print(f"kept over expected, all years: {overlap_ratio(tally):.4f}")
    print(f"rests broken where a rest can be given: {tally.broken}; elsewhere: {tally.broken_elsewhere}")


def _line(tally: Tally, year: int, frame: YearFrame) -> str:
    kept, answered = tally.kept[:, year].mean(), tally.answered[:, year].mean()
    ratio = kept / frame.kept if frame.kept else 1.0
    fair = fairness(tally, year)
    groups = " | ".join(f"{g.ratio:12.3f} {g.z:4.1f}" for g in (fair.born, fair.moved, fair.others))
    return (
        f"{year + 1:4} {frame.units.size:7,} {sum(frame.sizes.values()):5,} |"
        f" {frame.kept:15.1f} {kept:6.1f} {ratio:5.3f} |"
        f" {frame.kept * REPLIES**2:24.1f} {answered:5.1f} | {fair.units:7.1f} | {groups}"
    )


@dataclass(frozen=True)
class Seconds:
    """Seconds of one year's work on a frame: who rests, the draw, and why everybody moved."""

    rests: float
    draw: float
    moves: float


def one_year(size: int, rng: np.random.Generator, *, strata: int = 200) -> Seconds:
    """Time the second year of a panel of a twentieth of `size` organisations in `strata` strata."""
    ids = [f"{i:036d}" for i in range(size)]
    names = [f"vco | region {h // 8} | band {h % 8}" for h in rng.integers(0, strata, size).tolist()]
    prn, counts = rng.random(size), Counter(names)
    sizes = {name: max(count // 20, 1) for name, count in counts.items()}
    first = select_prn(prn, names, sizes, ids=ids)
    members = {ids[i]: names[i] for i in first.indices.tolist()}
    numbers = dict(zip(members, prn[first.indices].tolist(), strict=True))
    states = {draw.stratum: StratumState(draw.pop_size, draw.sample_size) for draw in first.strata}
    last = LastYear(members, numbers, states, dict(zip(ids, names, strict=True)))
    asked = {unit: [1] for unit in members}

    began = perf_counter()
    rest = resting(ids, asked, year=2, holiday=3)
    rested = perf_counter()
    second = select_prn(prn, names, sizes, start=next_starts(states, rate=0.5), ids=ids, resting=rest)
    drawn = perf_counter()
    all_moves = moves(last, ThisYear(ids, names, prn, second, rest))
    explained = perf_counter()
    if len(all_moves) != len(members.keys() | {ids[i] for i in second.indices.tolist()}):
        raise AssertionError("a unit is missing from the moves, or there twice")
    return Seconds(rested - began, drawn - rested, explained - drawn)


def show_growth(asked: argparse.Namespace) -> None:
    """One year's draw, rests and moves, by the size of the frame."""
    rng = np.random.default_rng(22)
    print("\n    frame      rests       draw      moves        all   (medians)")
    for size in asked.sizes:
        runs = [one_year(size, rng) for _ in range(asked.repeats)]
        parts = [median(column) for column in zip(*((r.rests, r.draw, r.moves) for r in runs), strict=True)]
        print(f"{size:9,} " + " ".join(f"{part * 1e3:7.0f} ms" for part in (*parts, sum(parts))))
    print(f"most memory held, all sizes: {getrusage(RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


# Each part takes the arguments of the command line and prints what it found.
PARTS: dict[str, Callable[[argparse.Namespace], None]] = {
    "simulation": show_simulation,
    "growth": show_growth,
    "database": show_database,
}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--only", choices=PARTS, action="append", help="this part, and others so named")
    parser.add_argument("--replicates", type=int, default=60, help="lives of twenty years")
    parser.add_argument("--years", type=int, default=20)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--repeats", type=int, default=5, help="of each size")
    asked = parser.parse_args(arguments)
    for name in asked.only or PARTS:
        PARTS[name](asked)


if __name__ == "__main__":
    main()
