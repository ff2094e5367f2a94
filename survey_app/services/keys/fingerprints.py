"""Whether the keys of the settings are those that this database was filled with.

A wrong key does damage in silence: codes that open nothing, answers under names that nobody finds again. So
the fingerprint of each is in the database, and every process and command compares them before it begins.
"""

import hmac
from collections.abc import Iterator
from dataclasses import replace

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from sampling.panels.selection import key_fingerprint
from survey_app.crypto import Keyring
from survey_app.errors import DestroyedError, WrongKeyError
from survey_app.models.base import table
from survey_app.models.cases.access import Access
from survey_app.models.cases.casework import Case, Seat
from survey_app.models.contacts import Contact
from survey_app.models.keys import KeyFingerprint, MaterialKey
from survey_app.models.organisations import Organisation
from survey_app.models.responses import Response
from survey_app.models.rounds import Round


def check_keys(session: Session, keys: Keyring) -> bool:
    """Let pass where no key differs from what is noted; whether every one is noted.

    Raises:
        WrongKeyError: it names each key that is not the one of this database.
    """
    noted = _noted(session)
    now = keys.fingerprints()
    other = [name for name in now if name in noted and not hmac.compare_digest(noted[name], now[name])]
    _refuse([name for name in other if not _is_replaced(keys, name, noted[name])])
    return noted.keys() == now.keys()


def _is_replaced(keys: Keyring, name: str, noted: str) -> bool:
    """Whether the noted key is the one that is being replaced."""
    before = replace(keys, data_key=keys.data_key_before)
    return name == "DATA_KEY" and keys.rotates and hmac.compare_digest(noted, before.fingerprints()[name])


def accept_key(session: Session, keys: Keyring, name: str) -> None:
    """Note another key in the place of the one that stands under this name."""
    session.merge(KeyFingerprint(name=name, fingerprint=keys.fingerprints()[name]))
    session.flush()


def note_keys(session: Session, keys: Keyring) -> None:
    """Note the keys of a database that has none noted, once what it holds agrees with them.

    Raises:
        WrongKeyError: a key differs from what is noted, or from what is stored.
    """
    if check_keys(session, keys):
        return
    noted = _noted(session)
    _refuse([name for name in _contradicted(session, keys) if name not in noted])
    rows = [
        {"name": name, "fingerprint": fingerprint}
        for name, fingerprint in keys.fingerprints().items()
        if name not in noted
    ]
    session.execute(insert(table(KeyFingerprint)), rows)


def _noted(session: Session) -> dict[str, str]:
    rows = session.execute(select(KeyFingerprint.name, KeyFingerprint.fingerprint))
    return {name: fingerprint for name, fingerprint in rows}


def _refuse(wrong: list[str]) -> None:
    if wrong:
        are, them = ("are", "them") if len(wrong) > 1 else ("is", "it")
        raise WrongKeyError(
            f"{' and '.join(wrong)} {are} not what this database was filled with. Set {them} as before."
        )


def _contradicted(session: Session, keys: Keyring) -> Iterator[str]:
    """The keys that something stored was not made with, for a database from before they were noted."""
    if not _made_numbers(session, keys):
        yield "PRN_KEY"
    if not _named_answers(session, keys):
        yield "LINK_KEY"
    if not _made_codes(session, keys):
        yield "CODE_KEY"
    if not _opens_material(session, keys):
        yield "DATA_KEY"


def _made_numbers(session: Session, keys: Keyring) -> bool:
    made_with = set(session.scalars(select(Organisation.prn_key_fingerprint).distinct()))
    return not made_with or key_fingerprint(keys.prn_key.encode()) in made_with


def _named_answers(session: Session, keys: Keyring) -> bool:
    one = session.execute(
        select(Response.seat_pseudonym, Response.round_id, Round.uuid)
        .join(Round, Round.id == Response.round_id)
        .where(Response.seat_pseudonym.is_not(None))
        .limit(1)
    ).one_or_none()
    if one is None:
        return True
    seats = session.scalars(
        select(Seat.uuid).join(Case, Case.id == Seat.case_id).where(Case.round_id == one.round_id)
    )
    return any(keys.seat_pseudonym(one.uuid, seat) == one.seat_pseudonym for seat in seats)


def _made_codes(session: Session, keys: Keyring) -> bool:
    newest = session.execute(
        select(Seat.uuid, Access.generation, Access.code_hash)
        .join(Seat, Seat.id == Access.seat_id)
        .order_by(Access.created_on.desc())
        .limit(1)
    ).one_or_none()
    if newest is None:
        return True
    return keys.code_behind(newest.uuid, newest.generation, newest.code_hash) is not None


def _opens_material(session: Session, keys: Keyring) -> bool:
    key = session.execute(
        select(MaterialKey.wrapped, MaterialKey.context).where(MaterialKey.wrapped.is_not(None)).limit(1)
    ).one_or_none()
    contact = session.execute(
        select(Contact.email_sealed, Contact.seal_context).where(Contact.email_sealed.is_not(None)).limit(1)
    ).one_or_none()
    try:
        for sealed in (key, contact):
            if sealed is not None and sealed[0] is not None:
                keys.unwrap(sealed[0], sealed[1])
    except DestroyedError:
        return False
    return True
