"""How near `sampling` comes to bare numpy, and how its work grows with the file.

Run from the top folder:  python -m benchmarks.sampling [--repeats 5] [--sizes 10000 100000 1000000]

Every line is a ratio of medians of one run on one machine: library over bound, or one size over the one
before. The numbers of both sides are compared before they are timed.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from statistics import median
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

if not __package__:
    # Run as a file, its folder would hide the package of the same name.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks import peers
from benchmarks import sampling_bound as bound
from sampling.estimation.calibration import calibrate
from sampling.estimation.design import SurveyDesign
from sampling.estimation.estimators import proportion
from sampling.estimation.tabulation import tabulate
from sampling.panels.selection import select_coded

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
DRAW_STRATA = 200
STRATA, DOMAINS, ITEMS, MARGIN = 193, 40, 100, 30


@dataclass(frozen=True)
class Responses:
    """A file of answers: yes or no to every item, its design and a margin to calibrate to."""

    y: Floats
    stratum: Ints
    domain: Ints
    weights: Floats
    pop: dict[str, float]
    x: Floats

    @property
    def labels(self) -> NDArray[np.str_]:
        return np.char.mod("%03d", self.stratum)

    @property
    def domain_labels(self) -> NDArray[np.str_]:
        return np.char.mod("%02d", self.domain)


def responses(size: int, rng: np.random.Generator, *, items: int = ITEMS) -> Responses:
    stratum = np.concatenate([np.repeat(np.arange(STRATA), 2), rng.integers(0, STRATA, size - 2 * STRATA)])
    n = np.bincount(stratum, minlength=STRATA)
    pop = np.round(n * rng.uniform(1.2, 6, STRATA))
    y = (rng.random((size, items)) < rng.uniform(0.05, 0.95, items)).astype(np.float64)
    x = np.eye(MARGIN)[rng.integers(0, MARGIN, size)]
    counts = {f"{h:03d}": float(pop[h]) for h in range(STRATA)}
    return Responses(y, stratum, rng.integers(0, DOMAINS, size), (pop / n)[stratum], counts, x)


def timed(work: Callable[[], object], repeats: int) -> float:
    """Median seconds of one running."""
    seconds = []
    for _ in range(repeats):
        start = perf_counter()
        work()
        seconds.append(perf_counter() - start)
    return median(seconds)


def draw(size: int, rng: np.random.Generator, repeats: int) -> tuple[float, float]:
    u, stratum = rng.random(size), rng.integers(0, DRAW_STRATA, size)
    pop = np.bincount(stratum, minlength=DRAW_STRATA)
    wanted = np.maximum(pop // 20, 1)
    if not np.array_equal(select_coded(u, stratum, wanted), bound.threshold_draw(u, stratum, wanted)):
        raise AssertionError("the two draws differ")
    return (
        timed(lambda: select_coded(u, stratum, wanted), repeats),
        timed(lambda: bound.threshold_draw(u, stratum, wanted), repeats),
    )


def tabulation(size: int, rng: np.random.Generator, repeats: int) -> tuple[float, float]:
    data = responses(size, rng)
    design = SurveyDesign(data.labels, data.weights, data.pop)
    n, scale = _scale(data, design)
    by = data.domain_labels

    def fastest() -> tuple[Floats, Floats]:
        sums = bound.grouped_sums(
            data.y, data.weights, data.stratum, data.domain, strata=STRATA, domains=DOMAINS
        )
        return bound.shares_and_errors(sums, scale, n)

    table, (p, se) = tabulate(design, data.y, by), fastest()
    np.testing.assert_allclose(table.estimate, p, rtol=1e-9)
    np.testing.assert_allclose(table.se, se, rtol=1e-6)
    return timed(lambda: tabulate(design, data.y, by), repeats), timed(fastest, repeats)


def calibrated(size: int, rng: np.random.Generator, repeats: int) -> tuple[float, float]:
    data = responses(size, rng)
    known = (data.weights @ data.x) * rng.uniform(0.95, 1.05, MARGIN)
    fitted = calibrate(data.weights, data.x, known, method="raking")
    design = SurveyDesign(data.labels, fitted.weights, data.pop, calibration=fitted.fit)
    n, scale = _scale(data, design)
    by = data.domain_labels

    def fastest() -> tuple[Floats, Floats]:
        rows = bound.Rows(data.y, fitted.weights, data.weights, data.x, data.stratum, data.domain)
        return bound.residual_errors(rows, scale=scale, n=n, domains=DOMAINS)

    table, (p, se) = tabulate(design, data.y, by), fastest()
    np.testing.assert_allclose(table.estimate, p, rtol=1e-9)
    np.testing.assert_allclose(table.se, se, rtol=1e-6)
    return timed(lambda: tabulate(design, data.y, by), repeats), timed(fastest, repeats)


def _scale(data: Responses, design: SurveyDesign) -> tuple[Floats, Floats]:
    """Units of each stratum, and f n/(n-1)."""
    n = np.bincount(data.stratum, minlength=STRATA).astype(np.float64)
    return n, design.structure.fpc * n / (n - 1)


def peers_beside(
    size: int, rng: np.random.Generator, repeats: int, asked: argparse.Namespace
) -> Iterator[str]:
    """The tabulations by R's survey and by svy, where they are, in milliseconds an item."""
    data = responses(size, rng)
    known = (data.weights @ data.x) * rng.uniform(0.95, 1.05, MARGIN)
    fitted = calibrate(data.weights, data.x, known, method="raking")
    designs = (
        SurveyDesign(data.labels, data.weights, data.pop),
        SurveyDesign(data.labels, fitted.weights, data.pop, calibration=fitted.fit),
    )
    by, margin = data.domain_labels, np.argmax(data.x, axis=1).astype(np.int64)
    tables = [tabulate(design, data.y, by) for design in designs]
    seconds = [timed(partial(tabulate, design, data.y, by), repeats) for design in designs]
    pop = np.array([data.pop[name] for name in data.labels.tolist()])
    answers = peers.Answers(data.y, data.labels, by, margin, data.weights, fitted.weights, pop)
    ours = peers.Ours(tables[0], tables[1], (seconds[0], seconds[1]))
    return peers.side_by_side(answers, ours, asked.peer_items, asked.svy_python)


def single(size: int, rng: np.random.Generator, repeats: int) -> float:
    """Seconds of one proportion by domain, the way it is asked for one item at a time."""
    data = responses(size, rng, items=1)
    design = SurveyDesign(data.labels, data.weights, data.pop)
    by = np.char.mod("%d", data.domain % 4)
    return timed(lambda: proportion(design, data.y[:, 0], by=by), repeats)


def compare(name: str, library: float, fastest: float) -> str:
    return f"{name:48} {library * 1e3:10.1f} ms {fastest * 1e3:10.1f} ms   x {library / fastest:.2f}"


def grown(name: str, sizes: Sequence[int], seconds: Sequence[float]) -> str:
    steps = " -> ".join(f"{s * 1e3:.1f}" for s in seconds)
    factors = ", ".join(
        f"x {after / before:.1f} for x {large / small:g}"
        for before, after, small, large in zip(seconds, seconds[1:], sizes, sizes[1:], strict=False)
    )
    return f"{name:48} {steps} ms ({factors})"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--answers", type=int, default=50_000, help="rows of the tabulations")
    parser.add_argument("--frame", type=int, default=1_000_000, help="units of the draw")
    parser.add_argument("--peer-items", type=int, default=4, help="items that peers are given; 0: no peers")
    parser.add_argument("--svy-python", default=sys.executable, help="a Python that has the package svy")
    asked = parser.parse_args(arguments)
    rng = np.random.default_rng(7)
    print(f"{'work':48} {'library':>13} {'bound':>13}   ratio")
    print(
        compare(f"draw, {asked.frame:,} units, {DRAW_STRATA} strata", *draw(asked.frame, rng, asked.repeats))
    )
    what = f"{ITEMS} items x {DOMAINS} domains, {asked.answers:,} answers"
    print(compare(what, *tabulation(asked.answers, rng, asked.repeats)))
    print(compare(f"{what}, calibrated", *calibrated(asked.answers, rng, asked.repeats)))
    if asked.peer_items:
        print(f"\none item, {DOMAINS} domains, {asked.answers:,} answers: peer, ours, how often ours fits in")
        for line in peers_beside(asked.answers, rng, asked.repeats, asked):
            print(line)
    print("\ngrowth, library")
    sizes = asked.sizes
    print(grown("draw", sizes, [draw(size, rng, asked.repeats)[0] for size in sizes]))
    print(grown("one proportion in 4 domains", sizes, [single(size, rng, asked.repeats) for size in sizes]))
    print(f"largest memory of this process: {getrusage(RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
