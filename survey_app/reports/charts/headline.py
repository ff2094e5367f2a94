"""The small picture under a headline number: both sectors on one line, each with its interval."""

from sampling.frame import Sector
from survey_app.reports.charts.canvas import EDGE, FILL, SHAPE, SLATE, Canvas
from survey_app.reports.charts.changes import reach, side
from survey_app.reports.charts.scale import Scale
from survey_app.reports.contents import ItemResult
from survey_app.reports.printed import (
    PROPORTION,
    SECTOR_NAMES,
    change_interval,
    change_with_interval,
    interval,
    is_clear,
    moved,
    signed,
    visible,
    with_interval,
)

HEIGHT, LINE = 11.0, 3.2


def can_be_pictured(item: ItemResult) -> bool:
    """Shares and ratings have ends that are known beforehand; other averages have none."""
    return item.statistic == PROPORTION or bool(item.ratings)


def headline_picture(item: ItemResult, width_mm: float = 43) -> str:
    """An axis from 0 to 100 per cent, or 1 to 5, with the sectors' estimates and intervals; an SVG."""
    shares = item.statistic == PROPORTION
    low, high, steps = (0.0, 1.0, 4) if shares else (1.0, 5.0, 4)
    scale = Scale(1.6, width_mm - 4, low, high)
    canvas = Canvas(width_mm, HEIGHT)
    canvas.line((scale.left, LINE), (scale.right, LINE), colour=EDGE, points=0.9)
    for step in range(steps + 1):
        x = scale.at(low + (high - low) * step / steps)
        canvas.line((x, LINE - 0.8), (x, LINE + 0.8), colour=EDGE, points=0.9)
    ends = ("0", "100%") if shares else ("1, poor", "5, good")
    canvas.text(0.6, HEIGHT - 2.6, ends[0], colour=SLATE, size=10)
    canvas.text(width_mm, HEIGHT - 2.6, ends[1], colour=SLATE, size=10, align="right")
    for sector in (Sector.PUBLIC, Sector.VOLUNTARY):
        _estimate(canvas, scale, item, sector)
    return canvas.svg(headline_words(item))


def headline_words(item: ItemResult) -> str:
    """The picture's text alternative."""
    unit = "per cent" if item.statistic == PROPORTION else "average rating of 1 to 5"
    sides = ((Sector.PUBLIC, item.public), (Sector.VOLUNTARY, item.voluntary))
    said = (f"{SECTOR_NAMES[sector].lower()} {with_interval(cell, item.statistic)}" for sector, cell in sides)
    return f"{item.short}, {unit}: {', '.join(said)}."


def change_picture(item: ItemResult, sector: Sector, width_mm: float = 43) -> str:
    """One sector's change with its interval, about nought; an SVG."""
    far = reach([item])
    scale = Scale(1.6, width_mm - 4, -far, far)
    canvas = Canvas(width_mm, HEIGHT)
    canvas.line((scale.left, LINE), (scale.right, LINE), colour=EDGE, points=0.9)
    for end in (-far, 0.0, far):
        x = scale.at(end)
        canvas.line((x, LINE - 0.8), (x, LINE + 0.8), colour=EDGE, points=0.9)
        words = signed(end, item.statistic) if end else "0"
        canvas.text(x, HEIGHT - 2.6, words, colour=SLATE, size=10, align=_align(end))
    change = side(item, sector)
    value, limits = moved(change), change_interval(change)
    if limits is not None:
        left, right = scale.span(limits)
        canvas.box(left, LINE - 1.3, right, LINE + 1.3, fill=FILL[sector], edge=SHAPE[sector])
    if value is not None:
        canvas.mark(sector, scale.at(value), LINE, filled=is_clear(change), radius=0.9)
    said = change_with_interval(change, item.statistic)
    return canvas.svg(f"{item.short}, change in points: {SECTOR_NAMES[sector].lower()} {said}.")


def _align(value: float) -> str:
    return "center" if not value else "left" if value < 0 else "right"


def _estimate(canvas: Canvas, scale: Scale, item: ItemResult, sector: Sector) -> None:
    cell = item.public if sector is Sector.PUBLIC else item.voluntary
    estimate, limits = visible(cell), interval(cell)
    if estimate is None:
        return
    if limits is not None:
        left, right = scale.span(limits)
        canvas.box(left, LINE - 1.3, right, LINE + 1.3, fill=FILL[sector], edge=SHAPE[sector])
    filled = item.gap is None or item.gap.clear
    canvas.mark(sector, scale.at(estimate), LINE, filled=filled, radius=0.9)
