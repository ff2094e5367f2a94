"""Charts say every number they draw, draw nothing that is withheld, and are the same each time."""

import re
from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from sampling.frame import Sector
from survey_app.reports.charts.canvas import COPPER, FILL, HARBOUR, Canvas, text_width, wrapped
from survey_app.reports.charts.changes import change_chart
from survey_app.reports.charts.cover import cover_items, cover_picture
from survey_app.reports.charts.gaps import gap_chart
from survey_app.reports.charts.headline import can_be_pictured, change_picture, headline_picture
from survey_app.reports.charts.ratings import ratings_chart
from survey_app.reports.charts.regions import region_chart
from survey_app.reports.charts.response import response_bars
from survey_app.reports.charts.trend import spread, trend_chart
from survey_app.reports.contents import Cell, Change, Gap, ItemResult, Mark, RatingShares, RegionCells
from survey_app.reports.round_summary.statements import compared, headline_items, trend_items
from tests.unit.reports import sample

SVG = "{http://www.w3.org/2000/svg}"
CONTENTS = sample.contents()
SHARES = tuple(item for item in CONTENTS.items if item.statistic == "proportion" and item.gap)
RATED = tuple(item for item in CONTENTS.items if item.ratings)
HEADLINES = headline_items(CONTENTS)
COMPARED = sample.compared()
CHANGED = tuple(item for item in compared(COMPARED.items) if item.statistic == "proportion")
TREND = trend_items(COMPARED)
YEARS = ("2025", "2026")

DRAWINGS: dict[str, Callable[[float], str]] = {
    "gaps": lambda width: gap_chart(SHARES, width),
    "regions": lambda width: region_chart(HEADLINES, width),
    "ratings": lambda width: ratings_chart(RATED, width),
    "response": lambda width: response_bars(CONTENTS.sectors, width),
    "headline": lambda width: headline_picture(SHARES[0], width),
    "cover": lambda width: cover_picture(CONTENTS.items),
    "changes": lambda width: change_chart(CHANGED, "2025", width),
    "uncertain changes": lambda width: change_chart([_uncertain(item) for item in CHANGED], "2025", width),
    "rating changes": lambda width: change_chart([i for i in COMPARED.items if i.ratings], "2025", width),
    "trend": lambda width: trend_chart(TREND, YEARS, "2025", width),
    "headline change": lambda width: change_picture(TREND[0], Sector.VOLUNTARY, width),
}


def _uncertain(item: ItemResult) -> ItemResult:
    """The item with wide intervals."""
    assert item.change is not None
    wide = {
        side: replace(change, lci=-0.25, uci=0.31, mark=Mark.UNRELIABLE)
        for side in ("public", "voluntary")
        if (change := getattr(item.change, side)).estimate is not None
    }
    return replace(item, change=replace(item.change, **wide))


def _words(svg: str) -> list[str]:
    return [node.text or "" for node in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def _title(svg: str) -> str:
    return ElementTree.fromstring(svg).findtext(f"{SVG}title") or ""


def _fills(svg: str, colour: str) -> int:
    return len(re.findall(f'fill="{colour}"', svg, flags=re.IGNORECASE))


@pytest.mark.parametrize("name", DRAWINGS)
@pytest.mark.parametrize("width", [170.0, 82.0])
def test_a_drawing_is_the_same_each_time(name: str, width: float) -> None:
    assert DRAWINGS[name](width) == DRAWINGS[name](width)


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_drawing_can_stand_in_a_page_that_refuses_inline_styles(name: str) -> None:
    svg = DRAWINGS[name](170)

    root = ElementTree.fromstring(svg)
    assert root.tag == f"{SVG}svg"
    attributes = {attribute for node in root.iter() for attribute in node.attrib}
    assert not attributes & {"style", "id"}
    assert not [node for node in root.iter(f"{SVG}style")]


@pytest.mark.parametrize("name", ["gaps", "regions", "ratings", "response", "changes", "trend"])
@pytest.mark.parametrize("width", [170, 82])
def test_a_drawing_is_as_wide_as_asked(name: str, width: int) -> None:
    points = ElementTree.fromstring(DRAWINGS[name](width)).attrib["width"].removesuffix("pt")

    assert float(points) == pytest.approx(width / 25.4 * 72)


@pytest.mark.parametrize("name", DRAWINGS)
@pytest.mark.parametrize("width", [170.0, 82.0])
def test_no_word_of_a_drawing_runs_over_its_edge(name: str, width: float) -> None:
    svg = DRAWINGS[name](width)

    root = ElementTree.fromstring(svg)
    right_edge = float(root.attrib["width"].removesuffix("pt"))
    for node in root.iter(f"{SVG}text"):
        long = text_width(node.text or "", weight=int(node.get("font-weight", "400"))) * 72 / 25.4
        before = {"end": 1.0, "middle": 0.5}.get(node.get("text-anchor", ""), 0.0)
        left = float(node.attrib["x"]) - long * before
        assert left > -1, node.text
        assert left + long < right_edge + 1, node.text


def test_the_gap_chart_says_every_number_it_draws() -> None:
    svg = gap_chart(SHARES)

    for item in SHARES:
        assert item.gap is not None
        public, voluntary = (f"{cell.estimate:.0%}"[:-1] for cell in (item.public, item.voluntary))
        assert f"{item.short}: public bodies {public} (" in _title(svg)
        assert f"voluntary organisations {voluntary} (" in _title(svg)
        assert {public, voluntary} <= set(_words(svg))


def test_no_box_of_the_gap_chart_hides_a_mark_of_the_other_sector() -> None:
    wide = replace(SHARES[0].voluntary, estimate=0.29, lci=0.21, uci=0.37)
    narrow = replace(SHARES[0].public, estimate=0.34, lci=0.30, uci=0.39)

    svg = gap_chart([replace(SHARES[0], public=narrow, voluntary=wide)])
    drawn = re.findall(r'<path [^>]*fill="(#\w+)"', svg)
    colours = (FILL[Sector.PUBLIC], FILL[Sector.VOLUNTARY], HARBOUR, COPPER)
    assert drawn[-4:] == [colour.lower() for colour in colours]


def test_marks_are_filled_where_the_gap_is_clear_and_hollow_where_it_could_be_chance() -> None:
    clear = SHARES[0]
    assert clear.gap is not None
    chance = replace(clear, gap=replace(clear.gap, clear=False))

    assert _fills(gap_chart([clear]), HARBOUR) == _fills(gap_chart([chance]), HARBOUR) + 1
    assert _fills(gap_chart([clear]), COPPER) == _fills(gap_chart([chance]), COPPER) + 1
    assert "could be chance" in _title(gap_chart([chance]))


def test_the_test_decides_what_is_bold_not_the_interval() -> None:
    overlapping = replace(SHARES[0], gap=Gap(0.3, -0.1, 0.7, clear=True))

    bold = re.findall(r'font-weight="600"[^>]*>([^<]*)<', gap_chart([overlapping]))
    assert "30" in bold


@pytest.mark.parametrize("width", [170.0, 82.0])
def test_a_withheld_sector_leaves_its_letter_and_no_trace_of_its_number(width: float) -> None:
    suppressed = replace(SHARES[0], voluntary=sample.WITHHELD, gap=None)
    leaking = replace(suppressed, voluntary=Cell(0.6173, 0.60, 0.63, 2_154, Mark.WITHHELD))

    assert gap_chart([leaking], width) == gap_chart([suppressed], width)
    assert _words(gap_chart([suppressed], width)).count("[c]") >= 2  # the estimate and the gap; its base


@pytest.mark.parametrize("width", [170.0, 82.0])
def test_a_withheld_region_is_not_drawn_even_where_it_differs(width: float) -> None:
    item = HEADLINES[0]
    suppressed = RegionCells("London", sample.WITHHELD, sample.WITHHELD, sample.WITHHELD, differs=False)
    leak = Cell(0.6173, 0.60, 0.63, 2_154, Mark.WITHHELD)
    leaking = RegionCells("London", leak, leak, leak, differs=True)
    others = tuple(row for row in item.regions if row.region != "London")

    drawn = region_chart([replace(item, regions=(*others, suppressed))], width)
    assert region_chart([replace(item, regions=(*others, leaking))], width) == drawn
    assert "London [c]" in _title(drawn)


def test_regions_keep_the_order_of_the_release_and_england_comes_last() -> None:
    regions = [row.region for row in HEADLINES[0].regions if row.voluntary.mark is not Mark.NOT_APPLICABLE]

    words = [word for word in _words(region_chart(HEADLINES)) if word in (*regions, "England")]

    assert words == [*regions, "England"]


def test_a_region_that_differs_clearly_is_filled_and_bold() -> None:
    item = HEADLINES[0]
    row = next(row for row in item.regions if row.differs)
    plain = replace(item, regions=tuple(replace(other, differs=False) for other in item.regions))
    one = replace(item, regions=tuple(replace(other, differs=other is row) for other in item.regions))

    assert _fills(region_chart([one]), COPPER) == _fills(region_chart([plain]), COPPER) + 1
    assert _title(region_chart([one])).count("clearly different") == 1


def test_the_national_row_is_left_out_where_no_voluntary_organisation_was_asked() -> None:
    assert "National" not in _words(region_chart(HEADLINES))


def test_ratings_print_the_totals_on_each_side_of_the_middle() -> None:
    svg = ratings_chart(RATED[:1])

    public = RATED[0].ratings[0]
    below, above = round(100 * sum(public.shares[:4])), round(100 * sum(public.shares[5:]))
    assert {str(below), str(above)} <= set(_words(svg))
    assert f"public bodies: {below} below 3 and {above} above 3 (1: 3, 1½: 1, 2: 9" in _title(svg)


def test_a_small_share_of_ratings_has_no_number_in_the_bar() -> None:
    words = _words(ratings_chart([replace(RATED[0], ratings=RATED[0].ratings[:1])]))

    assert {"9", "22", "36", "15"} <= set(words)
    assert "3" in words  # in the key
    assert words.count("3") == 1  # and not for the 3 per cent who chose 1 or 2½


def test_withheld_ratings_have_a_letter_in_place_of_a_bar() -> None:
    public, voluntary = RATED[0].ratings
    suppressed = replace(RATED[0], ratings=(public, RatingShares(voluntary.sector, (), None, Mark.WITHHELD)))
    leaking = replace(RATED[0], ratings=(public, replace(voluntary, mark=Mark.WITHHELD)))

    assert ratings_chart([leaking]) == ratings_chart([suppressed])
    assert "[c]" in _words(ratings_chart([suppressed]))


def test_response_bars_say_who_was_counted_in_full() -> None:
    words = _words(response_bars(CONTENTS.sectors))

    assert "census of all 612 on our list" in words
    assert "sample of 5,200 from 98,400 on our list" in words
    assert {"69% response rate", "44% response rate"} <= set(words)


def test_a_bar_too_short_for_its_number_has_it_outside() -> None:
    small = replace(CONTENTS.sectors[1], replied=3)

    assert "3" in _words(response_bars([small], 82))


def test_a_sector_that_alone_was_asked_has_a_drawing_of_half_the_height_on_a_phone() -> None:
    one, both = (response_bars(sectors, 82) for sectors in (CONTENTS.sectors[1:], CONTENTS.sectors))

    heights = [float(ElementTree.fromstring(svg).attrib["height"].removesuffix("pt")) for svg in (one, both)]
    assert 2 * heights[0] == pytest.approx(heights[1])


def test_an_average_without_known_ends_has_no_headline_picture() -> None:
    assert not can_be_pictured(sample.item("disputes"))
    assert can_be_pictured(sample.item("relationship"))


def test_the_cover_spans_the_widest_and_the_narrowest_gap() -> None:
    gaps = [abs(item.gap.estimate) for item in cover_items(CONTENTS.items) if item.gap]

    every = [abs(item.gap.estimate) for item in SHARES if item.gap]
    assert len(gaps) == 7
    assert (gaps[0], gaps[-1]) == (max(every), min(every))
    assert gaps == sorted(gaps, reverse=True)


def test_words_are_escaped_and_never_read_as_formulas() -> None:
    odd = replace(SHARES[0], short="Grants < £5 & $x^2$ agreed")

    assert "Grants < £5 & $x^2$ agreed" in " ".join(_words(gap_chart([odd])))
    assert "Grants < £5 & $x^2$ agreed" in _title(gap_chart([odd]))


def test_lines_break_between_words_and_letters_that_the_face_lacks_are_measured() -> None:
    lines = wrapped("Ŵyl, dŵr and a rather long label that needs three lines", 30)

    assert len(lines) > 2
    assert " ".join(lines) == "Ŵyl, dŵr and a rather long label that needs three lines"
    assert all(text_width(line) <= 30 for line in lines)


def test_a_drawing_without_marks_is_still_a_drawing() -> None:
    assert _title(Canvas(20, 10).svg("Nothing")) == "Nothing"


def _with_public(item: ItemResult, public: Change) -> ItemResult:
    assert item.change is not None
    return replace(item, change=replace(item.change, public=public))


def test_a_change_chart_says_every_number_it_draws_and_whether_it_is_clear() -> None:
    item = sample.compared_item("twelve-weeks")

    title = _title(change_chart([item], "2025"))

    assert title == (
        "Change since 2025, points with 95% intervals. At least 12 weeks to reply: public bodies "
        "−2 (−5 to 1), could be chance, voluntary organisations +5 (2 to 8), clear."
    )


@pytest.mark.parametrize("width", [170.0, 82.0])
def test_a_clear_change_is_filled_and_one_that_could_be_chance_hollow(width: float) -> None:
    item = sample.compared_item("twelve-weeks")
    assert item.change is not None
    clear = _with_public(item, replace(item.change.public, clear=True))

    for draw in (change_chart, lambda items, since, wide: trend_chart(items, YEARS, since, wide)):
        assert (
            _fills(draw([clear], "2025", width), HARBOUR) == _fills(draw([item], "2025", width), HARBOUR) + 1
        )


@pytest.mark.parametrize("width", [170.0, 82.0])
def test_a_withheld_change_leaves_its_letter_and_no_trace_of_its_numbers(width: float) -> None:
    item = sample.compared_item("twelve-weeks")
    suppressed = Change(
        then=sample.WITHHELD, estimate=None, lci=None, uci=None, clear=False, overlap=None, mark=Mark.WITHHELD
    )
    leak = Change(
        then=Cell(0.6173, 0.60, 0.63, 9, Mark.WITHHELD),
        estimate=0.12,
        lci=0.1,
        uci=0.9,
        clear=True,
        overlap=9,
        mark=Mark.WITHHELD,
    )

    for draw in (change_chart, lambda items, since, wide: trend_chart(items, YEARS, since, wide)):
        drawn = draw([_with_public(item, suppressed)], "2025", width)
        assert draw([_with_public(item, leak)], "2025", width) == drawn
        assert "[c]" in _words(drawn)


def test_across_a_break_no_line_joins_the_rounds() -> None:
    item = sample.compared_item("full-cost")
    assert item.change is not None
    whole = _with_public(item, replace(item.change.public, estimate=0.01, lci=0.0, uci=0.02, mark=Mark.NONE))

    broken, joined = (trend_chart([each], YEARS, "2025") for each in (item, whole))

    assert "stroke-dasharray" in broken
    assert "stroke-dasharray" not in joined
    assert "not comparable" in _words(broken)
    assert broken.count(f'stroke="{HARBOUR.lower()}"') < joined.count(f'stroke="{HARBOUR.lower()}"')


def test_two_numbers_at_one_height_are_moved_apart_alike() -> None:
    heights = spread({Sector.PUBLIC: 20.0, Sector.VOLUNTARY: 21.0})

    assert heights[Sector.VOLUNTARY] - heights[Sector.PUBLIC] == pytest.approx(4.2)
    assert sum(heights.values()) == pytest.approx(41.0)
    assert spread({Sector.PUBLIC: 30.0, Sector.VOLUNTARY: 20.0}) == {
        Sector.PUBLIC: 30.0,
        Sector.VOLUNTARY: 20.0,
    }
