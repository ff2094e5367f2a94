"""What is kept no longer than it is needed: shown first, then forgotten, and nothing else with it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select, update

from sampling.frame import Sector
from survey_app.cli.main import compact
from survey_app.clock import end_of
from survey_app.models.audit import AuditEntry
from survey_app.models.cases.casework import CaseEvent
from survey_app.models.contacts import Contact
from survey_app.models.frames.lists import QuarantinedRow, SourceRecord
from survey_app.models.outbox import Message
from survey_app.models.responses import ResponseDraft
from survey_app.services.cases import casework
from survey_app.services.destruction import retention
from survey_app.services.destruction.retention import Due
from survey_app.services.organisations import contacts
from survey_app.services.organisations.contacts import ContactDetails
from tests.conftest import KEYS
from tests.fixtures.answering import case_of
from tests.fixtures.world import DATES, World, voluntary

PEOPLE = (
    voluntary(12).replace(",email\r\n", ",email,chair\r\n").replace(".invalid\r\n", ".invalid,Jo Bird\r\n")
)
JO = ContactDetails(name="Jo Bird", email="jo@x.invalid", telephone="0161", post="York")


def filled(world: World) -> World:
    """A closed round with something of every kind."""
    world.founded()
    world.imported("With people", PEOPLE + "X1,Odd,Wessex,0,,,,,\r\n", quarantine=True)
    world.opened(bodies=4, charities=20)
    with world.database.writing() as session:
        case_id, _ = case_of(world, Sector.VOLUNTARY)
        casework.note_call(session, world.keys, case_id=case_id, note="Jo Bird", context=world.context())
        ended = contacts.add_contact(
            session, world.keys, organisation_id=1, details=JO, context=world.context()
        )
        contacts.end_contact(session, contact_id=ended, context=world.context())
        session.add(ResponseDraft(id="d", seat_pseudonym="s", round_id=world.round_id, sealed=b"typed"))
    world.move_to(end_of(DATES.closes_on))
    return world


def counts(world: World) -> list[int]:
    """How many rows there are of each kind, in their order, whatever their age."""

    def look(session):  # type: ignore[no-untyped-def]
        asked = (
            (Message, Message.address_sealed),
            (CaseEvent, CaseEvent.note_sealed),
            (ResponseDraft, ResponseDraft.sealed),
            (Contact, Contact.telephone_sealed),
            (QuarantinedRow, QuarantinedRow.row_sealed),
            (SourceRecord, SourceRecord.others_sealed),
        )
        return [
            session.scalar(select(func.count()).select_from(model).where(column.is_not(None)))
            for model, column in asked
        ]

    return world.read(look)


def due(world: World) -> list[Due]:
    return world.read(lambda s: retention.preview(s, world.settings, now=world.clock.now()))


def forgotten(world: World) -> int:
    rows = 0
    for one in due(world):
        while True:
            with world.database.writing() as session:
                count = retention.delete_some(session, due=one)
            rows += count
            if not count:
                break
    return rows


@pytest.fixture
def closed(world: World) -> World:
    return filled(world)


def test_nothing_is_due_while_its_days_last_and_all_of_it_after(closed: World) -> None:
    before = counts(closed)
    assert all(before)
    assert sum(one.rows for one in due(closed)) == 0

    closed.clock.advance_to(closed.clock.now() + timedelta(days=366))
    shown = {one.kind.words: one.rows for one in due(closed)}

    assert sum(shown.values()) == sum(before)
    assert counts(closed) == before, "a preview changes nothing"
    assert forgotten(closed) == sum(before)
    assert counts(closed) == [0] * len(before)


def test_an_address_that_was_ended_stays_known_so_that_no_list_brings_it_back(closed: World) -> None:
    closed.clock.advance_to(closed.clock.now() + timedelta(days=366))
    forgotten(closed)

    sought = closed.keys.lookup(JO.email)
    row = closed.read(lambda s: s.scalars(select(Contact).where(Contact.email_lookup == sought)).one())
    assert (row.name_sealed, row.telephone_sealed, row.post_sealed) == (None, None, None)
    assert row.valid_to is not None


def test_what_is_kept_for_good_is_no_kind_and_answers_are_only_pointed_at(closed: World) -> None:
    closed.clock.advance_to(closed.clock.now() + timedelta(days=2_000))
    fields = {kind.setting for kind in retention.KINDS}
    for_good = replace(closed.settings, **dict.fromkeys(fields, 0), keep_answers_days=0)
    now = closed.clock.now()

    assert closed.read(lambda s: retention.preview(s, for_good, now=now)) == []
    assert closed.read(lambda s: retention.old_answers(s, for_good, now=now)) == []
    (old,) = closed.read(lambda s: retention.old_answers(s, closed.settings, now=now))
    assert (old.round_id, old.closed_on) == (closed.round_id, DATES.closes_on)


def test_the_commands_show_and_forget_and_the_audit_trail_says_so(embedded_world: World) -> None:
    world = filled(embedded_world)
    # The commands read the machine's clock: long ago is long ago on any day.
    long_ago = {"valid_from": date(2019, 1, 1), "valid_to": date(2020, 1, 1)}
    with world.database.writing() as session:
        session.execute(update(Contact).where(Contact.valid_to.is_not(None)).values(**long_ago))
    environment = KEYS | {"DATABASE_URL": world.settings.database_url}

    def called(command: str) -> str:
        done = CliRunner().invoke(compact, ["retention", command], env=environment)
        assert done.exit_code == 0, done.output
        return done.output

    assert "1  names, telephone numbers" in called("preview")
    assert "1  names, telephone numbers" in called("apply")
    assert "0  names, telephone numbers" in called("preview")

    trail = world.read(lambda s: s.scalars(select(AuditEntry)).all())
    noted = {entry.subject_id: entry.detail["rows"] for entry in trail if entry.act == "kept no longer"}
    assert noted["keep_ended_contacts_days"] == 1
