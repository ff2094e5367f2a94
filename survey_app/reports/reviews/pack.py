"""What participants read before a session: a tagged PDF made from one release and from the review before.

Every figure is the release's, printed as that prints it, marks and all, so the pack can say no more.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sampling.frame import Sector
from survey_app.reports.contents import Change, Contents, ItemResult
from survey_app.reports.frozen import read_as
from survey_app.reports.printed import (
    PROPORTION,
    SECTOR_NAMES,
    change_with_interval,
    is_clear,
    moved,
    shown,
    wave_names,
)
from survey_app.reports.reviews.contents import Before, IssueLine
from survey_app.reports.round_summary import statements
from survey_app.reports.round_summary.figures import Figure, published_figures
from survey_app.reports.round_summary.pdf import SYNTHETIC, mark_rows, picture_of, set_pdf, templates
from survey_app.reports.round_summary.tables import published_tables


@dataclass(frozen=True, kw_only=True)
class Coming:
    """A session that is planned: when, where, and what is there for whoever needs it."""

    title: str
    area: str
    day: date
    starts: str
    place: str
    access: str
    languages: str


@dataclass(frozen=True, kw_only=True)
class PackContents:
    """What a pack says beside the figures of its release."""

    product: str
    agreement: str  # "the Compact"
    programme: str
    title: str  # "Annual review 2026"
    number: int
    made_on: date
    synthetic: bool
    source: str  # "Annual survey 2025, release 1"
    coming: tuple[Coming, ...]
    issues: tuple[IssueLine, ...]
    before: Before | None


@dataclass(frozen=True)
class Moved:
    """One clear change, as the release prints it."""

    question: str
    sector: Sector
    then: str
    now: str
    change: str


def pack_from(document: dict[str, Any]) -> PackContents:
    """The pack of a stored document."""
    contents: PackContents = read_as(PackContents, document["contents"])
    return contents


def clear_changes(items: Sequence[ItemResult], *, falls: bool) -> list[Moved]:
    """The clear falls, or the clear rises, of a release: shares first, each by how far it moved."""
    lines = [
        (item.statistic != PROPORTION, -abs(estimate), _line(item, sector, change))
        for item, sector, change, estimate in _clear(items)
        if (estimate < 0) is falls
    ]
    return [line for _, _, line in sorted(lines, key=lambda one: one[:2])]


def _clear(items: Sequence[ItemResult]) -> Iterator[tuple[ItemResult, Sector, Change, float]]:
    for item in items:
        if item.change is None:
            continue
        for sector, change in (
            (Sector.PUBLIC, item.change.public),
            (Sector.VOLUNTARY, item.change.voluntary),
        ):
            estimate = moved(change)
            if is_clear(change) and estimate is not None:
                yield item, sector, change, estimate


def _line(item: ItemResult, sector: Sector, change: Change) -> Moved:
    now = item.public if sector is Sector.PUBLIC else item.voluntary
    words = item.short_voluntary if sector is Sector.VOLUNTARY and item.short_voluntary else item.short
    return Moved(
        words,
        sector,
        shown(change.then, item.statistic),
        shown(now, item.statistic),
        change_with_interval(change, item.statistic),
    )


def pack_html(contents: PackContents, released: Contents) -> str:
    """The whole pack as one HTML document."""
    earlier = released.earlier
    return (
        templates()
        .get_template("review_pack.html")
        .render(
            contents=contents,
            released=released,
            synthetic=SYNTHETIC if contents.synthetic or released.synthetic else "",
            falls=clear_changes(released.items, falls=True),
            rises=clear_changes(released.items, falls=False),
            waves=wave_names(earlier.opened_on, released.opened_on) if earlier else (),
            sector_names=SECTOR_NAMES,
            baseline=statements.BASELINE if released.baseline else "",
            findings=[(finding, picture_of(finding, released)) for finding in released.findings],
            gaps=_gaps(released),
            gaps_lead=statements.gaps_lead(statements.shares_of_both(released.items)),
            mark_rows=mark_rows(released),
        )
    )


def _gaps(released: Contents) -> list[Figure]:
    """The release's drawings of gaps, numbered for themselves; its tables are not here."""
    figures = published_figures(released, published_tables(released)).gaps
    return [replace(figure, number=number, table=None) for number, figure in enumerate(figures, start=1)]


def pack_pdf(contents: PackContents, released: Contents) -> bytes:
    """The pack as a tagged PDF (PDF/UA-1): the same pack always gives the same bytes.

    Raises:
        PdfUnavailableError: a library that sets PDFs is missing.
    """
    return set_pdf(pack_html(contents, released))
