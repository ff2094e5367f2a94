"""Page, PDF and CSV print the same numbers and the same marks."""

import csv
import io
from dataclasses import replace

import pytest

from survey_app.reports.contents import Cell, Change, Contents, Mark
from survey_app.reports.round_summary.layout import Table
from survey_app.reports.round_summary.tables import published_tables
from survey_app.reports.round_summary.tables_csv import CHANGE_HEADER, CSV_HEADER, UNIT, results_csv
from tests.unit.reports import sample

CONTENTS = sample.contents()
COMPARED = sample.compared()


def _records(contents: Contents) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(results_csv(contents))))


def _rows(table: Table) -> dict[str, tuple[str, ...]]:
    return {row.label: row.cells for group in table.groups for row in group.rows}


def _questions(table: Table) -> dict[str, tuple[str, ...]]:
    """Rows by the whole name of their question, as a reader puts it together: section, question, part."""
    return {
        f"{question[:1].upper()}{question[1:]}: {row.label}" if question else row.label: row.cells
        for group in table.groups
        for question in [group.heading.partition(": ")[2]]
        for row in group.rows
    }


def test_tables_are_numbered_from_one_without_gaps() -> None:
    tables = published_tables(CONTENTS).all()

    assert [table.number for table in tables] == list(range(1, len(tables) + 1))
    assert len({table.anchor for table in tables}) == len(tables)


def test_every_row_has_a_cell_under_every_heading_and_none_is_blank() -> None:
    for table in published_tables(CONTENTS).all():
        for group in table.groups:
            for row in group.rows:
                assert len(row.cells) == len(table.head) - 1
                assert all(row.cells), (table.title, row)


def test_every_item_is_printed_nationally_once() -> None:
    tables = published_tables(CONTENTS)
    assert tables.averages is not None

    labels = [*_questions(tables.shares), *_questions(tables.averages)]
    assert sorted(labels) == sorted(item.short for item in CONTENTS.items)


def test_parts_of_a_question_stand_under_its_name_and_do_not_repeat_it() -> None:
    groups = {group.heading: group.rows for group in published_tables(CONTENTS).shares.groups}

    travels = groups["Awareness: how news of the Compact travels"]
    assert "An event" in {row.label[:1].upper() + row.label[1:] for row in travels}
    assert not [row for rows in groups.values() for row in rows if ": " in row.label]


def test_a_section_has_its_regional_tables_in_one_place() -> None:
    *others, last = (item for item in CONTENTS.items if item.regions)
    apart = replace(last, section=others[0].section)
    regions = published_tables(replace(CONTENTS, items=(*others, apart))).regions

    names = [section for section, _ in regions]
    assert len(set(names)) == len(names)
    assert last.item in {table.item for table in dict(regions)[others[0].section]}


def test_a_national_row_prints_estimates_intervals_bases_and_the_gap() -> None:
    row = _rows(published_tables(CONTENTS).shares)["At least 12 weeks to reply"]

    assert row == (
        "52 (49 to 55)",
        "2,560",
        "81 (78 to 84)",
        "407",
        "52 (49 to 55)",
        "2,143",
        "29 (25 to 33) clear",
    )


def test_a_gap_that_could_be_chance_is_not_called_clear() -> None:
    assert _rows(published_tables(CONTENTS).shares)["Clear way to raise a breach"][-1] == "−2 (−6 to 2)"


def test_a_missing_gap_prints_why() -> None:
    tables = published_tables(CONTENTS)
    assert tables.averages is not None

    assert _rows(tables.shares)["Costs of taking part repaid"][-1] == "[z]"
    assert _rows(tables.averages)["Breaches raised"][-1] == "[c]"


def test_regions_run_as_released_and_the_whole_comes_last() -> None:
    item = sample.item("twelve-weeks")
    table = next(table for table in published_tables(CONTENTS).all() if table.item == item.item)

    labels = list(_rows(table))
    assert labels == [*(row.region for row in item.regions), "England"]
    assert _rows(table)["England"] == (
        "52 (49 to 55)",
        "2,560",
        "81 (78 to 84)",
        "407",
        "52 (49 to 55)",
        "2,143",
    )


def test_a_question_put_to_one_sector_has_the_columns_of_that_sector_alone() -> None:
    table = next(table for table in published_tables(CONTENTS).all() if table.item == "costs-repaid")

    assert [column.words for column in table.head] == ["Region", "Voluntary", "Vol. base"]


def test_a_question_put_to_public_bodies_alone_has_their_columns_alone() -> None:
    both = sample.item("heard-of")
    regions = tuple(replace(row, voluntary=sample.NOT_ASKED) for row in both.regions)
    public = replace(both, voluntary=sample.NOT_ASKED, question_voluntary=None, gap=None, regions=regions)
    (table,) = next(of for _, of in published_tables(replace(CONTENTS, items=(public,))).regions)

    assert [column.words for column in table.head] == ["Region", "Public bodies", "Public base"]


def test_a_table_by_region_carries_the_wording_of_both_questions() -> None:
    table = next(table for table in published_tables(CONTENTS).all() if table.item == "relationship")

    public, voluntary = table.notes
    assert public.startswith("Asked of public bodies: “How good is your working relationship with voluntary")
    assert voluntary.startswith("Asked of voluntary organisations: “How good is your working relationship")


def test_a_withheld_reply_count_hides_its_rate_too() -> None:
    assert _rows(published_tables(CONTENTS).response)["Government departments"] == ("24", "24", "[c]", "[c]")


def test_the_csv_starts_with_its_column_names() -> None:
    assert results_csv(CONTENTS).splitlines()[0] == ",".join((*CSV_HEADER, *UNIT))


def test_an_average_says_what_it_is_counted_in_wherever_it_is_printed() -> None:
    relationship = replace(sample.item("relationship"), unit="of 5")
    cash = replace(relationship, item="cash", short="Cash from the council", unit="pounds", ratings=())
    tables = published_tables(replace(CONTENTS, items=(sample.item("heard-of"), cash)))
    assert tables.averages is not None

    assert list(_rows(tables.averages)) == ["Cash from the council (pounds)"]
    share, average = [by_region.subtitle for _, of in tables.regions for by_region in of]
    assert ": per cent with 95% interval" in share
    assert ": average (pounds) with 95% interval" in average
    lines = _records(replace(CONTENTS, items=(sample.item("heard-of"), cash, relationship)))
    units = {(line["item"], line["statistic"]): line["unit"] for line in lines}
    assert units["heard-of", "per cent"] == units["relationship", "per cent rating 1"] == "per cent"
    assert (units["heard-of", "gap in points"], units["cash", "gap"]) == ("points", "pounds")
    assert (units["cash", "average"], units["relationship", "average"]) == ("pounds", "of 5")


def test_the_csv_prints_the_numbers_of_the_tables() -> None:
    tables = published_tables(CONTENTS)
    assert tables.averages is not None
    printed = _questions(tables.shares) | _questions(tables.averages)
    records = {
        (record["item"], record["sector"]): record
        for record in _records(CONTENTS)
        if record["region"] == "England" and record["statistic"] in ("per cent", "average")
    }
    for item in CONTENTS.items:
        for place, sector in enumerate(("everyone", "public_body", "vco")):
            record = records[item.item, sector]
            cell, base = printed[item.short][2 * place : 2 * place + 2]
            if record["estimate"]:
                mark = f" [{record['mark']}]" if record["mark"] else ""
                assert f"{record['estimate']} ({record['lci']} to {record['uci']}){mark}" == cell
                assert f"{int(record['n']):,}" == base
            else:
                assert cell == base == f"[{record['mark']}]"


def test_the_csv_has_every_region_gap_and_rating() -> None:
    records = _records(CONTENTS)

    regions = {record["region"] for record in records if record["item"] == "heard-of"}
    assert len(regions) == 11
    assert sum(record["sector"] == "public less voluntary" for record in records) == sum(
        item.gap is not None for item in CONTENTS.items
    )
    rated = [record for record in records if record["statistic"].startswith("per cent rating")]
    assert len(rated) == 2 * 2 * 9
    assert ("per cent rating 1.5", "1") in {(record["statistic"], record["estimate"]) for record in rated}


def test_a_withheld_number_is_in_neither_table_nor_csv() -> None:
    item = sample.item("twelve-weeks")
    leak = Cell(0.6173, 0.6051, 0.6299, 77_777, Mark.WITHHELD)
    suppressed = sample.with_item(CONTENTS, replace(item, voluntary=sample.WITHHELD, gap=None))
    leaking = sample.with_item(CONTENTS, replace(item, voluntary=leak, gap=None))

    assert results_csv(leaking) == results_csv(suppressed)
    assert published_tables(leaking) == published_tables(suppressed)
    assert results_csv(leaking) != results_csv(CONTENTS)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_words_that_a_spreadsheet_would_run_are_neutralised(start: str) -> None:
    item = replace(sample.item("twelve-weeks"), item=f"{start}1+1", indicator=f"{start}2")

    record = next(r for r in _records(replace(CONTENTS, items=(item,))) if r["sector"] == "everyone")

    assert record["item"] == f"'{start}1+1"
    assert record["indicator"] == f"'{start}2"


def test_a_negative_gap_stays_a_number_in_the_csv() -> None:
    record = next(
        r for r in _records(CONTENTS) if r["item"] == "dispute-route" and r["statistic"] == "gap in points"
    )

    assert (float(record["estimate"]), float(record["lci"]), float(record["uci"])) == (-2, -6, 2)


def _changes(contents: Contents, item: str) -> dict[str, tuple[str, ...]]:
    table = published_tables(contents).changes
    assert table is not None
    short = sample.item(item).short
    return {row.label: row.cells for group in table.groups if group.heading == short for row in group.rows}


def test_without_an_earlier_round_there_is_no_table_of_changes_and_no_column() -> None:
    assert published_tables(CONTENTS).changes is None
    assert not set(CHANGE_HEADER) & set(results_csv(CONTENTS).splitlines()[0].split(","))


def test_a_change_is_printed_with_both_levels_its_interval_bases_and_overlap() -> None:
    rows = _changes(COMPARED, "twelve-weeks")

    assert list(rows) == ["Public bodies", "Voluntary organisations", "Everyone"]
    assert rows["Voluntary organisations"] == (
        "47",
        "52 (49 to 55)",
        "+5 (2 to 8) clear",
        "2,136",
        "2,143",
        "200",
    )
    table = published_tables(COMPARED).changes
    assert table is not None
    assert [column.words for column in table.head][1:4] == ["2025", "2026", "Change"]


def test_a_change_that_could_be_chance_is_not_called_clear() -> None:
    assert _changes(COMPARED, "heard-of")["Voluntary organisations"][2] == "−1 (−4 to 2)"


def test_a_sector_that_was_not_asked_has_no_row_of_change() -> None:
    assert list(_changes(COMPARED, "costs-repaid")) == ["Voluntary organisations", "Everyone"]


def test_a_discontinuity_and_a_suppressed_change_print_their_letters_and_the_first_says_why() -> None:
    assert _changes(COMPARED, "full-cost")["Public bodies"][2:] == ("[b]", "397", "404", "[b]")
    assert _changes(COMPARED, "paid-on-time")["Public bodies"] == (
        "[c]",
        "84 (81 to 87)",
        "[c]",
        "[c]",
        "402",
        "[c]",
    )
    table = published_tables(COMPARED).changes
    assert table is not None
    assert table.notes[-1] == f"Full cost of the work paid: {sample.BROKEN}"


def test_an_overlap_that_is_not_told_has_its_letter() -> None:
    item = sample.item("twelve-weeks")
    withheld = sample.compared_item("twelve-weeks", overlap=None)

    assert _changes(sample.with_item(COMPARED, withheld), item.item)["Public bodies"][-1] == "[c]"


def test_the_csv_prints_the_changes_of_the_table() -> None:
    records = {
        (r["item"], r["sector"], r["statistic"]): r for r in _records(COMPARED) if r["region"] == "England"
    }
    names = {"public_body": "Public bodies", "vco": "Voluntary organisations", "everyone": "Everyone"}
    compared = 0
    for item in COMPARED.items:
        statistic = "per cent" if item.statistic == "proportion" else "average"
        printed = _changes(COMPARED, item.item)
        for sector, name in names.items():
            record = records[item.item, sector, statistic]
            if name not in printed:
                assert record["change_mark"] == "z"
                continue
            _, _, change, base_then, _, both = printed[name]
            if record["change"]:
                sign = "+" if float(record["change"]) > 0 else ""
                interval = f"({record['change_lci']} to {record['change_uci']})"
                verdict = " clear" if record["change_clear"] == "yes" else ""
                assert f"{sign}{record['change']} {interval}{verdict}".replace("-", "−") == change
                assert both == record["overlap"]
            else:
                assert change == f"[{record['change_mark']}]"
            assert base_then == (
                f"{int(record['earlier_n']):,}" if record["earlier_n"] else f"[{record['earlier_mark']}]"
            )
            compared += 1
    assert compared > 50


def test_the_csv_says_where_change_is_not_estimated() -> None:
    regional = [record for record in _records(COMPARED) if record["region"] == "London"]

    assert regional
    assert {tuple(record[name] for name in CHANGE_HEADER) for record in regional} == {
        ("", "", "", "", "x", "", "", "", "", "", "x")
    }


def test_a_withheld_change_is_in_neither_table_nor_csv() -> None:
    suppressed = sample.compared_item("paid-on-time")
    assert suppressed.change is not None
    leak = Change(
        then=Cell(0.6173, 0.6051, 0.6299, 77_777, Mark.WITHHELD),
        estimate=0.123,
        lci=0.1,
        uci=0.15,
        clear=True,
        overlap=66_666,
        mark=Mark.WITHHELD,
    )
    leaking = sample.with_item(
        COMPARED, replace(suppressed, change=replace(suppressed.change, public=leak, everyone=leak))
    )

    assert results_csv(leaking) == results_csv(COMPARED)
    assert published_tables(leaking) == published_tables(COMPARED)
