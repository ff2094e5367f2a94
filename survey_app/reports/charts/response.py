"""From those asked to those who replied in full, for each sector: bars that show the share of those asked."""

from collections.abc import Sequence

from sampling.frame import Sector
from survey_app.reports.charts.canvas import INK, SLATE, WHITE, WORDS, Canvas, text_width
from survey_app.reports.contents import SectorResponse
from survey_app.reports.printed import SECTOR_NAMES, count, percent

STEPS = ("Asked", "In scope", "Began", "Replied in full")
TINTS = {
    Sector.PUBLIC: ("#B7C4CF", "#B7C4CF", "#7F98AB", "#123F5F"),
    Sector.VOLUNTARY: ("#F4D2B8", "#F4D2B8", "#ECAA7A", "#D9691A"),
}
NARROW = 120.0
BAR, ROW = 5.4, 8.4


def response_bars(sectors: Sequence[SectorResponse], width_mm: float = 170) -> str:
    """Four bars to a sector, side by side on 170 mm and one above the other on a phone; an SVG."""
    stacked = width_mm < NARROW
    stub, space = 27.0, 6.0
    each = (width_mm - stub) if stacked else (width_mm - stub - space) / 2
    block = 13 + len(STEPS) * ROW + 8
    canvas = Canvas(width_mm, block * len(sectors) if stacked else block)
    for index, sector in enumerate(sectors):
        top = index * block if stacked else 0.0
        left = stub if stacked else stub + index * (each + space)
        if stacked or index == 0:
            _stub(canvas, top)
        _sector(canvas, sector, left, each, top, stacked=stacked)
    return canvas.svg(response_words(sectors))


def response_words(sectors: Sequence[SectorResponse]) -> str:
    """The chart's text alternative: every count and rate."""
    said = []
    for sector in sectors:
        steps = ", ".join(
            f"{name.lower()} {count(n)}" for name, n in zip(STEPS, _counts(sector), strict=True)
        )
        rates = f"response rate {percent(sector.rate)}, weighted by design {percent(sector.weighted_rate)}"
        said.append(f"{SECTOR_NAMES[sector.sector]}, {how_chosen(sector)}: {steps}; {rates}.")
    return "Organisations at each step. " + " ".join(said)


def how_chosen(sector: SectorResponse) -> str:
    """`census of all 612 on our list`, or `sample of 5,200 from 98,400 on our list`."""
    if sector.asked >= sector.on_frame:
        return f"census of all {count(sector.on_frame)} on our list"
    return f"sample of {count(sector.asked)} from {count(sector.on_frame)} on our list"


def _counts(sector: SectorResponse) -> tuple[int, int, int, int]:
    return sector.asked, sector.in_scope, sector.began, sector.replied


def _stub(canvas: Canvas, top: float) -> None:
    for index, name in enumerate(STEPS):
        weight = 600 if index == len(STEPS) - 1 else 400
        canvas.text(0, top + 13 + index * ROW + BAR / 2, name, weight=weight)


def _sector(
    canvas: Canvas, sector: SectorResponse, left: float, width: float, top: float, *, stacked: bool
) -> None:
    colour = WORDS[sector.sector]
    heading = 0.0 if stacked else left
    canvas.text(heading, top + 2.5, SECTOR_NAMES[sector.sector], colour=colour, weight=600)
    canvas.text(heading, top + 7.5, how_chosen(sector), colour=SLATE, size=10)
    for index, n in enumerate(_counts(sector)):
        y = top + 13 + index * ROW
        wide = width * n / max(sector.asked, 1)
        _bar(canvas, sector, index, left=left, width=wide, top=y, words=count(n))
    words = f"{percent(sector.rate)} response rate"
    canvas.text(left, top + 13 + len(STEPS) * ROW + 1.5, words, colour=colour, weight=600)


def _bar(
    canvas: Canvas,
    sector: SectorResponse,
    index: int,
    *,
    left: float,
    width: float,
    top: float,
    words: str,
) -> None:
    canvas.box(left, top, left + width, top + BAR, fill=TINTS[sector.sector][index])
    last = index == len(STEPS) - 1
    weight = 600 if last else 400
    if text_width(words, weight=weight) + 3 > width:
        canvas.text(left + width + 1.5, top + BAR / 2, words, weight=weight)
        return
    colour = WHITE if last and sector.sector is Sector.PUBLIC else INK
    canvas.text(left + width - 1.5, top + BAR / 2, words, colour=colour, weight=weight, align="right")
