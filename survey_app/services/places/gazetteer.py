"""The areas that ship, read from registers of others; `data/README.md` says what is corrected here."""

import csv
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from sampling.vocabulary import ENGLISH_REGIONS
from survey_app.models.places import AreaKind

DATA = Path(__file__).parent / "data"
ENGLAND = "england"
AUTHORITIES = "mySociety, uk_local_authority_names_and_codes 1.7.3"
UNTIL_2009 = "structural changes of 1 April 2009"
REORGANISED_ON = date(2009, 4, 1)
# The register that the dates come from was begun in these days; no authority was.
_REGISTER_BEGUN = (date(2005, 5, 1), date(2005, 7, 1))
_KINDS = {
    "CTY": AreaKind.COUNTY,
    "NMD": AreaKind.DISTRICT,
    "UA": AreaKind.UNITARY,
    "MD": AreaKind.METROPOLITAN,
    "LBO": AreaKind.LONDON_BOROUGH,
    "CC": AreaKind.LONDON_BOROUGH,
    "COMB": AreaKind.COMBINED,
    "SRA": AreaKind.COMBINED,
}
Row = Mapping[str, str]


@dataclass(frozen=True)
class Place:
    """One area as its source has it: `wholes` are what it lies in, `successors` what follows it, by code."""

    code: str
    name: str
    kind: AreaKind
    source: str
    began_on: date | None = None
    ended_on: date | None = None
    gss: tuple[str, ...] = ()
    wholes: tuple[str, ...] = ()
    successors: tuple[str, ...] = ()


@cache
def shipped() -> tuple[Place, ...]:
    """Every area that ships, wholes before their parts: from England by way of regions down to districts."""
    order = list(AreaKind)
    places = [*_regions(), *_authorities(), *_until_2009()]
    return tuple(sorted(places, key=lambda place: (order.index(place.kind), place.code)))


def region_code(name: str) -> str:
    """The code of a region of England, from its name."""
    return name.lower().replace(" ", "-")


def _regions() -> Iterator[Place]:
    yield Place(ENGLAND, "England", AreaKind.COUNTRY, AUTHORITIES)
    for name in ENGLISH_REGIONS:
        yield Place(region_code(name), name, AreaKind.REGION, AUTHORITIES, wholes=(ENGLAND,))


def _authorities() -> Iterator[Place]:
    rows = {row["local-authority-code"]: row for row in _rows("uk_local_authorities.csv") if _is_english(row)}
    other_codes = _other_codes({row["gss-code"] for row in rows.values()})
    for code, row in rows.items():
        successors = [rows[successor] for successor in row["replaced-by"].split(",") if successor]
        yield Place(
            code=code,
            name=row["nice-name"],
            kind=_KINDS[row["local-authority-type"]],
            source=AUTHORITIES,
            began_on=_began(row),
            ended_on=_ended(row, [_began(successor) for successor in successors]),
            gss=(row["gss-code"], *other_codes.get(row["gss-code"], ())),
            wholes=tuple(_wholes(row, successors)),
            successors=tuple(successor["local-authority-code"] for successor in successors),
        )


def _is_english(row: Row) -> bool:
    return row["nation"] == "England"


def _wholes(row: Row, successors: list[Row]) -> Iterator[str]:
    """Its region, or that of its successors where the source has none; its county; what it is combined in."""
    region = next((each["region"] for each in (row, *successors) if each["region"]), "")
    yield from [region_code(region)] if region else []
    yield from (row[column] for column in ("county-la", "combined-authority") if row[column])


def _began(row: Row) -> date | None:
    began = date.fromisoformat(row["start-date"]) if row["start-date"] else None
    from_day, before_day = _REGISTER_BEGUN
    return None if began and from_day <= began < before_day else began


def _ended(row: Row, successors_began: list[date | None]) -> date | None:
    """The first day without it: its successor's first where that is the day of the source or the next."""
    if not row["end-date"]:
        return None
    said = date.fromisoformat(row["end-date"])
    next_day = said + timedelta(days=1)
    return next_day if next_day in successors_began else said


def _other_codes(known: Set[str]) -> dict[str, tuple[str, ...]]:
    """The codes of boundaries that an authority had or has besides the known one, by the known one."""
    by_boundary: dict[tuple[str, str], list[str]] = {}
    for row in _rows("la_all_codes.csv"):
        by_boundary.setdefault((row["LADCD_ACTIVE"], row["LADNM"]), []).append(row["LADCD"])
    return {
        code: tuple(other for other in codes if other != code)
        for codes in by_boundary.values()
        for code in codes
        if code in known
    }


def _until_2009() -> Iterator[Place]:
    for row in _rows("until_2009.csv"):
        yield Place(
            code=row["code"],
            name=row["name"],
            kind=AreaKind(row["kind"]),
            source=UNTIL_2009,
            ended_on=REORGANISED_ON,
            wholes=(region_code(row["region"]), *filter(None, [row["county"]])),
            successors=tuple(row["replaced_by"].split()),
        )


def _rows(name: str) -> Iterator[Row]:
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)
