"""A release that was never worked out, for tests of who reads it; and two closed rounds, which tests copy."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from config import Settings
from survey_app.application import keyring
from survey_app.clock import SetClock
from survey_app.database import Database
from survey_app.models.results import Release, ReleaseKind, ReleaseRound, ReleaseState
from survey_app.reports.contents import Contents
from survey_app.reports.frozen import to_json
from survey_app.services.stored_files import NewFile, Owner, keep
from tests.conftest import KEYS
from tests.fixtures.two_rounds import TwoRounds, two_rounds
from tests.fixtures.world import START, World

SVG = '<svg class="chart" role="img" width="10pt" height="5pt" viewBox="0 0 10 5"><title>{}</title></svg>'


def published(world: World, said: Contents, *, files: bool = True, more: tuple[NewFile, ...] = ()) -> int:
    """A release that says this, with drawings and files that only tests would take for real."""
    drawings = [f'"figure-{n}{end}": {_quoted(n, end)}' for n in range(1, 15) for end in ("", "-phone")]
    made = [
        NewFile("summary_pdf", "working-together.pdf", "application/pdf", b"%PDF-1.7 test"),
        NewFile("tables_csv", "working-together.csv", "text/csv; charset=utf-8", b"item\r\n"),
        NewFile("figures_json", "f.json", "application/json", ("{" + ",".join(drawings) + "}").encode()),
    ]
    with world.database.writing() as session:
        row = Release(
            programme_id=world.programme,
            kind=ReleaseKind.ROUND_SUMMARY,
            state=ReleaseState.PUBLISHED,
            series="a round",
            number=1,
            contents=to_json(said),
            frozen_at=world.clock.now(),
            frozen_by="coordinator@compact.invalid",
            published_at=world.clock.now(),
        )
        session.add(row)
        session.flush()
        session.add(ReleaseRound(release_id=row.id, position=1, round_id=world.round_id))
        keep(
            session,
            world.keys,
            owner=Owner("release", row.id),
            files=[*(made if files else []), *more],
            now=world.clock.now(),
        )
        return row.id


def _quoted(number: int, end: str) -> str:
    return json.dumps(SVG.format(f"Drawing {number}{end}"))


@pytest.fixture(scope="session")
def made(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoRounds]:
    """Two closed rounds on SQLite, made once; tests change copies."""
    folder = tmp_path_factory.mktemp("two-rounds")
    shutil.copy(migrated, folder / "compact.sqlite")
    pair = two_rounds(_world(folder / "compact.sqlite"))
    yield pair
    pair.world.database.close()


def _world(path: Path) -> World:
    url = f"sqlite:///{path}"
    settings = Settings.from_environment(KEYS | {"DATABASE_URL": url, "MAIL_FOLDER": str(path.parent)})
    return World(Database(url), keyring(settings), settings, SetClock(START))


@pytest.fixture
def pair(made: TwoRounds, tmp_path: Path) -> Iterator[TwoRounds]:
    """A copy of the two rounds."""
    source = made.world.database.engine.url.database
    made.world.database.close()
    shutil.copy(source, tmp_path / "compact.sqlite")
    world = _world(tmp_path / "compact.sqlite")
    world.programme_id = made.world.programme_id
    world.clock.advance_to(made.world.clock.now())
    yield replace(made, world=world)
    world.database.close()
