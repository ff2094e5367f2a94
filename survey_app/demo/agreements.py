"""A register for the demonstration: about a hundred made-up agreements over real areas, with histories.

Nothing in it says anything of the areas named: stages, days, codes and signatories come from a checksum of
each area's code, the same on every machine.
"""

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from zlib import crc32

from survey_app.services.agreements.vocabulary import NATIONAL_CODES
from survey_app.services.places.gazetteer import Place, shipped

SOURCE = "synthetic: made up for the demonstration"
COLUMNS = (
    "agreement", "level", "kind", "what", "state", "area", "field", "began_on", "ended_on", "reason", "source"
)  # fmt: skip
# Of a hundred areas of a kind so many have, or had, an agreement of their own, or were developing one.
SHARES = {
    "county": 90,
    "unitary": 70,
    "metropolitan district": 60,
    "London borough": 55,
    "district": 9,
}
CONTROLS = ("Conservative", "Labour", "Liberal Democrat", "independent", "no overall control")
Row = dict[str, str]


def register_text(*, today: date) -> bytes:
    """The whole register as a CSV file, as it may have been entered until a day."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, restval="")
    writer.writeheader()
    for place in shipped():
        if has_agreement(place):
            writer.writerows(rows_of(place, today))
    return text.getvalue().encode()


def has_agreement(place: Place) -> bool:
    """Whether an area has, or had, an agreement of its own here, or is developing one."""
    return place.ended_on is None and chance(place, "has") < SHARES.get(place.kind.value, 0)


def control_text(*, today: date) -> bytes:
    """Who governs each council, as a CSV file: made up, and labelled so."""
    lines = ["area,control,began_on,source"]
    for place in shipped():
        if place.ended_on is None and place.kind.value in SHARES:
            control = CONTROLS[chance(place, "control", len(CONTROLS))]
            lines.append(f"{place.code},{control},{today.year - 3}-05-05,{SOURCE}")
    return "\n".join(lines).encode()


def chance(place: Place, what: str, of: int = 100) -> int:
    """A number below `of` that an area always has for a question."""
    return crc32(f"{place.code} {what}".encode()) % of


def rows_of(place: Place, today: date) -> list[Row]:
    """The entries of one area's agreement."""
    title = f"{place.name} Compact (synthetic)"
    begun = today - timedelta(days=900 + chance(place, "begun", 3000))
    signed = begun + timedelta(days=200 + chance(place, "signed", 500))
    in_place = chance(place, "in place") < 62
    rows = [*_stages(place, begun, signed, in_place), *_areas(place, begun)]
    if in_place:
        rows += _signatories(signed)
        rows += _codes(place, signed)
        rows += _reviews(place, signed, today)
    rows += _champions(place, begun, today)
    return [{"agreement": title, "level": "local", "source": SOURCE, **row} for row in rows]


def _row(kind: str, what: str, began_on: date, **more: str) -> Row:
    return {"kind": kind, "what": what, "began_on": began_on.isoformat(), **more}


def _stages(place: Place, begun: date, signed: date, in_place: bool) -> Iterator[Row]:
    planned = chance(place, "planned") < 12 and not in_place
    yield _row("stage", "planned" if planned else "being developed", begun)
    if in_place:
        yield _row("stage", "in place", signed)
        if chance(place, "redundant") < 6:
            yield _row("flag", "becoming redundant", signed + timedelta(days=400))
    elif chance(place, "stalled") < 25:
        yield _row("flag", "stalled", begun + timedelta(days=300), reason="The lead officer left")
    elif chance(place, "reworked") < 15:
        yield _row("flag", "reworked from an earlier agreement", begun)


def _areas(place: Place, begun: date) -> Iterator[Row]:
    """The area itself, and of a county all districts, some or none."""
    yield _row("area", place.name, begun, area=place.code)
    if place.kind.value == "county":
        most = (100, 100, 45, 0)[chance(place, "districts", 4)]
        for district in shipped():
            if place.code in district.wholes and district.ended_on is None and chance(district, "in") < most:
                yield _row("area", district.name, begun, area=district.code)


def _signatories(signed: date) -> Iterator[Row]:
    yield _row("signatory", "The council", signed, state="signed", field="council")
    voluntary = "voluntary and community sector"
    yield _row("signatory", "The council for voluntary service", signed, state="signed", field=voluntary)
    if signed.toordinal() % 4 == 0:
        yield _row("signatory", "A health body", signed, state="signed", field="health")


def _codes(place: Place, signed: date) -> Iterator[Row]:
    states = ("document of its own", "inside the main text", "being developed")
    for code in NATIONAL_CODES[: chance(place, "codes", 4)]:
        yield _row("code of practice", code, signed, state=states[chance(place, code, 3)])


def _reviews(place: Place, signed: date, today: date) -> Iterator[Row]:
    every = 365 * (1 + chance(place, "every", 5))
    for day in range(signed.toordinal() + every, today.toordinal(), every):
        yield _row("review", "yearly review" if every == 365 else "review", date.fromordinal(day))


def _champions(place: Place, begun: date, today: date) -> Iterator[Row]:
    for sector in ("public sector", "voluntary and community sector"):
        first, next_one = begun, begun + timedelta(days=300 + chance(place, sector, 1500))
        if next_one < today:
            yield _row("champion", sector, first, ended_on=next_one.isoformat())
            first = next_one
        yield _row("champion", sector, first)
