"""The example in docs/instruments.md is true of the software it comes with."""

import re
from pathlib import Path

from instruments import checking
from instruments.checking import checker
from instruments.checking.checker import Source, check
from instruments.conduct import Role
from instruments.indicators.summary import analysed_items
from instruments.language.json_schema import schema
from instruments.language.questionnaire import parse
from instruments.schema import Kind
from instruments.versions.translation import Lack
from tests.unit.instruments.editors import errors, loaded, properties

CHECKER = [Path(checker.__file__), *Path(checking.__file__).parent.glob("*.py")]
PAGE = (Path(__file__).parents[4] / "docs" / "instruments.md").read_text(encoding="utf-8")


def block(language: str, place: int = 0) -> str:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)[place]


def test_the_full_example_can_be_read() -> None:
    example = parse(block("yaml"))

    assert [section.id for section in example.sections] == ["awareness", "funding", "working-together"]
    assert len(analysed_items(example)) == 9


def test_the_module_in_the_example_can_be_read_and_has_nothing_to_correct() -> None:
    text = block("yaml", 1)

    assert parse(text).role is Role.MODULE
    assert [*errors(loaded(text), schema())] == []
    assert check([Source("example.yaml", text)]).findings == ()


def test_the_first_example_has_nothing_to_correct_but_its_mirrors() -> None:
    checked = check([Source("example.yaml", block("yaml"))])

    assert {one.code for one in checked.findings} <= {"missing-mirror", "no-way-out"}


def test_every_code_of_the_checker_is_described() -> None:
    sources = "".join(file.read_text(encoding="utf-8") for file in CHECKER)
    codes = set(re.findall(r'(?:\.(?:fault|warning)|_said)\(\s*"([a-z-]+)"', sources)) | {"language"}
    codes |= {f"{lack}-translation" for lack in Lack}

    assert len(codes) >= 18
    assert [code for code in sorted(codes) if f"`{code}`" not in PAGE] == []


def test_every_field_of_the_language_is_described() -> None:
    fields = {name for name in properties(schema()) if not name.isdecimal()}

    assert [name for name in sorted(fields) if f"`{name}`" not in PAGE and f"{name}:" not in PAGE] == []


def test_every_kind_of_question_is_described() -> None:
    for kind in Kind:
        assert f"| `{kind}` |" in PAGE


def test_the_lines_of_program_run() -> None:
    exec(compile(block("python"), "docs/instruments.md", "exec"), {})
