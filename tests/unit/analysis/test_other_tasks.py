"""The tasks `suppress`, `rates` and `representativeness`."""

from pathlib import Path

import pytest

from tests.unit.analysis.asking import ask, fault_of, faults

SUPPRESS = """
task: suppress
threshold: 5
protection: 5
tables:
  - {name: A, counts: [[31, 18, 3], [12, 9, 14]], margins: published}
"""


def test_a_small_count_is_protected_at_least_cost(tmp_path: Path) -> None:
    (table,) = ask(tmp_path, SUPPRESS)["tables"]

    assert table["primary"] == [[0, 2]]
    assert table["secondary"] == [[0, 1], [1, 1], [1, 2]]
    assert table["cost"] == 18 + 9 + 14
    assert table["audit"] == [
        {"cell": [0, 1], "lower": 5, "upper": 20},
        {"cell": [0, 2], "lower": 1, "upper": 16},
        {"cell": [1, 1], "lower": 7, "upper": 22},
        {"cell": [1, 2], "lower": 1, "upper": 16},
    ]


def test_that_noughts_are_shown_is_known_to_whoever_subtracts(tmp_path: Path) -> None:
    """Two hidden cells that add up to 2 are both 1: there is no cell that hides them."""
    known = SUPPRESS.replace("[[31, 18, 3], [12, 9, 14]]", "[[10, 5, 1, 1], [12, 20, 1, 1]]").replace(
        "threshold: 5", "threshold: 3"
    )
    fault = fault_of(tmp_path, known.replace("protection: 5", "protection: 2"))

    assert "row 0 column 2: at most 0" in fault


def test_published_margins_are_never_suppressed_and_others_may_be(tmp_path: Path) -> None:
    small = SUPPRESS.replace("[[31, 18, 3], [12, 9, 14]]", "[[3, 0], [20, 20]]")
    assert fault_of(tmp_path, small).startswith("tables[0]: no suppression protects every cell by 5")

    (table,) = ask(tmp_path, small.replace("published", "hideable"))["tables"]
    assert [0, 0] in table["primary"]
    assert any(2 in cell for cell in [*table["primary"], *table["secondary"]])


def test_linked_tables_hide_their_common_figures_alike(tmp_path: Path) -> None:
    spec = SUPPRESS.replace("published", "hideable") + (
        "  - {name: B, counts: [[20, 32], [4, 31]], margins: hideable}\nlinked: [[A, B]]\n"
    )

    a, b = ask(tmp_path, spec)["tables"]

    for table in (a, b):
        assert all(cell["upper"] - cell["lower"] >= 5 for cell in table["audit"])
    suppressed_a, suppressed_b = ([*table["primary"], *table["secondary"]] for table in (a, b))
    assert [0, 2] in suppressed_a
    assert [1, 0] in suppressed_b
    # The totals of the rows are the same figures in both.
    assert [[row, 3] in suppressed_a for row in (0, 1, 2)] == [[row, 2] in suppressed_b for row in (0, 1, 2)]


def test_tables_that_share_nothing_cannot_be_linked(tmp_path: Path) -> None:
    spec = SUPPRESS + "  - {name: B, counts: [[1, 2], [7, 30]], margins: published}\nlinked: [[A, B]]\n"

    assert fault_of(tmp_path, spec).startswith("linked: linked tables share no row, column or margin")


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("[12, 9, 14]", "[12, 9]", "tables[0].counts"),
        ("[12, 9, 14]", "[12, -9, 1]", "tables[0].counts[1][1]"),
        ("[12, 9, 14]", "[12, 9.5, 1]", "tables[0].counts[1][1]"),
        ("threshold: 5", "threshold: 0", "threshold"),
        ("threshold: 5", "linked: [[A, C]]\nthreshold: 5", "linked[0]"),
        ("margins: published", "margins: none", "tables[0].margins"),
        ("tables:", "tables:\n  - {name: A, counts: [[1]]}", "tables"),
    ],
)
def test_faults_of_tables_have_their_path(old: str, new: str, path: str, tmp_path: Path) -> None:
    assert path in [fault.partition(": ")[0] for fault in faults(tmp_path, SUPPRESS.replace(old, new))]


RATES = "{task: rates, counts: {I: 4, P: 2, R: 1, NC: 1, O: 1, UH: 1, UO: 1}, e: 0.9}"


def test_the_rates_are_those_of_the_published_example(tmp_path: Path) -> None:
    answer = ask(tmp_path, RATES)

    published = {"RR1": 0.364, "RR2": 0.545, "RR3": 0.370, "RR4": 0.556, "RR5": 0.444, "RR6": 0.667}
    assert {name: round(answer[name], 3) for name in published} == published
    assert (answer["e"], answer["e_method"]) == (0.9, "stated")
    assert {"COOP1", "COOP4", "REF1", "REF3", "CON1", "CON3"} <= answer.keys()


def test_a_rate_of_nobody_is_null(tmp_path: Path) -> None:
    answer = ask(tmp_path, "{task: rates, counts: {I: 0, P: 0, R: 0, NC: 0, O: 0, UH: 1, UO: 0}, e: 0}")

    assert (answer["RR1"], answer["RR3"], answer["COOP1"]) == (0, None, None)


def test_e_and_all_counts_must_be_stated(tmp_path: Path) -> None:
    assert fault_of(tmp_path, RATES.replace(", e: 0.9", "")) == "e: is missing, add the key e"
    assert faults(tmp_path, RATES.replace("UO: 1", "UUO: 1")) == (
        "counts.UUO: unknown key, the nearest known key is UO",
        "counts.UO: is missing, add the key UO",
    )


REPRESENTATIVE = """
task: representativeness
data: sample.csv
response: r
weights: w
model: [kind, size]
"""


def sample() -> str:
    cells = {("pb", "s"): (6, 4), ("pb", "l"): (5, 1), ("vco", "s"): (3, 7), ("vco", "l"): (5, 5)}
    lines = ["r,w,kind,size,h,n"]
    for (kind, size), (yes, no) in cells.items():
        lines += [f"{int(i < yes)},{2 + (kind == 'pb')},{kind},{size},{kind},60" for i in range(yes + no)]
    return "\n".join(lines) + "\n"


def test_response_is_described_by_variable_and_level(tmp_path: Path) -> None:
    answer = ask(tmp_path, REPRESENTATIVE, sample=sample())

    assert answer["R"] == pytest.approx(1 - 2 * answer["S"])
    assert answer["R"] <= answer["R_adjusted"] <= 1
    assert answer["response_rate"] == pytest.approx((11 * 3 + 8 * 2) / (16 * 3 + 20 * 2))
    assert answer["mean_propensity"] == pytest.approx(answer["response_rate"])
    assert answer["cv"] == pytest.approx(answer["S"] / answer["mean_propensity"])
    assert [(p["variable"], [q["level"] for q in p["levels"]]) for p in answer["partial"]] == [
        ("kind", ["pb", "vco"]),
        ("size", ["l", "s"]),
    ]
    for part in answer["partial"]:
        assert part["value"] ** 2 == pytest.approx(sum(level["value"] ** 2 for level in part["levels"]))


def test_weights_may_follow_from_frame_counts(tmp_path: Path) -> None:
    spec = REPRESENTATIVE.replace("weights: w", "strata: h\npop_size: n")

    answer = ask(tmp_path, spec, sample=sample())

    assert answer["response_rate"] == pytest.approx((11 / 16 + 8 / 20) / 2)


def test_units_that_chance_did_not_choose_are_no_part_of_the_response(tmp_path: Path) -> None:
    plain = ask(tmp_path, REPRESENTATIVE, sample=sample())
    header, *rows = sample().splitlines()
    drawn = [f"{row},{'census' if ',pb,' in row else 'probability'}" for row in rows]
    others = ["1,,vco,,,,snowball", "0,,,,,,open link", ",,,,,,snowball"]
    spec = REPRESENTATIVE + "route: came_by\n"

    answer = ask(
        tmp_path, spec, sample="\n".join([header + ",came_by", others[0], *drawn, *others[1:]]) + "\n"
    )

    assert answer["apart"] == [{"route": "open link", "n": 1}, {"route": "snowball", "n": 2}]
    assert answer["messages"] == [
        "rows that no probability stands behind carry no weight and are told apart: open link 1, snowball 2"
    ]
    assert {key: answer[key] for key in plain if key != "messages"} == {
        key: value for key, value in plain.items() if key != "messages"
    }
    assert "apart" not in plain
    assert fault_of(tmp_path, spec, sample="\n".join([header + ",came_by", others[0]]) + "\n").startswith(
        "route: no row of sample.csv has the route probability or census"
    )


def test_levels_that_tell_who_responds_and_gaps_are_faults(tmp_path: Path) -> None:
    separated = sample().replace("0,3,pb,l", "1,3,pb,l").replace("0,2,vco,l", "1,2,vco,l")
    assert fault_of(tmp_path, REPRESENTATIVE, sample=separated).startswith(
        "model: all or none responded in size = l"
    )
    assert "column kind is empty in rows 2" in fault_of(
        tmp_path, REPRESENTATIVE, sample=sample().replace("1,3,pb,s", "1,3,,s", 1)
    )
    bare = REPRESENTATIVE.replace("weights: w\n", "")
    assert fault_of(tmp_path, bare, sample=sample()).startswith("spec: neither weights nor pop_size is given")
