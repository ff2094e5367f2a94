"""Letters over a real mail server, on both engines."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from survey_app.clock import at
from survey_app.mail.channels import Channel, Folder, Smtp
from survey_app.models.cases.casework import Case, CaseEvent
from survey_app.models.contacts import Contact
from survey_app.models.outbox import Message
from survey_app.services.fieldwork.marks import PATIENCE
from survey_app.worker.wakings import tick
from tests.fixtures.mail_server import MailServer, free_port
from tests.fixtures.world import DATES, World

OPENING = at(DATES.opens_on, 9)
REFUSED = "body-003@bodies.invalid"


def over(server: MailServer) -> Callable[[], Channel]:
    return lambda: Smtp("127.0.0.1", server.port, tls=False)


def message_to(world: World, address: str) -> Message:
    sought = world.keys.lookup(address)
    query = (
        select(Message)
        .join(Case, Case.id == Message.case_id)
        .join(Contact, Contact.organisation_id == Case.organisation_id)
        .where(Contact.email_lookup == sought)
    )
    return world.read(lambda s: s.scalars(query).one())


@pytest.fixture
def morning(world: World) -> World:
    """The morning of the opening; no letter has left."""
    world.launched()
    world.clock.advance_to(OPENING)
    return world


def test_a_letter_arrives_whole(morning: World, smtp_server: MailServer) -> None:
    morning.tick(over(smtp_server))

    letter = next(one for one in smtp_server.letters if one["To"] == "body-000@bodies.invalid")
    text = letter.get_content()

    assert len(set(smtp_server.message_ids)) == len(smtp_server.letters) == 40
    assert letter["Subject"] == "Annual survey 2026: please answer for Body 000"
    assert letter["Auto-Submitted"] == "auto-generated"
    for part in ("http://127.0.0.1:8000/start", "19 November 2026", "confidential", "SYNTHETIC DATA"):
        assert part in text
    assert "the the" not in text.lower()


def test_a_message_id_is_never_folded(morning: World, smtp_server: MailServer) -> None:
    morning.tick()
    morning.move_to(at(DATES.first_reminder_on, 9))
    morning.move_to(at(DATES.second_reminder_on, 9))

    morning.clock.advance_to(morning.clock.now() + timedelta(days=1))
    with morning.database.writing() as session:
        session.execute(update(Message).values(state="waiting", lease_until=OPENING))
    morning.tick(over(smtp_server))

    stored = morning.read(lambda s: set(s.scalars(select(Message.message_id))))
    assert len(stored) == 120
    assert set(smtp_server.message_ids) == stored


def test_a_letter_that_is_put_off_is_tried_again_later_and_leaves_once(
    morning: World, smtp_server: MailServer
) -> None:
    smtp_server.refusals[REFUSED] = "451 4.7.1 Greylisted, come back later"
    morning.tick(over(smtp_server))
    assert len(smtp_server.letters) == 39
    put_off = message_to(morning, REFUSED)
    assert (put_off.state, put_off.attempts) == ("waiting", 1)
    assert "451" in put_off.failure

    smtp_server.refusals.clear()
    morning.clock.advance_to(OPENING + timedelta(minutes=1))
    morning.tick(over(smtp_server))
    assert len(smtp_server.letters) == 39
    morning.clock.advance_to(OPENING + timedelta(minutes=2))
    morning.tick(over(smtp_server))

    sent = message_to(morning, REFUSED)
    assert (sent.state, sent.failure) == ("sent", "")
    assert sorted(smtp_server.message_ids).count(sent.message_id) == 1


def test_a_letter_that_is_always_put_off_is_given_up_and_noted(
    morning: World, smtp_server: MailServer
) -> None:
    smtp_server.refusals[REFUSED] = "451 4.7.1 Come back later"

    for hours in range(0, 84, 4):
        morning.clock.advance_to(OPENING + timedelta(hours=hours))
        morning.tick(over(smtp_server))
        state = message_to(morning, REFUSED).state
        assert state == ("waiting" if timedelta(hours=hours) < PATIENCE else "failed")

    given_up = message_to(morning, REFUSED)
    assert given_up.attempts == smtp_server.attempts.count(REFUSED) > 10
    kinds = morning.read(
        lambda s: set(s.scalars(select(CaseEvent.kind).where(CaseEvent.case_id == given_up.case_id)))
    )
    assert kinds == {"invitation failed"}


def test_a_letter_that_is_refused_for_good_is_not_tried_again_and_holds_up_no_other(
    morning: World, smtp_server: MailServer
) -> None:
    smtp_server.refusals[REFUSED] = "550 5.1.1 No such mailbox"

    morning.tick(over(smtp_server))
    morning.clock.advance_to(OPENING + timedelta(hours=6))
    morning.tick(over(smtp_server))

    refused = message_to(morning, REFUSED)
    assert (refused.state, smtp_server.attempts.count(REFUSED)) == ("failed", 1)
    assert "No such mailbox" in refused.failure
    assert len(smtp_server.letters) == 39


def test_a_mail_server_that_is_down_for_days_costs_no_letter(morning: World, smtp_server: MailServer) -> None:
    nobody_listens = free_port()
    for hours in range(0, 72, 4):
        morning.clock.advance_to(OPENING + timedelta(hours=hours))
        assert morning.tick(lambda: Smtp("127.0.0.1", nobody_listens, tls=False)) <= 1
    smtp_server.refusals[REFUSED] = "451 4.7.1 Greylisted"
    morning.clock.advance_to(OPENING + timedelta(hours=80))
    morning.tick(over(smtp_server))
    smtp_server.refusals.clear()
    morning.clock.advance_to(OPENING + timedelta(hours=81))

    morning.tick(over(smtp_server))

    assert len(set(smtp_server.message_ids)) == len(smtp_server.letters) == 40


def test_no_letter_leaves_with_a_code_that_opens_nothing_and_none_loses_a_try(
    morning: World, smtp_server: MailServer
) -> None:
    another = replace(morning.keys, code_key="another key than the one that the codes were made with")

    tick(replace(morning.worker(over(smtp_server)), keys=another))

    assert smtp_server.attempts == []
    waiting = morning.read(lambda s: s.scalars(select(Message)).all())
    assert {(letter.state, letter.attempts) for letter in waiting} == {("waiting", 0)}
    morning.clock.advance_to(OPENING + timedelta(hours=1))
    morning.tick(over(smtp_server))
    assert len(smtp_server.letters) == 40


def test_a_demonstration_writes_to_no_real_address(morning: World, smtp_server: MailServer) -> None:
    real = "chief.executive@council.gov.uk"
    with morning.database.writing() as session:
        contact = session.scalars(select(Contact).limit(1)).one()
        contact.email_sealed = morning.keys.encrypt(real, contact.seal_context)
        contact.email_lookup = morning.keys.lookup(real)

    morning.tick(over(smtp_server))

    assert real not in smtp_server.attempts
    assert len(smtp_server.letters) == 39
    stopped = message_to(morning, real)
    assert (stopped.state, ".invalid addresses" in stopped.failure) == ("failed", True)


def test_an_organisation_without_an_address_is_told_to_the_coordinator(
    morning: World, smtp_server: MailServer
) -> None:
    with morning.database.writing() as session:
        session.execute(delete(Contact).where(Contact.organisation_id == 1))

    morning.tick(over(smtp_server))

    failed = morning.read(lambda s: s.scalars(select(Message).where(Message.state == "failed")).one())
    assert "Write or telephone" in failed.failure


def test_an_address_with_a_line_break_in_it_adds_no_header(morning: World, smtp_server: MailServer) -> None:
    crooked = "a@b.invalid\r\nBcc: c@d.invalid"
    with morning.database.writing() as session:
        contact = session.scalars(select(Contact).where(Contact.organisation_id == 1)).one()
        contact.email_sealed = morning.keys.encrypt(crooked, contact.seal_context)

    morning.tick(over(smtp_server))

    assert "c@d.invalid" not in smtp_server.attempts
    assert all(letter["Bcc"] is None for letter in smtp_server.letters)


def test_a_folder_holds_one_file_per_letter_however_often_it_is_written(morning: World) -> None:
    folder = Folder(Path(morning.settings.mail_folder))
    morning.tick(lambda: folder)
    with morning.database.writing() as session:
        some = session.scalars(select(Message.id).limit(5)).all()
        again = update(Message).where(Message.id.in_(some))
        session.execute(again.values(state="waiting", lease_until=OPENING))

    morning.tick(lambda: folder)

    assert len(list(folder.path.glob("*.eml"))) == 40
