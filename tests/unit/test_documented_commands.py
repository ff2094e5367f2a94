"""Every command that a document names is there, with the options it is given."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from survey_app.cli.main import compact

ROOT = Path(__file__).parents[2]


def documented() -> Iterator[tuple[str, str]]:
    """The file and the words after `compact` of each command in code."""
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))):
        text = path.read_text(encoding="utf-8").replace("\\\n", " ")
        blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
        inline = re.findall(
            r"(?<!`)`([^`\n]+)`(?!`)", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.M)
        )
        for line in (*"\n".join(blocks).splitlines(), *inline):
            if said := re.match(r"\s*(?:[A-Z_]+=\S+ )?(?:\S*/run )?compact (.+)", line):
                yield path.name, said.group(1)


COMMANDS = sorted(set(documented()))


def read(words: list[str]) -> None:
    """Follow the words from group to command, and read its options, without doing anything."""
    command: click.Command = compact
    context = click.Context(compact, info_name="compact", resilient_parsing=True)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        name, *words = words
        known = command.get_command(context, name)
        assert known is not None, f"there is no command {name}"
        command = known
    command.make_context(command.name, words, resilient_parsing=True)


@pytest.mark.parametrize(("document", "line"), COMMANDS)
def test_a_command_in_a_document_is_one_of_the_product(document: str, line: str) -> None:
    words = shlex.split(re.split(r"[>|;#]", line)[0])

    read([word for word in words if word != "..."])


def test_the_documents_name_most_commands() -> None:
    assert len(COMMANDS) > 25
