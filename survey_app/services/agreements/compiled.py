"""From dated entries to what an agreement is on a day, as it was known at a moment. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol, TypeVar

from survey_app.models.agreements import EntryKind, Level, Precision
from survey_app.services.agreements.vocabulary import (
    CodeState,
    Field,
    Flag,
    SignatoryState,
    Standing,
)

A_YEAR = timedelta(days=365)


@dataclass(frozen=True, kw_only=True)
class NewEntry:
    """What is to be entered of an agreement; `local` says that a code of practice is none of the five."""

    kind: EntryKind
    what: str
    began_on: date
    source: str
    state: str = ""
    area_id: int | None = None
    organisation_id: int | None = None
    field: Field | None = None
    department: str = ""
    languages: tuple[str, ...] = ()
    pence: int | None = None
    local: bool = False
    precision: Precision = Precision.DAY
    ended_on: date | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Entry(NewEntry):
    """One entry of the register; `ended_on` is the first day on which it was no more so."""

    id: int
    agreement_id: int
    recorded_at: datetime
    recorded_by: str = ""
    replaces_id: int | None = None
    void: bool = False

    def held_on(self, day: date) -> bool:
        """Whether it was so on a day."""
        return self.began_on <= day and (self.ended_on is None or day < self.ended_on)


@dataclass(frozen=True, kw_only=True)
class Party:
    """A signatory on a day; `unconfirmed` where its body is no more and its successor has not confirmed."""

    entry: Entry
    unconfirmed: bool

    @property
    def signed(self) -> bool:
        return self.entry.state == SignatoryState.SIGNED and not self.unconfirmed


@dataclass(frozen=True, kw_only=True)
class AgreementState:
    """An agreement on a day; `looked_at` is when it was last reviewed, or came into force.

    `champions_before` were there a year before the day, and `champions_left` left since then.
    """

    id: int
    title: str
    level: Level
    standing: Standing
    flags: frozenset[Flag]
    areas: frozenset[int]
    parties: tuple[Party, ...]
    codes: Mapping[str, CodeState]
    champions: tuple[Entry, ...]
    looked_at: date | None
    champions_before: int = 0
    champions_left: int = 0

    @property
    def has_code(self) -> bool:
        """Whether at least one code of practice is a document of its own."""
        return CodeState.OWN in self.codes.values()


class Recorded(Protocol):
    """An entry of a register or a log: added once, and replaced or taken back by another one."""

    @property
    def id(self) -> int: ...
    @property
    def recorded_at(self) -> datetime: ...
    @property
    def replaces_id(self) -> int | None: ...
    @property
    def void(self) -> bool: ...


Kept = TypeVar("Kept", bound=Recorded)


def known(entries: Iterable[Kept], *, by: datetime) -> list[Kept]:
    """The entries that stood at a moment: recorded by then, and neither replaced nor taken back by then."""
    recorded = [entry for entry in entries if entry.recorded_at <= by]
    replaced = {entry.replaces_id for entry in recorded}
    return [entry for entry in recorded if entry.id not in replaced and not entry.void]


def compiled(
    entries: Iterable[Entry],
    *,
    agreement_id: int,
    title: str,
    level: Level,
    day: date,
    gone: Mapping[int, date],
) -> AgreementState:
    """What an agreement was on a day, from entries that stand (`known`).

    Args:
        gone: the day on which a signatory's body was merged, replaced or split, by the body's id: from then
            on its signature binds nobody until a successor's is entered (R17).
    """
    entries = list(entries)
    held = [entry for entry in entries if entry.held_on(day)]
    champions = [entry for entry in entries if entry.kind is EntryKind.CHAMPION]
    year_before = day - A_YEAR
    of_kind = {kind: [entry for entry in held if entry.kind is kind] for kind in EntryKind}
    stages = sorted(of_kind[EntryKind.STAGE], key=lambda entry: (entry.began_on, entry.id))
    reviews = [entry.began_on for entry in (*of_kind[EntryKind.REVIEW], *stages[-1:])]
    return AgreementState(
        id=agreement_id,
        title=title,
        level=level,
        standing=Standing(stages[-1].what) if stages else Standing.NONE,
        flags=frozenset(Flag(entry.what) for entry in of_kind[EntryKind.FLAG]),
        areas=frozenset(entry.area_id for entry in of_kind[EntryKind.AREA] if entry.area_id is not None),
        parties=tuple(_party(entry, day, gone) for entry in of_kind[EntryKind.SIGNATORY]),
        codes={entry.what: CodeState(entry.state) for entry in of_kind[EntryKind.CODE]},
        champions=tuple(of_kind[EntryKind.CHAMPION]),
        looked_at=max(reviews, default=None),
        champions_before=sum(entry.held_on(year_before) for entry in champions),
        champions_left=sum(year_before < (entry.ended_on or date.max) <= day for entry in champions),
    )


def turnover(agreements: Iterable[AgreementState]) -> float | None:
    """Champions who left in the year to the day, as a share of how many there were; None where none was.

    There were as many as the average of the first day and the last (R22).
    """
    counts = [(one.champions_left, one.champions_before + len(one.champions)) for one in agreements]
    left, both_days = (sum(column) for column in zip(*counts, strict=True)) if counts else (0, 0)
    return 2 * left / both_days if both_days else None


def _party(entry: Entry, day: date, gone: Mapping[int, date]) -> Party:
    ended = gone.get(entry.organisation_id) if entry.organisation_id is not None else None
    return Party(entry=entry, unconfirmed=ended is not None and ended <= day)
