"""docs/security.md answers every line of the standard once, names what is there, and admits what is unmet."""

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.guards.asvs_lines import levels

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| (V[\d.]+) \| (\d) \| (.+?) \| (met|n/a|not met) \| (.+) \|$", re.MULTILINE)
NAMED = re.compile(
    r"`((?:survey_app|services|web|templates|tests|deploy|instruments|scheduler|benchmarks)/[\w./-]+)`"
)
MAX_UNMET = 5


@pytest.fixture(scope="module")
def document() -> str:
    return (ROOT / "docs" / "security.md").read_text()


@pytest.fixture(scope="module")
def rows(document: str) -> list[tuple[str, ...]]:
    return ROW.findall(document)


def test_every_line_of_levels_1_and_2_is_answered_once_with_its_level(rows: list[tuple[str, ...]]) -> None:
    assert Counter(levels().values()) == {1: 70, 2: 183}
    assert [line for line, count in Counter(row[0] for row in rows).items() if count > 1] == []
    assert {row[0]: int(row[1]) for row in rows} == levels()


def test_no_line_of_level_1_is_unmet_and_of_level_2_at_most_five_each_with_its_reason(
    rows: list[tuple[str, ...]],
) -> None:
    unmet = [row for row in rows if row[3] == "not met"]

    assert [row[0] for row in unmet if row[1] == "1"] == []
    assert len(unmet) <= MAX_UNMET
    assert all("Reason:" in row[4] for row in unmet)


def test_what_the_document_names_as_evidence_is_there(document: str) -> None:
    missing = [name for name in NAMED.findall(document) if not _is_there(name)]

    assert missing == []


def _is_there(name: str) -> bool:
    inside = ("services/", "web/", "templates/")
    path = ROOT / ("survey_app" if name.startswith(inside) else "") / name
    return path.exists() or path.with_suffix(".py").exists()
