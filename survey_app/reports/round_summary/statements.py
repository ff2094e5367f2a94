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
    year_since,
)

LEVEL = 0.05  # of tests that find a difference where there is none
BASELINE = (
    "This is the first round of its kind, so there is nothing to compare it with: later rounds are compared "
    "with this one."
)
SMALL_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def spelt(number: int) -> str:
    """`three`; from eleven on in figures."""
    return SMALL_NUMBERS[number] if number < len(SMALL_NUMBERS) else str(number)


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
    """`Consultation: public bodies higher on three of four questions`, counting clear gaps alone."""
    clear = [item.gap.estimate for item in items if item.gap and item.gap.clear]
    if not clear:
        return f"{heading}: no clear gap between the sectors"
    higher = sum(estimate > 0 for estimate in clear)
    if higher not in (0, len(clear)):
        return f"{heading}: the sectors differ {_of(len(clear), len(items))}".rstrip()
    name = SECTOR_NAMES[Sector.PUBLIC if higher else Sector.VOLUNTARY].lower()
    return f"{heading}: {name} higher {_of(len(clear), len(items))}".rstrip()


def gaps_lead(items: Sequence[ItemResult]) -> str:
    """How often the sectors clearly differ, and which of them is higher."""
    gaps = [item.gap for item in items if item.gap]
    if not gaps:
        return "No question has figures of both sectors that may be set side by side."
    clear = [gap for gap in gaps if gap.clear]
    higher = sum(gap.estimate > 0 for gap in clear)
    said = f"On {len(clear)} of {len(gaps)} questions put to both sectors their answers clearly differ."
    if not clear:
        return said
    if higher in (0, len(clear)):
        return f"{said} Each time the {'public' if higher else 'voluntary'} figure is the higher."
    lower = len(clear) - higher
    return f"{said} The public figure is the higher on {higher} of these, the voluntary on {lower}."


def regions_title(items: Sequence[ItemResult], whole: str) -> str:
    """How many of the published regional figures differ clearly from the whole."""
    rows = [row for item in items for row in item.regions if visible(row.voluntary) is not None]
    differing = sum(row.differs for row in rows)
    if not differing:
        return f"No region clearly differs from {whole} as a whole"
    if differing * 2 < len(rows):
        return f"Most regional figures do not clearly differ from {whole}"
    return f"{differing} of {len(rows)} regional figures clearly differ from {whole} as a whole"


def regions_lead(items: Sequence[ItemResult], whole: str) -> str:
    """The count behind the title."""
    rows = [row for item in items for row in item.regions if visible(row.voluntary) is not None]
    differing = sum(row.differs for row in rows)
    return (
        f"Of {len(rows)} regional figures for voluntary organisations on {spelt(len(items))} questions, "
        f"{spelt(differing)} clearly {'differs' if differing == 1 else 'differ'} from {whole}."
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
    """Whole questions with a change or a discontinuity to show; parts of questions are in the table alone."""
    return tuple(item for item in items if _is_whole(item) and (published_changes(item) or _broken(item)))


def _is_whole(item: ItemResult) -> bool:
    return "." not in item.item


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
    """The shares for the picture of two rounds: those of the findings first, then in the release's order."""
    order = {finding.item: place for place, finding in reversed(tuple(enumerate(contents.findings)))}
    usable = [item for item in compared(contents.items) if item.statistic == PROPORTION]
    return tuple(sorted(usable, key=lambda item: order.get(item.item, len(order)))[:maximum])


def trend_title(items: Sequence[ItemResult], since: str) -> str:
    """On how many of the questions a sector's answers clearly changed."""
    clear = sum(any(is_clear(change) for change in published_changes(item)) for item in items)
    if not clear:
        return f"No clear change since {since}"
    return f"Clear change since {since} {_of(clear, len(items))}".rstrip()


def changes_title(items: Sequence[ItemResult], since: str) -> str:
    """`Clear changes since 2025: voluntary 9 of 16, public 2 of 17`."""
    parts = []
    for name, sector in (("voluntary", Sector.VOLUNTARY), ("public", Sector.PUBLIC)):
        shown = [change for item in items if (change := _change(item, sector)) and moved(change) is not None]
        if shown:
            parts.append(f"{name} {sum(is_clear(change) for change in shown) or 'none'} of {len(shown)}")
    return f"Clear changes since {since}: {', '.join(parts)}" if parts else f"Not comparable with {since}"


def _change(item: ItemResult, sector: Sector) -> Change | None:
    if item.change is None:
        return None
    return item.change.public if sector is Sector.PUBLIC else item.change.voluntary


def changes_lead(items: Sequence[ItemResult]) -> str:
    """How many changes were tested, how many are clear, and how many chance alone would make look so."""
    shown = [change for item in items for change in published_changes(item)]
    clear = [change.estimate or 0.0 for change in shown if is_clear(change)]
    rises = sum(estimate > 0 for estimate in clear)
    said = f"Of {len(shown)} changes that were tested, {spelt(len(clear))} {_are(len(clear))} clear"
    if clear:
        said += f": {spelt(rises)} up, {spelt(len(clear) - rises)} down"
    return f"{said}."


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
    """Who was asked: everyone on the frame, or a sample of it."""
    parts = []
    for sector in contents.sectors:
        every = sector.asked >= sector.on_frame
        name = SECTOR_NAMES[sector.sector].lower()
        parts.append(f"all {name} on the frame" if every else f"a random sample of {name}")
    words = " and ".join(parts)
    return f"We asked {words}." if words else ""


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


def _of(part: int, whole: int) -> str:
    if part == whole:
        return {1: "", 2: "on both questions"}.get(whole, f"on all {spelt(whole)} questions")
    return f"on {spelt(part)} of {spelt(whole)} questions"
