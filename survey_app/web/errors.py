"""The only place that knows both what went wrong and which HTTP status it is."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Flask, render_template
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError

from survey_app.errors import (
    BusyError,
    CompactError,
    ConflictError,
    DestroyedError,
    InvalidError,
    NotAllowedError,
    NotFoundError,
    StageError,
    TooManyAttemptsError,
)
from survey_app.web.requests import request_id

log = logging.getLogger(__name__)
Page = tuple[str, int]


@dataclass(frozen=True)
class Explained:
    """A fault in the words of whoever meets it."""

    status: int
    title: str
    explanation: str = ""
    next_steps: tuple[str, ...] = ()


STATUS: dict[type[CompactError], int] = {
    NotFoundError: 404,
    NotAllowedError: 403,
    ConflictError: 409,
    StageError: 409,
    InvalidError: 422,
    TooManyAttemptsError: 429,
    DestroyedError: 410,
    BusyError: 503,
}
KIND = {
    400: ("We could not read that", "Go back and try again."),
    403: ("You cannot open this page", "Sign in with another name, or ask an administrator."),
    404: ("Page not found", "Check the address for a slip, such as a letter left out."),
    405: ("That cannot be done here", "Go back and use the buttons on the page."),
    413: ("That is too large", "Send less at once. Nothing was saved."),
    415: ("We could not read that", "Go back and use the form on the page."),
}


def init_errors(app: Flask) -> None:
    """Answer every fault with a page that says what happened and what to do."""
    app.register_error_handler(Exception, answered)


def answered(fault: Exception) -> Page:
    """The page that says what happened, with its status."""
    words = explained(fault)
    page = render_template(
        "base/error.html",
        title=words.title,
        explanation=words.explanation,
        next_steps=words.next_steps,
        # Faults of ours are in the log under this id.
        reference=request_id() if words.status >= 500 else "",
    )
    return page, words.status


def explained(fault: Exception) -> Explained:
    """What a fault means, and what to do; what nobody foresaw is written to the log."""
    kind = next(kind for kind in EXPLAINED if isinstance(fault, kind))
    return EXPLAINED[kind](fault)


def status_of(fault: CompactError) -> int:
    """The HTTP status of a fault of ours: that of its nearest listed class."""
    return next((STATUS[kind] for kind in type(fault).__mro__ if kind in STATUS), 400)


def _ours(fault: CompactError) -> Explained:
    first, *others = str(fault).splitlines() or [""]
    return Explained(status_of(fault), fault.title, first, tuple(others))


def _forged(_fault: CSRFError) -> Explained:
    return Explained(
        400,
        "This page was open too long",
        "To keep others from sending forms in your name, a page can be sent for a limited time only.",
        ("Go back, load the page again, and send it once more. Nothing was changed.",),
    )


def _http(fault: HTTPException) -> Explained:
    status = fault.code or 500
    title, next_step = KIND.get(status, ("Something went wrong", "Go back and try again."))
    return Explained(status, title, "", (next_step,))


def _raced(fault: IntegrityError) -> Explained:
    log.warning("two changes met", exc_info=fault, extra=_line())
    return Explained(
        409,
        "Somebody else was there first",
        "The same thing was done at the same moment.",
        ("Look again, then decide.",),
    )


def _database_away(fault: OperationalError) -> Explained:
    log.error("the database did not answer", exc_info=fault, extra=_line())
    return Explained(
        503,
        "We cannot reach our records just now",
        "What you sent last was not saved. What you saved before is kept.",
        ("Wait a minute, then try again.",),
    )


def _unforeseen(fault: Exception) -> Explained:
    log.error("a request failed", exc_info=fault, extra=_line())
    return Explained(
        InternalServerError.code,
        "Something went wrong on our side",
        "What you saved before is kept. The fault was written down for the people who run this service.",
        ("Wait a minute, then try again.",),
    )


def _line() -> dict[str, dict[str, str]]:
    """What a log's line says of this request: its id, which leads to its route."""
    return {"facts": {"request": request_id()}}


# The first that fits counts.
EXPLAINED: dict[type[Exception], Callable[[Any], Explained]] = {
    CompactError: _ours,
    CSRFError: _forged,
    HTTPException: _http,
    IntegrityError: _raced,
    OperationalError: _database_away,
    Exception: _unforeseen,
}
