"""A respondent who is asked everything: what the tests of several screens share."""

from instruments.answers import Answer
from sampling.frame import Sector
from survey_app.services.responses import Seat, Sheet, seat_of, sheet_of
from tests.fixtures.every_kind import ANSWERS
from tests.integration.web.answering import Browser, Typed, case_of
from tests.world import World


def stored(world: World) -> tuple[Seat, Sheet]:
    def look(session):  # type: ignore[no-untyped-def]
        seat = seat_of(session, world.keys, case_id=case_of(world, Sector.VOLUNTARY)[0])
        return seat, sheet_of(session, world.keys, seat=seat)

    return world.read(look)


def saved(world: World, item: str) -> Answer | None:
    return stored(world)[1].answers.get(item)


def answered(browser: Browser, until: str = "", **other: Typed) -> Browser:
    """Answer page by page, up to the page `until` or to the check; `other` answers stand before the usual."""
    while browser.address.startswith("/question/"):
        question = browser.address.removeprefix("/question/")
        if question == until:
            return browser
        browser.send(other.get(question.replace("-", "_"), ANSWERS[question]))
        assert browser.status == 200, (question, browser.text)
    return browser


def rows(browser: Browser) -> dict[str, str]:
    """The lines of a listing: what each key says."""
    cells = (row.xpath("./dt | ./dd[1]") for row in browser.page.xpath("//dl/div"))
    return {words(key): words(value) for key, value in cells}


def words(element) -> str:  # type: ignore[no-untyped-def]
    return " ".join(element.text_content().split())
