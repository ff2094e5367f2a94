"""The words of the register: stages, flags and codes of practice.

Source: Craig et al. (2005), The paradox of Compacts, chapter 4, "The state of play" (requirements R47, R48).
"""

from enum import StrEnum

from survey_app.models import agreements as tables

# Screens name these too, and know no table.
EntryKind = tables.EntryKind
Level = tables.Level
Precision = tables.Precision


class Standing(StrEnum):
    """How far an agreement is, or an area without one. Furthest first."""

    IN_PLACE = "in place"
    DEVELOPING = "being developed"
    PLANNED = "planned"
    NONE = "none"
    ENDED = "ended"

    @property
    def counted_as(self) -> "Standing":
        """What counts add it to: no agreement yet, or no more, is none; plans alone are none as well."""
        return self if self in (Standing.IN_PLACE, Standing.DEVELOPING) else Standing.NONE


class Flag(StrEnum):
    """What may be so at any stage, each by itself."""

    REWORKED = "reworked from an earlier agreement"
    STALLED = "stalled"
    UNSIGNED = "unsigned"
    REDUNDANT = "becoming redundant"
    HEALTH_ONLY = "with health bodies only"


class CodeState(StrEnum):
    """Where a code of practice stands."""

    OWN = "document of its own"
    MAIN = "inside the main text"
    DEVELOPING = "being developed"


class SignatoryState(StrEnum):
    """What a body has done."""

    SIGNED = "signed"
    INVOLVED = "involved, not signed"


class Field(StrEnum):
    """What kind of party a signatory is."""

    COUNCIL = "council"
    HEALTH = "health"
    POLICE = "police"
    OTHER_PUBLIC = "other public body"
    VOLUNTARY = "voluntary and community sector"


class ChampionSector(StrEnum):
    """For which side a champion stands."""

    PUBLIC = "public sector"
    VOLUNTARY = "voluntary and community sector"


# The five codes of the national Compact; a local one has any other name.
NATIONAL_CODES = ("funding", "consultation", "volunteering", "BME groups", "community groups")
# Which words an entry of a kind may have for what it says, and for its state; None for any words.
WHAT: dict[EntryKind, type[StrEnum] | None] = {
    EntryKind.STAGE: Standing,
    EntryKind.FLAG: Flag,
    EntryKind.CHAMPION: ChampionSector,
    EntryKind.AREA: None,
    EntryKind.SIGNATORY: None,
    EntryKind.CODE: None,
    EntryKind.RESOURCE: None,
    EntryKind.PUBLICITY: None,
    EntryKind.REVIEW: None,
}
STATES: dict[EntryKind, type[StrEnum]] = {EntryKind.CODE: CodeState, EntryKind.SIGNATORY: SignatoryState}
