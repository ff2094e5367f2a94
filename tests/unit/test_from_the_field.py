"""Inputs that comparable systems met in the field and got wrong, as they came, with what is right.

The numbers of the files are those under which the faults were collected. Each fault is held in all its
variants beside the code that it concerns; here the input itself is read again.
"""

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from instruments.answering.piping import filled, pipe_values
from instruments.checking.checker import Source, check
from instruments.language.questionnaire import parse
from instruments.schema import Kind, Questionnaire
from sampling.frame import Sector
from sampling.source_lists import ListReading, UnreadableListError, read_list
from sampling.vocabulary import rural
from survey_app.analysis.analyse import analyse
from survey_app.errors import InvalidError
from survey_app.mail.addresses import fault_of, read_address
from survey_app.services.responses.seats import facts_of
from survey_app.services.results.width import is_wide, unit_of

FIELD = Path(__file__).parents[1] / "fixtures" / "field"


def listed(name: str) -> ListReading:
    return read_list((FIELD / name).read_bytes(), dated=date(2026, 6, 1), address_fault=fault_of)


def faulty(name: str) -> list[tuple[int, str]]:
    return [(fault.row, fault.column) for fault in listed(name).faults]


def checked(name: str) -> list[str]:
    report = check([Source(name, (FIELD / name).read_text())])
    return [one.code for one in report.findings if one.code not in {"not-covered", "minutes"}]


def refused(name: str) -> str:
    with pytest.raises(InvalidError) as caught:
        analyse(FIELD / name)
    return " ".join(caught.value.faults)


def test_01_an_address_with_a_full_stop_at_its_end_is_a_fault_of_its_row_alone() -> None:
    assert faulty("01-addresses.csv") == [(11, "email")]


def test_02_no_address_is_read_into_another_and_one_in_other_letters_is_taken() -> None:
    assert faulty("02-addresses.csv") == [(row, "email") for row in (2, 3, 4, 5, 6)]
    (sound,) = listed("02-addresses.csv").entries
    assert str(read_address(sound.email)) == "info@xn--caf-dma.example"


def test_04_what_a_register_removed_is_not_asked() -> None:
    entries = [*listed("04-status.csv").entries, *listed("04-register.csv").entries]

    assert [entry.name for entry in entries if entry.in_scope] == ["Alpha Aid", "LIVE TRUST"]


def test_05_a_code_that_nobody_declared_is_no_answer() -> None:
    assert "column met holds NA" in refused("05-spec.yaml")


def test_06_a_subtotal_in_a_linked_table_gives_no_hidden_cell_away() -> None:
    regions, parts = answered("06-spec.yaml")["tables"]
    hidden = {tuple(cell) for cell in regions["primary"] + regions["secondary"]}

    # North is the sum of the first two regions: hiding one of them alone would hide nothing.
    assert parts["primary"] + parts["secondary"] or {(0, 0), (1, 0)} <= hidden
    assert all(one["upper"] - one["lower"] > 5 for one in regions["audit"])


def test_07_a_route_on_a_region_that_is_not_there_is_a_fault() -> None:
    assert set(checked("07-route.yaml")) == {"no-such-fact", "unreachable"}


def test_08_the_official_wording_of_the_newest_classes_is_understood() -> None:
    assert [rural(entry.rural_urban) for entry in listed("08-rural.csv").entries] == ["yes", "no"]


def test_09_rows_about_the_table_are_neither_organisations_nor_strata() -> None:
    assert faulty("09-totals.csv") == [(4, "source_id"), (5, "source_id")]
    assert "is a row of totals" in refused("09-spec.yaml")


def test_11_a_fact_that_is_not_there_takes_the_words_behind_the_bar() -> None:
    facts = facts_of("Compact", "X", Sector.VOLUNTARY, "not known", "not known")
    sound = parsed("11-pipes.yaml")

    said = [filled(question, pipe_values(sound, {}, facts)).text for question in sound.questions[:2]]
    assert said == ["What does your organisation do?", "What is new in your area?"]
    assert checked("11-pipes.yaml") == ["stray-brace"]


def test_15_which_sector_a_list_is_of_is_asked() -> None:
    with pytest.raises(UnreadableListError, match="both body_type and income_band"):
        listed("15-sector.csv")


def test_17_who_knows_that_noughts_are_shown_finds_no_hidden_cell() -> None:
    assert "no suppression protects every cell" in refused("17-spec.yaml")


def test_18_a_wide_interval_is_measured_in_the_unit_of_its_figure() -> None:
    kinds = {"heard": Kind.YES_NO, "pct": Kind.PROPORTION, "cash": Kind.AMOUNT}
    marked = set()
    for line in csv.DictReader((FIELD / "18-published.csv").read_text().splitlines()):
        if line["statistic"] in {"per cent", "average"} and line["estimate"]:
            statistic = "mean" if line["statistic"] == "average" else "proportion"
            estimate, low, high = (float(line[name]) for name in ("estimate", "lci", "uci"))
            unit = unit_of(kinds.get(line["item"], Kind.COUNT), statistic)
            # Shares stand in the file as they were printed, in per cent.
            if is_wide(estimate, high - low, unit=unit, whole=100.0):
                marked.add((line["item"], line["sector"], line["region"]))

    # 30 points of a share, half of an average of pounds; no average share, no count, no gift in kind.
    pounds = {("cash", "vco", place) for place in ("England", "London", "South West")}
    assert marked == pounds | {("heard", "vco", "London"), ("heard", "vco", "South West")}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("19-duplicate-labels.yaml", "same-label"),
        ("19-all-exclusive.yaml", "all-exclusive"),
        ("19-counts-all.yaml", "counts-everything"),
    ],
)
def test_19_choices_that_say_nothing_are_noticed(name: str, code: str) -> None:
    assert checked(name) == [code]


def test_19_kinds_of_body_damaged_names_and_line_breaks() -> None:
    central = listed("19-central.csv")
    assert {entry.kind for entry in central.entries} == {"central department", "local authority"}
    assert all(entry.in_scope for entry in central.entries)
    assert [(fault.row, fault.column) for fault in central.faults] == [(6, "name")]
    assert faulty("19-replaced.csv") == [(2, "name"), (3, "name")]
    assert [entry.name for entry in listed("19-line-break.csv").entries] == ["Friends of Hull Park"]


def parsed(name: str) -> Questionnaire:
    return parse((FIELD / name).read_text())


def answered(name: str) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(analyse(FIELD / name).json())
    return values
