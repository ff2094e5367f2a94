"""Sentences claim no more than the tests behind the numbers allow."""

from dataclasses import replace

from survey_app.reports.contents import DifferencesTested, Gap, ItemChange, ItemResult
from survey_app.reports.round_summary import statements
from tests.unit.reports import sample

CONTENTS = sample.contents()


def _items(*gaps: Gap) -> tuple[ItemResult, ...]:
    item = sample.item("twelve-weeks")
    return tuple(replace(item, item=f"question-{n}", gap=gap) for n, gap in enumerate(gaps))


HIGHER, LOWER = Gap(0.3, 0.2, 0.4, clear=True), Gap(-0.3, -0.4, -0.2, clear=True)
CHANCE = Gap(0.3, -0.1, 0.7, clear=False)


def test_a_gap_that_could_be_chance_is_not_counted_in_a_title() -> None:
    assert statements.gap_title("Funding", _items(HIGHER, CHANCE)) == (
        "Funding: public bodies clearly higher on one of two questions"
    )


def test_titles_name_the_sector_that_is_higher() -> None:
    assert statements.gap_title("A", _items(HIGHER, HIGHER)) == (
        "A: public bodies clearly higher on both questions"
    )
    assert statements.gap_title("A", _items(LOWER)) == "A: voluntary organisations clearly higher"
    assert statements.gap_title("A", _items(LOWER, HIGHER, CHANCE)) == (
        "A: the sectors clearly differ on two of three questions"
    )
    assert statements.gap_title("A", _items(CHANCE)) == "A: no clear gap between the sectors"


def test_ratings_are_called_higher_only_where_the_test_says_so() -> None:
    assert statements.ratings_title(_items(CHANCE)) == "The two sectors’ average ratings cannot be told apart"
    assert statements.ratings_title(_items(LOWER)) == "Voluntary organisations give higher ratings"
    assert "both directions" in statements.ratings_title(_items(LOWER, HIGHER))


def test_the_lead_counts_clear_gaps_of_those_that_were_tested() -> None:
    assert statements.gaps_lead(_items(HIGHER, LOWER, CHANCE)) == (
        "On 2 of 3 questions put to both sectors their answers clearly differ. "
        "Of the 2 figures that do, options among them, the public one is the higher once, "
        "the voluntary one once."
    )
    assert statements.gaps_lead(_items(HIGHER, CHANCE)).endswith("Each time the public figure is the higher.")


def test_regions_are_said_to_differ_only_where_the_release_marks_them() -> None:
    item = sample.item("twelve-weeks")
    same = replace(item, regions=tuple(replace(row, differs=False) for row in item.regions))

    assert statements.regions_title([same], "England") == (
        "No region clearly differs from England on the question shown"
    )
    assert (
        statements.regions_title([item], "England")
        == "1 of 7 regional figures clearly differ from England on the question shown"
    )


def test_the_items_shown_by_region_are_those_of_the_findings_whatever_the_regions_say() -> None:
    chosen = [item.item for item in statements.headline_items(CONTENTS)]

    assert chosen == ["twelve-weeks", "full-cost", "independence"]


def test_a_census_is_not_called_a_sample() -> None:
    assert statements.response_lead(CONTENTS) == (
        "Compact Monitor asked all 612 public bodies on our list and 5,200 of 98,400 voluntary "
        "organisations, drawn by lot. Of those that belong to the survey, 418 of 604 public bodies (69%) "
        "and 2,154 of 4,890 voluntary organisations (44%) replied in full."
    )


def test_a_question_put_to_one_sector_is_not_among_the_gaps() -> None:
    assert "costs-repaid" not in {item.item for item in statements.shares_of_both(CONTENTS.items)}


COMPARED = sample.compared()


def test_a_title_counts_clear_changes_alone() -> None:
    risen, same = (sample.compared_item(key) for key in ("twelve-weeks", "heard-of"))

    assert statements.trend_title([risen, same], "2025") == "Clear change since 2025 in both shares shown"
    assert statements.changes_title([risen, same], "2025") == (
        "Clear changes in shares since 2025: voluntary on 1 of 2 questions, public on 1 of 2"
    )
    chance = [replace(item, change=_unclear(item)) for item in (risen, same)]
    assert statements.trend_title(chance, "2025") == "No clear change since 2025 in the two shares shown"
    assert statements.changes_title(chance, "2025") == (
        "Clear changes in shares since 2025: voluntary on none of 2 questions, public on none of 2"
    )


def _unclear(item: ItemResult) -> ItemChange:
    assert item.change is not None
    public, voluntary = (replace(side, clear=False) for side in (item.change.public, item.change.voluntary))
    return replace(item.change, public=public, voluntary=voluntary)


def test_the_lead_counts_what_was_tested_and_which_way_it_went() -> None:
    items = [sample.compared_item(key) for key in ("twelve-weeks", "heard-of", "full-cost")]

    assert statements.changes_lead(items) == (
        "Of three questions asked in both rounds, two clearly changed: one figure fell and one rose."
    )


def test_options_of_one_question_count_once() -> None:
    options = [replace(item, item=f"codes.{n}") for n, item in enumerate(_items(HIGHER, HIGHER, CHANCE))]
    whole = replace(options[0], item="status")

    assert statements.gaps_lead([*options, whole]).startswith("On 2 of 2 questions put to both sectors")
    assert statements.gap_title("A", [*options, whole]) == "A: public bodies clearly higher on both questions"
    assert statements.gap_title("A", options) == "A: public bodies clearly higher on two of three options"


def test_the_interval_of_a_census_supposes_something_of_the_silent_and_nothing_of_a_draw() -> None:
    said = statements.intervals_suppose(CONTENTS)

    assert "If we drew voluntary organisations by lot again" in said
    assert "Public bodies were all asked, so no draw comes into it" in said
    census = replace(CONTENTS, sectors=CONTENTS.sectors[:1])
    assert "drew" not in statements.intervals_suppose(census)


def test_what_chance_does_with_so_many_tests_is_said() -> None:
    tested = sum(len(statements.published_changes(item)) for item in COMPARED.items)
    now = statements.chance_of_many(COMPARED.items, DifferencesTested(made=1144, clear=1, changes=144))

    assert f"about two of {tested} would look clear by chance" in statements.chance_of_many(COMPARED.items)
    assert "1,144 differences were tested in all: 144 changes, and gaps" in now
    assert "One of them is called clear" in now


def test_replies_in_both_rounds_are_told_or_their_letter() -> None:
    assert statements.both_rounds(COMPARED) == (
        "Public bodies: 402 replied in 2025, 418 in 2026, 290 in both. "
        "Voluntary organisations: 2,051 replied in 2025, 2,154 in 2026, [c] in both."
    )
    assert statements.both_rounds(CONTENTS) == ""


def test_a_broken_question_is_shown_and_a_hidden_one_is_not_without_a_number() -> None:
    broken = sample.compared_item("full-cost")
    assert broken.change is not None
    only_broken = replace(broken, change=replace(broken.change, voluntary=broken.change.public))

    assert statements.compared([only_broken]) == (only_broken,)
    assert statements.published_changes(only_broken) == ()
