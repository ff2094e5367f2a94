"""Sentences claim no more than the tests behind the numbers allow."""

from dataclasses import replace

from survey_app.reports import statements
from survey_app.reports.contents import Gap, ItemResult
from tests.unit.reports import sample

CONTENTS = sample.contents()


def _items(*gaps: Gap) -> tuple[ItemResult, ...]:
    return tuple(replace(sample.item("twelve-weeks"), gap=gap) for gap in gaps)


HIGHER, LOWER = Gap(0.3, 0.2, 0.4, clear=True), Gap(-0.3, -0.4, -0.2, clear=True)
CHANCE = Gap(0.3, -0.1, 0.7, clear=False)


def test_a_gap_that_could_be_chance_is_not_counted_in_a_title() -> None:
    assert statements.gap_title("Funding", _items(HIGHER, CHANCE)) == (
        "Funding: public bodies higher on one of two questions"
    )


def test_titles_name_the_sector_that_is_higher() -> None:
    assert statements.gap_title("A", _items(HIGHER, HIGHER)) == "A: public bodies higher on both questions"
    assert statements.gap_title("A", _items(LOWER)) == "A: voluntary organisations higher"
    assert statements.gap_title("A", _items(LOWER, HIGHER, CHANCE)) == (
        "A: the sectors differ on two of three questions"
    )
    assert statements.gap_title("A", _items(CHANCE)) == "A: no clear gap between the sectors"


def test_ratings_are_called_higher_only_where_the_test_says_so() -> None:
    assert statements.ratings_title(_items(CHANCE)) == "The two sectors’ average ratings cannot be told apart"
    assert statements.ratings_title(_items(LOWER)) == "Voluntary organisations give higher ratings"
    assert "both directions" in statements.ratings_title(_items(LOWER, HIGHER))


def test_the_lead_counts_clear_gaps_of_those_that_were_tested() -> None:
    assert statements.gaps_lead(_items(HIGHER, LOWER, CHANCE)) == (
        "On 2 of 3 questions put to both sectors their answers clearly differ. "
        "The public figure is the higher on 1 of these, the voluntary on 1."
    )


def test_regions_are_said_to_differ_only_where_the_release_marks_them() -> None:
    item = sample.item("twelve-weeks")
    same = replace(item, regions=tuple(replace(row, differs=False) for row in item.regions))

    assert statements.regions_title([same], "England") == "No region clearly differs from England as a whole"
    assert (
        statements.regions_title([item], "England")
        == "Most regional figures do not clearly differ from England"
    )


def test_the_items_shown_by_region_are_those_of_the_findings_whatever_the_regions_say() -> None:
    chosen = [item.item for item in statements.headline_items(CONTENTS)]

    assert chosen == ["twelve-weeks", "full-cost", "independence"]


def test_a_census_is_not_called_a_sample() -> None:
    assert statements.response_lead(CONTENTS) == (
        "We asked all public bodies on the frame and a random sample of voluntary organisations."
    )


def test_a_question_put_to_one_sector_is_not_among_the_gaps() -> None:
    assert "costs-repaid" not in {item.item for item in statements.shares_of_both(CONTENTS.items)}
