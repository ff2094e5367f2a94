"""How often intervals that claim 95 per cent hold the truth: draws repeated on a population of 80 strata.

Run from the top folder:  python -m benchmarks.coverage [--replicates 10000] [--seed 1]

The population has the shape of a frame: ten regions by eight bands, few large organisations and many
small, two bands taken whole. Each replicate gives every unit new permanent random numbers, draws by
them, lets about two thirds answer (more in some strata than in others), weighs by stratum, and
estimates; a year later it rotates a quarter, with births, deaths and answers that moved. The truth is
that of the population, so errors, finite population correction, nonresponse and the overlap of the years
must all be right for the share to come near 95.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

if not __package__:
    # Run as a file, its folder would hide the package of the same name.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from sampling.change import Wave, change
from sampling.design import SurveyDesign
from sampling.estimation import mean, proportion
from sampling.intervals import METHODS
from sampling.selection import rotate, select_coded

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
REGIONS, BANDS = 10, 8
STRATA = REGIONS * BANDS
BAND_SIZES = np.array([500, 350, 260, 180, 120, 70, 30, 12])
WHOLE_BANDS = 2
SAMPLED, FLOOR, RATE = 2500, 12, 0.25
SHARES = {"half": 0.5, "fifth": 0.2, "two in a hundred": 0.02, "one in two hundred": 0.005}
DOMAIN_REGION = 3


@dataclass(frozen=True)
class Population:
    """One year of the frame, or both: flags tell who is in which. N units."""

    stratum: Ints
    first: Flags
    second: Flags
    y1: Floats
    y2: Floats
    shares: dict[str, Floats]
    propensity: Floats

    @property
    def region(self) -> Ints:
        return self.stratum // BANDS


def population(rng: np.random.Generator) -> Population:
    """Skewed values that differ by stratum, rare and common items, births and deaths of four per cent."""
    sizes = np.round(np.outer(rng.uniform(0.6, 1.4, REGIONS), BAND_SIZES)).astype(np.int64).ravel()
    stratum = np.repeat(np.arange(STRATA), sizes)
    level = rng.normal(3, 0.4, STRATA)[stratum]
    y1 = level + rng.gamma(2, 0.6, stratum.size)
    y2 = 0.7 * y1 + 0.3 * level + 0.25 + rng.normal(0, 0.5, stratum.size)
    shift = rng.normal(0, 0.5, STRATA)[stratum]
    logits = {name: np.log(p / (1 - p)) + shift for name, p in SHARES.items()}
    shares = {
        name: (rng.random(stratum.size) < 1 / (1 + np.exp(-v))).astype(np.float64)
        for name, v in logits.items()
    }
    alive = rng.random((2, stratum.size)) > 0.04
    return Population(
        stratum,
        alive[0] | ~alive[1],
        alive[1] | ~alive[0],
        y1,
        y2,
        shares,
        rng.uniform(0.5, 0.85, STRATA)[stratum],
    )


def sizes_of(pop: Ints) -> Ints:
    """Units to draw: the top bands whole, the others in proportion with a floor."""
    band = np.arange(STRATA) % BANDS
    share = pop / pop[band < BANDS - WHOLE_BANDS].sum()
    wanted = np.maximum(np.round(SAMPLED * share), FLOOR).astype(np.int64)
    return np.minimum(np.where(band >= BANDS - WHOLE_BANDS, pop, wanted), pop)


@dataclass(frozen=True)
class Year:
    """The respondents of one year as rows of the population, and their design."""

    rows: Ints
    design: SurveyDesign


def year(
    units: Ints, data: Population, u: Floats, start: Floats | float, wanted: Ints, answers: Flags
) -> Year:
    """Draw from `units`, keep who answers, and weigh by stratum."""
    stratum = data.stratum[units]
    drawn = units[select_coded(u[units], stratum, wanted, start=start)]
    replied = drawn[answers[drawn]]
    silent = np.flatnonzero(np.bincount(data.stratum[replied], minlength=STRATA) < 2)
    # A stratum with fewer than two replies is chased until all have answered.
    replied = np.union1d(replied, drawn[np.isin(data.stratum[drawn], silent)])
    pop = np.bincount(stratum, minlength=STRATA)
    held = np.bincount(data.stratum[replied], minlength=STRATA)
    here = data.stratum[replied]
    counts = {f"{h:02d}": float(pop[h]) for h in range(STRATA)}
    return Year(replied, SurveyDesign(np.char.mod("%02d", here), (pop / held)[here], counts))


@dataclass
class Tally:
    """Of how many intervals the truth was inside, below and above; and how wide they were."""

    inside: int = 0
    below: int = 0
    above: int = 0
    widths: list[float] = field(default_factory=list)

    def take(self, truth: float, low: float | None, high: float | None) -> None:
        if low is None or high is None:
            return
        # The limits of a certain share are the share itself, but for rounding.
        self.below += truth < low - 1e-12
        self.above += truth > high + 1e-12
        self.inside += low - 1e-12 <= truth <= high + 1e-12
        self.widths.append(high - low)

    def line(self, name: str) -> str:
        count = len(self.widths)
        if count == 0:
            return f"{name:36} no interval"
        share = self.inside / count
        error = 100 * sqrt(share * (1 - share) / count)
        sides = f"{100 * self.below / count:5.2f} {100 * self.above / count:5.2f}"
        width = float(np.mean(self.widths))
        return f"{name:36} {100 * share:6.2f} +-{error:5.2f}  {sides}  {width:9.5f} {count:7d}"


def replicate(data: Population, rng: np.random.Generator, tallies: dict[str, Tally]) -> None:
    """One draw, its answers and a year later: every interval against the truth."""
    u = rng.random(data.stratum.size)
    moods = rng.random((2, data.stratum.size))
    # Who answers one year mostly answers the next.
    moods[1] = np.where(rng.random(data.stratum.size) < 0.7, moods[0], moods[1])
    years = []
    start: Floats = np.zeros(STRATA)
    for alive, mood in zip((data.first, data.second), moods, strict=True):
        units = np.flatnonzero(alive)
        pop = np.bincount(data.stratum[units], minlength=STRATA)
        wanted = sizes_of(pop)
        years.append(year(units, data, u, start, wanted, mood < data.propensity))
        start = np.array(
            [rotate(a, fraction=n / big, rate=RATE) for a, n, big in zip(start, wanted, pop, strict=True)]
        )
    _one_year(data, years[0], tallies)
    _two_years(data, years[0], years[1], tallies)


def _one_year(data: Population, found: Year, tallies: dict[str, Tally]) -> None:
    alive, rows, design = data.first, found.rows, found.design
    one = mean(design, data.y1[rows])
    tallies["mean"].take(float(data.y1[alive].mean()), one.lci, one.uci)
    inside, there = data.region[rows] == DOMAIN_REGION, alive & (data.region == DOMAIN_REGION)
    part = mean(design.within(inside), data.y1[rows])
    tallies["mean of one region"].take(float(data.y1[there].mean()), part.lci, part.uci)
    for name, values in data.shares.items():
        truth = float(values[alive].mean())
        for method in METHODS:
            share = proportion(design, values[rows], ci=method)
            tallies[f"{name}, {method}"].take(truth, share.lci, share.uci)


def _two_years(data: Population, first: Year, second: Year, tallies: dict[str, Tally]) -> None:
    both = np.bincount(data.stratum[data.first & data.second], minlength=STRATA)
    counts = {f"{h:02d}": float(both[h]) for h in range(STRATA)}
    waves = [
        Wave(found.design, found.rows.astype(np.str_).tolist(), values[found.rows])
        for found, values in ((first, data.y1), (second, data.y2))
    ]
    moved = change(waves[0], waves[1], pop_both=counts)
    truth = float(data.y2[data.second].mean() - data.y1[data.first].mean())
    tallies["change of the mean"].take(truth, moved.lci, moved.uci)


def measure(replicates: int, seed: int) -> dict[str, Tally]:
    """Coverage of every interval over `replicates` draws from one population."""
    rng = np.random.default_rng(seed)
    data = population(rng)
    names = ["mean", "mean of one region", "change of the mean"]
    names += [f"{name}, {method}" for name in SHARES for method in METHODS]
    tallies = {name: Tally() for name in names}
    for _ in range(replicates):
        replicate(data, rng, tallies)
    return tallies


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--replicates", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    print(f"{asked.replicates} draws, intervals of 95 per cent; truth below and above them in per cent\n")
    print(f"{'interval':36} {'inside':>6}  error  below above  {'width':>9} {'count':>7}")
    for name, tally in measure(asked.replicates, asked.seed).items():
        print(tally.line(name))


if __name__ == "__main__":
    main()
