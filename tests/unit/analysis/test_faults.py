"""What is refused, in words that say where, what and how to correct it."""

from pathlib import Path

import pytest

from survey_app.analysis.analyse import analyse
from survey_app.errors import InvalidError
from tests.unit.analysis.asking import ask, fault_of, faults, write

SPEC = """
task: estimate
data: rows.csv
design: {id: id, strata: s, weights: w, pop_size: n}
estimates: [{statistic: mean, of: q}]
"""
ROWS = "id,s,w,n,k,q\n1,A,2,9,x,1\n2,A,2,9,y,2\n3,B,2,9,x,4\n4,B,2,9,y,7\n"


def changed(old: str, new: str) -> str:
    assert old in ROWS
    return ROWS.replace(old, new)


@pytest.mark.parametrize(("weight", "word"), [("0", "zero"), ("-2", "negative"), ("", "missing")])
def test_a_weight_must_be_above_nought(weight: str, word: str, tmp_path: Path) -> None:
    fault = fault_of(tmp_path, SPEC, rows=changed("2,A,2,", f"2,A,{weight},"))

    assert fault == (
        f"design.weights: the weight w is {word} in rows 3 of rows.csv, give every unit a weight above 0"
    )


@pytest.mark.parametrize("weight", ["NaN", "inf", "NA", "1_0", "two"])
def test_a_weight_must_be_a_number(weight: str, tmp_path: Path) -> None:
    fault = fault_of(tmp_path, SPEC, rows=changed("2,A,2,", f"2,A,{weight},"))

    assert fault.startswith(
        f"design.weights: rows.csv column w holds what is not a number (row 3: {weight}), write a number"
    )


@pytest.mark.parametrize("count", ["", "0", "-3"])
def test_a_stratum_of_the_data_must_be_in_the_frame(count: str, tmp_path: Path) -> None:
    rows = ROWS.replace("B,2,9", f"B,2,{count}")

    assert "strata B are in the data and not in the frame" in fault_of(tmp_path, SPEC, rows=rows)


def test_a_stratum_has_one_count_of_the_frame(tmp_path: Path) -> None:
    assert "strata A have more than one pop_size" in fault_of(
        tmp_path, SPEC, rows=changed("2,A,2,9", "2,A,2,8")
    )


def test_a_frame_cannot_be_smaller_than_its_sample(tmp_path: Path) -> None:
    fault = fault_of(tmp_path, SPEC, rows=ROWS.replace("A,2,9", "A,2,1"))

    assert fault.startswith("design.pop_size: stratum A has pop_size 1, below its sample of 2")


def test_ids_occur_once(tmp_path: Path) -> None:
    fault = fault_of(tmp_path, SPEC, rows=changed("3,B", "2,B"))

    assert fault == "design.id: the ids 2 occur more than once, keep one row for each unit"


def test_a_row_without_stratum_is_no_stratum_of_its_own(tmp_path: Path) -> None:
    assert "column s is empty in rows 3" in fault_of(tmp_path, SPEC, rows=changed("2,A", "2,"))


def test_a_column_without_any_value_cannot_be_estimated(tmp_path: Path) -> None:
    rows = "id,s,w,n,k,q\n1,A,2,9,x,\n2,A,2,9,y,\n"

    for statistic in ("mean", "proportion"):
        fault = fault_of(tmp_path, SPEC.replace("mean", statistic), rows=rows)
        assert fault.startswith("estimates[0].of: every value of q is missing")


def test_one_reply_gives_no_error(tmp_path: Path) -> None:
    rows = "id,s,w,n,k,q\n1,A,9,9,x,3\n"

    for rule in ("fail", "remove", "average"):
        spec = SPEC.replace("pop_size: n", f"pop_size: n, lonely_psu: {rule}")
        assert "one reply only" in fault_of(tmp_path, spec, rows=rows)


def test_a_lonely_stratum_is_named_with_the_rules_that_would_help(tmp_path: Path) -> None:
    fault = fault_of(tmp_path, SPEC, rows=ROWS.replace("4,B,2,9,y,7\n", ""))

    assert fault.startswith("design.lonely_psu: one unit of several responded in strata B, set lonely_psu to")


def test_a_domain_without_units_is_named_with_the_nearest_level(tmp_path: Path) -> None:
    nowhere = SPEC.replace("of: q", "of: q, where: {s: b}")
    assert fault_of(tmp_path, nowhere, rows=ROWS) == (
        "estimates[0].where.s: rows.csv has no s b, the nearest is B"
    )
    apart = SPEC.replace("of: q", "of: q, where: {s: A, k: z}")
    rows = ROWS + "5,B,2,9,z,8\n"
    assert fault_of(tmp_path, apart, rows=rows).startswith(
        "estimates[0].where: no row of rows.csv has s A and k z"
    )


def test_margins_must_agree(tmp_path: Path) -> None:
    spec = SPEC + "calibration: {method: raking, margins: {k: {x: 9, y: 9}, s: {A: 9, B: 10}}}\n"

    fault = fault_of(tmp_path, spec, rows=ROWS)

    assert fault.startswith("calibration.margins: the margins disagree: k to 18 and s to 19, make all add up")


def test_an_empty_level_of_a_margin_is_named_and_so_is_one_without_count(tmp_path: Path) -> None:
    spec = SPEC + "calibration: {method: raking, margins: {k: {x: 9, z: 9}}}\n"

    assert faults(tmp_path, spec, rows=ROWS) == (
        "calibration.margins.k: units have k y, for which no count is given, add it; the nearest given is x",
        "calibration.margins.k.z: no unit used has this level, join it to another level",
    )


def test_no_convergence_is_reported(tmp_path: Path) -> None:
    spec = SPEC + "calibration: {method: logit, bounds: [0.9, 1.1], margins: {k: {x: 3, y: 15}}}\n"

    fault = fault_of(tmp_path, spec, rows=ROWS)

    assert fault.startswith("calibration: calibration did not converge")
    assert fault.endswith("widen the bounds or join levels, or use another method")


def test_silent_strata_without_a_map_are_named(tmp_path: Path) -> None:
    spec = SPEC.replace("pop_size: n", "pop_size: n, responded: r")
    rows = "id,s,w,n,r,q\n1,A,2,9,1,1\n2,A,2,9,1,2\n3,B,2,9,0,\n4,C,2,9,0,\n"

    fault = fault_of(tmp_path, spec, rows=rows)

    assert fault == (
        "design.collapse: nobody responded in strata B, C, give them a target in design.collapse"
    )
    assert "nobody responded" in fault_of(tmp_path, spec, rows=rows.replace(",9,1,", ",9,0,"))
    assert "neither 0 nor 1 in rows 2" in fault_of(
        tmp_path, spec, rows=rows.replace("1,A,2,9,1", "1,A,2,9,2")
    )


def test_a_sparse_cell_without_a_target_is_named(tmp_path: Path) -> None:
    spec = SPEC.replace("pop_size: n", "responded: r") + "nonresponse: {cells: [k]}\n"
    rows = "id,s,w,r,k,q\n" + "".join(f"{i},A,2,{int(i < 8)},{'xy'[i > 5]},{i}\n" for i in range(10))

    fault = fault_of(tmp_path, spec, rows=rows)

    assert fault.startswith("nonresponse: cell 'y': 4 sampled, 2 responded; at least 5 respondents needed")


def test_all_faults_of_specification_and_data_are_reported_at_once(tmp_path: Path) -> None:
    spec = """
task: estimate
data: rows.csv
desing: {}
design: {strata: strata, weights: w, lonely_psu: skip}
estimates:
  - {statistic: mean, of: [q, z], level: 95}
  - {statistic: mean, of: q, leve: 0.9}
"""
    assert faults(tmp_path, spec, rows=changed("3,B,2", "3,B,two")) == (
        "desing: unknown key, the nearest known key is design",
        "design.lonely_psu: skip is not one of fail, adjust, average, remove, collapse, the nearest is fail",
        "estimates[0].level: 95 is out of range, it must be above 0 and below 1",
        "estimates[1].leve: unknown key, the nearest known key is level",
        "design.strata: rows.csv has no column strata, the nearest is s",
        "estimates[0].of: rows.csv has no column z, the nearest is id",
        "design.weights: rows.csv column w holds what is not a number (row 4: two), "
        "write a number, or leave the field empty where it is missing",
    )


@pytest.mark.parametrize(
    "written", ["No", "yes", "1e3", "1.0", "0x1F", "010", "2026-01-01", "null", "~", "12:30", "true"]
)
def test_a_level_that_yaml_reads_as_something_else_must_be_quoted(written: str, tmp_path: Path) -> None:
    for place in (f"where: {{k: {written}}}", f"by: [{written}]"):
        fault = fault_of(tmp_path, SPEC.replace("of: q", f"of: q, {place}"), rows=ROWS)
        assert fault.endswith(f'quote it: "{written}"')
    quoted = SPEC.replace("of: q", f'of: q, where: {{k: "{written}"}}')
    answer = ask(tmp_path, quoted, rows=ROWS.replace(",x,", f",{written},"))
    assert answer["estimates"][0]["where"] == {"k": written}


def test_the_keys_of_maps_and_margins_are_levels_too(tmp_path: Path) -> None:
    spec = SPEC + "calibration: {method: raking, margins: {k: {No: 9, y: 9}}}\n"
    assert fault_of(tmp_path, spec, rows=ROWS).startswith(
        "calibration.margins.k.No: YAML reads No as yes or no"
    )


def test_whole_numbers_need_no_quotes(tmp_path: Path) -> None:
    answer = ask(tmp_path, SPEC.replace("of: q", "of: q, where: {n: 9}"), rows=ROWS)

    assert answer["estimates"][0]["n"] == 4


def test_an_empty_list_or_map_is_the_same_as_none(tmp_path: Path) -> None:
    spec = SPEC.replace("of: q", "of: q, by: [], where: {}")

    assert ask(tmp_path, spec, rows=ROWS) == ask(tmp_path, SPEC, rows=ROWS)


def test_a_repeated_key_is_a_fault_and_not_a_choice(tmp_path: Path) -> None:
    assert fault_of(tmp_path, SPEC + "data: other.csv\n", rows=ROWS).startswith("data: occurs twice")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "is not a mapping"),
        ("- a", "is not a mapping"),
        ("task: [estimate", "is not YAML (line"),
        ("task: !!python/object:os.system x", "is not YAML"),
        ("data: rows.csv", "task: nothing is not one of estimate"),
        ("task: estimat", "the nearest is estimate"),
        ("task: No", "task: No is not one of"),
    ],
)
def test_a_document_that_is_no_specification(text: str, what: str, tmp_path: Path) -> None:
    assert what in fault_of(tmp_path, text)


def test_a_missing_specification_or_data_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidError, match=r"spec: .*none\.yaml cannot be read"):
        analyse(tmp_path / "none.yaml")
    assert "rows.csv cannot be read" in fault_of(tmp_path, SPEC)
    assert fault_of(tmp_path, SPEC.replace("data: rows.csv", "")) == "data: is missing, name a CSV file"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "has no header"),
        (b"id,s,w,n,k,q\n", "has no rows under its header"),
        (b"id;s;w;n;k;q\n1;A;2;9;x;1\n", "is separated by semicolons, save it separated by commas"),
        (b"id\ts\tw\tn\tk\tq\n1\tA\t2\t9\tx\t1\n", "is separated by tabs"),
        (b"id,s,w,n,k,q,q\n1,A,2,9,x,1,1\n", "has more than one column q"),
        (b"id,s,w,n,k,q\n1,A,2,9,x,1\n2,A,2\n", "rows 3 have not 6 fields"),
        ("id,s,w,n,k,q\n1,Zürich,2,9,x,1\n".encode("latin-1"), "is not UTF-8"),
        (b'id,s,w,n,k,q\n1,"A,2,9,x,1\n', "is not a CSV file"),
    ],
)
def test_a_file_that_is_no_csv_of_ours(content: bytes, what: str, tmp_path: Path) -> None:
    write(tmp_path, SPEC)
    (tmp_path / "rows.csv").write_bytes(content)

    with pytest.raises(InvalidError) as refused:
        analyse(tmp_path / "spec.yaml")

    assert refused.value.faults[0].startswith("data: rows.csv ")
    assert what in refused.value.faults[0]


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    write(tmp_path, SPEC)
    (tmp_path / "rows.csv").write_bytes(b"\xef\xbb\xbf" + ROWS.encode())

    assert analyse(tmp_path / "spec.yaml").units is not None


@pytest.mark.parametrize(
    ("old", "new", "path"),
    [
        ("pop_size: n}", "pop_size: n, lonely_psu: collapse}", "design.lonely_psu"),
        ("weights: w, pop_size: n", "strata: s", "design.strata"),
        ("mean, of: q", "ratio, of: q", "estimates[0].over"),
        ("mean, of: q", "quantile, of: q", "estimates[0].at"),
        ("mean, of: q", "quantile, of: q, at: [1.5]", "estimates[0].at[0]"),
        ("mean, of: q", "mean, of: []", "estimates[0].of"),
        ("mean, of: q", "mean, of: {q: 1}", "estimates[0].of"),
        ("estimates: [{statistic: mean, of: q}]", "estimates: []", "estimates"),
        ("mean, of: q", "proportion, of: q", "estimates[0].of"),
        ("mean, of: q", "mean, of: k", "estimates[0].of"),
        ("estimates:", "nonresponse: {cells: [k]}\nestimates:", "nonresponse"),
        ("estimates:", "calibration: {method: logit, totals: {q: 9}}\nestimates:", "calibration.bounds"),
        (
            "estimates:",
            "calibration: {method: poststratify, totals: {q: 9}}\nestimates:",
            "calibration.method",
        ),
        ("estimates:", "calibration: {method: raking}\nestimates:", "calibration"),
        (
            "estimates:",
            "calibration: {method: raking, margins: {k: {x: -1}}}\nestimates:",
            "calibration.margins.k.x",
        ),
    ],
)
def test_the_path_of_a_fault_is_where_to_correct_it(old: str, new: str, path: str, tmp_path: Path) -> None:
    assert old in SPEC

    lines = faults(tmp_path, SPEC.replace(old, new), rows=ROWS)

    assert path in [fault.partition(": ")[0] for fault in lines]
