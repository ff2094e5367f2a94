"""Kinds, incomes and the like beside regions: in the table of each question and in the long CSV."""

import csv
import io
from dataclasses import replace

from sampling.frame import Sector
from survey_app.reports.contents import Breakdown, Cell, Contents, GroupCell, Mark
from survey_app.reports.digits import as_printed
from survey_app.reports.frozen import from_json, to_json
from survey_app.reports.long_csv import FIGURES, long_csv
from survey_app.reports.round_summary.tables import published_tables
from tests.unit.reports import sample

KINDS = Breakdown(
    Sector.PUBLIC,
    "kind",
    "Kind of body",
    (
        GroupCell("Fire and police", Cell(0.6141, 0.5, 0.7, 61, Mark.NONE, 0.05, 60)),
        GroupCell("Local authority", Cell(None, None, None, 92, Mark.FEW)),
        GroupCell("NHS trust", sample.WITHHELD),
    ),
)


def _contents() -> Contents:
    contents = sample.contents()
    first, *others = contents.items
    return replace(contents, items=(replace(first, breakdowns=(KINDS,)), *others))


def test_the_table_of_a_question_has_the_groups_of_each_sector_below_the_regions() -> None:
    contents = _contents()
    (table,) = (each for each in published_tables(contents).all() if each.item == contents.items[0].item)

    assert table.head[0].words == "Group"
    assert [group.heading for group in table.groups] == ["By region", "Public bodies: kind of body"]
    rows = {row.label: row.cells for row in table.groups[1].rows}
    assert rows["Fire and police"][2:] == ("61 (50 to 70)", "61", "[z]", "[z]")
    assert rows["Local authority"][2] == "fewer than 3 of 92"
    assert rows["NHS trust"][2:4] == ("[c]", "[c]")


def test_a_question_without_such_groups_has_its_table_as_before() -> None:
    table = next(each for each in published_tables(sample.contents()).all() if each.item)

    assert table.head[0].words == "Region"
    assert [group.heading for group in table.groups] == [""]


def test_the_long_csv_names_breakdown_and_group() -> None:
    rows = list(csv.DictReader(io.StringIO(long_csv(_contents()))))
    kinds = [row for row in rows if row["table"] == FIGURES and row["breakdown"] == "Kind of body"]

    assert [(row["group"], row["sector"], row["estimate"], row["base"], row["mark"]) for row in kinds] == [
        ("Fire and police", "Public bodies", "61", "61", ""),
        ("Local authority", "Public bodies", "", "92", "fewer than 3"),
        ("NHS trust", "Public bodies", "", "", "c"),
    ]


def test_a_release_keeps_its_groups_without_a_digit_more_than_is_printed() -> None:
    stored = from_json(to_json(as_printed(_contents())))

    assert stored.items[0].breakdowns[0].groups[0].cell.estimate == 0.61
    assert stored.items[1].breakdowns == ()
