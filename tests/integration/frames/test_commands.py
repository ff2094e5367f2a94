"""`compact frame`: an edition that differs much is taken for a reason only, as on the screen."""

from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from survey_app.cli.main import compact
from survey_app.models.audit import AuditEntry
from survey_app.models.frames.lists import SourceList, SourceRecord
from tests.conftest import KEYS
from tests.fixtures.world import World, voluntary

BESIDE = "owner: The regulator\npurpose: To ask them\ncoverage: England\n"


@pytest.fixture
def world(embedded_world: World) -> World:
    return embedded_world.founded()


def brought_in(world: World, folder: Path, charities: int, dated: str, *more: str, status: int = 0) -> str:
    """What the command says of a list with so many charities."""
    (folder / "vcos.csv").write_text(voluntary(charities))
    (folder / "vcos.yaml").write_text(BESIDE)
    command = ["frame", "import", str(folder / "vcos.csv"), "--list", "VCOs", "--dated", dated, *more]
    done = CliRunner().invoke(compact, command, env=KEYS | {"DATABASE_URL": world.settings.database_url})
    assert done.exit_code == status, done.output
    return done.output


def rows(world: World) -> list[tuple[str, int]]:
    """The editions there are, and how many rows each has."""
    counted = select(SourceList.dated, func.count(SourceRecord.id)).join(SourceRecord).group_by(SourceList.id)
    return world.read(lambda s: sorted((day.isoformat(), count) for day, count in s.execute(counted)))


def test_an_edition_that_differs_much_is_taken_for_a_reason_only(world: World, tmp_path: Path) -> None:
    assert "Beside" not in brought_in(world, tmp_path, 60, "2026-05-01")

    refused = brought_in(world, tmp_path, 20, "2026-06-01", status=2)
    assert "Nothing was imported" in refused
    assert "40 of 60 organisations are gone" in refused
    assert rows(world) == [("2026-05-01", 60)]

    taken = brought_in(world, tmp_path, 20, "2026-06-01", "--why", "The register was cleared")
    assert "Beside the edition as of 1 May 2026: 0 new, 0 changed, 40 gone." in taken
    assert rows(world) == [("2026-05-01", 60), ("2026-06-01", 20)]
    noted = select(AuditEntry.detail).where(AuditEntry.act == "list imported")
    reasons = world.read(lambda s: {detail["why"] for detail in s.scalars(noted)})
    assert reasons == {"", "The register was cleared"}


@pytest.mark.parametrize(("before", "after"), [(60, 62), (3, 5)], ids=["as usual", "a short list"])
def test_any_other_edition_is_taken_and_says_what_it_changes(
    world: World, tmp_path: Path, before: int, after: int
) -> None:
    brought_in(world, tmp_path, before, "2026-05-01")

    said = brought_in(world, tmp_path, after, "2026-06-01")

    assert "Beside the edition as of 1 May 2026: 2 new, 0 changed, 0 gone." in said
    assert rows(world) == [("2026-05-01", before), ("2026-06-01", after)]
