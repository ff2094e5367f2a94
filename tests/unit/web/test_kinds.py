"""Every kind of question is in both tables, and named nowhere else where a new one would be forgotten."""

import re
from pathlib import Path

import pytest

from instruments.kinds.table import FIELDS, KINDS
from instruments.language.json_schema import schema
from instruments.schema import Kind
from survey_app.web.answering.kinds.table import SCREENS

ROOT = Path(__file__).parents[3]
NAMED_IN = {
    "instruments/schema.py",
    "instruments/kinds/table.py",
    "survey_app/web/answering/kinds/table.py",
    # What a formula gives, what made-up answers say, and the one kind that is drawn as a distribution.
    "instruments/language/computed.py",
    "survey_app/demo/respondents.py",
    "survey_app/demo/forms.py",
    "survey_app/services/results/estimates.py",
    # Which answers of forms are counted for everybody, and which name a document.
    "survey_app/services/indicators/pages.py",
    # The unit of an average, and so what a wide interval of it is.
    "survey_app/services/results/width.py",
}


def test_every_kind_is_answered_and_shown() -> None:
    assert [*KINDS] == [*SCREENS] == [*Kind]


def test_a_kind_is_named_in_its_tables_and_hardly_anywhere_else() -> None:
    files = [path for room in ("instruments", "survey_app") for path in (ROOT / room).rglob("*.py")]
    naming = {
        path.relative_to(ROOT).as_posix()
        for path in files
        if re.search(r"(?<!Burden)(?<!Event)\bKind\.[A-Z]", path.read_text())
    }

    assert naming == NAMED_IN


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_that_only_some_kinds_have_is_in_the_schema(field: str) -> None:
    assert field in schema()["$defs"]["question"]["properties"]


def test_every_kind_says_what_it_measures_and_how_long_it_takes() -> None:
    assert all(answers.measure and 0 < answers.minutes <= 5 for answers in KINDS.values())
    assert all(answers.statistic or "counts_as" not in answers.fields for answers in KINDS.values())
