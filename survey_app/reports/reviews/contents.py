"""What a record and a pack of a review say: plain values that are stored, shown as a page and printed alike.

No person is named in them but by what a dissenter wished to be called. Votes are those that a closed ballot
kept, so that nothing here can tell more of them than that did.
"""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from sampling.frame import Sector
from survey_app.reports.frozen import plain, read_as


@dataclass(frozen=True, kw_only=True)
class Met:
    """Of one sector and level: organisations that were asked and came, and how many people came."""

    sector: Sector
    level: str  # "local"
    invited: int
    came: int
    people: int


@dataclass(frozen=True, kw_only=True)
class Meeting:
    """One session; a cancelled one has the reason and nobody who came."""

    title: str
    area: str  # empty: the whole country
    day: date
    place: str
    cancelled_why: str
    met: tuple[Met, ...]


@dataclass(frozen=True, kw_only=True)
class FindingLine:
    """A figure or headline of a release, as it was printed, and which release says so."""

    words: str
    source: str  # "Annual survey 2025, release 1"


@dataclass(frozen=True, kw_only=True)
class Ranked:
    """What one side gave an issue: its place (1 first), dots, and from how many of its voters."""

    sector: Sector
    rank: int
    dots: int
    voters: int
    of: int


def side_of(sides: tuple[Ranked, ...], sector: str) -> Ranked | None:
    """What one side gave, among what both did."""
    return next((one for one in sides if one.sector == sector), None)


@dataclass(frozen=True, kw_only=True)
class VoteLine:
    """An issue on a ballot; `together` (without a side of its own) alone where sides are not told apart."""

    title: str
    sides: tuple[Ranked, ...]
    together: Ranked | None
    opposed: bool
    common: bool
    minority: tuple[Sector, ...]

    def side(self, sector: str) -> Ranked | None:
        """What a side gave it; None where that is not told."""
        return side_of(self.sides, sector)


@dataclass(frozen=True, kw_only=True)
class Voted:
    """How many of a side's codes voted, and people, as somebody counted who saw no code."""

    sector: Sector
    papers: int
    slips: int
    heads: int | None = None


@dataclass(frozen=True, kw_only=True)
class Vote:
    """One closed ballot; without lines too few voted for anything to be told."""

    session: str
    number: int
    voted: tuple[Voted, ...]
    apart: bool
    lines: tuple[VoteLine, ...]


@dataclass(frozen=True, kw_only=True)
class PlaceLine:
    """What both sides gave an issue in one session."""

    session: str
    sides: tuple[Ranked, ...]

    def side(self, sector: str) -> Ranked | None:
        """What a side gave it; None where that is not told."""
        return side_of(self.sides, sector)


@dataclass(frozen=True, kw_only=True)
class AddedLine:
    """An issue over all sessions whose sides are told apart, and session by session.

    `differs` are the sides that have it in their first third in one session and in their last in another.
    """

    title: str
    sides: tuple[Ranked, ...]
    places: tuple[PlaceLine, ...]
    differs: tuple[Sector, ...]

    def side(self, sector: str) -> Ranked | None:
        """What a side gave it; None where that is not told."""
        return side_of(self.sides, sector)


@dataclass(frozen=True, kw_only=True)
class DissentLine:
    """Who does not agree, in their own words."""

    sector: Sector
    who: str
    words: str


@dataclass(frozen=True, kw_only=True)
class ActionLine:
    """Who does what until when, and what became of it."""

    what: str
    owner: str
    due_on: date
    state: str  # "open" | "done" | "dropped"
    note: str


@dataclass(frozen=True, kw_only=True)
class DecisionLine:
    """A decision; one that was withdrawn has the reason."""

    words: str
    decided_on: date
    withdrawn_why: str
    dissent: tuple[DissentLine, ...]
    actions: tuple[ActionLine, ...]


@dataclass(frozen=True, kw_only=True)
class StepLine:
    """What follows from an issue, where it was taken up, and what came of it."""

    kind: str  # "topic" | "question" | "study"
    words: str
    state: str  # "proposed" | "taken up" | "answered" | "dropped"
    taken_up_by: str
    outcome: str


@dataclass(frozen=True, kw_only=True)
class IssueLine:
    """An issue in the words in which it was put forward, and all that became of it."""

    title: str
    words: str
    sector: Sector | None  # None: from those who run the survey
    finding: FindingLine | None
    into: str  # the issue that it was merged into
    closed_why: str
    decisions: tuple[DecisionLine, ...]
    steps: tuple[StepLine, ...]


@dataclass(frozen=True, kw_only=True)
class Before:
    """The review before this one: its decisions, and what became of them by now."""

    title: str
    issues: tuple[IssueLine, ...]


@dataclass(frozen=True, kw_only=True)
class Written:
    """What somebody wrote under a heading, in paragraphs."""

    heading: str
    words: str


@dataclass(frozen=True, kw_only=True)
class RecordContents:
    """All that a record says before both sides have spoken of it."""

    product: str
    agreement: str  # "the Compact"
    programme: str
    title: str  # "Annual review 2026"
    number: int
    corrects: str
    sent_on: date
    synthetic: bool
    written: tuple[Written, ...]
    meetings: tuple[Meeting, ...]
    organisations: tuple[Met, ...]  # over all sessions, each organisation once a level
    findings: tuple[FindingLine, ...]
    issues: tuple[IssueLine, ...]
    votes: tuple[Vote, ...]
    added: tuple[AddedLine, ...]
    before: Before | None


@dataclass(frozen=True, kw_only=True)
class Agreed:
    """A side has agreed to a record; `dissent` in the words of whoever agreed for it."""

    sector: Sector
    day: date
    dissent: str


def to_json(contents: Any) -> dict[str, Any]:
    """The document that is stored of a record or a pack."""
    return {"schema": 1, "contents": plain(asdict(contents))}


def record_from(document: dict[str, Any]) -> RecordContents:
    """The record of a stored document."""
    contents: RecordContents = read_as(RecordContents, document["contents"])
    return contents
