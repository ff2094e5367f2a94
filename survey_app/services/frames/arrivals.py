"""Lists and frames that are still being written, a little in each transaction: seen when they are whole.

A list, or a frame, that is being written says until when somebody is at it. Its organisations are in no
listing and its addresses get no letter. When all is there one UPDATE puts it in force. Whose time has run out
was killed: the worker, or the next who brings the list in, takes away what it left. Addresses that replace
others wait beside the list, and go into their places when it is in force; the worker goes on with them where
somebody was killed.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, exists, or_, select, update
from sqlalchemy.orm import Session

from survey_app.clock import in_words
from survey_app.crypto import Keyring
from survey_app.errors import InvalidError
from survey_app.models.burden import BurdenEntry
from survey_app.models.cases.casework import Case
from survey_app.models.contacts import Contact, ContactSource
from survey_app.models.frames.lists import ListedAddress, QuarantinedRow, SourceList, SourceRecord
from survey_app.models.frames.snapshots import Frame, FrameCell, FrameEntry, FrameFlow
from survey_app.models.organisations import Organisation, OrganisationArea, OrganisationLink, OrganisationName
from survey_app.services.audit import AuditContext
from survey_app.services.frames.addresses import put_listed
from survey_app.services.frames.restoring import restore

# The most rows that one transaction writes of each table: some 50 ms, and not a second on a busy machine.
BATCH = 250
# A step takes a fraction of a second; whoever has not taken one for so long is gone.
HOLD = timedelta(minutes=2)
# Nobody goes on with what is being taken away, however their clock goes.
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
# The same of a list that was in force: what it changed is put back before its rows go, whoever clears it.
GIVEN_BACK = datetime(2000, 1, 2, tzinfo=UTC)


# No list or frame of ours is older; whoever types another year has slipped.
FIRST_DAY = date(2000, 1, 1)


def check_day(day: date, what: str, *, today: date) -> None:
    """Refuse a day that a list or a frame cannot be of: years ago, or more than a year to come.

    Raises:
        InvalidError: it is such a day.
    """
    if not FIRST_DAY <= day <= today + timedelta(days=366):
        raise InvalidError(
            f"A {what} cannot be of {in_words(day)}. Give a day from {in_words(FIRST_DAY)} to a year hence."
        )


def arrived() -> ColumnElement[bool]:
    """Whether an organisation may be seen: the list that brought it, if one did, is in force."""
    arriving = exists().where(
        SourceList.id == Organisation.born_list_id, SourceList.arriving_until.is_not(None)
    )
    return ~arriving


def lapsed(session: Session, *, now: datetime) -> tuple[int | None, int | None]:
    """The ids of a list and of a frame that somebody began to write and will not end, or None."""
    list_id = session.scalar(select(SourceList.id).where(SourceList.arriving_until <= now).limit(1))
    return list_id, session.scalar(select(Frame.id).where(Frame.making_until <= now).limit(1))


def are_unended(now: datetime) -> ColumnElement[bool]:
    """Whether `tidy` has something to do."""
    waiting = exists().where(
        SourceList.id == ListedAddress.source_list_id,
        SourceList.arriving_until.is_(None),
        ListedAddress.replaced.is_(False),
    )
    begun = exists().where(SourceList.arriving_until <= now), exists().where(Frame.making_until <= now)
    return or_(waiting, *begun)


def tidy(session: Session, keys: Keyring, *, now: datetime) -> int:
    """Take one step with what somebody began and did not end; how many rows it was, 0 when none is left."""
    list_id, frame_id = lapsed(session, now=now)
    if list_id is not None:
        return clear_list(session, keys, list_id=list_id, now=now)
    if frame_id is not None:
        return clear_frame(session, frame_id=frame_id, now=now)
    return put_waiting(session, keys, context=AuditContext("worker", now))


def clear_list(session: Session, keys: Keyring, *, list_id: int, now: datetime) -> int:
    """Take away some of what a list that is not in force left; at last the list. The number of rows."""
    edition = select(SourceList.arriving_until).where(SourceList.id == list_id)
    undoing = session.scalar(edition) == GIVEN_BACK
    lost = update(SourceList).where(SourceList.id == list_id, SourceList.arriving_until <= now)
    if not _changed(session, lost.values(arriving_until=GIVEN_BACK if undoing else LONG_AGO)):
        return 0
    if cleared := _clear_records(session, keys, list_id, now, undoing=undoing):
        return cleared
    for rows in (QuarantinedRow, ListedAddress):
        some = select(rows.id).where(rows.source_list_id == list_id).limit(BATCH)
        if cleared := _changed(session, delete(rows).where(rows.id.in_(some))):
            return cleared
    return _clear_born(session, list_id) or _changed(
        session, delete(SourceList).where(SourceList.id == list_id)
    )


def _clear_records(session: Session, keys: Keyring, list_id: int, now: datetime, *, undoing: bool) -> int:
    """The records of some organisations go, together with what the list changed about them."""
    ours = SourceRecord.source_list_id == list_id
    some = select(SourceRecord.organisation_id).where(ours).order_by(SourceRecord.organisation_id)
    owners = list(dict.fromkeys(session.scalars(some.limit(BATCH))))
    if undoing:
        restore(session, keys, list_id=list_id, owners=owners, now=now)
    return _changed(session, delete(SourceRecord).where(ours, SourceRecord.organisation_id.in_(owners)))


def _clear_born(session: Session, list_id: int) -> int:
    """Organisations go too, unless another list has named them meanwhile, or something is kept of them."""
    born = list(
        session.scalars(select(Organisation.id).where(Organisation.born_list_id == list_id).limit(BATCH))
    )
    named = {one for kept in _kept_of(born) for one in session.scalars(kept)}
    session.execute(update(Organisation).where(Organisation.id.in_(named)).values(born_list_id=None))
    alone = [one for one in born if one not in named]
    session.execute(delete(Contact).where(Contact.organisation_id.in_(alone)))
    session.execute(delete(OrganisationName).where(OrganisationName.organisation_id.in_(alone)))
    session.execute(delete(Organisation).where(Organisation.id.in_(alone)))
    return len(born)


def _kept_of(born: list[int]) -> Iterator[Select[Any]]:
    """What keeps organisations, as queries of their ids."""
    for column in (
        SourceRecord.organisation_id,
        Case.organisation_id,
        BurdenEntry.organisation_id,
        OrganisationLink.predecessor_id,
        OrganisationLink.successor_id,
        OrganisationArea.organisation_id,
    ):
        yield select(column).where(column.in_(born))
    by_people = Contact.source != ContactSource.LIST
    yield select(Contact.organisation_id).where(Contact.organisation_id.in_(born), by_people)


def clear_frame(session: Session, *, frame_id: int, now: datetime) -> int:
    """Take away some of what a frame that never was whole left; at last the frame. The number of rows."""
    lost = update(Frame).where(Frame.id == frame_id, Frame.making_until <= now)
    if not _changed(session, lost.values(making_until=LONG_AGO)):
        return 0
    some = select(FrameEntry.id).where(FrameEntry.frame_id == frame_id).limit(BATCH)
    if cleared := _changed(session, delete(FrameEntry).where(FrameEntry.id.in_(some))):
        return cleared
    cells = select(FrameCell.id).where(FrameCell.frame_id == frame_id)
    session.execute(
        delete(FrameFlow).where(FrameFlow.now_cell_id.in_(cells) | FrameFlow.then_cell_id.in_(cells))
    )
    session.execute(delete(FrameCell).where(FrameCell.frame_id == frame_id))
    return _changed(session, delete(Frame).where(Frame.id == frame_id))


def put_waiting(session: Session, keys: Keyring, *, context: AuditContext) -> int:
    """Put some of the addresses that wait beside lists in force into their places; how many there were."""
    waiting = session.scalars(
        select(ListedAddress)
        .join(SourceList, SourceList.id == ListedAddress.source_list_id)
        .where(SourceList.arriving_until.is_(None), ListedAddress.replaced.is_(False))
        .order_by(ListedAddress.id)
        .limit(BATCH)
        # Whoever brought the list in, and a worker, may both be at it.
        .with_for_update(of=ListedAddress, skip_locked=True)
    ).all()
    put_listed(session, keys, waiting=waiting, context=context)
    return len(waiting)


def settle_replaced(session: Session, *, frame_id: int) -> int:
    """Forget some of the addresses that the lists of a frame replaced: those lists stay. How many it was."""
    used = select(FrameEntry.source_list_id).where(FrameEntry.frame_id == frame_id).distinct()
    some = select(ListedAddress.id).where(
        ListedAddress.replaced.is_(True), ListedAddress.source_list_id.in_(used)
    )
    return _changed(session, delete(ListedAddress).where(ListedAddress.id.in_(some.limit(BATCH))))


def _changed(session: Session, statement: object) -> int:
    result = session.execute(statement)  # type: ignore[call-overload]
    return int(result.rowcount)
