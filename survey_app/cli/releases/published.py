"""The published files of a release beside each other: whether page, PDF and CSV say the same, and add up."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from html import unescape

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from survey_app.errors import InvalidError
from survey_app.reports.long_csv import (
    ALL,
    CHANGE,
    COLUMNS,
    DIFFERENCE,
    EARLIER,
    FIGURES,
    GAPS,
    RATINGS,
    REGION,
    SINCE_BASELINE,
    TOTALS,
)
from survey_app.reports.printed import LOW, MINUS, NO_BREAK, SECTOR_NAMES

Row = dict[str, str]
# Nine shares rounded to whole per cents miss 100 by no more than half of each.
ROUNDING_OF_NINE = 4.5
NOUGHT = r"(?<![\d.,])0\.0+(?![\d.])"  # with or without decimals
NUMBERS = ("estimate", "lower", "upper", "base", "mark")
TABLE_NUMBERS = ("estimate", "lci", "uci", "n", "mark")


def rows_of(text: str, name: str) -> list[Row]:
    """The lines of a long CSV.

    Raises:
        InvalidError: it has other columns.
    """
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")))
    if tuple(reader.fieldnames or ()) != COLUMNS:
        raise InvalidError(f"{name} is no long CSV of a release: its columns are others.")
    return list(reader)


def named(row: Row) -> str:
    """Where a number stands, in words."""
    parts = [row[name] for name in ("table", "item", "option", "statistic", "group", "sector")]
    return ", ".join(part for part in parts if part != ALL)


def unlike_rows(given: list[Row], expected: list[Row]) -> Iterator[str]:
    """Every line that is not as it must be."""
    if len(given) != len(expected):
        yield f"the CSV has {len(given):,} lines, and {len(expected):,} were released"
    for one, other in zip(given, expected, strict=False):
        for column in COLUMNS:
            if one[column] != other[column]:
                released = f"{_said(other[column])} was released"
                yield f"{named(other)}: {column} is {_said(one[column])}, and {released}"


def _said(value: str) -> str:
    return value or "empty"


def unlike_tables(rows: Iterable[Row], tables: str) -> Iterator[str]:
    """Figures that the CSV of the tables has otherwise; both are in the order of the release."""
    lines = csv.DictReader(io.StringIO(tables.lstrip("\ufeff")))
    cells = [line for line in lines if line["statistic"] in ("per cent", "average")]
    # Groups beside regions are in the long CSV alone.
    figures = [row for row in rows if row["table"] == FIGURES and row["breakdown"] in (ALL, REGION)]
    if len(cells) != len(figures):
        yield f"the CSV of the tables has {len(cells):,} figures, the long CSV {len(figures):,}"
    for row, cell in zip(figures, cells, strict=False):
        for name, of_table in zip(NUMBERS, TABLE_NUMBERS, strict=True):
            if row[name] != cell[of_table]:
                other = f"{_said(cell[of_table])} in the CSV of the tables"
                yield f"{named(row)}: {name} is {_said(row[name])} in the long CSV, {other}"


def pdf_text(content: bytes, name: str) -> str:
    """The words of a PDF.

    Raises:
        InvalidError: it cannot be read.
    """
    try:
        return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    except (PyPdfError, ValueError, KeyError) as fault:
        raise InvalidError(f"{name} is damaged: {fault}") from None


def page_text(html: str) -> str:
    """The words of a web page, without drawings and styles."""
    bare = re.sub(r"<(svg|style|script)\b.*?</\1>", " ", html, flags=re.S)
    return unescape(re.sub(r"<[^>]+>", " ", bare))


def of_the_whole(rows: Iterable[Row]) -> list[Row]:
    """What a PDF prints: each sector's figures for the whole. Others are too long for it."""
    return [row for row in rows if row["group"] == ALL and row["sector"] != ALL]


def not_printed(rows: Iterable[Row], text: str, name: str) -> Iterator[str]:
    """Figures of the CSV that stand nowhere in a text with their interval and base."""
    words = f" {_plain(text.replace(LOW, '0'))} "
    for row in rows:
        printed = _printed(row)
        if printed and f" {printed} " not in words:
            yield f"{named(row)}: {printed} is in the CSV and not in {name}"


def _printed(row: Row) -> str:
    """A figure as a table prints it, with its base: `52 (49 to 55) [u] 2,154`; empty for other lines."""
    if row["table"] != FIGURES or not row["estimate"]:
        return ""
    said = _number(row["estimate"])
    if row["lower"] and row["upper"] and row["lower"] != row["upper"]:
        said += f" ({_number(row['lower'])} to {_number(row['upper'])})"
    mark = f" [{row['mark']}]" if row["mark"] else ""
    return f"{said}{mark} {int(row['base']):,}"


def _number(text: str) -> str:
    if text.strip("-0.") == "":
        return "0"
    whole, dot, part = text.partition(".")
    return f"{int(whole):,}{dot}{part}" if whole.lstrip("-").isdigit() else text


def _plain(text: str) -> str:
    return " ".join(re.sub(NOUGHT, "0", text.replace(NO_BREAK, " ").replace(MINUS, "-")).split())


def not_adding_up(rows: list[Row]) -> Iterator[str]:
    """Gaps, changes and ratings that are not what their parts make, but for rounding."""
    figures = {
        (row["item"], row["option"], row["sector"]): row
        for row in rows
        if row["table"] == FIGURES and row["group"] == ALL
    }
    earlier = {
        (row["table"], row["item"], row["option"], row["sector"]): row
        for row in rows
        if row["statistic"].startswith(EARLIER)
    }
    for row in rows:
        key = (row["item"], row["option"], row["sector"])
        if row["statistic"] in (CHANGE, SINCE_BASELINE) and row["estimate"]:
            yield from _apart(row, figures.get(key), earlier.get((row["table"], *key)))
    yield from _gaps(rows, figures)
    yield from _ratings(rows)


def _gaps(rows: list[Row], figures: Mapping[tuple[str, str, str], Row]) -> Iterator[str]:
    for row in rows:
        if row["table"] == GAPS and row["statistic"] == DIFFERENCE:
            sides = (figures.get((row["item"], row["option"], sector)) for sector in SECTOR_NAMES.values())
            yield from _apart(row, *sides)


def _apart(row: Row, first: Row | None, second: Row | None) -> Iterator[str]:
    """A difference is that of two rounded numbers, give or take the rounding of all three."""
    if first is None or second is None or not first["estimate"] or not second["estimate"]:
        return
    step = 1.0 if row["unit"] == "points" else 0.1
    made = float(first["estimate"]) - float(second["estimate"])
    if abs(made - float(row["estimate"])) > 1.5 * step + 1e-9:
        yield f"{named(row)}: {row['estimate']}, and its figures are {made:g} apart"


def _ratings(rows: list[Row]) -> Iterator[str]:
    sums: dict[tuple[str, str], float] = {}
    for row in rows:
        if row["table"] == RATINGS and row["estimate"] and row["option"] not in TOTALS:
            key = (row["item"], row["sector"])
            sums[key] = sums.get(key, 0.0) + float(row["estimate"])
    for (item, sector), total in sums.items():
        if abs(total - 100) > ROUNDING_OF_NINE:
            yield f"{RATINGS}, {item}, {sector}: the nine points add up to {total:g} per cent"
