"""Copies whose rehearsal was killed: each is held by whoever uses it, the next deletes what nobody holds.

A copy has the wrapped keys of rounds that may be destroyed later, and its letters have codes of open rounds.
"""

import fcntl
import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Connection, text

log = logging.getLogger(__name__)
FOLDERS, DATABASES = "compact-rehearsal-", "rehearsal_"
HELD = "held"
# Folders of rehearsals that held nothing yet: one that old is lived in by nobody.
SECONDS_A_DAY = 86_400
SAYS = "a rehearsal was killed and left %s behind: it is deleted"


@contextmanager
def held_folder() -> Iterator[Path]:
    """A folder for a rehearsal, which is removed at the end, with those that earlier ones left behind."""
    with TemporaryDirectory(prefix=FOLDERS) as name:
        folder = Path(name)
        held = os.open(folder / f"{HELD}-soon", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(held, fcntl.LOCK_EX)
            # By its name only once it is held, so that nobody finds it free in between.
            (folder / f"{HELD}-soon").rename(folder / HELD)
            _delete_folders(folder)
            yield folder
        finally:
            os.close(held)


def _delete_folders(own: Path) -> None:
    for folder in own.parent.glob(f"{FOLDERS}*"):
        if folder != own and _is_left(folder, own):
            shutil.rmtree(folder, ignore_errors=True)
            log.warning(SAYS, folder)


def _is_left(folder: Path, own: Path) -> bool:
    """Whether nobody holds a folder of ours."""
    try:
        there = folder.lstat()
        if there.st_uid != os.getuid():
            return False
        if not (folder / HELD).exists():
            return own.lstat().st_mtime - there.st_mtime > SECONDS_A_DAY
        held = os.open(folder / HELD, os.O_RDWR | os.O_NOFOLLOW)
    except OSError:
        return False
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(held)
    return True


def hold_database(connection: Connection, name: str) -> None:
    """Hold a copy while this connection stands, and delete the copies of its user that nobody holds."""
    connection.execute(_HOLD, {"name": name})
    for left in connection.scalars(_LEFT, {"like": f"^{DATABASES}[0-9a-f]{{12}}$"}).all():
        if left != name and connection.scalar(_TRY, {"name": left}):
            connection.execute(text(f'DROP DATABASE IF EXISTS "{left}"'))
            connection.execute(_LET_GO, {"name": left})
            log.warning(SAYS, left)


_HOLD = text("SELECT pg_advisory_lock(hashtextextended(:name, 0))")
_TRY = text("SELECT pg_try_advisory_lock(hashtextextended(:name, 0))")
_LET_GO = text("SELECT pg_advisory_unlock(hashtextextended(:name, 0))")
_LEFT = text(
    "SELECT datname FROM pg_database WHERE datname ~ :like AND datdba = current_user::regrole"
    " AND NOT EXISTS (SELECT 1 FROM pg_stat_activity WHERE pg_stat_activity.datname = pg_database.datname)"
)
