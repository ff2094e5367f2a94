"""Units that chance did not choose carry no weight and enter no estimate of the population."""

from pathlib import Path
from typing import Any

import pytest

from sampling.routes import CENSUS, OPEN_LINK, OUTREACH, PROBABILITY, RESERVE, SNOWBALL, is_probability
from survey_app.analysis.analyse import analyse
from tests.unit.analysis.asking import ask, fault_of, write

DRAWN = """id,s,n,route,area,q,said
1,A,8,probability,x,1,yes
2,A,8,probability,y,2,no
3,A,8,reserve,x,4,yes
4,B,2,census,y,5,no
5,B,2,census,x,7,yes
"""
OTHERS = """,,,snowball,x,100,yes
,,,snowball,y,300,
,,,open link,z,,no
"""
SPEC = """
task: estimate
data: rows.csv
design: {id: id, strata: s, pop_size: n, route: route}
estimates:
  - {statistic: mean, of: q, by: area}
  - {statistic: total, of: q}
  - {statistic: proportion, of: said}
  - {statistic: quantile, of: q, at: [0.5]}
"""


def without_apart(answer: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in answer.items() if key not in ("apart", "messages")}


@pytest.mark.parametrize("route", [CENSUS, PROBABILITY, RESERVE])
def test_routes_by_chance_may_carry_weights(route: str) -> None:
    assert is_probability(route)


@pytest.mark.parametrize("route", [SNOWBALL, OPEN_LINK, OUTREACH, "", "Census", "a friend"])
def test_every_other_route_may_not(route: str) -> None:
    assert not is_probability(route)


def test_rows_by_another_route_change_no_estimate_and_no_weight(tmp_path: Path) -> None:
    plain = ask(tmp_path, SPEC.replace(", route: route", ""), rows=DRAWN)

    with_others = ask(tmp_path, SPEC, rows=DRAWN + OTHERS)

    assert without_apart(with_others) == without_apart(plain)
    assert "apart" not in plain
    assert with_others["messages"] == [
        "rows that no probability stands behind carry no weight and are told apart: open link 1, snowball 2"
    ]
    units = analyse(write(tmp_path, SPEC, rows=DRAWN + OTHERS)).units
    assert units is not None
    assert [unit for unit, *_ in units.rows()] == ["1", "2", "3", "4", "5"]


def test_what_they_say_is_kept_apart_unweighted_and_without_sampling_error(tmp_path: Path) -> None:
    answer = ask(tmp_path, SPEC, rows=DRAWN + OTHERS)

    link, snowball = answer["apart"]
    assert (link["route"], link["n"], snowball["route"], snowball["n"]) == ("open link", 1, "snowball", 2)
    records = {(r["statistic"], r["category"], r["by"].get("area")): r for r in snowball["estimates"]}
    mean = records["mean", None, "y"]
    assert list(mean) == list(answer["estimates"][0])
    assert (mean["estimate"], mean["n"]) == (300, 1)
    assert [mean[key] for key in ("se", "cv", "lci", "uci", "weighted_n", "deff")] == [None] * 6
    assert mean["flags"] == ["not_probability", "no_sampling_error"]
    assert records["proportion", "yes", None]["estimate"] == 1
    assert records["quantile", None, None]["estimate"] == 100
    assert records["total", None, None]["estimate"] is None
    assert [r["flags"][0] for r in link["estimates"] if r["statistic"] == "mean"] == ["empty"]


def test_without_others_nothing_is_kept_apart(tmp_path: Path) -> None:
    answer = ask(tmp_path, SPEC, rows=DRAWN)

    assert (answer["apart"], answer["messages"]) == ([], [])


def test_only_those_who_responded_are_kept_apart(tmp_path: Path) -> None:
    rows = (
        "w,route,r,q\n2,probability,1,1\n2,probability,1,3\n2,probability,0,\n,snowball,1,5\n,snowball,0,\n"
    )
    spec = """
task: estimate
data: rows.csv
design: {weights: w, responded: r, route: route}
estimates: [{statistic: mean, of: q}]
"""
    answer = ask(tmp_path, spec, rows=rows)

    assert (answer["weights"]["n"], answer["weights"]["sum"]) == (2, 6)
    (snowball,) = answer["apart"]
    assert (snowball["n"], snowball["estimates"][0]["n"], snowball["estimates"][0]["estimate"]) == (2, 1, 5)


def test_a_route_must_be_known_of_every_row_and_chance_must_have_chosen_some(tmp_path: Path) -> None:
    assert fault_of(tmp_path, SPEC, rows=DRAWN.replace("2,A,8,probability", "2,A,8,")).startswith(
        "design.route: rows.csv column route is empty in rows 3"
    )
    alone = "id,s,n,route,area,q,said\n1,A,8,snowball,x,1,yes\n"
    assert fault_of(tmp_path, SPEC, rows=alone) == (
        "design.route: no row of rows.csv has the route probability or census, "
        "estimates need rows that were drawn"
    )


def test_faults_name_the_rows_of_the_file_and_not_those_that_are_left(tmp_path: Path) -> None:
    spec = SPEC.replace("pop_size: n", "weights: n")

    fault = fault_of(
        tmp_path, spec, rows=DRAWN.replace("id,s,n", "id,s,n") + OTHERS + "9,A,0,probability,x,1,yes\n"
    )

    assert fault.startswith("design.weights: the weight n is zero in rows 10 of rows.csv")


def test_a_change_counts_them_apart_too(tmp_path: Path) -> None:
    rows = "id,wave,n,route,q\n" + "".join(
        f"{i},{wave},{40},probability,{i * wave}\n" for i in range(1, 6) for wave in (1, 2)
    )
    spec = """
task: change
data: rows.csv
design: {id: id, wave: wave, weights: n, route: route}
waves: [1, 2]
estimates: [{statistic: mean, of: q}]
"""
    plain = ask(tmp_path, spec, rows=rows)

    answer = ask(tmp_path, spec, rows=rows + "x,1,,outreach,99\nx,2,,outreach,999\n")

    assert without_apart(answer) == without_apart(plain)
    assert answer["apart"] == [{"route": "outreach", "n": 2}]
    assert "outreach 2" in answer["messages"][0]
