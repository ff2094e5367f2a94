"""How a number is printed: one place for rounding, marks and dates, for page, PDF and CSV alike.

Shares are printed as whole per cent, averages to one decimal and their changes to two, halves away
from zero. What would print as nought and is none is `[low]`; the limit of a difference has one decimal more
there, since nought is what it is held against. A cell that carries a suppressing mark is printed as that
mark, whatever else it may hold; a band has words and a base.
"""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from sampling.disclosure.items import Rules
from sampling.frame import Sector
from survey_app.reports.contents import Cell, Change, Gap, Mark

BANDS_OF = {Sector.PUBLIC: "kind of body", Sector.VOLUNTARY: "yearly income"}
SECTOR_NAMES = {Sector.PUBLIC: "Public bodies", Sector.VOLUNTARY: "Voluntary organisations"}
PROPORTION = "proportion"
FEW = Rules().band_limit
BANDS = {Mark.FEW: f"fewer than {FEW}", Mark.ALL_BUT_FEW: f"all but fewer than {FEW}"}
SYMBOLS = {Mark.FEW: f"<{FEW}", Mark.ALL_BUT_FEW: f"all but <{FEW}"}
LETTERS = frozenset({Mark.WITHHELD, Mark.NOT_APPLICABLE, Mark.NOT_AVAILABLE})
SUPPRESSING = LETTERS | BANDS.keys()
CHANGELESS = SUPPRESSING | {Mark.DISCONTINUITY}
MINUS = "\u2212"
LOW = "[low]"
NO_BREAK = "\u00a0"


def visible(cell: Cell) -> float | None:
    """The estimate, or None where the mark hides it: charts place nothing that this does not return."""
    return None if cell.mark in SUPPRESSING else cell.estimate


def interval(cell: Cell) -> tuple[float, float] | None:
    """Both limits in the cell's unit; None where suppressed, not computed, or of no width (a full count)."""
    if visible(cell) is None or cell.lci is None or cell.uci is None or cell.lci == cell.uci:
        return None
    return cell.lci, cell.uci


def rounded(value: float, statistic: str) -> Decimal:
    """`value` as published: a share times 100 to a whole number, an average to one decimal."""
    return _to_step(value, statistic, Decimal("0.1"))


def rounded_change(value: float, statistic: str) -> Decimal:
    """A change as published: of a share in whole points, of an average to two decimals."""
    return _to_step(value, statistic, Decimal("0.01"))


def rounded_limit(value: float, statistic: str) -> Decimal:
    """A limit of a gap as published: as `rounded`, with one decimal more where that is nought."""
    return _or_finer(rounded(value, statistic), value, statistic, Decimal("0.01"))


def rounded_change_limit(value: float, statistic: str) -> Decimal:
    """A limit of a change as published: as `rounded_change`, with one decimal more where that is nought."""
    return _or_finer(rounded_change(value, statistic), value, statistic, Decimal("0.001"))


def _to_step(value: float, statistic: str, of_average: Decimal) -> Decimal:
    exact, step = Decimal(repr(float(value))), of_average
    if statistic == PROPORTION:
        exact, step = exact * 100, Decimal("1")
    return exact.quantize(step, rounding=ROUND_HALF_UP) + 0  # adding 0 turns a rounded -0 into 0


def _or_finer(printed: Decimal, value: float, statistic: str, of_average: Decimal) -> Decimal:
    return printed if printed or not value else _finer(value, statistic, of_average)


def _finer(value: float, statistic: str, of_average: Decimal) -> Decimal:
    """With a decimal more; five of them, which would be one of those before when rounded again, are four."""
    exact, step = Decimal(repr(float(value))), of_average
    if statistic == PROPORTION:
        exact, step = exact * 100, Decimal("0.1")
    near = exact.quantize(step, rounding=ROUND_HALF_UP)
    return near if abs(near) < 5 * step else near - step.copy_sign(near)


def number(value: float, statistic: str) -> str:
    """`52`, `3.4`, with a true minus sign: `−2`; `[low]` for what rounds to nought and is none."""
    return _or_low(rounded(value, statistic), value)


def difference(value: float, statistic: str) -> str:
    """A gap as it is printed: `29`, `−2`, and `0` where it is less than half of a step."""
    return _said(rounded(value, statistic))


def _or_low(printed: Decimal, value: float) -> str:
    return LOW if value and not printed else _said(printed)


def _said(value: Decimal) -> str:
    return f"{value:,f}".replace("-", MINUS)


def percent(share: float) -> str:
    """`52%`; `less than 1%` for what rounds to nought and is none."""
    return "less than 1%" if share and not rounded(share, PROPORTION) else f"{number(share, PROPORTION)}%"


def bracketed(mark: Mark) -> str:
    """`[c]`, `<3` for a band, or nothing for no mark."""
    if mark in SYMBOLS:
        return SYMBOLS[mark]
    return f"[{mark.value}]" if mark else ""


def written(mark: Mark) -> str:
    """The mark in a file: its letter, or the words of a band."""
    return BANDS.get(mark, mark.value)


def drawn(cell: Cell, statistic: str) -> str:
    """As `shown`, where a drawing has little room: `<3`, `all but <3`."""
    return SYMBOLS.get(cell.mark) or shown(cell, statistic)


def shown(cell: Cell, statistic: str) -> str:
    """`52`, `52 [u]`, `fewer than 3 of 15`, or the mark alone: never blank.

    A number that is missing unmarked prints as [x].
    """
    if cell.mark in BANDS:
        return f"{BANDS[cell.mark]} of {base(cell)}"
    estimate = visible(cell)
    if estimate is None:
        return bracketed(cell.mark if cell.mark in SUPPRESSING else Mark.NOT_AVAILABLE)
    return _marked(number(estimate, statistic), cell.mark)


def with_interval(cell: Cell, statistic: str) -> str:
    """`52 (49 to 55)`, `52 (49 to 55) [u]`, or the mark alone; no bracket where there is no interval."""
    limits, estimate = interval(cell), visible(cell)
    if limits is None or estimate is None:
        return shown(cell, statistic)
    return _marked(f"{number(estimate, statistic)} ({between(*limits, statistic)})", cell.mark)


def divided_by(sector: Sector, by: str) -> str:
    """By what a sector is divided: `region`, or for its groups `kind of body` or `yearly income`."""
    return "region" if by == "region" else BANDS_OF[sector]


def between(low: float, high: float, statistic: str) -> str:
    """`49 to 55`."""
    return f"{number(low, statistic)} to {number(high, statistic)}"


def base(cell: Cell) -> str:
    """The unweighted base, `2,154`; the mark where it is withheld with its estimate."""
    if cell.mark in LETTERS or cell.n is None:
        return bracketed(cell.mark if cell.mark in LETTERS else Mark.NOT_AVAILABLE)
    return count(cell.n)


def count(value: int) -> str:
    """`2,154`."""
    return f"{value:,}"


def gap_with_interval(gap: Gap, statistic: str) -> str:
    """`29 (25 to 33)`, public minus voluntary."""
    return f"{difference(gap.estimate, statistic)} ({gap_between(gap.lci, gap.uci, statistic)})"


def gap_between(low: float, high: float, statistic: str) -> str:
    """`25 to 33`, `0.4 to 7`."""
    return " to ".join(_or_low(rounded_limit(end, statistic), end) for end in (low, high))


def signed(value: float, statistic: str) -> str:
    """`+5`, `−2`, `0`, `+0.35`."""
    change = rounded_change(value, statistic)
    return f"+{_said(change)}" if change > 0 else _said(change)


def change_between(low: float, high: float, statistic: str) -> str:
    """`2 to 8`, `−0.05 to 0.14`, `0.4 to 8`."""
    return " to ".join(_or_low(rounded_change_limit(end, statistic), end) for end in (low, high))


def moved(change: Change) -> float | None:
    """The change, or None where the mark hides it: charts place nothing that this does not return."""
    return None if change.mark in CHANGELESS else change.estimate


def is_clear(change: Change) -> bool:
    """Whether a change that may be shown is clear."""
    return change.clear and moved(change) is not None


def change_shown(change: Change, statistic: str) -> str:
    """`+5`, `+5 [u]`, or the mark alone."""
    value = moved(change)
    if value is None:
        return bracketed(change.mark if change.mark in CHANGELESS else Mark.NOT_AVAILABLE)
    return _marked(signed(value, statistic), change.mark)


def change_interval(change: Change) -> tuple[float, float] | None:
    """Both limits; None where suppressed, not computed, or of no width."""
    if moved(change) is None or change.lci is None or change.uci is None or change.lci == change.uci:
        return None
    return change.lci, change.uci


def change_with_interval(change: Change, statistic: str) -> str:
    """`+5 (2 to 8)`, `+5 (−2 to 12) [u]`, or the mark alone."""
    value, limits = moved(change), change_interval(change)
    if value is None or limits is None:
        return change_shown(change, statistic)
    return _marked(f"{signed(value, statistic)} ({change_between(*limits, statistic)})", change.mark)


def long_date(day: date) -> str:
    """`1 September 2026`."""
    return f"{day.day}{NO_BREAK}{day:%B} {day.year}"


def year_since(then: date, title: str, now: date) -> str:
    """How an earlier round is called beside this one: its year, or its title where the year is the same."""
    return str(then.year) if then.year != now.year else title


def wave_names(then: date, now: date) -> tuple[str, str]:
    """How two rounds are called at the head of a column: by year, unless both are of one year."""
    return (str(then.year), str(now.year)) if then.year != now.year else ("Earlier", "This round")


def _marked(words: str, mark: Mark) -> str:
    return f"{words} {bracketed(mark)}" if mark else words


def both_labels(short: str, short_voluntary: str) -> str:
    """What is asked or offered, in each sector's own words where they are not the same."""
    if not short_voluntary or short_voluntary == short:
        return short
    question, colon, own = short_voluntary.partition(": ")
    same = colon and short.startswith(f"{question}: ")
    return f"{short} (public bodies); {own if same else short_voluntary} (voluntary organisations)"


def within_a_sentence(text: str) -> str:
    """The text as it stands inside a sentence; a word in capitals stays so."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]
