"""The task `estimate`: what is answered, for whom, and what the weights are."""

import json
from pathlib import Path

import numpy as np
import pytest

from sampling.estimation.design import SurveyDesign
from sampling.estimation.estimators import mean, proportion
from survey_app.analysis.analyse import analyse
from tests.unit.analysis.asking import ask, fault_of, write

ROWS = """id,s,big_n,region,q,agreed,said
1,A,8,north,1,0,often
2,A,8,north,2,1,never
3,A,8,south,4,1,often
4,A,8,south,,1,
5,B,6,north,5,0,often
6,B,6,south,6,0,rarely
7,B,6,south,9,1,often
"""
SPEC = """
task: estimate
data: rows.csv
design: {{id: id, strata: s, pop_size: big_n}}
estimates: {estimates}
"""


def estimates(folder: Path, text: str) -> list[dict[str, object]]:
    records: list[dict[str, object]] = ask(folder, SPEC.format(estimates=text), rows=ROWS)["estimates"]
    return records


def design() -> SurveyDesign:
    return SurveyDesign(np.array(list("AAAABBB")), np.array([2.0] * 7), {"A": 8, "B": 6})


def test_a_mean_has_every_number_of_the_library_and_every_key_of_the_contract(tmp_path: Path) -> None:
    (record,) = estimates(tmp_path, "[{statistic: mean, of: q}]")

    theirs = mean(design(), [1, 2, 4, np.nan, 5, 6, 9])
    assert list(record) == (
        [
            "statistic",
            "of",
            "category",
            "over",
            "at",
            "by",
            "where",
            "estimate",
            "se",
            "cv",
            "lci",
            "uci",
            "df",
            "n",
            "weighted_n",
            "deff",
            "flags",
        ]
    )
    assert (record["estimate"], record["se"], record["lci"], record["deff"]) == (
        theirs.estimate,
        theirs.se,
        theirs.lci,
        theirs.deff,
    )
    assert (record["n"], record["weighted_n"], record["df"]) == (6, 12.0, 4)
    assert (record["by"], record["where"], record["category"]) == ({}, {}, None)


def test_every_crossing_that_occurs_has_a_record(tmp_path: Path) -> None:
    records = estimates(tmp_path, "[{statistic: mean, of: q, by: [region, s]}]")

    assert [(r["by"], r["n"]) for r in records] == [
        ({"region": "north", "s": "A"}, 2),
        ({"region": "north", "s": "B"}, 1),
        ({"region": "south", "s": "A"}, 1),
        ({"region": "south", "s": "B"}, 2),
    ]


def test_where_narrows_the_domain_and_the_other_rows_keep_carrying_the_error(tmp_path: Path) -> None:
    (record,) = estimates(tmp_path, "[{statistic: mean, of: q, where: {region: south}}]")

    south = np.array([False, False, True, True, False, True, True])
    theirs = mean(design().within(south), [1, 2, 4, np.nan, 5, 6, 9])
    assert (record["estimate"], record["se"], record["df"]) == (theirs.estimate, theirs.se, theirs.df)
    assert record["where"] == {"region": "south"}


def test_a_proportion_of_text_has_a_record_per_level_and_of_numbers_one(tmp_path: Path) -> None:
    records = estimates(tmp_path, "[{statistic: proportion, of: [said, agreed]}]")

    assert [(r["of"], r["category"]) for r in records] == [
        ("said", "never"),
        ("said", "often"),
        ("said", "rarely"),
        ("agreed", None),
    ]
    assert sum(r["estimate"] for r in records[:3]) == pytest.approx(1)  # type: ignore[misc]
    theirs = proportion(design(), [0, 1, 1, 1, 0, 0, 1])
    assert (records[3]["lci"], records[3]["uci"]) == (theirs.lci, theirs.uci)


def test_the_interval_and_its_level_are_those_asked_for(tmp_path: Path) -> None:
    wide, narrow = estimates(
        tmp_path,
        "[{statistic: proportion, of: agreed, ci: wilson}, {statistic: proportion, of: agreed, level: 0.8}]",
    )

    theirs = proportion(design(), [0, 1, 1, 1, 0, 0, 1], ci="wilson")
    assert wide["lci"] == theirs.lci
    assert narrow["lci"] == proportion(design(), [0, 1, 1, 1, 0, 0, 1], level=0.8).lci


def test_a_quantile_has_a_record_per_share_and_a_ratio_names_what_is_below_the_line(tmp_path: Path) -> None:
    records = estimates(
        tmp_path, "[{statistic: quantile, of: q, at: [0.25, 0.5]}, {statistic: ratio, of: q, over: agreed}]"
    )

    assert [(r["at"], r["over"]) for r in records] == [(0.25, None), (0.5, None), (None, "agreed")]
    assert records[1]["estimate"] == 4


def test_a_domain_in_which_nobody_answered_the_item_is_null_and_flagged(tmp_path: Path) -> None:
    rows = ROWS.replace("3,A,8,south,4", "3,A,8,south,")
    answered = ask(tmp_path, SPEC.format(estimates="[{statistic: mean, of: q, by: [s, region]}]"), rows=rows)

    (empty,) = (r for r in answered["estimates"] if r["by"] == {"s": "A", "region": "south"})
    assert (empty["estimate"], empty["se"], empty["n"], empty["flags"]) == (None, None, 0, ["empty"])


def test_a_number_beyond_all_measure_is_null_and_flagged(tmp_path: Path) -> None:
    rows = ROWS.replace("south,9", "south,1e308")
    (record,) = ask(tmp_path, SPEC.format(estimates="[{statistic: total, of: q}]"), rows=rows)["estimates"]

    assert record["se"] is None
    assert "overflow" in record["flags"]


def test_a_key_that_the_statistic_does_not_use_is_mentioned(tmp_path: Path) -> None:
    answer = ask(tmp_path, SPEC.format(estimates="[{statistic: mean, of: q, ci: wald}]"), rows=ROWS)

    assert answer["messages"] == ["estimates[0].ci is not looked at: the statistic is mean"]


RESPONSE = """id,s,big_n,r,kind,q
1,A,40,1,x,1
2,A,40,1,y,2
3,A,40,1,x,4
4,A,40,0,y,
5,B,30,1,x,5
6,B,30,1,y,6
7,B,30,0,x,
8,C,8,0,x,
9,C,8,0,y,
"""


def test_silent_strata_are_joined_and_counts_of_the_frame_add(tmp_path: Path) -> None:
    spec = """
task: estimate
data: rows.csv
design: {id: id, strata: s, pop_size: big_n, responded: r, collapse: {B: BC, C: BC, A: AB}}
estimates: [{statistic: total, of: q}]
"""
    path = write(tmp_path, spec, rows=RESPONSE)
    answer = analyse(path)

    # A: 40 / 4 x 4/3; B and C: (30 + 8) over two replies, in proportion to their design weights.
    assert answer.units is not None
    rows: list[tuple[object, ...]] = [*answer.units.rows()]
    assert rows == [
        ("1", 10.0, pytest.approx(40 / 3)),
        ("2", 10.0, pytest.approx(40 / 3)),
        ("3", 10.0, pytest.approx(40 / 3)),
        ("5", 10.0, pytest.approx(19.0)),
        ("6", 10.0, pytest.approx(19.0)),
    ]
    (record,) = ask(tmp_path, spec, rows=RESPONSE)["estimates"]
    within = 40**2 / 3 * (1 - 3 / 40) * np.var([1, 2, 4], ddof=1) + 38**2 / 2 * (1 - 2 / 38) * 0.5
    assert record["se"] == pytest.approx(np.sqrt(within))
    assert answer.values["messages"] == ["strata B, C were joined as BC"]
    assert answer.values["weights"]["sum"] == pytest.approx(78)  # type: ignore[index]


def test_nonresponse_cells_keep_their_weight_and_sparse_ones_are_joined(tmp_path: Path) -> None:
    spec = """
task: estimate
data: rows.csv
design: {id: id, strata: s, pop_size: big_n, responded: r, collapse: {B: BC, C: BC}}
nonresponse: {cells: [kind], min_respondents: 3, max_factor: 3, collapse: {y: all, x: all}}
estimates: [{statistic: mean, of: q}]
"""
    answer = ask(tmp_path, spec, rows=RESPONSE)

    assert answer["weights"]["sum"] == pytest.approx(78)
    assert "cells x, y were joined as all" in answer["messages"]
    assert answer["weights"]["min"] == pytest.approx(10 * 78 / 50)


def test_a_limit_that_is_null_is_no_limit(tmp_path: Path) -> None:
    rows = "w,r,q\n" + "1,0,\n" * 9 + "1,1,3\n" * 2
    spec = """
task: estimate
data: rows.csv
design: {weights: w, responded: r}
nonresponse: {min_respondents: 1%s}
estimates: [{statistic: mean, of: q}]
"""
    assert ask(tmp_path, spec % ", max_factor: null", rows=rows)["weights"]["max"] == 5.5
    assert "the factor 5.5 is above 3" in fault_of(tmp_path, spec % "", rows=rows)


def test_a_census_has_no_error_and_units_without_an_id_are_their_rows(tmp_path: Path) -> None:
    spec = "{task: estimate, data: rows.csv, design: {pop_size: n}, estimates: [{statistic: mean, of: q}]}"
    path = write(tmp_path, spec, rows="n,q\n3,1\n3,2\n3,6\n")

    answer = analyse(path)

    record = json.loads(answer.json())["estimates"][0]
    assert (record["estimate"], record["se"], record["lci"]) == (3, 0, 3)
    assert answer.units is not None
    assert [unit for unit, *_ in answer.units.rows()] == ["2", "3", "4"]


def test_without_weights_clusters_count_by_their_own_number_in_the_frame(tmp_path: Path) -> None:
    spec = """
task: estimate
data: rows.csv
design: {strata: s, psu: c, pop_size: n}
estimates: [{statistic: mean, of: q}]
"""
    answer = ask(tmp_path, spec, rows="s,c,n,q\nA,1,10,1\nA,1,10,2\nA,2,10,6\nA,2,10,7\n")

    assert answer["weights"]["sum"] == 20
    assert answer["estimates"][0]["df"] == 1


def test_a_lonely_stratum_is_collapsed_by_the_declared_map(tmp_path: Path) -> None:
    spec = """
task: estimate
data: rows.csv
design: {strata: s, pop_size: n, lonely_psu: collapse, collapse: {A: AB, B: AB, C: CD}}
estimates: [{statistic: mean, of: q}]
"""
    answer = ask(tmp_path, spec, rows="s,n,q\nA,10,1\nB,10,2\nB,10,6\nC,9,7\nC,9,8\n")

    assert answer["messages"] == ["strata A, B were joined as AB"]
    assert answer["estimates"][0]["df"] == 3
    # Design weights stay.
    assert (answer["weights"]["min"], answer["weights"]["max"]) == (4.5, 10)


def test_linear_weights_below_nought_are_reported(tmp_path: Path) -> None:
    spec = """
task: estimate
data: rows.csv
design: {weights: w}
calibration: {method: linear, margins: {k: {a: 4, b: 4}}, totals: {x: 60}}
estimates: [{statistic: mean, of: x}]
"""
    answer = ask(tmp_path, spec, rows="w,k,x\n2,a,1\n2,a,9\n2,b,1\n2,b,4\n")

    assert answer["weights"]["min"] < 0
    assert "below 0" in answer["messages"][0]
    assert answer["weights"]["sum"] == pytest.approx(8)


def test_levels_are_the_text_of_the_file(tmp_path: Path) -> None:
    spec = """
task: estimate
data: rows.csv
design: {weights: w}
estimates: [{statistic: mean, of: q, where: {k: "No", code: 01}}, {statistic: mean, of: q, by: code}]
""".replace("01}", '"01"}')
    answer = ask(tmp_path, spec, rows='w,k,code,q\n1,No,01,4\n1,No,1,5\n1,No,01,6\n1,"a, b",1.0,8\n')

    assert answer["estimates"][0]["estimate"] == 5
    assert [r["by"]["code"] for r in answer["estimates"][1:]] == ["01", "1", "1.0"]


def test_many_shares_at_once_are_those_of_one_at_a_time(tmp_path: Path) -> None:
    rng = np.random.default_rng(8)
    rows = ["s,n,region," + ",".join(f"q{k}" for k in range(4))]
    for i in range(240):
        # q2 is always the same in its region; q3 is a text; stratum c is a census.
        answers = [
            str(rng.integers(0, 2)),
            rng.choice(["0", "1", ""]),
            str(i % 5 // 4),
            rng.choice(["x", "y", ""]),
        ]
        rows.append(f"{'abc'[i % 3]},{(160, 400, 80)[i % 3]},r{i % 5},{','.join(answers)}")
    spec = """
task: estimate
data: rows.csv
design: {strata: s, pop_size: n}
calibration: {method: raking, margins: {region: {r0: 130, r1: 130, r2: 120, r3: 130, r4: 130}}}
estimates:
"""
    together = ask(
        tmp_path,
        spec + "  - {statistic: proportion, of: [q0, q1, q2, q3], by: region, ci: logit}\n",
        rows="\n".join(rows),
    )["estimates"]
    apart = [
        record
        for item in range(4)
        for region in range(5)
        for record in ask(
            tmp_path,
            spec + f"  - {{statistic: proportion, of: q{item}, where: {{region: r{region}}}, ci: logit}}\n",
            rows="\n".join(rows),
        )["estimates"]
    ]

    def key(record: dict[str, object]) -> tuple[object, ...]:
        place: dict[str, str] = {**record["by"], **record["where"]}  # type: ignore[dict-item]
        return record["of"], record["category"] or "", place["region"]

    assert len(together) == len(apart) == 25
    for one, other in zip(sorted(together, key=key), sorted(apart, key=key), strict=True):
        assert key(one) == key(other)
        for name in ("estimate", "se", "cv", "lci", "uci", "df", "n", "weighted_n", "deff"):
            assert one[name] == (other[name] if other[name] is None else pytest.approx(other[name], rel=1e-9))
        assert one["flags"] == other["flags"]


ALIKE = """
task: estimate
data: rows.csv
design: {strata: s, pop_size: n}
estimates:
"""


@pytest.mark.parametrize("x", [("0", "0", "0"), ("0.1", "0.2", "-0.3"), ("1e9", "-1e9", "0")])
def test_nothing_is_divided_by_a_total_of_nought_nor_by_what_rounding_leaves_of_one(
    x: tuple[str, ...], tmp_path: Path
) -> None:
    rows = "s,n,q,x\n" + "".join(f"A,20,{i + 1},{value}\n" for i, value in enumerate(x))

    (record,) = ask(tmp_path, ALIKE + "  - {statistic: ratio, of: q, over: x}\n", rows=rows)["estimates"]

    assert (record["estimate"], record["se"], record["n"], record["weighted_n"]) == (None, None, 3, 20)
    assert record["flags"] == ["zero_base"]


@pytest.mark.parametrize(
    ("wanted", "pop", "flags"),
    [
        ("proportion, of: one, ci: wald", 60, ["zero_variance"]),
        ("proportion, of: one, ci: wald", 12, []),
        ("proportion, of: one", 60, []),
        ("proportion, of: one, ci: wilson", 60, []),
        ("quantile, of: same, at: [0.5]", 60, ["zero_variance"]),
        ("quantile, of: q, at: [1]", 60, ["zero_variance"]),
        ("quantile, of: q, at: [1]", 12, []),
        ("quantile, of: q, at: [0.5]", 60, []),
    ],
)
def test_an_interval_that_is_a_point_although_not_everybody_was_asked_says_so(
    wanted: str, pop: int, flags: list[str], tmp_path: Path
) -> None:
    rows = "s,n,q,one,same\n" + "".join(f"A,{pop},{i},1,7.5\n" for i in range(12))

    (record,) = ask(tmp_path, ALIKE + f"  - {{statistic: {wanted}}}\n", rows=rows)["estimates"]

    assert record["flags"] == flags
    assert (record["lci"] == record["uci"]) == (pop == 12 or bool(flags))
