"""An attacker with everything that was published: page, PDF and CSV of both releases together.

Who attacks is given more than anybody can be sure of: the count and base behind every figure, the base of
every withheld cell, the count of the whole, and the method. Nearly nobody's, and nearly everybody's, answer
may be worked out of any group.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pytest
from pypdf import PdfReader

from sampling.disclosure.in_turn import MIN_SAID, legible
from sampling.disclosure.items import Item, Marks, Sheet, Shown
from sampling.disclosure.protect import protect, red_by_print
from sampling.frame import Sector
from survey_app.reports.contents import Mark
from survey_app.reports.digits import as_printed
from survey_app.reports.frozen import SCHEMA, from_json
from survey_app.reports.long_csv import FIGURES, long_csv
from survey_app.reports.printed import BANDS
from survey_app.reports.round_summary.pdf import summary_html
from survey_app.services.results import files
from survey_app.services.results.partitions import REGION
from survey_app.services.results.protection import sheets_of
from tests.fixtures.nasty import RULES, todays_marks, without
from tests.journeys.conftest import USUAL_VCOS, VCOS, Made, Published
from tests.unit.reports.saved_page import tables_html

THRESHOLD = 10
HIDDEN = (Mark.WITHHELD, *BANDS)
SHOWN = {
    "": Shown.FIGURE,
    "u": Shown.FIGURE,
    "fewer than 3": Shown.FEW,
    "all but fewer than 3": Shown.ALL_BUT_FEW,
}
# Of region by sector, in each release: of the usual demonstration, and of one with a third of the voluntary
# organisations that are usually asked.
LEAST_REGIONS_SAID, LEAST_REGIONS_FIGURES = (0.86, 0.78) if VCOS >= USUAL_VCOS else (0.6, 0.5)
Row = dict[str, str]
Place = tuple[str, str, str, str]


@dataclass(frozen=True)
class Attacked:
    """One sector of one release: the answers, and the marks that its file shows."""

    sheet: Sheet
    printed: Marks


def _rows(published: Published) -> list[Row]:
    return list(csv.DictReader(io.StringIO(published.csv)))


def _estimates(published: Published) -> list[Row]:
    return [row for row in _rows(published) if row["statistic"] in ("per cent", "average")]


def _figures(published: Published) -> Iterator[Row]:
    rows = csv.DictReader(io.StringIO(long_csv(published.contents)))
    return (row for row in rows if row["table"] == FIGURES)


def _places(published: Published) -> Iterator[Place]:
    """Where each figure of the long CSV stands: item, partition, group, side."""
    for item in published.contents.items:
        yield from ((item.item, "", "", side) for side in ("everyone", *Sector))
        for row in item.regions:
            yield from ((item.item, REGION, row.region, sector) for sector in Sector)
        for each in item.breakdowns:
            yield from ((item.item, each.name, one.group, each.sector) for one in each.groups)


@pytest.fixture(scope="module")
def attacked(demonstration: Made) -> list[Attacked]:
    """Both sectors of both releases, with the marks as the CSV files have them."""
    return [each for published in demonstration.releases for each in _attacked(published)]


@pytest.fixture(scope="module")
def by_region(attacked: list[Attacked]) -> list[tuple[Sheet, Marks]]:
    """The sheets by region alone, as the method marks them."""
    sheets = [replace(each.sheet, partitions={REGION: each.sheet.partitions[REGION]}) for each in attacked]
    return [(sheet, protect(sheet, RULES).marks) for sheet in sheets]


def _attacked(published: Published) -> list[Attacked]:
    cells = dict(zip(_places(published), _figures(published), strict=True))
    printed = {(each.sector, each.name) for item in published.contents.items for each in item.breakdowns}
    attacked = []
    for sector, (sheet, parts) in sheets_of(published.replies, RULES).items():
        labels = {p.name: p.labels for p in parts if p.name == REGION or (sector, p.name) in printed}
        kept = replace(sheet, partitions={name: sheet.partitions[name] for name in labels})
        attacked.append(Attacked(kept, _printed(kept, sector, labels, cells)))
    return attacked


def _printed(
    sheet: Sheet, sector: Sector, labels: Mapping[str, tuple[str, ...]], cells: Mapping[Place, Row]
) -> Marks:
    """What a reader sees; of a cell that is withheld they know whether another item prints its base."""
    rows = {
        (item.name, name): [
            cells[item.name, name, label[:1].upper() + label[1:], sector] for label in labels[name]
        ]
        for item in sheet.items
        for name in sheet.partitions
    }
    bases = {
        (family, name): np.array(
            [any(rows[i.name, name][g]["base"] for i in _of(sheet, family)) for g in range(len(labels[name]))]
        )
        for family in sheet.families()
        for name in sheet.partitions
    }
    of_whole = {item.name: cells[item.name, "", "", sector] for item in sheet.items}
    return Marks(
        {
            (item.name, name): _row_seen(rows[item.name, name], item, bases[item.family, name].tolist())
            for item in sheet.items
            for name in sheet.partitions
        },
        {item.name: _seen(of_whole[item.name], item, True) for item in sheet.items},
        bases,
        {family: bool(of_whole[item.name]["base"]) for family, item in sheet.families().items()},
    )


def _of(sheet: Sheet, family: str) -> list[Item]:
    return [item for item in sheet.items if item.family == family]


def _row_seen(rows: list[Row], item: Item, based: list[bool]) -> tuple[Shown, ...]:
    """An item of which these groups show nothing is not shown by them at all, whatever its counts are."""
    dropped = not any(row["mark"] in SHOWN for row in rows)
    return tuple(_seen(row, item, base and not dropped) for row, base in zip(rows, based, strict=True))


def _seen(row: Row, item: Item, based: bool) -> Shown:
    if row["mark"] in SHOWN:
        return SHOWN[row["mark"]]
    return Shown.FOR_OTHERS if based and item.is_share else Shown.TOO_FEW


def _red(sheets: Iterable[tuple[Sheet, Marks]]) -> int:
    """How many groups of all sectors and releases are given away by what is printed of them."""
    return sum(len(red_by_print(sheet, [shown], RULES)) for sheet, shown in sheets)


def test_nothing_protected_follows_from_all_files_of_both_releases(attacked: list[Attacked]) -> None:
    assert len(attacked) == 4
    assert all(len(each.sheet.partitions) > 1 for each in attacked), "more than regions is printed"
    assert _red((each.sheet, each.printed) for each in attacked) == 0


@pytest.mark.parametrize(
    "left_out",
    [
        pytest.param((), id="the marks of before"),
        pytest.param((Shown.FEW, Shown.ALL_BUT_FEW), id="no bands"),
        pytest.param((Shown.FOR_OTHERS,), id="no cells withheld for others"),
        pytest.param((Shown.SECOND_BASE,), id="no second hidden base"),
    ],
)
def test_the_attack_finds_what_each_part_of_the_method_guards(
    by_region: list[tuple[Sheet, Marks]], left_out: tuple[Shown, ...]
) -> None:
    weaker = (
        (sheet, without(sheet, marks, *left_out) if left_out else todays_marks(sheet))
        for sheet, marks in by_region
    )

    assert _red(weaker)


def test_the_files_show_what_the_method_allows_by_region_and_no_more(
    attacked: list[Attacked], by_region: list[tuple[Sheet, Marks]]
) -> None:
    for each, (sheet, marks) in zip(attacked, by_region, strict=True):
        for item in sheet.items:
            rows = (of.groups[item.name, REGION] for of in (marks, each.printed))
            allowed, seen = ([mark if mark in SHOWN.values() else None for mark in row] for row in rows)
            assert seen == allowed, item.name


def test_most_cells_still_say_something_and_no_partition_costs_the_regions_any(
    attacked: list[Attacked], by_region: list[tuple[Sheet, Marks]]
) -> None:
    for each, (sheet, marks) in zip(attacked, by_region, strict=True):
        shown = {name: legible(each.sheet, each.printed, name) for name in each.sheet.partitions}
        for name, own in shown.items():
            print(
                f"{each.sheet.name}, {name}: {own.figures} figures, {own.said} of {own.cells} say something"
            )
            assert name == REGION or own.share >= MIN_SAID
        assert shown[REGION].said == legible(sheet, marks, REGION).said


def test_regions_say_enough_in_each_release(attacked: list[Attacked]) -> None:
    for both in (attacked[:2], attacked[2:]):
        regions = [legible(each.sheet, each.printed, REGION) for each in both]
        cells, said, figures = (
            sum(getattr(one, name) for one in regions) for name in ("cells", "said", "figures")
        )
        print(f"regions of a release: {figures} figures, {said} say something, of {cells} cells")
        assert said >= LEAST_REGIONS_SAID * cells
        assert figures >= LEAST_REGIONS_FIGURES * cells


def test_nothing_below_the_threshold_is_published(demonstration: Made) -> None:
    for published in demonstration.releases:
        for row in _rows(published):
            assert row["n"] == "" or int(row["n"]) >= THRESHOLD, row


def test_a_withheld_cell_hides_number_interval_and_base_together(demonstration: Made) -> None:
    for published in demonstration.releases:
        for row in _rows(published):
            hidden = {"c": (), "fewer than 3": ("n",), "all but fewer than 3": ("n",)}.get(row["mark"])
            if hidden is not None:
                shown = [name for name in ("estimate", "lci", "uci", "n") if row[name]]
                assert shown == list(hidden), row


def test_the_long_csv_says_of_each_cell_what_the_tables_say_and_no_more(demonstration: Made) -> None:
    """So the one system above holds it too; its errors are in tenths of a per cent, or in hundredths."""
    for published in demonstration.releases:
        rows = list(csv.DictReader(io.StringIO(long_csv(published.contents))))
        figures = [row for row in rows if row["table"] == FIGURES and row["breakdown"] in ("all", "Region")]
        tables = [
            [row[name] for name in ("estimate", "lci", "uci", "n", "mark")] for row in _estimates(published)
        ]
        assert tables == [
            [row[name] for name in ("estimate", "lower", "upper", "base", "mark")] for row in figures
        ]
        assert all(re.fullmatch(r"(\d+\.\d{1,2})?", row["se"]) for row in rows)
        assert all(row["estimate"] or not (row["se"] or row["df"]) for row in rows)


def test_no_figure_of_both_sectors_together_is_printed_below_the_whole(demonstration: Made) -> None:
    for published in demonstration.releases:
        regions = {row["region"] for row in _rows(published) if row["sector"] == "everyone"}
        assert regions == {published.contents.programme}


def test_no_file_holds_a_digit_more_than_is_printed(demonstration: Made) -> None:
    """Page, PDF, tables and drawings are made from what is stored, and that is rounded."""
    for published in demonstration.releases:
        assert published.contents == as_printed(published.contents)
        shares = [row for row in _rows(published) if row["statistic"].startswith("per cent")]
        numbers = [row[name] for row in shares for name in ("estimate", "lci", "uci")]
        # A limit of a gap that rounds to nought has one decimal.
        assert all(re.fullmatch(r"-?\d*|-?0\.[0-4]", number) for number in numbers)


def test_page_and_pdf_withhold_as_many_cells_as_the_csv(demonstration: Made) -> None:
    contents = demonstration.releases[0].contents
    page = re.sub(r"<svg.*?</svg>|<style.*?</style>", "", tables_html(contents), flags=re.S)
    printed = re.sub(r"<svg.*?</svg>|<style.*?</style>", "", summary_html(contents), flags=re.S)
    pdf = "".join(page.extract_text() for page in PdfReader(io.BytesIO(demonstration.files[files.PDF])).pages)
    in_page = re.sub(r"<[^>]+>", " ", page).count("[c]")
    assert in_page > 50
    # The PDF's drawings are text too, so it may hold more of the letters, never fewer.
    assert pdf.count("[c]") >= re.sub(r"<[^>]+>", " ", printed).count("[c]")


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
    contents = demonstration.releases[0].contents
    before = {item.item: item for item in demonstration.before.items}
    published_numbers = 0
    for item in contents.items:
        for side in ("everyone", "public", "voluntary"):
            then, now = getattr(before[item.item], side), getattr(item, side)
            change = getattr(item.change, side)
            if then.mark in HIDDEN or now.mark in HIDDEN:
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
