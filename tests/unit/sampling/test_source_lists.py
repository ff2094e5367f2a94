"""What a list may say, and what is a fault of a row: one closed vocabulary for both sectors."""

from datetime import date

import pytest

from sampling.frame import Sector
from sampling.source_lists import ListReading, UnreadableListError, read_list
from sampling.spreadsheets import never_a_formula
from sampling.vocabulary import rural

BODIES = "source_id,name,region,body_type,status"
CHARITIES = "source_id,name,region,income_band"


def read(header: str, *rows: str, sector: Sector | None = None) -> ListReading:
    text = "\n".join([header, *rows]) + "\n"
    return read_list(text.encode(), sector=sector, dated=date(2026, 6, 1))


@pytest.mark.parametrize(
    "status",
    ["removed", "Removed", "REMOVED", " RM ", "deregistered", "De-registered", "Dissolved", "former"],
)
@pytest.mark.parametrize("column", ["register_status", "charity_registration_status", "status"])
def test_an_organisation_that_a_register_removed_is_out_of_scope_in_any_spelling(
    column: str, status: str
) -> None:
    (entry,) = read(f"{CHARITIES},{column}", f"1,A,London,0,{status}").entries

    assert (entry.in_scope, entry.scope_reason) == (False, "removed from the register")


def test_a_day_of_removal_alone_takes_an_organisation_out_of_scope() -> None:
    gone, live = read(f"{CHARITIES},date_of_removal", "1,A,London,0,2011-04-01", "2,B,London,0,").entries

    assert (gone.in_scope, live.in_scope) == (False, True)


@pytest.mark.parametrize("status", ["gone away", "removd", "1", "listed 2017"])
def test_a_word_of_a_charity_s_register_that_nobody_knows_is_a_fault(status: str) -> None:
    (fault,) = read(f"{CHARITIES},register_status", f"1,A,London,0,{status}").faults

    assert (fault.column, fault.value) == ("register_status", status)


@pytest.mark.parametrize("status", ["Former", "dissolved", "CLOSED", "abolished"])
def test_a_body_that_is_gone_is_so_in_any_spelling(status: str) -> None:
    (entry,) = read(BODIES, f"1,A,London,NHS trust,{status}").entries

    assert not entry.in_scope


def test_a_body_that_is_current_after_its_end_is_a_fault() -> None:
    past, to_come = "1,A,London,fire,current,31/03/2019", "2,B,London,fire,current,2027-03-31"

    reading = read(f"{BODIES},end_date", past, to_come)

    assert [(fault.row, fault.column) for fault in reading.faults] == [(2, "end_date")]


def test_words_of_a_vocabulary_are_kept_in_one_spelling() -> None:
    (body,) = read(BODIES, "1,A,LONDON,Central  Department,Listed 2017").entries
    (charity,) = read(f"{CHARITIES},bme_led", "1,A,Yorkshire and the Humber,10K–100K,Yes").entries

    assert (body.region, body.kind, body.in_scope) == ("London", "central department", True)
    assert (charity.region, charity.size, charity.bme_led) == ("Yorkshire and The Humber", "10k-100k", "yes")


def test_a_region_that_is_none_is_a_fault_that_names_the_nearest() -> None:
    (fault,) = read(CHARITIES, "1,A,East England,0").faults

    assert "the nearest is 'East of England'" in fault.message


@pytest.mark.parametrize(
    "row",
    [
        "Total,2,,",
        "TOTALS:,Everybody,,",
        "Sub-total,London,,",
        "Source,Charity Commission register extract,,",
        "Source: Charity Commission,Extract,,",
        "Note 1,Provisional,,",
        "9,Grand total,,",
        "9,Total for London,London,",
        "9,1234,,",
        "9,\u200b12\u00a0345,,",
    ],
)
def test_a_row_about_the_table_is_no_organisation(row: str) -> None:
    reading = read(CHARITIES, "1,Alpha Aid,London,0", row)

    assert ([entry.name for entry in reading.entries], len(reading.faults)) == (["Alpha Aid"], 1)


@pytest.mark.parametrize(
    "name", ["Total Giving", "Totally Thames", "The Source", "Source", "42nd Street", "Notes for Notes"]
)
def test_an_organisation_whose_name_begins_like_a_total_is_one(name: str) -> None:
    assert read(CHARITIES, f"1,{name},London,0").entries[0].name == name


def test_identifiers_that_look_alike_are_one_and_a_fault() -> None:
    reading = read(CHARITIES, "SC001,A,London,0", "sc001,B,London,0", "SC001\u200b,C,London,0")

    assert [fault.row for fault in reading.faults] == [3, 4]
    assert "stands in row 2 in another spelling" in reading.faults[0].message


def test_a_damaged_name_is_a_fault_and_a_line_break_in_one_is_a_blank() -> None:
    reading = read(
        CHARITIES, "1,Caf\ufffd Society,London,0", "2,CaffÃ© Nero,London,0", '3,"Friends of\nHull",,'
    )

    assert [fault.row for fault in reading.faults] == [2, 3]
    assert reading.entries[0].name == "Friends of Hull"


def test_which_sector_a_list_is_of_is_asked_where_its_columns_say_both() -> None:
    header, row = f"{CHARITIES},body_type,status", "1,A,London,0,CIO,current"

    with pytest.raises(UnreadableListError, match="both body_type and income_band"):
        read(header, row)

    assert read(header, row, sector=Sector.VOLUNTARY).entries[0].sector is Sector.VOLUNTARY
    assert read(header, row, sector=Sector.PUBLIC).entries[0].kind == "CIO"


def test_two_columns_that_each_decide_who_is_there_are_refused() -> None:
    with pytest.raises(UnreadableListError, match="status and register_status both say"):
        read(f"{CHARITIES},status,register_status", "1,A,London,0,current,removed")


def test_columns_are_named_in_any_case_and_tabs_are_named_as_tabs() -> None:
    assert read(" Source_ID ,NAME,Region,Income_Band", "1,A,London,0").entries
    with pytest.raises(UnreadableListError, match="separated by tabs"):
        read(CHARITIES.replace(",", "\t"), "1\tA\tLondon\t0")


@pytest.mark.parametrize(
    ("official", "is_rural"),
    [
        ("Larger rural: Nearer to a major town or city", "yes"),
        ("Smaller rural: Further from a major town or city", "yes"),
        ("Urban: Further from a major town or city", "no"),
        ("RLN1", "yes"),
        ("UF1", "no"),
        ("E1", "yes"),
        ("C2", "no"),
        ("Predominantly Rural", "yes"),
        ("Intermediate urban", "no"),
        ("Majority rural", "yes"),
        ("Mainly Rural (rural including hub towns >=80%)", "yes"),
        ("Urban with Significant Rural (rural including hub towns 26-49%)", "no"),
        ("(England/Wales) Rural village in a sparse setting", "yes"),
        ("Town and Fringe", "yes"),
        ("Inner city", ""),
    ],
)
def test_classes_of_2011_and_2021_are_understood_in_their_official_wording(
    official: str, is_rural: str
) -> None:
    reading = read(f"{CHARITIES},rural_urban", f"1,A,London,0,{official}")

    assert (rural(official), len(reading.entries)) == (is_rural, 1)
    assert reading.unread.get("rural_urban", 0) == (is_rural == "")


def test_a_body_of_no_kind_is_a_gap_that_is_counted() -> None:
    assert read(BODIES, "1,A,London,,current").gaps["kind"] == 1


def test_a_name_that_our_own_file_kept_from_being_computed_is_the_name_that_it_was() -> None:
    names = ["+Plus Trust", "'-Minus'", "@Home"]

    reading = read(CHARITIES, *(f"{n},{never_a_formula(name)},London,0" for n, name in enumerate(names)))

    assert [entry.name for entry in reading.entries] == names
