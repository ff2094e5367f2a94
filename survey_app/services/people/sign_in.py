"""Signing in with a password, and how guessing is slowed without anybody being shut out by somebody else.

A browser from which a person signed in before holds a word of its own, and its tries are counted by that
word alone. All others are counted by name and network together, and by network. So whoever guesses at a name
from elsewhere does not slow its owner, neither at a browser that is known nor on another network; and an
office that shares one address is slowed for browsers only from which nobody there ever signed in.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.crypto import Keyring, password_matches
from survey_app.models.people.accounts import Person
from survey_app.services.audit import AuditContext, record
from survey_app.services.people.accounts import PersonLine
from survey_app.services.people.attempts import count_try, give_back, network_of, reset, slowed, unlock

TRIES_PER_NAME = 5
TRIES_PER_KNOWN_BROWSER = 10
# Of all names together. An office behind one address is many people.
TRIES_PER_NETWORK = 50


@dataclass(frozen=True)
class Door:
    """Where somebody tries to sign in: under which name, from which network address, at which browser.

    `known` is the word of a browser from which somebody signed in under this name before, or "".
    """

    email: str
    address: str
    known: str = ""

    @property
    def name(self) -> str:
        return self.email.strip().lower()

    def limits(self, keys: Keyring) -> list[tuple[str, int]]:
        """The counters that a try is counted under, each with how many it bears."""
        if self.known:
            return [(keys.lookup(f"sign-in at {self.known}"), TRIES_PER_KNOWN_BROWSER)]
        network = network_of(self.address)
        return [
            (keys.lookup(f"sign-in as {self.name} from {network}"), TRIES_PER_NAME),
            (self.network_key(keys), TRIES_PER_NETWORK),
        ]

    def network_key(self, keys: Keyring) -> str:
        return keys.lookup(f"sign-in from {network_of(self.address)}")


def note_try(session: Session, keys: Keyring, *, door: Door, now: datetime) -> None:
    """Count a try before its password is looked at, in a transaction of its own.

    Raises:
        TooManyAttemptsError: too many failed here.
    """
    for key, maximum in door.limits(keys):
        # What a network tried is not about whoever was the first of it.
        whose = "" if key == door.network_key(keys) else about(keys, door.name)
        count_try(session, key, maximum=maximum, now=now, about=whose)


def find_by_password(session: Session, *, email: str, password: str) -> int | None:
    """The id of the active person with this address and password, or None; as slow either way."""
    person = session.scalar(select(Person).where(Person.email == email.strip().lower()))
    stored = person.password_hash if person is not None and person.active else None
    if not password_matches(stored, password) or person is None:
        return None
    return person.id


def note_failure(session: Session, *, context: AuditContext) -> None:
    """Put a failed sign-in on the audit trail."""
    record(session, context, "sign-in failed", "person", "unknown")


def note_password(session: Session, keys: Keyring, *, door: Door, now: datetime) -> None:
    """Reset the tries of somebody who gave the right password."""
    for key, _ in door.limits(keys):
        if key == door.network_key(keys):
            give_back(session, key, now=now)
        else:
            reset(session, key)


def note_sign_in(session: Session, *, person_id: int, context: AuditContext) -> None:
    """Put on the audit trail that somebody gave all that was asked."""
    record(session, context, "signed in", "person", person_id)


def slowed_people(
    session: Session, keys: Keyring, *, people: Iterable[PersonLine], now: datetime
) -> set[int]:
    """The ids of those who are slowed, or whose next try in one place would be one too many."""
    by_about = {about(keys, one.email): one.id for one in people}
    return {by_about[one] for one in slowed(session, by_about, at_most=TRIES_PER_NAME, now=now)}


def unlock_person(session: Session, keys: Keyring, *, person_id: int, context: AuditContext) -> None:
    """Let somebody try again at once who was slowed after too many tries. Audited."""
    unlock(session, about(keys, session.get_one(Person, person_id).email))
    record(session, context, "person unlocked", "person", person_id)


def about(keys: Keyring, name: str) -> str:
    """The keyed hash by which the counters that concern somebody are found."""
    return keys.lookup(f"tries of {name}")
