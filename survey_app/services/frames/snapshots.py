"""Dated frames: snapshots of a programme's organisations, and what can be said of them."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, case, func, insert, or_, select
from sqlalchemy.orm import Session, aliased

from sampling.frame import NOT_KNOWN, REGIONS, Sector, entry_of, rural
from survey_app.errors import InvalidError
from survey_app.models.frames.lists import SourceList, SourceRecord
from survey_app.models.frames.snapshots import Frame, FrameCell, FrameEntry
from survey_app.models.organisations import Organisation
from survey_app.services.audit import AuditContext, record
from survey_app.services.frames.cells import keep_flows
from survey_app.services.owned import owned


@dataclass(frozen=True, kw_only=True)
class ListLine:
    """A source list as the frame page names it."""

    name: str
    owner: str
    dated: date
    purpose: str
    coverage: str
    licence: str
    known_defects: str
    rows: int


@dataclass(frozen=True)
class FramePage:
    """What a frame holds: counts by region and kind, its gaps, and names that occur more than once."""

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
    lists: tuple[ListLine, ...]
    since: "FrameChange | None"


@dataclass(frozen=True)
class FrameChange:
    """Organisations in scope against the frame before, `number`: come, gone, and moved to another stratum."""

    number: int
    as_of: date
    come: int
    gone: int
    moved: int


def make_frame(session: Session, *, as_of: date, context: AuditContext) -> int:
    """Take a snapshot of every organisation on the programme's lists; the new frame's id.

    Raises:
        InvalidError: the programme has no list.
    """
    newest = session.scalar(select(func.max(Frame.number)).where(Frame.programme_id == context.programme_id))
    frame = Frame(
        programme_id=context.programme_id,
        number=(newest or 0) + 1,
        as_of=as_of,
        created_at=context.now,
        created_by=context.actor,
    )
    session.add(frame)
    session.flush()
    rows = _entry_rows(session, frame.id, context.programme_id)
    if not rows:
        raise InvalidError("There is no list to make a frame of. Import one first.")
    _add_cells(session, rows)
    session.execute(insert(FrameEntry), rows)
    keep_flows(session, frame_id=frame.id)
    record(session, context, "frame made", "frame", frame.id, organisations=len(rows))
    return frame.id


def _entry_rows(session: Session, frame_id: int, programme_id: int | None) -> list[dict[str, object]]:
    records = session.execute(
        select(SourceRecord, Organisation.sector)
        .join(SourceList, SourceList.id == SourceRecord.source_list_id)
        .join(Organisation, Organisation.id == SourceRecord.organisation_id)
        .where(SourceList.id.in_(_editions_in_force(programme_id)))
        .order_by(SourceList.id, SourceRecord.id)
    )
    rows: dict[int, dict[str, object]] = {}
    for row, sector in records:
        entry = entry_of(row.row_number, row.fields, sector)
        # An organisation that a later list names again is described by the later list.
        rows[row.organisation_id] = {
            "frame_id": frame_id,
            "organisation_id": row.organisation_id,
            "source_list_id": row.source_list_id,
            "name": entry.name,
            "sector": sector,
            "region": entry.region,
            "kind": entry.kind,
            "size": entry.size,
            "area": entry.area,
            "rural_urban": entry.rural_urban,
            "bme_led": entry.bme_led,
            "in_scope": entry.in_scope,
            "scope_reason": entry.scope_reason,
        }
    return list(rows.values())


def _editions_in_force(programme_id: int | None) -> Select[int]:
    """The newest edition of each list: who was left out of it is no longer on the list."""
    newest = (
        select(SourceList.name, func.max(SourceList.dated).label("dated"))
        .where(SourceList.programme_id == programme_id)
        .group_by(SourceList.name)
        .subquery()
    )
    return (
        select(SourceList.id)
        .join(newest, (newest.c.name == SourceList.name) & (newest.c.dated == SourceList.dated))
        .where(SourceList.programme_id == programme_id)
    )


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
        select(Frame.id).where(Frame.programme_id == programme_id).order_by(Frame.number.desc()).limit(1)
    )


def frame_count(session: Session, programme_id: int) -> int:
    """How many frames a programme has."""
    return session.scalar(select(func.count(Frame.id)).where(Frame.programme_id == programme_id)) or 0


def frame_page(session: Session, *, frame_id: int, programme_id: int) -> FramePage:
    """Everything the frame page shows.

    Raises:
        NotFoundError: no such frame in this programme.
    """
    frame = owned(session, Frame, frame_id, programme_id=programme_id)
    columns, by_region, totals = _counts(session, frame_id)
    doubled = _same_names(session, frame_id)
    return FramePage(
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
        lists=_lists(session, frame_id),
        since=_change(session, frame),
    )


def _change(session: Session, frame: Frame) -> FrameChange | None:
    before = session.scalar(
        select(Frame).where(Frame.programme_id == frame.programme_id, Frame.number == frame.number - 1)
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
    return (
        ("no region", lacking(FrameEntry.region == "")),
        ("voluntary organisations with no income", lacking(voluntary, FrameEntry.size == "")),
        ("voluntary organisations with no class of work", lacking(voluntary, FrameEntry.kind == "")),
    )


def _same_names(session: Session, frame_id: int) -> list[tuple[str, int]]:
    name = func.lower(FrameEntry.name)
    rows = session.execute(
        select(func.min(FrameEntry.name), func.count())
        .where(FrameEntry.frame_id == frame_id, FrameEntry.in_scope)
        .group_by(name)
        .having(func.count() > 1)
        .order_by(func.count().desc(), name)
    )
    return [(shown, count) for shown, count in rows]


def _lists(session: Session, frame_id: int) -> tuple[ListLine, ...]:
    used = select(FrameEntry.source_list_id).where(FrameEntry.frame_id == frame_id).distinct()
    return tuple(
        ListLine(
            name=source.name,
            owner=source.owner,
            dated=source.dated,
            purpose=source.purpose,
            coverage=source.coverage,
            licence=source.licence,
            known_defects=source.known_defects,
            rows=source.row_count,
        )
        for source in session.scalars(
            select(SourceList).where(SourceList.id.in_(used)).order_by(SourceList.id)
        )
    )
