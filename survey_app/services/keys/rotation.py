"""DATA_KEY replaced by another while everything runs: whatever is sealed under it is sealed anew, in batches.

Both keys open, and the newer seals, while DATA_KEY_BEFORE is set. What the newer one has sealed already is
passed over, so that an interrupted rotation goes on where it was, and nothing is kept of how far it is.
Rounds' own keys stay: they are what is sealed, and with them the answers stay as they are.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.crypto import Keyring
from survey_app.errors import InvalidError
from survey_app.models.base import Base
from survey_app.models.contacts import Contact
from survey_app.models.frames.lists import ListedAddress, QuarantinedRow, SourceRecord
from survey_app.models.keys import MaterialKey
from survey_app.models.outbox import Message
from survey_app.models.people.consents import Consent
from survey_app.models.people.second_factor import SecondFactor
from survey_app.models.reviews.sessions import ReviewInvitation
from survey_app.services.audit import AuditContext, record
from survey_app.services.keys.fingerprints import accept_key

BATCH = 200


@dataclass(frozen=True)
class Sealed:
    """A column that DATA_KEY seals, with what a row's value is sealed with.

    `found_by` is the column of its keyed hash, which begins with `named`.
    """

    model: type[Base]
    column: str
    context: Callable[[Any], str]
    found_by: str = ""
    named: str = ""


def _of_contact(column: str, found_by: str = "") -> Sealed:
    return Sealed(Contact, column, lambda row: row.context_of(column.removesuffix("_sealed")), found_by)


SEALED = (
    Sealed(MaterialKey, "wrapped", lambda row: row.context),
    _of_contact("name_sealed"),
    _of_contact("email_sealed", "email_lookup"),
    _of_contact("telephone_sealed"),
    _of_contact("post_sealed"),
    Sealed(ListedAddress, "email_sealed", lambda row: row.seal_context),
    Sealed(Message, "address_sealed", lambda row: row.address_context, "address_lookup"),
    Sealed(SourceRecord, "others_sealed", lambda row: row.seal_context),
    Sealed(QuarantinedRow, "row_sealed", lambda row: row.seal_context),
    Sealed(SecondFactor, "secret_sealed", lambda row: row.context),
    Sealed(ReviewInvitation, "needs_sealed", lambda row: row.seal_context),
    Sealed(Consent, "label_sealed", lambda row: row.seal_context, "person_ref", "label:"),
)
MODELS = tuple(dict.fromkeys(sealed.model for sealed in SEALED))


@dataclass(frozen=True)
class Step:
    """How far a table is: the key of the last row, how many rows it took, how many were sealed anew."""

    after: Any
    rows: int
    renewed: int


def count_rows(session: Session) -> int:
    """How many rows a rotation looks at."""
    return sum(session.scalar(select(func.count()).select_from(model)) or 0 for model in MODELS)


def reseal_some(session: Session, keys: Keyring, *, model: type[Base], after: Any = None) -> Step:
    """Seal the next rows of a table anew; 0 rows when there are no more.

    Raises:
        DestroyedError: a row is sealed under neither key.
    """
    (key,) = model.__table__.primary_key
    query = select(model).order_by(key).limit(BATCH).with_for_update()
    rows = list(session.scalars(query if after is None else query.where(key > after)))
    columns = [sealed for sealed in SEALED if sealed.model is model]
    renewed = sum(any([_reseal(keys, sealed, row) for sealed in columns]) for row in rows)
    session.flush()
    return Step(getattr(rows[-1], key.name) if rows else after, len(rows), renewed)


def _reseal(keys: Keyring, sealed: Sealed, row: Any) -> bool:
    value = getattr(row, sealed.column)
    if value is None:
        return False
    context = sealed.context(row)
    anew = keys.resealed(value, context)
    if anew is not None:
        setattr(row, sealed.column, anew)
    if sealed.found_by:
        found_by = sealed.named + keys.lookup(keys.decrypt(value, context))
        if getattr(row, sealed.found_by) != found_by:
            setattr(row, sealed.found_by, found_by)
            return True
    return anew is not None


def check_rotation(keys: Keyring) -> None:
    """Let pass where there is a key to replace, and one to replace it.

    Raises:
        InvalidError: there is not.
    """
    if not keys.rotates or keys.data_key_before == keys.data_key:
        raise InvalidError(
            "Set DATA_KEY_BEFORE to the key that is in use, DATA_KEY to a fresh one, and start website and "
            "workers again with both; `compact settings keys` prints fresh keys. Then call this again."
        )


def finish(session: Session, keys: Keyring, *, context: AuditContext) -> None:
    """Note the new key as that of this database, once a pass has met nothing under the old. Audited."""
    accept_key(session, keys, "DATA_KEY")
    record(session, context, "data key replaced", "installation", 1)
