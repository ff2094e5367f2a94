"""What the scan for identifiers knows here: areas that ship or are kept here, and every organisation."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from sampling.identifiers.hits import MarkKind
from sampling.identifiers.names import Name, Names
from sampling.identifiers.rarity import Described
from sampling.identifiers.scan import Scanner
from sampling.vocabulary import ENGLISH_REGIONS
from survey_app.models.organisations import OrganisationName
from survey_app.models.places import Area, AreaKind
from survey_app.services.places.gazetteer import Place, region_code, shipped

MAX_LENGTH = 100_000
_AREA = "The name of an area."
_BODY = "The name of an organisation of the frame."
# What people say for a kind of area; a county alone is said of many things.
_KINDS = {
    AreaKind.UNITARY: ("unitary", "unitaries"),
    AreaKind.COUNTY: ("county council", "shire county", "upper tier"),
    AreaKind.DISTRICT: ("district council", "two-tier", "shire district"),
    AreaKind.METROPOLITAN: ("metropolitan borough", "metropolitan boroughs", "metropolitan district"),
    AreaKind.LONDON_BOROUGH: ("london borough",),
    AreaKind.COMBINED: ("combined authority",),
}


def scanner(session: Session) -> Scanner:
    """The scan with all names that are known now; made in half a second for 50,000 organisations."""
    return Scanner(Names(_names(session)), Described(_facts(), _phrases()))


def _names(session: Session) -> Iterator[Name]:
    areas = {place.name for place in shipped()} | set(session.scalars(select(Area.name)))
    yield from (Name(name, MarkKind.PLACE, _AREA) for name in areas - {"England"})
    bodies = session.scalars(select(OrganisationName.name))
    yield from (Name(name, MarkKind.ORGANISATION, _BODY) for name in bodies)


def _facts() -> list[frozenset[str]]:
    """Of each local authority there is: its kind and its region."""
    regions = {region_code(name): name for name in ENGLISH_REGIONS}
    return [_facts_of(place, regions) for place in shipped() if place.kind in _KINDS and not place.ended_on]


def _facts_of(place: Place, regions: dict[str, str]) -> frozenset[str]:
    return frozenset({str(place.kind), *(f"in {regions[code]}" for code in place.wholes if code in regions)})


def _phrases() -> dict[str, str]:
    by_kind = {phrase: str(kind) for kind, phrases in _KINDS.items() for phrase in phrases}
    return by_kind | {name.lower(): f"in {name}" for name in ENGLISH_REGIONS if name != "London"}
