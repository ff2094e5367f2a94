"""A panel beside its frame by what areas say: tier, political control, how far the agreement is (R12, R14).

The area of an organisation is as at the day of the frame (`panels.areas`). Where no one area is meant it is
not known: a row of its own.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, Subquery, case, func, select
from sqlalchemy.orm import Session

from sampling.frame import Sector
from sampling.vocabulary import NOT_KNOWN
from survey_app.models.frames.snapshots import FrameEntry
from survey_app.models.panels import PanelMember
from survey_app.models.places import Area, AreaControl
from survey_app.services.agreements.counts import RANKS
from survey_app.services.agreements.register import agreements_on
from survey_app.services.agreements.vocabulary import Standing
from survey_app.services.panels.areas import OWN_NAME, Councils, entered
from survey_app.services.places.areas import TIERS

TIER, CONTROL, AGREEMENT = "tier", "political control", "agreement"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One group of a sector: how many on the frame and in the panel, of how many."""

    group: str
    frame: int
    panel: int
    frame_total: int
    panel_total: int

    @property
    def frame_share(self) -> float:
        return self.frame / self.frame_total

    @property
    def panel_share(self) -> float:
        return self.panel / self.panel_total if self.panel_total else 0.0

    @property
    def points(self) -> float:
        """The panel's share less that of the frame, in points of a hundred."""
        return 100 * (self.panel_share - self.frame_share)


@dataclass(frozen=True, kw_only=True)
class Balance:
    """The lines of each sector by tier, control and agreement; `synthetic` where control is made up."""

    lines: Mapping[tuple[Sector, str], tuple[Line, ...]]
    synthetic: bool


@dataclass(frozen=True)
class _Counted:
    sector: Sector
    area_id: int | None
    frame: int
    panel: int


def balance(
    session: Session, *, panel_id: int, frame_id: int, programme_id: int, day: date, known_by: datetime
) -> Balance:
    """A panel beside its frame, as at a day and as it was known at a moment."""
    counted = list(_counted(session, panel_id, frame_id, day))
    kinds = {area_id: kind for area_id, kind in session.execute(select(Area.id, Area.kind))}
    control, synthetic = _control(session, day)
    standing = _standing(session, programme_id, day, known_by)
    groups = {
        TIER: {area_id: TIERS[kind] for area_id, kind in kinds.items()},
        CONTROL: control,
        AGREEMENT: {area_id: standing.get(area_id, Standing.NONE).counted_as.value for area_id in kinds},
    }
    lines = {
        (sector, what): tuple(_lines([one for one in counted if one.sector is sector], of))
        for sector in Sector
        for what, of in groups.items()
    }
    return Balance(lines=lines, synthetic=synthetic)


def _lines(counted: Sequence[_Counted], groups: Mapping[int, str]) -> Iterator[Line]:
    """The groups in the alphabet, what is not known last."""
    frame, panel = Counter[str](), Counter[str]()
    for one in counted:
        group = groups.get(one.area_id, NOT_KNOWN) if one.area_id is not None else NOT_KNOWN
        frame[group] += one.frame
        panel[group] += one.panel
    for group in sorted(frame, key=lambda name: (name == NOT_KNOWN, name)):
        yield Line(
            group=group, frame=frame[group], panel=panel[group],
            frame_total=frame.total(), panel_total=panel.total(),
        )  # fmt: skip


def _counted(session: Session, panel_id: int, frame_id: int, day: date) -> Iterator[_Counted]:
    by_people, councils = entered(day), Councils.of(session, day)
    where = (FrameEntry.sector, FrameEntry.area, OWN_NAME, by_people.c.areas, _one_of(by_people))
    rows = session.execute(
        select(*where, func.count(), func.count(PanelMember.id))
        .outerjoin(
            PanelMember,
            (PanelMember.organisation_id == FrameEntry.organisation_id) & (PanelMember.panel_id == panel_id),
        )
        .outerjoin(by_people, by_people.c.organisation_id == FrameEntry.organisation_id)
        .where(FrameEntry.frame_id == frame_id, FrameEntry.in_scope)
        .group_by(*where)
    )
    for sector, area, council, known, one, frame, panel in rows:
        yield _Counted(sector, one if known else councils.area_of(area, council), frame, panel)


def _one_of(by_people: Subquery) -> ColumnElement[int | None]:
    """The one area that was entered; none where several were."""
    return case((by_people.c.areas == 1, by_people.c.area_id), else_=None)


def _control(session: Session, day: date) -> tuple[dict[int, str], bool]:
    rows = session.execute(
        select(AreaControl.area_id, AreaControl.control, AreaControl.synthetic)
        .where(AreaControl.began_on <= day)
        .order_by(AreaControl.began_on)
    )
    newest = {area_id: (control.value, synthetic) for area_id, control, synthetic in rows}
    return {area: control for area, (control, _) in newest.items()}, any(made for _, made in newest.values())


def _standing(session: Session, programme_id: int, day: date, known_by: datetime) -> dict[int, Standing]:
    """How far the furthest agreement of each area is."""
    furthest: dict[int, Standing] = {}
    for one in agreements_on(session, programme_id=programme_id, day=day, known_by=known_by):
        for area in one.areas:
            furthest[area] = min(furthest.get(area, Standing.NONE), one.standing, key=RANKS.__getitem__)
    return furthest
