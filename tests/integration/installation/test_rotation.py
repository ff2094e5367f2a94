"""DATA_KEY replaced while everything runs: taken up where it was, no letter astray, no trace of the old."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from sqlalchemy import select

from sampling.frame import Sector
from survey_app.cli.main import compact
from survey_app.clock import at
from survey_app.crypto import Keyring
from survey_app.demo.respondents import answer_all
from survey_app.errors import DestroyedError, StageError, WrongKeyError
from survey_app.models.contacts import Contact
from survey_app.models.outbox import Message
from survey_app.services.installation import check_keys
from survey_app.services.keys import codes, rotation
from survey_app.services.organisations import contacts
from survey_app.services.organisations.contacts import ContactDetails
from survey_app.services.responses import seats
from survey_app.services.responses.saving import Save
from tests.conftest import KEYS
from tests.fixtures.answering import case_of
from tests.fixtures.world import DATES, World

FRESH = "a fresh data key for tests and for nothing else"


@pytest.fixture
def filled(world: World) -> World:
    return fill(world)


def fill(world: World) -> World:
    """A round with invitations sent, somebody who began, a contact with everything, and a label sealed."""
    world.opened(bodies=4, charities=20)
    check_keys(world.database, world.keys)
    with world.database.writing() as session:
        case_id, _ = case_of(world, Sector.VOLUNTARY)
        rng, save = np.random.default_rng(1), Save(world.clock.now())
        answer_all(session, world.keys, case_id=case_id, rng=rng, save=save, stop_after=2)
        contacts.add_contact(
            session, world.keys, organisation_id=1,
            details=ContactDetails(name="Jo", email="jo@x.invalid", telephone="1", post="2"),
            context=world.context(),
        )  # fmt: skip
    return world


def both(world: World) -> Keyring:
    return replace(world.keys, data_key=FRESH, data_key_before=world.keys.data_key)


def rotated(world: World, keys: Keyring, *, batches: int = 10_000) -> int:
    """Seal anew, at most so many batches; how many rows that was."""
    renewed = 0
    for model in rotation.MODELS:
        step = rotation.Step(None, 1, 0)
        while step.rows and batches:
            batches -= 1
            with world.database.writing() as session:
                step = rotation.reseal_some(session, keys, model=model, after=step.after)
            renewed += step.renewed
    return renewed


def readable(world: World, keys: Keyring) -> tuple[object, ...]:
    """What the keys open: every contact, the answers of the one who began."""

    def look(session):  # type: ignore[no-untyped-def]
        case_id, _ = case_of(world, Sector.VOLUNTARY)
        sheet = seats.sheet_of(session, keys, seat=seats.lead_seat_of(session, keys, case_id=case_id))
        owners = session.scalars(select(Contact.organisation_id).distinct().order_by(Contact.organisation_id))
        known = [contacts.contacts_of(session, keys, organisation_id=owner) for owner in list(owners)]
        return sheet.revision, dict(sheet.answers), known

    return world.read(look)


def test_what_was_readable_stays_so_at_every_moment_and_then_without_the_old_key(
    filled: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "BATCH", 7)
    before, keys = readable(filled, filled.keys), both(filled)

    rotated(filled, keys, batches=3)
    assert readable(filled, keys) == before
    assert rotated(filled, keys) > 7
    assert rotated(filled, keys) == 0
    with filled.database.writing() as session:
        rotation.finish(session, keys, context=filled.context())

    assert readable(filled, replace(filled.keys, data_key=FRESH)) == before
    with pytest.raises(DestroyedError):
        readable(filled, filled.keys)
    with pytest.raises(WrongKeyError, match="DATA_KEY"):
        check_keys(filled.database, filled.keys)
    check_keys(filled.database, replace(filled.keys, data_key=FRESH))
    lookups = filled.read(lambda s: {*s.scalars(select(Contact.email_lookup))})
    lookups |= filled.read(lambda s: {*s.scalars(select(Message.address_lookup))})
    assert replace(filled.keys, data_key=FRESH).lookup("jo@x.invalid") in lookups
    assert not lookups & {filled.keys.lookup(f"charity-{n:05}@charities.invalid") for n in range(20)}


def test_letters_stay_where_they_went_in_the_middle_of_it(
    filled: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "BATCH", 9)
    filled.keys = both(filled)
    rotated(filled, filled.keys, batches=3)

    filled.move_to(at(DATES.first_reminder_on, 9))

    letters = filled.read(lambda s: s.execute(select(Message.template, Message.state, Message.failure)).all())
    assert {template for template, _, _ in letters} == {"invitation", "first_reminder"}
    assert {(state, failure) for _, state, failure in letters} == {("sent", "")}


def test_the_command_shows_how_far_it_is_and_clears_the_file(embedded_world: World) -> None:
    filled = fill(embedded_world)
    old = filled.read(lambda s: [one for one in s.scalars(select(Contact.email_sealed)) if one])
    environment = KEYS | {"DATABASE_URL": filled.settings.database_url}
    keys = {"DATA_KEY": FRESH, "DATA_KEY_BEFORE": KEYS["DATA_KEY"]}

    refused = CliRunner().invoke(compact, ["keys", "rotate"], env=environment)
    done = CliRunner().invoke(compact, ["keys", "rotate"], env=environment | keys)
    again = CliRunner().invoke(compact, ["keys", "rotate"], env=environment | keys)

    assert (refused.exit_code, "DATA_KEY_BEFORE" in refused.output) == (2, True)
    assert (done.exit_code, again.exit_code) == (0, 0), done.output + again.output
    assert "Everything is sealed under the new DATA_KEY" in done.output
    path = Path(str(filled.database.engine.url.database))
    left = b"".join(one.read_bytes() for one in path.parent.glob(f"{path.name}*"))
    assert [one for one in old if one in left] == []


def test_another_code_key_is_taken_while_no_codes_are_out(world: World) -> None:
    world.planned()
    check_keys(world.database, world.keys)
    another = replace(world.keys, code_key="another code key for tests and for nothing else")

    with world.database.writing() as session:
        codes.accept_code_key(session, another, context=world.context())
    check_keys(world.database, another)
    world.keys = another
    world.launch()

    with pytest.raises(StageError, match="codes are out"), world.database.writing() as session:
        codes.accept_code_key(session, another, context=world.context())
