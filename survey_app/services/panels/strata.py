"""From a frame's cells and a plan to strata, the groups to report on, and how many to ask in each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sampling.errors import BoostError, CeilingError, SamplingError, ShortfallError
from sampling.frame import Sector
from sampling.panels.allocation import Method
from sampling.panels.grid import Boost, Domain, Limits, PlanStratum
from sampling.panels.planning import Sizes, Target, sizes_by_targets, sizes_by_total
from sampling.panels.reasons import band_in_words
from sampling.panels.stratification import (
    Collapsed,
    Definition,
    Feature,
    Features,
    Flag,
    Screening,
    assign,
    collapse_sparse,
    define,
    screening_advice,
)
from sampling.strata import Stratum
from sampling.vocabulary import INCOME_BANDS, NOT_KNOWN
from survey_app.errors import InvalidError
from survey_app.services.frames.cells import Cell
from survey_app.services.panels.plan import PanelPlan

# The share expected to answer until a round has said otherwise.
USUAL_RESPONSE = {Sector.PUBLIC.value: 0.6, Sector.VOLUNTARY.value: 0.4}
# What counts as a small community organisation.
SMALL = frozenset(INCOME_BANDS[:2])


@dataclass(frozen=True)
class Strata:
    """The strata of a plan, in order.

    Args:
        counts: units of each. of_cell: the stratum of each cell, by its id. definitions: by name.
        joined: strata that sparse ones were joined into.
        boosts: those of the plan that the frame can give.
    """

    counts: Mapping[Stratum, int]
    of_cell: Mapping[int, Stratum]
    definitions: Mapping[str, Definition]
    joined: tuple[str, ...]
    boosts: Mapping[str, int]


def divide(cells: Sequence[Cell], plan: PanelPlan, *, public_bodies: bool) -> Strata:
    """Put every cell into one stratum, those of public bodies where they are asked.

    Raises:
        InvalidError: the plan asks for nobody, or a definition has a hole.
    """
    asked = [cell for cell in cells if public_bodies or cell.features.sector is Sector.VOLUNTARY]
    if not asked:
        raise InvalidError("The frame holds no voluntary organisation in scope, and no public body is asked.")
    counts = counts_of(asked)
    flags = (name for name in boosts_of(plan, counts) if name in list(Feature))
    by = {Feature(name) for name in (*plan.by, *flags)}
    try:
        definitions = define(counts, by=by)
        collapsed = Collapsed(definitions, {}, ())
        if plan.min_pop_size:
            collapsed = collapse_sparse(definitions, counts, minimum=plan.min_pop_size)
        stratum_of = assign(collapsed.definitions, counts)
    except SamplingError as fault:
        raise InvalidError(f"The strata do not fit the frame: {fault}") from None
    of_cell = {cell.id: stratum_of[cell.features] for cell in asked}
    sizes: dict[Stratum, int] = {}
    for cell in asked:
        sizes[of_cell[cell.id]] = sizes.get(of_cell[cell.id], 0) + cell.pop_size
    joined = sorted({new for old, new in collapsed.joined.items() if old != new})
    return Strata(
        dict(sorted(sizes.items())),
        of_cell,
        {one.stratum.name: one for one in collapsed.definitions},
        tuple(joined),
        boosts_of(plan, counts),
    )


def boosts_of(plan: PanelPlan, counts: Mapping[Features, int]) -> dict[str, int]:
    """The boosts that the frame can give: not one for a flag that is not known for most."""
    known = screening(plan, counts) is None
    return {name: ask for name, ask in plan.boosts.items() if name != "bme_led" or known}


def screening(plan: PanelPlan, counts: Mapping[Features, int]) -> Screening | None:
    """What to do instead of a boost for minority-ethnic-led organisations, when most are not known to be."""
    if "bme_led" not in plan.boosts:
        return None
    response = USUAL_RESPONSE[Sector.VOLUNTARY.value]
    return screening_advice(
        flags_of(counts),
        wanted=plan.boosts["bme_led"],
        replies=plan.voluntary_total * response,
        response=response,
    )


def flags_of(counts: Mapping[Features, int]) -> dict[Flag, int]:
    """VCOs by whether they are minority-ethnic-led."""
    flags = dict.fromkeys(Flag, 0)
    for unit, count in counts.items():
        if unit.sector is Sector.VOLUNTARY:
            flags[unit.bme_led] += count
    return flags


def counts_of(cells: Sequence[Cell]) -> dict[Features, int]:
    """Units by features."""
    counts: dict[Features, int] = {}
    for cell in cells:
        counts[cell.features] = counts.get(cell.features, 0) + cell.pop_size
    return counts


def in_domain(key: str, unit: Features) -> bool:
    """Whether units with these features belong to the group of this key."""
    if unit.sector is not Sector.VOLUNTARY:
        return False
    match key.partition(":"):
        case "vco", _, _:
            return True
        case "region", _, value:
            return unit.region == value
        case "band", _, value:
            return unit.band == value
        case "rural", _, _:
            return unit.rural is Flag.YES
        case "small", _, _:
            return unit.band in SMALL
        case "bme_led", _, _:
            return unit.bme_led is Flag.YES
    return False


def domain_words(key: str) -> str:
    """How a group is called on a screen."""
    kind, _, value = key.partition(":")
    return {
        "vco": "All voluntary organisations",
        "region": "Region not known" if value == NOT_KNOWN else value[:1].upper() + value[1:],
        "band": f"Yearly income {band_in_words(value)}",
        "rural": "Rural",
        "small": "Small: income under £10,000",
        "bme_led": "Minority-ethnic-led",
    }.get(kind, key)


def domain_keys(cells: Sequence[Cell]) -> list[str]:
    """The keys of the groups of VCOs that a plan can aim at; those that have nobody are absent."""
    features = [cell.features for cell in cells if cell.features.sector is Sector.VOLUNTARY]
    regions, bands = sorted({one.region for one in features}), sorted({one.band for one in features})
    keys = ["vco", *(f"region:{name}" for name in regions), *(f"band:{name}" for name in bands)]
    return [
        key for key in (*keys, "rural", "small", "bme_led") if any(in_domain(key, one) for one in features)
    ]


def domains(cells: Sequence[Cell], strata: Strata) -> dict[str, Domain]:
    """The groups of VCOs that a plan can aim at, by key; see `domain_keys`."""
    units = [cell for cell in cells if cell.id in strata.of_cell]
    return {key: _domain(key, units, strata) for key in domain_keys(units)}


def _domain(key: str, cells: Sequence[Cell], strata: Strata) -> Domain:
    counts: dict[str, int] = {}
    for cell in cells:
        if in_domain(key, cell.features):
            name = strata.of_cell[cell.id].name
            counts[name] = counts.get(name, 0) + cell.pop_size
    return Domain(domain_words(key), counts)


def sizes(
    strata: Strata, known: Sequence[PlanStratum], groups: Mapping[str, Domain], plan: PanelPlan
) -> Sizes:
    """How many to ask in each stratum.

    Raises:
        InvalidError: a limit, a boost or the total cannot be met; the text says which and what would do.
    """
    limits = Limits(plan.minimum, plan.maximum, plan.fixed, _boosts(strata, plan))
    try:
        if plan.targets:
            wanted = [
                Target(_group(groups, target.domain), target.half_width, target.share)
                for target in plan.targets
            ]
            return sizes_by_targets(known, wanted, limits=limits)
        return sizes_by_total(
            known, _total(strata, plan), method=_method(plan.method), power=plan.power, limits=limits
        )
    except SamplingError as fault:
        raise InvalidError(f"This plan cannot be met: {_in_words(fault, strata, plan)}") from None


def _in_words(fault: SamplingError, strata: Strata, plan: PanelPlan) -> str:
    """What stands in the way, and what would do."""
    asked = _total(strata, plan)
    if isinstance(fault, ShortfallError):
        needed = asked + fault.shortfall
        return (
            f"the fewest in each stratum and the sizes set by hand come to {needed:,} voluntary "
            f"organisations, and {asked:,} are to be asked. "
            f"Ask {needed:,} or more, or lower the fewest in a stratum."
        )
    if isinstance(fault, CeilingError):
        room = asked - fault.total + fault.room
        return (
            f"the most in each stratum and the sizes set by hand leave room for {room:,} voluntary "
            f"organisations, and {asked:,} are to be asked. "
            f"Ask {room:,} or fewer, or raise the most in a stratum."
        )
    if isinstance(fault, BoostError):
        return (
            f"at least {fault.ask:,} are wanted of “{fault.name}”, and the plan allows {fault.room:,}. "
            f"Want {fault.room:,} or fewer, or raise the most in a stratum where that is the limit."
        )
    return str(fault)


def _method(name: str) -> Method:
    return "equal" if name == "equal" else "power" if name == "power" else "proportional"


def _total(strata: Strata, plan: PanelPlan) -> int:
    """The total asked for; where it covers the frame and nothing limits it, all that there are."""
    there = sum(size for stratum, size in strata.counts.items() if not stratum.certainty)
    return (
        plan.voluntary_total if plan.maximum is not None or plan.fixed else min(plan.voluntary_total, there)
    )


def _group(groups: Mapping[str, Domain], key: str) -> Domain:
    if key not in groups:
        raise InvalidError(
            f"The target for {domain_words(key)} cannot be met: the frame has none.",
            (f"Choose among: {', '.join(groups)}.",),
        )
    return groups[key]


def _boosts(strata: Strata, plan: PanelPlan) -> tuple[Boost, ...]:
    boosts = []
    for name, ask in strata.boosts.items():
        members = frozenset(stratum for stratum, one in strata.definitions.items() if _is_boosted(name, one))
        if not members:
            raise InvalidError(
                f"The boost for {domain_words(name)} cannot be met: no stratum holds them alone. "
                "Join fewer strata, or bring in a list that says which they are."
            )
        # "At least 100 in each region" asks a small one for all that it may give.
        most = _room(strata, plan, members) if ":" in name else ask
        boosts.append(Boost(domain_words(name), members, min(ask, most)))
    return tuple(boosts)


def _room(strata: Strata, plan: PanelPlan, members: frozenset[str]) -> int:
    """The most that may be asked in these strata."""
    sizes = {stratum.name: size for stratum, size in strata.counts.items() if stratum.name in members}
    return sum(plan.fixed.get(name, min(size, plan.maximum or size)) for name, size in sizes.items())


def _is_boosted(name: str, definition: Definition) -> bool:
    """Whether a stratum holds none but organisations that the boost is for."""
    if definition.sector is not Sector.VOLUNTARY:
        return False
    kind, _, value = name.partition(":")
    if kind == "region":
        return definition.regions == (value,)
    if kind == "band":
        return definition.bands == (value,)
    if kind == "small":
        return bool(definition.bands) and set(definition.bands) <= SMALL
    return bool(definition.rural if kind == "rural" else definition.bme_led)
