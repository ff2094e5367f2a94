"""`./run` leaves alone what it did not make."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.fixtures.shell import ROOT


def started(root: Path) -> "subprocess.CompletedProcess[str]":
    """`./run compact --help` in a copy of the project that holds the script alone."""
    shutil.copy(ROOT / "run", root / "run")
    (root / "bin").mkdir()
    # What it would make an environment with: one that says so, and makes none.
    maker = root / "bin" / "python3"
    maker.write_text('#!/bin/sh\n[ "$1" = -c ] && exit 0\necho made >> made\nexit 1\n')
    maker.chmod(0o755)
    (root / "bin" / "apt-get").symlink_to("/bin/false")
    return subprocess.run(
        ["bash", root / "run", "compact", "--help"],
        capture_output=True,
        text=True,
        cwd=root,
        env=os.environ | {"PATH": f"{root / 'bin'}:{os.environ['PATH']}"},
        check=False,
    )


@pytest.mark.parametrize("linked", [False, True], ids=["a folder", "a link"])
def test_an_environment_of_somebody_elses_is_never_deleted(linked: bool, tmp_path: Path) -> None:
    theirs = tmp_path / ("elsewhere" if linked else ".venv")
    theirs.mkdir()
    (theirs / "precious").write_text("years of work")
    if linked:
        (tmp_path / ".venv").symlink_to(theirs)

    ended = started(tmp_path)

    assert ended.returncode == 1
    assert "was not made by this script" in ended.stderr
    assert (tmp_path / ".venv" / "precious").read_text() == "years of work"
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("stamp", [".made-by-run", ".requirements.lock", ".requirements-dev.lock"])
def test_its_own_is_made_again_when_it_is_broken(stamp: str, tmp_path: Path) -> None:
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / stamp).touch()
    (tmp_path / ".venv" / "old").touch()

    started(tmp_path)

    assert (tmp_path / "made").exists()
    assert not (tmp_path / ".venv" / "old").exists()
