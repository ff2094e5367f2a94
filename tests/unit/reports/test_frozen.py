"""What a release stores is read again as it was, whenever it was frozen."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from survey_app.reports.frozen import UnreadableReleaseError, from_json, to_json
from survey_app.reports.round_summary.pdf import summary_html
from survey_app.reports.round_summary.tables import published_tables
from survey_app.reports.round_summary.tables_csv import CSV_HEADER, UNIT, results_csv
from tests.unit.reports import sample

# Frozen before rounds were compared.
EARLY = json.loads((Path(__file__).parent / "release_of_a_single_round.json").read_text())


@pytest.mark.parametrize("contents", [sample.contents(), sample.compared()])
def test_a_release_is_read_as_it_was_stored(contents: object) -> None:
    assert from_json(json.loads(json.dumps(to_json(contents)))) == contents  # type: ignore[arg-type]


def test_a_release_from_before_rounds_were_compared_says_what_it_said() -> None:
    contents = from_json(EARLY)

    assert contents.earlier is None
    assert not contents.baseline, "nobody then asked whether there was an earlier round"
    assert published_tables(contents).changes is None
    assert results_csv(contents).splitlines()[0] == ",".join((*CSV_HEADER, *UNIT))
    html = summary_html(contents)
    assert "Change since" not in html
    assert "first round" not in html


def test_an_early_release_stores_what_it_stored_and_no_more_than_empty_fields() -> None:
    again = to_json(from_json(EARLY))["contents"]

    assert again["earlier"] is None
    assert again["baseline"] is False
    assert _only_added(EARLY["contents"], again) == {None, False, True, ""}


def _only_added(old: Any, new: Any) -> set[Any]:
    """What stands in the fields that a document of today has beside those of an early one."""
    if isinstance(old, list):
        return {each for a, b in zip(old, new, strict=True) for each in _only_added(a, b)}
    if not isinstance(old, dict):
        assert old == new
        return set()
    added = {json.dumps(new[name]) for name in new.keys() - old.keys()}
    inner = {each for name in old for each in _only_added(old[name], new[name])}
    return inner | {json.loads(each) for each in added - {"[]"}}


def test_a_release_of_the_first_schema_keeps_what_it_said_of_discontinuities() -> None:
    document = json.loads(json.dumps(to_json(sample.compared())))
    changes = [item["change"] for item in document["contents"]["items"] if item["change"]]
    assert any(change["discontinuities"] for change in changes)
    for change in changes:
        change["breaks"] = change.pop("discontinuities")

    assert from_json(document | {"schema": 1}) == sample.compared()


def test_a_document_of_another_schema_is_not_guessed_at() -> None:
    with pytest.raises(UnreadableReleaseError, match="99"):
        from_json(to_json(sample.contents()) | {"schema": 99})


def test_a_first_round_says_that_it_is_the_baseline() -> None:
    first = replace(sample.contents(), baseline=True)

    assert "This is the first round of its kind" in summary_html(first)
    assert "This is the first round of its kind" not in summary_html(sample.compared())
