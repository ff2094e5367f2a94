"""What a release says: the frozen contents that web page, PDF and CSV all print.

Disclosure control is done before anything gets here: a withheld cell carries a
mark and no number, so nothing that prints contents can leak one.
"""

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from sampling.frame import Sector


class Mark(StrEnum):
    """The letter that stands where a number would (look.md, charts 7)."""

    NONE = ""
    WITHHELD = "c"
    FEW = "few"
    ALL_BUT_FEW = "all_but_few"
    UNRELIABLE = "u"
    DISCONTINUITY = "b"
    NOT_APPLICABLE = "z"
    NOT_AVAILABLE = "x"


@dataclass(frozen=True)
class Cell:
    """One published estimate with its 95% interval and unweighted base.

    Proportions are shares 0..1, ratings run 1..5. With WITHHELD, NOT_APPLICABLE
    or NOT_AVAILABLE every number is None; with UNRELIABLE the numbers stand. With
    FEW and ALL_BUT_FEW there is a base alone: fewer than three gave the answer that counts, or all but
    fewer than three.
    """

    estimate: float | None
    lci: float | None
    uci: float | None
    n: int | None
    mark: Mark = Mark.NONE
    se: float | None = None
    df: int | None = None


@dataclass(frozen=True)
class Gap:
    """Public bodies minus voluntary organisations, same unit as the cells.

    `clear` is the verdict over all tests of the release; releases of before: the interval excludes 0. `p` is
    in no release that is published.
    """

    estimate: float
    lci: float
    uci: float
    clear: bool
    se: float | None = None
    df: int | None = None
    p: float | None = None


@dataclass(frozen=True, kw_only=True)
class Change:
    """One cell's estimate less that of the earlier round, same unit as the cells.

    `then` is the earlier estimate; it is withheld wherever the change is. `clear` and `p` are as in `Gap`.
    `overlap` counts those who gave an answer in both rounds, None
    where it is not published. With a mark other than UNRELIABLE the change has no number; with DISCONTINUITY
    `then` may have one, and is not to be compared.
    """

    then: Cell
    estimate: float | None
    lci: float | None
    uci: float | None
    clear: bool
    overlap: int | None
    mark: Mark = Mark.NONE
    se: float | None = None
    df: int | None = None
    p: float | None = None


@dataclass(frozen=True)
class ItemChange:
    """An item that was asked in the earlier round too; `discontinuities` says why it may not be compared."""

    everyone: Change
    public: Change
    voluntary: Change
    discontinuities: tuple[str, ...] = ()


@dataclass(frozen=True)
class RegionCells:
    """One region's cells; region "National" holds central bodies and comes last.

    `everyone` is what releases of before said of both sectors together; those of today say nothing.
    """

    region: str
    everyone: Cell | None
    public: Cell
    voluntary: Cell
    differs: bool  # the voluntary estimate is clearly different from England's
    p: float | None = None


@dataclass(frozen=True)
class GroupCell:
    """One group's cell, such as that of the fire and police bodies."""

    group: str
    cell: Cell


@dataclass(frozen=True)
class Breakdown:
    """One sector's cells by something else than region; the groups hold all of its organisations."""

    sector: Sector
    name: str  # "kind"
    title: str  # "Kind of body"
    groups: tuple[GroupCell, ...]


@dataclass(frozen=True)
class RatingShares:
    """Share of ratings at each of the nine points 1, 1.5 .. 5; empty when withheld.

    `totals` are the shares below and above 3, where those of the points are rounded.
    """

    sector: Sector
    shares: tuple[float, ...]
    n: int | None
    mark: Mark = Mark.NONE
    totals: tuple[float, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class ItemResult:
    """One item asked of one or both sectors.

    A sector that was not asked has a NOT_APPLICABLE cell and no wording.
    """

    item: str
    indicator: str
    section: str
    short: str  # "Consultations last 12 weeks or more"
    measured: str  # "Share answering yes, of those who gave an answer"
    statistic: str  # "proportion" | "mean"
    question_public: str | None
    question_voluntary: str | None
    everyone: Cell
    public: Cell
    voluntary: Cell
    gap: Gap | None  # None unless both sectors are published
    regions: tuple[RegionCells, ...]
    breakdowns: tuple[Breakdown, ...] = ()  # those that are worth what they cost; none in releases of before
    ratings: tuple[RatingShares, ...] = ()
    change: ItemChange | None = None  # None where no earlier round asked it
    since_baseline: ItemChange | None = None  # None where the baseline is the round before, or did not ask it
    unit: str = ""  # "per cent" | "of 5" | "pounds" | "number"; empty in releases of before
    mirrored: bool = True  # both sectors were asked the same; only then their figures are set side by side
    short_voluntary: str = (
        ""  # what voluntary organisations were asked, where `short` is what public bodies were
    )


@dataclass(frozen=True, kw_only=True)
class ResponseRow:
    """Asked and replied, for one group; `replied` and `rate` are None when withheld."""

    group: str  # "Public bodies", "Voluntary organisations, by yearly income"
    label: str  # "Local authorities", "Under £10,000"
    on_frame: int
    asked: int
    replied: int | None
    rate: float | None  # AAPOR RR1, unweighted
    mark: Mark = Mark.NONE


@dataclass(frozen=True, kw_only=True)
class SectorResponse:
    """The steps from frame to full reply, for one sector."""

    sector: Sector
    on_frame: int
    asked: int
    in_scope: int
    began: int
    replied: int
    rate: float  # AAPOR RR1, unweighted
    weighted_rate: float  # AAPOR RR1, design-weighted


@dataclass(frozen=True)
class GroupShare:
    """What part of a sector a region, a kind or an income is: of the frame, and of the weighted replies.

    `by` is region or group, `label` is printed as it is; `weighted` is before weights were calibrated,
    `calibrated` after.
    """

    by: str
    label: str
    frame: float
    weighted: float
    calibrated: float


@dataclass(frozen=True, kw_only=True)
class EarlyAndLate:
    """Replies sent before the first reminder left, those sent from that day on, and how far they are apart.

    `early` and `late` are None where either is too few to be told. `tested` are the questions answered with a
    share that have enough of both, `clear` those on which they clearly differ, all of these tests together;
    `apart` is the middle one of their differences, None where fewer than ten were tested.
    """

    early: int | None
    late: int | None
    tested: int
    clear: int
    apart: float | None


@dataclass(frozen=True, kw_only=True)
class Representation:
    """How evenly a sector replied, and what its weights cost.

    `design_effect` is Kish's, of unequal weights. `r_indicator` is 1 where all were as likely to reply,
    `r_adjusted` the same without what chance alone takes off, `partial` how much each variable takes off;
    None where some group replied whole or not at all.
    """

    sector: Sector
    design_effect: float
    r_indicator: float | None
    r_adjusted: float | None
    partial: tuple[tuple[str, float], ...]
    groups: tuple[GroupShare, ...]
    timing: EarlyAndLate | None = None  # None in releases of before, and where nothing says when


@dataclass(frozen=True, kw_only=True)
class RouteRow:
    """Organisations that came by one route, in one sector; `replied` is None when withheld."""

    route: str  # "Came forward"
    sector: Sector
    asked: int
    replied: int | None
    mark: Mark = Mark.NONE


@dataclass(frozen=True, kw_only=True)
class OtherItem:
    """What organisations that no draw chose said to one item: not weighted, and without an interval."""

    item: str
    section: str
    short: str
    statistic: str
    unit: str
    public: Cell
    voluntary: Cell


@dataclass(frozen=True)
class OtherRoutes:
    """Replies of organisations that no draw chose: a table of its own, which speaks of nobody else."""

    routes: tuple[RouteRow, ...]
    items: tuple[OtherItem, ...]


@dataclass(frozen=True)
class SectorOverlap:
    """Who replied in full in the earlier round, in this one, and in both (None: too few to be published)."""

    sector: Sector
    replied_then: int
    replied_now: int
    replied_both: int | None
    mark: Mark = Mark.NONE


@dataclass(frozen=True)
class EarlierRound:
    """The round that this one is compared with: the newest closed one of its strand that has answers."""

    round_title: str  # "Annual survey 2025"
    opened_on: date
    closed_on: date
    overlaps: tuple[SectorOverlap, ...]
    method: str  # whole sentences on how changes are estimated


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A headline: number, interval in words, one or two sentences, direction of error.

    `changed` names the sector whose change the number is; None where it is no change.
    """

    item: str  # which ItemResult it rests on
    number: str  # "29"
    unit: str  # "points" | "%" | "of 5"
    interval: str  # "95% interval 25 to 33 points"
    statement: str  # "The sectors are far apart on consultation"
    detail: str
    care: str | None  # "The voluntary figure is probably too high: ..."
    changed: Sector | None = None


@dataclass(frozen=True)
class DifferencesTested:
    """How many differences a release tested (gaps, changes, regions), how many are called clear."""

    made: int
    clear: int
    changes: int


@dataclass(frozen=True, kw_only=True)
class Method:
    """How it was done, in figures; the prose around it belongs to the report."""

    frame_as_of: date
    threshold: int
    panel_year: int
    instruments: tuple[str, ...]  # "annual-vco version 1"
    weighting: str  # one sentence
    intervals: str  # one sentence
    protection: str = ""  # whole sentences; releases of before say less


@dataclass(frozen=True, kw_only=True)
class Contents:
    """Everything a round summary prints."""

    title: str  # "Working together 2026"
    subtitle: str
    product: str  # "Compact Monitor"
    agreement: str  # "the Compact"
    strand: str  # "Annual survey"
    programme: str  # "England"
    round_title: str  # "Annual survey 2026"
    opened_on: date
    closed_on: date
    published_on: date
    release: str  # "1.1"
    synthetic: bool  # every page says so
    method: Method
    sectors: tuple[SectorResponse, ...]
    response: tuple[ResponseRow, ...]
    findings: tuple[Finding, ...]
    items: tuple[ItemResult, ...]
    formats: tuple[str, ...] = ()  # whole sentences on other forms that this release has: only what is there
    earlier: EarlierRound | None = None
    frozen_baseline: EarlierRound | None = None  # chosen, and another than the round before
    baseline: bool = False  # known to be the first of its strand: nothing to compare with
    tests: DifferencesTested | None = None  # None in releases that called clear what one interval said
    representation: tuple[Representation, ...] = ()  # empty in releases of before
    other_routes: OtherRoutes | None = None  # None where nobody came but by chance


def since_baseline(contents: Contents) -> Contents:
    """The release as if the baseline were the round before it, for whatever tells of changes; without items
    that the baseline did not ask."""
    items = (item for item in contents.items if item.since_baseline is not None)
    moved = tuple(replace(item, change=item.since_baseline, since_baseline=None) for item in items)
    return replace(contents, items=moved, earlier=contents.frozen_baseline)
