"""Consents: who said yes to what, shown which wording, and when they took it back. Audited, and sealed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.crypto import Keyring
from survey_app.errors import ConflictError, InvalidError, NotFoundError
from survey_app.models.base import fresh_uuid
from survey_app.models.contacts import Contact
from survey_app.models.people.consents import Consent
from survey_app.services.audit import AuditContext, record
from survey_app.services.owned import owned
from survey_app.services.people.notices import wording

MODES = ("web", "telephone", "post", "face_to_face", "group")
MAX_LABEL_LENGTH = 200


@dataclass(frozen=True, kw_only=True)
class NewConsent:
    """A yes: of a contact, or of somebody known by a `label` alone, to one purpose of one subject.

    `notice_version_id` is the wording that they were shown, `mode` how they said it.
    """

    subject_kind: str
    subject_id: int
    purpose: str
    notice_version_id: int
    mode: str
    contact_id: int | None = None
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class ConsentView:
    """A consent as it stands; `withdrawn_at` is None while it holds."""

    id: int
    uuid: str
    contact_id: int | None
    label: str
    purpose: str
    notice_version_id: int
    mode: str
    given_at: datetime
    withdrawn_at: datetime | None


def give(session: Session, keys: Keyring, *, consent: NewConsent, context: AuditContext) -> int:
    """Record a consent; its id. Safe to repeat: one that stands is the answer, with no second row. Audited.

    Raises:
        ConflictError: one stands that was given to another wording.
        InvalidError: nobody or two named, no purpose, or a mode that there is not.
        NotFoundError: no such wording in this programme, or no such contact.
    """
    _check(session, consent, context)
    person_ref = _person_ref(keys, consent)
    standing = session.scalar(
        select(Consent).where(
            Consent.programme_id == context.programme_id,
            Consent.subject_kind == consent.subject_kind,
            Consent.subject_id == consent.subject_id,
            Consent.person_ref == person_ref,
            Consent.purpose == consent.purpose,
            Consent.withdrawn_at.is_(None),
        )
    )
    if standing is not None and standing.notice_version_id != consent.notice_version_id:
        raise ConflictError("They consented to another wording. Withdraw that consent first.")
    if standing is not None:
        return standing.id
    label = consent.label.strip()
    row = Consent(
        uuid=fresh_uuid(),
        programme_id=context.programme_id,
        subject_kind=consent.subject_kind,
        subject_id=consent.subject_id,
        contact_id=consent.contact_id,
        person_ref=person_ref,
        purpose=consent.purpose,
        notice_version_id=consent.notice_version_id,
        mode=consent.mode,
        given_at=context.now,
        recorded_by=context.actor,
    )
    row.label_sealed = keys.encrypt(label, row.seal_context) if label else None
    session.add(row)
    session.flush()
    _record(session, row, "consent given", context)
    return row.id


def _check(session: Session, consent: NewConsent, context: AuditContext) -> None:
    faults = []
    if (consent.contact_id is None) == (not consent.label.strip()):
        faults.append("Say who consents: a contact, or somebody known by a label.")
    if len(consent.label) > MAX_LABEL_LENGTH:
        faults.append(f"Give a label of at most {MAX_LABEL_LENGTH} characters.")
    if not 1 <= len(consent.purpose.strip()) <= 60:
        faults.append("Say what they consent to, in 1 to 60 characters.")
    if consent.mode not in MODES:
        faults.append(f"Say how they consented: {', '.join(MODES)}.")
    if faults:
        raise InvalidError("This consent cannot be recorded yet.", tuple(faults))
    wording(session, notice_version_id=consent.notice_version_id, programme_id=context.programme_id)
    if consent.contact_id is not None and session.get(Contact, consent.contact_id) is None:
        raise NotFoundError("contact", consent.contact_id)


def withdraw(session: Session, *, consent_id: int, context: AuditContext) -> None:
    """Take a consent back; it may be given again later, as another one. Audited.

    Raises:
        ConflictError: it was withdrawn already.
        NotFoundError: no such consent in this programme.
    """
    row = owned(
        session, Consent, consent_id, programme_id=context.programme_id,
        with_for_update=True, populate_existing=True,
    )  # fmt: skip
    if row.withdrawn_at is not None:
        raise ConflictError("This consent was withdrawn already.")
    row.withdrawn_at, row.withdrawn_by = context.now, context.actor
    _record(session, row, "consent withdrawn", context)


def consents_of(
    session: Session, keys: Keyring, *, subject_kind: str, subject_id: int, programme_id: int | None
) -> tuple[ConsentView, ...]:
    """Every consent to do with one subject, in the order in which they were given; also the withdrawn."""
    rows = session.scalars(
        select(Consent)
        .where(
            Consent.programme_id == programme_id,
            Consent.subject_kind == subject_kind,
            Consent.subject_id == subject_id,
        )
        .order_by(Consent.id)
    )
    return tuple(_view(keys, row) for row in rows)


def _view(keys: Keyring, row: Consent) -> ConsentView:
    label = keys.decrypt(row.label_sealed, row.seal_context) if row.label_sealed else ""
    return ConsentView(
        id=row.id,
        uuid=row.uuid,
        contact_id=row.contact_id,
        label=label,
        purpose=row.purpose,
        notice_version_id=row.notice_version_id,
        mode=row.mode,
        given_at=row.given_at,
        withdrawn_at=row.withdrawn_at,
    )


def _person_ref(keys: Keyring, consent: NewConsent) -> str:
    if consent.contact_id is not None:
        return f"contact:{consent.contact_id}"
    return f"label:{keys.lookup(consent.label)}"


def _record(session: Session, row: Consent, what: str, context: AuditContext) -> None:
    subject = f"{row.subject_kind} {row.subject_id}"
    record(session, context, what, "consent", row.id, about=subject, purpose=row.purpose)
