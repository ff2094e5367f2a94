"""Region small multiples: one panel to a question, one line to a region, England as line and band."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sampling.frame import Sector
from survey_app.reports.charts.canvas import (
    COPPER,
    COPPER_DARK,
    EDGE,
    FILL,
    HAIRLINE,
    INK,
    LEADING,
    SLATE,
    Canvas,
    wrapped,
)
from survey_app.reports.charts.scale import Scale
from survey_app.reports.contents import ItemResult, Mark, RegionCells
from survey_app.reports.printed import drawn, interval, visible, with_interval

NARROW = 120.0
STEP = 0.25
ROW = 8.6
NUMBERS = 11.0  # millimetres kept for the column of numbers


@dataclass(frozen=True)
class _Panel:
    """One question's part of the drawing, in millimetres."""

    item: ItemResult
    names: tuple[str, ...]
    top: float  # of the first region's row
    plot: Scale
    right: float  # right edge of the numbers


def region_chart(items: Sequence[ItemResult], width_mm: float = 170, whole: str = "England") -> str:
    """Voluntary organisations' shares by region, north to south, for up to three questions; an SVG.

    Args:
        items: proportions with regions; panels share one scale.
        width_mm: 170 sets panels side by side, under 120 sets them one above the other.
        whole: what the regions add up to.
    """
    names = tuple(name for name in _names(items) if name != whole)
    low, high = _limits(items)
    stacked = width_mm < NARROW
    panels = (
        _stacked(items, names, width_mm, low, high)
        if stacked
        else _abreast(items, names, width_mm, low, high)
    )
    bottom = panels[-1].top + ROW * (len(names) + 1) + 9
    canvas = Canvas(width_mm, bottom)
    for index, panel in enumerate(panels):
        _heading(canvas, panel, stacked=stacked)
        if stacked or index == 0:
            _stub(canvas, panel, whole)
        _draw(canvas, panel)
    return canvas.svg(region_words(items, whole))


def region_words(items: Sequence[ItemResult], whole: str = "England") -> str:
    """The chart's text alternative: every number that it shows, and which differ clearly."""
    said = ["Voluntary organisations by region, per cent with 95% intervals."]
    for item in items:
        said.append(f"{item.short}: {whole} {with_interval(item.voluntary, item.statistic)};")
        rows = (_region_words(row, item.statistic) for row in published_regions(item))
        said.append(", ".join(rows) + ".")
    return " ".join(said)


def published_regions(item: ItemResult) -> tuple[RegionCells, ...]:
    """The regions in which voluntary organisations were asked, in the order of the release."""
    return tuple(row for row in item.regions if row.voluntary.mark is not Mark.NOT_APPLICABLE)


def _region_words(row: RegionCells, statistic: str) -> str:
    differs = ", clearly different" if _differs(row) else ""
    return f"{row.region} {with_interval(row.voluntary, statistic)}{differs}"


def _differs(row: RegionCells) -> bool:
    return row.differs and visible(row.voluntary) is not None


def _names(items: Sequence[ItemResult]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row.region for item in items for row in published_regions(item)))


def _limits(items: Sequence[ItemResult]) -> tuple[float, float]:
    """The shared scale: whole quarters around every interval drawn."""
    cells = [row.voluntary for item in items for row in published_regions(item)]
    cells += [item.voluntary for item in items]
    ends = [end for cell in cells for end in (interval(cell) or ()) + ((visible(cell),))]
    drawn = [end for end in ends if end is not None] or [0.0, 1.0]
    low = math.floor(min(drawn) / STEP) * STEP
    return max(low, 0.0), min(max(math.ceil(max(drawn) / STEP) * STEP, low + STEP), 1.0)


def _abreast(
    items: Sequence[ItemResult], names: tuple[str, ...], width: float, low: float, high: float
) -> list[_Panel]:
    stub, space = 45.0, 6.0
    each = (width - stub - space * (len(items) - 1)) / len(items)
    deepest = max(len(wrapped(item.short, each, weight=600)) for item in items)
    panels = []
    for index, item in enumerate(items):
        left = stub + index * (each + space)
        plot = Scale(left + 2, left + each - NUMBERS, low, high)
        panels.append(_Panel(item, names, deepest * LEADING + 4, plot, left + each))
    return panels


def _stacked(
    items: Sequence[ItemResult], names: tuple[str, ...], width: float, low: float, high: float
) -> list[_Panel]:
    panels, top = [], 0.0
    for item in items:
        top += len(wrapped(item.short, width, weight=600)) * LEADING + 4
        panels.append(_Panel(item, names, top, Scale(47, width - NUMBERS, low, high), width))
        top += ROW * (len(names) + 1) + 12
    return panels


def _heading(canvas: Canvas, panel: _Panel, *, stacked: bool) -> None:
    left = 0.0 if stacked else panel.plot.left - 2
    lines = wrapped(panel.item.short, panel.right - left, weight=600)
    for index, line in enumerate(lines):
        y = panel.top - 5 - (len(lines) - 1 - index) * LEADING
        canvas.text(left, y, line, weight=600)


def _stub(canvas: Canvas, panel: _Panel, whole: str) -> None:
    for index, name in enumerate(panel.names):
        canvas.text(0, panel.top + (index + 0.5) * ROW, name)
    lines = wrapped(whole, panel.plot.left - 3, weight=600)
    canvas.lines(0, panel.top + (len(panel.names) + 0.5) * ROW + 1, lines, weight=600)


def _draw(canvas: Canvas, panel: _Panel) -> None:
    bottom = panel.top + len(panel.names) * ROW
    _whole(canvas, panel, bottom)
    rows = {row.region: row for row in published_regions(panel.item)}
    for index, name in enumerate(panel.names):
        y = panel.top + (index + 0.5) * ROW
        if index:
            canvas.line((panel.plot.left - 2, y - ROW / 2), (panel.right, y - ROW / 2), colour=HAIRLINE)
        if name in rows:
            _region(canvas, panel, rows[name], y)
    canvas.line((panel.plot.left - 2, bottom), (panel.right, bottom), colour=EDGE, points=1.1)
    _axis(canvas, panel, bottom + ROW + 4.5)


def _region(canvas: Canvas, panel: _Panel, row: RegionCells, y: float) -> None:
    estimate, limits, differs = visible(row.voluntary), interval(row.voluntary), _differs(row)
    colour = SLATE if estimate is None else COPPER_DARK
    words = drawn(row.voluntary, panel.item.statistic)
    canvas.text(panel.right, y, words, colour=colour, weight=600 if differs else 400, align="right")
    if estimate is None:
        return
    if limits is not None:
        left, right = panel.plot.span(limits)
        canvas.line((left, y), (right, y), colour=COPPER, points=1.8)
    canvas.mark(Sector.VOLUNTARY, panel.plot.at(estimate), y, filled=differs, radius=1.35)


def _whole(canvas: Canvas, panel: _Panel, bottom: float) -> None:
    cell, y = panel.item.voluntary, bottom + ROW / 2 + 1
    estimate, limits = visible(cell), interval(cell)
    canvas.text(panel.right, y, drawn(cell, panel.item.statistic), weight=600, align="right")
    if estimate is None:
        return
    top, foot, x = panel.top - 1, bottom + ROW + 1, panel.plot.at(estimate)
    if limits is not None:
        left, right = panel.plot.span(limits)
        canvas.box(left, top, right, foot, fill=FILL[Sector.PUBLIC])
    canvas.line((x, top), (x, foot), colour=SLATE, points=1)
    canvas.shape(Sector.VOLUNTARY, x, y, colour=INK, radius=1.1)


def _axis(canvas: Canvas, panel: _Panel, y: float) -> None:
    steps = round((panel.plot.high - panel.plot.low) / STEP)
    roomy = (panel.plot.right - panel.plot.left) / steps >= 7.8
    for index in range(steps + 1):
        value = panel.plot.low + index * STEP
        if roomy or index % 2 == 0:
            words = f"{value * 100:.0f}%" if value else "0"
            canvas.text(panel.plot.at(value), y, words, colour=SLATE, size=9.5, align="center")
