"""The task `plan`."""

from itertools import product
from pathlib import Path

import pytest

from tests.unit.analysis.asking import ask, fault_of, faults

STRATA = "name,big_n,s,x,cv,sure\na,100,3.5,9,0.2,0\nb,50,1.5,90,0.1,0\nc,8,30,9,0.2,1\n"
SPEC = """
task: plan
data: strata.csv
columns: {{stratum: name, pop_size: big_n, sd: s, size: x, cv: cv, certainty: sure}}
allocation: {{{rule}}}
"""


def sizes(folder: Path, rule: str) -> list[int]:
    return [h["sample_size"] for h in ask(folder, SPEC.format(rule=rule), strata=STRATA)["strata"]]


@pytest.mark.parametrize("method", ["neyman", "proportional", "power", "equal"])
def test_sizes_add_up_and_keep_floors_ceilings_and_certainty(method: str, tmp_path: Path) -> None:
    for n in (18, 25, 31):
        a, b, c = sizes(tmp_path, f"method: {method}, n: {n}, min_n: 5, cap: 14")

        assert a + b + c == n
        assert c == 8
        assert min(a, b) >= 5
        assert max(a, b) <= 14


def test_neyman_sizes_are_the_best_of_all_whole_sizes(tmp_path: Path) -> None:
    answer = ask(tmp_path, SPEC.format(rule="method: neyman, n: 30, min_n: 2"), strata=STRATA)

    def variance(a: int, b: int) -> float:
        return 100**2 * (1 / a - 1 / 100) * 3.5**2 + 50**2 * (1 / b - 1 / 50) * 1.5**2

    best = min(variance(a, b) for a, b in product(range(2, 30), repeat=2) if a + b == 22)
    assert answer["variance_of_total"] == pytest.approx(best, rel=1e-12)
    assert answer["strata"][0]["continuous"] == pytest.approx(22 * 350 / 425)


def test_the_answer_names_strata_in_the_order_of_the_file(tmp_path: Path) -> None:
    answer = ask(tmp_path, SPEC.format(rule="method: equal, n: 30"), strata=STRATA)

    assert [list(stratum) for stratum in answer["strata"]] == [
        ["stratum", "pop_size", "sample_size", "continuous"]
    ] * 3
    assert [stratum["stratum"] for stratum in answer["strata"]] == ["a", "b", "c"]


def test_without_sd_no_variance_is_claimed_and_an_empty_stratum_has_none(tmp_path: Path) -> None:
    spec = SPEC.format(rule="method: proportional, n: 12").replace(" sd: s,", "")
    assert "variance_of_total" not in ask(tmp_path, spec, strata=STRATA)

    spec = (
        SPEC.format(rule="method: proportional, n: 9")
        .replace("certainty: sure", "")
        .replace("cv: cv,", "cv: cv")
    )
    answer = ask(tmp_path, spec, strata=STRATA.replace("c,8", "c,2"))
    assert answer["strata"][2]["sample_size"] == 0
    assert answer["variance_of_total"] is None
    assert "raise min_n" in answer["messages"][0]


def test_a_total_beyond_the_frame_is_a_census_and_says_so(tmp_path: Path) -> None:
    answer = ask(tmp_path, SPEC.format(rule="method: neyman, n: 900"), strata=STRATA)

    assert [h["sample_size"] for h in answer["strata"]] == [100, 50, 8]
    assert "census" in answer["messages"][0]
    assert answer["variance_of_total"] == 0


def test_floors_and_ceilings_that_cannot_be_kept_are_faults_and_never_broken(tmp_path: Path) -> None:
    fault = fault_of(tmp_path, SPEC.format(rule="method: neyman, n: 20, min_n: 10"), strata=STRATA)
    assert fault.startswith("allocation: floors need 28 units, the total is 20: 8 short, raise n")

    fault = fault_of(tmp_path, SPEC.format(rule="method: neyman, n: 20, cap: 5"), strata=STRATA)
    assert fault.startswith("allocation: ceilings allow 18 units")


def test_faults_of_the_file_are_reported_together(tmp_path: Path) -> None:
    strata = STRATA.replace("b,50,1.5", "a,5.5,-1").replace("0.2,1", "0.2,2")

    lines = faults(tmp_path, SPEC.format(rule="method: neyman, n: 20"), strata=strata)

    assert [fault.partition(": ")[0] for fault in lines] == [
        "columns.stratum",
        "columns.pop_size",
        "columns.certainty",
        "columns.sd",
    ]


def test_neyman_needs_standard_deviations(tmp_path: Path) -> None:
    spec = SPEC.format(rule="method: neyman, n: 20").replace(" sd: s,", "")

    assert fault_of(tmp_path, spec, strata=STRATA).startswith("columns.sd: is missing, neyman needs")
