"""A whole release of invented numbers: both sectors, nine regions, withheld and uncertain ones."""

from dataclasses import replace
from datetime import date

from sampling.frame import Sector
from sampling.vocabulary import ENGLISH_REGIONS, NATIONAL
from survey_app.reports.contents import (
    Cell,
    Change,
    Contents,
    EarlierRound,
    Finding,
    Gap,
    ItemChange,
    ItemResult,
    Mark,
    Method,
    RatingShares,
    RegionCells,
    ResponseRow,
    SectorOverlap,
    SectorResponse,
)

WITHHELD = Cell(None, None, None, None, Mark.WITHHELD)
NOT_ASKED = Cell(None, None, None, None, Mark.NOT_APPLICABLE)
HALF_WIDTH = 0.03
SHIFTS = (-0.05, -0.01, 0.12, 0.05, -0.11, 0.0, -0.04, 0.01, -0.02)

ALWAYS = "Share answering always or mostly, of those who gave an answer"
YES = "Share answering yes, of those who answered yes or no"

# item, indicator, section, short, measured, public share, voluntary share (None: not asked)
SHARES: tuple[tuple[str, str, str, str, str, float | None, float | None], ...] = (
    ("heard-of", "SUP-01", "Awareness", "Heard of the Compact", YES, 0.93, 0.61),
    ("knows-what", "OUT-2.1", "Awareness", "Knows what the Compact is", YES, 0.74, 0.44),
    ("reach.event", "PRO-1.1", "Awareness", "How news of the Compact travels: an event", YES, 0.22, 0.31),
    ("reach.letter", "PRO-1.1", "Awareness", "How news of the Compact travels: a letter", YES, 0.35, 0.37),
    ("status", "OUT-1.1", "The Compact in your area", "The Compact is in place", YES, 0.66, 0.49),
    (
        "codes.funding",
        "PRO-2.1",
        "The Compact in your area",
        "Code of practice agreed: funding",
        YES,
        0.58,
        0.41,
    ),
    (
        "codes.bme",
        "PRO-2.1",
        "The Compact in your area",
        "Code of practice agreed: BME groups",
        YES,
        0.44,
        0.43,
    ),
    ("action-plan", "PRO-3.0", "The Compact in your area", "There is an action plan", YES, 0.52, 0.28),
    ("champion", "INP-1.5", "People and support", "Has a champion", YES, 0.71, 0.19),
    ("costs-repaid", "INP-2.3", "People and support", "Costs of taking part repaid", ALWAYS, None, 0.34),
    ("consulted", "OUT-6.1", "Consultation", "Consultation took place", YES, 0.86, 0.47),
    ("twelve-weeks", "OUT-6.1", "Consultation", "At least 12 weeks to reply", ALWAYS, 0.81, 0.52),
    ("feedback", "OUT-6.2", "Consultation", "Told what was decided, and why", ALWAYS, 0.74, 0.47),
    ("changed", "OUT-6.3", "Consultation", "Something changed after consultation", YES, 0.58, 0.55),
    ("full-cost", "OUT-5.1", "Funding", "Full cost of the work paid", ALWAYS, 0.63, 0.46),
    ("agreed-before", "OUT-5.2", "Funding", "Terms agreed before work started", ALWAYS, 0.69, 0.48),
    ("paid-on-time", "OUT-5.1", "Funding", "Paid on time", ALWAYS, 0.84, 0.72),
    ("independence", "OCM-1.7", "Working together", "Independence respected", ALWAYS, 0.88, 0.77),
    ("dispute-route", "PRO-3.7", "Working together", "Clear way to raise a breach", YES, 0.61, 0.63),
    (
        "involved.rural",
        "OUT-8.4",
        "Working together",
        "As much say as others: rural groups",
        ALWAYS,
        0.55,
        0.38,
    ),
)

# item, short, public average, voluntary average, shares of 1, 1.5 .. 5 in hundredths, per sector
RATINGS = (
    (
        "relationship",
        "Working relationship now",
        (4.0, (3, 1, 9, 3, 22, 5, 36, 6, 15)),
        (3.0, (9, 4, 19, 6, 26, 4, 22, 3, 7)),
    ),
    (
        "relationship-year-ago",
        "Working relationship a year ago, looking back",
        (3.5, (4, 2, 12, 4, 25, 5, 31, 6, 11)),
        (3.4, (13, 5, 24, 6, 23, 4, 16, 3, 6)),
    ),
)


def contents() -> Contents:
    """The release that most tests read; all its numbers are invented."""
    return Contents(
        title="Working together 2026",
        subtitle="What public bodies and voluntary organisations say about keeping the agreement",
        product="Compact Monitor",
        agreement="the Compact",
        strand="Annual survey",
        programme="England",
        round_title="Annual survey 2026",
        opened_on=date(2026, 9, 1),
        closed_on=date(2026, 11, 13),
        published_on=date(2027, 1, 26),
        release="1.1",
        synthetic=True,
        method=_method(),
        sectors=(
            SectorResponse(
                sector=Sector.PUBLIC,
                on_frame=612,
                asked=612,
                in_scope=604,
                began=452,
                replied=418,
                rate=0.69,
                weighted_rate=0.68,
            ),
            SectorResponse(
                sector=Sector.VOLUNTARY,
                on_frame=98_400,
                asked=5_200,
                in_scope=4_890,
                began=2_410,
                replied=2_154,
                rate=0.44,
                weighted_rate=0.39,
            ),
        ),
        response=_response(),
        findings=_findings(),
        items=(*(_share(number) for number in range(len(SHARES))), *_ratings(), _breaches()),
    )


def compared() -> Contents:
    """The same release with an earlier round: rises, falls, one discontinuity, one suppressed change."""
    then = contents()
    items = tuple(replace(item, change=_item_change(item, n)) for n, item in enumerate(then.items))
    return replace(then, items=items, earlier=earlier())


def earlier() -> EarlierRound:
    """The round before that of the sample."""
    return EarlierRound(
        round_title="Annual survey 2025",
        opened_on=date(2025, 9, 1),
        closed_on=date(2025, 11, 14),
        overlaps=(
            SectorOverlap(Sector.PUBLIC, 402, 418, 290),
            SectorOverlap(Sector.VOLUNTARY, 2_051, 2_154, None, Mark.WITHHELD),
        ),
        method="A change is this round's figure less the earlier one's.",
    )


def change(now: Cell, moved: float, half: float, overlap: int | None = 200) -> Change:
    """A change that leads to a cell of this round."""
    if now.estimate is None:
        return Change(then=now, estimate=None, lci=None, uci=None, clear=False, overlap=None, mark=now.mark)
    then = replace(now, estimate=now.estimate - moved, lci=None, uci=None, n=(now.n or 0) - 7)
    return Change(
        then=then,
        estimate=moved,
        lci=moved - half,
        uci=moved + half,
        clear=abs(moved) > half,
        overlap=overlap,
    )


def compared_item(key: str, overlap: int | None = 200) -> ItemResult:
    """One item of the compared sample; with another overlap of public bodies."""
    item = next(item for item in compared().items if item.item == key)
    assert item.change is not None
    if item.change.public.overlap == overlap or item.change.public.estimate is None:
        return item
    return replace(item, change=replace(item.change, public=replace(item.change.public, overlap=overlap)))


BROKEN = "For public bodies the question was worded differently in 2025."


def _item_change(item: ItemResult, number: int) -> ItemChange:
    unit = 1.0 if item.statistic == "proportion" else 5.0
    public = change(item.public, (0.01 * (number % 5) - 0.03) * unit, 0.025 * unit)
    voluntary = change(item.voluntary, (0.02 * (number % 4) - 0.01) * unit, 0.03 * unit)
    everyone = change(item.everyone, 0.01 * unit, 0.02 * unit)
    if item.item == "full-cost":
        broken = replace(
            public, estimate=None, lci=None, uci=None, clear=False, overlap=None, mark=Mark.DISCONTINUITY
        )
        return ItemChange(replace(broken, then=everyone.then), broken, voluntary, (BROKEN,))
    if item.item == "paid-on-time":
        suppressed = Change(
            then=WITHHELD, estimate=None, lci=None, uci=None, clear=False, overlap=None, mark=Mark.WITHHELD
        )
        return ItemChange(suppressed, suppressed, voluntary)
    return ItemChange(everyone, public, voluntary)


def item(key: str) -> ItemResult:
    """One item of the sample by its key."""
    return next(item for item in contents().items if item.item == key)


def with_item(sample: Contents, changed: ItemResult) -> Contents:
    """The same release with one item replaced."""
    items = tuple(changed if old.item == changed.item else old for old in sample.items)
    return replace(sample, items=items)


def _method() -> Method:
    return Method(
        frame_as_of=date(2026, 7, 1),
        threshold=10,
        panel_year=2026,
        instruments=("annual-public-body version 1", "annual-vco version 1"),
        weighting="Answers are weighted to the frame by region, kind and size, adjusted for non-reply.",
        intervals="Intervals allow for strata, weights and the share of each group that replied.",
    )


def _response() -> tuple[ResponseRow, ...]:
    public, voluntary = "Public bodies", "Voluntary organisations, by yearly income"
    return (
        _row(public, "Local authorities", 333, 333, 241, 0.72),
        _row(public, "Health bodies", 149, 149, 92, 0.62),
        _row(public, "Government departments", 24, 24, None, None),
        _row(public, "Other public bodies", 106, 106, None, None),
        _row(voluntary, "Under £10,000", 41_200, 1_300, 412, 0.35),
        _row(voluntary, "£10,000 to £100,000", 33_700, 1_300, 520, 0.43),
        _row(voluntary, "£100,000 to £1 million", 16_900, 1_300, 598, 0.48),
        _row(voluntary, "Over £1 million", 6_600, 1_300, 624, 0.50),
    )


def _findings() -> tuple[Finding, ...]:
    too_high = "The voluntary figure is probably too high: organisations that know the Compact reply more."
    return (
        Finding(
            item="twelve-weeks",
            number="29",
            unit="points",
            interval="95% interval 25 to 33 points",
            statement="The sectors are far apart on consultation",
            detail="81% of public bodies say that 12 weeks are given. Of voluntary organisations 52% say so.",
            care=too_high,
        ),
        Finding(
            item="full-cost",
            number="46",
            unit="%",
            interval="95% interval 43% to 49%",
            statement="Fewer than half of voluntary organisations are paid the full cost of the work",
            detail="Of public bodies 63% say that they pay the full cost always or mostly.",
            care="We do not know which way this figure may be wrong.",
        ),
        Finding(
            item="independence",
            number="77",
            unit="%",
            interval="95% interval 74% to 80%",
            statement="Most voluntary organisations say that their independence is respected",
            detail="Of public bodies 88% say so.",
            care=None,
        ),
        Finding(
            item="relationship",
            number="3.0",
            unit="of 5",
            interval="95% interval 2.9 to 3.1",
            statement="Voluntary organisations rate the working relationship lower than public bodies do",
            detail="Public bodies give it 4.0 of 5 on average.",
            care="A rating is a feeling on the day. Nothing here shows what made it.",
        ),
    )


def _cell(estimate: float | None, n: int, half: float = HALF_WIDTH, mark: Mark = Mark.NONE) -> Cell:
    if estimate is None:
        return NOT_ASKED
    top = 5.0 if estimate > 1 else 1.0
    return Cell(estimate, max(estimate - half, 0.0), min(estimate + half, top), n, mark)


def _gap(public: float | None, voluntary: float | None, half: float) -> Gap | None:
    if public is None or voluntary is None:
        return None
    estimate = public - voluntary
    return Gap(estimate, estimate - half, estimate + half, clear=abs(estimate) > half)


def _share(number: int) -> ItemResult:
    key, indicator, section, short, measured, public, voluntary = SHARES[number]
    return ItemResult(
        item=key,
        indicator=indicator,
        section=section,
        short=short,
        measured=measured,
        statistic="proportion",
        question_public=None if public is None else f"Is this so in your organisation: {short.lower()}?",
        question_voluntary=f"Is this so where you work: {short.lower()}?",
        everyone=_cell(voluntary, 2_560 if public else 2_142),
        public=_cell(public, 418 - number),
        voluntary=_cell(voluntary, 2_154 - number),
        gap=_gap(public, voluntary, 0.04),
        regions=_regions(public, voluntary, number),
    )


def _regions(public: float | None, voluntary: float | None, number: int) -> tuple[RegionCells, ...]:
    rows = [
        _region(place, public, None if voluntary is None else voluntary + shift, abs(shift) > 0.1)
        for place, shift in enumerate(SHIFTS)
    ]
    rows[number % 9] = RegionCells(ENGLISH_REGIONS[number % 9], WITHHELD, WITHHELD, WITHHELD, False)
    rows[(number + 4) % 9] = RegionCells(
        ENGLISH_REGIONS[(number + 4) % 9], WITHHELD, WITHHELD, WITHHELD, False
    )
    central = _cell(public, 19, 0.18, Mark.UNRELIABLE)
    return (*rows, RegionCells(NATIONAL, central, central, NOT_ASKED, False))


def _region(place: int, public: float | None, voluntary: float | None, differs: bool) -> RegionCells:
    mark = Mark.UNRELIABLE if place == 5 else Mark.NONE
    half = 0.12 if place == 5 else 0.07
    return RegionCells(
        ENGLISH_REGIONS[place],
        everyone=_cell(voluntary, 240 + place),
        public=_cell(public, 40 + place, 0.09),
        voluntary=_cell(voluntary, 200 + place, half, mark),
        differs=differs,
    )


def _ratings() -> tuple[ItemResult, ...]:
    return tuple(_rating(*row) for row in RATINGS)


def _rating(
    key: str, short: str, public: tuple[float, tuple[int, ...]], voluntary: tuple[float, tuple[int, ...]]
) -> ItemResult:
    return ItemResult(
        item=key,
        indicator="BAS-1.1",
        section="Working together",
        short=short,
        measured="Average rating from 1 (poor) to 5 (good), of those who gave one",
        statistic="mean",
        question_public="How good is your working relationship with voluntary and community organisations?",
        question_voluntary="How good is your working relationship with public bodies?",
        everyone=_cell(voluntary[0], 2_499, 0.05),
        public=_cell(public[0], 412, 0.1),
        voluntary=_cell(voluntary[0], 2_087, 0.1),
        gap=_gap(public[0], voluntary[0], 0.14),
        regions=tuple(
            RegionCells(name, _cell(3.1, 220, 0.2), _cell(3.9, 44, 0.3), _cell(3.0, 176, 0.2), False)
            for name in ENGLISH_REGIONS
        ),
        ratings=(
            RatingShares(Sector.PUBLIC, tuple(share / 100 for share in public[1]), 412),
            RatingShares(Sector.VOLUNTARY, tuple(share / 100 for share in voluntary[1]), 2_087),
        ),
    )


def _breaches() -> ItemResult:
    return ItemResult(
        item="disputes",
        indicator="OCM-3.2",
        section="Working together",
        short="Breaches raised",
        measured="Average number in the last 12 months, of those who had heard of it and gave a number",
        statistic="mean",
        question_public="In the last 12 months, how often were you told of a breach?",
        question_voluntary="In the last 12 months, how often did you raise a breach?",
        everyone=_cell(0.4, 1_530, 0.1),
        public=WITHHELD,
        voluntary=_cell(0.4, 1_311, 0.1, Mark.UNRELIABLE),
        gap=None,
        regions=(),
    )


def _row(
    group: str, label: str, on_frame: int, asked: int, replied: int | None, rate: float | None
) -> ResponseRow:
    mark = Mark.WITHHELD if replied is None else Mark.NONE
    return ResponseRow(
        group=group, label=label, on_frame=on_frame, asked=asked, replied=replied, rate=rate, mark=mark
    )
