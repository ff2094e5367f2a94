"""A file in, one list out: read, checked, and reported on by row, column and value.

A gap (no region, no income) is counted and kept. A fault (an unknown region, an
identifier given twice, bytes that are not UTF-8) is reported together with all others.
"""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from sampling.errors import SamplingError
from sampling.frame import FRAME_COLUMNS, STATUS_COLUMNS, Entry, Sector, entry_of
from sampling.source_rows import Fault, RowCheck
from sampling.texts import cleaned, folded, one_spelling
from sampling.vocabulary import rural

MAX_FILE_BYTES = 50_000_000
KNOWN_COLUMNS = FRAME_COLUMNS | {"email"}
_NEEDED = {
    Sector.PUBLIC: {"source_id", "name", "region", "body_type", "status"},
    Sector.VOLUNTARY: {"source_id", "name", "region", "income_band"},
}


class UnreadableListError(SamplingError):
    """The file as a whole cannot be read as a list; nothing can be said of its rows."""


@dataclass(frozen=True)
class ListReading:
    """What was read: sound entries, the faults of the others, and gaps by column.

    `unread` counts by column the words that are kept, but are none that we understand.
    """

    sector: Sector
    entries: tuple[Entry, ...]
    faults: tuple[Fault, ...]
    gaps: Mapping[str, int]
    unread: Mapping[str, int]
    faulty_rows: Mapping[int, Mapping[str, str]]


def _any_address(_email: str) -> str:
    return ""


def read_list(
    content: bytes,
    *,
    sector: Sector | None = None,
    dated: date | None = None,
    address_fault: Callable[[str], str] = _any_address,
) -> ListReading:
    """Read a CSV list of public bodies or of VCOs.

    Public bodies have the columns source_id, name, region, body_type, status; VCOs have
    source_id, name, region, income_band. More columns are kept with the record.

    Args:
        sector: whom the list names; None where its header alone says so.
        dated: the list's own date, which no year in it comes after.
        address_fault: what is wrong with an e-mail address, in words; empty for nothing.

    Raises:
        UnreadableListError: the file is too large, is no CSV in UTF-8, lacks a column, or does not say
            which sector it is of.
    """
    text = decoded(content)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as fault:
        raise UnreadableListError(
            f"This is no sound CSV file: {fault}. Save it again as CSV UTF-8."
        ) from None
    if not rows or not any(rows[0]):
        raise UnreadableListError("The file is empty. Its first row must name the columns.")
    header = [one_spelling(cleaned(name), KNOWN_COLUMNS) for name in rows[0]]
    sector = _sector_of(header, sector)
    _check_header(header, sector, tabbed="\t" in rows[0][0])
    return _read_rows(rows[1:], RowCheck(header, sector, dated, address_fault))


def decoded(content: bytes) -> str:
    """The text of a CSV file in UTF-8.

    Raises:
        UnreadableListError: too large, a workbook, another encoding, or no text at all.
    """
    if len(content) > MAX_FILE_BYTES:
        raise UnreadableListError(
            f"The file has {len(content):,} bytes; the maximum is {MAX_FILE_BYTES:,}. Split the list."
        )
    if content[:4] == b"PK\x03\x04" or content[:4] == b"\xd0\xcf\x11\xe0":
        raise UnreadableListError(
            "This is an Excel workbook, not a CSV file. In Excel, save it as CSV UTF-8."
        )
    content = content.removeprefix(codecs.BOM_UTF8)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as fault:
        row = content[: fault.start].count(b"\n") + 1
        raise UnreadableListError(
            f"Row {row} holds the byte {content[fault.start]:#04x}, which is not UTF-8. "
            "In Excel, save the list as CSV UTF-8."
        ) from None
    if "\x00" in text:
        raise UnreadableListError("The file holds zero bytes: it is no text. Save it again as CSV UTF-8.")
    return text


def _sector_of(header: list[str], chosen: Sector | None) -> Sector:
    """The sector that was chosen; else the one whose column the header has, if it has not those of both."""
    if chosen is not None:
        return chosen
    if "body_type" in header and "income_band" in header:
        raise UnreadableListError(
            "The first row has both body_type and income_band. Say whether this is a list of public bodies "
            "or of voluntary organisations, or take one of the columns away."
        )
    return Sector.PUBLIC if "body_type" in header else Sector.VOLUNTARY


def _check_header(header: list[str], sector: Sector, *, tabbed: bool) -> None:
    doubled = [name for name, times in Counter(header).items() if times > 1 and name]
    if doubled:
        raise UnreadableListError(f"The column {doubled[0]!r} is there twice. Rename or remove one.")
    missing = sorted(_NEEDED[sector] - set(header))
    if missing:
        sign = "tabs" if tabbed else "semicolons"
        hint = f" It may be separated by {sign}: commas are needed." if len(header) == 1 else ""
        raise UnreadableListError(
            f"The first row lacks the columns {', '.join(missing)}. A list of public bodies has source_id, "
            "name, region, body_type and status; a list of VCOs source_id, name, region and income_band."
            f"{hint}"
        )
    known = dict.fromkeys(column for columns in STATUS_COLUMNS.values() for column in columns)
    deciding = [column for column in known if column in header]
    if len(deciding) > 1:
        raise UnreadableListError(
            f"The columns {' and '.join(deciding)} both say whether an organisation is still there. "
            "Keep the one that is right."
        )


@dataclass
class _Counts:
    gaps: Counter[str] = field(default_factory=Counter)
    unread: Counter[str] = field(default_factory=Counter)

    def add(self, entry: Entry) -> None:
        self.gaps.update(
            column for column in ("region", "kind", "size", "area") if not getattr(entry, column)
        )
        self.unread["rural_urban"] += bool(entry.rural_urban and not rural(entry.rural_urban))


def _read_rows(rows: Iterable[list[str]], check: RowCheck) -> ListReading:
    entries: list[Entry] = []
    faults: list[Fault] = []
    faulty: dict[int, Mapping[str, str]] = {}
    seen: dict[str, tuple[int, str]] = {}
    counts = _Counts()
    for number, values in enumerate(rows, start=2):
        if not any(cleaned(value) for value in values):
            continue
        fields = check.fields_of(values)
        row_faults = check.faults(number, values, fields, seen)
        if row_faults:
            faults.extend(row_faults)
            faulty[number] = fields
            continue
        seen[folded(fields["source_id"])] = number, fields["source_id"]
        entry = entry_of(number, fields, check.sector)
        entries.append(entry)
        counts.add(entry)
    if not entries and not faults:
        raise UnreadableListError("The file names its columns and holds no organisation.")
    gaps = _shown_gaps(counts.gaps, check.sector)
    unread = {column: count for column, count in counts.unread.items() if count}
    return ListReading(check.sector, tuple(entries), tuple(faults), gaps, unread, faulty)


def _shown_gaps(gaps: Counter[str], sector: Sector) -> Mapping[str, int]:
    # A public body has neither an income band nor, on our lists, an area of its own.
    columns = ("region", "kind") if sector is Sector.PUBLIC else ("region", "size", "area")
    return {column: gaps[column] for column in columns}
