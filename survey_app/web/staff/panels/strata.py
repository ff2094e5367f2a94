"""What planner and panel pages show of strata: groups in order, and what a plan gives in words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask_wtf import FlaskForm
from wtforms import Field

from sampling.frame import Sector
from sampling.panels.reasons import group_in_words
from sampling.strata import Stratum
from sampling.vocabulary import INCOME_BANDS, NOT_KNOWN, REGIONS
from survey_app.services.fieldwork.reserve_rule import ReserveLine
from survey_app.services.panels.drawing import StratumLine
from survey_app.services.panels.planner import GroupLine, PlanLine, PlanView
from survey_app.services.panels.strata import domain_words

POINTS = 100
BANDS = (*INCOME_BANDS, NOT_KNOWN)
EVERY_REGION = (*REGIONS, NOT_KNOWN)


@dataclass(frozen=True)
class Group:
    """Strata of a panel taken together."""

    label: str
    sector: Sector
    pop_size: int
    sample_size: int


def group_of(label: str, sector: Sector, strata: Iterable[StratumLine]) -> Group:
    """Several strata of one sector as one line."""
    lines = list(strata)
    return Group(label, sector, sum(line.pop_size for line in lines), sum(line.sample_size for line in lines))


@dataclass(frozen=True, kw_only=True)
class GroupShown:
    """One group that a plan is looked at for; intervals are in points, None where there is none."""

    words: str
    band: str
    pop_size: int
    ask: int
    replies: int
    points: float | None
    before: float | None
    visible: float | None
    aim: float | None

    @property
    def met(self) -> bool:
        return self.aim is None or (self.points is not None and self.points <= self.aim + 0.05)


@dataclass(frozen=True)
class RestShown:
    """A stratum that cannot give everybody the rest promised, and the most it could ask if it were to."""

    words: str
    pop_size: int
    sample_size: int
    largest: int


@dataclass(frozen=True)
class PlanShown:
    """A plan as its page shows it: the groups of VCOs, what it asks, and what to know before drawing."""

    view: PlanView
    everyone: GroupShown
    bands: tuple[GroupShown, ...]
    regions: tuple[GroupShown, ...]
    others: tuple[GroupShown, ...]
    strata: tuple[PlanLine, ...]

    @property
    def joined(self) -> tuple[str, ...]:
        """The strata that sparse ones were joined into, in words."""
        return tuple(group_in_words(name) for name in self.view.joined)

    @property
    def rests(self) -> tuple[RestShown, ...]:
        """The strata that cannot give everybody a rest."""
        return tuple(
            RestShown(group_in_words(line.stratum), line.state.pop_size, line.state.sample_size, line.largest)
            for line in self.view.outlook.without_holiday
        )

    @property
    def groups(self) -> tuple[GroupShown, ...]:
        """Every group in order, all organisations first."""
        return (self.everyone, *self.bands, *self.others, *self.regions)

    @property
    def hours(self) -> int:
        return round(self.view.minutes / 60)

    @property
    def kept_per_cent(self) -> int | None:
        share = self.view.outlook.overlap
        return None if share is None or self.view.previous_id is None else round(100 * share)

    @property
    def public(self) -> int:
        return self.view.asked(Sector.PUBLIC)

    @property
    def voluntary(self) -> int:
        return self.view.asked(Sector.VOLUNTARY)


def shown(view: PlanView) -> PlanShown:
    """A plan in the order in which people read it: bands from small to large, regions from north to south."""
    lines = {line.key: _group_shown(line) for line in view.groups}

    def of(kind: str, order: Iterable[str]) -> tuple[GroupShown, ...]:
        return tuple(lines[key] for key in (f"{kind}:{name}" for name in order) if key in lines)

    others = tuple(lines[key] for key in ("rural", "small", "bme_led") if key in lines)
    everyone = lines.get(
        "vco",
        GroupShown(
            words=domain_words("vco"),
            band="",
            pop_size=0,
            ask=0,
            replies=0,
            points=None,
            before=None,
            visible=None,
            aim=None,
        ),
    )
    strata = tuple(sorted(view.lines, key=lambda line: stratum_place(line.stratum)))
    return PlanShown(view, everyone, of("band", BANDS), of("region", EVERY_REGION), others, strata)


def _group_shown(line: GroupLine) -> GroupShown:
    given = line.outcome
    kind, _, value = line.key.partition(":")
    return GroupShown(
        words=domain_words(line.key),
        band=value if kind == "band" else "",
        pop_size=given.pop_size,
        ask=round(given.ask),
        replies=round(given.replies),
        points=_points(given.half_width),
        before=_points(given.half_width_before),
        visible=_points(given.visible),
        aim=_points(line.target.half_width if line.target else None),
    )


def _points(share: float | None) -> float | None:
    return None if share is None else POINTS * share


def pairs(first: PlanShown | None, second: PlanShown | None) -> list[tuple[GroupShown, GroupShown]]:
    """The groups of two plans beside each other."""
    if first is None or second is None:
        return []
    others = {group.words: group for group in second.groups}
    return [(group, others[group.words]) for group in first.groups if group.words in others]


def differences(
    first: Mapping[str, str], second: Mapping[str, str], form: FlaskForm
) -> list[tuple[str, str, str]]:
    """The choices in which two plans differ: what, and how each chose."""
    return [
        (_called(field), _chosen(field, first), _chosen(field, second))
        for field in form
        if first.get(field.name) != second.get(field.name)
    ]


def all_chosen(choices: Mapping[str, str], form: FlaskForm) -> list[tuple[str, str]]:
    """Every choice that was made, by its label, and how it was made."""
    return [(_called(field), _chosen(field, choices)) for field in form if choices.get(field.name)]


def _called(field: Field) -> str:
    """A choice by its label, where the heading that it stands under on the form is missing."""
    kind, _, _ = field.name.partition("_")
    label = field.label.text
    lead = {"aim": "Interval aimed at: ", "boost": "Boost: "}.get(kind, "")
    return f"{lead}{label[:1].lower()}{label[1:]}" if lead else label


def _chosen(field: Field, given: Mapping[str, str]) -> str:
    value = given.get(field.name, "")
    if field.name.startswith("aim_") and value:
        return f"±{value} points"
    choices = dict(getattr(field, "choices", None) or {})
    words = {"": "not chosen", "y": "yes"} | choices
    return words.get(value, f"{int(value):,}" if value.isdigit() and field.name != "year" else value)


def in_order(strata: Iterable[StratumLine]) -> list[StratumLine]:
    """Strata by sector, from north to south, and by kind or income within a region."""
    return sorted(strata, key=stratum_place)


def stratum_place(line: StratumLine | Stratum | ReserveLine) -> tuple[bool, int, int, str]:
    """Where a stratum stands in a list: by sector, from north to south, by income."""
    # Strata of a plan may be joined: "10k-1m" stands where "10k-100k" would.
    band = next((n for n, name in enumerate(BANDS) if line.band.startswith(name.split("-")[0])), 0)
    region = EVERY_REGION.index(line.region) if line.region in EVERY_REGION else len(EVERY_REGION)
    return line.sector is Sector.VOLUNTARY, region, band, line.band


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
