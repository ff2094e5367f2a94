"""Estimates agree with those of R's survey package 4.1.1 (oracle.R, run once on sample.csv)."""

import csv
from pathlib import Path

import numpy as np
import pytest

from sampling.arrays import Flags, Floats, Labels
from sampling.estimation.calibration import Calibrated, calibrate, poststratify, rake
from sampling.estimation.design import SurveyDesign
from sampling.estimation.estimators import Estimate, difference, mean, proportion, ratio, total
from sampling.estimation.quantiles import quantiles
from sampling.estimation.representativity import r_indicator
from sampling.estimation.weights import trim_weights
from sampling.panels.allocation import allocate

HERE = Path(__file__).parent


def read(name: str) -> list[dict[str, str]]:
    with (HERE / name).open(newline="") as file:
        return list(csv.DictReader(file))


SAMPLE = read("sample.csv")
ORACLE = read("oracle.csv")


def column(name: str, rows: list[dict[str, str]] = SAMPLE) -> Floats:
    return np.array([float(row[name]) if row[name] else np.nan for row in rows])


def text(name: str, rows: list[dict[str, str]] = SAMPLE) -> Labels:
    return np.array([row[name] for row in rows], dtype=np.str_)


def plain() -> SurveyDesign:
    return SurveyDesign(text("stratum"), column("w"), column("pop"))


DESIGNS = {
    "fpc": plain(),
    "clusters": SurveyDesign(text("stratum"), column("w"), column("pop_psu"), text("psu")),
}


def domain_of(row: dict[str, str], region: Labels) -> Flags:
    return np.ones(region.size, dtype=np.bool_) if row["domain"] == "all" else region == row["domain"]


def agree(ours: float | None, theirs: str, rel: float) -> bool:
    assert ours is not None
    return ours == pytest.approx(float(theirs), rel=rel, abs=1e-12)


def answer(design: SurveyDesign, row: dict[str, str], rows: list[dict[str, str]] = SAMPLE) -> Estimate:
    part = design.within(domain_of(row, text("region", rows)))
    match row["statistic"]:
        case "mean":
            return mean(part, column(row["of"], rows))
        case "total":
            return total(part, column(row["of"], rows))
        case "ratio":
            return ratio(part, column("y", rows), column("x", rows))
        case "proportion_mean":
            return proportion(part, column(row["of"], rows), ci="wald")
        case "proportion_xlogit":
            return proportion(part, column(row["of"], rows), ci="logit")
        case _:
            return proportion(part, column(row["of"], rows))


def name(row: dict[str, str]) -> str:
    return "-".join(row[key] for key in ("design", "statistic", "of", "domain"))


BASIC = [
    row
    for row in ORACLE
    if row["design"] in ("fpc", "clusters", "no_fpc")
    and row["df"]
    and not row["statistic"].startswith("quantile")
]


@pytest.mark.parametrize("row", BASIC, ids=map(name, BASIC))
def test_estimates_and_errors_are_those_of_r(row: dict[str, str]) -> None:
    rows = SAMPLE if row["design"] != "no_fpc" else [r for r in SAMPLE if r["stratum"] != "E"]
    design = DESIGNS.get(row["design"]) or SurveyDesign(text("stratum", rows), column("w", rows))

    ours = answer(design, row, rows)

    assert agree(ours.estimate, row["estimate"], 1e-9)
    assert agree(ours.se, row["se"], 1e-9)
    assert ours.df == int(row["df"])
    if row["deff"]:
        assert agree(ours.deff, row["deff"], 1e-9)
    if row["statistic"] != "proportion_beta":
        assert agree(ours.lci, row["lci"], 1e-8)
        assert agree(ours.uci, row["uci"], 1e-8)


BETA = [row for row in BASIC if row["statistic"] == "proportion_beta"]


def test_korn_graubard_is_that_of_r_where_the_cap_does_not_bind() -> None:
    compared = 0
    for row in BETA:
        rows = SAMPLE if row["design"] != "no_fpc" else [r for r in SAMPLE if r["stratum"] != "E"]
        design = DESIGNS.get(row["design"]) or SurveyDesign(text("stratum", rows), column("w", rows))
        ours = answer(design, row, rows)
        assert ours.lci is not None
        assert ours.uci is not None
        same = agree(ours.lci, row["lci"], 1e-8) and agree(ours.uci, row["uci"], 1e-8)
        # The cap takes away claimed precision, so it can only widen.
        assert same or ours.uci - ours.lci > float(row["uci"]) - float(row["lci"])
        compared += same
    assert compared > len(BETA) / 2


@pytest.mark.parametrize("rule", ["adjust", "average", "remove"])
def test_a_lonely_unit_counts_as_in_r(rule: str) -> None:
    first = min(row["id"] for row in SAMPLE if row["stratum"] == "F")
    rows = [row for row in SAMPLE if row["stratum"] != "F" or row["id"] == first]
    design = SurveyDesign(text("stratum", rows), column("w", rows), column("pop", rows), lonely_psu=rule)  # type: ignore[arg-type]

    for row in [row for row in ORACLE if row["design"] == f"lonely_{rule}"]:
        ours = (
            mean(design, column("x", rows))
            if row["statistic"] == "mean"
            else total(design, column("x", rows))
        )
        assert agree(ours.se, row["se"], 1e-9)


def test_the_difference_of_two_domains_counts_their_covariance() -> None:
    (row,) = [row for row in ORACLE if row["statistic"] == "difference"]
    kind = text("kind")

    ours = difference(plain(), column("x"), kind == "PB", kind == "VCO")

    assert agree(ours.difference, row["estimate"], 1e-9)
    assert agree(ours.se, row["se"], 1e-9)


# A limit below the share of the smallest value: R 4.1.1 then answers the second smallest, against its own
# definition (the smallest y with F(y) >= p); ours answers the smallest.
BELOW_THE_SMALLEST = {("0.1", "x", "north"): 4.97, ("0.25", "y", "south"): 27.782}
QUANTILES = [row for row in ORACLE if row["statistic"].startswith("quantile")]


@pytest.mark.parametrize("row", QUANTILES, ids=map(name, QUANTILES))
def test_quantiles_and_their_intervals_are_those_of_r(row: dict[str, str]) -> None:
    part = plain().within(domain_of(row, text("region")))

    share = row["statistic"].removeprefix("quantile_")
    smallest = BELOW_THE_SMALLEST.get((share, row["of"], row["domain"]))

    (ours,) = quantiles(part, column(row["of"]), [float(share)])

    assert agree(ours.estimate, row["estimate"], 1e-12)
    if smallest is not None:
        assert (ours.lci, ours.uci) == (smallest, float(row["uci"]))
        return
    for mine, theirs in ((ours.lci, row["lci"]), (ours.uci, row["uci"]), (ours.se, row["se"])):
        assert agree(mine, theirs, 1e-8) if theirs else mine is None


REGIONS = {"north": 325.0, "south": 250.0, "west": 238.0}
KINDS = {"PB": 170.0, "VCO": 643.0}


def with_x() -> tuple[Floats, Floats]:
    """Region, kind and x: redundant, as the two margins share their total."""
    columns = [text("region") == level for level in REGIONS] + [text("kind") == level for level in KINDS]
    known = [*REGIONS.values(), *KINDS.values(), 13500.0]
    return np.column_stack([*columns, column("x")]).astype(float), np.array(known)


def calibrated(method: str) -> Calibrated:
    match method:
        case "post":
            return poststratify(column("w"), text("region"), REGIONS)
        case "raking":
            margins = {"region": text("region"), "kind": text("kind")}
            return rake(column("w"), margins, {"region": REGIONS, "kind": KINDS})
        case "linear":
            return calibrate(column("w"), *with_x())
        case _:
            return calibrate(column("w"), *with_x(), method="logit", bounds=(0.5, 1.7))


@pytest.mark.parametrize("method", ["post", "linear", "raking", "logit"])
def test_calibrated_weights_are_those_of_r(method: str) -> None:
    theirs = column(method, read("oracle_weights.csv"))

    assert calibrated(method).weights == pytest.approx(theirs, rel=1e-7)


def test_trimmed_weights_are_those_of_r() -> None:
    theirs = column("trimmed", read("oracle_weights.csv"))

    assert trim_weights(column("w"), lower=2, upper=13) == pytest.approx(theirs, rel=1e-7)


AFTER = [row for row in ORACLE if row["design"].startswith("cal_")]


@pytest.mark.parametrize("row", AFTER, ids=map(name, AFTER))
def test_errors_after_calibration_come_from_weighted_residuals_on_all_margins_jointly(
    row: dict[str, str],
) -> None:
    fitted = calibrated(row["design"].removeprefix("cal_"))
    whole = SurveyDesign(text("stratum"), fitted.weights, column("pop"), calibration=fitted.fit)
    where = {"PB": text("kind") == "PB", "south": text("region") == "south"}
    part = whole.within(where.get(row["domain"], np.ones(whole.size, dtype=np.bool_)))

    ours = (total if row["statistic"] == "total" else mean)(part, column(row["of"]))

    assert agree(ours.estimate, row["estimate"], 1e-7)
    assert ours.se == pytest.approx(float(row["se"]), rel=1e-7, abs=1e-6)


def test_continuous_neyman_sizes_are_those_of_the_formula_in_r() -> None:
    rows = [row for row in ORACLE if row["statistic"] == "allocation"]
    stratum, x = text("stratum"), column("x")
    pop = [column("pop")[stratum == row["of"]][0] for row in rows]
    sd = [x[stratum == row["of"]].std(ddof=1) for row in rows]

    ours = allocate(pop, 60, method="neyman", sd=sd).continuous

    assert ours == pytest.approx([float(row["estimate"]) for row in rows], rel=1e-6)


def test_the_r_indicator_and_its_adjustment_are_those_of_a_logit_in_r() -> None:
    theirs = {
        row["statistic"]: float(row["estimate"]) for row in ORACLE if row["design"] == "representativity"
    }
    size = np.where(np.isin(text("stratum"), ["A", "B"]), "small", "large")

    ours = r_indicator(column("b") == 1, column("w"), {"kind": text("kind"), "size": size})

    assert ours.s == pytest.approx(theirs["S"], rel=1e-9)
    assert ours.r == pytest.approx(1 - 2 * theirs["S"], rel=1e-9)
    assert ours.r_adjusted == pytest.approx(theirs["R_adjusted"], rel=1e-9)
    assert ours.mean_propensity == pytest.approx(theirs["mean_propensity"], rel=1e-9)
