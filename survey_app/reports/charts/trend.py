"""Two rounds of a few questions: the level above, the change with its own interval below."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sampling.frame import Sector
from survey_app.reports.charts.canvas import (
    EDGE,
    FILL,
    HAIRLINE,
    LEADING,
    SHAPE,
    SLATE,
    WHITE,
    WORDS,
    Canvas,
    text_width,
    wrapped,
)
from survey_app.reports.charts.changes import NARROW, SIDES, change_words, reach, side
from survey_app.reports.charts.scale import Scale
from survey_app.reports.contents import Cell, ItemResult, Mark
from survey_app.reports.printed import (
    SECTOR_NAMES,
    change_interval,
    change_shown,
    drawn,
    interval,
    is_clear,
    moved,
    visible,
    with_interval,
)

LEVEL, CHANGE = 38.0, 24.0  # heights of the two plots
BETWEEN = 16.0  # from the foot of the one to the head of the other
STUB, SPACE = 10.0, 6.0
ASIDE = {Sector.PUBLIC: -1.7, Sector.VOLUNTARY: 1.7}  # marks of one year stand side by side
MIN_DISTANCE = 4.2  # between two numbers one above the other


@dataclass(frozen=True)
class _Panel:
    """One question's part of the drawing, in millimetres; the scales run upwards."""

    item: ItemResult
    left: float
    right: float
    level: Scale
    change: Scale
    first: bool

    @property
    def years(self) -> tuple[float, float]:
        wide = self.right - self.left
        return self.left + 0.3 * wide, self.left + 0.7 * wide


def trend_chart(
    items: Sequence[ItemResult], names: tuple[str, str], since: str, width_mm: float = 170
) -> str:
    """Shares of both sectors in two rounds for up to three questions; SVG `width_mm` wide.

    Side by side on 170 mm, one above the other on a phone; all panels share both scales.

    Args:
        names: of the two rounds, as `2025` and `2026`.
        since: the earlier one in a sentence.
    """
    stacked = width_mm < NARROW
    panels = _panels(items, width_mm, stacked=stacked)
    canvas = Canvas(width_mm, panels[-1].change.left + 3)
    _key(canvas)
    for panel in panels:
        _heading(canvas, panel)
        _levels(canvas, panel, names)
        _changes(canvas, panel)
    return canvas.svg(trend_words(items, names, since))


def trend_words(items: Sequence[ItemResult], names: tuple[str, str], since: str) -> str:
    """The chart's text alternative: every number that it shows."""
    said = [
        f"{item.short}: " + "; ".join(_level_words(item, sector, names) for sector in SIDES) + "."
        for item in items
    ]
    return f"Two rounds, per cent with 95% intervals. {' '.join(said)} {change_words(items, since)}"


def _level_words(item: ItemResult, sector: Sector, names: tuple[str, str]) -> str:
    then, now = _cells(item, sector)
    return (
        f"{SECTOR_NAMES[sector].lower()} {with_interval(then, item.statistic)} in {names[0]}, "
        f"{with_interval(now, item.statistic)} in {names[1]}"
    )


def _cells(item: ItemResult, sector: Sector) -> tuple[Cell, Cell]:
    return side(item, sector).then, item.public if sector is Sector.PUBLIC else item.voluntary


def _panels(items: Sequence[ItemResult], width: float, *, stacked: bool) -> list[_Panel]:
    low, high = _limits(items)
    far = reach(items)
    each = width - STUB if stacked else (width - STUB - SPACE * (len(items) - 1)) / len(items)
    lines = [len(wrapped(item.short, each, weight=600)) for item in items]
    panels, top = [], 9.0
    for index, item in enumerate(items):
        left = STUB if stacked else STUB + index * (each + SPACE)
        head = top + (lines[index] if stacked else max(lines)) * LEADING + 4
        foot = head + LEVEL
        level, change = (
            Scale(foot, head, low, high),
            Scale(foot + BETWEEN + CHANGE, foot + BETWEEN, -far, far),
        )
        panels.append(_Panel(item, left, left + each, level, change, stacked or index == 0))
        top = change.left + 10 if stacked else top
    return panels


def _limits(items: Sequence[ItemResult]) -> tuple[float, float]:
    """Whole quarters around every interval drawn."""
    ends = []
    for item in items:
        for cell in (cell for sector in SIDES for cell in _cells(item, sector)):
            value = visible(cell)
            ends += [*(interval(cell) or ()), *([] if value is None else [value])]
    low = math.floor(min(ends, default=0.0) * 4) / 4
    return low, max(math.ceil(max(ends, default=1.0) * 4) / 4, low + 0.25)


def _key(canvas: Canvas) -> None:
    x = 1.6
    for sector in SIDES:
        canvas.mark(sector, x, 3)
        canvas.text(x + 2.6, 3, SECTOR_NAMES[sector], colour=WORDS[sector], weight=600)
        x += 2.6 + text_width(SECTOR_NAMES[sector], weight=600) + 5


def _heading(canvas: Canvas, panel: _Panel) -> None:
    lines = wrapped(panel.item.short, panel.right - panel.left, weight=600)
    middle = panel.level.right - 5 - (len(lines) - 1) * LEADING / 2
    canvas.lines(panel.left, middle, lines, weight=600)


def _levels(canvas: Canvas, panel: _Panel, names: tuple[str, str]) -> None:
    for step in range(round(panel.level.low * 4), round(panel.level.high * 4) + 1):
        y = panel.level.at(step / 4)
        canvas.line((panel.left, y), (panel.right, y), colour=HAIRLINE)
        if panel.first:
            canvas.text(
                STUB - 1.5, y, f"{step * 25}%" if step else "0", colour=SLATE, size=9.5, align="right"
            )
    for x, name in zip(panel.years, names, strict=True):
        canvas.text(x, panel.level.left + 4, name, colour=SLATE, align="center")
    for sector in SIDES:
        _join(canvas, panel, sector)
    for sector in SIDES:
        for x, cell in zip(panel.years, _cells(panel.item, sector), strict=True):
            _estimate(canvas, panel, sector, x + ASIDE[sector], cell)
    _numbers(canvas, panel)


def _join(canvas: Canvas, panel: _Panel, sector: Sector) -> None:
    """A line from the one round to the other; across a discontinuity an upright instead."""
    then, now = (visible(cell) for cell in _cells(panel.item, sector))
    if side(panel.item, sector).mark is Mark.DISCONTINUITY:
        x = sum(panel.years) / 2
        canvas.line((x, panel.level.left), (x, panel.level.right), colour=EDGE, points=1, dashes=(2.5, 2))
    elif then is not None and now is not None:
        ends = [
            (x + ASIDE[sector], panel.level.at(value))
            for x, value in zip(panel.years, (then, now), strict=True)
        ]
        canvas.line(ends[0], ends[1], colour=SHAPE[sector], points=1.3)


def _estimate(canvas: Canvas, panel: _Panel, sector: Sector, x: float, cell: Cell) -> None:
    value, limits = visible(cell), interval(cell)
    if value is None:
        return
    if limits is not None:
        low, high = panel.level.span(limits)
        canvas.box(x - 1.5, high, x + 1.5, low, fill=FILL[sector], edge=SHAPE[sector])
    canvas.mark(sector, x, panel.level.at(value), radius=1.1)


def _numbers(canvas: Canvas, panel: _Panel) -> None:
    """The earlier numbers left of their marks, the later ones right; letters where there is no number."""
    for place, (x, align) in enumerate(zip(panel.years, ("right", "left"), strict=True)):
        cells = {sector: _cells(panel.item, sector)[place] for sector in SIDES}
        heights = {
            sector: panel.level.left - 2 if (value := visible(cell)) is None else panel.level.at(value)
            for sector, cell in cells.items()
        }
        beside = x + (4.6 if align == "left" else -4.6)
        for sector, y in spread(heights).items():
            words = drawn(cells[sector], panel.item.statistic)
            canvas.text(beside, y, words, colour=WORDS[sector], weight=600, align=align)


def spread(heights: dict[Sector, float]) -> dict[Sector, float]:
    """Two numbers moved apart, up and down alike, until neither covers the other."""
    upper, lower = sorted(heights, key=lambda sector: heights[sector])
    lacking = MIN_DISTANCE - (heights[lower] - heights[upper])
    if lacking <= 0:
        return heights
    return {upper: heights[upper] - lacking / 2, lower: heights[lower] + lacking / 2}


def _changes(canvas: Canvas, panel: _Panel) -> None:
    far = panel.change.high
    for value in (-far, 0.0, far):
        y = panel.change.at(value)
        colour, points = (HAIRLINE, 0.6) if value else (EDGE, 1.0)
        canvas.line((panel.left, y), (panel.right, y), colour=colour, points=points)
        if panel.first:
            words = change_axis(value)
            canvas.text(STUB - 1.5, y, words, colour=SLATE, size=9.5, align="right")
    canvas.text(panel.left, panel.change.right - 4, "Change, points", colour=SLATE)
    middle = (panel.left + panel.right) / 2
    for sector, aside, align in zip(SIDES, (-5.5, 5.5), ("right", "left"), strict=True):
        _change(canvas, panel, sector, middle + aside, align)


def change_axis(value: float) -> str:
    """`+20`, `0`, `−20` for a share."""
    return f"{value * 100:+.0f}".replace("-", "−") if value else "0"


def _change(canvas: Canvas, panel: _Panel, sector: Sector, x: float, align: str) -> None:
    change, nought = side(panel.item, sector), panel.change.at(0)
    value, limits = moved(change), change_interval(change)
    colour, beside = WORDS[sector], x + (2.6 if align == "left" else -2.6)
    if change.mark is Mark.DISCONTINUITY:
        above_or_below = nought + (-4 if sector is Sector.PUBLIC else 4)
        middle = (panel.left + panel.right) / 2
        canvas.text(middle, above_or_below, "not comparable", colour=colour, align="center")
        return
    words, weight = change_shown(change, panel.item.statistic), 600 if is_clear(change) else 400
    if value is None:
        canvas.text(beside, nought - 4, words, colour=colour, align=align)
        return
    if limits is not None:
        low, high = panel.change.span(limits)
        canvas.line((x, low), (x, high), colour=SHAPE[sector], points=1.8)
    canvas.mark(sector, x, panel.change.at(value), filled=is_clear(change), radius=1.2)
    wide, y = text_width(words, weight=weight), panel.change.at(value)
    left = beside if align == "left" else beside - wide
    canvas.box(left - 0.4, y - 2, left + wide + 0.4, y + 2, fill=WHITE)  # no line through the number
    canvas.text(beside, y, words, colour=colour, weight=weight, align=align)
