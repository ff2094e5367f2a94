"""One real demonstration, made once by the command itself, for the tests that look at its results."""

import io
import json
import os
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from survey_app.application import keyring
from survey_app.clock import SystemClock
from survey_app.crypto import Keyring
from survey_app.database import Database
from survey_app.demo.installation import environment_of, settings_of
from survey_app.reports.contents import Contents
from survey_app.reports.long_csv import long_csv
from survey_app.reports.round_summary.tables_csv import results_csv
from survey_app.services.audit import AuditContext
from survey_app.services.programmes.registry import find_programme
from survey_app.services.results import files as result_files
from survey_app.services.results import release
from survey_app.services.results.release import ReleaseLine
from survey_app.services.results.replies import RoundReplies, replies_of
from survey_app.services.rounds.lifecycle import get_round
from survey_app.services.stored_files import FileContent

ROOT = Path(__file__).parents[2]
USUAL_VCOS = 1200
# A third of those that are usually asked; `DEMONSTRATION_VCOS=1200` looks at the usual demonstration.
VCOS = int(os.environ.get("DEMONSTRATION_VCOS", "400"))


@dataclass(frozen=True)
class Published:
    """One release: what it stores, its tables as they are handed out, and the answers it was made from."""

    contents: Contents
    csv: str
    replies: RoundReplies


@dataclass(frozen=True)
class Made:
    """What the command left: its folder, what it printed, and the newest release's files by kind.

    `before` is what the release of the round before says; `releases` are both, the newest first; `folders`
    hold the files of each with its bundle, of the newest with its PDF.
    """

    folder: Path
    output: str
    files: dict[str, bytes]
    before: Contents
    releases: tuple[Published, ...]
    folders: tuple[Path, ...]

    @property
    def contents(self) -> dict[str, object]:
        with zipfile.ZipFile(io.BytesIO(self.files[result_files.BUNDLE])) as archive:
            contents: dict[str, object] = json.loads(archive.read("contents.json"))["contents"]
        return contents


def run_demo(folder: Path, *more: str) -> str:
    """`compact demo --no-serve` in a process of its own; what it printed."""
    command = [sys.executable, "-m", "survey_app.cli", "demo", "--no-serve", "--folder", str(folder), *more]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=400,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("demonstration")
    output = run_demo(folder, "--vcos", str(VCOS))
    settings = settings_of(environment_of(folder, port=8000))
    keys, database = keyring(settings), Database(settings.database_url)
    with database.writing() as session:
        context = AuditContext("test", SystemClock().now(), find_programme(session).id)
        lines = release.releases_of(session, context.programme_id or 0)[:2]
        releases = tuple(_published(session, keys, line, context) for line in lines)
        taken = _taken(session, keys, lines[0], context)
        files = {kind: file.content for kind, file in taken.items()}
        folders = tuple(
            _written(tmp_path_factory.mktemp("release"), published, _bundle(session, keys, line, context))
            for line, published in zip(lines, releases, strict=True)
        )
    (folders[0] / taken[result_files.PDF].name).write_bytes(files[result_files.PDF])
    database.close()
    assert files[result_files.CSV].decode() == releases[0].csv
    return Made(folder, output, files, releases[1].contents, releases, folders)


def _taken(
    session: Session, keys: Keyring, line: ReleaseLine, context: AuditContext
) -> dict[str, FileContent]:
    """Every file of a release by kind, as it is handed out."""
    taken = {
        kind: result_files.file_of(session, keys, release_id=line.id, kind=kind, context=context)
        for kind in result_files.DOWNLOADS
    }
    return taken | {result_files.BUNDLE: _bundle(session, keys, line, context)}


def _bundle(session: Session, keys: Keyring, line: ReleaseLine, context: AuditContext) -> FileContent:
    return result_files.bundle_of(session, keys, release_id=line.id, context=context)


def _written(folder: Path, published: Published, bundle: FileContent) -> Path:
    """The files of a release that are made in no time; the PDF of the older one is made later, if at all."""
    stem = bundle.name.removesuffix("-bundle.zip")
    (folder / f"{stem}-long.csv").write_bytes(long_csv(published.contents).encode())
    (folder / f"{stem}.csv").write_bytes(published.csv.encode())
    (folder / bundle.name).write_bytes(bundle.content)
    return folder


def _published(session: Session, keys: Keyring, line: ReleaseLine, context: AuditContext) -> Published:
    programme = context.programme_id or 0
    round_view = get_round(session, round_id=line.round_id, programme_id=programme)
    contents = release.release_contents(session, release_id=line.id, programme_id=programme)
    return Published(contents, results_csv(contents), replies_of(session, keys, round_view=round_view))
