"""`compact results`: freezing waits and shows how far it is, a refusal says why, files are written."""

import zipfile
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from survey_app.cli.main import compact
from survey_app.models.results import Release
from survey_app.services.stored_files import NewFile, Owner, keep
from tests.conftest import KEYS
from tests.fixtures.two_rounds import THRESHOLD, first_round
from tests.fixtures.world import START, World

# A PDF takes longer than all the rest.
STAND_INS = [
    NewFile("summary_pdf", "summary.pdf", "application/pdf", b"%PDF-1.7"),
    NewFile("tables_csv", "tables.csv", "text/csv", b"item\r\n"),
]


def run(world: World, *arguments: object, threshold: int = THRESHOLD, status: int = 0) -> str:
    environment = {"DATABASE_URL": world.settings.database_url, "DISCLOSURE_THRESHOLD": str(threshold)}
    result: Result = CliRunner().invoke(compact, [*map(str, arguments)], env=KEYS | environment)
    assert result.exit_code == status, result.output
    return result.output


@pytest.mark.slow
def test_a_release_is_frozen_listed_and_taken_from_the_command_line(
    embedded_world: World, tmp_path: Path
) -> None:
    round_id = first_round(embedded_world)
    freeze = partial(run, embedded_world, "results", "freeze", round_id)

    assert "cannot be published safely" in freeze(threshold=1_000, status=2)
    assert "Release 1 is frozen." in freeze()
    assert "1: Annual survey 2026, release 1: its report is being made" in run(
        embedded_world, "results", "list"
    )

    with embedded_world.database.writing() as session:
        keep(session, embedded_world.keys, owner=Owner("release", 1), files=STAND_INS, now=START)
    assert "Release 2 is frozen." in freeze("--reason", "A typing error in one reply.")
    written = run(embedded_world, "results", "files", 1, "--folder", tmp_path, "--bundle").split()

    assert [Path(name).suffix for name in written] == [".pdf", ".csv", ".zip"]
    assert zipfile.is_zipfile(written[-1])
    reasons = embedded_world.read(lambda session: session.scalars(select(Release.reason)).all())
    assert reasons == ["", "A typing error in one reply."]
