"""The cover's picture: this round's own gaps, drawn as the product's mark is drawn."""

from collections.abc import Sequence

from sampling.frame import Sector
from survey_app.reports.charts.canvas import HARBOUR, WHITE, Canvas
from survey_app.reports.charts.scale import Scale
from survey_app.reports.contents import ItemResult
from survey_app.reports.printed import PROPORTION, shown, visible

WIDTH, HEIGHT = 210.0, 180.0
FIRST, LAST = 48.7, 157.0
MAX_ITEMS = 7
LIGHT_COPPER, FAINT = "#F0A468", "#2F5A79"


def cover_items(items: Sequence[ItemResult], maximum: int = MAX_ITEMS) -> tuple[ItemResult, ...]:
    """Up to `maximum` shares with a gap, widest first; of more, evenly from the widest to the narrowest."""
    wide = sorted(
        (item for item in items if item.statistic == PROPORTION and item.gap is not None),
        key=lambda item: (-abs(item.gap.estimate if item.gap else 0.0), item.item),
    )
    if len(wide) <= maximum:
        return tuple(wide)
    return tuple(wide[round(place * (len(wide) - 1) / (maximum - 1))] for place in range(maximum))


def cover_picture(items: Sequence[ItemResult]) -> str:
    """A page-wide field, 210 by 180 millimetres, with one line to an item of `cover_items`; an SVG."""
    canvas = Canvas(WIDTH, HEIGHT)
    canvas.box(0, 0, WIDTH, HEIGHT, fill=HARBOUR)
    chosen = cover_items(items)
    scale = Scale(26, 184)
    for index, item in enumerate(chosen):
        y = FIRST + index * (LAST - FIRST) / max(len(chosen) - 1, 1)
        canvas.line((0, y), (WIDTH, y), colour=FAINT, points=0.8)
        _pair(canvas, scale, item, y)
    return canvas.svg(_words(chosen))


def _pair(canvas: Canvas, scale: Scale, item: ItemResult, y: float) -> None:
    public, voluntary = visible(item.public), visible(item.voluntary)
    if public is None or voluntary is None:
        return
    canvas.line((scale.at(public), y), (scale.at(voluntary), y), colour=WHITE, points=2.6)
    canvas.shape(Sector.PUBLIC, scale.at(public), y, colour=WHITE, radius=4)
    canvas.shape(Sector.VOLUNTARY, scale.at(voluntary), y, colour=LIGHT_COPPER, radius=4)


def _words(chosen: Sequence[ItemResult]) -> str:
    rows = "; ".join(
        f"{item.short}, {shown(item.public, item.statistic)} and {shown(item.voluntary, item.statistic)}"
        for item in chosen
    )
    return (
        "Public bodies as circles and voluntary organisations as diamonds, joined by the gap between them, "
        f"per cent, for {len(chosen)} of this round’s questions: {rows}."
    )
