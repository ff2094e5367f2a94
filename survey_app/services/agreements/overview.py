"""The state of play of a programme on a day: its agreements, counted over the councils of that day."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.models.places import Area, AreaKind, AreaMembership, Extent
from survey_app.services.agreements.compiled import AgreementState
from survey_app.services.agreements.counts import RANKS, StateOfPlay, state_of_play
from survey_app.services.agreements.register import agreements_on
from survey_app.services.agreements.rules import Rule, lacks, rule_of
from survey_app.services.agreements.vocabulary import Standing
from survey_app.services.places.areas import on_day

# Who is counted by itself: every council of the day.
AUTHORITIES = (
    AreaKind.COUNTY,
    AreaKind.DISTRICT,
    AreaKind.UNITARY,
    AreaKind.METROPOLITAN,
    AreaKind.LONDON_BOROUGH,
)


@dataclass(frozen=True, kw_only=True)
class RegionLine:
    """The authorities of a region, by how far their agreements are."""

    name: str
    counts: dict[Standing, int]

    @property
    def all(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, kw_only=True)
class Overview:
    """The state of play, with the agreements behind it and how many meet the rule."""

    day: date
    play: StateOfPlay
    regions: tuple[RegionLine, ...]
    agreements: tuple[AgreementState, ...]
    rule: Rule
    rule_reason: str
    live: int


@dataclass(frozen=True)
class _Ground:
    """The areas of a day: those that are counted, counties among them, what each lies in, regions by name."""

    authorities: frozenset[int]
    counties: frozenset[int]
    wholes: dict[int, frozenset[int]]
    regions: dict[int, str]


def overview(session: Session, *, programme_id: int, day: date, known_by: datetime) -> Overview:
    """Count the agreements of a programme on a day, from what was recorded by a moment (R74)."""
    agreements = tuple(agreements_on(session, programme_id=programme_id, day=day, known_by=known_by))
    ground = _ground(session, day)
    rule, reason = rule_of(session, programme_id=programme_id)
    return Overview(
        day=day,
        play=state_of_play(
            agreements, authorities=ground.authorities, counties=ground.counties, wholes=ground.wholes
        ),
        regions=tuple(_regions(agreements, ground)),
        agreements=agreements,
        rule=rule,
        rule_reason=reason,
        live=sum(not lacks(rule, one, day=day) for one in agreements),
    )


def _ground(session: Session, day: date) -> _Ground:
    alive = select(Area.id, Area.kind, Area.name).where(on_day(Area.began_on, Area.ended_on, day))
    kinds = {area_id: (kind, name) for area_id, kind, name in session.execute(alive.order_by(Area.id))}
    lies = select(AreaMembership.area_id, AreaMembership.whole_id).where(
        on_day(AreaMembership.began_on, AreaMembership.ended_on, day), AreaMembership.extent == Extent.WHOLE
    )
    wholes: dict[int, set[int]] = defaultdict(set)
    for area_id, whole_id in session.execute(lies):
        if area_id in kinds and whole_id in kinds:
            wholes[area_id].add(whole_id)
    return _Ground(
        authorities=frozenset(area for area, (kind, _) in kinds.items() if kind in AUTHORITIES),
        counties=frozenset(area for area, (kind, _) in kinds.items() if kind is AreaKind.COUNTY),
        wholes={area: frozenset(above) for area, above in wholes.items()},
        regions={area: name for area, (kind, name) in kinds.items() if kind is AreaKind.REGION},
    )


def _regions(agreements: tuple[AgreementState, ...], ground: _Ground) -> list[RegionLine]:
    """One line a region, in the alphabet: a picture without ranks (R33, R66)."""
    furthest: dict[int, Standing] = {}
    for one in agreements:
        for area in one.areas:
            furthest[area] = min(furthest.get(area, Standing.NONE), one.standing, key=RANKS.__getitem__)
    lines = []
    for region, name in sorted(ground.regions.items(), key=lambda item: item[1]):
        counts = dict.fromkeys((Standing.IN_PLACE, Standing.DEVELOPING, Standing.NONE), 0)
        for area in ground.authorities:
            if region in ground.wholes.get(area, frozenset()):
                counts[furthest.get(area, Standing.NONE).counted_as] += 1
        lines.append(RegionLine(name=name, counts=counts))
    return lines
