"""Areas, memberships and political control from CSV files: all of a file, or nothing and every fault."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from sampling.texts import folded
from survey_app.models.places import (
    Area,
    AreaCode,
    AreaControl,
    AreaKind,
    AreaMembership,
    Control,
    Extent,
)
from survey_app.services.audit import AuditContext, record
from survey_app.services.places.areas import codes_of_areas
from survey_app.services.sheets import Line, lines_of, refuse_faulty

Wholes = Mapping[int, Iterable[int]]
Span = tuple[date, date]


def import_areas(session: Session, content: bytes, *, context: AuditContext) -> int:
    """Add areas, or correct those that have the same code: parishes, health areas, what does not ship.

    Columns: code, name, kind, source; began_on, ended_on, rural_urban.

    Returns:
        How many rows were taken.

    Raises:
        InvalidError: with every fault of the file; nothing was taken.
    """
    lines = lines_of(
        content, needed=("code", "name", "kind", "source"), optional=("began_on", "ended_on", "rural_urban")
    )
    known = {row.code: row for row in session.scalars(select(Area))}
    boundaries = set(session.scalars(select(AreaCode.code)))
    seen: set[str] = set()
    for line in lines:
        _area(session, line, known, boundaries, seen)
    refuse_faulty(lines)
    session.flush()
    record(session, context, "areas imported", "area", "file", rows=len(lines))
    return len(lines)


def _area(session: Session, line: Line, known: dict[str, Area], boundaries: set[str], seen: set[str]) -> None:
    code, name = line.text("code", needed=True, longest=60), line.text("name", needed=True)
    kind, source = line.choice("kind", AreaKind), line.text("source", needed=True)
    began_on, ended_on = _span(line)
    if code in seen:
        line.fault("code", "stands in an earlier row too")
    if code in boundaries:
        line.fault("code", "is the code of an area's boundary; choose another")
    seen.add(code)
    if line.faults or kind is None:
        return
    row = known.setdefault(code, Area(code=code))
    row.name, row.folded, row.kind, row.source = name, folded(name), kind, source
    row.began_on, row.ended_on = began_on, ended_on
    row.rural_urban = line.text("rural_urban", longest=120)
    session.add(row)


def import_memberships(session: Session, content: bytes, *, context: AuditContext) -> int:
    """Add what lies in what, since when and until when, whole or in part.

    Columns: area, whole, source (codes of areas); extent, began_on, ended_on.

    Raises:
        InvalidError: with every fault: an unknown area, one that would lie in itself by way of others, a
            time that overlaps another of the same two areas; nothing was taken.
    """
    lines = lines_of(content, needed=("area", "whole", "source"), optional=("extent", "began_on", "ended_on"))
    codes = codes_of_areas(session)
    rows = [_membership(line, codes) for line in lines]
    _check_spans(session, lines, rows)
    _check_circles(session, lines, rows)
    refuse_faulty(lines)
    session.add_all(row for row in rows if row is not None)
    session.flush()
    record(session, context, "memberships of areas imported", "area", "file", rows=len(lines))
    return len(lines)


def _membership(line: Line, codes: Mapping[str, int]) -> AreaMembership | None:
    area_id, whole_id = (_known(line, column, codes) for column in ("area", "whole"))
    extent = line.choice("extent", Extent, otherwise=Extent.WHOLE)
    source = line.text("source", needed=True)
    began_on, ended_on = _span(line)
    if area_id is not None and area_id == whole_id:
        line.fault("whole", "is the area itself")
    if line.faults or area_id is None or whole_id is None or extent is None:
        return None
    return AreaMembership(
        area_id=area_id, whole_id=whole_id, extent=extent, began_on=began_on, ended_on=ended_on, source=source
    )


def import_control(session: Session, content: bytes, *, synthetic: bool, context: AuditContext) -> int:
    """Add who governed areas from which day on; each holds until the next day given for its area.

    Columns: area, control, began_on, source.

    Args:
        synthetic: the file is made up, and is labelled so wherever it shows.

    Raises:
        InvalidError: with every fault; nothing was taken.
    """
    lines = lines_of(content, needed=("area", "control", "began_on", "source"))
    codes = codes_of_areas(session)
    for line in lines:
        area_id, control = _known(line, "area", codes), line.choice("control", Control)
        began_on, source = line.day("began_on", needed=True), line.text("source", needed=True)
        if not line.faults and area_id is not None and control is not None and began_on is not None:
            row = AreaControl(area_id=area_id, began_on=began_on, control=control)
            row.synthetic, row.source = synthetic, source
            session.merge(row)
    refuse_faulty(lines)
    session.flush()
    record(session, context, "control of areas imported", "area", "file", rows=len(lines))
    return len(lines)


def _known(line: Line, column: str, codes: Mapping[str, int]) -> int | None:
    code = line.text(column, needed=True, longest=60)
    if code and code not in codes:
        line.fault(column, "is the code of no area; `compact places find` shows the codes")
    return codes.get(code)


def _span(line: Line) -> tuple[date | None, date | None]:
    began_on, ended_on = line.day("began_on"), line.day("ended_on")
    if began_on and ended_on and ended_on <= began_on:
        line.fault("ended_on", "is not after began_on; it is the first day on which it was no more")
    return began_on, ended_on


def _check_spans(session: Session, lines: list[Line], rows: list[AreaMembership | None]) -> None:
    taken: dict[tuple[int, int], list[Span]] = defaultdict(list)
    for held in session.scalars(select(AreaMembership)):
        taken[held.area_id, held.whole_id].append(_days(held))
    for line, row in zip(lines, rows, strict=True):
        if row is None:
            continue
        spans, days = taken[row.area_id, row.whole_id], _days(row)
        if any(days[0] < ended and began < days[1] for began, ended in spans):
            line.fault("began_on", "overlaps another time of the same two areas; end that one first")
        spans.append(days)


def _days(row: AreaMembership) -> Span:
    return row.began_on or date.min, row.ended_on or date.max


def _check_circles(session: Session, lines: list[Line], rows: list[AreaMembership | None]) -> None:
    wholes: dict[int, list[int]] = defaultdict(list)
    for held in session.scalars(select(AreaMembership)):
        wholes[held.area_id].append(held.whole_id)
    for line, row in zip(lines, rows, strict=True):
        if row is None:
            continue
        if row.area_id in _above(row.whole_id, wholes):
            line.fault("whole", "lies in this area itself, directly or by way of others")
        else:
            wholes[row.area_id].append(row.whole_id)


def _above(area_id: int, wholes: Wholes) -> set[int]:
    """Everything that an area lies in, on any day."""
    seen: set[int] = set()

    def climb(one: int) -> Iterator[int]:
        for whole in wholes.get(one, ()):
            if whole not in seen:
                seen.add(whole)
                yield from climb(whole)

    list(climb(area_id))
    return seen
