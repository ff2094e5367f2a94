"""Files and specifications that are not as they should be: a fault with the way out, or null with a flag."""

import os
import threading
from collections.abc import Callable
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


def refused(folder: Path, content: bytes, spec: str = SPEC) -> str:
    """The one fault of a file given as bytes."""
    write(folder, spec)
    (folder / "rows.csv").write_bytes(content)
    with pytest.raises(InvalidError) as caught:
        analyse(folder / "spec.yaml")
    (fault,) = caught.value.faults
    return fault


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (ROWS.encode("utf-16"), "data: rows.csv is UTF-16 and not UTF-8, save it as CSV UTF-8"),
        (b"\xfe\xff" + ROWS.encode("utf-16-be"), "data: rows.csv is UTF-16 and not UTF-8"),
        (ROWS.encode("utf-16-le"), "data: rows.csv holds bytes of nought, as UTF-16 does"),
        (ROWS.replace(",", ";").encode(), "data: rows.csv is separated by semicolons, save it separated by"),
        (b'"id, of us";"s"\n"1";"A"\n', "data: rows.csv is separated by semicolons"),
        (b'"id"\t"s"\n"1"\t"A"\n', "data: rows.csv is separated by tabs"),
        (ROWS.replace("3,B", "\n\n3,B").encode(), "data: rows.csv rows 4, 5 have not 6 fields as the header"),
        (ROWS.replace("2,A,2,", "2,A,1,5,").encode(), "data: rows.csv rows 3 have not 6 fields"),
        (ROWS.replace("2,A,2,", '2,A,"1,5",').encode(), "design.weights: rows.csv column w holds what"),
        (ROWS.replace("2,A,2,", "2,A,1e400,").encode(), "design.weights: rows.csv column w holds what"),
        (ROWS.replace("2,A,2,", "2,A,50%,").encode(), "design.weights: rows.csv column w holds what"),
        (ROWS.replace("2,A,2,", "2,A,-0,").encode(), "design.weights: the weight w is zero in rows 3"),
        (
            ROWS.replace(",s,w", ", s ,w").encode(),
            'design.strata: rows.csv has no column s, the nearest is " s',
        ),
    ],
)
def test_a_file_of_another_kind_is_refused_with_what_it_is(
    content: bytes, fault: str, tmp_path: Path
) -> None:
    assert refused(tmp_path, content).startswith(fault)


@pytest.mark.parametrize(
    "changed",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: text + "\n\n",
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", ",,\n"),
        lambda text: text.replace("2,A,2,9,y", '2,A,2,9,"y"'),
        lambda text: text.replace("2,A,2,", "2,A, 2 ,"),
    ],
)
def test_what_spreadsheets_add_does_no_harm(changed: Callable[[str], str], tmp_path: Path) -> None:
    plain = ask(tmp_path, SPEC, rows=ROWS)
    (tmp_path / "rows.csv").write_bytes(changed(ROWS).encode())

    assert analyse(tmp_path / "spec.yaml").values == plain


def test_a_line_break_in_quotes_is_part_of_its_field_and_rows_keep_their_numbers(tmp_path: Path) -> None:
    spec = SPEC.replace("of: q", "of: q, by: k")
    rows = ROWS.replace("2,A,2,9,y", '2,A,2,9,"y\nz"')

    records = ask(tmp_path, spec, rows=rows)["estimates"]

    assert [record["by"]["k"] for record in records] == ["x", "y", "y\nz"]
    assert "zero in rows 5" in fault_of(tmp_path, spec, rows=rows.replace("4,B,2", "4,B,0"))


def test_a_pipe_will_do_for_a_file(tmp_path: Path) -> None:
    plain = ask(tmp_path, SPEC, rows=ROWS)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(ROWS,))
    writer.start()
    answer = analyse(tmp_path / "spec.yaml", pipe)
    writer.join()

    assert answer.values == plain


def test_numbers_too_large_are_null_or_a_fault_and_never_a_stack_trace(tmp_path: Path) -> None:
    heavy = ask(tmp_path, SPEC, rows=ROWS.replace("2,A,2,", "2,A,1e300,"))

    assert heavy["estimates"][0]["estimate"] == 2
    for value in ("1e308", "-1e308"):
        (record,) = ask(tmp_path, SPEC, rows=ROWS.replace("y,7", f"y,{value}"))["estimates"]
        assert (record["se"], "overflow" in record["flags"]) == (None, True)


COUNTED = {
    "plan": "{task: plan, data: rows.csv, columns: {stratum: s, pop_size: n}, "
    "allocation: {method: equal, n: 5}}",
    "draw": "{task: draw, data: units.csv, columns: {id: id, stratum: s}, key: k, "
    "sizes: {data: rows.csv, stratum: s, sample_size: n}}",
}


@pytest.mark.parametrize(("task", "path"), [("plan", "columns.pop_size"), ("draw", "sizes.sample_size")])
@pytest.mark.parametrize("count", ["5e18", "1e19", "1e300"])
def test_a_count_that_no_frame_has_is_a_fault_and_wraps_round_to_nothing(
    task: str, path: str, count: str, tmp_path: Path
) -> None:
    fault = fault_of(
        tmp_path, COUNTED[task], rows=f"s,n\nA,{count}\nB,{count}\n", units="id,s\n1,A\n2,A\n3,B\n"
    )

    assert fault == (
        f"{path}: rows.csv column n is above 1,000,000,000,000 in rows 2, 3, give a count of units"
    )


def test_many_columns_of_levels_are_crossed_without_one_being_taken_for_another(tmp_path: Path) -> None:
    columns = [f"c{i}" for i in range(70)]
    spec = (
        "{task: estimate, data: rows.csv, design: {weights: w}, "
        f"estimates: [{{statistic: mean, of: q, by: [{', '.join(columns)}]}}]}}"
    )
    # Rows 1 and 2 differ in the first column alone.
    levels = [["0"] * 70, ["1"] + ["0"] * 69, ["1"] * 70]
    lines = [f"2,{q}," + ",".join(row) for q, row in enumerate(levels)]

    records = ask(tmp_path, spec, rows="\n".join(["w,q," + ",".join(columns), *lines]) + "\n")["estimates"]

    assert [(record["estimate"], record["n"]) for record in records] == [(0, 1), (1, 1), (2, 1)]


def test_several_ids_and_several_faults_are_reported_together(tmp_path: Path) -> None:
    rows = ROWS.replace("3,B", "1,B").replace("4,B", ",B").replace("A,2,9", "A,-2,9")

    assert faults(tmp_path, SPEC, rows=rows) == (
        "design.id: rows.csv column id is empty in rows 5, give every unit an id",
        "design.id: the ids 1 occur more than once, keep one row for each unit",
        "design.weights: the weight w is negative in rows 2, 3 of rows.csv, give every unit a weight above 0",
    )


def test_a_count_of_nought_for_a_level_with_units_is_reported_as_such(tmp_path: Path) -> None:
    spec = SPEC + "calibration: {method: raking, margins: {s: {A: 9, B: 0}}}\n"

    fault = fault_of(tmp_path, spec, rows=ROWS)

    assert fault == (
        "calibration.margins.s.B: units have this level and its count is 0, give its units in the frame"
    )


def test_bounds_that_a_method_does_not_keep_are_mentioned(tmp_path: Path) -> None:
    margins = "margins: {s: {A: 9, B: 20}}}\n"
    unused_bounds = (
        "calibration.bounds is not looked at: the method is raking, only logit keeps within bounds"
    )

    raked = ask(tmp_path, SPEC + "calibration: {method: raking, bounds: [0.9, 1.1], " + margins, rows=ROWS)
    bound = ask(tmp_path, SPEC + "calibration: {method: logit, bounds: [0.1, 9], " + margins, rows=ROWS)

    assert (raked["weights"]["max"], raked["messages"]) == (pytest.approx(10), [unused_bounds])
    assert bound["messages"] == []


def test_totals_that_contradict_each_other_do_not_converge(tmp_path: Path) -> None:
    spec = SPEC + "calibration: {method: linear, margins: {s: {A: 9, B: 9}}, totals: {n: 500}}\n"

    assert fault_of(tmp_path, spec, rows=ROWS).startswith(
        "calibration: calibration did not converge: total 3 of 3"
    )


def test_units_without_a_level_are_in_no_record_and_that_is_reported(tmp_path: Path) -> None:
    spec = SPEC.replace("of: q", "of: q, by: k")

    some = ask(tmp_path, spec, rows=ROWS.replace("1,A,2,9,x", "1,A,2,9,"))
    none = ask(tmp_path, spec, rows=ROWS.replace(",x,", ",,").replace(",y,", ",,"))

    assert some["messages"] == ["estimates[0].by: 1 units without k are in no record"]
    assert [record["n"] for record in some["estimates"]] == [1, 2]
    assert (none["estimates"], none["messages"]) == (
        [],
        ["estimates[0].by: 4 units without k are in no record"],
    )


def test_a_domain_without_answers_is_null_with_a_flag_and_one_of_one_stratum_has_no_interval(
    tmp_path: Path,
) -> None:
    rows = ROWS.replace("x,4", "x,").replace("y,7", "y,")
    first, second = ask(tmp_path, SPEC.replace("of: q", "of: q, by: s"), rows=rows)["estimates"]

    assert (first["estimate"], first["df"], first["flags"]) == (1.5, 1, [])
    assert (second["estimate"], second["lci"], second["n"], second["flags"]) == (None, None, 0, ["empty"])


OVERLAP = """
task: change
data: rows.csv
design: {id: id, wave: year, strata: s, pop_size: n}
waves: [1, 2]
overlap: {data: both.csv, stratum: s, pop_both: n}
estimates: [{statistic: mean, of: q}]
"""
WAVES = "id,year,s,n,q\n" + "".join(f"{i},{y},A,9,{i * y}\n" for i in range(4) for y in (1, 2))


def test_a_stratum_of_the_frames_without_any_row_is_not_lost(tmp_path: Path) -> None:
    fault = fault_of(tmp_path, OVERLAP, rows=WAVES, both="s,n\nA,8\nB,5\n")

    assert fault == (
        "overlap: strata B are in the frames and in neither wave, "
        "give their rows, or leave them out if they were not to be asked"
    )
    assert ask(tmp_path, OVERLAP, rows=WAVES, both="s,n\nA,8\nB,0\n")["estimates"][0]["n_1"] == 4


def test_rows_of_a_wave_are_named_by_their_numbers_in_the_file(tmp_path: Path) -> None:
    spec = OVERLAP.replace("pop_size: n", "weights: n").replace("overlap:", "# overlap:")

    fault = fault_of(tmp_path, spec, rows=WAVES.replace("3,2,A,9", "3,2,A,0"))

    assert fault.startswith("design.weights: the weight n is zero in rows 9 of rows.csv")


@pytest.mark.parametrize(
    ("spec", "fault"),
    [
        (
            "{task: draw, data: rows.csv, columns: {id: id, stratum: s}, key: k, sizes: {A: 1}, start: .inf}",
            "start: .inf is not a number",
        ),
        (
            "{task: draw, data: rows.csv, columns: {id: id, stratum: s}, key: k, sizes: {A: 1, Z: 2}}",
            "sizes: stratum Z is not in the frame",
        ),
        (
            "{task: suppress, threshold: 5, linked: [[A, B]], tables: "
            "[{name: A, counts: [[3, 9], [9, 9]]}, {name: B, counts: [[1, 2], [8, 8]]}]}",
            "linked: linked tables share no row, column or margin: A, B, link tables",
        ),
        (
            "{task: representativeness, data: rows.csv, response: r, weights: w, model: k}",
            "response: rows.csv has no column r",
        ),
    ],
)
def test_other_tasks_say_where_and_how_too(spec: str, fault: str, tmp_path: Path) -> None:
    assert fault_of(tmp_path, spec, rows=ROWS).startswith(fault)
