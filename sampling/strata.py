"""Each organisation in exactly one stratum: region x body type, or region x income band.

Public bodies are certainty strata (a census, R07); VCOs are sampled (R08). A gap is a
band of its own, "not known", never a guess.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sampling.frame import NOT_KNOWN, Sector

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
