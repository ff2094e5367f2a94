"""From draft to reviewed: submitted by one person, then reviewed or sent back by another."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from instruments.schema import Questionnaire
from survey_app.crypto import Keyring, seal
from survey_app.errors import ConflictError, InvalidError, NotAllowedError, StageError
from survey_app.models.base import table
from survey_app.models.records.forms import FormEdition, FormState, FormStep
from survey_app.models.responses import Response
from survey_app.services.audit import AuditContext, record
from survey_app.services.forms.filling import MODE, Author, check_fillable, sheet_of, sign
from survey_app.services.forms.listed import (
    FILLABLE,
    FormLine,
    form_key,
    forms_of,
    reason_context,
    writers_of,
)
from survey_app.services.forms.logged import keep_in_log
from survey_app.services.people.independence import are_independent
from survey_app.services.responses.journey import Journey
from survey_app.services.responses.saving import Save, UnfinishedError, mark_sent

MAX_REASON = 2000


class OwnFormError(NotAllowedError):
    """Whoever filled a form in does not review it."""

    title = "Let another person review this form"


def submit(
    session: Session,
    keys: Keyring,
    *,
    form: FormLine,
    revision: int,
    questionnaire: Questionnaire,
    facts: Mapping[str, str],
    author: Author,
    context: AuditContext,
) -> None:
    """Hand an edition over for review; nothing of it changes until it is sent back. Audited.

    Args:
        revision: of the answers as the page showed them.

    Raises:
        UnfinishedError: a question on the route has no answer, or one that a check does not take.
        ConflictError: an answer was changed since the page was shown.
        NotFillableError: it was submitted or set aside already.
    """
    check_fillable(session, form.edition)
    sheet = sheet_of(session, keys, form=form, edition=form.edition)
    _check_as_read(sheet.revision, revision)
    settle = Journey(questionnaire, sheet.answers, facts).open
    if settle or not sheet.answers:
        raise UnfinishedError((settle[0].question if settle else questionnaire.questions[0]).id)
    mark_sent(session, sheet, Save(now=context.now, mode=MODE, by=author.name))
    sign(session, sheet, author, context)
    _move(
        session,
        form,
        FormState.SUBMITTED,
        before=FILLABLE,
        submitted_by_id=author.id,
        submitted_at=context.now,
    )
    step(session, edition_id=form.edition.id, after=FormState.SUBMITTED, author=author, now=context.now)
    record(session, context, "form submitted", "form", form.id, edition=form.edition.number)


def _check_as_read(revision: int | None, as_read: int) -> None:
    if revision != as_read:
        raise ConflictError("An answer was changed since you opened the page. Look at the form again.")


def review(
    session: Session, keys: Keyring, *, form: FormLine, revision: int, author: Author, context: AuditContext
) -> None:
    """Let a submitted edition count as reviewed; a consultation log becomes an entry of the logs. Audited.

    Args:
        revision: of the answers that the reviewer read.

    Raises:
        ConflictError: it was sent back, changed and submitted again since they read it.
        OwnFormError: by somebody who filled it in, or who is not independent of those who did.
        StageError: it was not submitted, or somebody else decided at this moment.
    """
    check_second(session, form=form, person_id=author.id)
    stored = select(Response.revision).where(Response.edition_id == form.edition.id)
    _check_as_read(session.scalar(stored), revision)
    _move(
        session,
        form,
        FormState.REVIEWED,
        before=(FormState.SUBMITTED,),
        reviewed_by_id=author.id,
        reviewed_at=context.now,
    )
    step(session, edition_id=form.edition.id, after=FormState.REVIEWED, author=author, now=context.now)
    record(session, context, "form reviewed", "form", form.id, edition=form.edition.number)
    keep_in_log(session, keys, form=form, context=context)


def send_back(
    session: Session, keys: Keyring, *, form: FormLine, reason: str, author: Author, context: AuditContext
) -> None:
    """Give a submitted edition back to those who filled it in, with the reason. Audited.

    Raises:
        InvalidError: no reason.
        OwnFormError: by somebody who filled it in.
        StageError: it was not submitted, or somebody else decided at this moment.
    """
    why = checked_reason(reason, "Say what has to be changed")
    check_second(session, form=form, person_id=author.id)
    _move(session, form, FormState.SENT_BACK, before=(FormState.SUBMITTED,))
    _reopen(session, form)
    _step_because(session, keys, form, FormState.SENT_BACK, why, author, context)
    record(session, context, "form sent back", "form", form.id, edition=form.edition.number)


def set_aside(
    session: Session, keys: Keyring, *, form: FormLine, reason: str, author: Author, context: AuditContext
) -> None:
    """Give up an edition that was begun by mistake; what it holds is kept and counts nowhere. Audited.

    Raises:
        InvalidError: no reason.
        StageError: it was submitted, reviewed or set aside.
    """
    why = checked_reason(reason, "Say why the form is set aside")
    _move(session, form, FormState.SET_ASIDE, before=FILLABLE)
    _step_because(session, keys, form, FormState.SET_ASIDE, why, author, context)
    record(session, context, "form set aside", "form", form.id, edition=form.edition.number)


def check_second(session: Session, *, form: FormLine, person_id: int) -> None:
    """Let pass whoever may be the second person of an edition.

    Raises:
        OwnFormError: they saved an answer of it or submitted it, or are not independent of whoever did.
    """
    writers = writers_of(session, form.edition.id)
    if person_id in writers:
        raise OwnFormError(
            "You filled in part of it. Whoever fills in a form does not review it: ask somebody else who may."
        )
    if not all(are_independent(session, person_id, writer) for writer in writers):
        raise OwnFormError(
            "One of you added the other or gave them their role alone. Let another person review it, "
            "or ask whoever runs the machine to vouch for you."
        )


def waiting_for(session: Session, *, person_id: int, programme_id: int) -> list[FormLine]:
    """The forms that wait for a review which somebody may make, for having filled in none of them."""
    submitted = forms_of(session, programme_id=programme_id, state=FormState.SUBMITTED)
    return [form for form in submitted if _is_second(session, form, person_id)]


def _is_second(session: Session, form: FormLine, person_id: int) -> bool:
    try:
        check_second(session, form=form, person_id=person_id)
    except OwnFormError:
        return False
    return True


def checked_reason(reason: str, otherwise: str) -> str:
    """The words of a reason.

    Raises:
        InvalidError: there are none, or too many.
    """
    words = reason.strip()
    if not words or len(words) > MAX_REASON:
        raise InvalidError(f"{otherwise}, in at most {MAX_REASON:,} characters.")
    return words


def step(
    session: Session,
    *,
    edition_id: int,
    after: FormState,
    author: Author,
    now: datetime,
    key: bytes = b"",
    reason: str = "",
) -> None:
    """Keep one step of an edition; a reason is sealed under the form's key."""
    sealed = seal(key, reason.encode(), reason_context(edition_id)) if reason else None
    session.add(
        FormStep(
            edition_id=edition_id,
            at=now,
            person_id=author.id,
            name=author.name,
            after=after,
            reason_sealed=sealed,
        )
    )
    session.flush()


def _step_because(
    session: Session,
    keys: Keyring,
    form: FormLine,
    after: FormState,
    why: str,
    author: Author,
    context: AuditContext,
) -> None:
    key = form_key(session, keys, form.id)
    step(
        session, edition_id=form.edition.id, after=after, author=author, now=context.now, key=key, reason=why
    )


def _move(
    session: Session, form: FormLine, after: FormState, *, before: tuple[FormState, ...], **values: Any
) -> None:
    edition = table(FormEdition)
    moved = session.execute(
        update(edition)
        .where(edition.c.id == form.edition.id, edition.c.state.in_(before))
        .values(state=after, **values)
    )
    if moved.rowcount != 1:  # type: ignore[attr-defined]
        raise StageError("Somebody else took this form further since you opened the page. Look at it again.")
    session.expire_all()


def _reopen(session: Session, form: FormLine) -> None:
    """Let the answers of an edition be changed again."""
    response = table(Response)
    session.execute(update(response).where(response.c.edition_id == form.edition.id).values(sent=False))
