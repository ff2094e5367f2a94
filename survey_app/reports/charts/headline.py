"""The small picture under a headline number: both sectors on one line, each with its interval."""

from sampling.frame import Sector
from survey_app.reports.charts.canvas import EDGE, FILL, SHAPE, SLATE, Canvas
from survey_app.reports.charts.scale import Scale
from survey_app.reports.contents import ItemResult
from survey_app.reports.printed import PROPORTION, SECTOR_NAMES, interval, visible, with_interval

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
