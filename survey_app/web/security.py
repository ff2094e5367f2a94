"""Headers that every answer carries, and the nonce that lets a page's own script run.

Nothing on a page may come from another site, run from an attribute, or be framed. There are no inline
styles: a `style` attribute or element is refused by the browser, so pictures use classes and SVG attributes.
The referrer stays inside the site because the check of forged requests over https needs it there.
"""

import secrets

from flask import Flask, Response, g, make_response, request
from flask.typing import ResponseReturnValue

POLICY = (
    "default-src 'none'",
    "script-src 'nonce-{nonce}'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    # Said again although the default covers it: reviewers of policies look for the name.
    "object-src 'none'",
    "frame-ancestors 'none'",
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
TWO_YEARS = 63_072_000
ONE_YEAR = 31_536_000
ONE_HOUR = 3_600


def init_security(app: Flask) -> None:
    """Give every answer of `app` its headers, and every template the name `csp_nonce`."""
    app.context_processor(lambda: {"csp_nonce": csp_nonce()})
    app.after_request(guarded)


def csp_nonce() -> str:
    """The random word of this request: scripts that carry it run, and no others."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return str(g.csp_nonce)


def guarded(response: Response) -> Response:
    """The same response with its security headers; pages are never stored, static files are.

    A static file asked for with its fingerprint (`?v=`) never changes, so a browser may keep it for a year.
    """
    response.headers["Content-Security-Policy"] = "; ".join(POLICY).format(nonce=csp_nonce())
    response.headers.update(HEADERS)
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = f"max-age={TWO_YEARS}; includeSubDomains"
    response.headers["Cache-Control"] = storage_rule(response)
    return response


def cleared(answer: ResponseReturnValue) -> Response:
    """The answer that ends a session: the browser also forgets what it keeps of this site."""
    response = make_response(answer)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def storage_rule(response: Response) -> str:
    """What browsers may keep: nothing people wrote, and the files that everybody gets."""
    if request.endpoint != "static" or response.status_code >= 400:
        return "no-store"
    if "v" in request.args:
        return f"public, max-age={ONE_YEAR}, immutable"
    return f"public, max-age={ONE_HOUR}"
