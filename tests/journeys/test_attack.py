"""An attacker with everything that was published: page, PDF and CSV together.

Who attacks knows every published base, that none is below zero, that bases of a table add up,
and the rule of ten. What is withheld must stay out of reach.
"""

import csv
import io
import re
from collections import defaultdict

import numpy as np
import pytest
from pypdf import PdfReader
from scipy.optimize import linprog

from survey_app.reports.contents import Mark
from survey_app.reports.frozen import SCHEMA, from_json
from survey_app.reports.round_summary.pdf import summary_html
from survey_app.services.results import files
from tests.journeys.conftest import Made

THRESHOLD = 10
Key = tuple[str, str]
Table = dict[Key, dict[str, str]]


@pytest.fixture(scope="module")
def published(demonstration: Made) -> dict[str, Table]:
    """The CSV by item: (region, sector) -> row."""
    tables: dict[str, Table] = defaultdict(dict)
    for row in csv.DictReader(io.StringIO(demonstration.files[files.CSV].decode())):
        tables[row["item"]][(row["region"], row["sector"])] = row
    return dict(tables)


def _labels(published: dict[str, Table]) -> tuple[str, str]:
    """How the CSV calls all regions, and both sectors together."""
    table = next(iter(published.values()))
    regions = [region for region, _ in table]
    sectors = [sector for _, sector in table]
    whole = next(region for region in regions if region in ("England", "All regions", ""))
    both = next(sector for sector in sectors if sector in ("everyone", "All", "Everyone", "all", ""))
    return whole, both


def _bounds(table: Table, whole: str, both: str) -> dict[Key, tuple[float, float]]:
    """What linear programming can say of each withheld base."""
    cells = [key for key, row in table.items() if row["mark"] not in ("z",)]
    index = {key: place for place, key in enumerate(cells)}
    equations, right = [], []
    regions = {region for region, _ in cells} - {whole}
    sectors = {sector for _, sector in cells} - {both}

    def add(total: Key, parts: list[Key]) -> None:
        if total in index and parts:
            line = np.zeros(len(cells))
            line[index[total]] = -1
            for part in parts:
                line[index[part]] = 1
            equations.append(line)
            right.append(0.0)

    for sector in sectors | {both}:
        add((whole, sector), [(region, sector) for region in sorted(regions) if (region, sector) in index])
    for region in regions | {whole}:
        add((region, both), [(region, sector) for sector in sorted(sectors) if (region, sector) in index])
    limits = [
        (0, None) if table[key]["n"] == "" else (float(table[key]["n"]), float(table[key]["n"]))
        for key in cells
    ]
    bounds_of = {}
    for key in cells:
        if table[key]["mark"] == "c":
            low, high = (
                linprog(sign * np.eye(len(cells))[index[key]], A_eq=equations, b_eq=right, bounds=limits).fun
                for sign in (1, -1)
            )
            bounds_of[key] = (low, np.inf if high is None else -high)
    return bounds_of


def test_no_withheld_base_can_be_worked_out_from_the_published_ones(published: dict[str, Table]) -> None:
    whole, both = _labels(published)
    attacked = 0
    for table in published.values():
        for key, (low, high) in _bounds(table, whole, both).items():
            assert high - low >= THRESHOLD - 1e-6, (key, low, high)
            attacked += 1
    assert attacked > 50, "the demonstration must withhold something, or this attack proves nothing"


def test_no_row_and_no_column_of_a_table_has_exactly_one_withheld_cell(published: dict[str, Table]) -> None:
    both = _labels(published)[1]
    for item, table in published.items():
        rows: dict[str, int] = defaultdict(int)
        columns: dict[str, int] = defaultdict(int)
        one_sector = all(table[key]["mark"] == "z" for key in table if key[1] == both)
        for (region, sector), row in table.items():
            rows[region] += row["mark"] == "c"
            columns[sector] += row["mark"] == "c"
        assert all(count != 1 for count in columns.values()), (item, columns)
        if not one_sector:
            assert all(count != 1 for count in rows.values()), (item, rows)


def test_nothing_below_the_threshold_is_published(published: dict[str, Table]) -> None:
    for table in published.values():
        for key, row in table.items():
            assert row["n"] == "" or int(row["n"]) == 0 or int(row["n"]) >= THRESHOLD, (key, row)


def test_a_withheld_cell_hides_number_interval_and_base_together(published: dict[str, Table]) -> None:
    for table in published.values():
        for row in table.values():
            if row["mark"] == "c":
                assert {row["estimate"], row["lci"], row["uci"], row["n"]} == {""}


def test_page_and_pdf_withhold_as_many_cells_as_the_csv(demonstration: Made) -> None:
    contents = from_json({"schema": SCHEMA, "contents": demonstration.contents})
    page = re.sub(r"<svg.*?</svg>|<style.*?</style>", "", summary_html(contents), flags=re.S)
    pdf = "".join(page.extract_text() for page in PdfReader(io.BytesIO(demonstration.files[files.PDF])).pages)
    in_page = re.sub(r"<[^>]+>", " ", page).count("[c]")
    assert in_page > 50
    # The PDF's drawings are text too, so it may hold more of the letters, never fewer.
    assert pdf.count("[c]") >= in_page


def test_what_the_release_stores_holds_no_number_for_a_withheld_cell(demonstration: Made) -> None:
    def cells(value: object) -> list[dict[str, object]]:
        if isinstance(value, dict):
            own = [value] if "mark" in value else []
            return own + [cell for part in value.values() for cell in cells(part)]
        return [cell for part in value for cell in cells(part)] if isinstance(value, list) else []

    withheld = [cell for cell in cells(demonstration.contents) if cell["mark"] == "c"]
    assert withheld
    numbers = ("estimate", "lci", "uci", "n", "replied", "rate")
    assert all(cell.get(name) is None for cell in withheld for name in numbers)


def test_beside_last_years_release_this_years_says_nothing_of_last_year_that_was_withheld(
    demonstration: Made,
) -> None:
    contents = from_json({"schema": SCHEMA, "contents": demonstration.contents})
    before = {item.item: item for item in demonstration.before.items}
    published_numbers = 0
    for item in contents.items:
        for side in ("everyone", "public", "voluntary"):
            then, now = getattr(before[item.item], side), getattr(item, side)
            change = getattr(item.change, side)
            if Mark.WITHHELD in (then.mark, now.mark):
                assert (change.estimate, change.lci, change.overlap) == (None, None, None)
                assert change.then.estimate is None
            elif change.estimate is not None:
                # What is said of last year is what last year's release said.
                assert change.then == then
                published_numbers += 1
    assert published_numbers > 100


def test_no_small_count_can_be_had_from_who_answered_in_both_years(demonstration: Made) -> None:
    contents = from_json({"schema": SCHEMA, "contents": demonstration.contents})
    for item in contents.items:
        assert item.change is not None
        sides = [getattr(item.change, side) for side in ("everyone", "public", "voluntary")]
        cells = [getattr(item, side) for side in ("everyone", "public", "voluntary")]
        if all(change.estimate is not None for change in sides):
            assert [change.overlap for change in sides].count(None) != 1, item.item
        for change, now in zip(sides, cells, strict=True):
            if change.overlap is not None:
                parts = (change.overlap, change.then.n - change.overlap, now.n - change.overlap)
                assert not any(0 < part < THRESHOLD for part in parts), (item.item, parts)


def test_the_csv_tells_of_changes_what_the_release_does(demonstration: Made) -> None:
    rows = list(csv.DictReader(io.StringIO(demonstration.files[files.CSV].decode())))
    suppressed = [row for row in rows if row["change_mark"] in ("c", "z", "x", "b")]

    assert {row["change_clear"] for row in rows} == {"yes", "no", ""}
    for row in suppressed:
        assert {row["change"], row["change_lci"], row["change_uci"], row["overlap"]} == {""}
