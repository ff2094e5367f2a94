"""The catalogue holds every indicator and every list of codes that they name."""

import pytest

from instruments.catalogue import shipped_catalogue
from instruments.errors import UnknownIndicatorError

CATALOGUE = shipped_catalogue()


def test_all_indicators_and_supplementary_items_are_there() -> None:
    entries = CATALOGUE.indicators.values()

    assert sum(not entry.supplementary for entry in entries) == 108
    assert sum(entry.supplementary for entry in entries) == 22


def test_every_component_of_the_framework_has_indicators() -> None:
    assert {entry.component for entry in CATALOGUE.indicators.values()} == {
        "baseline",
        "inputs",
        "process",
        "outputs",
        "outcomes",
    }


def test_the_report_itself_sets_the_frequency_of_the_awareness_tests() -> None:
    stated = {entry.id for entry in CATALOGUE.indicators.values() if entry.frequency_source == "report"}

    assert stated == {*(f"OUT-2.{number}" for number in range(1, 8)), "OUT-3.1"}


def test_every_code_list_that_an_indicator_names_can_be_looked_up() -> None:
    named = {entry.code_list for entry in CATALOGUE.indicators.values() if entry.code_list}

    assert all(CATALOGUE.codes(name) for name in named)


def test_codes_of_a_list_are_distinct_and_worded() -> None:
    for codes in CATALOGUE.code_lists.values():
        assert len({code.value for code in codes}) == len(codes)
        assert all(code.label and "_" not in code.label for code in codes)


def test_an_indicator_is_looked_up_by_id() -> None:
    found = CATALOGUE.indicator("BAS-1.1")

    assert found.group == "State of relationships at the start"
    assert found.answered_by == ("public_body", "vco")


def test_what_is_not_in_the_catalogue_is_refused_by_name() -> None:
    with pytest.raises(UnknownIndicatorError, match="XXX-1"):
        CATALOGUE.indicator("XXX-1")
    with pytest.raises(UnknownIndicatorError, match="shoe_sizes"):
        CATALOGUE.codes("shoe_sizes")
