"""Specifications answered by the analyst's command agree with R's survey package 4.1.1.

Data, R calls and R's numbers are those of tests/golden/sampling.
"""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from survey_app.analysis.analyse import analyse

HERE = Path(__file__).parents[1] / "sampling"
Spec = dict[str, Any]
WAYS = {"mean": "wald", "xlogit": "logit", "beta": "korn_graubard"}
REGIONS = {"north": 325, "south": 250, "west": 238}
KINDS = {"PB": 170, "VCO": 643}


def read(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(newline="") as file:
        return list(csv.DictReader(file))


ORACLE = read("oracle.csv")
SAMPLE = read("sample.csv")


def near(ours: float | None, theirs: str, rel: float) -> bool:
    if theirs == "":
        return ours is None
    assert ours is not None
    return ours == pytest.approx(float(theirs), rel=rel, abs=1e-12)


def ask(
    folder: Path, design: Spec, estimates: list[Spec], rows: list[dict[str, str]] = SAMPLE, **more: Spec
) -> Any:
    """The answer to a specification over some rows of the sample."""
    with (folder / "sample.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, SAMPLE[0])
        writer.writeheader()
        writer.writerows(rows)
    spec = {"task": "estimate", "data": "sample.csv", "design": design, "estimates": estimates, **more}
    (folder / "spec.yaml").write_text(yaml.safe_dump(spec))
    return json.loads(analyse(folder / "spec.yaml").json())


PLAIN = {"id": "id", "strata": "stratum", "weights": "w"}
DESIGNS: dict[str, Spec] = {
    "fpc": {**PLAIN, "pop_size": "pop"},
    "no_fpc": PLAIN,
    "clusters": {**PLAIN, "psu": "psu", "pop_size": "pop_psu"},
}


def basic(by: list[str]) -> list[Spec]:
    split: Spec = {"by": by} if by else {}
    return [
        {"statistic": "mean", "of": ["y", "x", "b", "c"], **split},
        {"statistic": "total", "of": ["y", "x", "b", "c"], **split},
        {"statistic": "ratio", "of": "y", "over": "x", **split},
        {"statistic": "quantile", "of": ["y", "x"], "at": [0.1, 0.25, 0.5, 0.75], **split},
        *({"statistic": "proportion", "of": ["b", "c"], "ci": ci, **split} for ci in WAYS.values()),
    ]


def keyed(answer: Any) -> dict[tuple[str, str, str], Any]:
    """Records by the names that the oracle gives them."""
    records = {}
    proportions = [r for r in answer["estimates"] if r["statistic"] == "proportion"]
    per_way = len(proportions) // len(WAYS)
    for i, record in enumerate(proportions):
        record["name"] = f"proportion_{list(WAYS)[i // per_way]}"
    for record in answer["estimates"]:
        name = record.get("name", record["statistic"])
        if record["at"] is not None:
            name = f"quantile_{record['at']:g}"
        of = record["of"] if record["over"] is None else f"{record['of']}/{record['over']}"
        records[name, of, record["by"].get("region", "all")] = record
    return records


# Below the share of the smallest value R 4.1.1 answers the second smallest (docs/statistics.md, section 12).
BELOW_THE_SMALLEST = {("quantile_0.1", "x", "north"), ("quantile_0.25", "y", "south")}


@pytest.mark.parametrize("design", DESIGNS)
def test_every_basic_estimate_is_that_of_r(design: str, tmp_path: Path) -> None:
    rows = [row for row in SAMPLE if design != "no_fpc" or row["stratum"] != "E"]
    ours: dict[tuple[str, str, str], Any] = {}
    for by in ([], ["region"]):
        ours |= keyed(ask(tmp_path, DESIGNS[design], basic(by), rows))

    compared = 0
    for row in ORACLE:
        key = row["statistic"], row["of"], row["domain"]
        if row["design"] != design or key not in ours:
            continue
        record = ours[key]
        assert near(record["estimate"], row["estimate"], 1e-9), key
        assert record["df"] == int(row["df"])
        assert not row["deff"] or near(record["deff"], row["deff"], 1e-9)
        if key in BELOW_THE_SMALLEST:
            continue
        assert near(record["se"], row["se"], 1e-8 if "quantile" in key[0] else 1e-9), key
        # The cap of Korn and Graubard's interval has no counterpart in R.
        if key[0] != "proportion_beta":
            assert near(record["lci"], row["lci"], 1e-8), key
            assert near(record["uci"], row["uci"], 1e-8), key
        compared += 1
    assert compared >= (90 if design == "fpc" else 60)


@pytest.mark.parametrize("rule", ["adjust", "average", "remove"])
def test_a_lonely_unit_counts_as_in_r(rule: str, tmp_path: Path) -> None:
    first = min(row["id"] for row in SAMPLE if row["stratum"] == "F")
    rows = [row for row in SAMPLE if row["stratum"] != "F" or row["id"] == first]
    answer = ask(
        tmp_path,
        {**DESIGNS["fpc"], "lonely_psu": rule},
        [{"statistic": "mean", "of": "x"}, {"statistic": "total", "of": "x"}],
        rows,
    )
    by_name = {record["statistic"]: record for record in answer["estimates"]}

    for row in (row for row in ORACLE if row["design"] == f"lonely_{rule}"):
        assert near(by_name[row["statistic"]]["se"], row["se"], 1e-9)


CALIBRATIONS: dict[str, Spec] = {
    "post": {"method": "poststratify", "margins": {"region": REGIONS}},
    "raking": {"method": "raking", "margins": {"region": REGIONS, "kind": KINDS}},
    "linear": {"method": "linear", "margins": {"region": REGIONS, "kind": KINDS}, "totals": {"x": 13500}},
    "logit": {
        "method": "logit",
        "bounds": [0.5, 1.7],
        "margins": {"region": REGIONS, "kind": KINDS},
        "totals": {"x": 13500},
    },
}


@pytest.mark.parametrize("method", CALIBRATIONS)
def test_calibrated_weights_and_their_errors_are_those_of_r(method: str, tmp_path: Path) -> None:
    estimates: list[Spec] = [
        {"statistic": "total", "of": "x"},
        {"statistic": "mean", "of": "b"},
        {"statistic": "mean", "of": "y", "where": {"kind": "PB"}},
        {"statistic": "proportion", "of": "b", "ci": "logit", "where": {"region": "south"}},
    ]
    with_weights = tmp_path / "spec.yaml"
    answer = ask(tmp_path, DESIGNS["fpc"], estimates, calibration=CALIBRATIONS[method])
    units = analyse(with_weights).units

    assert units is not None
    theirs = [float(row[method]) for row in read("oracle_weights.csv")]
    assert units.weights.tolist() == pytest.approx(theirs, rel=1e-7)
    expected = [row for row in ORACLE if row["design"] == f"cal_{method}"]
    assert len(expected) == len(answer["estimates"])
    for record, row in zip(answer["estimates"], expected, strict=True):
        assert near(record["estimate"], row["estimate"], 1e-7)
        assert record["se"] == pytest.approx(float(row["se"]), rel=1e-7, abs=1e-6)


def test_the_r_indicator_is_that_of_a_logit_in_r(tmp_path: Path) -> None:
    header = [*SAMPLE[0], "size"]
    with (tmp_path / "sample.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, header)
        writer.writeheader()
        writer.writerows({**row, "size": "small" if row["stratum"] in "AB" else "large"} for row in SAMPLE)
    (tmp_path / "spec.yaml").write_text(
        "{task: representativeness, data: sample.csv, response: b, weights: w, model: [kind, size]}"
    )

    ours = analyse(tmp_path / "spec.yaml").values

    theirs = {row["statistic"]: row["estimate"] for row in ORACLE if row["design"] == "representativity"}
    for name, value in theirs.items():
        number = ours[name]
        assert isinstance(number, float)
        assert near(number, value, 1e-9)
