"""The sessions of a review: planned, changed, handed over, held or cancelled."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.clock import london_date
from survey_app.errors import InvalidError, NotFoundError, StageError
from survey_app.models.reviews.sessions import ReviewHandover, ReviewSession, Scope, SessionState
from survey_app.services.audit import AuditContext, record
from survey_app.services.reviews import letters
from survey_app.services.reviews.issues import review_of

CLOCK = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
MAX_TITLE, MAX_LINE, MAX_ACCESS = 120, 200, 2000


@dataclass(frozen=True, kw_only=True)
class SessionPlan:
    """What is decided of a session before it is held."""

    title: str
    scope: Scope
    area: str
    day: date
    starts: str
    place: str
    facilitator: str
    access: str = ""
    languages: str = ""
    second_round: bool = False


@dataclass(frozen=True)
class Handover:
    """One who led a session gave it to another."""

    before: str
    after: str
    why: str


@dataclass(frozen=True, kw_only=True)
class SessionView:
    """A session as it stands, with everybody who led it before."""

    id: int
    round_id: int
    plan: SessionPlan
    state: SessionState
    cancelled_why: str
    handovers: tuple[Handover, ...] = ()

    @property
    def title(self) -> str:
        return self.plan.title

    @property
    def is_cancelled(self) -> bool:
        return self.state is SessionState.CANCELLED


def plan_session(session: Session, *, round_id: int, plan: SessionPlan, context: AuditContext) -> int:
    """Plan a session of a review; its id.

    Raises:
        NotFoundError: no such review.
        StageError: the review is over.
        TakenError: the review has a session of this title.
        InvalidError: with all that is wrong with the plan.
    """
    review = review_of(session, round_id=round_id, programme_id=context.programme_id)
    if review.stage.is_over:
        raise StageError(f"{review.title} is over. Plan the session in the next review.")
    row = ReviewSession(
        round_id=review.id, **_checked(plan), created_at=context.now, created_by=context.actor
    )
    session.add(row)
    session.flush()
    record(session, context, "session planned", "review session", row.id, round=review.id)
    return row.id


def change_session(session: Session, *, session_id: int, plan: SessionPlan, context: AuditContext) -> int:
    """Change what was planned; who leads it is handed over with a reason instead.

    Where day, hour or place are others, whoever has had a letter and has not declined gets another: how many.

    Raises:
        NotFoundError: no such session.
        StageError: it was held or cancelled.
        TakenError: the review has another session of this title.
        InvalidError: with all that is wrong with the plan.
    """
    row = session_row(session, session_id, context.programme_id, locked=True)
    check_planned(row)
    before = _meets(row)
    for key, value in _checked(plan).items():
        if key != "facilitator":
            setattr(row, key, value)
    session.flush()
    count = letters.tell_changed(session, row=row, context=context) if _meets(row) != before else 0
    record(session, context, "session changed", "review session", row.id, letters=count)
    return count


def _meets(row: ReviewSession) -> tuple[date, str, str]:
    return (row.day, row.starts, row.place)


def hand_over(session: Session, *, session_id: int, to: str, why: str, context: AuditContext) -> None:
    """Let another lead a session, also in the middle of it; votes and record stay as they are.

    Raises:
        NotFoundError: no such session.
        StageError: it was cancelled.
        InvalidError: nobody is named, the same one is, or no reason.
    """
    row = session_row(session, session_id, context.programme_id, locked=True)
    if row.state is SessionState.CANCELLED:
        raise StageError(f"“{row.title}” was cancelled: {row.cancelled_why}")
    after, reason = to.strip(), why.strip()
    faults = []
    if not 0 < len(after) <= MAX_LINE or after == row.facilitator:
        faults.append("Say who leads the session from now on: somebody else than before.")
    if not 0 < len(reason) <= 2 * MAX_LINE:
        faults.append("Say why, in at most 400 characters.")
    if faults:
        raise InvalidError("The session cannot be handed over yet.", tuple(faults))
    session.add(
        ReviewHandover(
            session_id=row.id,
            before=row.facilitator,
            after=after,
            why=reason,
            recorded_at=context.now,
            recorded_by=context.actor,
        )
    )
    row.facilitator = after
    record(session, context, "session handed over", "review session", row.id)


def hold(session: Session, *, session_id: int, context: AuditContext) -> None:
    """Say that a session took place. Safe to repeat.

    Raises:
        NotFoundError: no such session.
        StageError: it was cancelled, or its day is still to come.
    """
    row = session_row(session, session_id, context.programme_id, locked=True)
    if row.state is SessionState.HELD:
        return
    check_planned(row)
    if row.day > london_date(context.now):
        raise StageError(f"“{row.title}” is not held yet: its day is still to come.")
    row.state = SessionState.HELD
    letters.delete_needs(session, row.id)
    record(session, context, "session held", "review session", row.id)


def cancel(session: Session, *, session_id: int, why: str, context: AuditContext) -> int:
    """Give a session up that is not held, with the reason; it stays in the list.

    Whoever has had a letter and has not declined is told, with the reason: how many.

    Raises:
        NotFoundError: no such session.
        StageError: it was held or cancelled already.
        InvalidError: no reason.
    """
    row = session_row(session, session_id, context.programme_id, locked=True)
    check_planned(row)
    if not 0 < len(why.strip()) <= MAX_ACCESS:
        raise InvalidError("Say why the session is cancelled.")
    row.state, row.cancelled_why = SessionState.CANCELLED, why.strip()
    count = letters.tell_cancelled(session, row=row, context=context)
    letters.delete_needs(session, row.id)
    record(session, context, "session cancelled", "review session", row.id, letters=count)
    return count


def session_of(session: Session, *, session_id: int, programme_id: int | None) -> SessionView:
    """One session of a programme's reviews.

    Raises:
        NotFoundError: there is none of this id.
    """
    return _views(session, [session_row(session, session_id, programme_id)])[0]


def sessions_of(session: Session, round_id: int) -> list[SessionView]:
    """Every session of a review, the national ones first, then by day."""
    rows = session.scalars(
        select(ReviewSession)
        .where(ReviewSession.round_id == round_id)
        .order_by(ReviewSession.day, ReviewSession.id)
    ).all()
    return sorted(_views(session, rows), key=lambda one: list(Scope).index(one.plan.scope))


def session_row(
    session: Session, session_id: int, programme_id: int | None, *, locked: bool = False
) -> ReviewSession:
    """The row of a session, as it is by now; `locked` for whoever changes it.

    Raises:
        NotFoundError: the programme has none of this id.
    """
    row = session.get(ReviewSession, session_id, populate_existing=True, with_for_update=locked or None)
    if row is None:
        raise NotFoundError("session", session_id)
    review_of(session, round_id=row.round_id, programme_id=programme_id)
    return row


def check_planned(row: ReviewSession) -> None:
    """Let pass a session that is still to be held.

    Raises:
        StageError: it was held or cancelled.
    """
    if row.state is not SessionState.PLANNED:
        raise StageError(f"“{row.title}” was {row.state} already.")


def check_open_to_votes(row: ReviewSession) -> None:
    """Let pass a session in which people may vote: while it is planned, and for a second round once held.

    Raises:
        StageError: it was cancelled.
    """
    if row.state is SessionState.CANCELLED:
        raise StageError(f"“{row.title}” was cancelled: {row.cancelled_why}")


def _checked(plan: SessionPlan) -> dict[str, object]:
    values = {key: value.strip() if type(value) is str else value for key, value in vars(plan).items()}
    if plan.scope is Scope.NATIONAL:
        values["area"] = ""
    if faults := tuple(_faults(values)):
        raise InvalidError("The session cannot be planned like this.", faults)
    return values


def _faults(values: dict[str, object]) -> Iterator[str]:
    for key, words, longest in (
        ("title", "Give the session a title", MAX_TITLE),
        ("place", "Say where it is held, with what people need to find it", 300),
        ("facilitator", "Say who leads it", MAX_LINE),
    ):
        if not 0 < len(str(values[key])) <= longest:
            yield f"{words}, in at most {longest} characters."
    if not CLOCK.fullmatch(str(values["starts"])):
        yield "Say when it begins, by the 24-hour clock, like 10:00 or 14:30."
    if values["scope"] is not Scope.NATIONAL and not 0 < len(str(values["area"])) <= MAX_TITLE:
        yield "Say for which region or locality it is."
    if len(str(values["access"])) > MAX_ACCESS or len(str(values["languages"])) > MAX_LINE:
        yield "Say access and languages in fewer words: at most 2,000 and 200 characters."


def _views(session: Session, rows: Sequence[ReviewSession]) -> list[SessionView]:
    handed: dict[int, list[Handover]] = {row.id: [] for row in rows}
    for one in session.scalars(
        select(ReviewHandover).where(ReviewHandover.session_id.in_(handed)).order_by(ReviewHandover.id)
    ):
        handed[one.session_id].append(Handover(one.before, one.after, one.why))
    return [
        SessionView(
            id=row.id,
            round_id=row.round_id,
            state=row.state,
            cancelled_why=row.cancelled_why,
            handovers=tuple(handed[row.id]),
            plan=SessionPlan(
                title=row.title,
                scope=row.scope,
                area=row.area,
                day=row.day,
                starts=row.starts,
                place=row.place,
                facilitator=row.facilitator,
                access=row.access,
                languages=row.languages,
                second_round=row.second_round,
            ),
        )
        for row in rows
    ]
