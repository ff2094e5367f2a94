"""The catalogue holds every indicator and every list of codes that they name."""

import hashlib
import statistics

import pytest

from instruments.errors import UnknownIndicatorError
from instruments.indicators.catalogue import Indicator, shipped_catalogue
from instruments.versions.library import SHELF

CATALOGUE = shipped_catalogue()
CODES = SHELF / "CODES"


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
    indicator = CATALOGUE.indicator("BAS-1.1")

    assert indicator.group == "State of relationships at the start"
    assert indicator.answered_by == ("public_body", "vco")


def test_what_is_not_in_the_catalogue_is_refused_by_name() -> None:
    with pytest.raises(UnknownIndicatorError, match="XXX-1"):
        CATALOGUE.indicator("XXX-1")
    with pytest.raises(UnknownIndicatorError, match="shoe_sizes"):
        CATALOGUE.codes("shoe_sizes")


@pytest.mark.parametrize("entry", CATALOGUE.indicators.values(), ids=lambda entry: entry.id)
def test_every_entry_says_what_counts_in_which_unit_among_whom_and_from_where(entry: Indicator) -> None:
    assert len(entry.definition.split()) >= 6
    assert entry.definition.endswith(".")
    assert entry.unit
    assert entry.denominator
    assert entry.source
    assert entry.definition != entry.text


def test_a_change_is_expected_sooner_in_what_is_put_in_than_in_what_comes_of_it() -> None:
    usual = {"inputs": 1, "process": 2, "outputs": 3, "outcomes": 4, "baseline": 0}
    main = [entry for entry in CATALOGUE.indicators.values() if not entry.supplementary]

    for component, years in usual.items():
        after = [entry.realistic_after for entry in main if entry.component == component]
        assert statistics.median(after) in (years, years - 1, years + 1), component
    assert all(0 <= entry.realistic_after <= 6 for entry in CATALOGUE.indicators.values())
    assert CATALOGUE.indicator("INP-1.0").realistic_by(2027) == 2028


def test_code_lists_are_never_edited_only_followed() -> None:
    """Questions may be repeated over a code list, so a changed list would change what was published."""
    locked = dict(line.split() for line in CODES.read_text(encoding="utf-8").splitlines())
    listed = {
        name: hashlib.sha256(repr([(code.value, code.label) for code in codes]).encode()).hexdigest()
        for name, codes in CATALOGUE.code_lists.items()
    }

    assert listed == locked
