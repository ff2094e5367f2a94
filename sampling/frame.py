"""Organisations as a list describes them, and which of them are in scope."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sampling.texts import cleaned, one_spelling
from sampling.vocabulary import (
    CENTRAL,
    CURRENT,
    INCOME_BANDS,
    NO,
    REGIONS,
    YES,
    is_gone,
    is_listed,
    kind_of_body,
)


class Sector(StrEnum):
    """The two sides of the agreement."""

    PUBLIC = "public_body"
    VOLUNTARY = "vco"

    @property
    def words(self) -> str:
        """What a sentence calls its members."""
        return "public bodies" if self is Sector.PUBLIC else "voluntary organisations"


# What a frame is made of. Whatever else a list brings may be about people, and is kept apart.
FRAME_COLUMNS = frozenset(
    {
        "source_id",
        "name",
        "region",
        "body_type",
        "status",
        "register_status",
        "charity_registration_status",
        "date_of_removal",
        "end_date",
        "income_band",
        "classification",
        "local_authority",
        "rural_urban",
        "bme_led",
    }
)
# Characters: what the database's columns hold, so that a list is refused before it gets there.
MAX_LENGTHS = {
    "source_id": 120,
    "name": 400,
    "body_type": 60,
    "classification": 200,
    "local_authority": 120,
    "rural_urban": 120,
    "email": 254,
}
# Where lists say whether a register still has an organisation; one list has one of a sector's columns.
STATUS_COLUMNS = {
    Sector.PUBLIC: ("status",),
    Sector.VOLUNTARY: ("register_status", "charity_registration_status", "status"),
}
# The day on which an organisation ended, as public bodies' and charities' registers call it.
END_COLUMNS = ("end_date", "date_of_removal")


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


def entry_of(number: int, fields: Mapping[str, str], sector: Sector) -> Entry:
    """The entry that a sound row stands for, its words in the one spelling of their vocabulary."""
    public = sector is Sector.PUBLIC
    in_scope, reason = _scope(fields, sector)
    return Entry(
        row=number,
        source_id=fields["source_id"],
        name=cleaned(fields["name"]),
        sector=sector,
        region=one_spelling(fields["region"], REGIONS),
        kind=kind_of_body(fields.get("body_type", "")) if public else fields.get("classification", ""),
        size="" if public else one_spelling(fields["income_band"], INCOME_BANDS),
        area=fields.get("local_authority", ""),
        rural_urban=fields.get("rural_urban", ""),
        bme_led="" if public else one_spelling(fields.get("bme_led", ""), (YES, NO)),
        email=fields.get("email", ""),
        in_scope=in_scope,
        scope_reason=reason,
        fields=fields,
    )


def status_of(fields: Mapping[str, str], sector: Sector) -> tuple[str, str]:
    """The column that says whether a register has an organisation, and what it says; empty for none."""
    for column in STATUS_COLUMNS[sector]:
        if column in fields:
            return column, fields[column]
    return "", ""


def _scope(fields: Mapping[str, str], sector: Sector) -> tuple[bool, str]:
    """Which records are in scope, and why (R07, R18).

    Public bodies: those that are current, and central departments, whose register of
    2017 names no end. VCOs: all but those removed from the register.
    """
    _, status = status_of(fields, sector)
    if sector is Sector.VOLUNTARY:
        if is_gone(status) or fields.get("date_of_removal"):
            return False, "removed from the register"
        return True, "on the list"
    if one_spelling(status, (CURRENT,)) == CURRENT:
        return True, "current"
    if not is_listed(status):
        return False, "no longer exists"
    if kind_of_body(fields["body_type"]) == CENTRAL and not fields.get("end_date"):
        return True, f"department {status.lower()} with no end date"
    return False, f"{status.lower()}, not confirmed since"
