"""`compact analyse` as somebody runs it: files, exit status, and what is written."""

import csv
import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from survey_app.analysis.command import analyse_command

SPEC = "{task: estimate, data: rows.csv, design: {id: id, weights: w}, estimates: [{statistic: mean, of: q}]}"
ROWS = "id,w,q\na,0.1,1\nb,0.2,2\nÇ,0.3,4\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "spec.yaml").write_text(SPEC)
    (tmp_path / "rows.csv").write_text(ROWS, encoding="utf-8")
    return tmp_path


def run(*arguments: object) -> Result:
    return CliRunner().invoke(analyse_command, [str(argument) for argument in arguments])


def test_an_answer_goes_to_its_file_and_the_weights_to_theirs(folder: Path) -> None:
    out, units = folder / "answer.json", folder / "units.csv"

    result = run("--spec", folder / "spec.yaml", "--out", out, "--units-out", units)

    assert (result.exit_code, result.output) == (0, "")
    assert json.loads(out.read_text())["weights"]["sum"] == 0.1 + 0.2 + 0.3
    rows = list(csv.reader(units.read_text(encoding="utf-8").splitlines()))
    assert rows == [
        ["id", "design_weight", "weight"],
        ["a", "0.1", "0.1"],
        ["b", "0.2", "0.2"],
        ["Ç", "0.3", "0.3"],
    ]
    assert sorted(path.name for path in folder.iterdir()) == [
        "answer.json",
        "rows.csv",
        "spec.yaml",
        "units.csv",
    ]


def test_without_a_file_the_answer_is_printed_and_numbers_keep_every_digit(folder: Path) -> None:
    result = run("--spec", folder / "spec.yaml")

    (record,) = json.loads(result.stdout)["estimates"]
    assert record["estimate"] == (0.1 * 1 + 0.2 * 2 + 0.3 * 4) / (0.1 + 0.2 + 0.3)
    assert "NaN" not in result.stdout


def test_other_data_takes_the_place_of_the_named_one(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("elsewhere") / "other.csv"
    other.write_text("id,w,q\nx,1,7\ny,1,7\n")

    result = run("--spec", folder / "spec.yaml", "--data", other)

    assert json.loads(result.stdout)["estimates"][0]["estimate"] == 7


def test_faults_are_reported_on_standard_error_and_nothing_is_written(folder: Path) -> None:
    (folder / "rows.csv").write_text("id,w,q\na,0,1\na,1,1\nb,1,1\n")
    out = folder / "answer.json"

    result = run("--spec", folder / "spec.yaml", "--out", out, "--units-out", folder / "units.csv")

    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        "design.id: the ids a occur more than once, keep one row for each unit",
        "design.weights: the weight w is zero in rows 2 of rows.csv, give every unit a weight above 0",
    ]
    assert not out.exists()
    assert not (folder / "units.csv").exists()


def test_when_one_file_cannot_be_written_neither_is(folder: Path) -> None:
    units = folder / "units.csv"

    result = run(
        "--spec", folder / "spec.yaml", "--out", folder / "none" / "answer.json", "--units-out", units
    )

    assert result.exit_code == 2
    assert result.stderr.startswith("out: ")
    assert not units.exists()
    assert sorted(path.name for path in folder.iterdir()) == ["rows.csv", "spec.yaml"]


def test_a_pipe_or_a_device_is_written_to_and_not_replaced(folder: Path) -> None:
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)

    result = run("--spec", folder / "spec.yaml", "--out", pipe)

    answer = os.read(reader, 1_000_000).decode()
    os.close(reader)
    assert (result.exit_code, pipe.is_fifo()) == (0, True)
    assert json.loads(answer)["task"] == "estimate"


def test_a_link_keeps_pointing_to_the_file_that_is_written(folder: Path) -> None:
    (folder / "kept.json").write_text("old")
    (folder / "link.json").symlink_to(folder / "kept.json")

    run("--spec", folder / "spec.yaml", "--out", folder / "link.json")

    assert (folder / "link.json").is_symlink()
    assert json.loads((folder / "kept.json").read_text())["task"] == "estimate"


@pytest.mark.parametrize(
    ("out", "units", "fault"),
    [
        ("same.txt", "same.txt", "units-out: same.txt is the file of out, name another"),
        ("folder", "units.csv", "out: folder is a folder, name a file"),
        ("answer.json", "folder", "units-out: folder is a folder, name a file"),
        ("spec.yaml", "units.csv", "out: spec.yaml is the file of spec, name another"),
        ("answer.json", "rows.csv", "units-out: rows.csv is the file of data, name another"),
    ],
)
def test_no_file_takes_the_place_of_another_of_the_same_run(
    out: str, units: str, fault: str, folder: Path
) -> None:
    (folder / "folder").mkdir()
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}

    result = run(
        *("--spec", folder / "spec.yaml", "--data", folder / "rows.csv"),
        *("--out", folder / out, "--units-out", folder / units),
    )

    assert (result.exit_code, result.stderr) == (2, fault + "\n")
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


def test_only_estimates_have_weights_of_units(folder: Path) -> None:
    (folder / "spec.yaml").write_text(
        "{task: rates, counts: {I: 4, P: 2, R: 1, NC: 1, O: 1, UH: 1, UO: 1}, e: 0.9}"
    )

    result = run("--spec", folder / "spec.yaml", "--units-out", folder / "units.csv")

    assert result.exit_code == 2
    assert result.stderr == "units-out: only the task estimate has weights of units, leave it out\n"
