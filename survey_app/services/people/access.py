"""Codes of whoever has no account: made, made anew, looked up, revoked. Only keyed hashes are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, bindparam, insert, or_, select, update
from sqlalchemy.orm import Session

from survey_app.crypto import Keyring
from survey_app.errors import NotFoundError, WrongKeyError
from survey_app.models.base import table
from survey_app.models.cases.access import Access, AccessKind


@dataclass(frozen=True, kw_only=True)
class Holder:
    """Whose code it is, and what it opens.

    Args:
        identity: the uuid that the code is derived from; the same one at every call.
        seat_id: of a seat; any other holder is a row of a table, by `subject_kind` and `subject_id`.
    """

    identity: str
    kind: AccessKind = AccessKind.SEAT
    opens: str = "answers"
    seat_id: int | None = None
    subject_kind: str = ""
    subject_id: int | None = None


@dataclass(frozen=True)
class Opened:
    """Who came in with a code, and what it opens for them."""

    kind: AccessKind
    opens: str
    seat_id: int | None
    subject_kind: str
    subject_id: int | None


def issue(
    session: Session,
    keys: Keyring,
    *,
    holders: Sequence[Holder],
    today: date,
    expires_on: date | None = None,
) -> None:
    """Give each holder a first code, which lasts through the day `expires_on`, or until it is revoked."""
    rows = [
        {
            "kind": holder.kind,
            "seat_id": holder.seat_id,
            "subject_kind": holder.subject_kind,
            "subject_id": holder.subject_id,
            "opens": holder.opens,
            "code_hash": keys.code_hash(keys.access_code(holder.identity, 1)),
            "generation": 1,
            "created_on": today,
            "expires_on": expires_on,
        }
        for holder in holders
    ]
    if rows:
        session.execute(insert(table(Access)), rows)


def code_of(session: Session, keys: Keyring, *, holder: Holder) -> str:
    """The code of a holder as it stands.

    Raises:
        NotFoundError: none was issued.
        WrongKeyError: CODE_KEY makes another than the one that was issued.
    """
    access = _of(session, holder)
    code = keys.code_behind(holder.identity, access.generation, access.code_hash)
    if code is None:
        raise WrongKeyError("CODE_KEY makes another access code than the one that was issued.")
    return code


def renew(session: Session, keys: Keyring, *, holder: Holder) -> tuple[str, int]:
    """A new code and its generation; the one before stops working, and a revoked holder may come in again.

    Raises:
        NotFoundError: none was issued.
    """
    access = _of(session, holder)
    access.generation += 1
    access.revoked_on = None
    code = keys.access_code(holder.identity, access.generation)
    access.code_hash = keys.code_hash(code)
    return code, access.generation


def revoke(session: Session, *, holder: Holder, today: date) -> None:
    """Let the code open nothing any more; a holder without one, or with a revoked one, stays as it is."""
    session.execute(update(Access).where(*_is(holder), Access.revoked_on.is_(None)).values(revoked_on=today))


def opened_by(session: Session, keys: Keyring, *, code: str, today: date | None = None) -> Opened | None:
    """What a typed code opens; None where nobody has it, or no longer.

    Args:
        today: for codes that end on a day of their own; those of seats end with their round.
    """
    row = session.execute(_OPENED, {"code_hash": keys.code_hash(code), "today": today}).one_or_none()
    return None if row is None else Opened(*row)


# Built once: it runs at every code that is typed.
_OPENED = select(Access.kind, Access.opens, Access.seat_id, Access.subject_kind, Access.subject_id).where(
    Access.code_hash == bindparam("code_hash"),
    Access.revoked_on.is_(None),
    or_(Access.expires_on.is_(None), Access.expires_on >= bindparam("today", type_=Access.expires_on.type)),
)


def _of(session: Session, holder: Holder) -> Access:
    access = session.scalars(
        select(Access).where(*_is(holder)).execution_options(populate_existing=True)
    ).one_or_none()
    if access is None:
        raise NotFoundError("access code of", holder.identity)
    return access


def _is(holder: Holder) -> tuple[ColumnElement[bool], ...]:
    if holder.seat_id is not None:
        return (Access.seat_id == holder.seat_id,)
    return (
        Access.kind == holder.kind,
        Access.subject_kind == holder.subject_kind,
        Access.subject_id == holder.subject_id,
    )
