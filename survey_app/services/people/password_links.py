"""Links by which people choose a password: new here, or having lost theirs. Nobody chooses one for them.

A link opens once and for a day. Only its hash is kept; a newer link of the same person ends it.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from config import Settings
from survey_app.crypto import Keyring, new_token, token_hash
from survey_app.errors import InvalidError, NotFoundError
from survey_app.mail.letters import write_letter
from survey_app.models.people.accounts import Person
from survey_app.models.people.sessions import PasswordLink
from survey_app.services import jobs
from survey_app.services.audit import AuditContext, record
from survey_app.services.installation import is_synthetic
from survey_app.services.people.passwords import replace_password

DEMONSTRATION_DOMAIN = ".invalid"
PERSON, SEND = "person", "password_link"
LASTS = timedelta(hours=24)


@dataclass(frozen=True)
class Invited:
    """Whom a link is for."""

    person_id: int
    name: str
    email: str


def new_link(session: Session, *, person_id: int, context: AuditContext) -> str:
    """Make a link for somebody, which ends any before it; the word that it ends with. Audited.

    Raises:
        NotFoundError: nobody active has this id.
    """
    person = session.get(Person, person_id)
    if person is None or not person.active:
        raise NotFoundError("person", person_id)
    session.execute(delete(PasswordLink).where(PasswordLink.person_id == person_id))
    token = new_token()
    session.add(PasswordLink(token_hash=token_hash(token), person_id=person_id, ends_at=context.now + LASTS))
    session.flush()
    record(session, context, "password link made", "person", person_id)
    return token


def schedule_link(session: Session, *, person_id: int, context: AuditContext) -> None:
    """Let the worker make a link and send it to the person; then nobody here sees it. Audited."""
    occurrence = int(context.now.timestamp())
    jobs.add_job(
        session,
        kind=SEND,
        subject_kind=PERSON,
        subject_id=person_id,
        occurrence=occurrence,
        due_at=context.now,
        context=context,
    )
    record(session, context, "password link asked for", "person", person_id)


def invited(session: Session, *, token: str, now: datetime) -> Invited | None:
    """Whom a link is for; None when it was used, replaced or is over."""
    row = session.execute(
        select(Person.id, Person.name, Person.email)
        .join(PasswordLink, PasswordLink.person_id == Person.id)
        .where(PasswordLink.token_hash == token_hash(token), PasswordLink.ends_at > now, Person.active)
    ).one_or_none()
    return None if row is None else Invited(row.id, row.name, row.email)


def choose_password(session: Session, keys: Keyring, *, token: str, made: str, context: AuditContext) -> None:
    """Store the password that somebody chose, as its hash, and use the link up. Audited.

    Raises:
        NotFoundError: the link was used, replaced or is over.
    """
    person = invited(session, token=token, now=context.now)
    used = delete(PasswordLink).where(PasswordLink.token_hash == token_hash(token))
    if person is None or session.execute(used).rowcount != 1:  # type: ignore[attr-defined]
        raise NotFoundError("link", "")
    replace_password(session, keys, person_id=person.person_id, made=made, context=context)


def new_letter(
    session: Session, settings: Settings, *, person_id: int, context: AuditContext
) -> EmailMessage:
    """Make a link for somebody, and the letter that brings it. Audited.

    Raises:
        NotFoundError: nobody active has this id.
        InvalidError: a demonstration would write to a real address.
        AddressFault: it cannot be sent to this address.
    """
    token = new_link(session, person_id=person_id, context=context)
    known, synthetic = session.get_one(Person, person_id), is_synthetic(session)
    if synthetic and not known.email.endswith(DEMONSTRATION_DOMAIN):
        raise InvalidError("A demonstration sends letters to .invalid addresses and to no other.")
    values = {
        "product": settings.product,
        "name": known.name,
        "email": known.email,
        "link": f"{settings.base_url.rstrip('/')}/choose-password/{token}",
        "synthetic": synthetic,
    }
    domain = settings.mail_from.rpartition("@")[2].strip("> ")
    message_id = f"<{uuid.uuid4()}@{domain}>"
    return write_letter(
        "password_link",
        to=known.email,
        sender=settings.mail_from,
        message_id=message_id,
        now=context.now,
        values=values,
    )
