"""Figures are numbered in order, and none is made of what was not asked."""

import re
from dataclasses import replace

from survey_app.reports.contents import Contents, ItemResult
from survey_app.reports.round_summary.composition import MAX_ROWS
from survey_app.reports.round_summary.figures import Figure, Figures, published_figures
from survey_app.reports.round_summary.pdf import as_image, summary_html
from survey_app.reports.round_summary.statements import has_changed
from survey_app.reports.round_summary.tables import published_tables
from tests.unit.reports import sample

CONTENTS = sample.contents()
COMPARED = sample.compared()


def _figures(contents: Contents) -> Figures:
    return published_figures(contents, published_tables(contents))


def test_figures_are_numbered_in_the_order_of_the_summary() -> None:
    figures = _figures(COMPARED)

    every = [
        *figures.gaps,
        figures.ratings,
        *figures.changes,
        figures.rating_changes,
        figures.regions,
        figures.response,
    ]
    assert [figure.number for figure in every if figure] == list(range(1, len(every) + 1))
    assert list(figures.all()) == every


def test_every_share_put_to_both_sectors_is_in_one_gap_chart() -> None:
    drawn = "".join(figure.svg for figure in _figures(CONTENTS).gaps)

    for item in CONTENTS.items:
        both = item.statistic == "proportion" and item.question_public is not None
        assert drawn.count(f"{item.short}: public bodies") == int(both), item.short


def test_a_gap_chart_of_several_measures_names_each_answer_that_counts_where_there_is_room() -> None:
    item = sample.item("twelve-weeks")
    yes = replace(item, item="q2", measured="Share answering yes, of those asked")
    often = replace(item, measured="Share answering always or mostly, of those with a consultation")
    long = replace(item, item="q3", measured=f"Share choosing {'very ' * 20}well, of those asked")

    def subtitle(*items: ItemResult) -> str:
        return _figures(replace(CONTENTS, items=items)).gaps[0].subtitle

    assert subtitle(often, yes).startswith("Share answering always or mostly, or answering yes, England")
    assert "table on the web page says which" in subtitle(often, yes, long)


def test_options_stand_under_their_question_and_after_whole_questions() -> None:
    figure = next(figure for figure in _figures(CONTENTS).gaps if figure.title.startswith("Awareness"))

    words = re.findall(r">([^<]+)</text>", figure.svg)
    assert [
        word for word in words if word in ("How news of the Compact travels", "an event", "a letter")
    ] == [
        "How news of the Compact travels",
        "an event",
        "a letter",
    ]
    assert words.index("Heard of the Compact") < words.index("an event")
    assert {"418", "2,154"} <= set(words)  # how many answered


def test_the_words_beside_drawings_of_before_are_those_of_their_numbers() -> None:
    tables = published_tables(COMPARED)
    before = published_figures(COMPARED, tables, layout="")

    joined = (
        "The Compact in your area; people and support: public bodies clearly higher on all four questions"
    )
    assert [figure.title for figure in before.gaps if "people and support" in figure.title] == [joined]
    assert [figure.number for figure in before.all()] == list(range(1, len(before.all()) + 1))
    assert before.regions is not None
    assert before.rating_changes is not None
    assert before.regions.number < before.rating_changes.number < before.changes[0].number
    assert before.changes[0].svg.count("in 2025") == 2 * 3  # two rounds of three questions come first


def test_a_long_section_is_parted_into_charts_that_fit_a_page() -> None:
    item = sample.item("twelve-weeks")
    many: tuple[ItemResult, ...] = tuple(
        replace(item, item=f"q{n}", short=f"Question {n}") for n in range(23)
    )

    gaps = _figures(replace(CONTENTS, items=many)).gaps

    rows = [figure.svg.count("public bodies 81") for figure in gaps]
    assert sum(rows) == 23
    assert max(rows) <= MAX_ROWS


def test_the_regions_figure_points_to_the_tables_of_its_items() -> None:
    tables = published_tables(CONTENTS)
    figure = published_figures(CONTENTS, tables).regions
    assert figure is not None

    numbers = {table.item: table.number for table in tables.all() if table.item}
    expected = ", ".join(f"Table {numbers[key]}" for key in ("twelve-weeks", "full-cost", "independence"))
    assert f"Numbers: {expected}, on the web page" in figure.notes[-1]


def test_marks_are_explained_under_the_figure_that_uses_them() -> None:
    figures = _figures(CONTENTS)
    assert figures.regions is not None
    assert figures.ratings is not None

    assert "[c]" in figures.regions.notes[0]
    assert "[c]" not in figures.ratings.notes[0]


def test_a_release_without_items_has_no_figures_of_items() -> None:
    figures = _figures(replace(CONTENTS, items=(), findings=()))

    assert figures.gaps == ()
    assert figures.regions is None
    assert figures.ratings is None


def test_without_an_earlier_round_no_figure_compares() -> None:
    figures = _figures(CONTENTS)

    assert figures.rating_changes is None
    assert figures.changes == ()


def test_a_figure_shows_two_rounds_of_three_questions_and_another_every_change() -> None:
    changes, trend = _figures(COMPARED).changes

    assert trend.svg.count("in 2025") == 2 * 3
    whole = [item for item in COMPARED.items if item.statistic == "proportion" and "." not in item.item]
    assert all(f"{item.short}: public bodies" in changes.svg for item in whole)
    assert trend.table == changes.table == published_tables(COMPARED).changes


def test_every_clear_change_is_in_a_figure_falls_first() -> None:
    figures = _figures(COMPARED)
    drawn = "".join(figure.svg for figure in figures.of_change())

    for item in COMPARED.items:
        assert not has_changed(item) or f"{item.short}: public bodies" in drawn, item.short
    first, risen = (
        drawn.index(f"{key}: public bodies") for key in ("Heard of the Compact", "Has a champion")
    )
    assert first < risen


def test_a_figure_of_changes_says_what_its_letters_mean_and_why_a_trend_breaks() -> None:
    changes = _figures(COMPARED).changes[0]

    assert "[b]" in changes.notes[0]
    assert "[c]" in changes.notes[0]
    assert f"Full cost of the work paid: {sample.BROKEN}" in changes.notes


def test_words_of_figures_are_had_without_drawing() -> None:
    def refuse() -> str:
        raise AssertionError("nothing was to be drawn")

    for figure in _figures(COMPARED).all():
        undrawn = replace(figure, draw=refuse)
        assert undrawn == figure
        assert (undrawn.title, undrawn.anchor) == (figure.title, figure.anchor)


def test_figures_that_are_handed_on_are_drawn_once_for_the_pdf_and_the_page_together() -> None:
    contents = sample.compared()
    drawn: list[int] = []

    def noting(figure: Figure) -> Figure:
        return replace(figure, draw=lambda: drawn.append(figure.number) or figure.draw())  # type: ignore[func-returns-value]

    figures = published_figures(contents, published_tables(contents))
    wide = replace(
        figures,
        response=noting(figures.response) if figures.response else None,
        gaps=tuple(map(noting, figures.gaps)),
        changes=tuple(map(noting, figures.changes)),
    )

    html = summary_html(contents, wide)

    assert all(as_image(figure.svg) in html for figure in wide.all())
    assert len(drawn) == len(set(drawn)) == 1 + len(wide.gaps) + len(wide.changes)
