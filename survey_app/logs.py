"""What the processes write down: one line of JSON for each event, and nothing about a person.

A line holds what its writer put into the message and the facts, and of a fault its kind and place: what a
fault says may repeat a name, an address or an answer, and is left out.
"""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime

# They tell of every step of their own.
QUIET = {"alembic": logging.WARNING, "weasyprint": logging.WARNING, "fontTools": logging.WARNING}
MAX_PLACES = 12


class JsonLines(logging.Formatter):
    """A record as one line of JSON: time, level, logger, message, the record's `facts`, and its fault."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line |= getattr(record, "facts", {})
        if record.exc_info and record.exc_info[1] is not None:
            line["fault"] = _fault(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False, default=str)


def _fault(fault: BaseException) -> dict[str, object]:
    """The kind of a fault and where it came from, the nearest place last; not what it says."""
    places = [
        f"{place.filename}:{place.lineno} {place.name}"
        for place in traceback.extract_tb(fault.__traceback__)[-MAX_PLACES:]
    ]
    said: dict[str, object] = {"kind": type(fault).__name__, "at": places}
    if cause := fault.__cause__ or fault.__context__:
        said["after"] = type(cause).__name__
    return said


def write_lines() -> None:
    """Let every logger of this process write lines of JSON to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name, level in QUIET.items():
        logging.getLogger(name).setLevel(level)
