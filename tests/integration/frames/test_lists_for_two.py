"""Another address that a list brings gets no letter before somebody who did not take the list has agreed."""

from sqlalchemy import delete

from scheduler.strands import Strand
from survey_app.clock import at
from survey_app.models.contacts import Contact
from survey_app.services.frames import snapshots
from survey_app.services.panels import drawing
from survey_app.services.panels.basis import PanelRequest
from survey_app.services.panels.plan import PanelPlan
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import DATES, World, public_bodies, voluntary
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


def test_a_body_without_an_address_that_was_drawn_gets_none_by_a_list_of_one_person(
    embedded_world: World,
) -> None:
    world, real = embedded_world.planned(bodies=4, charities=20), "body-003@bodies.invalid"
    with world.database.writing() as session:
        session.execute(delete(Contact).where(Contact.email_lookup == world.keys.lookup(real)))
    coordinator = Visitor(world, "coordinator")
    listed = bring_in(coordinator, public_bodies(4).replace(real, ROGUE), name="Public bodies").location

    assert coordinator.send(f"{listed}/take").location == "/frame"
    world.launch()
    world.tick()
    world.move_to(at(DATES.opens_on, 9))

    written = {letter["To"] for letter in world.sent}
    assert "body-002@bodies.invalid" in written
    assert ROGUE not in written


def test_organisations_that_one_person_makes_up_in_a_list_get_no_letter(embedded_world: World) -> None:
    world, made_up = embedded_world.framed(bodies=8, charities=20), "body-008@bodies.invalid"
    coordinator = Visitor(world, "coordinator")
    listed = bring_in(coordinator, public_bodies(9), name="Public bodies").location
    assert coordinator.send(f"{listed}/take").location == "/frame"
    with world.database.writing() as session:
        frame_id = snapshots.make_frame(session, as_of=world.clock.now().date(), context=world.context())
        plan = PanelPlan(voluntary_total=10, minimum=2)
        request = PanelRequest(frame_id, Strand.ANNUAL_SURVEY, 2026, plan)
        world.panel_id = drawing.draw_panel(session, request=request, context=world.context())
    world.plan_round()
    world.launch()
    world.tick()
    world.move_to(at(DATES.opens_on, 9))

    written = {letter["To"] for letter in world.sent}
    assert "body-003@bodies.invalid" in written
    assert made_up not in written


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
