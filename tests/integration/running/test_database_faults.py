"""A command on a database that is down, read-only or none says so in words, and what to do."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy.exc import SQLAlchemyError

from survey_app.cli.main import compact
from survey_app.cli.running.database_faults import in_words
from survey_app.services.fieldwork import outbox
from tests.conftest import KEYS
from tests.fixtures.mail_server import free_port
from tests.fixtures.read_only import read_only
from tests.fixtures.world import World


def refused(url: str, *command: str) -> str:
    """What a command that cannot be done says."""
    result = CliRunner().invoke(compact, [*command], env=KEYS | {"DATABASE_URL": url})
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert len(result.output.splitlines()) == 1, result.output
    return result.output


def test_a_database_that_is_down_is_named_without_its_password() -> None:
    said = refused(f"postgresql://compact:sesame@127.0.0.1:{free_port()}/compact", "round", "list")

    assert said.startswith("The database does not answer: postgresql://compact:***@127.0.0.1:")
    assert "See that it runs" in said
    assert "sesame" not in said


@pytest.mark.parametrize("command", [("people", "list"), ("database", "upgrade"), ("tick",), ("worker",)])
def test_a_file_that_cannot_be_opened_is_said_so(command: tuple[str, ...], tmp_path: Path) -> None:
    said = refused(f"sqlite:///{tmp_path / 'none' / 'compact.sqlite'}", *command)

    assert said.startswith("The database cannot be opened: sqlite:///")


def test_a_file_that_is_no_database_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "compact.sqlite").write_text("a shopping list, and long enough to be one" * 99)

    said = refused(f"sqlite:///{tmp_path / 'compact.sqlite'}", "round", "list")

    assert "is damaged, or no database" in said


def test_a_database_that_takes_no_writes_is_said_so(embedded_world: World) -> None:
    locked = read_only(embedded_world.founded())
    locked.database.close()

    said = refused(locked.settings.database_url, "outbox", "pause")

    assert said.startswith("The database takes no writes: ")
    assert "use the primary" in said


def test_both_engines_say_that_they_take_no_writes_in_words_that_are_known(world: World) -> None:
    locked = read_only(world.founded())

    with pytest.raises(SQLAlchemyError) as met, locked.database.writing() as session:
        outbox.pause(session, context=world.context())
    locked.database.close()

    assert "takes no writes" in str(in_words(met.value))


def test_a_fault_of_the_program_is_no_fault_of_the_database() -> None:
    assert in_words(ValueError("the database is locked")) is None
