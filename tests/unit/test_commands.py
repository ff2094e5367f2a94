"""The list of commands is that of the commands."""

import click
import pytest
from click.testing import CliRunner

from survey_app.cli.main import COMMANDS, compact


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_listed_can_be_called_and_explains_itself(name: str) -> None:
    command = compact.get_command(click.Context(compact), name)

    assert command is not None
    assert command.name == name
    assert command.help


def test_the_list_names_every_command_and_an_unknown_one_is_told_so() -> None:
    listed = CliRunner().invoke(compact, ["--help"])
    unknown = CliRunner().invoke(compact, ["drawn"])

    assert all(f"  {name} " in listed.output for name in COMMANDS)
    assert unknown.exit_code == 2
    assert "No such command 'drawn'" in unknown.output
