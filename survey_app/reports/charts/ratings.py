"""Ratings from 1 to 5 by halves as bars that lean left or right of the middle."""

import math
from collections.abc import Iterator, Sequence

from survey_app.reports.charts.canvas import (
    HAIRLINE,
    INK,
    LEADING,
    SLATE,
    WHITE,
    WORDS,
    Canvas,
    text_width,
    wrapped,
)
from survey_app.reports.charts.scale import Scale
from survey_app.reports.contents import ItemResult, RatingShares
from survey_app.reports.printed import PROPORTION, SECTOR_NAMES, bracketed, number, rounded
from survey_app.reports.rated import MIDDLE, POINTS, sums, suppressed, totals

COLOURS = (
    "#643A86",
    "#856D97",
    "#A698AD",
    "#C6BEC5",
    "#EAE7E1",
    "#C4CAB4",
    "#A0B087",
    "#789453",
    "#4C7410",
)
WHITE_ON = frozenset({0, 1, 8})
BELOW, ABOVE = COLOURS[0], "#3F620C"
NARROW = 120.0
MIN_LABELLED = 6
BAR, SPACE, UNDER_NAME, STEP = 6.0, 2.2, 7.7, 0.25
KEY = 21.0


def ratings_chart(items: Sequence[ItemResult], width_mm: float = 170) -> str:
    """Both sectors' ratings, item by item, 3 split across the middle; an SVG.

    Half points are dashed segments, shares under 6 per cent have no number, and the totals below
    and above 3 stand at the ends. A withheld sector shows its letter and no bar.
    """
    stacked = width_mm < NARROW
    stub = 0.0 if stacked else 50.0
    headings = [wrapped(item.short, width_mm, weight=600) for item in items]
    heights = [
        len(heading) * LEADING + 5 + len(item.ratings) * (BAR + (UNDER_NAME if stacked else SPACE))
        for heading, item in zip(headings, items, strict=True)
    ]
    foot = KEY + sum(heights)
    canvas = Canvas(width_mm, foot + 7)
    scale = _scale(items, stub + 9, width_mm - 9)
    _grid(canvas, scale, foot)
    _key(canvas, scale, width_mm)
    top = KEY
    for item, heading, height in zip(items, headings, heights, strict=True):
        _heading(canvas, heading, top)
        _bars(canvas, scale, item, top + len(heading) * LEADING + 3.5, stacked=stacked)
        top += height
    return canvas.svg(ratings_words(items))


def ratings_words(items: Sequence[ItemResult]) -> str:
    """The chart's text alternative: every share of every rating, and the totals."""
    rows = (f"{item.short}, {_row_words(row)}." for item in items for row in item.ratings)
    return "Ratings from 1, poor, to 5, good, per cent of those rating. " + " ".join(rows)


def _row_words(row: RatingShares) -> str:
    name = SECTOR_NAMES[row.sector].lower()
    if suppressed(row):
        return f"{name}: {bracketed(row.mark) or '[x]'}"
    each = ", ".join(
        f"{point}: {number(share, PROPORTION)}" for point, share in zip(POINTS, row.shares, strict=True)
    )
    below, above = (number(total, PROPORTION) for total in totals(row))
    return f"{name}: {below} below 3 and {above} above 3 ({each})"


def _scale(items: Sequence[ItemResult], left: float, right: float) -> Scale:
    shares = [row.shares for item in items for row in item.ratings if not suppressed(row)]
    lows = [sums(row)[0] + row[MIDDLE] / 2 for row in shares] or [0.5]
    highs = [sums(row)[1] + row[MIDDLE] / 2 for row in shares] or [0.5]
    return Scale(
        left, right, -math.ceil(max(lows) / STEP) * STEP or -STEP, math.ceil(max(highs) / STEP) * STEP or STEP
    )


def _grid(canvas: Canvas, scale: Scale, foot: float) -> None:
    steps = range(round(scale.low / STEP), round(scale.high / STEP) + 1)
    for step in steps:
        x = scale.at(step * STEP)
        colour, points = (INK, 1.0) if step == 0 else (HAIRLINE, 0.6)
        canvas.line((x, KEY + 2), (x, foot - 1), colour=colour, points=points)
        words = f"{abs(step) * 25}%" if step else "0"
        canvas.text(x, foot + 2.5, words, colour=SLATE, align="center")


def _key(canvas: Canvas, scale: Scale, width: float) -> None:
    half, whole = (5.2, 8.6) if width > NARROW else (4.4, 7.6)
    widths = [half if index % 2 else whole for index in range(len(POINTS))]
    left = min(max(scale.at(0) - sum(widths) / 2, 12), width - 12 - sum(widths))
    right, top, x = left + sum(widths), 6.0, left
    canvas.text(left, 2.5, "Below 3", colour=BELOW, weight=600)
    canvas.text(left + sum(widths) / 2, 2.5, "3 is split", colour=SLATE, align="center")
    canvas.text(right, 2.5, "Above 3", colour=ABOVE, weight=600, align="right")
    for index, wide in enumerate(widths):
        _segment(canvas, index, x, x + wide, top, top + 5)
        if index % 2 == 0:
            canvas.text(x + wide / 2, top + 2.5, POINTS[index], colour=_ink_on(index), align="center")
        else:
            canvas.text(x + wide / 2, top + 7.5, POINTS[index], colour=SLATE, size=10, align="center")
        x += wide
    canvas.text(left - 2, top + 2.5, "Poor", align="right")
    canvas.text(right + 2, top + 2.5, "Good")


def _heading(canvas: Canvas, lines: tuple[str, ...], top: float) -> None:
    for index, line in enumerate(lines):
        y = top + 4 + index * LEADING
        canvas.box(0, y - 2.4, text_width(line, weight=600) + 1, y + 2.4, fill=WHITE)
        canvas.text(0, y, line, weight=600)


def _bars(canvas: Canvas, scale: Scale, item: ItemResult, top: float, *, stacked: bool) -> None:
    for row in item.ratings:
        middle = top + BAR / 2
        if stacked:
            canvas.box(0, middle - 2.4, 6 + text_width(SECTOR_NAMES[row.sector]), middle + 2.4, fill=WHITE)
        canvas.mark(row.sector, 2, middle, radius=1.2)
        canvas.text(5, middle, SECTOR_NAMES[row.sector], colour=WORDS[row.sector])
        top += UNDER_NAME - SPACE if stacked else 0
        _bar(canvas, scale, row, top)
        top += BAR + SPACE


def _bar(canvas: Canvas, scale: Scale, row: RatingShares, top: float) -> None:
    if suppressed(row):
        mark = bracketed(row.mark) or "[x]"
        canvas.text(scale.at(0) + 2, top + BAR / 2, mark, colour=WORDS[row.sector], weight=600)
        return
    for index, left, right in _edges(row.shares):
        start, end = scale.at(left), scale.at(right)
        percent = rounded(row.shares[index], PROPORTION)
        if end <= start:
            continue
        labelled = percent >= MIN_LABELLED and end - start > text_width(str(percent)) + _air(index)
        _segment(canvas, index, start, end, top, top + BAR, labelled=labelled)
        if labelled:
            canvas.text((start + end) / 2, top + BAR / 2, str(percent), colour=_ink_on(index), align="center")
    left, right = sums(row.shares)
    ends = (scale.at(-left - row.shares[MIDDLE] / 2), scale.at(right + row.shares[MIDDLE] / 2))
    below, above = totals(row)
    for x, total, colour, align in (
        (ends[0] - 1.2, below, BELOW, "right"),
        (ends[1] + 1.2, above, ABOVE, "left"),
    ):
        canvas.text(x, top + BAR / 2, number(total, PROPORTION), colour=colour, weight=600, align=align)


def _edges(shares: Sequence[float]) -> Iterator[tuple[int, float, float]]:
    """Point and both ends of its segment, as shares left (negative) and right of the middle."""
    at = -sum(shares[:MIDDLE]) - shares[MIDDLE] / 2
    for index, share in enumerate(shares):
        yield index, at, at + share
        at += share


def _segment(
    canvas: Canvas,
    index: int,
    left: float,
    right: float,
    top: float,
    bottom: float,
    *,
    labelled: bool = False,
) -> None:
    canvas.box(left, top, right, bottom, fill=COLOURS[index], edge=WHITE)
    if index % 2 == 0:
        return
    places = (left + 1.1, right - 1.1) if labelled else ((left + right) / 2,)
    for x in places:
        canvas.line((x, top), (x, bottom), colour=WHITE, points=0.9, dashes=(1.6, 1.6))


def _air(index: int) -> float:
    """Millimetres needed beside a number: half points keep room for their dashes."""
    return 3.6 if index % 2 else 0.8


def _ink_on(index: int) -> str:
    return WHITE if index in WHITE_ON else INK
