"""Each request as a line of the log: when, which route, what came of it and how long it took.

The route is the rule that the address met, never the address: that may hold the number of a case, a name that
somebody searched for, or a code. Each answer carries its id, so that a page and its line can be put together.
"""

import logging
import re
import secrets
from time import perf_counter

from flask import Flask, Response, g, request

log = logging.getLogger(__name__)
HEADER = "X-Request-Id"
ID = re.compile(r"[0-9a-f]{32}")


def init_requests(app: Flask, *, behind_proxy: bool) -> None:
    """Give every request of `app` an id and, when it is answered, a line; a proxy of ours may name the id."""

    def begin() -> None:
        g.begun = perf_counter()
        given = request.headers.get(HEADER, "") if behind_proxy else ""
        g.request_id = given if ID.fullmatch(given) else secrets.token_hex(16)

    app.before_request(begin)
    app.after_request(_note)


def request_id() -> str:
    """The id of this request."""
    return str(g.request_id)


def _note(response: Response) -> Response:
    response.headers[HEADER] = request_id()
    facts = {
        "request": request_id(),
        "method": request.method,
        "route": request.url_rule.rule if request.url_rule else "none",
        "status": response.status_code,
        "milliseconds": round(1000 * (perf_counter() - g.begun), 1),
    }
    log.info("answered", extra={"facts": facts})
    return response
