"""In which areas the organisations of a frame are, as at a day.

What people entered of an organisation goes before everything else. Else it is of the local authority area
that its list names, or a council of the area of its own name. Where none is meant, or several, nobody knows.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Subquery, case, func, select
from sqlalchemy.orm import Session

from sampling.texts import folded
from survey_app.models.frames.snapshots import FrameEntry
from survey_app.models.organisations import OrganisationArea
from survey_app.models.places import Area, AreaKind
from survey_app.services.agreements.overview import AUTHORITIES
from survey_app.services.places.areas import on_day

COUNCIL = "local authority"
# What councils put around the name of their area.
_AROUND = (
    "metropolitan borough council", "county borough council", "district council", "borough council",
    "county council", "city council", "council", "london borough of", "royal borough of",
)  # fmt: skip
OWN_NAME: Any = case((FrameEntry.kind == COUNCIL, FrameEntry.name), else_="")
"""The name of a council, which says its area; empty for everybody else."""


@dataclass(frozen=True)
class Councils:
    """The councils of a day by what their areas are called."""

    by_name: Mapping[str, Mapping[int, AreaKind]]

    @classmethod
    def of(cls, session: Session, day: date) -> "Councils":
        """Those of a day."""
        by_name: dict[str, dict[int, AreaKind]] = defaultdict(dict)
        alive = on_day(Area.began_on, Area.ended_on, day)
        rows = select(Area.id, Area.name, Area.kind).where(alive, Area.kind.in_(AUTHORITIES))
        for area_id, name, kind in session.execute(rows):
            by_name[_bare(name)][area_id] = kind
        return cls(by_name)

    def area_of(self, area: str, council: str) -> int | None:
        """The one area that a list names, or that a council is of; None where none or several are meant."""
        named = self.by_name.get(_bare(area or council), {})
        if len(named) > 1:
            is_county = "county council" in folded(council)
            named = {one: kind for one, kind in named.items() if (kind is AreaKind.COUNTY) is is_county}
        return next(iter(named)) if len(named) == 1 else None


def _bare(name: str) -> str:
    """`Adur District Council`, `City of Bristol`: the name alone, to compare."""
    words = folded(name)
    for around in _AROUND:
        words = words.removesuffix(around).removeprefix(around).strip()
    return words.removeprefix("city of ").removesuffix(" city").strip()


def entered(day: date) -> Subquery:
    """By organisation: how many areas were entered for it that hold on a day, and the one where it is one."""
    held = on_day(OrganisationArea.began_on, OrganisationArea.ended_on, day)
    column = OrganisationArea.organisation_id
    areas = func.count(OrganisationArea.area_id).label("areas")
    return (
        select(column, areas, func.min(OrganisationArea.area_id).label("area_id"))
        .where(held)
        .group_by(column)
        .subquery()
    )


def areas_of(
    session: Session, organisation_ids: Collection[int], *, frame_id: int | None, day: date
) -> dict[int, frozenset[int]]:
    """The areas of organisations on a day; whoever's is not known is left out."""
    held = on_day(OrganisationArea.began_on, OrganisationArea.ended_on, day)
    wanted = OrganisationArea.organisation_id.in_(organisation_ids)
    by_people: dict[int, set[int]] = defaultdict(set)
    for one, area_id in session.execute(
        select(OrganisationArea.organisation_id, OrganisationArea.area_id).where(held, wanted)
    ):
        by_people[one].add(area_id)
    listed = _listed(session, organisation_ids, frame_id, day)
    return listed | {one: frozenset(areas) for one, areas in by_people.items()}


def _listed(
    session: Session, organisation_ids: Collection[int], frame_id: int | None, day: date
) -> dict[int, frozenset[int]]:
    rows = session.execute(
        select(FrameEntry.organisation_id, FrameEntry.area, OWN_NAME).where(
            FrameEntry.frame_id == frame_id, FrameEntry.organisation_id.in_(organisation_ids)
        )
    )
    councils = Councils.of(session, day)
    areas = {one: councils.area_of(area, council) for one, area, council in rows}
    return {one: frozenset({area}) for one, area in areas.items() if area is not None}
