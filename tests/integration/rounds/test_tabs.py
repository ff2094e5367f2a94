"""The tabs of a round: the same on each of its pages, each role its own, each page for its purpose."""

import re

import pytest
from sqlalchemy import select, update

from survey_app.models.outbox import Message
from survey_app.models.rounds import RoundEvent
from survey_app.web.staff.rounds.tabs import TABS
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import DATES, World

EVERYTHING = ["Overview", "Cases", "Letters", "Reserve", "Questions", "Dates", "Results"]
PAGES = {
    "/rounds/1": ("Overview", "page"),
    "/rounds/1/check": ("Overview", "true"),
    "/rounds/1/withdraw": ("Overview", "true"),
    "/rounds/1/cases": ("Cases", "page"),
    "/rounds/1/letters": ("Letters", "page"),
    "/rounds/1/reserve": ("Reserve", "page"),
    "/rounds/1/questions": ("Questions", "page"),
    "/rounds/1/questionnaire": ("Questions", "true"),
    "/rounds/1/dates": ("Dates", "page"),
    "/rounds/1/releases": ("Results", "page"),
}
TAB = re.compile(
    r'<a class="app-tabs__link" href="(?P<href>[^"]+)"(?: aria-current="(?P<now>\w+)")?>(?P<text>\w+)'
)


def tabs(page: str) -> list[tuple[str, str]]:
    """Text of each tab, and what aria-current says of it."""
    (row,) = re.findall(r'<nav class="app-tabs app-tabs--of-page" aria-label="Round">(.*?)</nav>', page, re.S)
    return [(tab["text"], tab["now"] or "") for tab in TAB.finditer(row)]


@pytest.mark.parametrize("address", PAGES)
def test_every_page_of_a_round_has_its_tabs_and_says_which_is_open(
    embedded_world: World, address: str
) -> None:
    page = Visitor(embedded_world.planned(), "coordinator").open(address)

    assert [text for text, _ in tabs(page.text)] == EVERYTHING
    assert [tab for tab in tabs(page.text) if tab[1]] == [PAGES[address]]


@pytest.mark.parametrize(
    ("role", "shown"),
    [
        ("interviewer", ["Overview", "Cases", "Letters", "Questions", "Dates"]),
        ("administrator", ["Overview", "Questions", "Dates"]),
    ],
)
def test_each_role_sees_the_tabs_that_it_may_open(embedded_world: World, role: str, shown: list[str]) -> None:
    visitor = Visitor(embedded_world.planned(), role)
    page = visitor.open("/rounds/1")

    assert [text for text, _ in tabs(page.text)] == shown
    for tab in TAB.finditer(page.text):
        assert visitor.open(tab["href"]).status_code == 200


def test_a_reviewer_sees_the_results_of_a_round_and_nothing_else_of_it(embedded_world: World) -> None:
    page = Visitor(embedded_world.planned(), "reviewer").open("/rounds/1/releases")

    assert tabs(page.text) == [("Results", "page")]
    assert "They can be frozen when the round has closed" in words(page)
    assert [tab.text for tab in TABS] == EVERYTHING


def test_letters_are_counted_and_those_that_failed_lead_to_their_case(embedded_world: World) -> None:
    world = embedded_world.opened()
    with world.database.writing() as session:
        two = session.scalars(select(Message.id).limit(2)).all()
        session.execute(
            update(Message)
            .where(Message.id.in_(two))
            .values(state="failed", failure="no such mailbox", attempts=6)
        )
    interviewer = Visitor(world, "interviewer")

    page = interviewer.open("/rounds/1/letters")

    assert "Letter Sent Waiting for their day Failed Not needed Invitation 38 0 2 0" in words(page)
    assert page.text.count("no such mailbox") == 2
    case = re.search(r'href="(/cases/\d+)"', page.text)
    assert case is not None
    assert interviewer.open(case[1]).status_code == 200


def test_before_the_launch_there_are_no_letters(embedded_world: World) -> None:
    page = Visitor(embedded_world.planned(), "coordinator").open("/rounds/1/letters")

    assert "No letter is written yet" in words(page)


def test_the_days_of_a_round_say_whether_they_have_been_and_whether_they_were_moved(
    embedded_world: World,
) -> None:
    world = embedded_world.opened()
    with world.database.writing() as session:
        session.execute(
            update(RoundEvent)
            .where(RoundEvent.kind == "close")
            .values(moved_from=DATES.closes_on, moved_at=world.clock.now(), moved_by="cora", why="a strike")
        )

    page = words(Visitor(world, "coordinator").open("/rounds/1/dates"))

    assert "The opening Monday 7 September 2026 Done No" in page
    assert "The first reminder Monday 21 September 2026 Planned No" in page
    assert "From 19 November 2026, by cora on 7 Sep 2026, 09:00: a strike" in page.replace("\xa0", " ")


def test_what_a_round_asks_can_be_chosen_while_it_is_planned_and_is_fixed_afterwards(
    embedded_world: World,
) -> None:
    world = embedded_world.planned()
    coordinator = Visitor(world, "coordinator")

    assert "Choose what this round asks" in words(coordinator.open("/rounds/1/questions"))
    assert "Choose what" not in words(Visitor(world, "administrator").open("/rounds/1/questions"))
    world.launch()
    assert "Fixed at the launch" in words(coordinator.open("/rounds/1/questions"))
