"""The log of what was destroyed, in a file outside the database, so that a restored backup can be made good.

One line for each round, oldest first: `round, day, who`. The round is its uuid, since a backup from before
it was planned may give its number to another round; the day is London's, as 2026-12-01; who is whoever asked
and whoever agreed.
"""

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from survey_app.errors import InvalidError


@dataclass(frozen=True)
class Destroyed:
    """One line: the uuid of a round whose answers were destroyed, on which day, and by whom."""

    round: str
    day: date
    who: str

    def __str__(self) -> str:
        return f"{self.round}, {self.day.isoformat()}, {' '.join(self.who.replace(',', ' ').split())}"


def append(path: Path, line: Destroyed) -> None:
    """Write one line, down to the disk before it returns.

    Raises:
        InvalidError: the file cannot be written.
    """
    try:
        with path.open("a", encoding="utf-8") as log:
            log.write(f"{line}\n")
            log.flush()
            os.fsync(log.fileno())
    except OSError as fault:
        raise InvalidError(f"DESTRUCTION_LOG: {path} cannot be written: {fault.strerror}.") from None


def read(path: Path) -> list[Destroyed]:
    """Every line of the log; none where there is no file yet.

    Raises:
        InvalidError: it cannot be read, or a line is not of this form.
    """
    try:
        text = path.read_text(encoding="utf-8") if path.exists() else ""
    except (OSError, UnicodeDecodeError) as fault:
        raise InvalidError(f"DESTRUCTION_LOG: {path} cannot be read: {fault}.") from None
    lines = enumerate(text.splitlines(), start=1)
    return [_read(path, number, line) for number, line in lines if line.strip()]


def _read(path: Path, number: int, line: str) -> Destroyed:
    parts = [part.strip() for part in line.split(",", maxsplit=2)]
    try:
        round_, day, who = parts
        return Destroyed(round_, date.fromisoformat(day), who)
    except ValueError:
        raise InvalidError(f"{path}, line {number}: {line!r} is not `round, day, who`.") from None
