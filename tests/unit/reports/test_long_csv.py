"""The long CSV: one number to a line, in columns that never change, with words and no codes."""

import csv
import io
from dataclasses import replace

import pytest

from survey_app.reports.codebook import codebook
from survey_app.reports.contents import Contents, ItemResult, Mark
from survey_app.reports.long_csv import COLUMNS, long_csv
from survey_app.reports.round_summary.tables_csv import results_csv
from tests.unit.reports import sample

HEADER = (
    "release,table,question,item,option,statistic,unit,breakdown,group,sector,"
    "estimate,lower,upper,se,df,base,mark"
)
Row = dict[str, str]


def rows(contents: Contents) -> list[Row]:
    return list(csv.DictReader(io.StringIO(long_csv(contents))))


@pytest.fixture(scope="module")
def compared() -> list[Row]:
    return rows(sample.compared())


def test_its_columns_are_exactly_these(compared: list[Row]) -> None:
    assert long_csv(sample.compared()).splitlines()[0] == HEADER
    assert all(None not in row and None not in row.values() for row in compared)


def test_text_is_labels_and_never_empty_a_margin_says_all(compared: list[Row]) -> None:
    for row in compared:
        assert all(row[name] for name in COLUMNS[:10]), row
    keys = {item.item for item in sample.compared().items}
    assert not keys & {row[name] for row in compared for name in COLUMNS[:10]}
    assert {row["sector"] for row in compared} == {"all", "Public bodies", "Voluntary organisations"}
    assert {"all", "Region", "Kind of body", "Yearly income"} == {row["breakdown"] for row in compared}
    assert all((row["breakdown"] == "all") == (row["group"] == "all") for row in compared)


def test_every_line_is_another_number(compared: list[Row]) -> None:
    named = [tuple(row[name] for name in COLUMNS[:10]) for row in compared]

    assert len(set(named)) == len(named)


def test_it_says_of_every_cell_what_the_tables_say(compared: list[Row]) -> None:
    """Estimate, limits, base and mark, in the order of the release."""
    tables = list(csv.DictReader(io.StringIO(results_csv(sample.compared()))))
    cells = [row for row in tables if row["statistic"] in ("per cent", "average")]
    figures = [row for row in compared if row["table"] == "Figures"]

    assert [tuple(row[n] for n in ("estimate", "lci", "uci", "n", "mark")) for row in cells] == [
        tuple(row[n] for n in ("estimate", "lower", "upper", "base", "mark")) for row in figures
    ]


def test_a_number_that_may_not_be_shown_has_none_of_its_parts(compared: list[Row]) -> None:
    hidden = [row for row in compared if row["mark"] in ("c", "z", "x", "b")]

    assert hidden
    for row in hidden:
        assert {row[name] for name in ("estimate", "lower", "upper", "se", "df", "base")} == {""}


def test_errors_are_in_the_unit_of_the_estimate_and_no_sharper_than_is_said() -> None:
    item: ItemResult = sample.compared_item("twelve-weeks")
    precise = replace(item, public=replace(item.public, se=0.012345, df=311), unit="per cent")
    contents = replace(sample.contents(), items=(precise,))

    row = next(
        r for r in rows(contents) if r["sector"] == "Public bodies" and r["group"] == "all" and r["df"]
    )

    assert (row["se"], row["df"], row["unit"]) == ("1.2", "311", "per cent")


def test_each_sector_is_named_in_its_own_words() -> None:
    item = replace(sample.compared_item("twelve-weeks"), short_voluntary="Given 12 weeks")

    lines = rows(replace(sample.contents(), items=(item,)))

    named = {row["sector"]: row["item"] for row in lines if row["table"] == "Figures"}
    assert named["Voluntary organisations"] == "Given 12 weeks"
    assert named["Public bodies"] == item.short


def test_a_band_is_in_words_with_its_base() -> None:
    item = sample.compared_item("twelve-weeks")
    band = replace(item.public, estimate=None, lci=None, uci=None, n=15, mark=Mark.FEW)
    contents = replace(sample.contents(), items=(replace(item, public=band),))

    row = next(row for row in rows(contents) if row["mark"] == "fewer than 3")

    assert (row["estimate"], row["base"]) == ("", "15")


def test_the_codebook_explains_every_column_and_every_mark(compared: list[Row]) -> None:
    book = list(csv.DictReader(io.StringIO(codebook())))

    assert [row["column"] for row in book if not row["value"]] == list(COLUMNS)
    marks = {row["value"] for row in book if row["column"] == "mark"}
    assert {row["mark"] for row in compared} <= marks | {""}
    assert all(row["meaning"] for row in book)
