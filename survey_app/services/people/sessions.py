"""Sessions on the server: a cookie opens nothing once its row is gone, wherever the cookie was copied to.

The cookie holds a random word and the row its hash alone. A sitting of whoever answers has a row that names
nobody: which seat it is for stands in the signed cookie, beside the moment at which it ends. The row is a
keyed hash of the word and of these, so that whoever could sign cookies still sits in no other's seat.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, or_, select
from sqlalchemy.orm import Session

from survey_app.clock import london_date
from survey_app.crypto import Keyring, new_token, token_hash
from survey_app.errors import NotFoundError
from survey_app.models.people.sessions import PasswordLink, Sitting, StaffSession
from survey_app.services.audit import AuditContext, record

MAX_DEVICE_LENGTH = 200
# However long somebody works, or answers, without a break.
SITTING_LASTS = timedelta(hours=24)
# After sending, to read and keep the receipt.
RECEIPT_LASTS = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Browser:
    """Where a session was begun: what the browser says of itself, and its network address."""

    device: str
    address: str


@dataclass(frozen=True)
class SessionLine:
    """A session as its owner sees it; `here` is the one that looks."""

    key: int
    started_at: datetime
    ends_at: datetime
    device: str
    address: str
    here: bool


def begin(
    session: Session,
    *,
    person_id: int,
    browser: Browser,
    now: datetime,
    lasts: timedelta,
    half: bool = False,
) -> str:
    """Begin a session that ends after `lasts`, used or not; the word for the cookie.

    A `half` one says that the password was given, and opens nothing but the page that asks for more.
    """
    token = new_token()
    session.add(
        StaffSession(
            token_hash=token_hash(token),
            person_id=person_id,
            started_at=now,
            ends_at=now + lasts,
            half=half,
            device=browser.device[:MAX_DEVICE_LENGTH],
            address=browser.address,
        )
    )
    session.flush()
    return token


def owner_of(session: Session, *, token: str, now: datetime, half: bool = False) -> int | None:
    """Whose session, or half of one, this is; None when it was ended, or ended by itself."""
    return session.scalar(
        select(StaffSession.person_id).where(
            StaffSession.token_hash == token_hash(token),
            StaffSession.ends_at > now,
            StaffSession.half.is_(half),
        )
    )


def end(session: Session, *, token: str) -> None:
    """End one session; ending it twice is the same."""
    session.execute(delete(StaffSession).where(StaffSession.token_hash == token_hash(token)))


def end_others(session: Session, *, person_id: int, keep: str = "") -> None:
    """End every session of a person but the one of `keep`."""
    session.execute(
        delete(StaffSession).where(
            StaffSession.person_id == person_id, StaffSession.token_hash != token_hash(keep)
        )
    )


def sessions_of(session: Session, *, person_id: int, token: str, now: datetime) -> list[SessionLine]:
    """The sessions of a person that stand, the newest first."""
    rows = session.scalars(
        select(StaffSession)
        .where(StaffSession.person_id == person_id, StaffSession.ends_at > now, StaffSession.half.is_(False))
        .order_by(StaffSession.started_at.desc(), StaffSession.key)
    )
    return [
        SessionLine(
            row.key, row.started_at, row.ends_at, row.device, row.address, row.token_hash == token_hash(token)
        )
        for row in rows
    ]


def end_own(session: Session, *, key: int, person_id: int, context: AuditContext) -> None:
    """End one of one's own sessions. Audited.

    Raises:
        NotFoundError: there is none, or it is somebody else's.
    """
    row = session.scalar(
        select(StaffSession).where(StaffSession.key == key, StaffSession.person_id == person_id)
    )
    if row is None:
        raise NotFoundError("session", key)
    session.delete(row)
    record(session, context, "session ended", "person", person_id)


def end_own_others(session: Session, *, person_id: int, keep: str, context: AuditContext) -> None:
    """End all of one's own sessions but this one. Audited."""
    end_others(session, person_id=person_id, keep=keep)
    record(session, context, "other sessions ended", "person", person_id)


def sit(session: Session, keys: Keyring, *, place: str, now: datetime) -> str:
    """Begin a sitting at a place, which is all that the cookie says of it; the word for the cookie."""
    token = new_token()
    ends_on = london_date(now + SITTING_LASTS)
    session.add(Sitting(token_hash=_sitting(keys, token, place), ends_on=ends_on))
    session.flush()
    return token


def still_sits(session: Session, keys: Keyring, *, token: str, place: str) -> bool:
    """Whether a sitting at this very place was begun and not ended."""
    return session.get(Sitting, _sitting(keys, token, place)) is not None


def stand(session: Session, keys: Keyring, *, token: str, place: str) -> None:
    """End a sitting; ending it twice is the same."""
    session.execute(delete(Sitting).where(Sitting.token_hash == _sitting(keys, token, place)))


def _sitting(keys: Keyring, token: str, place: str) -> str:
    return keys.sitting_hash(f"{token} {place}")


def have_ended(now: datetime) -> ColumnElement[bool]:
    """Whether anything is there that ended by itself."""
    return or_(
        exists().where(StaffSession.ends_at <= now),
        exists().where(Sitting.ends_on < london_date(now)),
        exists().where(PasswordLink.ends_at <= now),
    )


def delete_ended(session: Session, *, now: datetime) -> None:
    """Delete what ended by itself, links to choose a password too."""
    session.execute(delete(StaffSession).where(StaffSession.ends_at <= now))
    session.execute(delete(Sitting).where(Sitting.ends_on < london_date(now)))
    session.execute(delete(PasswordLink).where(PasswordLink.ends_at <= now))
