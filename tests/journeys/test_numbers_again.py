"""The published numbers, worked out again from the bundle in plain loops.

Nothing of `sampling` is imported: the formulas are written here a second time, from
statistics.md (linearised variance with finite population correction; Korn and Graubard 1998).
"""

import csv
import io
import math
import zipfile
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import yaml
from scipy.stats import beta, t

from survey_app.analysis.analyse import analyse
from survey_app.reports.contents import Change
from survey_app.reports.frozen import SCHEMA, from_json
from survey_app.services.results import files
from tests.fixtures.plain_calibration import PlainCalibration
from tests.fixtures.plain_change import PlainPanel
from tests.journeys.conftest import Made

TOLERANCE = 1e-9
Row = dict[str, str]


def _rows(made: Made) -> list[Row]:
    with zipfile.ZipFile(io.BytesIO(made.files[files.BUNDLE])) as archive:
        return list(csv.DictReader(io.StringIO(archive.read("units.csv").decode())))


def _calibration(made: Made) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(made.files[files.BUNDLE])) as archive:
        calibration: dict[str, Any] = yaml.safe_load(archive.read("estimates.yaml"))["calibration"]
    return calibration


class Again:
    """The survey once more: weights, strata and frame counts of the rows whose state is known."""

    def __init__(self, rows: list[Row], calibration: dict[str, Any]) -> None:
        given: dict[str, float] = defaultdict(float)
        kept: dict[str, float] = defaultdict(float)
        self.size: dict[str, float] = defaultdict(float)
        for row in rows:
            cell = row["cell"]
            given[cell] += float(row["design_weight"])
            kept[cell] += float(row["design_weight"]) if row["resolved"] == "1" else 0.0
            self.size[cell] = float(row["cell_size"])
        self.rows = [row for row in rows if row["resolved"] == "1"]
        self.cell = [row["cell"] for row in self.rows]
        base = [float(r["design_weight"]) * given[r["cell"]] / kept[r["cell"]] for r in self.rows]
        self.fitted = PlainCalibration.of(base, self.rows, calibration["margins"], calibration["bounds"])
        self.weight = self.fitted.weights
        self.replies: dict[str, int] = defaultdict(int)
        for cell in self.cell:
            self.replies[cell] += 1

    def estimate(self, key: str, where: dict[str, str]) -> tuple[float, float, float, int] | None:
        """Estimate, its variance with and without the correction, and the base, for one domain."""
        inside = [
            row[key] != "" and all(row[name] == value for name, value in where.items()) for row in self.rows
        ]
        base = sum(w for w, used in zip(self.weight, inside, strict=True) if used)
        if base == 0:
            return None
        top = sum(
            w * float(row[key]) for w, row, used in zip(self.weight, self.rows, inside, strict=True) if used
        )
        mean = top / base
        left = self.fitted.residuals(
            [
                (float(row[key]) - mean) / base if used else 0.0
                for row, used in zip(self.rows, inside, strict=True)
            ]
        )
        scores = [w * e for w, e in zip(self.weight, left, strict=True)]
        return mean, self._variance(scores, fpc=True), self._variance(scores, fpc=False), sum(inside)

    def _variance(self, scores: list[float], *, fpc: bool) -> float:
        total: dict[str, float] = defaultdict(float)
        for cell, score in zip(self.cell, scores, strict=True):
            total[cell] += score
        spread: dict[str, float] = defaultdict(float)
        for cell, score in zip(self.cell, scores, strict=True):
            spread[cell] += (score - total[cell] / self.replies[cell]) ** 2
        variance = 0.0
        for cell, squares in spread.items():
            n = self.replies[cell]
            left = 1 - n / self.size[cell] if fpc else 1.0
            variance += left * n / (n - 1) * squares if n > 1 else 0.0
        return variance

    def freedom(self, key: str, where: dict[str, str]) -> int:
        used = [
            cell
            for row, cell in zip(self.rows, self.cell, strict=True)
            if row[key] != "" and all(row[name] == value for name, value in where.items())
        ]
        return len(used) - len(set(used))


def _korn_graubard(p: float, v: float, v0: float, n: int, df: int) -> tuple[float, float]:
    ratio = (t.ppf(0.975, n - 1) / t.ppf(0.975, df)) ** 2
    size = min(p * (1 - p) / v * ratio, n * v0 / v)
    x = size * p
    return float(beta.ppf(0.025, x, size - x + 1)), float(beta.ppf(0.975, x + 1, size - x))


def _domains(item: dict[str, object]) -> list[tuple[dict[str, str], dict[str, object]]]:
    cells = [
        ({}, item["everyone"]),
        ({"sector": "public_body"}, item["public"]),
        ({"sector": "vco"}, item["voluntary"]),
    ]
    for row in item["regions"]:  # type: ignore[attr-defined]
        region = {"region": row["region"].replace("Not known", "not known")}
        assert row["everyone"] is None, "below the whole nothing is said of both sectors together"
        cells.append(({**region, "sector": "public_body"}, row["public"]))
        cells.append(({**region, "sector": "vco"}, row["voluntary"]))
    return cells  # type: ignore[return-value]


@pytest.fixture(scope="module")
def again(demonstration: Made) -> Again:
    return Again(_rows(demonstration), _calibration(demonstration))


def test_every_published_estimate_is_found_again_by_plain_loops(demonstration: Made, again: Again) -> None:
    compared = 0
    for item in demonstration.contents["items"]:  # type: ignore[attr-defined]
        for where, cell in _domains(item):
            if cell["estimate"] is None:
                continue
            estimate = again.estimate(item["item"], where)
            assert estimate is not None
            assert math.isclose(estimate[0], cell["estimate"], rel_tol=TOLERANCE, abs_tol=TOLERANCE)
            assert estimate[3] == cell["n"]
            compared += 1
    assert compared > 500


def test_every_published_interval_is_found_again_by_plain_loops(demonstration: Made, again: Again) -> None:
    compared = 0
    for item in demonstration.contents["items"]:  # type: ignore[attr-defined]
        for where, cell in _domains(item):
            df = again.freedom(item["item"], where) if cell["estimate"] is not None else 0
            if df <= 0 or not 0 < cell["estimate"] < 6:
                continue
            p, v, v0, n = again.estimate(item["item"], where)  # type: ignore[misc]
            if item["statistic"] == "proportion":
                if v == 0 or p in (0, 1):
                    continue
                low, high = _korn_graubard(p, v, v0, n, df)
            else:
                half = t.ppf(0.975, df) * math.sqrt(v)
                low, high = p - half, p + half
            assert math.isclose(low, cell["lci"], rel_tol=1e-8, abs_tol=TOLERANCE), (item["item"], where)
            assert math.isclose(high, cell["uci"], rel_tol=1e-8, abs_tol=TOLERANCE), (item["item"], where)
            compared += 1
    assert compared > 500


def test_weights_add_up_to_the_frame(again: Again) -> None:
    assert math.isclose(sum(again.weight), sum(again.size.values()), rel_tol=TOLERANCE)


def test_a_cell_of_the_weights_rests_on_five_replies_or_more(again: Again) -> None:
    assert min(again.replies.values()) >= 5


def test_the_analysts_command_recomputes_the_release_from_its_bundle(
    demonstration: Made, tmp_path: Path
) -> None:
    with zipfile.ZipFile(io.BytesIO(demonstration.files[files.BUNDLE])) as archive:
        archive.extractall(tmp_path)
    answer = analyse(tmp_path / "estimates.yaml")
    estimates = {
        (record["of"], tuple(sorted(record["by"].items()))): record["estimate"]
        for record in answer.values["estimates"]  # type: ignore[attr-defined]
    }
    compared = 0
    for item in demonstration.contents["items"]:  # type: ignore[attr-defined]
        for where, cell in _domains(item):
            if cell["estimate"] is not None:
                recomputed = estimates[(item["item"], tuple(sorted(where.items())))]
                assert math.isclose(recomputed, cell["estimate"], rel_tol=TOLERANCE, abs_tol=TOLERANCE)
                compared += 1
    assert compared > 500


SIDES = {"everyone": None, "public": "public_body", "voluntary": "vco"}


def _changes(made: Made) -> list[tuple[str, str | None, Change]]:
    """Every published change: item, sector or None for everyone, change."""
    contents = from_json({"schema": SCHEMA, "contents": made.contents})
    return [
        (item.item, sector, change)
        for item in contents.items
        for side, sector in SIDES.items()
        if item.change is not None and (change := getattr(item.change, side)).estimate is not None
    ]


def test_every_published_change_is_found_again_by_plain_loops(demonstration: Made) -> None:
    panel = PlainPanel(demonstration.files[files.BUNDLE])

    changes = _changes(demonstration)

    assert len(changes) > 100
    for item, sector, change in changes:
        again = panel.change(item, sector)
        assert math.isclose(again.then, change.then.estimate or 0, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
        assert math.isclose(again.change, change.estimate or 0, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
        assert math.isclose(again.lci, change.lci or 0, rel_tol=1e-8, abs_tol=TOLERANCE), (item, sector)
        assert math.isclose(again.uci, change.uci or 0, rel_tol=1e-8, abs_tol=TOLERANCE), (item, sector)
        assert change.overlap in (None, again.overlap)


def test_the_analysts_command_recomputes_the_changes_from_the_bundle(
    demonstration: Made, tmp_path: Path
) -> None:
    with zipfile.ZipFile(io.BytesIO(demonstration.files[files.BUNDLE])) as archive:
        archive.extractall(tmp_path)

    answer = analyse(tmp_path / "changes.yaml")

    again = {(r["of"], r["by"].get("sector")): r for r in answer.values["estimates"]}  # type: ignore[attr-defined]
    for item, sector, change in _changes(demonstration):
        record = again[item, sector]
        for name, published in (("change", change.estimate), ("lci", change.lci), ("uci", change.uci)):
            assert math.isclose(record[name], published or 0, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
