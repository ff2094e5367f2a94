"""A sheet measured in millimetres on which every chart is drawn, and the SVG that it gives.

Millimetres run from the top left corner, so that points are points in print. The SVG carries
presentation attributes in place of styles (a page that refuses inline styles can hold it), no
identifiers (several fit on one page) and its text alternative as a direct `<title>`.
"""

import io
import re
from functools import cache
from pathlib import Path
from typing import Any

from matplotlib import font_manager, rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from matplotlib.patches import Circle, Polygon, Rectangle

from sampling.frame import Sector

HARBOUR, COPPER, COPPER_DARK = "#123F5F", "#D9691A", "#97430A"
INK, SLATE, EDGE, RULE = "#16202A", "#4A5763", "#7C8892", "#C5CED4"
HAIRLINE, WHITE = "#DDE3E7", "#FFFFFF"
SHAPE = {Sector.PUBLIC: HARBOUR, Sector.VOLUNTARY: COPPER}
WORDS = {Sector.PUBLIC: HARBOUR, Sector.VOLUNTARY: COPPER_DARK}
FILL = {Sector.PUBLIC: "#D3DEE6", Sector.VOLUNTARY: "#FBEBDD"}

MM_PER_INCH = 25.4
MM_PER_POINT = MM_PER_INCH / 72
SIZE = 10.5
LEADING = 4.6  # millimetres between two lines of one label
FAMILY = "Source Sans 3"
FONTS = Path(__file__).parents[2] / "static" / "fonts" / "ttf"
FACES = {400: FONTS / "SourceSans3-Regular.ttf", 600: FONTS / "SourceSans3-SemiBold.ttf"}
SETTINGS: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "compact-monitor",
    "font.family": FAMILY,
    "font.size": SIZE,
    "figure.dpi": 72,
}


class Canvas:
    """One drawing of `width` by `height` millimetres; what is drawn later lies on top."""

    def __init__(self, width: float, height: float) -> None:
        _register_faces()
        self.width, self.height = width, height
        with rc_context(SETTINGS):
            self._figure = Figure(figsize=(width / MM_PER_INCH, height / MM_PER_INCH))
            self._axes: Axes = self._figure.add_axes((0, 0, 1, 1))
        self._axes.set_axis_off()
        self._axes.set(xlim=(0, width), ylim=(height, 0))
        self._layers = 0

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        colour: str = INK,
        weight: int = 400,
        size: float = SIZE,
        align: str = "left",
    ) -> None:
        """One line of text whose middle height is at `y`; weight 400 or 600, size in points."""
        baseline = y + 0.33 * size * MM_PER_POINT  # the same for every word, with descenders or without
        self._axes.text(
            x,
            baseline,
            words,
            color=colour,
            weight=weight,
            size=size,
            family=FAMILY,
            ha=align,
            va="baseline",
            zorder=self._next(),
            clip_on=False,
            parse_math=False,
        )

    def lines(self, x: float, y: float, lines: tuple[str, ...], *, weight: int = 400) -> None:
        """Lines of one label, the block's middle at `y`."""
        top = y - (len(lines) - 1) * LEADING / 2
        for index, line in enumerate(lines):
            self.text(x, top + index * LEADING, line, weight=weight)

    def line(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        *,
        colour: str = RULE,
        points: float = 0.6,
        dashes: tuple[float, float] | None = None,
    ) -> None:
        """A straight line `points` thick; `dashes` are the lengths of dash and space in points."""
        self._axes.plot(
            (start[0], end[0]),
            (start[1], end[1]),
            color=colour,
            linewidth=points,
            linestyle=(0, dashes) if dashes else "solid",
            dash_capstyle="butt",
            solid_capstyle="butt",
            zorder=self._next(),
            clip_on=False,
        )

    def box(
        self, left: float, top: float, right: float, bottom: float, *, fill: str, edge: str = "none"
    ) -> None:
        """A rectangle; without `edge` it has no outline."""
        self._axes.add_patch(
            Rectangle(
                (left, top),
                right - left,
                bottom - top,
                facecolor=fill,
                edgecolor=edge,
                linewidth=0.9,
                zorder=self._next(),
                clip_on=False,
            )
        )

    def mark(self, sector: Sector, x: float, y: float, *, filled: bool = True, radius: float = 1.35) -> None:
        """A sector's mark: a circle (public) or diamond (voluntary), hollow where it could be chance."""
        self.shape(sector, x, y, colour=SHAPE[sector], radius=radius, filled=filled)

    def shape(
        self, sector: Sector, x: float, y: float, *, colour: str, radius: float, filled: bool = True
    ) -> None:
        """The sector's mark in a colour of its own, as on the cover and for England as a whole."""
        face = colour if filled else WHITE
        inset = 0 if filled else 0.2  # a hollow mark's line would make it larger than a filled one
        reach = (radius if sector is Sector.PUBLIC else radius * 1.22) - inset
        corners = ((x - reach, y), (x, y - reach), (x + reach, y), (x, y + reach))
        patch = Circle((x, y), reach) if sector is Sector.PUBLIC else Polygon(corners, closed=True)
        patch.set(facecolor=face, edgecolor=colour, linewidth=0.4 if filled else 1.3)
        patch.set(zorder=self._next(), clip_on=False)
        self._axes.add_patch(patch)

    def svg(self, alternative: str) -> str:
        """The drawing as an SVG element; `alternative` says in words and numbers what it shows."""
        drawn = io.StringIO()
        about = {"Title": alternative, "Date": None, "Creator": None}
        with rc_context(SETTINGS):
            self._figure.savefig(drawn, format="svg", transparent=True, metadata=about)
        return _embeddable(drawn.getvalue())

    def _next(self) -> int:
        self._layers += 1
        return self._layers


@cache
def _register_faces() -> None:
    for path in FACES.values():
        font_manager.fontManager.addfont(path)


@cache
def _face(weight: int) -> FT2Font:
    return FT2Font(str(FACES[weight]))


def text_width(words: str, *, weight: int = 400, size: float = SIZE) -> float:
    """Width in millimetres of one line of text; a letter that the face lacks counts as an n."""
    face = _face(weight)
    face.set_size(size, 72)
    known = (letter if face.get_char_index(ord(letter)) else "n" for letter in words)
    face.set_text("".join(known))
    return float(face.get_width_height()[0]) / 64 * MM_PER_POINT


def wrapped(words: str, width: float, *, weight: int = 400, size: float = SIZE) -> tuple[str, ...]:
    """Lines no wider than `width` millimetres, broken between words; a longer word stands alone."""
    lines: list[str] = []
    for word in words.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, weight=weight, size=size) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return tuple(lines)


def _embeddable(svg: str) -> str:
    body = svg[svg.index("<svg") :]
    body = re.sub(r"<metadata>.*?</metadata>|<defs>.*?</defs>", "", body, flags=re.DOTALL)
    body = re.sub(r'<path d="[^"]*" style="fill: none"/>', "", body, count=1)  # the sheet itself
    body = re.sub(r' id="[^"]*"| xmlns:xlink="[^"]*"| version="1.1"| transform="rotate\(-0 [^"]*"', "", body)
    body = re.sub(r' style="([^"]*)"', _attributes, body)
    body = re.sub(r"</?g>", "", body)
    body = re.sub(r"\s*\n\s*", " ", body).replace("> <", "><")
    root = '<svg class="chart" role="img" stroke-linejoin="round" stroke-linecap="butt"'
    return body.replace("<svg", root, 1).strip()


def _attributes(style: re.Match[str]) -> str:
    pairs = (part.split(":", 1) for part in style.group(1).split(";") if part.strip())
    said = {name.strip(): value.strip() for name, value in pairs}
    if "font-family" in said:
        said["font-family"] = f"'{FAMILY}', '{FAMILY} Ext', Arial, sans-serif"
    return "".join(f' {name}="{value}"' for name, value in said.items())
