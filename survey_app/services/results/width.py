"""When an interval is too wide for its estimate, by what the number is of.

Shares as the National Center for Health Statistics presents proportions (Parker and others 2017): an interval
of 30 points or more says little, one of 5 or less enough; between them it is measured against the share, or
against what is left to the whole, whichever is less. One point of a rating of five, and half of a count or
of pounds.
"""

from instruments.schema import Kind

PER_CENT, OF_FIVE, POUNDS, NUMBER = "per cent", "of 5", "pounds", "number"
UNITS = {Kind.RATING: OF_FIVE, Kind.AMOUNT: POUNDS, Kind.COUNT: NUMBER, Kind.PROPORTION: PER_CENT}
WIDE, NARROW, RELATIVE = 0.30, 0.05, 1.30
MAX_OF_FIVE = 1.0
MAX_PART = 0.5


def unit_of(kind: Kind, statistic: str) -> str:
    """What a number is of: `per cent`, `of 5`, `pounds`, `number`."""
    return PER_CENT if statistic == "proportion" else UNITS.get(kind, NUMBER)


def whole_of(statistic: str) -> float:
    """What all of it is in the unit of an estimate: a share is of 1, an average of per cents of 100."""
    return 1.0 if statistic == "proportion" else 100.0


def is_wide(estimate: float, width: float | None, *, unit: str, whole: float) -> bool:
    """Whether the interval is marked.

    Args:
        width: upper less lower limit, None where there is none. whole: all of it, where that is not 1.
    """
    if width is None:
        return True
    if unit == OF_FIVE:
        return width > MAX_OF_FIVE
    if unit == PER_CENT:
        share, part = estimate / whole, width / whole
        less = min(share, 1 - share)
        return part > WIDE or (part > NARROW and part > RELATIVE * less)
    return width > MAX_PART * abs(estimate)


def is_wide_change(figures: tuple[float, float], width: float, *, unit: str, whole: float) -> bool:
    """Whether the interval of a change is marked: as of its figures, a share's by its points alone."""
    if unit == PER_CENT:
        return width / whole > WIDE
    return is_wide(max(map(abs, figures)), width, unit=unit, whole=whole)
