"""`compact instrument`: a questionnaire's author sees at once what is wrong with a file."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from instruments.language.json_schema import schema
from survey_app.cli.main import compact
from tests.unit.instruments.examples import number, questionnaire_text, yes_no


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(compact, ["instrument", *map(str, arguments)])


def file(folder: Path, *questions: str) -> Path:
    made = folder / "draft.yaml"
    made.write_text(questionnaire_text(*questions), encoding="utf-8")
    return made


def test_a_sound_file_is_told_so(tmp_path: Path) -> None:
    ran = run("check", file(tmp_path, yes_no("new-item", "dont_know: true")))

    assert ran.exit_code == 0
    assert ran.output == "0 faults, 0 warnings in 1 file.\n"


def test_faults_are_told_by_file_and_line_and_fail_the_command(tmp_path: Path) -> None:
    draft = file(tmp_path, number("heard-of", "dont_know: true"))

    ran = run("check", draft)

    assert ran.exit_code == 1
    assert f"{draft}:11: sections[0].questions[0]: fault reused-item: " in ran.output
    assert "1 fault, 0 warnings in 1 file." in ran.output


def test_warnings_fail_the_command_only_when_it_is_strict(tmp_path: Path) -> None:
    draft = file(tmp_path, yes_no("new-item"))

    assert run("check", draft).exit_code == 0
    assert run("check", "--strict", draft).exit_code == 1


def test_what_is_shipped_is_checked_without_naming_files() -> None:
    ran = run("check")

    assert ran.exit_code == 0
    assert "0 faults" in ran.output


@pytest.mark.parametrize("content", [None, b"\xff\xfe"])
def test_a_file_that_cannot_be_read_is_told_in_a_sentence(tmp_path: Path, content: bytes | None) -> None:
    draft = tmp_path / "draft.yaml"
    if content is not None:
        draft.write_bytes(content)

    ran = run("check", draft)

    assert ran.exit_code == 2
    assert "cannot be read" in ran.output
    assert "Traceback" not in ran.output


def test_coverage_is_told_by_indicator_and_as_a_table(tmp_path: Path) -> None:
    draft = file(tmp_path, yes_no("a", "indicator: OUT-2.1"))

    assert "OUT-2.1   small@1 a\n" in run("coverage", draft).output
    assert "1 of 130 are covered." in run("coverage", draft).output
    assert "| OUT-2.1 |" in run("coverage", "--markdown", draft).output
    assert "of 130 are covered." in run("coverage").output


def test_coverage_of_a_file_with_faults_is_refused_in_words(tmp_path: Path) -> None:
    ran = run("coverage", file(tmp_path, yes_no("a", "hnt: x")))

    assert ran.exit_code == 2
    assert "did you mean hint?" in ran.output


def test_the_schema_is_printed_for_editors() -> None:
    assert json.loads(run("schema").output) == schema()
