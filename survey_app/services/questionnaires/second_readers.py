"""Cores that were written here: somebody who did not write one reads it before a round asks it.

What comes with the product was read before it was shipped, modules are agreed to by both sectors, and what
the command publishes is vouched for by whoever runs the machine. A core that came in as a draft would else
be the work of one person, who could put one question twice and leave few out the second time.
"""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from instruments.answering.piping import in_general
from instruments.states import OPEN
from instruments.states import VersionState as State
from survey_app.errors import ConflictError, NotAllowedError, StageError
from survey_app.models.people.accounts import Person
from survey_app.models.people.approvals import Decision
from survey_app.models.questionnaires import (
    InstrumentText,
    InstrumentTransition,
    InstrumentTranslation,
    InstrumentVersion,
)
from survey_app.services.audit import AuditContext
from survey_app.services.people import approvals
from survey_app.services.people.approvals import ApprovalView, Request
from survey_app.services.people.independence import check_independent
from survey_app.services.people.permissions import Permission
from survey_app.services.questionnaires.signoff import needs_sign_off, version_and_instrument
from survey_app.services.questionnaires.states import WORDS

ACT, SUBJECT = "use_core", "instrument_version"


@dataclass(frozen=True)
class Reading:
    """Whether a second person has to read a version, who is asked to, and who did and agreed."""

    needed: bool
    asked: ApprovalView | None
    agreed: ApprovalView | None


def reading_of(session: Session, *, version_id: int, programme_id: int) -> Reading:
    """How far reading a version is, in one programme.

    Raises:
        NotFoundError: no such version, or it was composed for a round.
    """
    version, instrument = version_and_instrument(session, version_id)
    if needs_sign_off(instrument) or not _was_a_draft(session, version):
        return Reading(needed=False, asked=None, agreed=None)
    views = approvals.history_of(
        session, subject_kind=SUBJECT, subject_id=version.id, programme_id=programme_id
    )
    said = _translations(session, version.id)
    # What was agreed to is one text with its translations; from then on nobody can change the text.
    ours = [
        view
        for view in views
        if view.act == ACT
        and view.detail["sha256"] == version.sha256
        and view.detail.get("translations", said) == said
    ]
    return Reading(
        needed=True,
        asked=next((view for view in ours if view.decision is None), None),
        agreed=next((view for view in ours if view.decision is Decision.AGREED), None),
    )


def unread(session: Session, *, version_id: int, programme_id: int) -> str:
    """Why a round cannot ask a version yet, for want of a second reader; nothing where it can."""
    reading = reading_of(session, version_id=version_id, programme_id=programme_id)
    if not reading.needed or reading.agreed:
        return ""
    version = session.get_one(InstrumentVersion, version_id)
    waits = f"{reading.asked.asked_by} asked for it" if reading.asked else "Ask for it on its page"
    return (
        f"“{in_general(version.title)}”, version {version.version}, was written here. "
        f"Somebody who did not write it has to read it and agree. {waits}."
    )


def ask(session: Session, *, version_id: int, person_id: int, context: AuditContext) -> int:
    """Ask for a second person to read a version and agree to it; the request's id. Audited.

    Raises:
        StageError: its text can still change.
        ConflictError: nobody has to, somebody did, or somebody is asked already.
        NotFoundError: no such version, or it was composed for a round.
    """
    version, _ = version_and_instrument(session, version_id)
    reading = reading_of(session, version_id=version_id, programme_id=context.programme_id or 0)
    if not reading.needed or reading.agreed:
        raise ConflictError("Nobody has to read this version any more.")
    if version.state in OPEN:
        raise StageError(f"It is {WORDS[version.state]}: a second person reads it when its text is fixed.")
    detail = {
        "about": f"{in_general(version.title)}, version {version.version}",
        "sha256": version.sha256,
        "translations": _translations(session, version.id),
    }
    request = Request(
        act=ACT,
        permission=Permission.COMMENT_QUESTIONNAIRES,
        subject_kind=SUBJECT,
        subject_id=version.id,
        detail=detail,
    )
    if reading.asked is None:
        # One that waited was about words that are there no more.
        approvals.void(session, request=request, person_id=person_id, context=context)
    return approvals.ask(session, request=request, person_id=person_id, context=context)


def agree(
    session: Session, *, version_id: int, approval_id: int, person_id: int, context: AuditContext
) -> None:
    """Agree to a version as somebody who read it and did not write it. Audited.

    Raises:
        NotAllowedError: the person asked for it, wrote or translated it or depends on whoever did, or may not
            decide.
        ConflictError, NotFoundError: as `approvals.agree`.
    """
    view = approvals.agree(session, approval_id=approval_id, person_id=person_id, context=context)
    view.check_about(ACT, SUBJECT, version_id)
    if view.detail.get("translations", {}) != _translations(session, version_id):
        raise ConflictError("A translation came since this was asked for. Ask for it anew.")
    for writer_id in _writers(session, version_id):
        if writer_id == person_id:
            raise NotAllowedError("You wrote or translated this version, so somebody else has to read it.")
        check_independent(session, asker_id=writer_id, decider_id=person_id)


def decline(
    session: Session,
    *,
    version_id: int,
    approval_id: int,
    person_id: int,
    reason: str,
    context: AuditContext,
) -> None:
    """Refuse a version that somebody else asked for, or take back what one asked for oneself. Audited.

    Raises:
        InvalidError: a refusal without a reason.
        NotAllowedError, ConflictError, NotFoundError: as `approvals.refuse`.
    """
    view = approvals.decline(
        session, approval_id=approval_id, person_id=person_id, reason=reason, context=context
    )
    view.check_about(ACT, SUBJECT, version_id)


def _was_a_draft(session: Session, version: InstrumentVersion) -> bool:
    """Whether it came in by the website; the product and the command publish at once."""
    entered = select(InstrumentTransition.id).where(
        InstrumentTransition.version_id == version.id,
        or_(InstrumentTransition.after == State.DRAFT, InstrumentTransition.before.in_(OPEN)),
    )
    return version.state in OPEN or session.scalar(entered.limit(1)) is not None


def _writers(session: Session, version_id: int) -> list[int]:
    """Accounts that uploaded a text of a version, or a translation of it as they are now."""
    wrote = select(InstrumentText.uploaded_by).where(InstrumentText.version_id == version_id)
    translated = select(InstrumentTranslation.uploaded_by).where(
        InstrumentTranslation.version_id == version_id
    )
    return list(session.scalars(select(Person.id).where(Person.email.in_(wrote.union(translated)))))


def _translations(session: Session, version_id: int) -> dict[str, str]:
    """Each language of a version as it is now, by the digest of its words."""
    rows = session.execute(
        select(InstrumentTranslation.language, InstrumentTranslation.sha256).where(
            InstrumentTranslation.version_id == version_id
        )
    )
    return {language: sha256 for language, sha256 in rows}
