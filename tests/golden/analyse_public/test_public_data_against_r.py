"""Specifications over public data are answered with the numbers of R's survey package 4.1.1.

The data and their sources are in SOURCES.md, the R calls in oracle.R, R's answers in oracle.csv.
"""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.golden.analyse_public.asking import Row, Spec, ask, read

ORACLE = read("oracle")
WAYS = {"wald": "mean", "logit": "xlogit", "korn_graubard": "beta"}
# No share falls on a step of a distribution: there R 4.1.1 decides by the last digit of a sum.
AT = [0.27, 0.53, 0.81]


def wanted(
    numbers: tuple[str, ...] = (),
    shares: tuple[str, ...] = (),
    texts: tuple[str, ...] = (),
    ratio: tuple[str, str] | None = None,
    by: str | None = None,
) -> list[Spec]:
    """The estimates that `describe` of oracle.R makes."""
    split: Spec = {} if by is None else {"by": by}
    asked: list[Spec] = [
        {"statistic": statistic, "of": of, **split}
        for of in (*numbers, *shares)
        for statistic in ("mean", "total")
    ]
    asked += [{"statistic": "quantile", "of": of, "at": AT, **split} for of in numbers]
    asked += [{"statistic": "proportion", "of": of, **split} for of in (*shares, *texts)]
    if ratio is not None:
        asked.append({"statistic": "ratio", "of": ratio[0], "over": ratio[1], **split})
    return asked


NHANES = {"id": "id", "strata": "stratum", "psu": "psu", "weights": "weight"}
LONELY = [row for row in read("nhanes") if row["stratum"] != "89" or row["psu"] == "1"]
ANES = {"id": "id", "strata": "party", "pop_size": "n_party"}
HI: tuple[str, ...] = ("hi_chol",)


def schooled(rows: list[Row]) -> list[Row]:
    """The two lowest levels of education joined, as no margin may be empty in the sample."""
    low = ("grades 1-8", "some high school")
    return [{**row, "school": "no diploma" if row["educ"] in low else row["educ"]} for row in rows]


FRAME = schooled(read("anes96"))
MARGINS = {name: dict(Counter(row[name] for row in FRAME)) for name in ("school", "dole")}
AGES = {"age": sum(int(row["age"]) for row in FRAME)}
CALIBRATIONS: dict[str, Spec] = {
    "post": {"method": "poststratify", "margins": {"school": MARGINS["school"]}},
    "raking": {"method": "raking", "margins": MARGINS},
    "linear": {"method": "linear", "margins": MARGINS, "totals": AGES},
    "logit": {"method": "logit", "bounds": [0.5, 1.8], "margins": MARGINS, "totals": AGES},
}
INCOME = ("income", "tv_days")
# run of oracle.R -> rows, design, estimates, what else the specification says
RUNS: dict[str, tuple[list[Row], Spec, list[Spec], Spec]] = {
    "nhanes": (
        read("nhanes"),
        NHANES,
        wanted((), HI, ("age", "race")) + wanted(("weight",), HI, (), ("hi_chol", "measured"), by="race"),
        {},
    ),
    "nhanes_fpc": (read("nhanes"), {**NHANES, "pop_size": "psus"}, wanted((), HI, by="sex"), {}),
    "nhanes_measured": (
        read("nhanes"),
        {**NHANES, "pop_size": "psus", "responded": "measured"},
        wanted((), HI, ("age",)) + wanted((), HI, by="age"),
        {"nonresponse": {"cells": ["race", "sex"]}},
    ),
    **{
        f"nhanes_{rule}": (
            LONELY,
            {**NHANES, "lonely_psu": rule},
            wanted((), HI)[:1] + wanted((), HI, by="race")[:1],
            {},
        )
        for rule in ("adjust", "average", "remove")
    },
    "nhanes_collapse": (
        LONELY,
        {**NHANES, "lonely_psu": "collapse", "collapse": {"88": "88-89", "89": "88-89"}},
        wanted((), HI, by="race"),
        {},
    ),
    "yrbs": (
        read("yrbs"),
        NHANES,
        wanted(("weight",), ("no_helmet",), (), ("no_helmet", "weight"))
        + wanted((), ("no_helmet",), by="stratum"),
        {},
    ),
    "anes": (
        read("anes_sample"),
        ANES,
        wanted(("age", "income"), ("dole",), ("educ",), ("income", "age"))
        + wanted(("age",), ("dole",), (), ("tv_days", "age"), by="educ"),
        {},
    ),
    **{
        f"anes_{name}": (
            schooled(read("anes_sample")),
            ANES,
            wanted(("income",), (), (), INCOME) + wanted((), (), ("party",), INCOME, by="dole"),
            {"calibration": spec},
        )
        for name, spec in CALIBRATIONS.items()
    },
}
Key = tuple[str, ...]


def answered(folder: Path, run: str) -> dict[Key, Any]:
    """Our records by the names of oracle.csv: everything once, the shares by each interval."""
    rows, design, asked, more = RUNS[run]
    records: dict[Key, Any] = {}
    for ci, name in WAYS.items():
        estimates = [{**one, "ci": ci} if one["statistic"] == "proportion" else one for one in asked]
        spec = {"task": "estimate", "data": "rows.csv", "design": design, "estimates": estimates, **more}
        for record in ask(folder, spec, rows=rows)["estimates"]:
            at = "" if record["at"] is None else f"{record['at']:g}"
            way = name if record["statistic"] == "proportion" else ""
            by = ";".join(f"{column}={level}" for column, level in record["by"].items())
            key = (
                record["statistic"],
                record["of"],
                record["category"] or "",
                record["over"] or "",
                at,
                way,
                by,
            )
            records[key] = record
    return records


def key_of(row: Row) -> Key:
    return tuple(row[name] for name in ("statistic", "of", "category", "over", "at", "ci", "by"))


def near(ours: float | None, theirs: str, rel: float) -> bool:
    if not theirs or ours is None:
        return not theirs and ours is None
    return ours == pytest.approx(float(theirs), rel=rel, abs=1e-13)


def below_the_smallest(rows: list[Row], row: Row, record: Any) -> bool:
    """Whether a quantile or its limit lies below the share of the smallest value, where R 4.1.1
    answers the second smallest (docs/statistics.md, section 12).
    """
    column, _, level = row["by"].partition("=")
    values = sorted({float(one[row["of"]]) for one in rows if not column or one[column] == level})
    moved = [name for name in ("estimate", "lci") if not near(record[name], row[name], 1e-9)]
    return bool(moved) and all((record[name], float(row[name])) == (values[0], values[1]) for name in moved)


@pytest.mark.parametrize("run", RUNS)
def test_every_estimate_and_error_is_that_of_r(run: str, tmp_path: Path) -> None:
    ours = answered(tmp_path, run)

    theirs = [row for row in ORACLE if row["run"] == run]
    assert theirs
    for row in theirs:
        key, record = key_of(row), ours[key_of(row)]
        assert (record["df"], record["n"]) == (int(row["df"]), int(row["n"])), key
        assert near(record["weighted_n"], row["weighted_n"], 1e-9), key
        if row["statistic"] == "quantile" and below_the_smallest(RUNS[run][0], row, record):
            continue
        assert near(record["estimate"], row["estimate"], 1e-9), key
        if "zero_variance" in record["flags"]:
            # Fixed by the strata or a margin: nought exactly, and in R what rounding leaves.
            assert record["se"] == 0 <= float(row["se"]) < 1e-12 * float(row["weighted_n"]), key
            continue
        assert near(record["se"], row["se"], 1e-9), key
        # The weights of YRBS add up to the sample: R then takes a design effect below nought, ours has none.
        if row["deff"]:
            assert near(record["deff"], row["deff"] if float(row["deff"]) > 0 else "", 1e-9), key
        if row["ci"] != "beta":
            assert near(record["lci"], row["lci"], 1e-8), key
            assert near(record["uci"], row["uci"], 1e-8), key


def test_korn_graubard_limits_are_those_of_r_where_our_cap_does_not_bind(tmp_path: Path) -> None:
    same = compared = 0
    for run in ("nhanes", "nhanes_fpc", "nhanes_measured", "nhanes_collapse", "yrbs", "anes"):
        ours = answered(tmp_path, run)
        for row in (row for row in ORACLE if row["run"] == run and row["ci"] == "beta"):
            record = ours[key_of(row)]
            agree = near(record["lci"], row["lci"], 1e-8) and near(record["uci"], row["uci"], 1e-8)
            # The cap takes away claimed precision, so it can only widen.
            assert agree or record["uci"] - record["lci"] > float(row["uci"]) - float(row["lci"])
            same, compared = same + agree, compared + 1
    assert compared > 40
    assert same > compared / 2


def test_the_change_between_two_years_is_that_of_r_where_the_same_firms_answered(tmp_path: Path) -> None:
    estimates = [{"statistic": kind, "of": ["invest", "value"]} for kind in ("mean", "total")]
    spec = {
        "task": "change",
        "data": "rows.csv",
        "design": {"id": "firm", "wave": "year", "strata": "stratum", "pop_size": "firms"},
        "waves": ["1935", "1954"],
        "overlap": {"data": "both.csv", "stratum": "stratum", "pop_both": "n"},
        "estimates": estimates,
    }
    both = [{"stratum": "heavy", "n": 20}, {"stratum": "light", "n": 14}]

    answer = ask(tmp_path, spec, rows=read("grunfeld"), both=both)

    ours = {(one["statistic"], one["of"]): one for one in answer["estimates"]}
    theirs = [row for row in ORACLE if row["run"] == "grunfeld"]
    assert len(theirs) == len(ours) == 4
    for row in theirs:
        record = ours[row["statistic"], row["of"]]
        assert near(record["change"], row["estimate"], 1e-9)
        assert near(record["se"], row["se"], 1e-9)
        assert near(record["covariance"], row["covariance"], 1e-9)
        assert (record["n_1"], record["n_overlap"]) == (11, 11)


def test_representativeness_is_that_of_a_weighted_logit_in_r(tmp_path: Path) -> None:
    spec = {
        "task": "representativeness",
        "data": "rows.csv",
        "response": "measured",
        "weights": "weight",
        "model": ["race", "age", "sex"],
    }

    answer = ask(tmp_path, spec, rows=read("nhanes"))

    levels = {
        (part["variable"], level["level"]): level["value"]
        for part in answer["partial"]
        for level in part["levels"]
    }
    theirs = [row for row in ORACLE if row["run"] == "nhanes_response"]
    assert len(theirs) == len(levels) + 4
    for row in theirs:
        ours = levels[row["of"], row["category"]] if row["of"] else answer[row["statistic"]]
        assert near(ours, row["estimate"], 1e-9)
