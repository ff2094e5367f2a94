"""The only place that knows both what went wrong and which HTTP status it is."""

import logging

from flask import Flask, render_template
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError

from survey_app.errors import (
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

STATUS: dict[type[CompactError], int] = {
    NotFoundError: 404,
    NotAllowedError: 403,
    ConflictError: 409,
    StageError: 409,
    InvalidError: 422,
    TooManyAttemptsError: 429,
    DestroyedError: 410,
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
    app.register_error_handler(CompactError, _ours)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(IntegrityError, _raced)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(Exception, _unforeseen)


def status_of(fault: CompactError) -> int:
    """The HTTP status of a fault of ours: that of its nearest listed class."""
    return next((STATUS[kind] for kind in type(fault).__mro__ if kind in STATUS), 400)


def _ours(fault: CompactError) -> Page:
    lines = str(fault).splitlines()
    return _page(status_of(fault), fault.title, lines[0] if lines else "", lines[1:])


def _forged(_fault: CSRFError) -> Page:
    return _page(
        400,
        "This page was open too long",
        "To keep others from sending forms in your name, a page can be sent for a limited time only.",
        ["Go back, load the page again, and send it once more. Nothing was changed."],
    )


def _http(fault: HTTPException) -> Page:
    status = fault.code or 500
    title, next_step = KIND.get(status, ("Something went wrong", "Go back and try again."))
    return _page(status, title, "", [next_step])


def _raced(fault: IntegrityError) -> Page:
    log.warning("two changes met", exc_info=fault, extra=_line())
    return _page(
        409,
        "Somebody else was there first",
        "The same thing was done at the same moment.",
        ["Look again, then decide."],
    )


def _database_away(fault: OperationalError) -> Page:
    log.error("the database did not answer", exc_info=fault, extra=_line())
    return _page(
        503, "We cannot reach our records just now", "Nothing was lost.", ["Wait a minute, then try again."]
    )


def _unforeseen(fault: Exception) -> Page:
    log.error("a request failed", exc_info=fault, extra=_line())
    return _page(
        InternalServerError.code,
        "Something went wrong on our side",
        "What you did before is saved. The fault was written down for the people who run this service.",
        ["Wait a minute, then try again."],
    )


def _line() -> dict[str, dict[str, str]]:
    """What a log's line says of this request: its id, which leads to its route."""
    return {"facts": {"request": request_id()}}


def _page(status: int, title: str, explanation: str, next_steps: list[str]) -> Page:
    # Faults of ours are in the log under this id.
    reference = request_id() if status >= 500 else ""
    page = render_template(
        "base/error.html", title=title, explanation=explanation, next_steps=next_steps, reference=reference
    )
    return page, status
