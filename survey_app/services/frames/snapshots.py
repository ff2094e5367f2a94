"""Dated frames: snapshots of a programme's organisations, and what can be said of them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from sqlalchemy import ColumnElement, Select, case, func, insert, or_, select, update
from sqlalchemy.orm import Session, aliased

from sampling.frame import Sector, entry_of
from sampling.texts import folded
from sampling.vocabulary import NOT_KNOWN, REGIONS, rural
from survey_app.clock import london_date
from survey_app.database import Looks, Step
from survey_app.errors import ConflictError, InvalidError
from survey_app.models.frames.lists import SourceList, SourceRecord
from survey_app.models.frames.snapshots import Frame, FrameCell, FrameEntry
from survey_app.models.organisations import Organisation
from survey_app.services.audit import AuditContext, record
from survey_app.services.frames.arrivals import BATCH, HOLD, check_day, clear_frame, settle_replaced
from survey_app.services.frames.cells import flows_into, keep_flows
from survey_app.services.frames.editions import editions_in_force
from survey_app.services.frames.history import Edition, editions_in_frame
from survey_app.services.owned import owned


@dataclass(frozen=True)
class FramePage:
    """What a frame holds: counts by region and kind, its gaps, and names that occur more than once."""

    id: int
    number: int
    as_of: date
    organisations: int
    in_scope: dict[Sector, int]
    columns: tuple[str, ...]
    by_region: tuple[tuple[str, tuple[int, ...]], ...]
    totals: tuple[int, ...]
    out_of_scope: tuple[tuple[str, int], ...]
    gaps: tuple[tuple[str, int], ...]
    same_names: tuple[tuple[str, int], ...]
    same_name_count: int
    lists: tuple[Edition, ...]
    since: "FrameChange | None"


@dataclass(frozen=True)
class FrameChange:
    """Organisations in scope against the frame before, `number`: come, gone, and moved to another stratum."""

    number: int
    as_of: date
    come: int
    gone: int
    moved: int


class FrameMaking:
    """A frame on its way: read, and written in `steps`, each for a short transaction of its own."""

    def __init__(self, *, as_of: date, context: AuditContext) -> None:
        self.as_of, self.context = as_of, context
        self.frame_id = 0
        self._rows: list[dict[str, object]] = []
        self._flows: list[dict[str, int]] = []

    def steps(self) -> Iterator[Step]:
        """What is to be done, one after the other.

        Raises:
            InvalidError: in the first step; the programme has no list.
            ConflictError: when it begins to write; somebody else is making a frame.
        """
        yield Looks(self._read)
        left = [1]
        while left[-1]:
            yield lambda session, now: left.append(self._clear(session, now))
        yield self._begin
        for start in range(0, len(self._rows), BATCH):
            yield partial(self._add, self._rows[start : start + BATCH])
        yield self._put_in_force
        yield Looks(self._count_flows)
        yield self._keep_flows
        left = [1]
        while left[-1]:
            yield lambda session, now: left.append(settle_replaced(session, frame_id=self.frame_id))

    def _read(self, session: Session, now: datetime) -> None:
        check_day(self.as_of, "frame", today=london_date(now))
        self._rows = _entry_rows(session, self.context.programme_id)
        if not self._rows:
            raise InvalidError("There is no list to make a frame of. Import one first.")

    def _clear(self, session: Session, now: datetime) -> int:
        """Take away some of what a killed attempt left."""
        before = session.scalar(_ours(self.context).where(Frame.making_until <= now).limit(1))
        return clear_frame(session, frame_id=before.id, now=now) if before else 0

    def _begin(self, session: Session, now: datetime) -> None:
        if session.scalar(_ours(self.context).where(Frame.making_until.is_not(None)).limit(1)):
            raise ConflictError("A frame is being made at this moment. Wait until it is there.")
        newest = session.scalar(_ours(self.context).order_by(Frame.number.desc()).limit(1))
        frame = Frame(
            programme_id=self.context.programme_id,
            number=newest.number + 1 if newest else 1,
            as_of=self.as_of,
            created_at=self.context.now,
            created_by=self.context.actor,
            making_until=now + HOLD,
        )
        session.add(frame)
        session.flush()
        self.frame_id = frame.id
        for row in self._rows:
            row["frame_id"] = frame.id
        _add_cells(session, self._rows)

    def _hold(self, session: Session, now: datetime, *, whole: bool = False) -> None:
        """Say that somebody is still at it, or that it is whole."""
        held = update(Frame).where(Frame.id == self.frame_id, Frame.making_until > now)
        until = None if whole else now + HOLD
        if session.execute(held.values(making_until=until)).rowcount != 1:  # type: ignore[attr-defined]
            raise ConflictError("The frame took too long and was taken away. Make it again.")

    def _add(self, rows: list[dict[str, object]], session: Session, now: datetime) -> None:
        self._hold(session, now)
        session.execute(insert(FrameEntry), rows)

    def _put_in_force(self, session: Session, now: datetime) -> None:
        self._hold(session, now, whole=True)
        record(session, self.context, "frame made", "frame", self.frame_id, organisations=len(self._rows))

    def _count_flows(self, session: Session, _now: datetime) -> None:
        self._flows = flows_into(session, frame_id=self.frame_id)

    def _keep_flows(self, session: Session, _now: datetime) -> None:
        keep_flows(session, self._flows)


def make_frame(session: Session, *, as_of: date, context: AuditContext) -> int:
    """Take a snapshot of every organisation on the programme's lists, in one transaction; the frame's id.

    Raises:
        InvalidError: the programme has no list.
        ConflictError: somebody else is making a frame.
    """
    making = FrameMaking(as_of=as_of, context=context)
    for step in making.steps():
        step(session, context.now)
    return making.frame_id


def _ours(context: AuditContext) -> Select[Frame]:
    return select(Frame).where(Frame.programme_id == context.programme_id)


def _entry_rows(session: Session, programme_id: int | None) -> list[dict[str, object]]:
    records = session.execute(
        select(SourceRecord, Organisation.sector)
        .join(SourceList, SourceList.id == SourceRecord.source_list_id)
        .join(Organisation, Organisation.id == SourceRecord.organisation_id)
        .where(SourceList.id.in_(editions_in_force(programme_id)))
        .order_by(SourceList.id, SourceRecord.id)
    )
    rows: dict[int, dict[str, object]] = {}
    kinds: dict[str, str] = {}
    for row, sector in records:
        entry = entry_of(row.row_number, row.fields, sector)
        # Kinds of body that are none of ours, and classes of work, stand in the spelling that came first.
        kind = kinds.setdefault(folded(entry.kind), entry.kind)
        # An organisation that a later list names again is described by the later list.
        rows[row.organisation_id] = {
            "organisation_id": row.organisation_id,
            "source_list_id": row.source_list_id,
            "name": entry.name,
            "sector": sector,
            "region": entry.region,
            "kind": kind,
            "size": entry.size,
            "area": entry.area,
            "rural_urban": entry.rural_urban,
            "bme_led": entry.bme_led,
            "in_scope": entry.in_scope,
            "scope_reason": entry.scope_reason,
        }
    return list(rows.values())


def _add_cells(session: Session, rows: list[dict[str, object]]) -> None:
    """Group the rows in scope by what strata are made of, and say in each row which group it is in."""
    keys = [_cell_key(row) for row in rows]
    sizes = Counter(key for key, row in zip(keys, rows, strict=True) if row["in_scope"])
    cells = {
        key: FrameCell(
            frame_id=rows[0]["frame_id"],
            sector=key[0],
            region=key[1],
            band=key[2],
            rural=key[3],
            bme_led=key[4],
            pop_size=size,
        )
        for key, size in sorted(sizes.items())
    }
    session.add_all(cells.values())
    session.flush()
    for key, row in zip(keys, rows, strict=True):
        row["frame_cell_id"] = cells[key].id if row["in_scope"] else None


def _cell_key(row: dict[str, object]) -> tuple[Sector, str, str, str, str]:
    sector = Sector(str(row["sector"]))
    band = row["kind"] if sector is Sector.PUBLIC else row["size"]
    return sector, str(row["region"]), str(band), rural(str(row["rural_urban"])), str(row["bme_led"])


def newest_frame(session: Session, programme_id: int) -> int | None:
    """The id of a programme's newest frame, or None."""
    return session.scalar(
        select(Frame.id)
        .where(Frame.programme_id == programme_id, Frame.making_until.is_(None))
        .order_by(Frame.number.desc())
        .limit(1)
    )


def frame_count(session: Session, programme_id: int) -> int:
    """How many frames a programme has."""
    whole = select(func.count(Frame.id)).where(
        Frame.programme_id == programme_id, Frame.making_until.is_(None)
    )
    return session.scalar(whole) or 0


def next_number(session: Session, programme_id: int) -> int:
    """The number of the frame that would be made now."""
    newest = select(func.max(Frame.number)).where(Frame.programme_id == programme_id)
    return (session.scalar(newest) or 0) + 1


def frame_page(session: Session, *, frame_id: int, programme_id: int) -> FramePage:
    """Everything the frame page shows.

    Raises:
        NotFoundError: no such frame in this programme.
    """
    frame = owned(session, Frame, frame_id, programme_id=programme_id)
    columns, by_region, totals = _counts(session, frame_id)
    doubled = _same_names(session, frame_id)
    return FramePage(
        id=frame.id,
        number=frame.number,
        as_of=frame.as_of,
        organisations=_count(session, frame_id),
        in_scope={
            sector: _count(session, frame_id, FrameEntry.in_scope.is_(True), FrameEntry.sector == sector)
            for sector in Sector
        },
        columns=columns,
        by_region=by_region,
        totals=totals,
        out_of_scope=_out_of_scope(session, frame_id),
        gaps=_gaps(session, frame_id),
        same_names=tuple(doubled[:20]),
        same_name_count=len(doubled),
        lists=editions_in_frame(session, frame_id=frame_id, programme_id=programme_id),
        since=_change(session, frame),
    )


def newest_page(session: Session, *, programme_id: int) -> FramePage | None:
    """The same of the newest frame; None where there is none."""
    frame_id = newest_frame(session, programme_id)
    return None if frame_id is None else frame_page(session, frame_id=frame_id, programme_id=programme_id)


def _change(session: Session, frame: Frame) -> FrameChange | None:
    before = session.scalar(
        select(Frame)
        .where(
            Frame.programme_id == frame.programme_id,
            Frame.number < frame.number,
            Frame.making_until.is_(None),
        )
        .order_by(Frame.number.desc())
        .limit(1)
    )
    if before is None:
        return None
    then, now = aliased(FrameEntry), aliased(FrameEntry)
    band_then, band_now = (_band(entry) for entry in (then, now))
    both = (
        select(func.count())
        .select_from(then)
        .join(now, now.organisation_id == then.organisation_id)
        .where(then.frame_id == before.id, now.frame_id == frame.id, then.in_scope, now.in_scope)
    )
    stayed = session.scalar(both) or 0
    moved = session.scalar(both.where(or_(then.region != now.region, band_then != band_now))) or 0
    old, new = (_count(session, one, FrameEntry.in_scope.is_(True)) for one in (before.id, frame.id))
    return FrameChange(before.number, before.as_of, new - stayed, old - stayed, moved)


def _band(entry: type[FrameEntry]) -> ColumnElement[str]:
    """What makes the stratum besides the region: the kind of a public body, the size of a VCO."""
    return case((entry.sector == Sector.PUBLIC, entry.kind), else_=entry.size)


def _counts(
    session: Session, frame_id: int
) -> tuple[tuple[str, ...], tuple[tuple[str, tuple[int, ...]], ...], tuple[int, ...]]:
    counts = session.execute(
        select(FrameEntry.sector, FrameEntry.kind, FrameEntry.region, func.count())
        .where(FrameEntry.frame_id == frame_id, FrameEntry.in_scope)
        .group_by(FrameEntry.sector, FrameEntry.kind, FrameEntry.region)
    )
    table: Counter[tuple[str, str]] = Counter()
    for sector, kind, region, count in counts:
        column = "voluntary organisations" if sector is Sector.VOLUNTARY else kind
        table[(region or NOT_KNOWN, column)] += count
    sizes: Counter[str] = Counter()
    for (_, column), count in table.items():
        sizes[column] += count
    columns = tuple(sorted(sizes, key=lambda name: (name == "voluntary organisations", -sizes[name])))
    rows = tuple(
        (region, tuple(table[(region, column)] for column in columns))
        for region in (*REGIONS, NOT_KNOWN)
        if any(table[(region, column)] for column in columns)
    )
    return columns, rows, tuple(sizes[column] for column in columns)


def _count(session: Session, frame_id: int, *conditions: ColumnElement[bool]) -> int:
    query = select(func.count()).select_from(FrameEntry).where(FrameEntry.frame_id == frame_id, *conditions)
    return session.scalar(query) or 0


def _out_of_scope(session: Session, frame_id: int) -> tuple[tuple[str, int], ...]:
    rows = session.execute(
        select(FrameEntry.scope_reason, func.count())
        .where(FrameEntry.frame_id == frame_id, FrameEntry.in_scope.is_(False))
        .group_by(FrameEntry.scope_reason)
        .order_by(func.count().desc())
    )
    return tuple((reason, count) for reason, count in rows)


def _gaps(session: Session, frame_id: int) -> tuple[tuple[str, int], ...]:
    def lacking(*conditions: ColumnElement[bool]) -> int:
        return _count(session, frame_id, FrameEntry.in_scope.is_(True), *conditions)

    voluntary = FrameEntry.sector == Sector.VOLUNTARY
    classes = session.scalars(
        select(FrameEntry.rural_urban).where(FrameEntry.frame_id == frame_id).distinct()
    )
    unread = [one for one in classes if one and not rural(one)]
    seldom = (
        ("public bodies of no kind", lacking(FrameEntry.sector == Sector.PUBLIC, FrameEntry.kind == "")),
        ("rural or urban, in words not understood", lacking(FrameEntry.rural_urban.in_(unread))),
    )
    return (
        ("no region", lacking(FrameEntry.region == "")),
        ("voluntary organisations with no income", lacking(voluntary, FrameEntry.size == "")),
        ("voluntary organisations with no class of work", lacking(voluntary, FrameEntry.kind == "")),
        *(line for line in seldom if line[1]),
    )


def _same_names(session: Session, frame_id: int) -> list[tuple[str, int]]:
    names = session.scalars(
        select(FrameEntry.name).where(FrameEntry.frame_id == frame_id, FrameEntry.in_scope)
    )
    spellings: dict[str, list[str]] = {}
    for name in names:
        spellings.setdefault(folded(name), []).append(name)
    doubled = [(min(shown), len(shown)) for shown in spellings.values() if len(shown) > 1]
    return sorted(doubled, key=lambda line: (-line[1], folded(line[0])))
