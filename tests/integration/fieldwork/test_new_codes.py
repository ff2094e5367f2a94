"""Attacks of staff on a named answer: by a new code, by another address, by a code that is shown."""

from collections.abc import Callable
from email.message import EmailMessage

import numpy as np
import pytest
from sqlalchemy import select, update

from sampling.frame import Sector
from survey_app.clock import at, end_of
from survey_app.demo.respondents import answer_all
from survey_app.errors import CompactError, ConflictError, InvalidError, NotAllowedError, StageError
from survey_app.models.audit import AuditEntry
from survey_app.models.outbox import Message
from survey_app.models.programmes import Installation
from survey_app.services.cases.codes import code_of
from survey_app.services.fieldwork import new_codes
from survey_app.services.organisations import contacts
from survey_app.services.organisations.contacts import ContactDetails
from survey_app.services.people import accounts
from survey_app.services.responses import seats
from survey_app.services.responses.saving import Save
from survey_app.services.responses.seats import UnknownCodeError, seat_for_code
from tests.fixtures.answering import case_of
from tests.fixtures.world import DATES, World, made

FIRST, SECOND = 1, 2
OLD, ROGUE = "charity-00000@charities.invalid", "mine@elsewhere.invalid"


@pytest.fixture
def opened(world: World) -> World:
    """A round that is open, and two interviewers."""
    return with_two_interviewers(world.opened(bodies=4, charities=20))


def with_two_interviewers(world: World) -> World:
    """The same, with somebody who asks for codes and somebody who agrees."""
    with world.database.writing() as session:
        for name in ("first", "second"):
            accounts.add_person(
                session,
                email=f"{name}@compact.invalid",
                name=name.title(),
                made=made(),
                role="interviewer",
                context=world.context(),
            )
    return world


def case(world: World) -> int:
    """The case that the letters to OLD are about."""
    for place in range(10):
        case_id = case_of(world, Sector.VOLUNTARY, place)[0]
        if address(world, case_id) == OLD:
            return case_id
    raise AssertionError("nobody has this address")


def address(world: World, case_id: int) -> str:
    with world.database.reading() as session:
        seat = seats.lead_seat_of(session, world.keys, case_id=case_id)
        known = contacts.addresses_of(session, world.keys, [seat.organisation_id])
        return known[seat.organisation_id].email


def answered(world: World, case_id: int, *, stop_after: int) -> None:
    with world.database.writing() as session:
        answer_all(
            session,
            world.keys,
            case_id=case_id,
            rng=np.random.default_rng(1),
            save=Save(world.clock.now()),
            stop_after=stop_after,
        )


def begun(world: World) -> int:
    case_id = case(world)
    answered(world, case_id, stop_after=3)
    return case_id


def move_address(world: World, case_id: int, email: str = ROGUE) -> None:
    """What anybody who records contacts may do."""
    with world.database.writing() as session:
        seat = seats.lead_seat_of(session, world.keys, case_id=case_id)
        (contact,) = contacts.contacts_of(session, world.keys, organisation_id=seat.organisation_id)
        contacts.change_contact(
            session,
            world.keys,
            contact_id=contact.id,
            details=ContactDetails(email=email),
            context=world.context(),
        )


def send(world: World, case_id: int, person: int = FIRST) -> bool:
    with world.database.writing() as session:
        return new_codes.send_code(
            session, world.keys, case_id=case_id, person_id=person, context=world.context()
        )


def agree(world: World, case_id: int, person: int = SECOND) -> None:
    with world.database.writing() as session:
        asked = new_codes.waiting_for_code(
            session, case_id=case_id, person_id=person, context=world.context()
        )
        assert asked is not None
        new_codes.agree(
            session,
            world.keys,
            case_id=case_id,
            approval_id=asked.id,
            person_id=person,
            context=world.context(),
        )


def renewed(world: World, case_id: int) -> None:
    """A new code that one asks for and another agrees to."""
    send(world, case_id)
    agree(world, case_id)


def posted(world: World) -> list[EmailMessage]:
    """The letters that leave now."""
    before = len(world.sent)
    world.tick()
    return world.sent[before:]


def code_in(letter: EmailMessage) -> str:
    return str(letter.get_content()).partition("Your access code: ")[2][:14]


def generation(world: World, case_id: int) -> int:
    return world.read(lambda s: seats.lead_seat_of(s, world.keys, case_id=case_id)).generation


def refused(call: Callable[[], object], kind: type[CompactError]) -> str:
    with pytest.raises(kind) as refusal:
        call()
    return str(refusal.value)


def test_a_new_code_goes_to_the_contact_and_the_old_one_is_dead(opened: World) -> None:
    case_id = case(opened)
    old = code_of_case(opened, case_id)

    renewed(opened, case_id)
    (letter,) = posted(opened)

    assert letter["To"] == OLD
    assert opened.read(lambda s: seat_for_code(s, opened.keys, code=code_in(letter))).case_id == case_id
    with pytest.raises(UnknownCodeError), opened.database.reading() as session:
        seat_for_code(session, opened.keys, code=old)


def code_of_case(world: World, case_id: int) -> str:
    with world.database.writing() as session:
        return code_of(session, world.keys, case_id=case_id, context=world.context())


def test_no_code_is_shown_to_anybody_outside_a_demonstration(opened: World) -> None:
    with opened.database.writing() as session:
        session.execute(update(Installation).values(synthetic=False))

    assert "Only a demonstration" in refused(lambda: code_of_case(opened, case(opened)), NotAllowedError)


def test_before_a_round_opens_one_person_sends_a_new_code(world: World) -> None:
    """There is nothing yet that it could open."""
    with_two_interviewers(world.launched(bodies=4, charities=20))

    assert send(world, case(world))


def test_once_answers_were_sent_no_new_code_is_made(opened: World) -> None:
    case_id = case(opened)
    answered(opened, case_id, stop_after=99)
    opened.settle()

    refused(lambda: send(opened, case_id), ConflictError)

    assert (generation(opened, case_id), posted(opened)) == (1, [])


def test_a_code_that_was_asked_for_is_not_made_once_the_answers_were_sent(opened: World) -> None:
    case_id = begun(opened)
    send(opened, case_id)
    answered(opened, case_id, stop_after=99)

    # Neither who asked nor who agrees is told before the next pass that they were sent; the contact is.
    agree(opened, case_id)
    (letter,) = posted(opened)

    assert (letter["To"], generation(opened, case_id)) == (OLD, 1)
    assert "The answers were sent already, so no code is made" in " ".join(letter.get_content().split())
    assert code_in(letter) == ""


def test_whether_anything_was_saved_makes_no_difference_to_who_asks_for_a_new_code(opened: World) -> None:
    silent, started, sent = (case_of(opened, Sector.VOLUNTARY, place)[0] for place in range(3))
    answered(opened, started, stop_after=3)
    answered(opened, sent, stop_after=99)

    assert [send(opened, case_id) for case_id in (silent, started, sent)] == [False] * 3


def test_in_a_closed_round_no_new_code_is_made(opened: World) -> None:
    case_id = begun(opened)
    opened.move_to(end_of(DATES.closes_on))

    refused(lambda: send(opened, case_id), StageError)

    assert generation(opened, case_id) == 1


def test_once_answers_are_saved_nobody_makes_a_new_code_alone(opened: World) -> None:
    case_id = begun(opened)

    assert not send(opened, case_id)
    assert (generation(opened, case_id), posted(opened)) == (1, [])
    refused(lambda: agree(opened, case_id, person=FIRST), NotAllowedError)
    assert generation(opened, case_id) == 1

    agree(opened, case_id)
    (letter,) = posted(opened)

    assert (letter["To"], generation(opened, case_id)) == (OLD, 2)
    acts = opened.read(lambda s: set(s.scalars(select(AuditEntry.act))))
    assert {"approval asked for", "approval agreed", "letter with a new access code"} <= acts


def test_what_was_refused_or_taken_back_makes_no_code(opened: World) -> None:
    case_id = begun(opened)
    for person, reason in ((FIRST, ""), (SECOND, "Not known to us")):
        send(opened, case_id)
        with opened.database.writing() as session:
            asked = new_codes.waiting_for_code(
                session, case_id=case_id, person_id=person, context=opened.context()
            )
            assert asked is not None
            new_codes.decline(
                session,
                case_id=case_id,
                approval_id=asked.id,
                person_id=person,
                reason=reason,
                context=opened.context(),
            )

    assert (generation(opened, case_id), posted(opened)) == (1, [])


def test_a_reminder_does_not_go_to_an_address_that_was_entered_after_the_start(opened: World) -> None:
    case_id = begun(opened)
    move_address(opened, case_id)

    opened.move_to(at(DATES.first_reminder_on, 10))

    assert ROGUE not in {letter["To"] for letter in opened.sent}
    kept = opened.read(
        lambda s: s.scalars(
            select(Message).where(Message.case_id == case_id, Message.event == "first_reminder")
        ).one()
    )
    assert (kept.state, "address was entered since" in kept.failure) == ("failed", True)


def test_ending_a_contact_does_not_lead_reminders_to_the_next_one(opened: World) -> None:
    """An own address may have been put behind the organisation's, long before the start."""
    case_id = case(opened)
    with opened.database.writing() as session:
        seat = seats.lead_seat_of(session, opened.keys, case_id=case_id)
        (first,) = contacts.contacts_of(session, opened.keys, organisation_id=seat.organisation_id)
        contacts.add_contact(
            session,
            opened.keys,
            organisation_id=seat.organisation_id,
            details=ContactDetails(email=ROGUE),
            context=opened.context(),
        )
    answered(opened, case_id, stop_after=3)
    with opened.database.writing() as session:
        contacts.end_contact(session, contact_id=first.id, context=opened.context())

    opened.move_to(at(DATES.first_reminder_on, 10))

    assert ROGUE not in {letter["To"] for letter in opened.sent}


def test_a_letter_that_waits_does_not_follow_an_address_that_is_changed_after_the_start(
    opened: World,
) -> None:
    case_id = case(opened)
    renewed(opened, case_id)
    opened.post.refuse = _not_now
    opened.tick()
    opened.post.refuse = lambda letter: None
    answered(opened, case_id, stop_after=3)
    move_address(opened, case_id)

    opened.clock.advance_to(end_of(opened.clock.now().date()))

    assert [letter["To"] for letter in posted(opened)] == [OLD]


def _not_now(letter: EmailMessage) -> None:
    raise OSError("the mail server is down")


def test_a_second_person_may_agree_to_another_address_and_the_old_one_is_told(opened: World) -> None:
    case_id = begun(opened)
    move_address(opened, case_id, "new@charities.invalid")
    send(opened, case_id)
    asked = opened.read(
        lambda s: new_codes.waiting_for_code(s, case_id=case_id, person_id=SECOND, context=opened.context())
    )
    assert asked is not None
    assert asked.another

    agree(opened, case_id)
    code, notice = posted(opened)

    assert (code["To"], notice["To"]) == ("new@charities.invalid", OLD)
    assert "now go to another address" in notice.get_content()
    assert code_in(code) not in notice.get_content()
    opened.move_to(at(DATES.first_reminder_on, 10))
    assert "new@charities.invalid" in {letter["To"] for letter in opened.sent[-30:]}


def test_nobody_agrees_to_an_address_and_then_puts_another_in_its_place(opened: World) -> None:
    case_id = begun(opened)
    send(opened, case_id)
    move_address(opened, case_id)

    assert "changed since" in refused(lambda: agree(opened, case_id), ConflictError)

    move_address(opened, case_id, OLD)
    agree(opened, case_id)
    move_address(opened, case_id)
    assert [letter["To"] for letter in posted(opened)] == [OLD]


def test_where_letters_went_is_told_when_they_go_elsewhere_before_a_start(opened: World) -> None:
    case_id = case(opened)
    move_address(opened, case_id)

    opened.move_to(at(DATES.first_reminder_on, 10))

    warned = [letter for letter in opened.sent if "now go to another address" in letter["Subject"]]
    assert [letter["To"] for letter in warned] == [OLD]


def test_no_two_addresses_ever_have_the_same_code(opened: World) -> None:
    """Else an own address, put in before the start and taken out again, reads what is answered later."""
    case_id = case(opened)
    first = code_of_case(opened, case_id)
    move_address(opened, case_id)
    opened.move_to(at(DATES.first_reminder_on, 10))
    rogue = next(code_in(letter) for letter in opened.sent if letter["To"] == ROGUE)
    move_address(opened, case_id, OLD)
    opened.move_to(at(DATES.second_reminder_on, 10))

    last = [code_in(letter) for letter in opened.sent if letter["To"] == OLD][-1]
    for code in (first, rogue):
        with pytest.raises(UnknownCodeError), opened.database.reading() as session:
            seat_for_code(session, opened.keys, code=code)
    assert opened.read(lambda s: seat_for_code(s, opened.keys, code=last)).case_id == case_id


def test_without_an_address_no_code_is_made(opened: World) -> None:
    case_id = case(opened)
    with opened.database.writing() as session:
        seat = seats.lead_seat_of(session, opened.keys, case_id=case_id)
        (first,) = contacts.contacts_of(session, opened.keys, organisation_id=seat.organisation_id)
        contacts.end_contact(session, contact_id=first.id, context=opened.context())

    refused(lambda: send(opened, case_id), InvalidError)

    assert generation(opened, case_id) == 1
