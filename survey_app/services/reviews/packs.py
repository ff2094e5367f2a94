"""The pack of a review: made from one published release, and from what the review before came to."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.clock import london_date
from survey_app.crypto import Keyring
from survey_app.errors import NotFoundError, StageError
from survey_app.models.programmes import Programme
from survey_app.models.reviews.records import ReviewPack
from survey_app.models.reviews.sessions import SessionState
from survey_app.reports.reviews.contents import to_json
from survey_app.reports.reviews.pack import Coming, PackContents, pack_from
from survey_app.services import jobs, stored_files
from survey_app.services.audit import AuditContext, record
from survey_app.services.installation import is_synthetic
from survey_app.services.programmes.registry import agreements_of
from survey_app.services.results import files, release
from survey_app.services.results.release import ReleaseLine
from survey_app.services.reviews import gathered
from survey_app.services.reviews.issues import review_of
from survey_app.services.reviews.sessions import SessionView, sessions_of
from survey_app.services.rounds.lifecycle import RoundView
from survey_app.services.stored_files import FileContent, Owner

PACK, PDF = "review_pack", "pack_pdf"
SET_PDF = "pack"


@dataclass(frozen=True, kw_only=True)
class PackView:
    """A pack as it was made; `has_file` once its PDF is there."""

    id: int
    round_id: int
    release_id: int
    number: int
    contents: PackContents
    made_at: datetime
    has_file: bool


def make_pack(
    session: Session, *, round_id: int, release_id: int, product: str, context: AuditContext
) -> int:
    """Make the next pack of a review from a release, with all that is put forward by now; its id.

    Raises:
        NotFoundError: no such review, or no such published release.
        StageError: the review is over.
    """
    review = review_of(session, round_id=round_id, programme_id=context.programme_id)
    if review.stage.is_over:
        raise StageError(f"{review.title} is over. Make a pack for the next review.")
    line = release.release_line(session, release_id=release_id, programme_id=context.programme_id)
    if not line.is_published:
        raise NotFoundError("release", release_id)
    there = select(func.count()).select_from(ReviewPack).where(ReviewPack.round_id == review.id)
    number = 1 + (session.scalar(there) or 0)
    contents = _contents(session, review, line, product, number, context)
    row = ReviewPack(
        round_id=review.id, release_id=line.id, number=number, contents=to_json(contents),
        made_at=context.now, made_by=context.actor,
    )  # fmt: skip
    session.add(row)
    session.flush()
    jobs.add_job(
        session, kind=SET_PDF, subject_kind=PACK, subject_id=row.id, due_at=context.now, context=context
    )
    record(session, context, "session pack made", "review", review.id, release=line.id, number=number)
    return row.id


def _contents(
    session: Session, review: RoundView, line: ReleaseLine, product: str, number: int, context: AuditContext
) -> PackContents:
    word = next((name for _, name in agreements_of(session, review.programme_id)), "agreement")
    return PackContents(
        product=product,
        agreement=f"the {word}",
        programme=session.get_one(Programme, review.programme_id).name,
        title=review.title,
        number=number,
        made_on=london_date(context.now),
        synthetic=is_synthetic(session),
        source=gathered.source(line),
        coming=tuple(
            _coming(one) for one in sessions_of(session, review.id) if one.state is SessionState.PLANNED
        ),
        issues=gathered.issue_lines(session, review),
        before=gathered.review_before(session, review),
    )


def _coming(one: SessionView) -> Coming:
    plan = one.plan
    return Coming(
        title=plan.title, area=plan.area, day=plan.day, starts=plan.starts, place=plan.place,
        access=plan.access.rstrip("."), languages=plan.languages.rstrip("."),
    )  # fmt: skip


def packs_of(session: Session, *, round_id: int) -> list[PackView]:
    """The packs of a review, the newest first."""
    rows = session.scalars(
        select(ReviewPack).where(ReviewPack.round_id == round_id).order_by(ReviewPack.number.desc())
    ).all()
    made = stored_files.files_of(session, owner_kind=PACK, owner_ids=[row.id for row in rows], kinds=(PDF,))
    return [_view(row, has_file=row.id in made) for row in rows]


def pack_of(session: Session, *, pack_id: int, programme_id: int | None) -> PackView:
    """One pack.

    Raises:
        NotFoundError: the programme has none of this id.
    """
    row = session.get(ReviewPack, pack_id)
    if row is None:
        raise NotFoundError("pack", pack_id)
    review_of(session, round_id=row.round_id, programme_id=programme_id)
    return next(one for one in packs_of(session, round_id=row.round_id) if one.id == pack_id)


def _view(row: ReviewPack, *, has_file: bool) -> PackView:
    return PackView(
        id=row.id, round_id=row.round_id, release_id=row.release_id, number=row.number,
        contents=pack_from(row.contents), made_at=row.made_at, has_file=has_file,
    )  # fmt: skip


def file_of(session: Session, keys: Keyring, *, pack_id: int, context: AuditContext) -> FileContent:
    """The PDF of a pack, for whoever may see reviews, while its release may be read. Audited.

    Raises:
        NotFoundError: no such pack in the programme, its file is not made yet, or its release was withdrawn.
    """
    pack = pack_of(session, pack_id=pack_id, programme_id=context.programme_id)
    files.check_owner(session, release_id=pack.release_id, programme_id=context.programme_id)
    handed = stored_files.content_of(session, keys, owner=Owner(PACK, pack.id), kind=PDF)
    record(session, context, "file downloaded", "review", pack.round_id, kind=PDF, sha256=handed.sha256)
    return handed
