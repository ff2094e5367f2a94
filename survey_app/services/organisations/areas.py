"""In which areas organisations are, entered by hand or from a file, with days and how we know."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.clock import london_date
from survey_app.errors import InvalidError, NotFoundError
from survey_app.models.organisations import Organisation, OrganisationArea
from survey_app.models.places import Area
from survey_app.services.audit import AuditContext, record
from survey_app.services.logs.about import organisation_called
from survey_app.services.places.areas import area_named
from survey_app.services.sheets import Line, lines_of, refuse_faulty

MAX_SOURCE = 200


@dataclass(frozen=True, kw_only=True)
class Stay:
    """That an organisation is of an area; `ended_on` is the first day on which it was no more so."""

    id: int
    organisation_id: int
    area_id: int
    area: str
    kind: str
    began_on: date | None
    ended_on: date | None
    source: str


@dataclass(frozen=True, kw_only=True)
class NewStay:
    """What is entered of an organisation and an area; a day that nobody knows is None."""

    organisation_id: int
    area_id: int
    source: str
    began_on: date | None = None
    ended_on: date | None = None


def stays_of(session: Session, *, organisation_id: int) -> list[Stay]:
    """Every area that was entered for an organisation, the newest first, those with no beginning last."""
    rows = session.execute(
        select(OrganisationArea, Area)
        .join(Area, Area.id == OrganisationArea.area_id)
        .where(OrganisationArea.organisation_id == organisation_id)
        .order_by(OrganisationArea.id)
    )
    stays = [_stay(row, area) for row, area in rows]
    return sorted(stays, key=lambda one: (one.began_on or date.min, one.id), reverse=True)


def stay_of(session: Session, stay_id: int) -> Stay:
    """One of them.

    Raises:
        NotFoundError: there is none of this number.
    """
    row = session.get(OrganisationArea, stay_id)
    if row is None:
        raise NotFoundError("area of an organisation", stay_id)
    return _stay(row, session.get_one(Area, row.area_id))


def _stay(row: OrganisationArea, area: Area) -> Stay:
    return Stay(
        id=row.id, organisation_id=row.organisation_id, area_id=area.id, area=area.name, kind=area.kind.value,
        began_on=row.began_on, ended_on=row.ended_on, source=row.source,
    )  # fmt: skip


def put_in_area(session: Session, *, new: NewStay, context: AuditContext) -> int:
    """Enter that an organisation is of an area; the number of the entry.

    Raises:
        InvalidError: with all that is wrong with it: days that end before they begin, outside the life of
            the area, or that overlap another time of the same two; no source.
    """
    _refuse(faults_of(session, new))
    row = OrganisationArea(**vars(new), recorded_at=context.now, recorded_by=context.actor)
    session.add(row)
    session.flush()
    record(
        session, context, "organisation put in an area", "organisation", new.organisation_id, area=new.area_id
    )
    return row.id


def change_stay(session: Session, *, stay_id: int, new: NewStay, context: AuditContext) -> None:
    """Say other days or another source of what was entered, such as the day on which it ended.

    Raises:
        InvalidError, NotFoundError: as for `put_in_area` and `stay_of`.
    """
    before = stay_of(session, stay_id)
    _refuse(faults_of(session, new, beside=stay_id))
    row = session.get_one(OrganisationArea, stay_id)
    row.began_on, row.ended_on, row.source = new.began_on, new.ended_on, new.source
    row.recorded_at, row.recorded_by = context.now, context.actor
    session.flush()
    _note(session, "area of an organisation changed", before, context)


def take_away(session: Session, *, stay_id: int, why: str, context: AuditContext) -> None:
    """Take away what should never have been entered. What it said stays on the audit trail.

    Raises:
        InvalidError: no reason.
        NotFoundError: it is gone already.
    """
    before = stay_of(session, stay_id)
    if not why.strip():
        raise InvalidError("Say why it is taken away.")
    session.delete(session.get_one(OrganisationArea, stay_id))
    _note(session, "area of an organisation taken away", before, context, why=why.strip())


def _note(session: Session, act: str, before: Stay, context: AuditContext, **more: str) -> None:
    days = [day.isoformat() if day else "" for day in (before.began_on, before.ended_on)]
    said = {"area": before.area_id, "began_on": days[0], "ended_on": days[1], "source": before.source}
    record(session, context, act, "organisation", before.organisation_id, **said, **more)


def _refuse(faults: Mapping[str, str]) -> None:
    if faults:
        raise InvalidError("This cannot be entered yet.", tuple(faults.values()))


def faults_of(session: Session, new: NewStay, *, beside: int = 0) -> dict[str, str]:
    """What is wrong, by the column of a file; `beside` is the entry that this one would replace."""
    return dict(_faults(session, new, beside))


def _faults(session: Session, new: NewStay, beside: int) -> Iterator[tuple[str, str]]:
    area = session.get(Area, new.area_id)
    if area is None or session.get(Organisation, new.organisation_id) is None:
        yield "area", "There is no such area, or no such organisation."
        return
    if not 1 <= len(new.source.strip()) <= MAX_SOURCE:
        yield "source", f"Say how we know, in 1 to {MAX_SOURCE} characters."
    if new.began_on and new.ended_on and new.ended_on <= new.began_on:
        yield "ended_on", "It ended before it began. The end is the first day on which it was no more so."
        return
    if new.began_on and area.ended_on and area.ended_on <= new.began_on:
        yield (
            "began_on",
            f"{area.name} was no more from {area.ended_on.isoformat()} on. Enter what followed it.",
        )
    if any(_overlap(new, other) for other in _beside(session, new, beside)):
        yield "began_on", "This overlaps what was entered of the same area. Change that, or end it first."


def _beside(session: Session, new: NewStay, beside: int) -> list[Stay]:
    stays = stays_of(session, organisation_id=new.organisation_id)
    return [one for one in stays if one.area_id == new.area_id and one.id != beside]


def _overlap(one: NewStay, other: Stay) -> bool:
    begins, ends = max(_first(one), _first(other)), min(_last(one), _last(other))
    return begins < ends


def _first(one: NewStay | Stay) -> date:
    return one.began_on or date.min


def _last(one: NewStay | Stay) -> date:
    return one.ended_on or date.max


def import_areas_of_organisations(session: Session, content: bytes, *, context: AuditContext) -> int:
    """Put organisations in areas from a file; how many rows were taken.

    Columns: organisation (its name, or its number in the directory), area (name or code), source; began_on,
    ended_on.

    Raises:
        InvalidError: with every fault of the file by row and column; nothing was taken.
    """
    lines = lines_of(content, needed=("organisation", "area", "source"), optional=("began_on", "ended_on"))
    with session.begin_nested():
        for line in lines:
            _take(session, line, context)
        refuse_faulty(lines)
    return len(lines)


def _take(session: Session, line: Line, context: AuditContext) -> None:
    began_on, ended_on = line.day("began_on"), line.day("ended_on")
    source, keys = line.text("source", needed=True, longest=MAX_SOURCE), {}
    for column in ("organisation", "area"):
        words = line.text(column, needed=True, longest=400)
        try:
            if words and column == "organisation":
                keys[column] = organisation_called(session, words)
            elif words:
                keys[column] = area_named(session, words, day=began_on or london_date(context.now)).id
        except InvalidError as refusal:
            line.fault(column, refusal.message)
    if line.faults or len(keys) < 2:
        return
    new = NewStay(
        organisation_id=keys["organisation"], area_id=keys["area"], source=source, began_on=began_on,
        ended_on=ended_on,
    )  # fmt: skip
    for column, words in faults_of(session, new).items():
        line.fault(column, words)
    if not line.faults:
        put_in_area(session, new=new, context=context)
