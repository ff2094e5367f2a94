"""What a command says when its database does not answer, or takes no writes: what, where, and what to do."""

import os
import sqlite3

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from config import Settings

# Words of the engines, and what they mean for whoever called the command.
MEANINGS = (
    (
        ("readonly", "read-only"),
        "takes no writes",
        "Let this account write there, or use the primary.",
    ),
    (("unable to open", "no such file"), "cannot be opened", "See that its folder is there and is yours."),
    (("locked", "busy"), "is held by somebody else", "Try again in a minute."),
    (("full", "no space"), "has no room left", "Make room on its disk; nothing was lost."),
    (
        ("not a database", "malformed"),
        "is damaged, or no database",
        "Move it away and restore a backup: compact restore.",
    ),
    (("password", "authentication"), "does not let us in", "Check name and password in DATABASE_URL."),
    (("does not exist",), "is not there", "Make it, then: compact database upgrade."),
    (("permission denied",), "does not let us do this", "Check what the account in DATABASE_URL may do."),
    (
        ("refused", "could not connect", "connection failed", "timeout", "terminat", "closed", "resolve"),
        "does not answer",
        "See that it runs and can be reached from here, then try again.",
    ),
)


def in_words(fault: Exception) -> str | None:
    """The sentence for a fault of the database; None where it is the program's own."""
    if not isinstance(fault, DBAPIError | sqlite3.Error):
        return None
    said = str(fault.orig if isinstance(fault, DBAPIError) else fault).lower()
    for words, what, remedy in MEANINGS:
        if any(word in said for word in words):
            return f"The database {what}: {_where()}. {remedy}"
    return None


def _where() -> str:
    """The database that the settings name, without its password."""
    url = os.environ.get("DATABASE_URL") or str(Settings.__dataclass_fields__["database_url"].default)
    try:
        return make_url(url).render_as_string(hide_password=True)
    except (ArgumentError, SQLAlchemyError):
        return "what DATABASE_URL names"
