"""Strata as a coordinator chooses them: which features they divide by, and sparse ones joined beforehand."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sampling.errors import DefinitionError, SamplingError
from sampling.frame import Sector
from sampling.strata import BAND_ORDER, Stratum
from sampling.vocabulary import INCOME_BANDS, NOT_KNOWN

EVERYWHERE, ANY_BAND = "England", "any income"
LOW = dict(zip(INCOME_BANDS, ("0", "0", "10k", "100k", "1m", "10m", "100m"), strict=True))
HIGH = dict(zip(INCOME_BANDS, ("0", "10k", "100k", "1m", "10m", "100m", ""), strict=True))


class Flag(StrEnum):
    """A feature that may not be known."""

    YES = "yes"
    NO = "no"
    NOT_KNOWN = "not known"


class Feature(StrEnum):
    """What strata of VCOs may divide by. Public bodies are always taken whole, by region and kind."""

    REGION = "region"
    BAND = "band"
    RURAL = "rural"
    BME_LED = "bme_led"  # by people from black and minority ethnic groups


USUAL = (Feature.REGION, Feature.BAND)


@dataclass(frozen=True, order=True)
class Features:
    """All that the stratum of an organisation can depend on; `band` is the kind of a public body."""

    sector: Sector
    region: str
    band: str
    rural: Flag = Flag.NOT_KNOWN
    bme_led: Flag = Flag.NOT_KNOWN

    def __str__(self) -> str:
        words = [self.sector.value, self.region, self.band]
        words += [f"rural: {self.rural.value}", f"minority-ethnic-led: {self.bme_led.value}"]
        return ", ".join(words)


@dataclass(frozen=True, order=True)
class Definition:
    """One stratum by what it takes. Empty `regions` or `bands` take all; None takes both.

    `rural` and `bme_led`: True takes those known to be so, False all others.
    """

    sector: Sector
    regions: tuple[str, ...] = ()
    bands: tuple[str, ...] = ()
    rural: bool | None = None
    bme_led: bool | None = None

    def takes(self, unit: Features) -> bool:
        """Whether units with these features belong to the stratum."""
        return (
            unit.sector is self.sector
            and (not self.regions or unit.region in self.regions)
            and (not self.bands or unit.band in self.bands)
            and self.rural in (None, unit.rural is Flag.YES)
            and self.bme_led in (None, unit.bme_led is Flag.YES)
        )

    @property
    def stratum(self) -> Stratum:
        """The stratum's sector, region and band as files and tables call them."""
        words = [band_label(self.bands) if self.sector is Sector.VOLUNTARY else ", ".join(self.bands)]
        if self.rural is not None:
            words.append("rural" if self.rural else "elsewhere")
        if self.bme_led is not None:
            words.append("minority-ethnic-led" if self.bme_led else "others")
        return Stratum(self.sector, ", ".join(self.regions) or EVERYWHERE, ", ".join(words))


@dataclass(frozen=True)
class Collapsed:
    """Definitions in which sparse strata have joined others; `joined` maps each name to its new one.

    `sparse`: those still below the minimum, because their region has no others.
    """

    definitions: tuple[Definition, ...]
    joined: Mapping[str, str]
    sparse: tuple[Stratum, ...]


@dataclass(frozen=True, kw_only=True)
class Screening:
    """Why a boost will not do, and what a screening item in the questionnaire would find instead.

    Args:
        yes, no, unknown: units by the flag. share: of yes among the known, None when none is known.
        expected_yes: replies expected to say yes to the item, at that share; None without it.
        ask: units to ask in all so that `wanted` replies are expected to say yes.
    """

    yes: int
    no: int
    unknown: int
    wanted: int
    share: float | None
    expected_yes: float | None
    ask: int | None


def band_label(bands: Sequence[str]) -> str:
    """Neighbouring income bands as one: "10k-1m", "0 to 10k or not known"."""
    known = [band for band in BAND_ORDER if band in bands and band != NOT_KNOWN]
    if not bands or len(known) == len(INCOME_BANDS):
        return ANY_BAND
    words = [_known_label(known)] if known else []
    return " or ".join([*words, *([NOT_KNOWN] if NOT_KNOWN in bands else [])])


def _known_label(known: Sequence[str]) -> str:
    low, high = LOW[known[0]], HIGH[known[-1]]
    if len(known) == 1:
        return known[0]
    if not high:
        return f"{low}+"
    return (
        f"0 to {high}" if known[0] == INCOME_BANDS[0] else f"{low}-{high}" if low != "0" else f"under {high}"
    )


def define(units: Iterable[Features], *, by: Collection[Feature] = USUAL) -> tuple[Definition, ...]:
    """A stratum for every combination of features that occurs, in order."""

    def one(unit: Features) -> Definition:
        if unit.sector is Sector.PUBLIC:
            return Definition(unit.sector, (unit.region,), (unit.band,))
        return Definition(
            unit.sector,
            (unit.region,) if Feature.REGION in by else (),
            (unit.band,) if Feature.BAND in by else (),
            unit.rural is Flag.YES if Feature.RURAL in by else None,
            unit.bme_led is Flag.YES if Feature.BME_LED in by else None,
        )

    return tuple(sorted({one(unit) for unit in units}, key=_order))


def _order(definition: Definition) -> tuple[str, tuple[str, ...], tuple[int, ...], tuple[str, ...], str, str]:
    places = tuple(BAND_ORDER.index(band) for band in definition.bands if band in BAND_ORDER)
    return (
        definition.sector.value,
        definition.regions,
        places,
        definition.bands,
        str(definition.rural),
        str(definition.bme_led),
    )


def assign(definitions: Sequence[Definition], counts: Mapping[Features, int]) -> dict[Features, Stratum]:
    """The one stratum of every combination of features.

    Args:
        counts: how many units have each combination.

    Raises:
        DefinitionError: a combination has no stratum, or two.
    """
    taken = {
        unit: [definition.stratum for definition in definitions if definition.takes(unit)] for unit in counts
    }
    holes = {str(unit): counts[unit] for unit, strata in taken.items() if not strata}
    overlaps = {
        str(unit): [stratum.name for stratum in strata] for unit, strata in taken.items() if len(strata) > 1
    }
    if holes or overlaps:
        raise DefinitionError(holes, overlaps)
    return {unit: strata[0] for unit, strata in taken.items()}


def collapse_sparse(
    definitions: Sequence[Definition], counts: Mapping[Features, int], *, minimum: int
) -> Collapsed:
    """Join strata of VCOs with fewer than `minimum` units to a neighbouring income band of their own region.

    The smallest joins the smaller of its neighbours, the lower band where they are equal, until none that
    has a neighbour is sparse. Never across regions, sectors, or the features of a boost. Public bodies stay.

    Raises:
        SamplingError: the minimum is below 0.
    """
    if minimum < 0:
        raise SamplingError(f"minimum {minimum}: must be 0 or more")
    rows: dict[Definition, list[Definition]] = {}
    for definition in sorted(definitions, key=_order):
        whole = definition.sector is Sector.PUBLIC
        rows.setdefault(definition if whole else replace(definition, bands=()), []).append(definition)
    size = {d: sum(n for unit, n in counts.items() if d.takes(unit)) for d in definitions}
    final = tuple(d for row in rows.values() for d in _joined(row, size, minimum))
    wholes: dict[Definition, list[Definition]] = {}
    for one in final:
        wholes.setdefault(replace(one, bands=()), []).append(one)
    joined = {d.stratum.name: _home(d, wholes[replace(d, bands=())]).stratum.name for d in definitions}
    sampled = [d for d in final if d.sector is Sector.VOLUNTARY]
    return Collapsed(final, joined, tuple(d.stratum for d in sampled if size[d] < minimum))


def _joined(row: list[Definition], size: dict[Definition, int], minimum: int) -> list[Definition]:
    row = list(row)
    while len(row) > 1 and min(size[d] for d in row) < minimum:
        i = min(range(len(row)), key=lambda k: size[row[k]])
        j = min((k for k in (i - 1, i + 1) if 0 <= k < len(row)), key=lambda k: (size[row[k]], k))
        low, high = sorted((i, j))
        both = replace(row[low], bands=row[low].bands + row[high].bands)
        size[both] = size[row[low]] + size[row[high]]
        row[low : high + 1] = [both]
    return row


def _home(part: Definition, wholes: list[Definition]) -> Definition:
    """The one of `wholes`, which differ in their bands alone, that took a stratum in."""
    return next(whole for whole in wholes if set(part.bands) <= set(whole.bands))


def screening_advice(
    flags: Mapping[Flag, int], *, wanted: int, replies: float, response: float
) -> Screening | None:
    """Advice to ask who is meant in the questionnaire, where the flag is not known for most.

    Args:
        flags: units of the frame by their flag. wanted: replies from such units that are wanted.
        replies: all replies that the plan expects. response: the share expected to answer.

    Returns:
        None where the flag is known for at least half: a boost can be made. The share among the known may
        be far from that of the others, so that found and ask are a guess to plan with, not an estimate.
    """
    yes, no, unknown = (flags.get(flag, 0) for flag in (Flag.YES, Flag.NO, Flag.NOT_KNOWN))
    if unknown <= yes + no:
        return None
    share = yes / (yes + no) if yes else None
    expected_yes = None if share is None else share * replies
    ask = None if share is None else int(-(-wanted // (share * response)))
    return Screening(
        yes=yes, no=no, unknown=unknown, wanted=wanted, share=share, expected_yes=expected_yes, ask=ask
    )
