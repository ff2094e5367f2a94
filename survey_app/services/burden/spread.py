"""Who is asked how much in a year: voluntary organisations by the minutes of all surveys together."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sampling.frame import Sector
from sampling.panels.burden import MinutesBand, minutes_bands
from survey_app.models.burden import BurdenEntry
from survey_app.models.organisations import Organisation
from survey_app.services.burden.ceilings import ASKED
from survey_app.services.burden.ledger import rules


@dataclass(frozen=True)
class Spread:
    """Voluntary organisations by the minutes that a year's surveys ask of them; the last band is too much."""

    year: int
    ceiling: int
    bands: tuple[MinutesBand, ...]

    @property
    def over(self) -> int:
        """Organisations above the ceiling."""
        return self.bands[-1].units


@dataclass(frozen=True)
class Share:
    """A stratum of a plan: its size, how many the plan asks, and the minutes that takes of each.

    Args:
        before: (minutes that other surveys ask, whether this one would be too much) -> organisations.
    """

    pop_size: int
    sample_size: int
    minutes: int
    before: Mapping[tuple[int, bool], int]


def spread_of(minutes: Mapping[int, float], *, year: int, ceiling: int | None) -> Spread | None:
    """Organisations by minutes, in bands up to the ceiling; None where there is no ceiling.

    Args:
        minutes: how many organisations are asked for so long; may be expected numbers.
    """
    if ceiling is None:
        return None
    counts = {spent: round(count) for spent, count in minutes.items() if spent}
    units = np.repeat(np.array(list(counts), dtype=np.int64), list(counts.values()))
    return Spread(year, ceiling, minutes_bands(units, ceiling=ceiling))


def year_spread(session: Session, *, year: int, ceiling: int | None = None) -> Spread | None:
    """What the ledger holds of a year: voluntary organisations by the minutes they were asked for.

    Args:
        ceiling: to look at another than the rule's.
    """
    asked = (
        select(func.sum(BurdenEntry.minutes).label("minutes"))
        .join(Organisation, Organisation.id == BurdenEntry.organisation_id)
        .where(
            BurdenEntry.year == year,
            BurdenEntry.kind.in_(ASKED),
            Organisation.sector == Sector.VOLUNTARY,
        )
        .group_by(BurdenEntry.organisation_id)
        .subquery()
    )
    rows = session.execute(select(asked.c.minutes, func.count()).group_by(asked.c.minutes))
    counts = {int(minutes): float(count) for minutes, count in rows}
    ceiling = ceiling or rules(session)[Sector.VOLUNTARY].max_minutes
    return spread_of(counts, year=year, ceiling=ceiling)


def expected_minutes(strata: Iterable[Share]) -> dict[int, float]:
    """How many organisations a plan and the other surveys together are expected to ask for how long.

    Those who would be asked too much come last in their stratum, as in the draw; within either group
    each has the same chance.
    """
    organisations: dict[int, float] = defaultdict(float)
    for stratum in strata:
        for (minutes, over), count in _everybody(stratum).items():
            asked = count * _chance(stratum, over=over)
            organisations[minutes + stratum.minutes] += asked
            organisations[minutes] += count - asked
    return dict(organisations)


def _everybody(stratum: Share) -> dict[tuple[int, bool], int]:
    """With those whom nobody else asks."""
    others = stratum.pop_size - sum(stratum.before.values())
    return {**stratum.before, (0, False): others + stratum.before.get((0, False), 0)}


def _chance(stratum: Share, *, over: bool) -> float:
    back = sum(count for (_, too_much), count in stratum.before.items() if too_much)
    front = stratum.pop_size - back
    taken = min(stratum.sample_size, front)
    if over:
        return (stratum.sample_size - taken) / back
    return taken / front if front else 0.0
