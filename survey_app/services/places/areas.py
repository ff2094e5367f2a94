"""Areas as they were on a day: found by name or code, with what they lay in and what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from sampling.texts import folded
from survey_app.errors import InvalidError, NotFoundError
from survey_app.models.places import (
    Area,
    AreaCode,
    AreaControl,
    AreaKind,
    AreaMembership,
    AreaSuccessor,
    Control,
    Extent,
)
from survey_app.services.audit import AuditContext, record
from survey_app.services.places.gazetteer import Place, shipped

MAX_CHOICES = 8
# Which level of government an area is of; a county and its districts share the work (R14).
TIERS = {
    AreaKind.COUNTRY: "national",
    AreaKind.REGION: "regional",
    AreaKind.COMBINED: "combined",
    AreaKind.COUNTY: "upper tier",
    AreaKind.DISTRICT: "lower tier",
    AreaKind.UNITARY: "single tier",
    AreaKind.METROPOLITAN: "single tier",
    AreaKind.LONDON_BOROUGH: "single tier",
    AreaKind.PARISH: "parish",
    AreaKind.HEALTH: "health",
}


@dataclass(frozen=True)
class AreaView:
    """An area as screens and commands know it; `ended_on` is the first day without it."""

    id: int
    code: str
    name: str
    kind: AreaKind
    began_on: date | None
    ended_on: date | None

    @property
    def tier(self) -> str:
        return TIERS[self.kind]


@dataclass(frozen=True)
class Membership:
    """What an area lies in, or what lies in it."""

    area: AreaView
    extent: Extent
    began_on: date | None
    ended_on: date | None


@dataclass(frozen=True)
class AreaPage:
    """One area as at a day, with all that it is bound up with."""

    area: AreaView
    codes: tuple[str, ...]
    wholes: tuple[Membership, ...]
    parts: tuple[Membership, ...]
    predecessors: tuple[AreaView, ...]
    successors: tuple[AreaView, ...]
    control: Control | None


def load_shipped(session: Session, *, context: AuditContext) -> int:
    """Bring in the areas that ship, and correct those that are there; how many were new. Safe to repeat."""
    known = {row.code: row for row in session.scalars(select(Area))}
    new = [place for place in shipped() if place.code not in known]
    for place in shipped():
        _keep(session, place, known.get(place.code))
    session.flush()
    ids = {code: area_id for code, area_id in session.execute(select(Area.code, Area.id))}
    for place in shipped():
        _bind(session, place, ids)
    session.flush()
    if new:
        record(session, context, "areas loaded", "area", "shipped", new=len(new), all=len(shipped()))
    return len(new)


def _keep(session: Session, place: Place, row: Area | None) -> None:
    if row is None:
        row = Area(code=place.code)
        session.add(row)
    row.name, row.folded, row.kind = place.name, folded(place.name), place.kind
    row.began_on, row.ended_on, row.source = place.began_on, place.ended_on, place.source


def _bind(session: Session, place: Place, ids: dict[str, int]) -> None:
    area_id = ids[place.code]
    for code in place.gss:
        session.merge(AreaCode(code=code, area_id=area_id))
    for successor in place.successors:
        session.merge(AreaSuccessor(area_id=area_id, successor_id=ids[successor]))
    have = set(session.scalars(select(AreaMembership.whole_id).where(AreaMembership.area_id == area_id)))
    for whole in place.wholes:
        if ids[whole] not in have:
            session.add(
                AreaMembership(
                    area_id=area_id, whole_id=ids[whole], ended_on=place.ended_on, source=place.source
                )
            )


def on_day(
    began: InstrumentedAttribute[date | None], ended: InstrumentedAttribute[date | None], day: date
) -> ColumnElement[bool]:
    """Whether something held on a day: begun by then, or nobody knows when, and not yet ended."""
    return and_(or_(began.is_(None), began <= day), or_(ended.is_(None), ended > day))


def areas(session: Session, *, day: date, text: str = "", kind: AreaKind | None = None) -> list[AreaView]:
    """The areas of a day by name, all or those whose name holds a text."""
    chosen = select(Area).where(on_day(Area.began_on, Area.ended_on, day)).order_by(Area.folded, Area.id)
    if text.strip():
        chosen = chosen.where(Area.folded.contains(folded(text), autoescape=True))
    if kind is not None:
        chosen = chosen.where(Area.kind == kind)
    return [_view(row) for row in session.scalars(chosen)]


def find_area(session: Session, code: str) -> AreaView:
    """The area with a code, its own or one of a boundary, also when it is no more.

    Raises:
        NotFoundError: no area has had this code.
    """
    row = session.scalar(select(Area).where(Area.code == code))
    if row is None:
        row = session.scalar(select(Area).join(AreaCode).where(AreaCode.code == code))
    if row is None:
        raise NotFoundError("area", code)
    return _view(row)


def names_of_areas(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """What areas are called, by their ids."""
    rows = session.execute(select(Area.id, Area.name).where(Area.id.in_(ids)))
    return {area_id: name for area_id, name in rows}


def area_named(session: Session, text: str, *, day: date) -> AreaView:
    """The one area of a day with this name or code.

    Raises:
        InvalidError: none is called so, or several are; their codes are given.
    """
    words = text.strip()
    codes = codes_of_areas(session)
    if words in codes:
        return _view(session.get_one(Area, codes[words]))
    near = areas(session, day=day, text=words) if words else []
    same = [area for area in near if folded(area.name) == folded(words)]
    if len(same) == 1:
        return same[0]
    choices = ", ".join(
        f"{area.name} ({area.kind.value}): {area.code}" for area in (same or near)[:MAX_CHOICES]
    )
    hint = f" Enter one of these codes: {choices}." if choices else " Enter the name or code of an area."
    raise InvalidError(f"No one area is called {words!r} on that day.{hint}")


def codes_of_areas(session: Session) -> dict[str, int]:
    """The id of the area that each code leads to: its own, and those of its boundaries."""
    codes = {code: area_id for code, area_id in session.execute(select(AreaCode.code, AreaCode.area_id))}
    return codes | {code: area_id for code, area_id in session.execute(select(Area.code, Area.id))}


def area_page(session: Session, *, area_id: int, day: date) -> AreaPage:
    """All that is known of an area as at a day.

    Raises:
        NotFoundError: no such area.
    """
    row = session.get(Area, area_id)
    if row is None:
        raise NotFoundError("area", area_id)
    codes = select(AreaCode.code).where(AreaCode.area_id == area_id).order_by(AreaCode.code)
    followed = select(Area).join(AreaSuccessor, AreaSuccessor.area_id == Area.id)
    follow = select(Area).join(AreaSuccessor, AreaSuccessor.successor_id == Area.id)
    return AreaPage(
        area=_view(row),
        codes=tuple(session.scalars(codes)),
        wholes=_members(session, _wholes_of(area_id), day),
        parts=_members(session, _parts_of(area_id), day),
        predecessors=_views(session, followed.where(AreaSuccessor.successor_id == area_id)),
        successors=_views(session, follow.where(AreaSuccessor.area_id == area_id)),
        control=control_of(session, area_id=area_id, day=day),
    )


def control_of(session: Session, *, area_id: int, day: date) -> Control | None:
    """Who governed an area on a day; None where that is not known."""
    return session.scalar(
        select(AreaControl.control)
        .where(AreaControl.area_id == area_id, AreaControl.began_on <= day)
        .order_by(AreaControl.began_on.desc())
        .limit(1)
    )


Members = Select[AreaMembership, Area]


def _wholes_of(area_id: int) -> Members:
    joined = select(AreaMembership, Area).join(Area, Area.id == AreaMembership.whole_id)
    return joined.where(AreaMembership.area_id == area_id)


def _parts_of(area_id: int) -> Members:
    joined = select(AreaMembership, Area).join(Area, Area.id == AreaMembership.area_id)
    return joined.where(AreaMembership.whole_id == area_id)


def _members(session: Session, chosen: Members, day: date) -> tuple[Membership, ...]:
    dated = chosen.where(on_day(AreaMembership.began_on, AreaMembership.ended_on, day))
    rows = session.execute(dated.order_by(Area.folded, Area.id))
    return tuple(Membership(_view(area), row.extent, row.began_on, row.ended_on) for row, area in rows)


def _views(session: Session, chosen: Select[Area]) -> tuple[AreaView, ...]:
    return tuple(_view(row) for row in session.scalars(chosen.order_by(Area.folded, Area.id)))


def _view(row: Area) -> AreaView:
    return AreaView(row.id, row.code, row.name, row.kind, row.began_on, row.ended_on)
