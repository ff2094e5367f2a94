"""Counters against guessing, as rows: counters in a process are one per process.

A try is counted before it is looked at, so that guesses at one moment are all counted; what was right is
given back.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from sqlalchemy import ColumnElement, delete, exists, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from survey_app.errors import TooManyAttemptsError
from survey_app.models.people.accounts import Attempt

WINDOW = timedelta(minutes=15)
KEPT = timedelta(days=1)
# Tries of a word that somebody chose beside a code on paper: from one network, and of one code.
WORDS_PER_NETWORK, WORDS_IN_ALL = 5, 20
# Whoever has an IPv6 address has all of these.
IPV6_HOME = 64


def count_try(session: Session, key: str, *, maximum: int, now: datetime, about: str = "") -> None:
    """Count a try under `key`, in a transaction that is over before what was typed is looked at.

    Args:
        about: a keyed hash of whom it concerns, by which `unlock` finds it.

    Raises:
        TooManyAttemptsError: `maximum` were counted in this window and the last; with the minutes to wait.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = insert(Attempt).values(key=key, window_start=_window(now), count=1, about=about)
    session.execute(
        row.on_conflict_do_update(
            index_elements=[Attempt.key, Attempt.window_start], set_={"count": Attempt.count + 1}
        )
    )
    since = _window(now) - WINDOW
    count = session.scalar(
        select(func.sum(Attempt.count)).where(Attempt.key == key, Attempt.window_start >= since)
    )
    if (count or 0) > maximum:
        raise TooManyAttemptsError(minutes=2 * int(WINDOW.total_seconds() // 60))


def give_back(session: Session, key: str, *, now: datetime) -> None:
    """Count one try less under `key`: what was typed was right."""
    session.execute(
        update(Attempt)
        .where(Attempt.key == key, Attempt.window_start == _window(now), Attempt.count > 0)
        .values(count=Attempt.count - 1)
    )


def reset(session: Session, key: str) -> None:
    """Count from nothing again under `key`: what was typed was right."""
    session.execute(update(Attempt).where(Attempt.key == key).values(count=0))


def slowed(session: Session, abouts: Collection[str], *, at_most: int, now: datetime) -> set[str]:
    """Those of whom so many tries were counted in this window and the last, under one key, or more."""
    counted = (
        select(Attempt.about)
        .where(Attempt.about.in_(abouts), Attempt.window_start >= _window(now) - WINDOW)
        .group_by(Attempt.key, Attempt.about)
        .having(func.sum(Attempt.count) >= at_most)
    )
    return set(session.scalars(counted))


def unlock(session: Session, about: str) -> None:
    """Count from nothing again under every key that concerns somebody."""
    session.execute(update(Attempt).where(Attempt.about == about).values(count=0))


def are_old(now: datetime) -> ColumnElement[bool]:
    """Whether there are counters that no longer count."""
    return exists().where(Attempt.window_start < now - KEPT)


def delete_old(session: Session, *, now: datetime) -> None:
    """Delete counters that no longer count."""
    session.execute(delete(Attempt).where(Attempt.window_start < now - KEPT))


def network_of(address: str) -> str:
    """What one visitor has to themselves: an IPv4 address, or a /64 of IPv6; the text where it is neither."""
    try:
        known = ip_address(address)
    except ValueError:
        return address or "nowhere"
    if isinstance(known, IPv6Address):
        if known.ipv4_mapped:
            return str(known.ipv4_mapped)
        return f"{IPv6Address(int(known) >> IPV6_HOME << IPV6_HOME)}/{IPV6_HOME}"
    return str(known)


def _window(now: datetime) -> datetime:
    minutes = int(WINDOW.total_seconds() // 60)
    return now.replace(minute=now.minute - now.minute % minutes, second=0, microsecond=0)
