"""A round's answers as the sheets that disclosure control works on, and its verdict for every cell.

One sheet to a sector: the regions in which the sector has organisations, and the items it was asked.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from instruments.kinds.numbers import Amount
from instruments.kinds.ratings import Rating
from instruments.kinds.table import kind_of
from instruments.schema import Question, Questionnaire
from sampling.disclosure.items import Bound, Choices, Filter, Implied, Item, Marks, Rules, Sheet, Shown
from sampling.disclosure.marking import mark_sheet, unsafe_average
from sampling.disclosure.protect import protect, reasons
from sampling.frame import Sector
from sampling.vocabulary import NOT_KNOWN, REGIONS
from survey_app.services.results.follow_ups import choices_of, ties_of
from survey_app.services.results.replies import AskedItem, Floats, RoundReplies

REGION = "region"
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Suppressed:
    """One withheld cell: `region` is empty for the whole."""

    sector: Sector
    item: str
    region: str
    reason: Shown


@dataclass(frozen=True)
class Protection:
    """What may be shown of a round: by sector, with the regions in the order of the marks."""

    marks: Mapping[Sector, Marks]
    regions: Mapping[Sector, tuple[str, ...]]
    sheets: Mapping[Sector, Sheet]

    def whole(self, key: str, sector: Sector) -> Shown:
        return self.marks[sector].whole[key]

    def in_region(self, key: str, sector: Sector, region: str) -> Shown:
        """The mark of a region in which the sector has organisations."""
        place = self.regions[sector].index(region)
        return self.marks[sector].groups[key, REGION][place]

    def log(self) -> Iterator[Suppressed]:
        """Every withheld cell and why."""
        for sector, marks in self.marks.items():
            for item, partition, group, reason in reasons(self.sheets[sector], marks):
                yield Suppressed(sector, item, self.regions[sector][group] if partition else "", reason)


def protect_round(replies: RoundReplies, rules: Rules) -> Protection:
    """Decide for every item, sector and region what may be shown, and prove that it tells nothing protected.

    Raises:
        DisclosureError: no way to print the round was found that tells nothing protected.
    """
    return _protection(replies, rules, lambda sheet: protect(sheet, rules).marks)


def mark_round(replies: RoundReplies, rules: Rules) -> Protection:
    """What the rules alone say; for figures of the whole, which no audit changes."""
    return _protection(replies, rules, lambda sheet: mark_sheet(sheet, rules))


def _protection(replies: RoundReplies, rules: Rules, decide: Callable[[Sheet], Marks]) -> Protection:
    regions = {sector: _regions(replies, sector) for sector in Sector if replies.asked.get(sector)}
    sheets = {
        sector: _sheet(replies, sector, list(inside.values()), rules)
        for sector, inside in regions.items()
        if inside
    }
    names = {sector: tuple(inside) for sector, inside in regions.items()}
    return Protection({sector: decide(sheet) for sector, sheet in sheets.items()}, names, sheets)


def _regions(replies: RoundReplies, sector: Sector) -> dict[str, Flags]:
    """The cases of a sector by region, for the regions where the frame has some or somebody was asked."""
    region = np.array([row.region for row in replies.rows])
    inside = np.array([row.stratum.sector is sector for row in replies.rows])
    present = set(region.tolist())
    there = set(region[inside].tolist()) | {of.region for of in replies.frame if of.sector is sector}
    return {name: inside & (region == name) for name in (*REGIONS, NOT_KNOWN) if name in present & there}


def _sheet(replies: RoundReplies, sector: Sector, regions: list[Flags], rules: Rules) -> Sheet:
    questionnaire, asked = replies.questionnaires[sector], replies.asked[sector]
    families: dict[bytes, str] = {}
    items = tuple(
        _item(questionnaire, each, replies.column(key), regions, families, rules)
        for key, each in asked.items()
    )
    return Sheet(
        name="public bodies" if sector is Sector.PUBLIC else "voluntary organisations",
        partitions={REGION: np.arange(len(regions))},
        items=items,
        filters=tuple(_filters(questionnaire, asked, {item.name: item.family for item in items})),
        choices=tuple(_choices(questionnaire, asked)),
        implied=tuple(_implied(asked)),
    )


def _item(
    questionnaire: Questionnaire,
    asked: AskedItem,
    y: Floats,
    regions: list[Flags],
    families: dict[bytes, str],
    rules: Rules,
) -> Item:
    inside = np.logical_or.reduce(regions)
    answered = ~np.isnan(y) & inside
    family = families.setdefault(answered.tobytes(), f"base {len(families) + 1}")
    bases = np.array([int((answered & region).sum()) for region in regions], dtype=np.int64)
    question = questionnaire.by_item(asked.item.item)
    is_share = asked.item.statistic == "proportion"
    lowest, step, top = (0.0, 1.0, 1.0) if is_share else _scale(question, y[answered])
    above = np.where(answered, np.round((np.nan_to_num(y) - lowest) / step), 0.0)
    alike = (
        None if is_share else _alike(y, regions, inside, rules, amount=isinstance(kind_of(question), Amount))
    )
    return Item(
        name=asked.item.key,
        family=family,
        bases=bases,
        counts=np.array([float(above[region].sum()) for region in regions]),
        top=top,
        alike=alike,
    )


def _scale(question: Question, given: Floats) -> tuple[float, float, float]:
    """The lowest answer, the step between answers, and how many steps there are from lowest to highest."""
    kind = kind_of(question)
    stored = [int(option.value) for option in question.options] if isinstance(kind, Rating) else []
    low = min(stored) if stored else question.minimum or 0
    high = max(stored) if stored else question.maximum or kind.top
    lowest = min(low / kind.scale, float(given.min(initial=0.0))) if not stored else low / kind.scale
    highest = max((high or 0) / kind.scale, float(given.max(initial=0.0)))
    return lowest, 1 / kind.scale, max(round((highest - lowest) * kind.scale), 1)


def _alike(y: Floats, regions: list[Flags], whole: Flags, rules: Rules, *, amount: bool) -> dict[str, Flags]:
    return {
        REGION: np.array([unsafe_average(y[region], rules, amount=amount) for region in regions]),
        "": np.array([unsafe_average(y[whole], rules, amount=amount)]),
    }


def _filters(
    questionnaire: Questionnaire, asked: Mapping[str, AskedItem], families: Mapping[str, str]
) -> Iterator[Filter]:
    """Each tie once: items of one family may be asked by the same filter.

    The base of an item on which the unaware count is no number that was asked, and its rest holds some who
    were asked nothing more.
    """
    ties = (
        Filter(tie.parent, families[key], tie.bound)
        for key, each in asked.items()
        if each.item.heard is None
        for tie in ties_of(questionnaire, questionnaire.by_item(each.item.item))
        if tie.parent in families and not (tie.bound is Bound.REST_AT_MOST and asked[tie.parent].item.heard)
    )
    yield from dict.fromkeys(ties)


def _implied(asked: Mapping[str, AskedItem]) -> Iterator[Implied]:
    """Who knows the agreement had heard of it, where the unaware count as not knowing."""
    for key, each in asked.items():
        heard = each.item.heard
        if heard is not None and heard in asked:
            yield Implied(key, heard)


def _choices(questionnaire: Questionnaire, asked: Mapping[str, AskedItem]) -> Iterator[Choices]:
    questions = dict.fromkeys(each.item.item for each in asked.values())
    for name in questions:
        choices = choices_of(questionnaire.by_item(name))
        if choices is not None and set(choices.items) <= asked.keys():
            yield choices
