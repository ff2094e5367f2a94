"""One unit or label in two spellings: what cannot be seen makes no difference, the rest is asked about."""

from pathlib import Path

import pytest

from tests.unit.analysis.asking import ask, fault_of

SHARES = """
task: estimate
data: d.csv
design: {id: unit, strata: st, pop_size: N}
estimates:
  - {statistic: mean, of: y, by: [area]}
"""
CHANGE = """
task: change
data: d.csv
design: {id: unit, wave: year, strata: st, pop_size: N}
waves: [1, 2]
overlap: {data: both.csv, stratum: st, pop_both: n}
estimates:
  - {statistic: mean, of: y}
"""

BOTH = "st,n\nA,20\n"


def rows(areas: list[str]) -> str:
    lines = [f"u{n},A,20,{n},{area}" for n, area in enumerate(areas)]
    return "\n".join(["unit,st,N,y,area", *lines]) + "\n"


def waves(first: str, second: str) -> str:
    others = [f"{900 + n},{year},A,20,{n + year}" for year in (1, 2) for n in range(4)]
    return "\n".join(["unit,year,st,N,y", f"{first},1,A,20,3", f"{second},2,A,20,5", *others]) + "\n"


@pytest.mark.parametrize("other", ["Leeds\u200b", "\ufeffLeeds", " Leeds\u00a0", "Leeds\u00ad"])
def test_what_cannot_be_seen_makes_no_other_label(other: str, tmp_path: Path) -> None:
    answered = ask(tmp_path, SHARES, d=rows(["Leeds", other, "York", "York"]))["estimates"]

    assert [(one["by"], one["n"]) for one in answered] == [({"area": "Leeds"}, 2), ({"area": "York"}, 2)]


@pytest.mark.parametrize("other", ["leeds", "LEEDS", "Leéds", "Ｌeeds"])
def test_labels_that_read_alike_are_refused_until_they_are_one(other: str, tmp_path: Path) -> None:
    said = fault_of(tmp_path, SHARES, d=rows(["Leeds", other, "York", "York"]))

    assert "area has labels that read alike" in said


@pytest.mark.parametrize(
    ("first", "second"), [("0212345", "212345"), ("0212345", "212345.0"), ("SC001", "sc001")]
)
def test_a_unit_that_a_spreadsheet_renumbered_between_waves_is_asked_about(
    first: str, second: str, tmp_path: Path
) -> None:
    said = fault_of(tmp_path, CHANGE, d=waves(first, second), both=BOTH)

    assert f"ids that seem to be of one unit each ({first} and {second})" in said


def test_a_unit_with_a_sign_that_cannot_be_seen_is_the_same_in_both_waves(tmp_path: Path) -> None:
    (one,) = ask(tmp_path, CHANGE, d=waves("0212345", "0212345\u200b"), both=BOTH)["estimates"]

    assert one["n_overlap"] == 5
