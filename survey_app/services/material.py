"""Keys that can be destroyed: what is sealed under a subject's key is gone when the key is.

A subject is a round, a release or whatever else holds material that may have to be destroyed. Its
key is stored sealed under DATA_KEY, and only here is it made, opened and destroyed.
"""

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.crypto import Keyring, new_key
from survey_app.errors import DestroyedError, NotFoundError
from survey_app.models.keys import MaterialKey
from survey_app.services.audit import AuditContext, record

ROUND, RELEASE, FORM = "round", "release", "form"


def make_key(session: Session, keys: Keyring, *, subject_kind: str, subject_id: int) -> bytes:
    """A fresh key for a subject that has none yet (`uq_material_key_subject_kind_subject_id`)."""
    key, context = new_key(), f"{subject_kind} {subject_id}"
    session.add(
        MaterialKey(
            subject_kind=subject_kind,
            subject_id=subject_id,
            context=context,
            wrapped=keys.wrap(key, context),
        )
    )
    session.flush()
    return key


def ensured_key(session: Session, keys: Keyring, *, subject_kind: str, subject_id: int) -> bytes:
    """The key of a subject, made where it has none yet.

    Raises:
        DestroyedError: it was destroyed.
    """
    row = _row(session, subject_kind, subject_id)
    if row is None:
        return make_key(session, keys, subject_kind=subject_kind, subject_id=subject_id)
    return opened_key(keys, row.wrapped, row.context)


def material_key(session: Session, keys: Keyring, *, subject_kind: str, subject_id: int) -> bytes:
    """The key that a subject's material is sealed under.

    Raises:
        DestroyedError: it was destroyed, or never made.
    """
    row = key_row(session, subject_kind=subject_kind, subject_id=subject_id)
    return opened_key(keys, row.wrapped, row.context)


def key_row(session: Session, *, subject_kind: str, subject_id: int) -> MaterialKey:
    """The row that holds a subject's key, destroyed or not.

    Raises:
        DestroyedError: none was ever made.
    """
    row = _row(session, subject_kind, subject_id)
    if row is None:
        raise DestroyedError(f"No key was ever made for the {subject_kind} {subject_id}.")
    return row


def opened_key(keys: Keyring, wrapped: bytes | None, context: str | None) -> bytes:
    """The key in a row of `material_key`, for those who read it together with what it seals.

    Raises:
        DestroyedError: there is none any more.
    """
    if wrapped is None or context is None:
        raise DestroyedError("The key of this material was destroyed, so nobody can read it any more.")
    return keys.unwrap(wrapped, context)


def destroy_material(session: Session, *, subject_kind: str, subject_id: int, context: AuditContext) -> None:
    """Destroy a subject's key, and with it everything sealed under it. Safe to repeat. Audited.

    Raises:
        NotFoundError: the subject has no key.
    """
    row = _row(session, subject_kind, subject_id)
    if row is None:
        raise NotFoundError(f"key of the {subject_kind}", subject_id)
    if row.wrapped is None:
        return
    row.wrapped, row.destroyed_at, row.destroyed_by = None, context.now, context.actor
    record(session, context, "material destroyed", subject_kind, subject_id)


def is_destroyed(session: Session, *, subject_kind: str, subject_id: int) -> bool:
    """Whether a subject had a key and has it no more."""
    row = _row(session, subject_kind, subject_id)
    return row is not None and row.wrapped is None


def _row(session: Session, subject_kind: str, subject_id: int) -> MaterialKey | None:
    return session.scalar(
        select(MaterialKey).where(
            MaterialKey.subject_kind == subject_kind, MaterialKey.subject_id == subject_id
        )
    )
