"""Editions of a list: which list a name means, and which organisation each row of a newer edition is.

An organisation keeps its identity where its identifier does, in whatever spelling. A new identifier that
is one which is gone, without the noughts it began with, is asked about: taken for another organisation it
would be a death, a birth and a new random number.
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from sampling.frame import Entry
from sampling.texts import folded, without_zeros
from survey_app.errors import InvalidError
from survey_app.models.frames.lists import SourceList, SourceRecord
from survey_app.models.organisations import Organisation

# Identities are derived from list and identifier, so that the same list gives the same
# organisations, random numbers and panel on any machine that has the same key.
IDENTITIES = uuid.UUID("5d7c1a52-6f0b-5c0e-9f7e-0d6f2f1b8a11")
MAX_PAIRS_SHOWN = 50


class Renumbered(StrEnum):
    """What a person said of identifiers that are new and look like some that are gone."""

    SAME = "same"
    OTHER = "other"


@dataclass(frozen=True)
class Pair:
    """An identifier that is new, and one that is gone, which may be the same organisation's."""

    new: str
    gone: str
    name: str

    def __str__(self) -> str:
        return f"{self.new} is new and {self.gone} is gone: {self.name}"


class RenumberedError(InvalidError):
    """Identifiers changed in a way that a spreadsheet changes them, and nobody said what that means."""

    title = "Nothing was imported"

    def __init__(self, pairs: tuple[Pair, ...]) -> None:
        shown = tuple(f"{pair}." for pair in pairs[:MAX_PAIRS_SHOWN])
        rest = (f"And {len(pairs) - len(shown):,} more.",) if len(pairs) > len(shown) else ()
        noun = "organisation seems" if len(pairs) == 1 else "organisations seem"
        super().__init__(
            f"{len(pairs):,} {noun} to be there under another identifier, as when a spreadsheet "
            "takes the noughts off. Correct the identifiers, or say whether these are the same ones.",
            shown + rest,
        )
        self.pairs = pairs


@dataclass(frozen=True)
class Standing:
    """Who stood on the editions before: organisations by folded identifier, and what each is called."""

    owners: Mapping[str, int]
    names: Mapping[int, str]
    newest: Mapping[str, tuple[str, int, str]]
    """Folded identifier: the identifier as it stands, the organisation's id and its name."""


def list_called(session: Session, *, name: str, programme_id: int | None) -> SourceList | None:
    """The newest edition of the list that a name means, in whatever spelling; None where there is none."""
    query = (
        select(SourceList)
        .where(SourceList.programme_id == programme_id, SourceList.arriving_until.is_(None))
        .order_by(SourceList.dated)
    )
    same = [one for one in session.scalars(query) if folded(one.name) == folded(name)]
    return same[-1] if same else None


def standing(session: Session, newest: SourceList | None) -> Standing:
    """Who stood on a list up to its newest edition."""
    if newest is None:
        return Standing({}, {}, {})
    rows = session.execute(
        select(SourceRecord.source_list_id, SourceRecord.external_id, Organisation.id, Organisation.name)
        .join(SourceList, SourceList.id == SourceRecord.source_list_id)
        .join(Organisation, Organisation.id == SourceRecord.organisation_id)
        .where(SourceList.programme_id == newest.programme_id, SourceList.name == newest.name)
        .order_by(SourceList.dated)
    )
    owners: dict[str, int] = {}
    names: dict[int, str] = {}
    last: dict[str, tuple[str, int, str]] = {}
    for list_id, identifier, owner, name in rows:
        owners[folded(identifier)] = owner
        names[owner] = name
        if list_id == newest.id:
            last[folded(identifier)] = identifier, owner, name
    return Standing(owners, names, last)


def renumbered(entries: Iterable[Entry], before: Standing) -> tuple[Pair, ...]:
    """Identifiers that are new beside those that are gone and look alike, in the order of the list."""
    here = {folded(entry.source_id): entry for entry in entries}
    new = [entry for key, entry in here.items() if key not in before.owners]
    gone = [row for key, row in before.newest.items() if key not in here]
    by_number = {without_zeros(identifier): (identifier, name) for identifier, _, name in gone}
    alike = [(entry, by_number.get(without_zeros(entry.source_id))) for entry in new]
    return tuple(Pair(entry.source_id, *row) for entry, row in alike if row)


def identities(
    entries: Iterable[Entry], before: Standing, same: tuple[Pair, ...]
) -> list[tuple[str, int | None]]:
    """Of each entry the identifier that it goes by, and the organisation that it was before, if any."""
    meant = {pair.new: pair.gone for pair in same}
    chosen = [meant.get(entry.source_id, entry.source_id) for entry in entries]
    return [(identifier, before.owners.get(folded(identifier))) for identifier in chosen]


def identity_of(list_name: str, identifier: str) -> str:
    """The UUID of an organisation that is named for the first time."""
    return str(uuid.uuid5(IDENTITIES, f"{list_name}|{identifier}"))


def editions_in_force(programme_id: int | None) -> Select[int]:
    """The newest edition of each list: who was left out of it is no longer on the list."""
    newest = (
        select(SourceList.name, func.max(SourceList.dated).label("dated"))
        .where(SourceList.programme_id == programme_id, SourceList.arriving_until.is_(None))
        .group_by(SourceList.name)
        .subquery()
    )
    return (
        select(SourceList.id)
        .join(newest, (newest.c.name == SourceList.name) & (newest.c.dated == SourceList.dated))
        .where(SourceList.programme_id == programme_id)
    )


def rows_in_force(session: Session, programme_id: int) -> int:
    """How many organisations the lists in force name, of which the next frame would be made."""
    named = select(func.count(SourceRecord.organisation_id.distinct()))
    return session.scalar(named.where(SourceRecord.source_list_id.in_(editions_in_force(programme_id)))) or 0
