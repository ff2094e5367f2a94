"""Sentences made from the numbers. None claims more than the tests behind it allow.

"Clearly" is said only where the release marks a difference as clear: its 95% interval leaves out 0.
"""

from collections.abc import Sequence

from sampling.frame import Sector
from survey_app.reports.contents import Contents, ItemResult, Mark, SectorResponse
from survey_app.reports.printed import PROPORTION, SECTOR_NAMES, percent, visible

SMALL_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def spelt(number: int) -> str:
    """`three`; from eleven on in figures."""
    return SMALL_NUMBERS[number] if number < len(SMALL_NUMBERS) else str(number)


def asked_of_both(item: ItemResult) -> bool:
    """Whether both sectors were asked: hidden answers count, a sector that was not asked does not."""
    return Mark.NOT_APPLICABLE not in (item.public.mark, item.voluntary.mark)


def shares_of_both(items: Sequence[ItemResult]) -> tuple[ItemResult, ...]:
    """The shares asked of both sectors, widest gap first; items without a gap come last."""
    chosen = (item for item in items if item.statistic == PROPORTION and asked_of_both(item))
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


def headline_items(contents: Contents, most: int = 3) -> tuple[ItemResult, ...]:
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
    return tuple(sorted(usable, key=lambda item: order.get(item.item, len(order)))[:most])


def _of(part: int, whole: int) -> str:
    if part == whole:
        return {1: "", 2: "on both questions"}.get(whole, f"on all {spelt(whole)} questions")
    return f"on {spelt(part)} of {spelt(whole)} questions"
