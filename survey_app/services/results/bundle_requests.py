"""Taking the bundle of a release: an analyst asks, a coordinator agrees, and it is handed out once.

Whoever takes single answers sees no list, panel, case, register or form, and whoever agrees sees no single
answer: so it takes two people to put a name beside one.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from survey_app.crypto import Keyring
from survey_app.errors import InvalidError, NotFoundError
from survey_app.models.people.approvals import Decision
from survey_app.services.audit import AuditContext
from survey_app.services.people import approvals, grants
from survey_app.services.people.approvals import USED, ApprovalView, Request
from survey_app.services.people.permissions import Permission
from survey_app.services.results import files
from survey_app.services.results.release import release_line
from survey_app.services.stored_files import FileContent

ACT = "take_bundle"
MAX_REASON_LENGTH = 400
# How long an agreement waits to be used.
LASTS = timedelta(days=7)


@dataclass(frozen=True)
class Standing:
    """One person's newest request, `last`: `asked` while it waits, `agreed` while it can be used, `until`."""

    asked: ApprovalView | None
    agreed: ApprovalView | None
    last: ApprovalView | None
    until: datetime | None


def ask(session: Session, *, release_id: int, person_id: int, reason: str, context: AuditContext) -> int:
    """Ask a coordinator to agree that one takes the bundle of a release, once; the request's id. Audited.

    Raises:
        InvalidError: no reason, a long one, or the person also sees who is asked.
        ConflictError: somebody's request for this bundle waits already.
        NotFoundError: no such release in the programme, or it is not published.
    """
    grants.check_apart(session, person_id=person_id)
    files.check_owner(session, release_id=release_id, programme_id=context.programme_id)
    if not reason.strip() or len(reason) > MAX_REASON_LENGTH:
        raise InvalidError(f"Say what for, in at most {MAX_REASON_LENGTH} characters.")
    line = release_line(session, release_id=release_id, programme_id=context.programme_id)
    detail = {"release": f"{line.round_title}, release {line.number}", "reason": reason.strip()}
    return approvals.ask(session, request=_request(release_id, detail), person_id=person_id, context=context)


def agree(session: Session, *, approval_id: int, person_id: int, context: AuditContext) -> None:
    """Agree that whoever asked takes the bundle once, within a week. Audited.

    Raises:
        NotAllowedError: the person asked for it, may not decide this, or depends on whoever asked.
        ConflictError, NotFoundError: it is decided already, or is about something else.
    """
    view = approvals.agree(session, approval_id=approval_id, person_id=person_id, context=context)
    view.check_about(ACT, files.RELEASE, view.subject_id)


def decline(
    session: Session, *, approval_id: int, person_id: int, reason: str, context: AuditContext
) -> None:
    """Refuse what somebody else asked for, and say why. Audited.

    Raises:
        InvalidError: no reason.
        NotAllowedError, ConflictError, NotFoundError: as `agree`.
    """
    view = approvals.refuse(
        session, approval_id=approval_id, person_id=person_id, reason=reason, context=context
    )
    view.check_about(ACT, files.RELEASE, view.subject_id)


def withdraw(session: Session, *, release_id: int, person_id: int, context: AuditContext) -> None:
    """Take back what one asked for, if it waits. Audited.

    Raises:
        NotFoundError: nothing of this person waits.
    """
    asked = standing(session, release_id=release_id, person_id=person_id, context=context).asked
    if asked is None:
        raise NotFoundError("request", release_id)
    approvals.withdraw(session, approval_id=asked.id, person_id=person_id, context=context)


def take(
    session: Session, keys: Keyring, *, release_id: int, person_id: int, context: AuditContext
) -> FileContent:
    """The bundle, for whoever asked and was agreed to; that is used up by it. Audited.

    Raises:
        InvalidError: the person also sees who is asked.
        NotAllowedError: nobody agreed, or that was used or is over.
        NotFoundError, DestroyedError: as `files.bundle_of`.
    """
    grants.check_apart(session, person_id=person_id)
    approvals.use_up(
        session, request=_request(release_id, {}), person_id=person_id, lasts=LASTS, context=context
    )
    return files.bundle_of(session, keys, release_id=release_id, context=context)


def standing(session: Session, *, release_id: int, person_id: int, context: AuditContext) -> Standing:
    """How far this person's newest request for the bundle is."""
    own = [one for one in _all(session, release_id, context) if one.asked_by_id == person_id]
    last = own[-1] if own else None
    until = last.decided_at + LASTS if last and last.decided_at else None
    usable = (
        last is not None
        and last.decision is Decision.AGREED
        and USED not in last.detail
        and until is not None
        and context.now <= until
    )
    return Standing(
        asked=last if last and last.decision is None else None,
        agreed=last if usable else None,
        last=last,
        until=until,
    )


def to_decide(session: Session, *, approval_id: int, programme_id: int) -> ApprovalView:
    """A request for a bundle that waits for a decision.

    Raises:
        NotFoundError: no such request waits in this programme.
    """
    waiting = approvals.undecided(session, programme_id=programme_id)
    view = next((one for one in waiting if (one.id, one.act) == (approval_id, ACT)), None)
    if view is None:
        raise NotFoundError("request", approval_id)
    return view


def _all(session: Session, release_id: int, context: AuditContext) -> list[ApprovalView]:
    views = approvals.history_of(
        session, subject_kind=files.RELEASE, subject_id=release_id, programme_id=context.programme_id or 0
    )
    return [view for view in views if view.act == ACT]


def _request(release_id: int, detail: dict[str, str]) -> Request:
    return Request(
        act=ACT,
        permission=Permission.FREEZE_RELEASE,
        subject_kind=files.RELEASE,
        subject_id=release_id,
        detail=detail,
    )
