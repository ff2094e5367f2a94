"""A second release of a round must not tell of the one reply that came or went."""

from dataclasses import replace

from survey_app.reports.contents import Cell, ItemResult, Mark, RegionCells
from survey_app.reports.digits import rounded_item
from survey_app.services.results.corrections import with_regions_that_stand
from tests.unit.reports import sample

OLD = rounded_item(
    replace(
        sample.item("twelve-weeks"),
        regions=(
            RegionCells(
                "London", None, Cell(0.40, 0.30, 0.50, 40), Cell(None, None, None, 15, Mark.FEW), False
            ),
            RegionCells("South East", None, Cell(0.50, 0.40, 0.60, 60), sample.WITHHELD, False),
        ),
    )
)


def _again(first: Cell, second: Cell) -> ItemResult:
    london, south_east = OLD.regions
    now = replace(
        OLD,
        public=replace(OLD.public, n=999),
        regions=(replace(london, public=first), replace(south_east, public=second)),
    )
    (item,) = with_regions_that_stand([now], {OLD.item: OLD}, threshold=10)
    assert item.public.n == 999, "figures of the whole are corrected"
    return item


LONDON, SOUTH_EAST = (row.public for row in OLD.regions)


def test_with_one_reply_fewer_all_regional_figures_of_the_item_stand() -> None:
    fewer = Cell(0.38, 0.28, 0.48, 39)

    assert _again(fewer, SOUTH_EAST).regions == OLD.regions


def test_one_reply_in_the_place_of_another_changes_nothing_by_region() -> None:
    assert _again(replace(LONDON, estimate=0.43), SOUTH_EAST).regions == OLD.regions


def test_a_batch_of_replies_is_told_where_every_other_cell_is_the_same() -> None:
    more = Cell(0.45, 0.36, 0.54, 50)

    assert _again(more, SOUTH_EAST).regions[0].public == more
    assert _again(more, replace(SOUTH_EAST, n=61)).regions == OLD.regions


def test_a_cell_that_is_withheld_in_one_release_is_so_in_both() -> None:
    assert _again(LONDON, sample.WITHHELD).regions == OLD.regions


def test_digits_that_are_not_printed_make_no_difference() -> None:
    exact = replace(LONDON, estimate=0.4004)

    assert _again(exact, SOUTH_EAST).regions[0].public == exact


def test_a_release_of_the_old_kind_is_no_measure() -> None:
    old = replace(OLD, regions=tuple(replace(row, everyone=LONDON) for row in OLD.regions))
    now = replace(OLD, regions=OLD.regions[:1])

    assert with_regions_that_stand([now], {old.item: old}, threshold=10) == (now,)
    assert with_regions_that_stand([now], {}, threshold=10) == (now,)
