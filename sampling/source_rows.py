"""What can be wrong with one row of a list, told by column and value."""

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from sampling.frame import END_COLUMNS, MAX_LENGTHS, Sector, status_of
from sampling.spreadsheets import as_written
from sampling.texts import cleaned, damage, folded, one_spelling
from sampling.vocabulary import (
    CURRENT,
    GONE,
    INCOME_BANDS,
    NO,
    ON_REGISTER,
    REGIONS,
    STATUSES,
    YES,
    is_gone,
    year_listed,
)

# Rows that are about the table and not of it, by what stands in place of an identifier or of a name.
_TOTALS = r"(grand |overall |sub-? ?)?totals?( (for|of) .*)?"
_ABOUT_THE_TABLE = {
    "source_id": re.compile(rf"{_TOTALS}|(sub-? ?)?total .*|sum|(sources?|(foot)?notes?)( [0-9]+)?(:.*)?"),
    "name": re.compile(_TOTALS),
}
_FIRST_YEAR = 1900
_BRITISH = re.compile(r"^(\d\d)/(\d\d)/(\d{4})")
_SHOWN_TEXTS = ("name", "body_type", "classification", "local_authority")


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
class RowCheck:
    """What the rows of one list are held against."""

    header: list[str]
    sector: Sector
    dated: date | None
    address_fault: Callable[[str], str]

    def fields_of(self, values: list[str]) -> Mapping[str, str]:
        """A row by its columns, each text without blanks at its ends and signs that cannot be seen."""
        return dict(zip(self.header, map(cleaned, map(as_written, values)), strict=False))

    def faults(
        self,
        number: int,
        values: list[str],
        fields: Mapping[str, str],
        seen: Mapping[str, tuple[int, str]],
    ) -> list[Fault]:
        """Everything that is wrong with a row; `seen` has the rows before it by their folded identifiers."""
        if len(values) != len(self.header):
            message = (
                f"has {len(values)} fields where the header has {len(self.header)}; "
                "look for a stray comma or quote"
            )
            return [Fault(number, "row", "", message)]
        if about := _about_the_table(fields):
            return [Fault(number, *about)]
        columns = {
            **_identity_faults(fields, seen),
            **_text_faults(fields),
            **_word_faults(fields, self.sector),
            **self._status_fault(fields),
            **self._email_fault(fields),
        }
        order = ("source_id", "name")
        ranked = sorted(columns, key=lambda column: order.index(column) if column in order else len(order))
        return [Fault(number, column, fields.get(column, ""), columns[column]) for column in ranked]

    def _email_fault(self, fields: Mapping[str, str]) -> dict[str, str]:
        email = fields.get("email", "")
        message = self.address_fault(email) if email and len(email) <= MAX_LENGTHS["email"] else ""
        return {"email": message} if message else {}

    def _status_fault(self, fields: Mapping[str, str]) -> dict[str, str]:
        """Another word for current leaves a body out of every panel; one for removed has the dead asked."""
        column, status = status_of(fields, self.sector)
        if message := self._wrong_status(status):
            return {column: message}
        for ended in END_COLUMNS:
            if self._is_over(fields.get(ended, "")) and status and not is_gone(status):
                return {
                    ended: f"lies in the past, and {column} says {status!r}; correct the one that is wrong"
                }
        return {}

    def _wrong_status(self, status: str) -> str:
        public = self.sector is Sector.PUBLIC
        if is_gone(status) or (not public and (not status or folded(status) in ON_REGISTER)):
            return ""
        if public and folded(status) == CURRENT:
            return ""
        year = year_listed(status) if public else 0
        newest = self.dated.year if self.dated else 9999
        if year:
            return "" if _FIRST_YEAR <= year <= newest else f"is no year between {_FIRST_YEAR} and {newest}"
        known = STATUSES if public else ("registered", "active", *GONE[:7])
        return f"is not one of {', '.join(known)}"

    def _is_over(self, text: str) -> bool:
        day = _day(text)
        return day is not None and (self.dated is None or day <= self.dated)


def _day(text: str) -> date | None:
    """A day as registers write it, 2019-03-31 or 31/03/2019; None for anything else."""
    figures = _BRITISH.sub(r"\3-\2-\1", text)[:10]
    try:
        return date.fromisoformat(figures)
    except ValueError:
        return None


def _about_the_table(fields: Mapping[str, str]) -> tuple[str, str, str] | None:
    """The column, text and fault of a row of totals, or of a note, that stands among the organisations."""
    for column, pattern in _ABOUT_THE_TABLE.items():
        if pattern.fullmatch(folded(fields[column]).rstrip(":. ")):
            return column, fields[column], "is a row of totals or a note, and no organisation; take it out"
    name = fields["name"]
    if name and not any(letter.isalpha() for letter in name):
        return "name", name, "has no letter in it; write the name in words, or take the row out"
    return None


def _identity_faults(fields: Mapping[str, str], seen: Mapping[str, tuple[int, str]]) -> dict[str, str]:
    faults = {
        column: "is empty; every organisation needs one"
        for column in ("source_id", "name")
        if not fields[column]
    }
    row, other = seen.get(folded(fields["source_id"]), (0, ""))
    if row:
        how = "too" if other == fields["source_id"] else "in another spelling"
        faults["source_id"] = f"stands in row {row} {how}; identifiers must differ"
    return faults


def _text_faults(fields: Mapping[str, str]) -> dict[str, str]:
    faults = {column: damage(fields.get(column, "")) for column in _SHOWN_TEXTS}
    for column, maximum in MAX_LENGTHS.items():
        if len(fields.get(column, "")) > maximum:
            faults[column] = f"is longer than {maximum} characters"
    return {column: message for column, message in faults.items() if message}


def _word_faults(fields: Mapping[str, str], sector: Sector) -> dict[str, str]:
    closed: dict[str, tuple[str, ...]] = {"region": REGIONS}
    if sector is Sector.VOLUNTARY:
        closed |= {"income_band": INCOME_BANDS, "bme_led": (YES, NO)}
    faults = {column: _unknown(fields.get(column, ""), known) for column, known in closed.items()}
    return {column: message for column, message in faults.items() if message}


def _unknown(value: str, known: tuple[str, ...]) -> str:
    if not value or one_spelling(value, known) in known:
        return ""
    near = difflib.get_close_matches(value, known, n=1)
    hint = f"; the nearest is {near[0]!r}" if near else ""
    return f"is not one of {', '.join(known)}{hint}"
