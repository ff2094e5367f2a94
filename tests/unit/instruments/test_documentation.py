"""The example in docs/instruments.md is true of the software it comes with."""

import re
from pathlib import Path

from instruments.language.questionnaire import parse
from instruments.schema import Kind
from instruments.summary import analysed_items

PAGE = (Path(__file__).parents[3] / "docs" / "instruments.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_full_example_can_be_read() -> None:
    example = parse(block("yaml"))

    assert [section.id for section in example.sections] == ["awareness", "funding", "working-together"]
    assert len(analysed_items(example)) == 9


def test_every_kind_of_question_is_described() -> None:
    for kind in Kind:
        assert f"| `{kind}` |" in PAGE


def test_the_lines_of_program_run() -> None:
    exec(compile(block("python"), "docs/instruments.md", "exec"), {})
