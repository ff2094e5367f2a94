"""Freezing a release: drafted and scheduled, worked out by a worker, stored at the end, published.

The draft is a row of its own, so that each freezing is one job, and a second press while one waits
leads to the same draft. What is worked out depends on the answers of a closed round alone, so whoever
takes up an interrupted freezing starts afresh and comes to the same numbers.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.stages import Stage
from survey_app.clock import london_date
from survey_app.crypto import Keyring
from survey_app.errors import ConflictError, InvalidError, NotFoundError, StageError
from survey_app.models.results import Release, ReleaseKind, ReleaseRound, ReleaseState
from survey_app.reports.frozen import to_json
from survey_app.services import jobs, material, stored_files
from survey_app.services.audit import AuditContext, record
from survey_app.services.jobs import JobView
from survey_app.services.results import files
from survey_app.services.results.working_out import Edition, Note, Publisher, WorkedOut, work_out
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import RoundView
from survey_app.services.stored_files import Owner

FREEZE = "freeze"
MAX_REASON_LENGTH = 2000


def schedule_freeze(session: Session, *, round_id: int, reason: str = "", context: AuditContext) -> int:
    """Draft a closed round's next release and schedule its freezing; the id of the release.

    Safe to repeat: while a draft waits it is handed back; one that failed or was stopped goes on.

    Raises:
        NotFoundError: no such round in the programme.
        StageError: the round is not closed.
        InvalidError: the reason is too long.
    """
    round_view = lifecycle.get_round(session, round_id=round_id, programme_id=context.programme_id)
    if round_view.stage is not Stage.CLOSED:
        raise StageError(f"{round_view.title} is {round_view.stage}. Results are made when it has closed.")
    if len(reason) > MAX_REASON_LENGTH:
        raise InvalidError(f"The reason may have at most {MAX_REASON_LENGTH:,} characters.")
    waiting = _draft_of(session, round_id)
    if waiting is not None:
        return _go_on(session, waiting, context)
    draft = _draft(session, round_view, reason, context)
    jobs.add_job(
        session,
        kind=FREEZE,
        subject_kind=jobs.RELEASE,
        subject_id=draft.id,
        due_at=context.now,
        context=context,
    )
    record(session, context, "freezing scheduled", "release", draft.id, number=draft.number)
    return draft.id


def has_draft(session: Session, *, round_id: int) -> bool:
    """Whether a release of the round is being frozen."""
    return _draft_of(session, round_id) is not None


def is_at_work(session: Session, *, round_id: int) -> bool:
    """Whether a worker works a release of the round out, or will."""
    draft = _draft_of(session, round_id)
    return draft is not None and freezing_job(session, release_id=draft.id).state == jobs.WAITING


def _draft_of(session: Session, round_id: int) -> Release | None:
    return session.scalar(
        select(Release)
        .join(ReleaseRound, ReleaseRound.release_id == Release.id)
        .where(ReleaseRound.round_id == round_id, Release.state == ReleaseState.DRAFT)
    )


def _go_on(session: Session, draft: Release, context: AuditContext) -> int:
    job = freezing_job(session, release_id=draft.id)
    if job.state in (jobs.FAILED, jobs.STOPPED):
        jobs.resume(session, job_id=job.id, context=context)
    return draft.id


def _draft(session: Session, round_view: RoundView, reason: str, context: AuditContext) -> Release:
    series = f"round {round_view.id}"
    newest = session.execute(
        select(Release.id, Release.number)
        .where(Release.programme_id == round_view.programme_id, Release.series == series)
        .order_by(Release.number.desc())
        .limit(1)
    ).one_or_none()
    draft = Release(
        programme_id=round_view.programme_id,
        kind=ReleaseKind.CORRECTION if newest else ReleaseKind.ROUND_SUMMARY,
        state=ReleaseState.DRAFT,
        series=series,
        number=newest.number + 1 if newest else 1,
        reason=reason,
        corrects_release_id=newest.id if newest else None,
        frozen_by=context.actor,
    )
    session.add(draft)
    session.flush()
    session.add(ReleaseRound(release_id=draft.id, position=1, round_id=round_view.id))
    return draft


def freezing_job(session: Session, *, release_id: int) -> JobView:
    """The job that freezes a release.

    Raises:
        NotFoundError: there is none.
    """
    job = jobs.jobs_of(session, kinds=(FREEZE,), subject_kind=jobs.RELEASE, subject_id=release_id).get(FREEZE)
    if job is None:
        raise NotFoundError("freezing", release_id)
    return job


def work_out_draft(
    session: Session,
    keys: Keyring,
    *,
    release_id: int,
    programme_id: int,
    publisher: Publisher,
    now: datetime,
    note: Note,
) -> WorkedOut:
    """What a draft will say; reads only.

    Raises:
        NotFoundError: no such draft in this programme.
        InvalidError: too few replies, or no pattern of suppressed cells protects everybody.
        DestroyedError: the round's answers were destroyed.
    """
    draft = session.execute(
        select(Release.number, ReleaseRound.round_id)
        .join(ReleaseRound, ReleaseRound.release_id == Release.id)
        .where(Release.id == release_id, Release.state == ReleaseState.DRAFT, ReleaseRound.position == 1)
    ).one_or_none()
    if draft is None:
        raise NotFoundError("draft of a release", release_id)
    round_view = lifecycle.get_round(session, round_id=draft.round_id, programme_id=programme_id)
    if round_view.stage is not Stage.CLOSED:
        raise InvalidError(f"{round_view.title} takes answers again. Freeze its results when it has closed.")
    edition = Edition(draft.number, london_date(now))
    return work_out(session, keys, round_view=round_view, publisher=publisher, edition=edition, note=note)


def store_frozen(
    session: Session, keys: Keyring, *, release_id: int, worked_out: WorkedOut, now: datetime
) -> None:
    """Freeze a draft with what was worked out, publish it and schedule its report.

    Raises:
        ConflictError: it is no draft any more.
        DestroyedError: answers that it rests on were destroyed meanwhile.
    """
    release = session.get_one(Release, release_id, with_for_update=True)
    if release.state is not ReleaseState.DRAFT:
        raise ConflictError("This release is frozen already.")
    release.contents = to_json(worked_out.contents)
    release.state, release.frozen_at, release.published_at = ReleaseState.PUBLISHED, now, now
    sealed_under = tuple(Owner(material.ROUND, round_id) for round_id in worked_out.rounds)
    bundle = files.bundle_file(worked_out.contents, worked_out.bundle, sealed_under=sealed_under)
    stored_files.keep(session, keys, owner=Owner(files.RELEASE, release_id), files=[bundle], now=now)
    context = AuditContext(release.frozen_by, now, release.programme_id)
    jobs.add_job(
        session,
        kind="report",
        subject_kind=jobs.RELEASE,
        subject_id=release_id,
        due_at=now,
        context=context,
    )
    record(session, context, "release frozen", "release", release_id, number=release.number)


def stop_freezing(session: Session, *, release_id: int, context: AuditContext) -> None:
    """Stop working a draft out after the step in hand; nothing of it is kept.

    Raises:
        NotFoundError: no such draft in the programme.
        ConflictError: it is not being worked out.
    """
    jobs.stop(session, job_id=_own_job(session, release_id, context).id, context=context)


def resume_freezing(session: Session, *, release_id: int, context: AuditContext) -> None:
    """Let work on a draft that was stopped or failed begin afresh.

    Raises:
        NotFoundError: no such draft in the programme.
        ConflictError: it was neither stopped nor did it fail.
    """
    jobs.resume(session, job_id=_own_job(session, release_id, context).id, context=context)


def _own_job(session: Session, release_id: int, context: AuditContext) -> JobView:
    job = freezing_job(session, release_id=release_id)
    if job.programme_id != context.programme_id:
        raise NotFoundError("release", release_id)
    return job
