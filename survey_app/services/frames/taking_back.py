"""A frame or an edition of a list taken back while nothing rests on it.

Either is first taken out of sight by one UPDATE, as if whoever wrote it had been killed, and then cleared a
little in each transaction, as `arrivals` clears what was killed.
"""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey_app.crypto import Keyring
from survey_app.database import Step
from survey_app.errors import ConflictError, RestedOnError
from survey_app.models.frames.lists import SourceList
from survey_app.models.frames.snapshots import Frame, FrameEntry
from survey_app.models.panels import Panel, SavedPlan
from survey_app.services.audit import AuditContext, record
from survey_app.services.frames.arrivals import GIVEN_BACK, LONG_AGO, clear_frame, clear_list
from survey_app.services.owned import owned


def rests_on_frame(session: Session, *, frame_id: int) -> tuple[str, ...]:
    """What goes by a frame, each with what to do about it; empty where the frame can be discarded."""
    panels = session.scalars(select(Panel.year).where(Panel.frame_id == frame_id).order_by(Panel.year))
    plans = session.scalars(select(SavedPlan.name).where(SavedPlan.frame_id == frame_id))
    return (
        *(f"The panel of {year} is drawn from it. Undraw that panel first, on its page." for year in panels),
        *(f"The saved plan “{name}” is made on it. Delete that plan first." for name in plans),
    )


def discard_frame(*, frame_id: int, why: str, context: AuditContext) -> Iterator[Step]:
    """Take a frame back, step by step; the first one takes it out of sight. Audited, with the reason.

    Raises:
        RestedOnError: a panel or a saved plan goes by it.
        NotFoundError: no such frame in this programme.
    """

    def begin(session: Session, _now: datetime) -> None:
        frame = owned(session, Frame, frame_id, programme_id=context.programme_id)
        if resting := rests_on_frame(session, frame_id=frame_id):
            raise RestedOnError(resting)
        whole = update(Frame).where(Frame.id == frame_id, Frame.making_until.is_(None))
        _take_away(session, whole.values(making_until=LONG_AGO), "The frame")
        record(session, context, "frame discarded", "frame", frame_id, number=frame.number, why=why)

    yield begin
    left = [1]
    while left[-1]:
        yield lambda session, now: left.append(clear_frame(session, frame_id=frame_id, now=now))


def rests_on_list(session: Session, *, list_id: int) -> tuple[str, ...]:
    """What goes by an edition of a list, with what to do about it; empty where it can be given back."""
    edition = session.get_one(SourceList, list_id)
    frames = session.scalars(
        select(Frame.number)
        .where(Frame.id.in_(select(FrameEntry.frame_id).where(FrameEntry.source_list_id == list_id)))
        .order_by(Frame.number)
    )
    newer = session.scalars(
        select(SourceList.id).where(
            SourceList.programme_id == edition.programme_id,
            SourceList.name == edition.name,
            SourceList.dated > edition.dated,
        )
    ).first()
    return (
        *(f"Frame {number} is made of it. Discard that frame first, on its page." for number in frames),
        *(["A newer edition of it is there. Give that one back first."] if newer is not None else []),
    )


def give_back(keys: Keyring, *, list_id: int, why: str, context: AuditContext) -> Iterator[Step]:
    """Take an edition of a list back, step by step. Audited, with the reason.

    Organisations are called, and written to, as the lists that stay say, unless people said otherwise. Those
    that it alone brought are gone, unless something has been kept about them: they stay, on no list.

    Raises:
        RestedOnError: a frame, or a newer edition, goes by it.
        NotFoundError: no such list in this programme.
    """

    def begin(session: Session, _now: datetime) -> None:
        edition = owned(session, SourceList, list_id, programme_id=context.programme_id)
        if resting := rests_on_list(session, list_id=list_id):
            raise RestedOnError(resting)
        whole = update(SourceList).where(SourceList.id == list_id, SourceList.arriving_until.is_(None))
        _take_away(session, whole.values(arriving_until=GIVEN_BACK), "The list")
        record(
            session, context, "list given back", "source_list", list_id,
            name=edition.name, dated=edition.dated.isoformat(), rows=edition.row_count, why=why,
        )  # fmt: skip

    yield begin
    left = [1]
    while left[-1]:
        yield lambda session, now: left.append(clear_list(session, keys, list_id=list_id, now=now))


def give_up(keys: Keyring, *, list_id: int, context: AuditContext) -> Iterator[Step]:
    """Take away an edition that waits to be taken, step by step. Audited.

    Raises:
        ConflictError: it was taken, or is being written.
        NotFoundError: no such list in this programme.
    """

    def begin(session: Session, _now: datetime) -> None:
        edition = owned(session, SourceList, list_id, programme_id=context.programme_id)
        waits = update(SourceList).where(SourceList.id == list_id, SourceList.arriving_until.is_not(None))
        _take_away(session, waits.values(arriving_until=LONG_AGO, waiting_since=None), "The list")
        dated = edition.dated.isoformat()
        record(session, context, "list not taken", "source_list", list_id, name=edition.name, dated=dated)

    yield begin
    left = [1]
    while left[-1]:
        yield lambda session, now: left.append(clear_list(session, keys, list_id=list_id, now=now))


def _take_away(session: Session, statement: object, what: str) -> None:
    if session.execute(statement).rowcount != 1:  # type: ignore[call-overload]
        raise ConflictError(f"{what} was changed by somebody else at this moment. Look again.")
