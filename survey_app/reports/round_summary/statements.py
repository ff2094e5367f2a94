"""Sentences made from the numbers. None claims more than the tests behind it allow.

"Clearly" is said only where the release marks a difference as clear.
"""

from collections.abc import Sequence

from sampling.frame import Sector
from survey_app.reports.contents import (
    Change,
    Contents,
    DifferencesTested,
    ItemResult,
    Mark,
    RegionCells,
    SectorOverlap,
    SectorResponse,
)
from survey_app.reports.printed import (
    PROPORTION,
    SECTOR_NAMES,
    count,
    is_clear,
    moved,
    percent,
    visible,
    wave_names,
    within_a_sentence,
    year_since,
)
from survey_app.reports.round_summary.words import is_option, questions, spelt

LEVEL = 0.05  # of tests that find a difference where there is none
BASELINE = (
    "This is the first round of its kind, so there is nothing to compare it with: later rounds are compared "
    "with this one."
)


def asked_of_both(item: ItemResult) -> bool:
    """Whether both sectors were asked: suppressed answers count, a sector that was not asked does not."""
    return Mark.NOT_APPLICABLE not in (item.public.mark, item.voluntary.mark)


def shares_of_both(items: Sequence[ItemResult]) -> tuple[ItemResult, ...]:
    """The shares asked of both sectors, widest gap first; items without a gap come last."""
    chosen = (
        item for item in items if item.statistic == PROPORTION and item.mirrored and asked_of_both(item)
    )
    return tuple(sorted(chosen, key=lambda item: -abs(item.gap.estimate) if item.gap else 1.0))


def gap_title(heading: str, items: Sequence[ItemResult]) -> str:
    """`Consultation: public bodies clearly higher on three of four questions`: options are not counted.

    Where all are options of one question, they are counted and called options.
    """
    tested = [item for item in items if item.gap]
    clear = [item for item in tested if item.gap and item.gap.clear]
    if not clear:
        return f"{heading}: no clear gap between the sectors"
    higher = sum(item.gap.estimate > 0 for item in clear if item.gap)
    where = _on(clear, tested)
    if higher not in (0, len(clear)):
        return f"{heading}: the sectors clearly differ {where}".rstrip()
    name = SECTOR_NAMES[Sector.PUBLIC if higher else Sector.VOLUNTARY].lower()
    return f"{heading}: {name} clearly higher {where}".rstrip()


def _on(part: Sequence[ItemResult], whole: Sequence[ItemResult]) -> str:
    """`on three of four questions`; `on two of five options` where all belong to one question."""
    if len(whole) > 1 and len(questions(whole)) == 1:
        return _of(len(part), len(whole), "options")
    return _of(len(questions(part)), len(questions(whole)))


def gaps_lead(items: Sequence[ItemResult]) -> str:
    """On how many questions the sectors clearly differ, and which of them is higher."""
    tested = [item for item in items if item.gap]
    if not tested:
        return "No question has figures of both sectors that may be set side by side."
    clear = [item for item in tested if item.gap and item.gap.clear]
    asked, differ = len(questions(tested)), len(questions(clear))
    said = f"On {differ} of {asked} questions put to both sectors their answers clearly differ."
    if not clear:
        return said
    higher = sum(item.gap.estimate > 0 for item in clear if item.gap)
    if higher in (0, len(clear)):
        return f"{said} Each time the {'public' if higher else 'voluntary'} figure is the higher."
    lower = len(clear) - higher
    return (
        f"{said} Of the {len(clear)} figures that do, options among them, the public one is the higher "
        f"{_times(higher)}, the voluntary one {_times(lower)}."
    )


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{spelt(number)} times")


def regions_title(items: Sequence[ItemResult], whole: str) -> str:
    """How many of the published regional figures that are drawn differ clearly from the whole."""
    shown = _regional(items)
    differing = sum(row.differs for row in shown)
    which = f"the {spelt(len(items))} questions shown" if len(items) != 1 else "the question shown"
    if not differing:
        return f"No region clearly differs from {whole} on {which}"
    return f"{differing} of {len(shown)} regional figures clearly differ from {whole} on {which}"


def _regional(items: Sequence[ItemResult]) -> list[RegionCells]:
    return [row for item in items for row in item.regions if visible(row.voluntary) is not None]


def regions_lead(items: Sequence[ItemResult], whole: str) -> str:
    """The count over all questions of the release, of which the picture shows some."""
    shown = _regional(items)
    differing = sum(row.differs for row in shown)
    asked = len(questions([item for item in items if _regional([item])]))
    return (
        f"Of all {count(len(shown))} regional figures for voluntary organisations, on {asked} "
        f"{'question' if asked == 1 else 'questions'} and their options, {spelt(differing)} clearly "
        f"{'differs' if differing == 1 else 'differ'} from {whole}."
    )


def ratings_title(items: Sequence[ItemResult]) -> str:
    """Which sector's average rating is clearly higher, and on how many questions."""
    clear = [item.gap.estimate for item in items if item.gap and item.gap.clear]
    if not clear:
        return "The two sectors’ average ratings cannot be told apart"
    public = sum(estimate > 0 for estimate in clear)
    if public not in (0, len(clear)):
        return "The sectors’ average ratings differ, in both directions"
    name = "Public bodies" if public else "Voluntary organisations"
    return f"{name} give higher ratings {_of(len(clear), len(items))}".rstrip()


def compared(items: Sequence[ItemResult]) -> tuple[ItemResult, ...]:
    """Questions with a change or a discontinuity to show, and each option that clearly changed.

    Clear falls come first, then clear rises, then the others in the order of the release.
    """
    shown = (item for item in items if _whole_to_show(item) or (is_option(item) and has_changed(item)))
    return tuple(sorted(shown, key=_falls_first))


def whole_compared(items: Sequence[ItemResult]) -> tuple[ItemResult, ...]:
    """Questions alone, without options: what drawings that were made before show."""
    return tuple(item for item in items if _whole_to_show(item))


def _whole_to_show(item: ItemResult) -> bool:
    return not is_option(item) and bool(published_changes(item) or _broken(item))


def has_changed(item: ItemResult) -> bool:
    """Whether either sector's answers clearly changed."""
    return any(is_clear(change) for change in published_changes(item))


def _broken(item: ItemResult) -> bool:
    return item.change is not None and Mark.DISCONTINUITY in (
        item.change.public.mark,
        item.change.voluntary.mark,
    )


def published_changes(item: ItemResult) -> tuple[Change, ...]:
    """The changes of the sectors that were put to the test and may be published."""
    if item.change is None:
        return ()
    return tuple(
        change for change in (item.change.public, item.change.voluntary) if moved(change) is not None
    )


def trend_items(contents: Contents, maximum: int = 3) -> tuple[ItemResult, ...]:
    """The first shares for the picture of two rounds."""
    return tuple(item for item in compared(contents.items) if item.statistic == PROPORTION)[:maximum]


def _falls_first(item: ItemResult) -> tuple[int, float]:
    clear = [change.estimate or 0.0 for change in published_changes(item) if is_clear(change)]
    if not clear:
        return 2, 0.0
    return (0, min(clear)) if min(clear) < 0 else (1, -max(clear))


def trend_items_of_before(contents: Contents, maximum: int = 3) -> tuple[ItemResult, ...]:
    """The same as drawings that were made before show: those of the findings first."""
    order = {finding.item: place for place, finding in reversed(tuple(enumerate(contents.findings)))}
    usable = [item for item in whole_compared(contents.items) if item.statistic == PROPORTION]
    return tuple(sorted(usable, key=lambda item: order.get(item.item, len(order)))[:maximum])


def trend_title(items: Sequence[ItemResult], since: str) -> str:
    """On how many of the questions that are drawn a sector's answers clearly changed."""
    clear = sum(has_changed(item) for item in items)
    if len(items) == 1:
        return f"{'Clear' if clear else 'No clear'} change since {since}: {within_a_sentence(items[0].short)}"
    shown = f"the {spelt(len(items))} shares shown"
    if not clear:
        return f"No clear change since {since} in {shown}"
    if clear == len(items):
        return f"Clear change since {since} in {'both' if clear == 2 else f'all {spelt(clear)}'} shares shown"
    return f"Clear change since {since} in {spelt(clear)} of {shown}"


def changes_title(items: Sequence[ItemResult], since: str) -> str:
    """`Clear changes in shares since 2025: voluntary on 9 of 16 questions, public on none of 17`.

    The set is what is drawn: shares, ratings, or one question answered with a number.
    """
    parts: list[str] = []
    for name, sector in (("voluntary", Sector.VOLUNTARY), ("public", Sector.PUBLIC)):
        tested = [item for item in items if (one := _change(item, sector)) and moved(one) is not None]
        clear = [item for item in tested if (one := _change(item, sector)) and is_clear(one)]
        if tested:
            words = "" if parts else f" {'question' if len(questions(tested)) == 1 else 'questions'}"
            parts.append(f"{name} on {len(questions(clear)) or 'none'} of {len(questions(tested))}{words}")
    if not parts:
        return f"Not comparable with {since}"
    return f"Clear changes in {_kind_of(items)} since {since}: {', '.join(parts)}"


def _kind_of(items: Sequence[ItemResult]) -> str:
    if all(item.statistic == PROPORTION for item in items):
        return "shares"
    return "average ratings" if all(item.ratings for item in items) else "averages"


def _change(item: ItemResult, sector: Sector) -> Change | None:
    if item.change is None:
        return None
    return item.change.public if sector is Sector.PUBLIC else item.change.voluntary


def changes_lead(items: Sequence[ItemResult]) -> str:
    """How many questions changed of those that were tested, falls first, and how many figures that is."""
    tested = [item for item in items if published_changes(item)]
    if not tested:
        return ""
    clear = [item for item in tested if has_changed(item)]
    asked = len(questions(tested))
    said = (
        f"Of {spelt(asked)} {'question' if asked == 1 else 'questions'} asked in both rounds, "
        f"{spelt(len(questions(clear))) if clear else 'none'} clearly changed"
    )
    if not clear:
        return f"{said}."
    ways = [
        change.estimate or 0.0 for item in clear for change in published_changes(item) if is_clear(change)
    ]
    falls = sum(way < 0 for way in ways)
    return f"{said}: {spelt(falls)} {_figures(falls)} fell and {spelt(len(ways) - falls)} rose."


def _figures(number: int) -> str:
    return "figure" if number == 1 else "figures"


def chance_of_many(items: Sequence[ItemResult], tests: DifferencesTested | None = None) -> str:
    """What chance alone does when so many are tested, and what was done about that."""
    if tests is not None:
        return (
            f"{tests.made:,} differences were tested in all: {tests.changes:,} changes, and gaps between the "
            f"sectors and regions beside the whole. {_called(tests.clear)} clear, by a rule (Benjamini and "
            "Hochberg) under which about one in twenty of those may still be chance. "
            "So a single clear change is a hint, not a proof; several that point the same way weigh more."
        )
    tested = sum(len(published_changes(item)) for item in items)
    by_chance = max(round(tested * LEVEL), 1)
    return (
        f"Even if nothing had changed, about {spelt(by_chance)} of {tested} would look clear by chance. "
        "So a single clear change is a hint, not a proof; several that point the same way weigh more."
    )


def _called(clear: int) -> str:
    return f"{spelt(clear).capitalize()} of them {_are(clear)} called"


def since(contents: Contents) -> str:
    """How the earlier round is called: `2025`; empty without one."""
    earlier = contents.earlier
    return "" if earlier is None else year_since(earlier.opened_on, earlier.round_title, contents.opened_on)


def both_rounds(contents: Contents) -> str:
    """How many of each sector replied in both rounds."""
    if contents.earlier is None:
        return ""
    then, now = wave_names(contents.earlier.opened_on, contents.opened_on)
    return " ".join(_both(overlap, then, now) for overlap in contents.earlier.overlaps)


def _both(overlap: SectorOverlap, then: str, now: str) -> str:
    both = "[c]" if overlap.replied_both is None else count(overlap.replied_both)
    return (
        f"{SECTOR_NAMES[overlap.sector]}: {count(overlap.replied_then)} replied in {then}, "
        f"{count(overlap.replied_now)} in {now}, {both} in both."
    )


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def response_title(sectors: Sequence[SectorResponse]) -> str:
    """`69% of public bodies and 44% of voluntary organisations replied in full`."""
    parts = [f"{percent(sector.rate)} of {SECTOR_NAMES[sector.sector].lower()}" for sector in sectors]
    return f"{' and '.join(parts)} replied in full"


def response_lead(contents: Contents) -> str:
    """Who was asked: everyone on the list, or some of them drawn by lot; how many replied."""
    asked, replied = [], []
    for sector in contents.sectors:
        name = SECTOR_NAMES[sector.sector].lower()
        listed = f"{count(sector.on_frame)} {name}"
        drawn = f"{count(sector.asked)} of {listed}, drawn by lot"
        asked.append(f"all {listed} on our list" if is_census(sector) else drawn)
        replied.append(f"{count(sector.replied)} of {count(sector.in_scope)} {name} ({percent(sector.rate)})")
    if not asked:
        return ""
    return (
        f"{contents.product} asked {' and '.join(asked)}. Of those that belong to the survey, "
        f"{' and '.join(replied)} replied in full."
    )


def is_census(sector: SectorResponse) -> bool:
    """Whether all on the list were asked, so that nothing was left to the draw."""
    return sector.asked >= sector.on_frame


def intervals_suppose(contents: Contents) -> str:
    """What a 95% interval means here: by the draw where there was one, by the silent where there was none."""
    drawn = [SECTOR_NAMES[sector.sector].lower() for sector in contents.sectors if not is_census(sector)]
    every = [SECTOR_NAMES[sector.sector] for sector in contents.sectors if is_census(sector)]
    said = ["A survey of some gives a range, not a point."]
    if drawn:
        said.append(
            f"If we drew {' and '.join(drawn)} by lot again many times, about 95 in 100 of such ranges would "
            "hold the true figure, as far as those who did not reply are like those who did."
        )
    said += [
        f"{name} were all asked, so no draw comes into it: their range supposes that the silent would answer "
        "as those of their kind and region who did reply."
        for name in every
    ]
    return " ".join(said)


def headline_items(contents: Contents, maximum: int = 3) -> tuple[ItemResult, ...]:
    """The items for the picture of regions: those of the findings first, then in the release's order.

    Only shares asked of voluntary organisations that have regional figures. The rule does not look
    at the regional figures, so none is chosen for being striking.
    """
    order = {finding.item: place for place, finding in reversed(tuple(enumerate(contents.findings)))}
    usable = [
        item
        for item in contents.items
        if item.statistic == PROPORTION
        and visible(item.voluntary) is not None
        and any(visible(row.voluntary) is not None for row in item.regions)
    ]
    return tuple(sorted(usable, key=lambda item: order.get(item.item, len(order)))[:maximum])


def _of(part: int, whole: int, what: str = "questions") -> str:
    if part == whole:
        return {1: "", 2: f"on both {what}"}.get(whole, f"on all {spelt(whole)} {what}")
    return f"on {spelt(part)} of {spelt(whole)} {what}"
