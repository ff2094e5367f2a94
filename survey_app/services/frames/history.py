"""Every frame and every edition of a list, the newest first, and what waits for the next frame."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from survey_app.errors import NotFoundError
from survey_app.models.frames.lists import QuarantinedRow, SourceList, SourceRecord
from survey_app.models.frames.snapshots import Frame, FrameEntry
from survey_app.models.panels import Panel
from survey_app.services.frames.editions import editions_in_force
from survey_app.services.owned import owned

TO_TAKE, OLDER, IN_FORCE, FOR_A_FRAME = (
    "Waits to be taken",
    "An older edition",
    "In force",
    "Waits for a frame",
)


@dataclass(frozen=True, kw_only=True)
class Edition:
    """An edition of a list as a listing names it; `frames` by number, and `state` in a word."""

    id: int
    name: str
    dated: date
    rows: int
    aside: int
    owner: str
    purpose: str
    coverage: str
    licence: str
    known_defects: str
    file_name: str
    imported_at: datetime
    imported_by: str
    waits_until: datetime | None
    newest: bool
    frames: tuple[tuple[int, int], ...]

    @property
    def state(self) -> str:
        """Where it stands, in words."""
        if self.waits_until:
            return TO_TAKE
        if not self.newest:
            return OLDER
        return IN_FORCE if self.frames else FOR_A_FRAME


@dataclass(frozen=True, kw_only=True)
class FrameLine:
    """A frame as a listing names it; `panels` by id and year."""

    id: int
    number: int
    as_of: date
    organisations: int
    made_at: datetime
    made_by: str
    panels: tuple[tuple[int, int], ...]


def frames_of(session: Session, programme_id: int) -> list[FrameLine]:
    """Every frame of a programme, newest first."""
    rows = session.scalars(
        select(Frame)
        .where(Frame.programme_id == programme_id, Frame.making_until.is_(None))
        .order_by(Frame.number.desc())
    ).all()
    counts = select(FrameEntry.frame_id, func.count()).where(
        FrameEntry.frame_id.in_([one.id for one in rows])
    )
    sizes = dict(session.execute(counts.group_by(FrameEntry.frame_id)).all())
    panels: dict[int, list[tuple[int, int]]] = {}
    drawn = select(Panel.frame_id, Panel.id, Panel.year).where(Panel.programme_id == programme_id)
    for frame_id, panel_id, year in session.execute(drawn.order_by(Panel.year)):
        panels.setdefault(frame_id, []).append((panel_id, year))
    return [
        FrameLine(
            id=one.id,
            number=one.number,
            as_of=one.as_of,
            organisations=sizes.get(one.id, 0),
            made_at=one.created_at,
            made_by=one.created_by,
            panels=tuple(panels.get(one.id, ())),
        )
        for one in rows
    ]


def editions_of(session: Session, programme_id: int, *, now: datetime) -> list[Edition]:
    """Every edition of every list that is in force, was, or waits to be taken; the newest first."""
    rows = session.scalars(
        select(SourceList)
        .where(
            SourceList.programme_id == programme_id,
            or_(
                SourceList.arriving_until.is_(None),
                SourceList.waiting_since.is_not(None) & (SourceList.arriving_until > now),
            ),
        )
        .order_by(SourceList.imported_at.desc(), SourceList.id.desc())
    ).all()
    return _editions(session, rows, programme_id)


def edition_of(session: Session, *, list_id: int, programme_id: int) -> Edition:
    """One edition of a list.

    Raises:
        NotFoundError: no such list in this programme.
    """
    row = owned(session, SourceList, list_id, programme_id=programme_id)
    if row.arriving_until and not row.waiting_since:
        raise NotFoundError("list", list_id)
    return _editions(session, [row], programme_id)[0]


def editions_in_frame(session: Session, *, frame_id: int, programme_id: int) -> tuple[Edition, ...]:
    """The editions that a frame is made of, in the order in which they came."""
    used = select(FrameEntry.source_list_id).where(FrameEntry.frame_id == frame_id).distinct()
    rows = session.scalars(select(SourceList).where(SourceList.id.in_(used)).order_by(SourceList.id)).all()
    return tuple(_editions(session, rows, programme_id))


def _editions(session: Session, rows: Sequence[SourceList], programme_id: int) -> list[Edition]:
    ids = [one.id for one in rows]
    newest = set(session.scalars(editions_in_force(programme_id)))
    aside = select(QuarantinedRow.source_list_id, func.count()).where(QuarantinedRow.source_list_id.in_(ids))
    counts = dict(session.execute(aside.group_by(QuarantinedRow.source_list_id)).all())
    kept = select(SourceRecord.source_list_id, func.count()).where(SourceRecord.source_list_id.in_(ids))
    sizes = dict(session.execute(kept.group_by(SourceRecord.source_list_id)).all())
    used: dict[int, list[tuple[int, int]]] = {}
    pairs = select(FrameEntry.source_list_id, Frame.id, Frame.number).join(
        Frame, Frame.id == FrameEntry.frame_id
    )
    for list_id, frame_id, number in session.execute(
        pairs.where(FrameEntry.source_list_id.in_(ids), Frame.making_until.is_(None))
        .distinct()
        .order_by(Frame.number)
    ):
        used.setdefault(list_id, []).append((frame_id, number))
    return [
        Edition(
            id=one.id,
            name=one.name,
            dated=one.dated,
            rows=sizes.get(one.id, 0),
            aside=counts.get(one.id, 0),
            owner=one.owner,
            purpose=one.purpose,
            coverage=one.coverage,
            licence=one.licence,
            known_defects=one.known_defects,
            file_name=one.file_name,
            imported_at=one.imported_at,
            imported_by=one.imported_by,
            waits_until=one.arriving_until,
            newest=one.id in newest,
            frames=tuple(used.get(one.id, ())),
        )
        for one in rows
    ]
