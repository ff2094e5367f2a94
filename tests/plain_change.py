"""Change between two rounds in plain loops, from the files of a bundle; nothing of `sampling` is imported.

V = V1 + V2 - 2 C, with C = sum over strata of (n12 - n1 n2 N12/(N1 N2)) cov(z1, z2), z the weighted scores
of a mean; of a stratum with fewer than two shared organisations the covariance is the correlation pooled
over the others times both standard deviations; organisations that changed stratum bring deviations from
the means of their strata, in pairs, as many in the frame to those who stayed as in the panel.
"""

import csv
import io
import math
import zipfile
from collections import defaultdict
from dataclasses import dataclass, field
from statistics import fmean

from scipy.stats import t

Row = dict[str, str]


@dataclass
class Wave:
    """One round's rows, its strata, and the weighted scores of one item in one domain."""

    rows: list[Row]
    size: dict[str, float] = field(default_factory=dict)
    units: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    z: dict[str, float] = field(default_factory=dict)
    stratum: dict[str, str] = field(default_factory=dict)
    mean: float = math.nan
    used: list[str] = field(default_factory=list)

    def score(self, key: str, sector: str | None) -> "Wave":
        """Weighted scores w (y - mean) / sum w; nought outside the domain."""
        inside = [row for row in self.rows if row[key] != "" and sector in (None, row["sector"])]
        base = sum(float(row["weight"]) for row in inside)
        self.mean = sum(float(row["weight"]) * float(row[key]) for row in inside) / base
        self.used = [row["unit"] for row in inside]
        for row in self.rows:
            unit = row["unit"]
            self.stratum[unit], self.size[row["stratum"]] = row["stratum"], float(row["pop_size"])
            self.units[row["stratum"]].append(unit)
            self.z[unit] = 0.0
        for row in inside:
            self.z[row["unit"]] = float(row["weight"]) * (float(row[key]) - self.mean) / base
        return self

    def middle(self, stratum: str) -> float:
        return fmean(self.z[unit] for unit in self.units[stratum])

    def spread(self, stratum: str) -> float:
        """Variance of the scores in a stratum, divisor n - 1."""
        values = [self.z[unit] for unit in self.units[stratum]]
        middle = fmean(values)
        return sum((value - middle) ** 2 for value in values) / (len(values) - 1) if len(values) > 1 else 0.0

    def variance(self) -> float:
        return sum(
            (1 - len(units) / self.size[name]) * len(units) * self.spread(name)
            for name, units in self.units.items()
        )

    def freedom(self) -> int:
        return len(self.used) - len({self.stratum[unit] for unit in self.used})


@dataclass(frozen=True)
class PlainChange:
    then: float
    now: float
    change: float
    variances: tuple[float, float, float]
    lci: float
    uci: float
    overlap: int


class PlainPanel:
    """The two rounds of a bundle."""

    def __init__(self, bundle: bytes) -> None:
        with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
            self.rows = list(csv.DictReader(io.StringIO(archive.read("panel.csv").decode())))
            strata = csv.DictReader(io.StringIO(archive.read("strata.csv").decode()))
            self.both = {row["stratum"]: float(row["pop_both"]) for row in strata}

    def change(self, key: str, sector: str | None) -> PlainChange:
        one, two = (
            Wave([row for row in self.rows if row["wave"] == name]).score(key, sector)
            for name in ("earlier", "this")
        )
        v1, v2, c = one.variance(), two.variance(), self._covariance(one, two)
        moved, se = two.mean - one.mean, math.sqrt(max(v1 + v2 - 2 * c, 0.0))
        half = t.ppf(0.975, min(one.freedom(), two.freedom())) * se
        overlap = len(set(one.used) & set(two.used))
        return PlainChange(
            one.mean, two.mean, moved, (v1, v2, c), float(moved - half), float(moved + half), overlap
        )

    def _covariance(self, one: Wave, two: Wave) -> float:
        pairs: dict[tuple[str, str], list[str]] = defaultdict(list)
        for unit in one.stratum.keys() & two.stratum.keys():
            pairs[one.stratum[unit], two.stratum[unit]].append(unit)
        stayed = {here: units for (here, there), units in pairs.items() if here == there}
        total, correlation = 0.0, _correlation(one, two, stayed)
        for name in self.both:
            if name in one.units and name in two.units:
                total += self._of_stratum(one, two, name, stayed.get(name, []), correlation)
        for (here, there), units in pairs.items():
            if here != there:
                total += self._of_movers(one, two, (here, there), units, len(stayed.get(here, [])))
        return total

    def _of_stratum(self, one: Wave, two: Wave, name: str, shared: list[str], correlation: float) -> float:
        factor = len(shared) - _share(one, name) * _share(two, name) * self.both[name]
        if len(shared) < 2:
            return factor * correlation * math.sqrt(one.spread(name) * two.spread(name))
        return factor * _product(one, two, shared) / (len(shared) - 1)

    def _of_movers(self, one: Wave, two: Wave, pair: tuple[str, str], units: list[str], stayed: int) -> float:
        here, there = pair
        frame = len(units) * self.both[here] / stayed if stayed else float(len(units))
        product = fmean(
            (one.z[unit] - one.middle(here)) * (two.z[unit] - two.middle(there)) for unit in units
        )
        return (len(units) - _share(one, here) * _share(two, there) * frame) * product


def _share(wave: Wave, stratum: str) -> float:
    return len(wave.units[stratum]) / wave.size[stratum]


def _product(one: Wave, two: Wave, shared: list[str]) -> float:
    a, b = fmean(one.z[unit] for unit in shared), fmean(two.z[unit] for unit in shared)
    return sum((one.z[unit] - a) * (two.z[unit] - b) for unit in shared)


def _correlation(one: Wave, two: Wave, stayed: dict[str, list[str]]) -> float:
    """Pooled over the strata with two shared organisations or more."""
    several = [units for units in stayed.values() if len(units) > 1]
    cross = sum(_product(one, two, units) for units in several)
    squares = sum(_product(one, one, units) for units in several) * sum(
        _product(two, two, units) for units in several
    )
    return cross / math.sqrt(squares) if squares > 0 else 0.0
