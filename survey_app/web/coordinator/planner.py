"""What a plan would give: sizes by kind or income, the replies to expect, and how sure they make us."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from sampling.frame import INCOME_BANDS, NOT_KNOWN, REGIONS, Sector
from survey_app.services.dashboard import EXPECTED_RESPONSE
from survey_app.services.panels import StratumLine

# Two standard errors of a normal distribution, 95%.
TWO_SIDED = 1.96
BANDS = (*INCOME_BANDS, NOT_KNOWN)
EVERY_REGION = (*REGIONS, NOT_KNOWN)


@dataclass(frozen=True)
class Group:
    """Strata taken together; `points` is half the interval at 50%, None where a stratum is not asked."""

    label: str
    sector: Sector
    pop_size: int
    sample_size: int
    replies: int
    points: float | None

    @property
    def design_weight(self) -> float | None:
        return self.pop_size / self.sample_size if self.sample_size else None


def group_of(label: str, sector: Sector, strata: Iterable[StratumLine]) -> Group:
    """Several strata of one sector as one line."""
    lines = list(strata)
    share = EXPECTED_RESPONSE[sector]
    asked = sum(line.sample_size for line in lines)
    return Group(
        label,
        sector,
        sum(line.pop_size for line in lines),
        asked,
        round(asked * share),
        _points(lines, share),
    )


def _points(lines: list[StratumLine], share: float) -> float | None:
    """Half the 95% interval of a stratified share of 50%, in points.

    Source: Lohr (2022), ch. 3: the variance of a stratified mean with finite population
    corrections, where replies are taken for a random part of those asked.
    """
    whole = sum(line.pop_size for line in lines)
    if not whole or any(line.sample_size == 0 for line in lines):
        return None
    variance = 0.0
    for line in lines:
        replies = line.sample_size * share
        variance += (line.pop_size / whole) ** 2 * 0.25 / replies * (1 - replies / line.pop_size)
    return 100 * TWO_SIDED * math.sqrt(variance)


def by_band(strata: Iterable[StratumLine], sector: Sector) -> list[Group]:
    """One line for each kind of public body, or for each band of income."""
    mine = [line for line in strata if line.sector is sector]
    bands = sorted({line.band for line in mine}, key=lambda band: (band in BANDS and BANDS.index(band), band))
    return [group_of(band, sector, (line for line in mine if line.band == band)) for band in bands]


def in_order(strata: Iterable[StratumLine]) -> list[StratumLine]:
    """Strata by sector, from north to south, and by kind or income within a region."""

    def place(line: StratumLine) -> tuple[bool, int, int, str]:
        band = BANDS.index(line.band) if line.band in BANDS else 0
        return line.sector is Sector.VOLUNTARY, EVERY_REGION.index(line.region), band, line.band

    return sorted(strata, key=place)


def by_region(strata: Iterable[StratumLine]) -> list[tuple[str, Group, Group]]:
    """Each region from north to south, with what is asked of either sector there."""
    lines = list(strata)

    def group(region: str, sector: Sector) -> Group:
        return group_of(region, sector, (x for x in lines if x.region == region and x.sector is sector))

    return [
        (region, group(region, Sector.PUBLIC), group(region, Sector.VOLUNTARY))
        for region in EVERY_REGION
        if any(line.region == region for line in lines)
    ]
