"""Files of many rows: what is read is what was written, and memory grows with the columns asked for."""

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sampling.arrays import Coded, coded, labels
from sampling.errors import SamplingError
from sampling.estimation.collapsing import join_silent
from sampling.estimation.design import SurveyDesign
from sampling.estimation.estimators import mean
from sampling.estimation.weights import adjust_nonresponse
from survey_app.analysis.analyse import analyse
from survey_app.analysis.faults import Faults
from survey_app.analysis.names import Names
from survey_app.analysis.rows.columns import CHUNK, Request, read_columns
from tests.unit.analysis.asking import ask, fault_of


def file_of(folder: Path, rows: int) -> Path:
    lines = ["id,s,x,n,unasked"]
    lines += [f"org-{i},{'north' if i % 3 else 'south'},{i % 7},{rows * 2},{'z' * 40}" for i in range(rows)]
    path = folder / f"rows{rows}.csv"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_columns_are_whole_across_the_pieces_in_which_they_are_read(tmp_path: Path) -> None:
    rows = CHUNK + 5
    requests = [Request("id", "name", "a"), Request("s", "level", "b"), Request("x", "number", "c")]

    data = read_columns(file_of(tmp_path, rows), "data", requests, Faults())

    assert data is not None
    assert data.rows == rows
    assert list(data.names["id"]) == [f"org-{i}" for i in range(rows)]
    assert data.levels["s"].names == ("north", "south")
    assert data.levels["s"].codes.tolist() == [0 if i % 3 else 1 for i in range(rows)]
    assert data.numbers["x"].tolist() == [i % 7 for i in range(rows)]


def test_ids_are_the_texts_of_the_file_whatever_their_script() -> None:
    texts = ["Ýmir", "", "東京", "a", "Ýmir", "", "b"]

    names = Names.of(texts)

    assert list(names) == texts
    assert (names[2], names[-1], names[1:4]) == ("東京", "b", ["", "東京", "a"])
    assert names.missing.tolist() == [False, True, False, False, False, True, False]
    assert names.repeated() == ["Ýmir"]
    some = names.within(np.array([True, False, True, True, False, False, True]))
    assert (list(some), len(some), some[1], some.repeated()) == (["Ýmir", "東京", "a", "b"], 4, "東京", [])
    assert list(some.at(np.array([3, 0]))) == ["b", "Ýmir"]
    assert list(Names.of([])) == []


def test_an_id_that_comes_again_in_another_piece_is_reported(tmp_path: Path) -> None:
    path = file_of(tmp_path, CHUNK + 2)
    path.write_text(path.read_text().replace(f"org-{CHUNK + 1},", "org-7,"))
    spec = """
task: estimate
data: %s
design: {id: id, pop_size: n}
estimates: [{statistic: mean, of: x}]
"""
    assert fault_of(tmp_path, spec % path.name).startswith("design.id: the ids org-7 occur more than once")


def test_memory_grows_with_the_rows_and_not_with_the_text_in_them(tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(
        "{task: estimate, design: {id: id, strata: s, weights: n},"
        " estimates: [{statistic: mean, of: x, by: s}, {statistic: quantile, of: x, at: [0.5]}]}"
    )
    peaks = []
    for rows in (CHUNK, 3 * CHUNK):
        path = file_of(tmp_path, rows)
        tracemalloc.start()
        analyse(spec, path)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    # A row of this file held as Python text takes more than 400 bytes.
    assert (peaks[1] - peaks[0]) / (2 * CHUNK) < 200


def test_coded_labels_stand_for_labels(tmp_path: Path) -> None:
    text = np.array(["b", "a", "c", "a", "b", "b"])
    numbers = Coded(("c", "unused", "b", "a"), np.array([2, 3, 0, 3, 2, 2]))

    assert numbers.text.tolist() == text.tolist()
    (names, codes), (theirs, places) = coded(numbers), coded(text)
    assert (names, codes.tolist()) == (theirs, places.tolist())
    assert labels(numbers, "x", length=6) is numbers
    with pytest.raises(SamplingError, match="expected shape"):
        labels(numbers, "x", length=5)


def test_a_design_names_its_strata_however_they_were_given() -> None:
    names = np.array(["b", "a", "b"])
    given: list[NDArray[np.str_] | Coded] = [names, Coded(("a", "b"), np.array([1, 0, 1]))]

    assert [SurveyDesign(strata, np.ones(3)).stratum_names.tolist() for strata in given] == [
        names.tolist()
    ] * 2


def test_designs_and_weights_are_the_same_from_coded_labels() -> None:
    text = np.array(["b", "a", "c", "a", "b", "b", "a"])
    numbers = Coded(("a", "b", "c"), np.array([1, 0, 2, 0, 1, 1, 0]))
    responded = np.array([True, True, False, True, True, False, True])
    weights, collapse = np.arange(1.0, 8.0), {"c": "bc", "b": "bc"}

    of_text = adjust_nonresponse(weights, text, responded, collapse=collapse)
    of_numbers = adjust_nonresponse(weights, numbers, responded, collapse=collapse)

    assert of_numbers.weights.tolist() == of_text.weights.tolist()
    assert of_numbers.cells.tolist() == of_text.cells.tolist() == ["bc", "a", "bc", "a", "bc", "bc", "a"]
    assert of_numbers.joins == of_text.joins == join_silent(text, responded, collapse=collapse).joins
    y = np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0])
    one = mean(SurveyDesign(of_text.cells, weights), y)
    assert isinstance(of_numbers.joined.cells, Coded)
    assert mean(SurveyDesign(of_numbers.joined.cells, weights), y) == one  # type: ignore[arg-type]


def test_many_domains_are_answered_in_the_order_of_their_levels(tmp_path: Path) -> None:
    rows = "w,g,h,x\n" + "".join(f"1,{i % 5},{i % 2},{i}\n" for i in range(60))
    spec = """
task: estimate
data: rows.csv
design: {weights: w}
estimates: [{statistic: mean, of: [x, w], by: [g, h]}]
"""
    records = ask(tmp_path, spec, rows=rows)["estimates"]

    assert [(r["of"], r["by"]["g"], r["by"]["h"]) for r in records] == [
        (of, str(g), str(h)) for of in ("x", "w") for g in range(5) for h in range(2)
    ]
    assert records[3]["estimate"] == np.mean([i for i in range(60) if i % 5 == 1 and i % 2 == 1])
