"""What an entry is about, from the words that people write for it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from sampling.texts import folded
from survey_app.errors import InvalidError
from survey_app.models.agreements import Agreement
from survey_app.models.organisations import Organisation, OrganisationName
from survey_app.models.places import Area
from survey_app.services.agreements.register import agreements_titled
from survey_app.services.logs.checking import Fault
from survey_app.services.logs.entry import NewEntry
from survey_app.services.logs.vocabulary import LogKind
from survey_app.services.places.areas import area_named, names_of_areas

MAX_CHOICES = 8
# By the name of the field: the column in which an entry keeps it.
KEYS = {
    "area": "area_id",
    "agreement": "agreement_id",
    "organisation": "organisation_id",
    "upstream": "upstream_id",
}


@dataclass(frozen=True)
class Named:
    """The keys of what was named, by the columns of an entry, and what names nothing."""

    keys: Mapping[str, int]
    faults: tuple[Fault, ...]


def named(session: Session, words: Mapping[str, str], *, day: date, programme_id: int) -> Named:
    """Look up an area, an agreement, an organisation and a body above by what was written for each.

    Args:
        words: by the names of `KEYS`; empty ones are passed over.
        day: on which the area has this name.
    """
    keys, faults = {}, []
    for name, column in KEYS.items():
        text = words.get(name, "").strip()
        try:
            if text:
                keys[column] = _key(session, name, text, day, programme_id)
        except InvalidError as refusal:
            faults.append(Fault(name, refusal.message))
    return Named(keys, tuple(faults))


def _key(session: Session, name: str, text: str, day: date, programme_id: int) -> int:
    if name == "area":
        return area_named(session, text, day=day).id
    if name == "agreement":
        return _agreement(session, text, programme_id)
    return organisation_called(session, text)


def _agreement(session: Session, text: str, programme_id: int) -> int:
    near = agreements_titled(session, text, programme_id=programme_id)
    same = [line for line in near if folded(line.title) == folded(text)]
    if same:
        return same[0].id
    titles = "; ".join(line.title for line in near[:MAX_CHOICES])
    hint = f" Enter one of these titles: {titles}." if titles else " Enter its title as the register has it."
    raise InvalidError(f"No agreement has the title {text!r}.{hint}")


def organisation_called(session: Session, text: str) -> int:
    """The one organisation of the directory with this name, now or before, or with this number there.

    Raises:
        InvalidError: none is called so, or several are; their numbers are given.
    """
    if text.isascii() and text.isdigit() and len(text) < 10:
        key = session.scalar(select(Organisation.id).where(Organisation.id == int(text)))
        if key is not None:
            return key
    owners = select(OrganisationName.organisation_id).where(OrganisationName.folded == folded(text))
    same = session.scalars(
        select(Organisation).where(Organisation.id.in_(owners)).order_by(Organisation.id)
    ).all()
    if len(same) == 1:
        return same[0].id
    choices = ", ".join(f"{row.id} ({row.name})" for row in same[:MAX_CHOICES])
    hint = (
        f" Enter one of these numbers: {choices}." if choices else " Enter its name as the directory has it."
    )
    raise InvalidError(f"No one organisation is called {text!r}.{hint}")


def faults_about(session: Session, new: NewEntry, *, programme_id: int) -> Iterator[Fault]:
    """What is wrong with what an entry is about."""
    if new.area_id is None and new.agreement_id is None and new.organisation_id is None:
        yield Fault("area", "Say what it is about: an area, an agreement or an organisation.")
    elif new.kind is LogKind.EVENT and new.area_id is None:
        yield Fault("area", "Enter the area in which it changed.")
    if new.area_id is not None and session.get(Area, new.area_id) is None:
        yield Fault("area", "There is no such area.")
    if new.agreement_id is not None:
        agreement = session.get(Agreement, new.agreement_id)
        if agreement is None or agreement.programme_id != programme_id:
            yield Fault("agreement", "There is no such agreement in the register.")
    for name in ("organisation", "upstream"):
        key = getattr(new, KEYS[name])
        if key is not None and session.get(Organisation, key) is None:
            yield Fault(name, "There is no such organisation in the directory.")


def names_of(session: Session, entries: list[NewEntry]) -> dict[tuple[str, int], str]:
    """What entries are about, in words: by the name of the column and the key in it."""
    wanted: dict[str, set[int]] = {
        column: {key for entry in entries if (key := getattr(entry, column)) is not None}
        for column in KEYS.values()
    }
    bodies = wanted["organisation_id"] | wanted["upstream_id"]
    organisations = _words(session, select(Organisation.id, Organisation.name), Organisation.id.in_(bodies))
    titles = select(Agreement.id, Agreement.title)
    words = {
        "area_id": names_of_areas(session, sorted(wanted["area_id"])),
        "agreement_id": _words(session, titles, Agreement.id.in_(wanted["agreement_id"])),
        "organisation_id": organisations,
        "upstream_id": organisations,
    }
    return {(column, key): words[column][key] for column, keys in wanted.items() for key in keys}


def _words(session: Session, pairs: Select[int, str], which: ColumnElement[bool]) -> dict[int, str]:
    return {key: words for key, words in session.execute(pairs.where(which))}
