"""Passwords: chosen by people themselves alone. Old sessions end with the old one."""

import re
from datetime import datetime

from sqlalchemy.orm import Session

from survey_app.crypto import Keyring, hash_password, password_matches
from survey_app.errors import InvalidError, NotFoundError
from survey_app.models.people.accounts import Person
from survey_app.services.audit import AuditContext, record
from survey_app.services.people.attempts import count_try, reset
from survey_app.services.people.sessions import end_others

MIN_LENGTH, MAX_LENGTH = 12, 1000
TRIES = 5
# As a power of ten: whoever guesses from lists of common passwords, names, keyboards and dates needs so many.
MIN_GUESSES = 9
# Looked at; a password is no weaker for going on after that.
LOOKED_AT = 72
COMMON = (
    "This password is on lists of common ones, or easy to guess from your name or address. "
    "Four words that nobody would put together are good."
)


def hashed(password: str, *, own: tuple[str, ...] = ()) -> str:
    """The hash to store. It takes a tenth of a second, so it is made outside any transaction.

    Raises:
        InvalidError: too short, too long or too easily guessed; `own` as `fault_of`.
    """
    if fault := fault_of(password, own=own):
        raise InvalidError(fault)
    return hash_password(password)


def fault_of(password: str, *, own: tuple[str, ...] = ()) -> str:
    """What is wrong with a new password, or "".

    Args:
        own: what others would try first: the person's name and address, the product's name.
    """
    if len(password) < MIN_LENGTH:
        return f"The password has {len(password)} characters; use at least {MIN_LENGTH}."
    if len(password) > MAX_LENGTH:
        return f"The password has {len(password):,} characters; use at most {MAX_LENGTH:,}."
    return COMMON if _is_easily_guessed(password, own) else ""


def _is_easily_guessed(password: str, own: tuple[str, ...]) -> bool:
    from zxcvbn import zxcvbn  # its lists of common passwords take a tenth of a second to bring in

    parts = [part for text in own for part in re.split(r"[^\w]+|_", text.lower())]
    joined = [re.sub(r"\W+", "", text.lower()) for text in own]
    likely = [*(text.lower() for text in own), *parts, *joined]
    result = zxcvbn(password[:LOOKED_AT], user_inputs=[text for text in likely if len(text) > 1])
    return bool(float(result["guesses_log10"]) < MIN_GUESSES)


def note_try(session: Session, keys: Keyring, *, person_id: int, now: datetime) -> None:
    """Count that somebody who is signed in typed their password, in a transaction of its own.

    Raises:
        TooManyAttemptsError: too many were wrong; an open session is no place to guess from.
    """
    count_try(session, _key(keys, person_id), maximum=TRIES, now=now)


def is_own(session: Session, *, person_id: int, password: str) -> bool:
    """Whether this is the password of somebody who is signed in; `note_try` comes first."""
    person = session.get(Person, person_id)
    return person is not None and password_matches(person.password_hash, password)


def note_wrong(session: Session, *, person_id: int, context: AuditContext) -> None:
    """Put a password that was wrong on the audit trail."""
    record(session, context, "password refused", "person", person_id)


def replace_password(
    session: Session, keys: Keyring, *, person_id: int, made: str, keep: str = "", context: AuditContext
) -> None:
    """Store what `hashed` made, and end the person's sessions but the one of `keep`.

    Raises:
        NotFoundError: no such person.
    """
    person = session.get(Person, person_id)
    if person is None:
        raise NotFoundError("person", person_id)
    person.password_hash = made
    end_others(session, person_id=person_id, keep=keep)
    reset(session, _key(keys, person_id))
    record(session, context, "password replaced", "person", person_id)


def _key(keys: Keyring, person_id: int) -> str:
    return keys.lookup(f"password of person {person_id}")
