"""What a coordinator chooses for a panel, and how that is stored: one document with a schema number."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from math import isfinite
from typing import Any

from sampling.panels.stratification import Feature
from survey_app.errors import InvalidError

SCHEMA = 2
# Under what name a choice was stored before schema 2.
RENAMED = {"cap": "maximum", "least": "min_pop_size"}
METHODS = ("proportional", "equal", "power")
BOOSTS = ("rural", "small", "bme_led")
# Groups by what follows their name: region:London, band:under 10k.
BOOSTED_BY_NAME = ("region", "band")
MAX_UNITS = 1_000_000
USUAL_ROTATION = 1 / 3


@dataclass(frozen=True)
class PlanTarget:
    """An interval that a share in a domain is to have: `half_width` 0.05 is five points either side.

    `domain` is one of the keys of `plan_domains`: vco, region:London, band:under 10k, rural, small,
    bme_led.
    """

    domain: str
    half_width: float
    share: float = 0.5


@dataclass(frozen=True, kw_only=True)
class PanelPlan:
    """What a coordinator asks for.

    Args:
        voluntary_total: VCOs to ask in all, boosts on top; not looked at when there are targets.
        minimum, maximum: fewest and most in a stratum. fixed: sizes set by hand, by stratum.
        method: proportional, equal or power; power is the exponent of that.
        start: where strata without history begin on the circle of random numbers.
        by: what strata of VCOs divide by.
        min_pop_size: a stratum with fewer units joins a neighbouring income band.
        boosts: at least so many rural, small or minority-ethnic-led VCOs; or of a region:London or a band:0,
            where all that there are will do.
        targets: intervals wanted; then sizes follow from them.
        rotation_share: share of each stratum's members replaced a year.
        holiday: years of rest after leaving; None: as the installation's rule says. term: the most years in a
            row, strictly; None (better): rotation alone ends terms.
        reserve_share: reserve drawn on top, as a share of each stratum's members.
        minutes: that answering takes; None: as the questionnaire says. pence: cost of one case.
        public_bodies: whether they are asked, all of them. None: in the annual survey they are, elsewhere
            nobody is, because no sector is taken whole unasked.
    """

    voluntary_total: int = 1500
    minimum: int = 5
    method: str = "proportional"
    start: float = 0.0
    power: float = 0.5
    maximum: int | None = None
    fixed: Mapping[str, int] = field(default_factory=dict)
    by: tuple[str, ...] = (Feature.REGION.value, Feature.BAND.value)
    min_pop_size: int = 0
    boosts: Mapping[str, int] = field(default_factory=dict)
    targets: tuple[PlanTarget, ...] = ()
    rotation_share: float = USUAL_ROTATION
    holiday: int | None = None
    term: int | None = None
    reserve_share: float = 0.0
    minutes: int | None = None
    pence: int = 0
    public_bodies: bool | None = None


def check(plan: PanelPlan) -> None:
    """Let pass what makes sense by itself; whether a frame can give it is another matter.

    Raises:
        InvalidError: with every fault of the plan.
    """
    faults = [
        *_sizes(plan),
        *_shares(plan),
        *(f"{name!r} is nothing to divide strata by." for name in plan.by if name not in list(Feature)),
        *(_boost(name) for name in plan.boosts if not _is_boost(name)),
        *(_target(target) for target in plan.targets if not _sound(target)),
    ]
    if plan.maximum is not None and plan.maximum < plan.minimum:
        faults.append(
            f"The most in a stratum is {plan.maximum:,} and the fewest {plan.minimum:,}. "
            "Raise the most, or lower the fewest."
        )
    if plan.method not in METHODS:
        faults.append(f"{plan.method!r} is no way to share out; choose {', '.join(METHODS)}.")
    if faults:
        raise InvalidError("This plan cannot be drawn.", tuple(faults))


def _is_boost(name: str) -> bool:
    kind, _, value = name.partition(":")
    return name in BOOSTS or (kind in BOOSTED_BY_NAME and value != "")


def _boost(name: str) -> str:
    named = [f"{kind}:NAME" for kind in BOOSTED_BY_NAME]
    return f"{name!r} is no boost: {', '.join((*BOOSTS, *named))}."


def _sizes(plan: PanelPlan) -> list[str]:
    numbers = {
        "The number of voluntary organisations": (plan.voluntary_total, 1, MAX_UNITS),
        "The fewest in a stratum": (plan.minimum, 0, MAX_UNITS),
        "The most in a stratum": (plan.maximum, 1, MAX_UNITS),
        "The smallest stratum that is not joined": (plan.min_pop_size, 0, MAX_UNITS),
        "The minutes": (plan.minutes, 1, 1000),
        "The cost of a case in pence": (plan.pence, 0, 100_000_000),
        "The holiday in years": (plan.holiday, 0, 20),
        "The term in years": (plan.term, 1, 20),
        **{f"The size of {name}": (size, 0, MAX_UNITS) for name, size in plan.fixed.items()},
        **{f"The boost for {name}": (size, 1, MAX_UNITS) for name, size in plan.boosts.items()},
    }
    return [
        f"{what} is {value:,}; it is {low:,} to {high:,}."
        for what, (value, low, high) in numbers.items()
        if value is not None and not low <= value <= high
    ]


def _shares(plan: PanelPlan) -> list[str]:
    shares = {
        "The rotation share": (plan.rotation_share, 1.0),
        "The reserve": (plan.reserve_share, 5.0),
        "The power": (plan.power, 1.0),
    }
    faults = [
        f"{what} is {value:g}; it is 0 to {high:g}."
        for what, (value, high) in shares.items()
        if not (isfinite(value) and 0 <= value <= high)
    ]
    if not 0 <= plan.start < 1:
        faults.append(f"The start is {plan.start:g}; it is 0 or more and below 1.")
    return faults


def _sound(target: PlanTarget) -> bool:
    return 0 < target.half_width < 1 and 0 < target.share < 1


def _target(target: PlanTarget) -> str:
    values = f"{target.half_width:g} at {target.share:g}"
    return f"The target for {target.domain} is {values}: both lie between 0 and 1."


def to_document(plan: PanelPlan) -> dict[str, Any]:
    """The plan as it is stored."""
    return (
        {"schema": SCHEMA}
        | asdict(plan)
        | {"by": list(plan.by), "targets": [asdict(t) for t in plan.targets]}
    )


def from_document(document: Mapping[str, Any]) -> PanelPlan:
    """The plan that was stored, by this program or an earlier one.

    Raises:
        InvalidError: a newer program wrote it, or it was tampered with.
    """
    schema = document.get("schema", 0)
    if schema not in range(SCHEMA + 1):
        raise InvalidError(f"The plan was stored by a newer program (schema {schema}). Upgrade this one.")
    try:
        plan = PanelPlan(**_choices(document if schema == SCHEMA else _as_of_today(document, schema)))
        check(plan)
    except (TypeError, AttributeError) as fault:
        raise InvalidError(f"The plan's document is not what this program writes: {fault}") from None
    return plan


def _choices(document: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a plan; a panel's document holds more."""
    known = {one.name for one in fields(PanelPlan)}
    values = {name: value for name, value in document.items() if name in known}
    values["by"] = tuple(values.get("by", PanelPlan.by))
    values["targets"] = tuple(PlanTarget(**target) for target in values.get("targets", ()))
    return values


def _as_of_today(document: Mapping[str, Any], schema: int) -> dict[str, Any]:
    """A document of an earlier schema under the names of this one.

    Documents without a number are from before there was one: panels had no rotation then, and no rests.
    Before schema 2 minority-ethnic-led organisations were called led, and public bodies were asked unless
    the plan said otherwise.
    """
    values = {RENAMED.get(name, name): value for name, value in document.items()}
    values.setdefault("public_bodies", True)
    if schema == 0:
        values |= {"rotation_share": 0.0, "holiday": 0}
    if "boosts" in values:
        values["boosts"] = {_renamed(name): ask for name, ask in values["boosts"].items()}
    if "by" in values:
        values["by"] = [_renamed(name) for name in values["by"]]
    if "targets" in values:
        values["targets"] = [
            {name: _renamed(value) if name == "domain" else value for name, value in target.items()}
            for target in values["targets"]
        ]
    return values


def _renamed(name: str) -> str:
    return Feature.BME_LED.value if name == "led" else name
