"""Missing values are declared and never guessed; rows of totals are no strata; one stands for a list."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.analysis.asking import ask, fault_of, faults

SPEC = """
task: estimate
data: d.csv
{missing}
design: {{id: unit, strata: st, pop_size: N, responded: resp}}
estimates:
  - {{statistic: {statistic}, of: met}}
"""
ROWS = ["a1,A,20,1,1", "a2,A,20,1,0", "a3,A,20,1,1", "a4,A,20,0,", "b1,B,30,1,0", "b2,B,30,1,1", "b3,B,30,1,"]


def data(answers: str = "") -> str:
    """The last respondent's answer is this."""
    return "\n".join(["unit,st,N,resp,met", *ROWS[:-1], ROWS[-1] + answers]) + "\n"


def records(folder: Path, answer: str, missing: str = "", statistic: str = "proportion") -> list[Any]:
    spec = SPEC.format(missing=missing, statistic=statistic)
    answered = ask(folder, spec, d=data(answer))["estimates"]
    return [(one.get("category"), one["n"], one["estimate"]) for one in answered]


@pytest.mark.parametrize("code", ["NA", "N/A", "nan", "NULL", ".", "<NA>"])
def test_a_share_with_a_code_that_nobody_declared_is_refused_as_a_mean(code: str, tmp_path: Path) -> None:
    for statistic in ("proportion", "mean"):
        said = fault_of(tmp_path, SPEC.format(missing="", statistic=statistic), d=data(code))
        assert "leave the field empty where it is missing" in said


@pytest.mark.parametrize("statistic", ["proportion", "mean"])
@pytest.mark.parametrize("missing", ["missing: [NA, '.']", "missing: NA"])
def test_a_declared_code_is_left_out_as_an_empty_field_is(
    missing: str, statistic: str, tmp_path: Path
) -> None:
    assert records(tmp_path, "NA", missing, statistic) == records(tmp_path, "", "", statistic)


@pytest.mark.parametrize("blank", [" ", "\u00a0", "  "])
@pytest.mark.parametrize("statistic", ["proportion", "mean"])
def test_a_field_of_blanks_is_empty(blank: str, statistic: str, tmp_path: Path) -> None:
    assert records(tmp_path, blank, "", statistic) == records(tmp_path, "", "", statistic)


def test_a_text_that_is_a_label_of_its_own_can_be_declared_as_one(tmp_path: Path) -> None:
    assert len(records(tmp_path, "NA", "missing: []")) == 3


PLAN = """
task: plan
data: s.csv
columns: {stratum: name, pop_size: big_n}
allocation: {method: proportional, n: 30}
"""


@pytest.mark.parametrize("total", ["Total,150", "Grand total,7", "England,150", "subtotal,9"])
def test_a_row_of_totals_gets_no_part_of_a_sample(total: str, tmp_path: Path) -> None:
    said = faults(tmp_path, PLAN, s=f"name,big_n\nsmall,100\nlarge,50\n{total}\n")

    assert "is a row of totals" in said[0]


def test_strata_that_are_no_totals_get_their_sizes(tmp_path: Path) -> None:
    for rows, sizes in (("small,100\nlarge,50\n", [20, 10]), ("one,50\nother,50\n", [15, 15])):
        strata = ask(tmp_path, PLAN, s=f"name,big_n\n{rows}")["strata"]
        assert [one["sample_size"] for one in strata] == sizes


def test_one_list_stands_for_a_list_of_lists(tmp_path: Path) -> None:
    tables = "tables: [{name: a, counts: [[20, 30], [40, 60]]}, {name: b, counts: [[20, 30], [41, 61]]}]"
    spec = f"task: suppress\nthreshold: 5\n{tables}\nlinked: %s\n"

    assert ask(tmp_path, spec % "[a, b]") == ask(tmp_path, spec % "[[a, b]]")
