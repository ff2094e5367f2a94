"""That answers arrived is said by e-mail the morning after, without them, and tells nothing of their time."""

from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy import delete, select

from sampling.frame import Sector
from survey_app.clock import at
from survey_app.demo.respondents import answer_all
from survey_app.models.contacts import Contact
from survey_app.models.outbox import Message
from survey_app.services.organisations import contacts
from survey_app.services.organisations.contacts import ContactDetails
from survey_app.services.responses import seats
from survey_app.services.responses.saving import Save
from tests.fixtures.answering import case_of
from tests.fixtures.world import DATES, World

NEXT = DATES.opens_on + timedelta(days=1)


@pytest.fixture
def opened(world: World) -> World:
    world.opened()
    world.sent.clear()
    return world


def answer(world: World, place: int, *, stop_after: int = 99) -> seats.Seat:
    """Let a charity answer; its seat."""
    case_id = case_of(world, Sector.VOLUNTARY, place)[0]
    with world.database.writing() as session:
        save, rng = Save(world.clock.now()), np.random.default_rng(place)
        answer_all(session, world.keys, case_id=case_id, rng=rng, save=save, stop_after=stop_after)
        return seats.lead_seat_of(session, world.keys, case_id=case_id)


def address_of(world: World, seat: seats.Seat) -> str:
    owner = seat.organisation_id
    return world.read(lambda s: contacts.addresses_of(s, world.keys, [owner]))[owner].email


def acknowledgements(world: World) -> list[Message]:
    query = select(Message).where(Message.template == "acknowledgement")
    return list(world.read(lambda s: s.scalars(query).all()))


def test_whoever_sent_answers_is_written_to_once_the_morning_after_where_letters_went(opened: World) -> None:
    seat, _ = answer(opened, 0), answer(opened, 1, stop_after=3)
    address, code = address_of(opened, seat), case_of(opened, Sector.VOLUNTARY)[1]
    with opened.database.writing() as session:
        # Whoever enters an address of their own afterwards is not the one who learns of it.
        mine = ContactDetails(email="somebody@else.invalid")
        owner, context = seat.organisation_id, opened.context()
        contacts.add_contact(
            session, opened.keys, organisation_id=owner, details=mine, first=True, context=context
        )

    opened.move_to(at(NEXT, 4))
    assert opened.sent == []
    opened.move_to(at(NEXT, 9))
    opened.move_to(at(NEXT + timedelta(days=1), 9))

    (letter,) = opened.sent
    text = letter.get_content()
    assert letter["To"] == address
    assert seats.receipt(opened.keys, seat) in text
    assert code not in text
    assert {message.state for message in acknowledgements(opened)} == {"sent"}


def test_answers_of_the_last_day_are_acknowledged_after_the_close(opened: World) -> None:
    opened.move_to(at(DATES.closes_on, 8))
    opened.sent.clear()
    answer(opened, 0)

    opened.move_to(at(DATES.closes_on + timedelta(days=1), 0))
    opened.move_to(at(DATES.closes_on + timedelta(days=1), 9))

    (letter,) = opened.sent
    assert "you can see them again" not in letter.get_content()


def test_a_letter_says_no_more_of_when_somebody_answered_than_the_day_of_the_case(opened: World) -> None:
    """Not even on a day of reminders, when cases follow once more in the morning."""
    opened.move_to(at(DATES.first_reminder_on, 4))
    answer(opened, 0)
    opened.move_to(at(DATES.first_reminder_on, 9))
    assert acknowledgements(opened) == []
    answer(opened, 1)

    opened.move_to(at(DATES.first_reminder_on + timedelta(days=1), 9))

    assert {message.due_at for message in acknowledgements(opened)} == {
        at(DATES.first_reminder_on + timedelta(days=1), 9)
    }
    assert {message.state for message in acknowledgements(opened)} == {"sent"}


def test_nobody_is_written_to_whose_letters_never_went_by_email_or_long_after(opened: World) -> None:
    seat = answer(opened, 0)
    with opened.database.writing() as session:
        session.execute(delete(Message).where(Message.seat_id == seat.id))
        session.execute(delete(Contact).where(Contact.organisation_id == seat.organisation_id))
    answer(opened, 1)
    opened.clock.advance_to(at(DATES.opens_on + timedelta(days=9), 2))

    opened.move_to(at(DATES.opens_on + timedelta(days=9), 9))

    assert acknowledgements(opened) == []
