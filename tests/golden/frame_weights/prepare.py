"""Make the files that oracle.R reads: python -m tests.golden.frame_weights.prepare, once.

units.csv and frame.csv are made up: response slopes by kind and by income, some strata have few replies, and
two kinds are rare. resolved.csv is what the weights are calibrated from: base weights, cells and levels.
"""

import csv
from collections import Counter
from pathlib import Path

import numpy as np

from sampling.frame import Sector
from sampling.strata import Stratum
from sampling.vocabulary import INCOME_BANDS, NOT_KNOWN, REGIONS
from tests.golden.frame_weights.units import HERE, Unit, frame_of, read_units, weighted

KINDS = ("local authority", "NHS trust", "NHS commissioner", "police", "fire", "court")
SHARES = (0.37, 0.25, 0.2, 0.08, 0.08, 0.02)


def made() -> tuple[list[Unit], Counter[Stratum]]:
    rng = np.random.default_rng(1998)
    frame: Counter[Stratum] = Counter()
    for _ in range(500):
        region, kind = rng.choice(REGIONS[:6]), rng.choice(KINDS, p=SHARES)
        frame[Stratum(Sector.PUBLIC, str(region), str(kind))] += 1
    bands = (*INCOME_BANDS[:5], NOT_KNOWN)
    for _ in range(8000):
        region, band = rng.choice(REGIONS[:6]), rng.choice(bands, p=(0.1, 0.3, 0.3, 0.15, 0.05, 0.1))
        frame[Stratum(Sector.VOLUNTARY, str(region), str(band))] += 1
    units = []
    for stratum, size in sorted(frame.items()):
        asked = size if stratum.certainty else max(4, round(size / 12))
        asked = min(asked, size)
        bands_or_kinds = KINDS if stratum.certainty else bands
        slope = bands_or_kinds.index(stratum.band) / len(bands_or_kinds)
        for _ in range(asked):
            resolved = bool(rng.random() < 0.25 + 0.4 * slope)
            y = float(np.round(rng.normal(2 + 2 * slope, 1), 3)) if resolved else np.nan
            b = float(rng.random() < 0.2 + 0.5 * slope) if resolved else np.nan
            # Some are not eligible: resolved, without an answer.
            answered = resolved and rng.random() > 0.04
            units.append(
                Unit(stratum, size / asked, resolved, y if answered else np.nan, b if answered else np.nan)
            )
    return units, frame


def answers(unit: Unit) -> list[str]:
    return ["" if np.isnan(value) else repr(value) for value in (unit.y, unit.b)]


def write(path: Path, header: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def main() -> None:
    units, frame = made()
    write(
        HERE / "units.csv",
        ("sector", "region", "band", "weight", "resolved", "y", "b"),
        [
            (
                u.stratum.sector.value,
                u.stratum.region,
                u.stratum.band,
                repr(u.weight),
                int(u.resolved),
                *answers(u),
            )
            for u in units
        ],
    )
    write(
        HERE / "frame.csv",
        ("sector", "region", "band", "size"),
        [(s.sector.value, s.region, s.band, n) for s, n in sorted(frame.items())],
    )
    done = weighted(read_units(), frame_of())
    kept = [unit for unit in read_units() if unit.resolved]
    cells = done.design.stratum_names.tolist()
    assert done.fit is not None
    levels = [done.fit.margins[name].tolist() for name in ("frame_region", "frame_group")]
    write(
        HERE / "resolved.csv",
        ("sector", "region", "cell", "cell_size", "base", "frame_region", "frame_group", "y", "b"),
        [
            (
                u.stratum.sector.value,
                u.stratum.region,
                cell,
                done.cell_sizes[cell],
                repr(float(base)),
                *own,
                *answers(u),
            )
            for u, cell, base, *own in zip(kept, cells, done.base, *levels, strict=True)
        ],
    )
    write(
        HERE / "totals.csv",
        ("margin", "level", "size"),
        [(m, level, n) for m, counts in done.fit.totals.items() for level, n in sorted(counts.items())],
    )


if __name__ == "__main__":
    main()
