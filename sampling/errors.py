"""What can go wrong with a sample: every fault says what happened, with the facts as attributes."""

from collections.abc import Mapping, Sequence


class SamplingError(Exception):
    """The data or the request cannot be answered as a statistician would defend it."""


class ShortfallError(SamplingError):
    """The floors of an allocation ask for more units than its total allows."""

    def __init__(self, needed: int, total: int) -> None:
        super().__init__(f"floors need {needed} units, the total is {total}: {needed - total} short")
        self.needed = needed
        self.total = total
        self.shortfall = needed - total


class CeilingError(SamplingError):
    """The ceilings of an allocation leave no room for its total."""

    def __init__(self, room: int, total: int) -> None:
        super().__init__(f"ceilings allow {room} units, the total is {total}: {total - room} too many")
        self.room = room
        self.total = total


class BoostError(SamplingError):
    """A boost asks for more units than its strata may give."""

    def __init__(self, name: str, ask: int, room: int) -> None:
        super().__init__(f"boost {name!r}: {ask} to ask, and its strata allow {room}")
        self.name = name
        self.ask = ask
        self.room = room


class CellError(SamplingError):
    """An adjustment cell or stratum cannot stand alone, and no declared collapse helps it."""

    def __init__(self, cell: str, sampled: int, responded: int, reason: str) -> None:
        super().__init__(
            f"cell {cell!r}: {sampled} sampled, {responded} responded; {reason}, and the collapse map has "
            f"no target for it"
        )
        self.cell = cell
        self.sampled = sampled
        self.responded = responded
        self.reason = reason


class DefinitionError(SamplingError):
    """The definitions of strata leave units out, or take units twice.

    Args:
        holes: features of units that no stratum takes, and how many units have them.
        overlaps: features of units, and the strata that take them.
    """

    def __init__(self, holes: Mapping[str, int], overlaps: Mapping[str, Sequence[str]]) -> None:
        left = [f"no stratum takes {features} ({count:,})" for features, count in holes.items()]
        twice = [f"{' and '.join(names)} both take {features}" for features, names in overlaps.items()]
        super().__init__("; ".join([*left, *twice]))
        self.holes = dict(holes)
        self.overlaps = dict(overlaps)


class LonelyStratumError(SamplingError):
    """A stratum with one sampled unit of several has no measurable variance."""

    def __init__(self, strata: Sequence[str]) -> None:
        super().__init__(
            f"one unit only in strata {', '.join(strata)}: declare a collapse or another lonely_psu rule"
        )
        self.strata = tuple(strata)


class SuppressionError(SamplingError):
    """No pattern of suppressed cells gives every suppressed cell the protection asked for."""

    def __init__(self, protection: float, widest: dict[tuple[int, int], float], table: str = "") -> None:
        cells = "; ".join(f"row {r} column {c}: at most {w:g}" for (r, c), w in widest.items())
        facts = f"{f'table {table}: ' if table else ''}{cells or 'no pattern found'}"
        super().__init__(f"no suppression protects every cell by {protection:g} ({facts})")
        self.protection = protection
        self.widest = widest
        self.table = table


class DisclosureError(SamplingError):
    """What would be printed tells something protected, and nothing more can be withheld to prevent that."""

    def __init__(self, sheet: str, known: Sequence[str], count: int) -> None:
        more = f", and {count - len(known)} more" if count > len(known) else ""
        super().__init__(f"{sheet}: {'; '.join(known)}{more}")
        self.sheet = sheet
        self.known = tuple(known)
        self.count = count


class CalibrationError(SamplingError):
    """No weights of the kind asked for reproduce the known totals."""

    def __init__(self, missed: Sequence[float], totals: Sequence[float]) -> None:
        worst = max(range(len(missed)), key=lambda j: abs(missed[j]))
        super().__init__(
            f"calibration did not converge: total {worst + 1} of {len(totals)} is {totals[worst]:g} and was "
            f"missed by {missed[worst]:g}; widen the bounds or join levels"
        )
        self.missed = tuple(missed)
        self.totals = tuple(totals)


class SeparationError(SamplingError):
    """Some levels tell exactly who responds, so response propensities do not exist."""

    def __init__(self, levels: Sequence[str]) -> None:
        where = ", ".join(levels) or "a combination of levels"
        super().__init__(f"all or none responded in {where}: join levels or leave the variable out")
        self.levels = tuple(levels)
