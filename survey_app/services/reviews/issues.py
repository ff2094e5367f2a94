"""Issues of a review: put forward from a finding or by a participant, merged, closed with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from sampling.frame import Sector
from scheduler.stages import Stage
from scheduler.strands import Strand
from survey_app.errors import InvalidError, NotFoundError, StageError
from survey_app.models.reviews.issues import IssueState, ReviewIssue
from survey_app.reports.contents import ItemResult
from survey_app.reports.printed import with_interval
from survey_app.services.audit import AuditContext, record
from survey_app.services.results import release
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import RoundView

MAX_TITLE, MAX_WORDS = 200, 2000


@dataclass(frozen=True, kw_only=True)
class NewIssue:
    """What is put forward; `release_id` and `item` are of a figure that it rests on."""

    title: str
    words: str
    put_forward_by: str
    sector: Sector | None = None
    release_id: int | None = None
    item: str = ""


@dataclass(frozen=True, kw_only=True)
class IssueView:
    """An issue as it stands; `finding` are its figures as they were printed."""

    id: int
    round_id: int
    title: str
    words: str
    put_forward_by: str
    sector: Sector | None
    release_id: int | None
    item: str
    finding: str
    state: IssueState
    merged_into_id: int | None
    closed_why: str

    @property
    def is_open(self) -> bool:
        return self.state is IssueState.OPEN


def review_of(session: Session, *, round_id: int, programme_id: int | None) -> RoundView:
    """A round of the annual review.

    Raises:
        NotFoundError: the programme has none of this id, or it is of another strand.
    """
    review = lifecycle.get_round(session, round_id=round_id, programme_id=programme_id)
    if review.strand is not Strand.ANNUAL_REVIEW:
        raise NotFoundError("review", round_id)
    return review


def reviews_of(session: Session, programme_id: int) -> list[RoundView]:
    """Every review of a programme that was not withdrawn, newest first."""
    every = lifecycle.rounds_of(session, programme_id)
    return [one for one in every if one.strand is Strand.ANNUAL_REVIEW and one.stage is not Stage.WITHDRAWN]


def open_reviews(session: Session, programme_id: int) -> list[RoundView]:
    """The reviews to which an issue can still be put forward; the next one first."""
    return [one for one in reviews_of(session, programme_id) if not one.stage.is_over][::-1]


def put_forward(session: Session, *, round_id: int, new: NewIssue, context: AuditContext) -> int:
    """Put an issue forward to a review; its id. Its words never change afterwards.

    Raises:
        NotFoundError: no such review, release or figure.
        StageError: the review is over.
        InvalidError: with all that is wrong.
    """
    review = review_of(session, round_id=round_id, programme_id=context.programme_id)
    if review.stage.is_over:
        raise StageError(f"{review.title} is over. Put the issue forward to the next review.")
    title, words, whose = new.title.strip(), new.words.strip(), new.put_forward_by.strip()
    if faults := _faults(title, words, whose):
        raise InvalidError("This issue cannot be put forward yet.", tuple(faults))
    finding = figure_of(session, new.release_id, new.item, context.programme_id) if new.release_id else ""
    row = ReviewIssue(
        round_id=review.id, title=title, words=words, put_forward_by=whose, sector=new.sector,
        release_id=new.release_id, item=new.item if new.release_id else "", finding=finding,
        state=IssueState.OPEN, created_at=context.now, created_by=context.actor,
    )  # fmt: skip
    session.add(row)
    session.flush()
    record(session, context, "issue put forward", "review issue", row.id, round=review.id)
    return row.id


def _faults(title: str, words: str, whose: str) -> list[str]:
    faults = []
    if not 0 < len(title) <= MAX_TITLE:
        faults.append(f"Say what the issue is, in at most {MAX_TITLE} characters.")
    if not 0 < len(words) <= MAX_WORDS:
        faults.append(f"Say why it should be talked about, in at most {MAX_WORDS:,} characters.")
    if not 0 < len(whose) <= MAX_TITLE:
        faults.append("Say who puts it forward: an organisation or a role.")
    return faults


def figure_of(session: Session, release_id: int, item: str, programme_id: int | None) -> str:
    """The figures of one item of a release, as they are printed.

    Raises:
        NotFoundError: the programme has no such published release, or it has no such item.
    """
    return figure_in_words(item_of(session, release_id, item, programme_id))


def item_of(session: Session, release_id: int, item: str, programme_id: int | None) -> ItemResult:
    """One item of a published release.

    Raises:
        NotFoundError: the programme has no such published release, or it has no such item.
    """
    contents = release.release_contents(session, release_id=release_id, programme_id=programme_id)
    for one in contents.items:
        if one.item == item:
            return one
    raise NotFoundError("figure", item)


def figure_in_words(item: ItemResult) -> str:
    """`Consultations last 12 weeks. Share answering yes. Public bodies 52 (49 to 55), voluntary ...`."""
    public, voluntary = (with_interval(cell, item.statistic) for cell in (item.public, item.voluntary))
    unit = " per cent" if item.statistic == "proportion" else ""
    return (
        f"{item.short}. {item.measured}: public bodies {public}{unit}, "
        f"voluntary organisations {voluntary}{unit}."
    )


def issue_of(session: Session, *, issue_id: int, programme_id: int | None) -> IssueView:
    """One issue of a programme's reviews.

    Raises:
        NotFoundError: there is none of this id.
    """
    return _view(issue_row(session, issue_id, programme_id))


def issue_row(
    session: Session, issue_id: int, programme_id: int | None, *, locked: bool = False
) -> ReviewIssue:
    """The row of an issue, as it is by now; `locked` for whoever changes it.

    Raises:
        NotFoundError: the programme has none of this id.
    """
    row = session.get(ReviewIssue, issue_id, populate_existing=True, with_for_update=locked or None)
    if row is None:
        raise NotFoundError("issue", issue_id)
    review_of(session, round_id=row.round_id, programme_id=programme_id)
    return row


def issues_of(session: Session, round_ids: Sequence[int]) -> list[IssueView]:
    """Every issue of some reviews, in the order in which they were put forward."""
    rows = select(ReviewIssue).where(ReviewIssue.round_id.in_(round_ids)).order_by(ReviewIssue.id)
    return [_view(row) for row in session.scalars(rows)]


def issues_from(session: Session, *, release_id: int) -> list[IssueView]:
    """The issues that rest on figures of a release: the way from a finding to what became of it."""
    rows = select(ReviewIssue).where(ReviewIssue.release_id == release_id).order_by(ReviewIssue.id)
    return [_view(row) for row in session.scalars(rows)]


def merged_with(session: Session, issue_id: int) -> list[IssueView]:
    """The issues that were merged into one, which keep their own words and votes."""
    rows = select(ReviewIssue).where(ReviewIssue.merged_into_id == issue_id).order_by(ReviewIssue.id)
    return [_view(row) for row in session.scalars(rows)]


def merge(session: Session, *, issue_id: int, into_id: int, context: AuditContext) -> None:
    """Talk about an issue together with another; both keep their words, and the votes that they have.

    Raises:
        NotFoundError: no such issue.
        StageError: one of them is not open any more.
        InvalidError: they are the same, or of two reviews.
    """
    row, into = (issue_row(session, key, context.programme_id, locked=True) for key in (issue_id, into_id))
    if row.id == into.id or row.round_id != into.round_id:
        raise InvalidError("Choose another issue of the same review.")
    for one in (row, into):
        _check_open(one)
    if merged_with(session, row.id):
        raise InvalidError(
            f"Others were merged into “{row.title}”. Merge “{into.title}” into it instead, so that nobody's "
            "issue is two steps away."
        )
    row.state, row.merged_into_id = IssueState.MERGED, into.id
    record(session, context, "issue merged", "review issue", row.id, into=into.id)


def close(session: Session, *, issue_id: int, why: str, context: AuditContext) -> None:
    """Close an issue without anything that follows from it, with the reason.

    Raises:
        NotFoundError: no such issue.
        StageError: it is not open any more.
        InvalidError: no reason.
    """
    row = issue_row(session, issue_id, context.programme_id, locked=True)
    _check_open(row)
    if not 0 < len(why.strip()) <= MAX_WORDS:
        raise InvalidError(f"Say why the issue is closed, in at most {MAX_WORDS:,} characters.")
    row.state, row.closed_why = IssueState.CLOSED, why.strip()
    record(session, context, "issue closed", "review issue", row.id)


def reopen(session: Session, *, issue_id: int, context: AuditContext) -> None:
    """Talk about an issue by itself again, which was merged or closed. Safe to repeat.

    Raises:
        NotFoundError: no such issue.
    """
    row = issue_row(session, issue_id, context.programme_id, locked=True)
    if row.state is IssueState.OPEN:
        return
    row.state, row.merged_into_id, row.closed_why = IssueState.OPEN, None, ""
    record(session, context, "issue opened again", "review issue", row.id)


def _check_open(row: ReviewIssue) -> None:
    if row.state is not IssueState.OPEN:
        raise StageError(f"“{row.title}” is {row.state} already. Open it again first.")


def _view(row: ReviewIssue) -> IssueView:
    return IssueView(
        id=row.id, round_id=row.round_id, title=row.title, words=row.words,
        put_forward_by=row.put_forward_by, sector=row.sector, release_id=row.release_id, item=row.item,
        finding=row.finding, state=row.state, merged_into_id=row.merged_into_id, closed_why=row.closed_why,
    )  # fmt: skip
