"""The second factor of everybody who signs in: a code of their authenticator (RFC 6238), or a recovery code.

A code is taken once: of two requests with the same code at one moment one is refused by the row's own step.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

import pyotp
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from survey_app.crypto import ALPHABET, Keyring, normal_code, token_hash
from survey_app.errors import ConflictError, InvalidError, NotAllowedError
from survey_app.models.base import table
from survey_app.models.people.second_factor import RecoveryCode, SecondFactor
from survey_app.services.audit import AuditContext, record
from survey_app.services.installation import is_synthetic
from survey_app.services.people.attempts import count_try, give_back
from survey_app.services.people.sign_in import Door, about

# Seconds that a code stands; one step early or late is taken, since clocks differ and people type slowly.
STEP = 30
LEEWAY = 1
RECOVERY_CODES = 10
# Symbols of a recovery code, 80 bits: far more than anybody guesses, so a plain hash is kept.
RECOVERY_LENGTH = 16
# Of all browsers that are not known together: whoever guesses here has the password already.
TRIES = 10


@dataclass(frozen=True)
class Taken:
    """A code that was taken; `recovery` when it was a recovery code, and how many of these are left."""

    recovery: bool
    left: int


def is_set_up(session: Session, *, person_id: int) -> bool:
    """Whether a person has an authenticator that gave a code."""
    row = session.get(SecondFactor, person_id)
    return row is not None and row.confirmed_at is not None


def secret_to_set_up(session: Session, keys: Keyring, *, person_id: int) -> str:
    """The secret for a person's authenticator, made once until it is confirmed.

    Raises:
        ConflictError: there is one already that gave a code; it is shown to nobody again.
    """
    row = session.get(SecondFactor, person_id)
    if row is None:
        row = SecondFactor(person_id=person_id, confirmed_at=None, last_step=0)
        row.secret_sealed = keys.encrypt(pyotp.random_base32(), row.context)
        session.add(row)
        session.flush()
    if row.confirmed_at is not None:
        raise ConflictError("Your authenticator is set up already. Sign in with a code of it.")
    return keys.decrypt(row.secret_sealed, row.context)


def confirm(
    session: Session, keys: Keyring, *, person_id: int, code: str, context: AuditContext
) -> tuple[str, ...]:
    """Keep an authenticator that gave the right code; the recovery codes, shown this once. Audited.

    Raises:
        ConflictError: it is set up already.
        InvalidError: the code is wrong.
    """
    secret_to_set_up(session, keys, person_id=person_id)
    if not _takes(session, keys, person_id, code, context.now):
        raise InvalidError("This code is wrong. Wait for the next one and type it.")
    session.get_one(SecondFactor, person_id).confirmed_at = context.now
    record(session, context, "second factor set up", "person", person_id)
    return _new_recovery_codes(session, person_id)


def enrol(session: Session, keys: Keyring, *, person_id: int, context: AuditContext) -> None:
    """Set up an authenticator for somebody of a demonstration, whose codes its pages show.

    Raises:
        NotAllowedError: this is no demonstration.
    """
    _check_demonstration(session)
    secret_to_set_up(session, keys, person_id=person_id)
    session.get_one(SecondFactor, person_id).confirmed_at = context.now
    session.flush()


def code_of_demonstration(session: Session, keys: Keyring, *, person_id: int, now: datetime) -> str:
    """The next code that would be taken from somebody of a demonstration, whose pages show it.

    Raises:
        NotAllowedError: this is no demonstration.
    """
    _check_demonstration(session)
    row = session.get_one(SecondFactor, person_id)
    return _code(keys.decrypt(row.secret_sealed, row.context), max(_step(now), row.last_step + 1))


def note_try(session: Session, keys: Keyring, *, person_id: int, door: Door, now: datetime) -> None:
    """Count a code before it is looked at, in a transaction of its own.

    Raises:
        TooManyAttemptsError: too many were wrong.
    """
    key = _key(keys, person_id, door)
    count_try(session, key, maximum=TRIES, now=now, about=about(keys, door.name))


def take(
    session: Session, keys: Keyring, *, person_id: int, code: str, door: Door, now: datetime
) -> Taken | None:
    """Take a code of somebody's authenticator, or a recovery code; None where it is neither, or was used."""
    if not is_set_up(session, person_id=person_id):
        return None
    recovery = not _takes(session, keys, person_id, code, now)
    if recovery and not _uses(session, person_id, code):
        return None
    give_back(session, _key(keys, person_id, door), now=now)
    return Taken(recovery, recovery_codes_left(session, person_id=person_id))


def note_wrong(session: Session, *, person_id: int, context: AuditContext) -> None:
    """Put a code that was wrong on the audit trail."""
    record(session, context, "second factor refused", "person", person_id)


def renew_recovery_codes(session: Session, *, person_id: int, context: AuditContext) -> tuple[str, ...]:
    """New recovery codes, shown this once; those before open nothing any more. Audited."""
    record(session, context, "recovery codes made", "person", person_id)
    return _new_recovery_codes(session, person_id)


def recovery_codes_left(session: Session, *, person_id: int) -> int:
    """How many recovery codes of a person were not used."""
    count = select(func.count()).select_from(RecoveryCode).where(RecoveryCode.person_id == person_id)
    return session.scalar(count) or 0


def remove(session: Session, *, person_id: int, context: AuditContext) -> None:
    """Let a person set up another authenticator at their next sign-in. Audited."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    session.execute(delete(SecondFactor).where(SecondFactor.person_id == person_id))
    record(session, context, "second factor removed", "person", person_id)


def address_of(secret: str, *, email: str, product: str) -> str:
    """What the picture for an authenticator holds: an otpauth address."""
    return pyotp.TOTP(secret, interval=STEP).provisioning_uri(name=email, issuer_name=product)


def _takes(session: Session, keys: Keyring, person_id: int, code: str, now: datetime) -> bool:
    """Whether a code is one of now that was not taken before; then it is taken."""
    row = session.get_one(SecondFactor, person_id)
    secret = keys.decrypt(row.secret_sealed, row.context)
    typed = "".join(code.split())
    for step in range(_step(now) - LEEWAY, _step(now) + LEEWAY + 1):
        if hmac.compare_digest(_code(secret, step).encode(), typed.encode()):
            newest = (
                update(SecondFactor)
                .where(SecondFactor.person_id == person_id, SecondFactor.last_step < step)
                .values(last_step=step)
            )
            return session.execute(newest).rowcount == 1  # type: ignore[attr-defined, no-any-return]
    return False


def _uses(session: Session, person_id: int, code: str) -> bool:
    used = delete(RecoveryCode).where(
        RecoveryCode.person_id == person_id, RecoveryCode.code_hash == _hash(person_id, code)
    )
    return session.execute(used).rowcount == 1  # type: ignore[attr-defined, no-any-return]


def _new_recovery_codes(session: Session, person_id: int) -> tuple[str, ...]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    codes = ["".join(secrets.choice(ALPHABET) for _ in range(RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES)]
    rows = [{"code_hash": _hash(person_id, code), "person_id": person_id} for code in codes]
    session.execute(insert(table(RecoveryCode)), rows)
    return tuple(in_fours(code, "-") for code in codes)


def in_fours(text: str, between: str = " ") -> str:
    """A long word as people read it: four symbols at a time."""
    return between.join(text[place : place + 4] for place in range(0, len(text), 4))


def _hash(person_id: int, code: str) -> str:
    return token_hash(f"{person_id} {normal_code(code)}")


def _step(now: datetime) -> int:
    return int(now.timestamp()) // STEP


def _code(secret: str, step: int) -> str:
    return pyotp.TOTP(secret, interval=STEP).generate_otp(step)


def _key(keys: Keyring, person_id: int, door: Door) -> str:
    return keys.lookup(f"code of person {person_id} at {door.known}")


def _check_demonstration(session: Session) -> None:
    if not is_synthetic(session):
        raise NotAllowedError("Codes are shown in a demonstration alone.")
