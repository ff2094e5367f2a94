"""The two halves of signing in, as the cookie holds them: the password given, and the second factor too.

The first half is a session of ten minutes that opens nothing but the page which asks for the second.
"""

from datetime import timedelta

from flask import g, request, session, url_for
from sqlalchemy.orm import Session

from survey_app.services.people import accounts, sessions
from survey_app.services.people.accounts import SignedIn
from survey_app.services.people.sign_in import Door, note_sign_in
from survey_app.web.account.browsers import known_word, note_known
from survey_app.web.site import PROGRAMME, TOKEN, browser, own_token, reading, site, visitor

HALFWAY = "halfway"
HALF_LASTS = timedelta(minutes=10)


def door(email: str) -> Door:
    """Where this request stands, for the counters of tries."""
    return Door(email, request.remote_addr or "", known_word(email))


def begin_half(writer: Session, known: SignedIn) -> None:
    """Keep that somebody gave their password."""
    sessions.end(writer, token=own_token())
    now = site().clock.now()
    token = sessions.begin(
        writer, person_id=known.id, browser=browser(), now=now, lasts=HALF_LASTS, half=True
    )
    session.clear()
    session[HALFWAY] = token


def halfway() -> SignedIn | None:
    """Who gave their password in this browser and still owes the second factor, or None."""
    token = session.get(HALFWAY)
    if not isinstance(token, str):
        return None
    with reading() as reader:
        person_id = sessions.owner_of(reader, token=token, now=site().clock.now(), half=True)
        return None if person_id is None else accounts.signed_in(reader, person_id=person_id)


def come_in(writer: Session, known: SignedIn) -> None:
    """Begin the session of somebody who gave both, in place of the half. Audited."""
    now = site().clock.now()
    sessions.end(writer, token=str(session.get(HALFWAY, "")))
    lasts = timedelta(hours=site().settings.session_max_hours)
    token = sessions.begin(writer, person_id=known.id, browser=browser(), now=now, lasts=lasts)
    note_sign_in(writer, person_id=known.id, context=visitor(known.email))
    session.clear()
    session[TOKEN], session[PROGRAMME] = token, known.programme_id
    session.permanent = True
    g.pop("person", None)
    note_known(known.email)


def onwards(known: SignedIn, came_for: str | None) -> str:
    """Where somebody goes who has signed in: to what they came for, by way of their programme."""
    if len(known.programmes) > 1:
        return url_for("programme.choose", next=came_for)
    return came_for or url_for("account.home")
