"""The keys of the settings are those that the database was filled with, or nothing begins."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import delete, func, select

from sampling.frame import Sector
from survey_app.application import create_app
from survey_app.cli.main import compact
from survey_app.database import Database
from survey_app.demo.respondents import answer_all
from survey_app.errors import WrongKeyError
from survey_app.models.keys import KeyFingerprint
from survey_app.services.installation import check_keys, upgrade
from survey_app.services.responses.saving import Save
from tests.conftest import KEYS
from tests.fixtures.answering import case_of
from tests.fixtures.mail_server import MailServer, free_port
from tests.fixtures.world import World

ANOTHER = "another key than the one that the database was filled with"
NAMES = ("prn_key", "link_key", "code_key", "data_key")


def called(world: World, *arguments: str, **changed: str) -> Result:
    environment = KEYS | {"DATABASE_URL": world.settings.database_url, "SMTP_TLS": "no"} | changed
    return CliRunner().invoke(compact, list(arguments), env=environment)


def one_answered(world: World) -> None:
    with world.database.writing() as session:
        case_id, _ = case_of(world, Sector.PUBLIC)
        rng = np.random.default_rng(1)
        answer_all(session, world.keys, case_id=case_id, rng=rng, save=Save(world.clock.now()))
        session.execute(delete(KeyFingerprint))


@pytest.mark.parametrize("name", NAMES)
def test_no_process_and_no_command_begins_under_another_key(embedded_world: World, name: str) -> None:
    world = embedded_world.founded()
    check_keys(world.database, world.keys)
    wrong = replace(world.settings, **{name: ANOTHER})

    with pytest.raises(WrongKeyError, match=f"^{name.upper()} is not"):
        create_app(wrong)
    for command in (("worker",), ("tick",), ("serve",), ("round", "list"), ("database", "upgrade")):
        result = called(world, *command, **{name.upper(): ANOTHER})
        assert (result.exit_code, name.upper() in result.stderr) == (2, True), command


def test_keys_are_noted_once_and_give_nothing_of_themselves_away(world: World) -> None:
    world.founded()
    for _ in range(2):
        check_keys(world.database, world.keys)

    noted = world.read(lambda session: session.scalars(select(KeyFingerprint)).all())
    assert {one.name for one in noted} == {name.upper() for name in NAMES}
    assert len({one.fingerprint for one in noted}) == len(NAMES)
    assert not any(getattr(world.keys, name) in one.fingerprint for one in noted for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_database_from_before_takes_no_key_that_what_it_holds_speaks_against(
    world: World, name: str
) -> None:
    one_answered(world.opened())

    with pytest.raises(WrongKeyError, match=name.upper()):
        check_keys(world.database, replace(world.keys, **{name: ANOTHER}))

    assert world.read(lambda session: session.scalar(select(func.count()).select_from(KeyFingerprint))) == 0
    check_keys(world.database, world.keys)


def test_an_upgrade_notes_the_keys_of_a_new_database(tmp_path: Path, world: World) -> None:
    database = Database(f"sqlite:///{tmp_path / 'new.sqlite'}")

    upgrade(database, world.keys)

    with pytest.raises(WrongKeyError):
        check_keys(database, replace(world.keys, code_key=ANOTHER))
    database.close()


def test_the_check_connects_to_database_and_mail(embedded_world: World, smtp_server: MailServer) -> None:
    port = str(smtp_server.port)
    sound = called(
        embedded_world, "settings", "check", MAIL_CHANNEL="smtp", SMTP_HOST="127.0.0.1", SMTP_PORT=port
    )

    assert sound.exit_code == 0, sound.output
    assert "its tables are up to date, and the keys are those" in sound.output
    assert f"127.0.0.1:{port} answers" in sound.output
    assert smtp_server.attempts == []


def test_the_check_names_each_thing_that_cannot_be_reached(embedded_world: World, tmp_path: Path) -> None:
    nowhere = f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.sqlite'}"
    faulty = called(
        embedded_world, "settings", "check",
        DATABASE_URL=nowhere, DESTRUCTION_LOG=str(tmp_path / "no" / "log"),
        MAIL_CHANNEL="smtp", SMTP_PORT=str(free_port()),
    )  # fmt: skip

    assert faulty.exit_code == 2
    assert "DATABASE_URL" in faulty.stderr
    assert "SMTP_HOST" in faulty.stderr
    assert "DESTRUCTION_LOG" in faulty.stderr
    assert not (tmp_path / "no").exists()


def test_the_check_reads_the_sender_as_letters_do(embedded_world: World) -> None:
    refused = called(embedded_world, "settings", "check", MAIL_FROM="Compact <survey..team@compact.invalid>")

    assert refused.exit_code == 2
    assert "MAIL_FROM" in refused.stderr
    assert "a dot too many" in refused.stderr


def test_the_check_makes_no_database(embedded_world: World, tmp_path: Path) -> None:
    path = tmp_path / "later.sqlite"

    result = called(embedded_world, "settings", "check", DATABASE_URL=f"sqlite:///{path}")

    assert (result.exit_code, "compact database upgrade" in result.output) == (0, True)
    assert not path.exists()
