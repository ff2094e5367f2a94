"""A panel beside its frame by what areas say: tier, political control, how far the agreement is (R12, R14).

The area of an organisation is the local authority area that its list names, or for a council the area of its
own name, as at the day of the frame. Where no one area is meant it is not known: a row of its own.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from sampling.frame import Sector
from sampling.texts import folded
from sampling.vocabulary import NOT_KNOWN
from survey_app.models.frames.snapshots import FrameEntry
from survey_app.models.panels import PanelMember
from survey_app.models.places import Area, AreaControl, AreaKind
from survey_app.services.agreements.counts import RANKS
from survey_app.services.agreements.overview import AUTHORITIES
from survey_app.services.agreements.register import agreements_on
from survey_app.services.agreements.vocabulary import Standing
from survey_app.services.places.areas import TIERS, on_day

COUNCIL = "local authority"
# What councils put around the name of their area.
_AROUND = (
    "metropolitan borough council", "county borough council", "district council", "borough council",
    "county council", "city council", "council", "london borough of", "royal borough of",
)  # fmt: skip
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
    counted = list(_counted(session, panel_id, frame_id, _Names.of(session, day)))
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


def _counted(session: Session, panel_id: int, frame_id: int, names: "_Names") -> Iterator[_Counted]:
    own_name = case((FrameEntry.kind == COUNCIL, FrameEntry.name), else_="")
    rows = session.execute(
        select(FrameEntry.sector, FrameEntry.area, own_name, func.count(), func.count(PanelMember.id))
        .outerjoin(
            PanelMember,
            (PanelMember.organisation_id == FrameEntry.organisation_id) & (PanelMember.panel_id == panel_id),
        )
        .where(FrameEntry.frame_id == frame_id, FrameEntry.in_scope)
        .group_by(FrameEntry.sector, FrameEntry.area, own_name)
    )
    for sector, area, council, frame, panel in rows:
        yield _Counted(sector, names.area_of(area, council), frame, panel)


@dataclass(frozen=True)
class _Names:
    """The councils of a day by what their areas are called."""

    by_name: Mapping[str, Mapping[int, AreaKind]]

    @classmethod
    def of(cls, session: Session, day: date) -> "_Names":
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
