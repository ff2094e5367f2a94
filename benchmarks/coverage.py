"""How often intervals that claim 95 per cent hold the truth: draws repeated on the real frame.

Run from the top folder:  python -m benchmarks.coverage [--replicates 10000] [--seed 1]

The frame is that of the demonstration, public registers of England: every public body in scope is
asked, and 1,500 voluntary organisations, by region and income band. What they would answer is made up.
Each replicate gives every organisation a new permanent random number, draws by them, lets some answer (at
rates that differ by region and slope by kind of body and by income), joins strata with fewer than five
replies to their neighbours, calibrates each sector to the frame and estimates as a round does; a year
later it rotates a quarter, with births, deaths and answers that moved.
The truth is that of the whole frame, so weights, errors, finite population correction, nonresponse and
the overlap of the years must all be right for the share to come near 95.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

if not __package__:
    # Run as a file, its folder would hide the package of the same name.
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from sampling.estimation.change import change
from sampling.estimation.design import SurveyDesign
from sampling.estimation.estimators import mean, proportion
from sampling.estimation.frame_weights import weight_to_frame
from sampling.estimation.intervals import METHODS
from sampling.estimation.waves import OneWave, common_cells, over_common_cells
from sampling.frame import Sector
from sampling.panels.allocation import allocate
from sampling.panels.selection import rotate, select_coded
from sampling.source_lists import read_list
from sampling.strata import Stratum, stratum_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
LISTS = Path(__file__).resolve().parents[1] / "survey_app" / "demo" / "data"
ASKED, FLOOR, RATE = 1500, 5, 0.25
REPLY = {Sector.PUBLIC: (0.4, 0.7), Sector.VOLUNTARY: (0.3, 0.5)}
# How far response slopes from the first kind, or income, to the last, in logits.
SLOPE = 1.3
SHARES = {
    "half": 0.5,
    "fifth": 0.2,
    "one in twenty": 0.05,
    "two in a hundred": 0.02,
    "one in two hundred": 0.005,
}
DOMAIN_REGION = "North West"
# What a release prints of a sector and of a region rests on fewer replies than the whole.
PARTS = ("public bodies", "voluntary", "voluntary, one region")
# What a release prints by, on bases of a hundred or more; a share of 95 per cent is one of 5 turned over.
PROMISED = tuple(
    f"{name}, {part}" for name in ("half", "fifth", "one in twenty") for part in ("korn_graubard", *PARTS)
)
MIN_INSIDE, MAX_INSIDE = 93.0, 97.0


@dataclass(frozen=True)
class Population:
    """One year of the frame, or both: flags tell who is in which. N units, H strata."""

    strata: tuple[Stratum, ...]
    stratum: Ints
    first: Flags
    second: Flags
    y1: Floats
    y2: Floats
    shares: dict[str, Floats]
    propensity: Floats

    @property
    def names(self) -> NDArray[np.str_]:
        return np.array([stratum.name for stratum in self.strata])

    @property
    def parts(self) -> dict[str, Flags]:
        """Who is in each part of which shares are printed, shape (N,)."""
        public = np.array([stratum.sector is Sector.PUBLIC for stratum in self.strata])[self.stratum]
        return dict(zip(PARTS, (public, ~public, ~public & self.in_region), strict=True))

    @property
    def in_region(self) -> Flags:
        return np.array([stratum.region == DOMAIN_REGION for stratum in self.strata])[self.stratum]


def real_strata() -> list[Stratum]:
    """The stratum of every organisation in scope on the demonstration's lists."""
    readings = [read_list((LISTS / name).read_bytes()) for name in ("public_bodies.csv", "vcos.csv")]
    return [
        stratum_of(entry.sector, entry.region, entry.kind, entry.size)
        for reading in readings
        for entry in reading.entries
        if entry.in_scope
    ]


def population(rng: np.random.Generator) -> Population:
    """Skewed values that differ by stratum, rare and common items, births and deaths of four per cent."""
    units = real_strata()
    strata = tuple(sorted(set(units)))
    stratum = np.array([strata.index(unit) for unit in units])
    level = rng.normal(3, 0.4, len(strata))[stratum]
    y1 = level + rng.gamma(2, 0.6, stratum.size)
    y2 = 0.7 * y1 + 0.3 * level + 0.25 + rng.normal(0, 0.5, stratum.size)
    shift = rng.normal(0, 0.5, len(strata))[stratum]
    logits = {name: np.log(p / (1 - p)) + shift for name, p in SHARES.items()}
    shares = {
        name: (rng.random(stratum.size) < 1 / (1 + np.exp(-v))).astype(np.float64)
        for name, v in logits.items()
    }
    # Alike within the classes that thin strata join, as the weights suppose.
    rates = {
        wider: rng.uniform(*REPLY[sector]) for wider, sector in sorted({(s.wider, s.sector) for s in strata})
    }
    base = np.array([rates[s.wider] for s in strata])
    propensity = (1 / (1 + (1 - base) / base * np.exp(-_slopes(strata))))[stratum]
    alive = rng.random((2, stratum.size)) > 0.04
    first, second = alive[0] | ~alive[1], alive[1] | ~alive[0]
    return Population(strata, stratum, first, second, y1, y2, shares, propensity)


def _slopes(strata: Sequence[Stratum]) -> Floats:
    """What each stratum's logit of response has more than the middle kind, or income, of its sector, (H,)."""
    bands = {sector: sorted({s.band for s in strata if s.sector is sector}) for sector in Sector}
    steps = {
        (sector, band): i / (len(all_) - 1) for sector, all_ in bands.items() for i, band in enumerate(all_)
    }
    return SLOPE * (np.array([steps[s.sector, s.band] for s in strata]) - 0.5)


def sizes_of(strata: Sequence[Stratum], pop: Ints) -> Ints:
    """Units to draw, shape (H,): public bodies whole, the others in proportion with a floor."""
    whole = np.array([stratum.certainty for stratum in strata])
    sizes = pop.copy()
    sizes[~whole] = allocate(pop[~whole], ASKED, method="proportional", min_n=FLOOR).sample_size
    return sizes


@dataclass(frozen=True)
class Year:
    """The respondents of one year as rows of the population, their design, and the cell of each stratum."""

    rows: Ints
    design: SurveyDesign
    cells: NDArray[np.str_]


def year(
    units: Ints, data: Population, u: Floats, start: Floats | float, wanted: Ints, answers: Flags
) -> Year:
    """Draw from `units`, shape (m,), keep who answers, and weight as a round does.

    Args:
        u, answers: random number and answer of each of the population, shape (n,).
        start, wanted: where the draw begins and its size by stratum, shape (H,).
    """
    stratum = data.stratum[units]
    pop = np.bincount(stratum, minlength=len(data.strata))
    drawn = units[select_coded(u[units], stratum, wanted, start=start)]
    of, names = data.stratum[drawn], data.names
    replied = answers[drawn]
    own = [data.strata[h] for h in of.tolist()]
    counts = {stratum: float(n) for stratum, n in zip(data.strata, pop.tolist(), strict=True) if n}
    weighted = weight_to_frame(
        pop[of] / wanted[of],
        own,
        replied,
        pop_size={stratum.name: n for stratum, n in counts.items()},
        own=own,
        frame=counts,
    )
    cells = np.full(names.size, "", dtype=object)
    cells[of] = weighted.cells
    return Year(drawn[replied], weighted.design, cells.astype(np.str_))


@dataclass
class Tally:
    """Of how many intervals the truth was inside, below and above; and how wide they were."""

    inside: int = 0
    below: int = 0
    above: int = 0
    widths: list[float] = field(default_factory=list)
    bases: list[int] = field(default_factory=list)

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
            return f"{name:41} no interval"
        share = self.inside / count
        error = 100 * sqrt(share * (1 - share) / count)
        sides = f"{100 * self.below / count:5.2f} {100 * self.above / count:5.2f}"
        width = float(np.mean(self.widths))
        base = f"{np.mean(self.bases):7.0f}" if self.bases else ""
        return (
            f"{name:41} {100 * share:6.2f} +-{error:5.2f}  {sides}  {width:9.5f} {count:7d} {base}".rstrip()
        )


def replicate(data: Population, rng: np.random.Generator, tallies: dict[str, Tally]) -> None:
    """One draw, its answers and a year later: every interval against the truth."""
    u = rng.random(data.stratum.size)
    moods = rng.random((2, data.stratum.size))
    # Who answers one year mostly answers the next.
    moods[1] = np.where(rng.random(data.stratum.size) < 0.7, moods[0], moods[1])
    years = []
    start: Floats = np.zeros(len(data.strata))
    for alive, mood in zip((data.first, data.second), moods, strict=True):
        units = np.flatnonzero(alive)
        pop = np.bincount(data.stratum[units], minlength=len(data.strata))
        wanted = sizes_of(data.strata, pop)
        years.append(year(units, data, u, start, wanted, mood < data.propensity))
        shares = wanted / np.maximum(pop, 1)
        start = np.array([rotate(a, fraction=f, rate=RATE) for a, f in zip(start, shares, strict=True)])
    _one_year(data, years[0], tallies)
    _two_years(data, years[0], years[1], tallies)


def _one_year(data: Population, year: Year, tallies: dict[str, Tally]) -> None:
    alive, rows, design = data.first, year.rows, year.design
    one = mean(design, data.y1[rows])
    tallies["mean"].take(float(data.y1[alive].mean()), one.lci, one.uci)
    there = alive & data.in_region
    part = mean(design.within(data.in_region[rows]), data.y1[rows])
    tallies["mean of one region"].take(float(data.y1[there].mean()), part.lci, part.uci)
    for name, values in data.shares.items():
        truth = float(values[alive].mean())
        for method in METHODS:
            share = proportion(design, values[rows], ci=method)
            tallies[f"{name}, {method}"].take(truth, share.lci, share.uci)
    for part_name, inside in data.parts.items():
        _one_part(data, year, part_name, inside, tallies)


def _one_part(data: Population, year: Year, part: str, inside: Flags, tallies: dict[str, Tally]) -> None:
    design = year.design.within(inside[year.rows])
    for name, values in data.shares.items():
        share = proportion(design, values[year.rows])
        tally = tallies[f"{name}, {part}"]
        tally.bases.append(share.n)
        tally.take(float(values[data.first & inside].mean()), share.lci, share.uci)


def _two_years(data: Population, first: Year, second: Year, tallies: dict[str, Tally]) -> None:
    names = data.names
    stayed = Counter(names[data.stratum[data.first & data.second]].tolist())
    cells = [
        (name, cell) for year in (first, second) for name, cell in zip(names, year.cells, strict=True) if cell
    ]
    waves = [OneWave(year.design, year.rows.astype(np.str_).tolist()) for year in (first, second)]
    both = {(name, name): float(count) for name, count in stayed.items()}
    joint = over_common_cells(waves[0], waves[1], common_cells(cells, {}), moved=both)
    moved = change(
        joint.first.of(data.y1[first.rows]), joint.second.of(data.y2[second.rows]), pop_both=joint.pop_both
    )
    truth = float(data.y2[data.second].mean() - data.y1[data.first].mean())
    tallies["change of the mean"].take(truth, moved.lci, moved.uci)


def measure(replicates: int, seed: int) -> dict[str, Tally]:
    """Coverage of every interval over `replicates` draws from one population."""
    rng = np.random.default_rng(seed)
    data = population(rng)
    names = ["mean", "mean of one region", "change of the mean"]
    names += [f"{name}, {method}" for name in SHARES for method in METHODS]
    names += [f"{name}, {part}" for part in PARTS for name in SHARES]
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
    print(f"{'interval':41} {'inside':>6}  error  below above  {'width':>9} {'count':>7} {'base':>7}")
    tallies = measure(asked.replicates, asked.seed)
    for name, tally in tallies.items():
        print(tally.line(name))
    promised = [100 * tallies[name].inside / len(tallies[name].widths) for name in PROMISED]
    print(f"\nKorn-Graubard, shares of 5 to 95 per cent: {min(promised):.1f} to {max(promised):.1f} inside")
    if not all(MIN_INSIDE <= share <= MAX_INSIDE for share in promised):
        raise SystemExit(f"The promise is {MIN_INSIDE:g} to {MAX_INSIDE:g}.")


if __name__ == "__main__":
    main()
