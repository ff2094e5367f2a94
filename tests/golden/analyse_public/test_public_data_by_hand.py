"""Specifications over public data are answered with the numbers of formulas in plain loops.

For what R has no counterpart of, or answers otherwise. The data and their sources are in SOURCES.md.
"""

import hashlib
import hmac
from collections import Counter, defaultdict
from collections.abc import Sequence
from math import inf, sqrt
from pathlib import Path
from statistics import stdev, variance

import pytest
from scipy.special import betaincinv, stdtrit

from tests.golden.analyse_public.asking import Row, Spec, ask, read

ANES = read("anes96")
PARTIES = sorted({row["party"] for row in ANES})


def strata_of_anes() -> list[Spec]:
    ages = {party: [float(row["age"]) for row in ANES if row["party"] == party] for party in PARTIES}
    return [
        {"party": party, "big_n": len(values), "sd": stdev(values), "age": sum(values)}
        for party, values in ages.items()
    ]


def continuous(measure: Sequence[float], low: Sequence[int], high: Sequence[int], total: int) -> list[float]:
    """clip(t m, low, high) with the t that makes the sum, by halving."""
    minimum, most = 0.0, 1.0

    def sizes(t: float) -> list[float]:
        return [min(max(t * m, lo), hi) for m, lo, hi in zip(measure, low, high, strict=True)]

    while sum(sizes(most)) < total:
        most *= 2
    for _ in range(200):
        middle = (minimum + most) / 2
        minimum, most = (middle, most) if sum(sizes(middle)) < total else (minimum, middle)
    return sizes(most)


def least_variance(strata: Sequence[Spec], low: Sequence[int], high: Sequence[int], total: int) -> float:
    """The least sum of N^2 S^2 / n over all whole sizes within the bounds, by dynamic programming."""
    spare = total - sum(low)
    best = [0.0] + [inf] * spare
    for stratum, lo, hi in zip(strata, low, high, strict=True):
        after = [inf] * (spare + 1)
        for used, so_far in enumerate(best):
            for more in range(min(hi - lo, spare - used) + 1):
                cost = so_far + (stratum["big_n"] * stratum["sd"]) ** 2 / (lo + more) if lo + more else inf
                after[used + more] = min(after[used + more], cost)
        best = after
    return best[spare]


@pytest.mark.parametrize("method", ["proportional", "equal", "neyman", "power"])
@pytest.mark.parametrize(
    ("total", "floor", "cap"), [(60, 1, None), (160, 12, None), (160, 5, 28), (400, 30, None)]
)
def test_sizes_are_those_of_halving_and_whole_ones_the_least_variance(
    method: str, total: int, floor: int, cap: int | None, tmp_path: Path
) -> None:
    strata = strata_of_anes()
    spec = {
        "task": "plan",
        "data": "strata.csv",
        "columns": {"stratum": "party", "pop_size": "big_n", "sd": "sd", "size": "age"},
        "allocation": {"method": method, "n": total, "min_n": floor, "cap": cap, "power": 0.3},
    }

    answer = ask(tmp_path, spec, strata=strata)

    measure = {
        "proportional": [one["big_n"] for one in strata],
        "equal": [1.0] * len(strata),
        "neyman": [one["big_n"] * one["sd"] for one in strata],
        "power": [one["age"] ** 0.3 for one in strata],
    }[method]
    low = [min(floor, one["big_n"]) for one in strata]
    high = [min(cap or one["big_n"], one["big_n"]) for one in strata]
    whole = [one["sample_size"] for one in answer["strata"]]
    assert [one["continuous"] for one in answer["strata"]] == pytest.approx(
        continuous(measure, low, high, total), rel=1e-9
    )
    assert sum(whole) == total
    assert all(lo <= n <= hi for lo, n, hi in zip(low, whole, high, strict=True))
    by_hand = sum(
        one["big_n"] ** 2 * (1 / n - 1 / one["big_n"]) * one["sd"] ** 2
        for one, n in zip(strata, whole, strict=True)
    )
    assert answer["variance_of_total"] == pytest.approx(by_hand, rel=1e-12)
    if method == "neyman":
        ours = sum((one["big_n"] * one["sd"]) ** 2 / n for one, n in zip(strata, whole, strict=True))
        assert ours == pytest.approx(least_variance(strata, low, high, total), rel=1e-12)


def number(unit: str) -> float:
    digest = hmac.new(b"anes", unit.encode(), hashlib.sha256).digest()
    return (int.from_bytes(digest[:7], "big") >> 3) / 2**53


@pytest.mark.parametrize("start", [0.0, 0.37, 0.98])
def test_a_draw_takes_the_smallest_numbers_after_the_start(start: float, tmp_path: Path) -> None:
    sizes = Counter(row["party"] for row in read("anes_sample"))
    spec = {
        "task": "draw",
        "data": "frame.csv",
        "columns": {"id": "id", "stratum": "party"},
        "key": "anes",
        "sizes": dict(sizes),
        "start": start,
    }

    answer = ask(tmp_path, spec, frame=ANES)

    by_hand = []
    for party in PARTIES:
        ids = [row["id"] for row in ANES if row["party"] == party]
        by_hand += sorted(ids, key=lambda unit: ((number(unit) - start) % 1, unit))[: sizes[party]]
    assert answer["selected"] == by_hand
    if start == 0:
        assert set(answer["selected"]) == {row["id"] for row in read("anes_sample")}


def test_wilson_and_capped_korn_graubard_are_those_of_their_formulas(tmp_path: Path) -> None:
    rows = read("anes_sample")
    spec = {
        "task": "estimate",
        "data": "rows.csv",
        "design": {"strata": "party", "pop_size": "n_party"},
        "estimates": [
            {"statistic": "proportion", "of": "educ", "by": "dole", "ci": ci, "level": level}
            for ci in ("wilson", "korn_graubard")
            for level in (0.95, 0.8)
        ],
    }

    records = ask(tmp_path, spec, rows=rows)["estimates"]

    capped = 0
    for i, record in enumerate(records):
        ci, level = ("wilson", "korn_graubard")[2 * i // len(records)], (0.95, 0.8)[4 * i // len(records) % 2]
        p, v, v0, n, df, population = share(rows, record["by"]["dole"], record["category"])
        assert record["estimate"] == pytest.approx(p, rel=1e-12)
        low, high = limits(ci, level, p, (v, v0), (n, df, population))
        assert record["lci"] == pytest.approx(low, rel=1e-9, abs=1e-12)
        assert record["uci"] == pytest.approx(high, rel=1e-9)
        capped += ci == "korn_graubard" and 0 < p < 1 and v0 / v * n < p * (1 - p) / v * reach(n, df, level)
    assert capped > 0


def share(rows: Sequence[Row], dole: str, category: str) -> tuple[float, float, float, int, int, float]:
    """A share with its variances (with and without finite population correction), n, df and population."""
    drawn = Counter(row["party"] for row in rows)
    big = {row["party"]: int(row["n_party"]) for row in rows}
    inside = [row for row in rows if row["dole"] == dole]
    population = sum(big[row["party"]] / drawn[row["party"]] for row in inside)
    yes = sum(big[row["party"]] / drawn[row["party"]] for row in inside if row["educ"] == category)
    p = yes / population
    v = v0 = 0.0
    for party, n in drawn.items():
        scores = [
            ((row["educ"] == category) - p) * (row["dole"] == dole) / population
            for row in rows
            if row["party"] == party
        ]
        spread = big[party] ** 2 / n * variance(scores)
        v, v0 = v + (1 - n / big[party]) * spread, v0 + spread
    df = len(inside) - len({row["party"] for row in inside})
    return p, v, v0, len(inside), df, population


def reach(n: int, df: int, level: float) -> float:
    return float((stdtrit(n - 1, 0.5 + level / 2) / stdtrit(df, 0.5 + level / 2)) ** 2)


def limits(
    ci: str, level: float, p: float, variances: tuple[float, float], counts: tuple[int, int, float]
) -> tuple[float, float]:
    (v, v0), (n, df, population) = variances, counts
    t, tail = float(stdtrit(df, 0.5 + level / 2)), (1 - level) / 2
    if ci == "wilson":
        size = n if p in (0, 1) else p * (1 - p) / v
        middle = (p + t * t / (2 * size)) / (1 + t * t / size)
        half = t * sqrt(p * (1 - p) / size + t * t / (4 * size * size)) / (1 + t * t / size)
        return max(middle - half, 0.0), min(middle + half, 1.0)
    if p in (0, 1):
        size = n / (1 - n / population)
        return (0.0, 1 - tail ** (1 / size)) if p == 0 else (tail ** (1 / size), 1.0)
    size = min(p * (1 - p) / v * reach(n, df, level), n * v0 / v)
    x = size * p
    return float(betaincinv(x, size - x + 1, tail)), float(betaincinv(x + 1, size - x, 1 - tail))


def test_sparse_cells_are_joined_and_their_weight_handed_on(tmp_path: Path) -> None:
    rows = read("nhanes")
    cells = sorted({f"{row['race']} | {row['age']}" for row in rows})
    collapse = {cell: cell.split(" | ")[0] for cell in cells}
    spec = {
        "task": "estimate",
        "data": "rows.csv",
        "design": {"strata": "stratum", "psu": "psu", "weights": "weight", "responded": "measured"},
        "nonresponse": {"cells": ["race", "age"], "min_respondents": 60, "collapse": collapse},
        "estimates": [{"statistic": "mean", "of": "hi_chol"}],
    }

    answer = ask(tmp_path, spec, rows=rows)

    replies = Counter(f"{row['race']} | {row['age']}" for row in rows if row["measured"] == "1")
    sparse = {cell.split(" | ")[0] for cell in cells if replies[cell] < 60}
    assert 0 < len(sparse) < 4
    final = [row["race"] if row["race"] in sparse else f"{row['race']} | {row['age']}" for row in rows]
    sampled: defaultdict[str, float] = defaultdict(float)
    answered: defaultdict[str, float] = defaultdict(float)
    for row, cell in zip(rows, final, strict=True):
        sampled[cell] += float(row["weight"])
        answered[cell] += float(row["weight"]) * (row["measured"] == "1")
    weighted = [
        (float(row["weight"]) * sampled[cell] / answered[cell], float(row["hi_chol"]))
        for row, cell in zip(rows, final, strict=True)
        if row["measured"] == "1"
    ]
    (record,) = answer["estimates"]
    assert record["estimate"] == pytest.approx(
        sum(w * y for w, y in weighted) / sum(w for w, _ in weighted), rel=1e-12
    )
    assert answer["weights"]["sum"] == pytest.approx(sum(float(row["weight"]) for row in rows), rel=1e-12)
    assert len(answer["messages"]) == len(sparse)


GONE = {("Union Oil", "1935"), ("Goodyear", "1954"), ("Chrysler", "1954")}
BOTH = {"heavy": 18, "light": 11}


@pytest.mark.parametrize("statistic", ["mean", "total", "ratio"])
def test_a_change_with_leavers_and_joiners_is_that_of_its_formula(statistic: str, tmp_path: Path) -> None:
    rows = [row for row in read("grunfeld") if (row["firm"], row["year"]) not in GONE]
    over = {"over": "value"} if statistic == "ratio" else {}
    spec = {
        "task": "change",
        "data": "rows.csv",
        "design": {"id": "firm", "wave": "year", "strata": "stratum", "pop_size": "firms"},
        "waves": ["1935", "1954"],
        "overlap": {"data": "both.csv", "stratum": "stratum", "pop_both": "n"},
        "estimates": [{"statistic": statistic, "of": "invest", **over}],
    }

    (record,) = ask(tmp_path, spec, rows=rows, both=[{"stratum": name, "n": n} for name, n in BOTH.items()])[
        "estimates"
    ]

    (e1, v1, u1), (e2, v2, u2) = (linear(rows, year, statistic) for year in ("1935", "1954"))
    covariance = 0.0
    for name, both in BOTH.items():
        shared = [firm for firm in u1 if firm in u2 and u1[firm][0] == name]
        a, b = ([u[firm][1] for firm in shared] for u in (u1, u2))
        mean_a, mean_b = sum(a) / len(a), sum(b) / len(b)
        s12 = sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b, strict=True)) / (len(a) - 1)
        n1, n2 = (sum(1 for h, _ in u.values() if h == name) for u in (u1, u2))
        big = {"heavy": 20, "light": 14}[name]
        covariance += big * big * (len(shared) / (n1 * n2) - both / (big * big)) * s12
    assert record["change"] == pytest.approx(e2 - e1, rel=1e-12)
    assert record["covariance"] == pytest.approx(covariance, rel=1e-9)
    assert record["se"] == pytest.approx(sqrt(v1 + v2 - 2 * covariance), rel=1e-9)
    assert (record["n_1"], record["n_2"], record["n_overlap"]) == (10, 9, 8)


Scores = dict[str, tuple[str, float]]


def linear(rows: Sequence[Row], year: str, statistic: str) -> tuple[float, float, Scores]:
    """Estimate, variance and score of every firm in one year."""
    here = [row for row in rows if row["year"] == year]
    n = Counter(row["stratum"] for row in here)
    weight = {row["firm"]: int(row["firms"]) / n[row["stratum"]] for row in here}
    below = {row["firm"]: float(row["value"]) if statistic == "ratio" else 1.0 for row in here}
    top = sum(weight[row["firm"]] * float(row["invest"]) for row in here)
    base = sum(weight[firm] * x for firm, x in below.items())
    estimate = top if statistic == "total" else top / base
    scores = {}
    for row in here:
        y, x = float(row["invest"]), below[row["firm"]]
        scores[row["firm"]] = row["stratum"], y if statistic == "total" else (y - estimate * x) / base
    v = 0.0
    for name, count in n.items():
        big = {"heavy": 20, "light": 14}[name]
        v += big**2 * (1 / count - 1 / big) * variance(u for h, u in scores.values() if h == name)
    return estimate, v, scores


def test_rates_are_those_of_counting(tmp_path: Path) -> None:
    measured = Counter(row["measured"] for row in read("nhanes"))
    counts = {"I": measured["1"], "P": 0, "R": 0, "NC": measured["0"], "O": 0, "UH": 0, "UO": 0}

    answer = ask(tmp_path, {"task": "rates", "counts": counts, "e": 1})

    expected = sum(row["hi_chol"] != "" for row in read("nhanes")) / len(read("nhanes"))
    assert [answer[name] for name in ("RR1", "RR4", "RR6", "CON3")] == pytest.approx([expected] * 4)
    assert [answer[name] for name in ("COOP1", "REF1")] == [1, 0]
