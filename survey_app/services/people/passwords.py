"""Passwords: replaced by people themselves or by an administrator. Old sessions end with the old one."""

from datetime import datetime

from sqlalchemy.orm import Session

from survey_app.crypto import Keyring, hash_password, password_matches
from survey_app.errors import InvalidError, NotFoundError
from survey_app.models.people.accounts import Person
from survey_app.services.audit import AuditContext, record
from survey_app.services.people.attempts import check_limit, count_failure, reset
from survey_app.services.people.sessions import end_others

MIN_LENGTH, MAX_LENGTH = 12, 1000
FAILURES = 5


def hashed(password: str) -> str:
    """The hash to store. It takes a tenth of a second, so it is made outside any transaction.

    Raises:
        InvalidError: too short or too long.
    """
    if fault := fault_of(password):
        raise InvalidError(fault)
    return hash_password(password)


def fault_of(password: str) -> str:
    """What is wrong with a new password, or ""."""
    if len(password) < MIN_LENGTH:
        return f"The password has {len(password)} characters; use at least {MIN_LENGTH}."
    if len(password) > MAX_LENGTH:
        return f"The password has {len(password):,} characters; use at most {MAX_LENGTH:,}."
    return ""


def is_own(session: Session, keys: Keyring, *, person_id: int, password: str, now: datetime) -> bool:
    """Whether this is the password of somebody who is signed in.

    Raises:
        TooManyAttemptsError: too many were wrong; an open session is no place to guess from.
    """
    check_limit(session, _key(keys, person_id), maximum=FAILURES, now=now)
    person = session.get(Person, person_id)
    return person is not None and password_matches(person.password_hash, password)


def note_wrong(session: Session, keys: Keyring, *, person_id: int, context: AuditContext) -> None:
    """Count a password that was wrong, in a transaction of its own, and put it on the audit trail."""
    count_failure(session, _key(keys, person_id), now=context.now)
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
