"""Refusals on the audit trail: whoever was answered 403, at which kind of page, from where.

The page is named by its endpoint and never by its address, which may hold the number of a case.
"""

import logging

from flask import Flask, Response, request
from sqlalchemy.exc import OperationalError

from survey_app.services.audit import record
from survey_app.web.site import context, current_person, visitor, writing

log = logging.getLogger(__name__)
MAX_LENGTH = 60


def init_refusals(app: Flask) -> None:
    """Write down every answer 403 of `app`."""
    app.after_request(_noted)


def _noted(response: Response) -> Response:
    if response.status_code == 403:
        try:
            _note()
        except OperationalError:
            log.exception("a refusal could not be written down")
    return response


def _note() -> None:
    doing = context() if current_person() else visitor()
    endpoint = (request.endpoint or "")[:MAX_LENGTH]
    with writing() as session:
        record(session, doing, "refused", "page", endpoint, method=request.method)
