"""Bands in words on page, drawing and file, and no digit more than is printed."""

import csv
import io
from dataclasses import replace

from survey_app.reports.charts.gaps import gap_chart
from survey_app.reports.charts.regions import region_chart
from survey_app.reports.contents import Cell, Mark, RegionCells
from survey_app.reports.digits import as_printed
from survey_app.reports.frozen import from_json, to_json
from survey_app.reports.round_summary.pdf import summary_html
from survey_app.reports.round_summary.tables import published_tables
from survey_app.reports.round_summary.tables_csv import results_csv
from tests.unit.reports import sample

FEW = Cell(None, None, None, 15, Mark.FEW)
ALL_BUT_FEW = Cell(None, None, None, 1_240, Mark.ALL_BUT_FEW)
KEY = "twelve-weeks"


def banded() -> RegionCells:
    return RegionCells("London", None, FEW, ALL_BUT_FEW, differs=False)


ITEM = replace(sample.item(KEY), regions=(banded(),))
CONTENTS = sample.with_item(sample.contents(), ITEM)


def test_a_table_says_a_band_in_words_with_its_base() -> None:
    table = next(table for table in published_tables(CONTENTS).all() if table.item == KEY)

    assert table.groups[0].rows[0].cells == (
        "fewer than 3 of 15",
        "15",
        "all but fewer than 3 of 1,240",
        "1,240",
    )


def test_a_table_by_region_has_no_column_for_both_sectors_together() -> None:
    table = next(table for table in published_tables(CONTENTS).all() if table.item == KEY)

    assert [column.words for column in table.head] == [
        "Region",
        "Public bodies",
        "Public base",
        "Voluntary",
        "Vol. base",
    ]


def test_the_csv_has_the_words_of_a_band_its_base_and_no_number() -> None:
    rows = [
        row
        for row in csv.DictReader(io.StringIO(results_csv(CONTENTS)))
        if (row["item"], row["region"]) == (KEY, "London")
    ]

    assert [(row["sector"], row["estimate"], row["lci"], row["n"], row["mark"]) for row in rows] == [
        ("public_body", "", "", "15", "fewer than 3"),
        ("vco", "", "", "1240", "all but fewer than 3"),
    ]


def test_drawings_place_nothing_for_a_band_and_say_it() -> None:
    drawn = region_chart([ITEM])
    leaking = replace(ITEM, regions=(replace(banded(), voluntary=replace(ALL_BUT_FEW, estimate=0.99)),))

    assert "all but &lt;3" in drawn
    assert "all but fewer than 3 of 1,240" in drawn
    assert region_chart([leaking]) == drawn


def test_where_the_whole_is_a_band_there_is_no_gap() -> None:
    item = replace(sample.item(KEY), public=FEW, gap=None)
    contents = sample.with_item(sample.contents(), item)

    row = next(
        row
        for group in published_tables(contents).shares.groups
        for row in group.rows
        if row.label == item.short
    )
    assert row.cells[2:4] == ("fewer than 3 of 15", "15")
    assert row.cells[-1] == "[c]"
    assert "[c]" in gap_chart([item])


def test_the_summary_explains_bands() -> None:
    assert "Fewer than 3 gave the answer that is counted" in summary_html(CONTENTS)


def test_what_is_stored_prints_the_same_and_has_no_digit_more() -> None:
    exact = sample.compared()
    narrow = "relationship-year-ago"  # an interval narrower than its rounding is left out once it is rounded
    exact = replace(exact, items=tuple(item for item in exact.items if item.item != narrow))
    one = replace(exact.items[0], public=Cell(0.93449, 0.91501, 0.95499, 418))
    contents = sample.with_item(exact, one)

    stored = as_printed(contents)

    assert stored.items[0].public == Cell(0.93, 0.92, 0.95, 418)
    assert as_printed(stored) == stored
    assert results_csv(stored) == results_csv(contents)
    assert published_tables(stored) == published_tables(contents)
    assert from_json(to_json(stored)) == stored


def test_totals_of_ratings_are_rounded_once() -> None:
    item = sample.item("relationship")
    shares = (0.034, 0.014, 0.094, 0.034, 0.22, 0.05, 0.354, 0.05, 0.15)
    rated = replace(item, ratings=(replace(item.ratings[0], shares=shares), item.ratings[1]))

    stored = as_printed(sample.with_item(sample.contents(), rated))

    kept = next(each for each in stored.items if each.item == "relationship").ratings[0]
    assert kept.totals == (0.18, 0.6)
    assert kept.shares[:4] == (0.03, 0.01, 0.09, 0.03)
