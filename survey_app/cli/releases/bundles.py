"""A bundle worked out again: whether what was released follows from the answers that it holds."""

import csv
import io
import json
import math
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from sampling.estimation.intervals import t_interval
from sampling.frame import Sector
from sampling.vocabulary import NOT_KNOWN
from survey_app.analysis.analyse import analyse
from survey_app.analysis.answer import Answer
from survey_app.errors import InvalidError
from survey_app.reports.contents import (
    Cell,
    Change,
    Contents,
    Gap,
    ItemResult,
    OtherRoutes,
    RatingShares,
    since_baseline,
)
from survey_app.reports.frozen import UnreadableReleaseError, from_json
from survey_app.reports.rated import POINTS

TOLERANCE = 1e-9
# What the reader of zip files raises where a byte is wrong; RuntimeError where it takes a file for encrypted.
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    KeyError,
    struct.error,
)
OF_CHANGES = ("panel.csv", "strata.csv", "changes.yaml")
BASELINE = "baseline-"
WORKED_FROM = {"units.csv", "estimates.yaml", *OF_CHANGES, *(f"{BASELINE}{name}" for name in OF_CHANGES)}
SIDES: tuple[tuple[str, Sector | None], ...] = (
    ("everyone", None),
    ("public", Sector.PUBLIC),
    ("voluntary", Sector.VOLUNTARY),
)
Key = tuple[str, str, str]
Records = Mapping[Key, Mapping[str, Any]]
NAMES = {
    "estimate": "estimate",
    "lci": "lower limit",
    "uci": "upper limit",
    "se": "error",
    "df": "df",
    "n": "base",
}


def opened(content: bytes, name: str) -> dict[str, bytes]:
    """The files of a bundle.

    Raises:
        InvalidError: the zip file is damaged, or no bundle.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            files = {each: archive.read(each) for each in archive.namelist()}
    except DAMAGE as fault:
        raise InvalidError(f"{name} is damaged: {fault}. Take the bundle again from the release.") from None
    missing = {"contents.json", "units.csv", "estimates.yaml"} - files.keys()
    if missing:
        raise InvalidError(f"{name} is no bundle of a release: {', '.join(sorted(missing))} is not in it.")
    return files


def contents_of(files: Mapping[str, bytes], name: str) -> Contents:
    """What the bundle says was released, with all digits.

    Raises:
        InvalidError: it cannot be read.
    """
    try:
        return from_json(json.loads(files["contents.json"]))
    except (ValueError, KeyError, TypeError, UnreadableReleaseError) as fault:
        raise InvalidError(f"{name}: contents.json cannot be read: {fault}") from None


def differences(files: Mapping[str, bytes], contents: Contents) -> Iterator[str]:
    """Every figure that does not follow from the answers, to 1e-9; nothing where all do."""
    with tempfile.TemporaryDirectory() as folder:
        for name in WORKED_FROM & files.keys():
            (Path(folder) / name).write_bytes(files[name])
        answer = analyse(Path(folder) / "estimates.yaml")
        estimates = _by_key(answer)
        for item in contents.items:
            yield from _figures(item, estimates)
        yield from _counted(contents, _units(files, answer))
        for name, compared in (("", contents), (BASELINE, since_baseline(contents))):
            specification = Path(folder) / f"{name}changes.yaml"
            changes = _by_key(analyse(specification)) if specification.is_file() else {}
            for item in compared.items if changes else ():
                yield from _changes(item, changes)
    if "others.csv" in files and contents.other_routes is not None:
        yield from _other_routes(contents.other_routes, files["others.csv"].decode())
    if f"{BASELINE}changes.yaml" not in files:
        yield from _by_figures(since_baseline(contents))


def _by_key(answer: Answer) -> Records:
    records: list[dict[str, Any]] = answer.values["estimates"]  # type: ignore[assignment]
    return {(each["of"], _group(each["by"]), each["by"].get("sector", "")): each for each in records}


def _group(by: Mapping[str, str]) -> str:
    """The region that a record is of, or `by_kind: Police`; empty for the whole."""
    others = (f"{name}: {group}" for name, group in by.items() if name.startswith("by_"))
    return by.get("region", "") or next(others, "")


def _figures(item: ItemResult, again: Records) -> Iterator[str]:
    for side, sector in SIDES:
        yield from _cell(item, getattr(item, side), again, "", sector)
    for row in item.regions:
        region = NOT_KNOWN if row.region.lower() == NOT_KNOWN else row.region
        for side, sector in SIDES[1:]:
            yield from _cell(item, getattr(row, side), again, region, sector)
    for breakdown in item.breakdowns:
        for one in breakdown.groups:
            group = f"by_{breakdown.name}: {one.group}"
            yield from _cell(item, one.cell, again, group, breakdown.sector)
    if item.gap is not None:
        sides = (again.get((item.item, "", sector)) for sector in (Sector.PUBLIC, Sector.VOLUNTARY))
        yield from _gap(item, item.gap, *sides)


def _gap(
    item: ItemResult, gap: Gap, public: Mapping[str, Any] | None, voluntary: Mapping[str, Any] | None
) -> Iterator[str]:
    """The sectors share no stratum and are calibrated apart, so their figures are independent."""
    where = f"{item.short}, gap"
    if public is None or voluntary is None or None in (public["estimate"], voluntary["estimate"]):
        yield from _unlike(where, "estimate", gap.estimate, None)
        return
    estimate, df = public["estimate"] - voluntary["estimate"], public["df"] + voluntary["df"]
    se = math.hypot(public["se"], voluntary["se"])
    low, high = t_interval(estimate, se, df, 0.95)
    again = {"estimate": estimate, "lci": low, "uci": high, "se": se, "df": df}
    for name, value in again.items():
        yield from _unlike(where, name, getattr(gap, name), value)


@dataclass(frozen=True)
class Unit:
    """One row of the answers, with its final weight; 0 where its state was never known."""

    row: Mapping[str, str]
    weight: float


def _units(files: Mapping[str, bytes], answer: Answer) -> list[Unit]:
    weights = {} if answer.units is None else {id_: weight for id_, _, weight in answer.units.rows()}
    rows = csv.DictReader(io.StringIO(files["units.csv"].decode()))
    return [Unit(row, weights.get(row["row"], 0.0)) for row in rows]


def _counted(contents: Contents, units: list[Unit]) -> Iterator[str]:
    """Who was asked and who replied in each sector of which somebody did, and ratings at each point."""
    for each in contents.sectors:
        here = [unit.row for unit in units if unit.row["sector"] == each.sector]
        complete = sum(row["outcome"] == "complete" for row in here)
        where = each.sector.words
        if here:
            yield from _unlike(f"{where}, asked", "n", each.asked, len(here))
            yield from _unlike(f"{where}, replied in full", "n", each.replied, complete)
    for item in contents.items:
        for row in item.ratings:
            yield from _points(item, row, units)


def _points(item: ItemResult, row: RatingShares, units: list[Unit]) -> Iterator[str]:
    given = [
        (float(unit.row[item.item]), unit.weight)
        for unit in units
        if unit.row["sector"] == row.sector and unit.row.get(item.item)
    ]
    whole = sum(weight for _, weight in given)
    for place, (point, share) in enumerate(zip(POINTS, row.shares, strict=False)):
        rated = sum(weight for value, weight in given if value == 1 + place / 2)
        again = rated / whole if whole else None
        yield from _unlike(f"{_where(item, '', row.sector)}, rated {point}", "estimate", share, again)


def _cell(item: ItemResult, cell: Cell, again: Records, region: str, sector: Sector | None) -> Iterator[str]:
    if cell.estimate is None:
        return
    record = again.get((item.item, region, sector or ""))
    where = _where(item, region, sector)
    if record is None:
        yield f"{where}: {cell.estimate:.10g} was released, and nothing follows from the answers"
        return
    for name in NAMES:
        yield from _unlike(where, name, getattr(cell, name), record[name])


def _other_routes(others: OtherRoutes, text: str) -> Iterator[str]:
    """Plain means of the rows of a sector, since nobody of them carries a weight."""
    rows = list(csv.DictReader(io.StringIO(text)))
    for item in others.items:
        for side, sector in SIDES[1:]:
            cell: Cell = getattr(item, side)
            if cell.estimate is None:
                continue
            given = [float(row[item.item]) for row in rows if row["sector"] == sector and row[item.item]]
            where = f"{item.short}, {sector.words if sector else ''}, other routes"
            yield from _unlike(where, "estimate", cell.estimate, fmean(given) if given else math.nan)
            yield from _unlike(where, "n", cell.n, len(given))


def _changes(item: ItemResult, again: Records) -> Iterator[str]:
    for side, sector in SIDES:
        change: Change | None = None if item.change is None else getattr(item.change, side)
        if change is None or change.estimate is None:
            continue
        record = again[item.item, "", sector or ""]
        where = f"{_where(item, '', sector)}, change"
        yield from _unlike(where, "estimate", change.estimate, record["change"])
        for name in ("lci", "uci", "se"):
            yield from _unlike(where, name, getattr(change, name), record[name])


def _by_figures(contents: Contents) -> Iterator[str]:
    """Changes since a baseline whose answers are kept no longer: differences of two figures."""
    for item in contents.items:
        for side, sector in SIDES:
            change: Change | None = None if item.change is None else getattr(item.change, side)
            now: Cell = getattr(item, side)
            if change is None or change.estimate is None:
                continue
            known = now.estimate is not None and change.then.estimate is not None
            moved = (now.estimate or 0.0) - (change.then.estimate or 0.0) if known else None
            where = f"{_where(item, '', sector)}, change since the baseline"
            yield from _unlike(where, "estimate", change.estimate, moved)


def _where(item: ItemResult, region: str, sector: Sector | None) -> str:
    who = "everyone" if sector is None else sector.words
    return ", ".join(part for part in (item.short, who, region) if part)


def _unlike(where: str, name: str, released: float | None, again: float | None) -> Iterator[str]:
    if released is None:
        return
    if again is None or not math.isclose(released, again, rel_tol=TOLERANCE, abs_tol=TOLERANCE):
        follows = f"{'none' if again is None else f'{again:.10g}'} follows from the answers"
        yield f"{where}: {NAMES[name]} {released:.10g} was released, and {follows}"
