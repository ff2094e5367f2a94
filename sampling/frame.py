"""One list of organisations: read, checked, and reported on by row, column and value.

A gap (no region, no income) is counted and kept. A fault (an unknown region, an
identifier given twice, bytes that are not UTF-8) is reported together with all others.
"""

import codecs
import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sampling.errors import SamplingError


class Sector(StrEnum):
    """The two sides of the agreement."""

    PUBLIC = "public_body"
    VOLUNTARY = "vco"

    @property
    def words(self) -> str:
        """What a sentence calls its members."""
        return "public bodies" if self is Sector.PUBLIC else "voluntary organisations"


# North to south, as tables and charts list them; "National" holds central bodies.
ENGLISH_REGIONS = (
    "North East",
    "North West",
    "Yorkshire and The Humber",
    "East Midlands",
    "West Midlands",
    "East of England",
    "London",
    "South East",
    "South West",
)
NATIONAL = "National"
REGIONS = (*ENGLISH_REGIONS, NATIONAL)
INCOME_BANDS = ("0", "under 10k", "10k-100k", "100k-1m", "1m-10m", "10m-100m", "100m+")
NOT_KNOWN = "not known"
CURRENT = "current"
# What a register says of a public body; "listed" is followed by the year in which somebody saw it last.
STATUSES = (CURRENT, "former", "closed", "listed 2017")
YES, NO = "yes", "no"
# How official classifications of places begin: places that are wholly or mostly rural, and the others.
RURAL = ("rural", "sparse", "mainly rural", "largely rural")
URBAN = ("urban",)

# What a frame is made of. Whatever else a list brings may be about people, and is kept apart.
FRAME_COLUMNS = frozenset(
    {
        "source_id",
        "name",
        "region",
        "body_type",
        "status",
        "register_status",
        "income_band",
        "classification",
        "local_authority",
        "rural_urban",
        "bme_led",
    }
)

MAX_FILE_BYTES = 50_000_000
# Characters: what the database's columns hold, so that a list is refused before it gets there.
MAX_LENGTHS = {
    "source_id": 120,
    "name": 400,
    "body_type": 60,
    "classification": 200,
    "local_authority": 120,
    "rural_urban": 40,
    "email": 254,
}


class UnreadableListError(SamplingError):
    """The file as a whole cannot be read as a list; nothing can be said of its rows."""


@dataclass(frozen=True)
class Fault:
    """What is wrong in one place, and how to correct it. Row 1 is the header."""

    row: int
    column: str
    value: str
    message: str

    def __str__(self) -> str:
        shown = f" {self.value[:60]!r}" if self.value else ""
        return f"row {self.row}, {self.column}{shown}: {self.message}"

    @property
    def place(self) -> str:
        """The same without what stands there, which may be about a person: a column may have shifted."""
        return f"row {self.row}, {self.column}: {self.message}"


@dataclass(frozen=True)
class Entry:
    """One organisation on one list. Empty text is a gap."""

    row: int
    source_id: str
    name: str
    sector: Sector
    region: str
    kind: str
    size: str
    area: str
    rural_urban: str
    bme_led: str
    email: str
    in_scope: bool
    scope_reason: str
    fields: Mapping[str, str]


@dataclass(frozen=True)
class ListReading:
    """What was read: sound entries, the faults of the others, and gaps by column."""

    entries: tuple[Entry, ...]
    faults: tuple[Fault, ...]
    gaps: Mapping[str, int]
    faulty_rows: Mapping[int, Mapping[str, str]]


def _any_address(_email: str) -> str:
    return ""


def read_list(content: bytes, *, address_fault: Callable[[str], str] = _any_address) -> ListReading:
    """Read a CSV list of public bodies or of VCOs; the header says which.

    Public bodies have the columns source_id, name, region, body_type, status; VCOs have
    source_id, name, region, income_band. More columns are kept with the record.

    Args:
        address_fault: what is wrong with an e-mail address, in words; empty for nothing.

    Raises:
        UnreadableListError: the file is too large, is no CSV in UTF-8, or lacks a column.
    """
    text = _decoded(content)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as fault:
        raise UnreadableListError(
            f"This is no sound CSV file: {fault}. Save it again as CSV UTF-8."
        ) from None
    if not rows or not any(rows[0]):
        raise UnreadableListError("The file is empty. Its first row must name the columns.")
    header = [name.strip() for name in rows[0]]
    return _read_rows(header, rows[1:], _sector_of(header), address_fault)


def _decoded(content: bytes) -> str:
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


def _sector_of(header: list[str]) -> Sector:
    doubled = [name for name, times in Counter(header).items() if times > 1 and name]
    if doubled:
        raise UnreadableListError(f"The column {doubled[0]!r} is there twice. Rename or remove one.")
    needed = {"source_id", "name", "region"}
    sector = Sector.PUBLIC if "body_type" in header else Sector.VOLUNTARY
    needed |= {"body_type", "status"} if sector is Sector.PUBLIC else {"income_band"}
    missing = sorted(needed - set(header))
    if missing:
        hint = " It may be separated by semicolons: commas are needed." if len(header) == 1 else ""
        raise UnreadableListError(
            f"The first row lacks the columns {', '.join(missing)}. A list of public bodies has source_id, "
            "name, region, body_type and status; a list of VCOs source_id, name, region and income_band."
            f"{hint}"
        )
    return sector


def _read_rows(
    header: list[str], rows: Iterable[list[str]], sector: Sector, address_fault: Callable[[str], str]
) -> ListReading:
    entries: list[Entry] = []
    faults: list[Fault] = []
    faulty: dict[int, Mapping[str, str]] = {}
    seen: dict[str, int] = {}
    gaps: Counter[str] = Counter()
    for number, values in enumerate(rows, start=2):
        if not any(values):
            continue
        fields = dict(zip(header, (value.strip() for value in values), strict=False))
        row_faults = _row_faults(number, header, values, fields, sector, seen)
        row_faults += _address_faults(number, fields.get("email", ""), address_fault)
        if row_faults:
            faults.extend(row_faults)
            faulty[number] = fields
            continue
        seen[fields["source_id"]] = number
        entry = entry_of(number, fields, sector)
        entries.append(entry)
        gaps.update(column for column in ("region", "size", "area") if not getattr(entry, column))
    if not entries and not faults:
        raise UnreadableListError("The file names its columns and holds no organisation.")
    return ListReading(tuple(entries), tuple(faults), _shown_gaps(gaps, sector), faulty)


def _shown_gaps(gaps: Counter[str], sector: Sector) -> Mapping[str, int]:
    # A public body has neither an income band nor, on our lists, an area of its own.
    columns = ("region",) if sector is Sector.PUBLIC else ("region", "size", "area")
    return {column: gaps[column] for column in columns}


def _row_faults(
    number: int,
    header: list[str],
    values: list[str],
    fields: Mapping[str, str],
    sector: Sector,
    seen: Mapping[str, int],
) -> list[Fault]:
    if len(values) != len(header):
        message = (
            f"has {len(values)} fields where the header has {len(header)}; look for a stray comma or quote"
        )
        return [Fault(number, "row", "", message)]
    faults = []
    for column in ("source_id", "name"):
        if not fields[column]:
            faults.append(Fault(number, column, "", "is empty; every organisation needs one"))
    if fields["source_id"] in seen:
        message = f"stands in row {seen[fields['source_id']]} too; identifiers must differ"
        faults.append(Fault(number, "source_id", fields["source_id"], message))
    for column, maximum in MAX_LENGTHS.items():
        if len(fields.get(column, "")) > maximum:
            faults.append(Fault(number, column, fields[column], f"is longer than {maximum} characters"))
    faults.extend(_unknown(number, fields, "region", REGIONS))
    if sector is Sector.PUBLIC:
        return faults + _unknown_status(number, fields["status"])
    faults.extend(_unknown(number, fields, "income_band", INCOME_BANDS))
    faults.extend(_unknown(number, fields, "bme_led", (YES, NO)))
    return faults


def _address_faults(number: int, email: str, address_fault: Callable[[str], str]) -> list[Fault]:
    if not email or len(email) > MAX_LENGTHS["email"] or not (message := address_fault(email)):
        return []
    return [Fault(number, "email", email, message)]


def _unknown_status(number: int, status: str) -> list[Fault]:
    """Another word for current would leave the body out of every panel, and nobody would notice."""
    if status in STATUSES or re.fullmatch(r"listed \d{4}", status):
        return []
    return [Fault(number, "status", status, f"is not one of {', '.join(STATUSES)}")]


def _unknown(number: int, fields: Mapping[str, str], column: str, known: tuple[str, ...]) -> list[Fault]:
    value = fields.get(column, "")
    if not value or value in known:
        return []
    return [Fault(number, column, value, f"is not one of {', '.join(known)}")]


def entry_of(number: int, fields: Mapping[str, str], sector: Sector) -> Entry:
    """The entry that a sound row stands for."""
    public = sector is Sector.PUBLIC
    in_scope, reason = _scope(fields, sector)
    return Entry(
        row=number,
        source_id=fields["source_id"],
        name=fields["name"],
        sector=sector,
        region=fields["region"],
        kind=fields.get("body_type" if public else "classification", ""),
        size="" if public else fields["income_band"],
        area=fields.get("local_authority", ""),
        rural_urban=fields.get("rural_urban", ""),
        bme_led="" if public else fields.get("bme_led", ""),
        email=fields.get("email", ""),
        in_scope=in_scope,
        scope_reason=reason,
        fields=fields,
    )


def rural(rural_urban: str) -> str:
    """Whether a place is rural, by how its classification begins: yes, no, or empty where it does not say."""
    words = rural_urban.strip().lower()
    if words.startswith(RURAL):
        return YES
    return NO if words.startswith(URBAN) else ""


def _scope(fields: Mapping[str, str], sector: Sector) -> tuple[bool, str]:
    """Which records are in scope, and why (R07, R18).

    Public bodies: those that are current, and central departments, whose register of
    2017 names no end. VCOs: all but those removed from the register.
    """
    if sector is Sector.VOLUNTARY:
        if fields.get("register_status") == "removed":
            return False, "removed from the register"
        return True, "on the list"
    status = fields["status"]
    if status == CURRENT:
        return True, "current"
    if status.startswith("listed") and fields["body_type"] == "central department":
        return True, f"department {status} with no end date"
    if status.startswith("listed"):
        return False, f"{status}, not confirmed since"
    return False, "no longer exists"
