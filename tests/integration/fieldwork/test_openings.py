"""When and how a questionnaire was opened: for its respondent to see, and sealed."""

from dataclasses import replace

from survey_app.services.responses import openings, seats
from tests.fixtures.answering import Browser, application
from tests.fixtures.world import World
from tests.integration.fieldwork.test_new_codes import case, code_of_case, renewed, with_two_interviewers


def test_a_respondent_sees_when_and_how_the_questionnaire_was_opened(embedded_world: World) -> None:
    world = embedded_world.opened(bodies=4, charities=20)
    case_id = case(world)
    renewed(with_two_interviewers(world), case_id)
    browser = Browser(application(world)).enter(code_of_case(world, case_id))

    assert "7 September 2026: A new access code was made and sent" in browser.text
    assert "7 September 2026 at 9:00am: with the access code, on the web" in browser.text


def test_that_somebody_came_in_is_sealed_and_kept_away_from_the_case(embedded_world: World) -> None:
    opened = embedded_world.opened(bodies=4, charities=20)
    case_id = case(opened)
    with opened.database.writing() as session:
        seat = seats.lead_seat_of(session, opened.keys, case_id=case_id)
        openings.note_opening(session, opened.keys, seat=seat, now=opened.clock.now())

    shown = opened.read(lambda s: openings.openings_of(s, opened.keys, seat=seat))
    others = opened.read(
        lambda s: openings.openings_of(s, opened.keys, seat=replace(seat, seat_pseudonym="0" * 32))
    )

    assert ([one.at for one in shown], others) == ([opened.clock.now()], [])
