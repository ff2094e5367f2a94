"""The sector-gap chart: both sectors' estimates on one line, the difference printed beside it."""

from collections.abc import Iterator, Sequence
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
from survey_app.reports.charts.scale import Scale
from survey_app.reports.contents import Cell, ItemResult, Mark
from survey_app.reports.printed import (
    BANDS,
    SECTOR_NAMES,
    base,
    both_labels,
    bracketed,
    drawn,
    gap_with_interval,
    interval,
    visible,
    with_interval,
)

GRID = (0.0, 0.25, 0.5, 0.75, 1.0)
NARROW = 120.0
BOX_HALF = 1.7
INDENT = 3.0  # of an option under its question
TOO_CLOSE = 2.6  # millimetres between two marks


@dataclass(frozen=True)
class _Layout:
    """Where things stand, in millimetres."""

    width: float
    label: float  # width of the label column; the plot's full width when labels stand above
    plot: Scale
    gap: float  # right edge of the gap's number
    head: float
    stacked: bool  # label above the marks

    def height(self, label: tuple[str, ...]) -> float:
        """Height of a row: labels beside the marks need no more than the marks until they are long."""
        lines = len(label) * LEADING
        return lines + 9.5 if self.stacked else max(lines + 1.4, 7.6)


def _layout(width: float) -> _Layout:
    if width < NARROW:
        return _Layout(width, width, Scale(9, width - 20), width, 12, stacked=True)
    return _Layout(width, 57, Scale(66, width - 58), width - 42, 9, stacked=False)


def gap_chart(items: Sequence[ItemResult], width_mm: float = 170) -> str:
    """Shares of both sectors, row by row in the order given; SVG `width_mm` wide.

    Every row shows 0 to 100 per cent, so that charts of one release can be laid side by side. Marks
    are filled where the gap is clear and hollow where it could be chance. A sector that is withheld
    leaves its letter outside the scale, in its own colour.
    """
    layout = _layout(width_mm)
    rows = list(_rows(items, layout))
    foot = layout.head + sum(row.height(layout) for row in rows)
    canvas = Canvas(width_mm, foot + 6.5)
    _frame(canvas, layout, foot)
    top = layout.head
    for row in rows:
        _heading(canvas, layout, row, top)
        below = row.height(layout) - layout.height(row.label)
        _row(canvas, layout, row, top + below)
        top += row.height(layout)
    return canvas.svg(gap_words(items))


@dataclass(frozen=True)
class _Row:
    """One item with its words; the first option of a question brings the question's words as a heading."""

    item: ItemResult
    label: tuple[str, ...]
    heading: tuple[str, ...]

    def height(self, layout: _Layout) -> float:
        above = len(self.heading) * LEADING + 2.6 if self.heading else 0.0
        return above + layout.height(self.label)


def _rows(items: Sequence[ItemResult], layout: _Layout) -> Iterator[_Row]:
    """Rows with options under their question: they need no more than their own words."""
    headed = ""
    for item in items:
        question, colon, _ = item.short.partition(": ")
        if "." not in item.item or not colon:
            yield _Row(item, wrapped(both_labels(item.short, item.short_voluntary), layout.label), ())
            continue
        own = item.short_voluntary.partition(": ")[2] or item.short_voluntary
        words = wrapped(both_labels(item.short.partition(": ")[2], own), layout.label - INDENT)
        head = () if question == headed else wrapped(question, layout.width, weight=600)
        headed = question
        yield _Row(item, words, head)


def _heading(canvas: Canvas, layout: _Layout, row: _Row, top: float) -> None:
    if row.heading:
        half = len(row.heading) * LEADING / 2
        middle = top + 1.6 + half
        widest = max(text_width(line, weight=600) for line in row.heading)
        canvas.box(0, middle - half, widest + 1, middle + half, fill=WHITE)
        canvas.lines(0, middle, row.heading, weight=600)


def gap_words(items: Sequence[ItemResult]) -> str:
    """The chart's text alternative: every number that it shows."""
    rows = (f"{both_labels(item.short, item.short_voluntary)}: {_item_words(item)}." for item in items)
    return "Public bodies and voluntary organisations compared, per cent with 95% intervals. " + " ".join(
        rows
    )


def _item_words(item: ItemResult) -> str:
    public, voluntary = (
        f"{with_interval(cell, item.statistic)}, base {base(cell)}" for cell in (item.public, item.voluntary)
    )
    if item.gap is None:
        return f"public bodies {public}, voluntary organisations {voluntary}, no gap published"
    verdict = "clear" if item.gap.clear else "could be chance"
    gap = gap_with_interval(item.gap, item.statistic)
    return f"public bodies {public}, voluntary organisations {voluntary}, gap {gap}, {verdict}"


def _frame(canvas: Canvas, layout: _Layout, foot: float) -> None:
    for value in GRID:
        x = layout.plot.at(value)
        canvas.line((x, layout.head - 2), (x, foot), colour=HAIRLINE)
        if not layout.stacked or value in (0.0, 0.5, 1.0):
            words = f"{value * 100:.0f}%" if value else "0"
            canvas.text(x, foot + 3.5, words, colour=SLATE, align="center")
    _key(canvas, layout)
    canvas.text(layout.gap, 3, "Gap", colour=SLATE, align="right")
    if not layout.stacked:
        canvas.text(layout.gap + 1.5, 3, "(interval)", colour=SLATE)
        canvas.text(layout.width, 3, "Replies", colour=SLATE, align="right")


def _key(canvas: Canvas, layout: _Layout) -> None:
    short = {Sector.PUBLIC: "Public bodies", Sector.VOLUNTARY: "Voluntary"}
    names = short if layout.stacked else SECTOR_NAMES
    x = 2.0
    for sector in (Sector.VOLUNTARY, Sector.PUBLIC):
        canvas.mark(sector, x, 3)
        canvas.text(x + 2.6, 3, names[sector], colour=WORDS[sector], weight=600)
        x += 2.6 + text_width(names[sector], weight=600) + 4.5


def _row(canvas: Canvas, layout: _Layout, row: _Row, top: float) -> None:
    item, label = row.item, row.label
    height = layout.height(label)
    inset = INDENT if "." in item.item and ": " in item.short else 0.0
    y = top + (height - 4 if layout.stacked else height / 2)
    middle = top + 1.5 + len(label) * LEADING / 2 if layout.stacked else y
    widest = max(text_width(line) for line in label)
    half = len(label) * LEADING / 2
    # No grid line goes through the words.
    canvas.box(inset, middle - half, inset + widest + 1, middle + half, fill=WHITE)
    canvas.lines(inset, middle, label)
    _join(canvas, layout.plot, item, y)
    filled = item.gap is None or item.gap.clear
    apart = _apart(layout.plot, item)
    drawn = ((Sector.PUBLIC, item.public, y - apart), (Sector.VOLUNTARY, item.voluntary, y + apart))
    # All boxes before all marks: a wide box of one sector must not hide the other's mark.
    for sector, cell, at_y in drawn:
        _box(canvas, layout.plot, sector, cell, at_y)
    for sector, cell, at_y in drawn:
        if (estimate := visible(cell)) is not None:
            canvas.mark(sector, layout.plot.at(estimate), at_y, filled=filled, radius=1.2)
    _labels(canvas, layout.plot, item, y)
    _gap(canvas, layout, item, y)
    if not layout.stacked:
        _bases(canvas, layout, item, y)


def _bases(canvas: Canvas, layout: _Layout, item: ItemResult, y: float) -> None:
    """How many answered, the public bodies first, in the colours of their words."""
    canvas.text(layout.width - 12, y, base(item.public), colour=WORDS[Sector.PUBLIC], size=10, align="right")
    canvas.text(layout.width, y, base(item.voluntary), colour=WORDS[Sector.VOLUNTARY], size=10, align="right")


def _join(canvas: Canvas, plot: Scale, item: ItemResult, y: float) -> None:
    public, voluntary = visible(item.public), visible(item.voluntary)
    if public is not None and voluntary is not None:
        canvas.line((plot.at(public), y), (plot.at(voluntary), y), colour=EDGE, points=1.4)


def _apart(plot: Scale, item: ItemResult) -> float:
    """How far two marks that would cover each other are moved apart, up and down, in millimetres."""
    public, voluntary = visible(item.public), visible(item.voluntary)
    if public is None or voluntary is None or abs(plot.at(public) - plot.at(voluntary)) > TOO_CLOSE:
        return 0.0
    return 1.5


def _box(canvas: Canvas, plot: Scale, sector: Sector, cell: Cell, y: float) -> None:
    limits = interval(cell)
    if visible(cell) is not None and limits is not None:
        left, right = plot.span(limits)
        canvas.box(left, y - BOX_HALF, right, y + BOX_HALF, fill=FILL[sector], edge=SHAPE[sector])


def _labels(canvas: Canvas, plot: Scale, item: ItemResult, y: float) -> None:
    """The lower number left of the boxes, the higher one right; letters of others outside the scale."""
    cells = {Sector.VOLUNTARY: item.voluntary, Sector.PUBLIC: item.public}
    seen = sorted((value, sector) for sector, cell in cells.items() if (value := visible(cell)) is not None)
    left, right = _reach(plot, item)
    places = {sector: (left, "right") for _, sector in seen[:1]} | {
        sector: (right, "left") for _, sector in seen[1:]
    }
    outside = {Sector.VOLUNTARY: (plot.left - 2, "right"), Sector.PUBLIC: (plot.right + 2, "left")}
    for sector, cell in cells.items():
        x, align = places.get(sector, outside[sector])
        canvas.text(x, y, drawn(cell, item.statistic), colour=WORDS[sector], weight=600, align=align)


def _reach(plot: Scale, item: ItemResult) -> tuple[float, float]:
    """How far the marks and boxes of a row reach, in millimetres, with a little air."""
    ends: list[float] = []
    for cell in (item.public, item.voluntary):
        estimate = visible(cell)
        if estimate is not None:
            ends += [
                plot.at(estimate) - 1.3,
                plot.at(estimate) + 1.3,
                *plot.span(interval(cell) or (estimate,) * 2),
            ]
    return (min(ends) - 1.2, max(ends) + 1.2) if ends else (plot.left, plot.right)


def _gap(canvas: Canvas, layout: _Layout, item: ItemResult, y: float) -> None:
    if item.gap is None:
        hidden = BANDS.keys() | {Mark.WITHHELD}
        suppressed = bool(hidden & {item.public.mark, item.voluntary.mark})
        mark = Mark.WITHHELD if suppressed else Mark.NOT_AVAILABLE
        canvas.text(layout.gap, y, bracketed(mark), colour=SLATE, align="right")
        return
    estimate, _, rest = gap_with_interval(item.gap, item.statistic).partition(" ")
    canvas.text(layout.gap, y, estimate, weight=600 if item.gap.clear else 400, align="right")
    if not layout.stacked:
        canvas.text(layout.gap + 1.5, y, rest, colour=SLATE)
