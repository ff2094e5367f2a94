"""What staff write about people they spoke to: sealed under the key of its round, and gone with it."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from survey_app.crypto import Keyring, seal, unseal
from survey_app.errors import DestroyedError
from survey_app.services import material

Reader = Callable[[str, bytes | None], str]


def of_contact(case_id: int) -> str:
    """Where a note in the history of a case stands, which it is sealed with."""
    return f"note of case {case_id}"


def of_added(case_id: int) -> str:
    """Where the note on an added case stands."""
    return f"note of added case {case_id}"


def of_referrer(case_id: int) -> str:
    """Where it stands who named an added case."""
    return f"who named case {case_id}"


def sealed_note(session: Session, keys: Keyring, *, round_id: int, place: str, note: str) -> bytes | None:
    """A note as it is stored; None for an empty one."""
    if not note:
        return None
    key = material.ensured_key(session, keys, subject_kind=material.ROUND, subject_id=round_id)
    return seal(key, note.encode(), place)


def reader_of(session: Session, keys: Keyring, *, round_id: int) -> Reader:
    """Reads the notes of a round by their place; those that were destroyed with it are empty."""
    try:
        key = material.material_key(session, keys, subject_kind=material.ROUND, subject_id=round_id)
    except DestroyedError:
        return lambda _place, _sealed: ""
    return lambda place, sealed: unseal(key, sealed, place).decode() if sealed else ""
