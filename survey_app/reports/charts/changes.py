"""What changed since the round before, question by question: a mark and its interval about nought."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sampling.frame import Sector
from survey_app.reports.charts.canvas import (
    EDGE,
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
from survey_app.reports.charts.scale import Scale
from survey_app.reports.contents import Change, ItemResult
from survey_app.reports.printed import (
    PROPORTION,
    SECTOR_NAMES,
    both_labels,
    change_interval,
    change_shown,
    change_with_interval,
    is_clear,
    moved,
    signed,
)

NARROW = 120.0
STEP = {PROPORTION: 0.05}
RATING_STEP = 0.25
MIN_NUMBER_WIDTH = 6.0  # millimetres kept for a change, so that changes stand under one another
SIDES = (Sector.PUBLIC, Sector.VOLUNTARY)
SHORT = {Sector.PUBLIC: "Public", Sector.VOLUNTARY: "Voluntary"}
OFFSET = {Sector.PUBLIC: -1.7, Sector.VOLUNTARY: 1.7}


@dataclass(frozen=True)
class _Layout:
    """Where things stand, in millimetres; `numbers` are the left edges of the columns of numbers."""

    label: float
    plot: Scale
    numbers: dict[Sector, float]
    stacked: bool
    head: float = 9.0

    def height(self, label: tuple[str, ...]) -> float:
        lines = len(label) * LEADING
        return lines + 11.5 if self.stacked else max(lines + 1.4, 7.8)


def side(item: ItemResult, sector: Sector) -> Change:
    """The change of one sector."""
    assert item.change is not None
    return item.change.public if sector is Sector.PUBLIC else item.change.voluntary


def change_chart(items: Sequence[ItemResult], since: str, width_mm: float = 170) -> str:
    """Changes of both sectors, row by row in the order given; SVG `width_mm` wide.

    Args:
        items: of one statistic, each with a change.
        since: the earlier round, as `2025`.
    """
    layout = _layout(items, width_mm)
    labels = [wrapped(both_labels(item.short, item.short_voluntary), layout.label) for item in items]
    foot = layout.head + sum(layout.height(label) for label in labels)
    canvas = Canvas(width_mm, foot + 7)
    _frame(canvas, layout, foot, items[0].statistic)
    top = layout.head
    for item, label in zip(items, labels, strict=True):
        _row(canvas, layout, item, label, top)
        top += layout.height(label)
    return canvas.svg(change_words(items, since))


def change_words(items: Sequence[ItemResult], since: str) -> str:
    """The chart's text alternative: every number that it shows."""
    unit = "points" if items[0].statistic == PROPORTION else "in the unit of the question,"
    return f"Change since {since}, {unit} with 95% intervals. " + " ".join(
        f"{item.short}: {', '.join(_side_words(item, sector) for sector in SIDES)}." for item in items
    )


def _side_words(item: ItemResult, sector: Sector) -> str:
    change = side(item, sector)
    said = f"{SECTOR_NAMES[sector].lower()} {change_with_interval(change, item.statistic)}"
    if moved(change) is None:
        return said
    return f"{said}, {'clear' if is_clear(change) else 'could be chance'}"


def reach(items: Sequence[ItemResult]) -> float:
    """How far from nought the scale goes: whole steps around every interval drawn."""
    ends = [abs(end) for item in items for sector in SIDES for end in _ends(side(item, sector))]
    step = STEP.get(items[0].statistic, RATING_STEP)
    return max(math.ceil(max(ends, default=0.0) / step - 1e-9), 2) * step


def _ends(change: Change) -> Iterator[float]:
    value = moved(change)
    if value is not None:
        yield value
        yield from change_interval(change) or ()


def _layout(items: Sequence[ItemResult], width: float) -> _Layout:
    far = reach(items)
    if width < NARROW:
        columns = dict.fromkeys(SIDES, width - 11)
        return _Layout(width, Scale(7, width - 16, -far, far), columns, stacked=True)
    public, voluntary = (_column(items, sector) for sector in SIDES)
    columns = {Sector.PUBLIC: width - voluntary - public, Sector.VOLUNTARY: width - voluntary}
    return _Layout(54, Scale(60, columns[Sector.PUBLIC] - 5, -far, far), columns, stacked=False)


def _column(items: Sequence[ItemResult], sector: Sector) -> float:
    """Millimetres that the numbers of a sector take, with air to the right."""
    widest = [sum(map(_wide, _parts(item, sector))) for item in items]
    return max(*widest, text_width(SHORT[sector], weight=600) + 4) + 3.5


def _parts(item: ItemResult, sector: Sector) -> tuple[str, str]:
    """A change and, after it, its interval."""
    first, _, rest = change_with_interval(side(item, sector), item.statistic).partition(" ")
    return first, rest


def _wide(words: str) -> float:
    return max(text_width(words, weight=600), MIN_NUMBER_WIDTH)


def _frame(canvas: Canvas, layout: _Layout, foot: float, statistic: str) -> None:
    far = layout.plot.high
    for value in (-far, -far / 2, 0.0, far / 2, far):
        x = layout.plot.at(value)
        canvas.line(
            (x, layout.head - 2), (x, foot), colour=HAIRLINE if value else EDGE, points=0.6 if value else 1
        )
        if value in (-far, 0.0, far):
            words = signed(value, statistic) if value else "0"
            canvas.text(x, foot + 3.5, words, colour=SLATE, align="center")
    _key(canvas, layout)


def _key(canvas: Canvas, layout: _Layout) -> None:
    x = 1.6
    for sector in SIDES:
        left = x if layout.stacked else layout.numbers[sector] + 1.4
        name = SECTOR_NAMES[sector] if layout.stacked and sector is Sector.PUBLIC else SHORT[sector]
        canvas.mark(sector, left, 3)
        canvas.text(left + 2.6, 3, name, colour=WORDS[sector], weight=600)
        x = left + 2.6 + text_width(name, weight=600) + 4.5


def _row(canvas: Canvas, layout: _Layout, item: ItemResult, label: tuple[str, ...], top: float) -> None:
    height = layout.height(label)
    y = top + (height - 5 if layout.stacked else height / 2)
    middle = top + 1.5 + len(label) * LEADING / 2 if layout.stacked else y
    half, widest = len(label) * LEADING / 2, max(text_width(line) for line in label)
    canvas.box(0, middle - half, widest + 1, middle + half, fill=WHITE)  # no grid line through the words
    canvas.lines(0, middle, label)
    for sector in SIDES:
        change = side(item, sector)
        _mark(canvas, layout, sector, change, y + OFFSET[sector])
        _number(canvas, layout, item, sector, y)


def _mark(canvas: Canvas, layout: _Layout, sector: Sector, change: Change, y: float) -> None:
    value, limits = moved(change), change_interval(change)
    if value is None:
        return
    if limits is not None:
        left, right = layout.plot.span(limits)
        canvas.line((left, y), (right, y), colour=SHAPE[sector], points=1.8)
    canvas.mark(sector, layout.plot.at(value), y, filled=is_clear(change), radius=1.2)


def _number(canvas: Canvas, layout: _Layout, item: ItemResult, sector: Sector, y: float) -> None:
    change, left = side(item, sector), layout.numbers[sector]
    colour, weight = WORDS[sector], 600 if is_clear(change) else 400
    if layout.stacked:
        # One above the other, in the order of the marks.
        y += 1.35 * OFFSET[sector]
        words = change_shown(change, item.statistic)
        canvas.text(left + 11, y, words, colour=colour, weight=weight, align="right")
        return
    first, rest = _parts(item, sector)
    after = left + max(MIN_NUMBER_WIDTH, text_width(first, weight=weight))
    canvas.text(after, y, first, colour=colour, weight=weight, align="right")
    canvas.text(after + 1.2, y, rest, colour=SLATE)
