"""Browsers from which people signed in before: each holds a signed word of its own for each of them.

Tries to sign in with such a word are counted by it alone (`survey_app.services.people.sign_in`), so that
nobody shuts a person out by guessing from elsewhere. The word opens nothing.
"""

from flask import Response, after_this_request, request
from itsdangerous import BadData, URLSafeSerializer

from survey_app.crypto import new_token
from survey_app.web.site import site

LASTS = 365 * 24 * 60 * 60
# People who share a browser; whoever signed in longest ago is forgotten first.
MAX_PEOPLE = 5


def known_word(email: str) -> str:
    """The word that this browser holds for this name, or ""."""
    return _held().get(_key(email), "")


def note_known(email: str) -> None:
    """Let this browser be known from now on as one from which this person signed in."""
    held = _held()
    word = held.pop(_key(email), "") or new_token()
    kept = dict([*held.items(), (_key(email), word)][-MAX_PEOPLE:])

    @after_this_request
    def _with_cookie(response: Response) -> Response:
        response.set_cookie(
            _name(),
            _signer().dumps(kept),
            max_age=LASTS,
            path="/",
            secure=site().settings.secure_cookies,
            httponly=True,
            samesite="Lax",
        )
        return response


def _held() -> dict[str, str]:
    try:
        held = _signer().loads(request.cookies.get(_name(), ""))
    except BadData:
        return {}
    return held if isinstance(held, dict) else {}


def _name() -> str:
    return "__Host-known" if site().settings.secure_cookies else "known"


def _key(email: str) -> str:
    return site().keys.lookup(f"browser of {email}")[:16]


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(site().settings.secret_key, salt="a browser from which somebody signed in")
