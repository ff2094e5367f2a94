"""How a unit came to be asked, and whether chance decided it: only then may it carry a weight."""

from typing import Final

CENSUS: Final = "census"
PROBABILITY: Final = "probability"
# Drawn with the sample and asked when replies fell short: still by chance.
RESERVE: Final = "reserve"
SNOWBALL: Final = "snowball"
OPEN_LINK: Final = "open_link"
OUTREACH: Final = "outreach"
BY_CHANCE: Final = (CENSUS, PROBABILITY, RESERVE)


def is_probability(route: str) -> bool:
    """Whether a unit that came by this route was asked with a known probability.

    Anything else, a route nobody has heard of too, has no such probability: it is told apart, with no weight
    and no sampling error, and enters no estimate of the population.
    """
    return route in BY_CHANCE
