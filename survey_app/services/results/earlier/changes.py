"""What changed since the round before: estimated for England as a whole, and made safe to publish.

A change and the earlier figure are published only where the figures of both rounds are. With
both figures published a change tells nobody anything new but its interval.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy.orm import Session

from sampling.disclosure.items import Rules
from sampling.disclosure.overlap import Shared, published_overlap
from sampling.estimation.change import Change as Estimated
from sampling.estimation.many_tests import p_value
from sampling.frame import Sector
from survey_app.reports.contents import (
    Cell,
    Change,
    EarlierRound,
    ItemChange,
    ItemResult,
    Mark,
    SectorOverlap,
)
from survey_app.reports.printed import year_since
from survey_app.reports.round_summary.method import CHANGES
from survey_app.services.questionnaires import versions
from survey_app.services.results.corrections import released_items
from survey_app.services.results.earlier.discontinuities import discontinuities_between
from survey_app.services.results.earlier.waves import Waves, WeightedRound
from survey_app.services.results.estimates import LEVEL, NOT_ASKED, SUPPRESSED, item_results
from survey_app.services.results.protection import mark_round
from survey_app.services.results.width import is_wide_change, whole_of
from survey_app.services.rounds.lifecycle import RoundView

# A change within this of nought is nought: a census that stays as it was has no error to measure it by.
ROUNDING = 1e-9
HIDDEN = frozenset({Mark.WITHHELD, Mark.FEW, Mark.ALL_BUT_FEW})
SIDES: dict[str, Sector | None] = {
    "everyone": None,
    "public": Sector.PUBLIC,
    "voluntary": Sector.VOLUNTARY,
}
Discontinuities = dict[str, list[tuple[Sector, str]]]


@dataclass(frozen=True)
class Comparison:
    """Two rounds side by side, and what decides what may be published of them."""

    then: WeightedRound
    now: WeightedRound
    waves: Waves
    figures_then: Mapping[str, ItemResult]
    discontinuities: Discontinuities
    threshold: int

    @property
    def since(self) -> str:
        """How the earlier round is called in a sentence."""
        return since(self.then.round_view, self.now.round_view)

    def both_drawn(self, sector: Sector) -> bool:
        """Whether both rounds asked the sector at all."""
        return all(one.replies.asked.get(sector) for one in (self.then, self.now))

    def both_asked(self, key: str, sector: Sector) -> bool:
        return all(key in one.replies.asked.get(sector, ()) for one in (self.then, self.now))


def compare(
    session: Session,
    then: WeightedRound,
    now: WeightedRound,
    waves: Waves,
    *,
    threshold: int,
    step: Callable[[], None] = lambda: None,
) -> Comparison:
    """The earlier round's figures as they may be published today, and the questions that changed.

    Args:
        step: called after each item.
    """
    protection = mark_round(then.replies, Rules(threshold=threshold))
    figures = item_results(then.replies, then.weighted, protection=protection, step=step)
    released = released_items(session, then.round_view.id)
    safe = {item.item: _suppressed_as(released.get(item.item), item) for item in figures}
    return Comparison(then, now, waves, safe, broken_between(session, then.round_view, now), threshold)


def _suppressed_as(released: ItemResult | None, item: ItemResult) -> ItemResult:
    """The figures of an item, without those that its round's own release withholds."""
    if released is None:
        return item
    before = {side: getattr(released, side) for side in SIDES}
    withheld = {side: cell for side, cell in before.items() if cell.mark in HIDDEN}
    return replace(item, **withheld)


def since(then: RoundView, now: RoundView) -> str:
    """How the earlier of two rounds is called in a sentence: `2025`."""
    return year_since(then.dates.opens_on, then.title, now.dates.opens_on)


def broken_between(session: Session, then: RoundView, now: WeightedRound) -> Discontinuities:
    """Item -> in which sectors it may not be compared, and why."""
    changed: Discontinuities = {}
    find = partial(versions.find_questionnaire, session)
    for sector in Sector:
        if any(sector not in one.instruments for one in (then, now.round_view)):
            continue
        before, after = (
            versions.questionnaire_of(session, one.instruments[sector]) for one in (then, now.round_view)
        )
        named = since(then, now.round_view)
        broken = discontinuities_between(before, after, sector=sector, since=named, find=find)
        for key, asked in now.replies.asked[sector].items():
            if asked.item.item in broken:
                changed.setdefault(key, []).append((sector, broken[asked.item.item]))
    return changed


def describe(comparison: Comparison) -> EarlierRound:
    """The earlier round and how many answered in both, for the page."""
    earlier = comparison.then.round_view
    return EarlierRound(
        round_title=earlier.title,
        opened_on=earlier.dates.opens_on,
        closed_on=earlier.dates.closes_on,
        overlaps=tuple(_overlap(comparison, sector) for sector in Sector if comparison.both_drawn(sector)),
        method=CHANGES,
    )


def _overlap(comparison: Comparison, sector: Sector) -> SectorOverlap:
    shared = comparison.waves.replied(sector)
    both = published_overlap(shared, comparison.threshold)
    mark = Mark.WITHHELD if both is None else Mark.NONE
    return SectorOverlap(sector, shared.then, shared.now, both, mark)


def with_change(comparison: Comparison, item: ItemResult) -> ItemResult:
    """The item with its change; as it is where the earlier round did not ask it."""
    return replace(item, change=change_of(comparison, item))


def change_of(comparison: Comparison, item: ItemResult) -> ItemChange | None:
    """How an item changed between two rounds; None where the earlier one did not ask it."""
    if not any(comparison.both_asked(item.item, sector) for sector in Sector):
        return None
    reasons = comparison.discontinuities.get(item.item, ())
    sides = {name: _side(comparison, item, name) for name in SIDES}
    sides = second_suppressed(sides)
    return ItemChange(**sides, discontinuities=tuple(why for _, why in reasons))


def _side(comparison: Comparison, item: ItemResult, name: str) -> Change:
    sector = SIDES[name]
    asked = (comparison.both_asked(item.item, one) for one in ([sector] if sector else Sector))
    if not all(asked) or (sector is None and not item.mirrored):
        return without_change(NOT_ASKED, Mark.NOT_APPLICABLE)
    then: Cell = getattr(comparison.figures_then[item.item], name)
    now: Cell = getattr(item, name)
    for cell in (then, now):
        if cell.mark in HIDDEN:
            return without_change(SUPPRESSED, Mark.WITHHELD)
        if cell.estimate is None:
            return without_change(cell, cell.mark)
    if any(sector in (None, one) for one, _ in comparison.discontinuities.get(item.item, ())):
        return without_change(then, Mark.DISCONTINUITY)
    shared = comparison.waves.shared(item.item, sector)
    if shared.alike:
        return without_change(SUPPRESSED, Mark.WITHHELD)
    estimated = comparison.waves.change(item.item, sector)
    return _published(estimated, then, shared, item, comparison.threshold)


def without_change(then: Cell, mark: Mark) -> Change:
    """No change, with the letter that says why."""
    return Change(then=then, estimate=None, lci=None, uci=None, clear=False, overlap=None, mark=mark)


def _published(estimated: Estimated, then: Cell, shared: Shared, item: ItemResult, threshold: int) -> Change:
    moved, se = estimated.change, estimated.se
    if moved is None or se is None or estimated.lci is None or estimated.uci is None:
        return without_change(then, Mark.NOT_AVAILABLE)
    figures = (estimated.estimate_1 or 0.0, estimated.estimate_2 or 0.0)
    width, whole = estimated.uci - estimated.lci, whole_of(item.statistic)
    p = p_value(0.0 if abs(moved) <= ROUNDING else moved, se, estimated.df)
    return Change(
        then=then,
        estimate=moved,
        lci=estimated.lci,
        uci=estimated.uci,
        clear=p < LEVEL,
        overlap=published_overlap(shared, threshold),
        mark=Mark.UNRELIABLE if is_wide_change(figures, width, unit=item.unit, whole=whole) else Mark.NONE,
        se=se,
        df=estimated.df,
        p=p,
    )


def second_suppressed(sides: dict[str, Change]) -> dict[str, Change]:
    """Withhold of everyone what would give one sector's away by subtraction: change, or overlap."""
    everyone, sectors = sides["everyone"], (sides["public"], sides["voluntary"])
    if everyone.estimate is None:
        return sides
    if [change.mark for change in sectors].count(Mark.WITHHELD) == 1:
        return sides | {"everyone": without_change(SUPPRESSED, Mark.WITHHELD)}
    if [change.overlap for change in sectors].count(None) == 1:
        return sides | {"everyone": replace(everyone, overlap=None)}
    return sides
