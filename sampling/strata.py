"""Each organisation in exactly one stratum: region x body type, or region x income band.

Public bodies are certainty strata (a census, R07); VCOs are sampled (R08). A gap is a
band of its own, "not known", never a guess.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sampling.frame import Sector
from sampling.vocabulary import INCOME_BANDS, NATIONAL, NOT_KNOWN

SEPARATOR = " | "
# Organisations without a region, or of the whole country, have no neighbours: when they are too
# few they join the middle of England, so that no more than that part loses its strata.
MIDDLE = "the Midlands and East"
PARTS = {
    "North East": "the North",
    "North West": "the North",
    "Yorkshire and The Humber": "the North",
    "East Midlands": MIDDLE,
    "West Midlands": MIDDLE,
    "East of England": MIDDLE,
    "London": "London and the South",
    "South East": "London and the South",
    "South West": "London and the South",
}

# Where regions lie on a rough map, by which the nearest is told: steps east, steps north. National bodies
# sit in London.
PLACES = {
    "North East": (5, 9),
    "North West": (3, 7),
    "Yorkshire and The Humber": (5, 7),
    "East Midlands": (6, 5),
    "West Midlands": (4, 5),
    "East of England": (8, 4),
    "London": (7, 3),
    "South East": (7, 2),
    "South West": (3, 2),
    NATIONAL: (8, 3),
}
# Kinds of public body that are alike; a kind joins its own family before any other.
FAMILIES = {
    "NHS trust": "health",
    "NHS commissioner": "health",
    "police": "justice and emergency",
    "fire": "justice and emergency",
    "probation": "justice and emergency",
    "court": "justice and emergency",
    "central department": "central",
    "executive agency": "central",
    "NDPB": "central",
    "public corporation": "central",
    "other government body": "central",
    "local authority": "local",
    "regional body": "local",
}
# Who reports no income is mostly small: "not known" is the neighbour of nought.
BAND_ORDER = (NOT_KNOWN, *INCOME_BANDS)
FAR = 1000


@dataclass(frozen=True, order=True)
class Stratum:
    """A stratum by what defines it; `name` is how files and tables call it."""

    sector: Sector
    region: str
    band: str

    @property
    def name(self) -> str:
        return SEPARATOR.join((self.sector.value, self.region, self.band))

    @property
    def certainty(self) -> bool:
        """Whether every unit is taken."""
        return self.sector is Sector.PUBLIC

    @property
    def wider(self) -> str:
        """The class that a stratum with too few replies joins: its sector in its region."""
        return SEPARATOR.join((self.sector.value, self.region))


def stratum_of(sector: Sector, region: str, kind: str, size: str) -> Stratum:
    """The one stratum of an organisation in scope."""
    band = kind if sector is Sector.PUBLIC else size
    return Stratum(sector, region or NOT_KNOWN, band or NOT_KNOWN)


def stratum_counts(strata: Iterable[Stratum]) -> dict[Stratum, int]:
    """`pop_size` of each stratum that occurs, in order."""
    return dict(sorted(Counter(strata).items()))


def collapse_map(strata: Iterable[Stratum]) -> dict[str, str]:
    """Where a stratum goes that has too few replies to carry a weight.

    First its sector in its region; then, when that is still too sparse, its sector in the
    part of England that the region belongs to; at last its sector.
    """
    declared: dict[str, str] = {}
    for stratum in strata:
        part = SEPARATOR.join((stratum.sector.value, PARTS.get(stratum.region, MIDDLE)))
        declared[stratum.name] = stratum.wider
        declared[stratum.wider] = part
        declared[part] = stratum.sector.value
    return declared


def region_distance(one: str, other: str) -> int:
    """How far apart two regions lie; far where one is no region."""
    if one == other:
        return 0
    if one not in PLACES or other not in PLACES:
        return FAR
    (x, y), (u, v) = PLACES[one], PLACES[other]
    return (x - u) ** 2 + (y - v) ** 2


def band_distance(one: str, other: str) -> int:
    """How unlike two kinds of public body, or two bands of income, are."""
    if one == other:
        return 0
    if one in BAND_ORDER and other in BAND_ORDER:
        return abs(BAND_ORDER.index(one) - BAND_ORDER.index(other))
    if FAMILIES.get(one, one) == FAMILIES.get(other, other):
        return 1
    return FAR


def stratum_distance(one: Stratum, other: Stratum) -> tuple[int, int]:
    """Which strata of a sector are nearest, first to last.

    A public body is most like its kind in the next region, a voluntary organisation most like the next band
    of income in its own.
    """
    by_region, by_band = region_distance(one.region, other.region), band_distance(one.band, other.band)
    return (by_band, by_region) if one.sector is Sector.PUBLIC else (by_region, by_band)
