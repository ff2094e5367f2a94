"""Another address that a list brings gets no letter before somebody who did not take the list has agreed."""

from tests.fixtures.staff import words
from tests.fixtures.world import World, voluntary
from tests.integration.fieldwork.test_second_person import QUEUE, REAL, ROGUE, Office, open_round, waiting
from tests.integration.frames.test_editions import bring_in


def office(world: World) -> Office:
    """A round that opens in some days, and an edition with two other addresses that the coordinator took."""
    office = Office(world.launched(bodies=4, charities=20))
    text = voluntary(20).replace(REAL, ROGUE).replace("charity-00001@", "another@elsewhere.")
    listed = bring_in(office.coordinator, text).location
    assert office.coordinator.send(f"{listed}/take").location == "/frame"
    return office


def test_an_address_that_one_person_brings_in_a_list_gets_no_letter(embedded_world: World) -> None:
    one = office(embedded_world)

    assert waiting(one) == [], "whoever took the list does not decide"
    open_round(one.world)

    written = {letter["To"] for letter in one.world.sent}
    assert ROGUE not in written
    assert "charity-00002@charities.invalid" in written


def test_all_that_a_list_brought_is_agreed_to_at_once_and_the_letters_leave(embedded_world: World) -> None:
    one = office(embedded_world)
    open_round(one.world)
    one.interviewer.sign_in(one.world)
    page = one.interviewer.open(QUEUE)
    assert f"{ROGUE} The others" in words(page)
    assert "and 1 more on the same list" in words(page)
    (asked,) = set(page.text.split('name="address" type="checkbox" value="')[1:])

    one.interviewer.send(QUEUE, form_at=QUEUE, address=asked.partition('"')[0], agree="1")
    one.world.tick()

    assert ROGUE in {letter["To"] for letter in one.world.sent}


def test_a_list_given_back_brings_back_no_address_that_nobody_agreed_to(embedded_world: World) -> None:
    one = office(embedded_world)
    text = voluntary(20).replace(REAL, "third@elsewhere.invalid")
    changes = {"dated-day": "21"}
    listed = bring_in(one.coordinator, text, **changes).location
    one.coordinator.send(f"{listed}/take")

    one.coordinator.send(f"{listed}/give-back")
    open_round(one.world)

    assert {ROGUE, "third@elsewhere.invalid"} & {letter["To"] for letter in one.world.sent} == set()
