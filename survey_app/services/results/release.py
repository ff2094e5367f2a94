"""Freezing a release: estimates computed once, protected, stored; what is published comes from there."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sampling.disclosure.suppression import suppress_table
from sampling.errors import SamplingError
from sampling.estimation.quality import OutcomeCounts, response_rates
from sampling.frame import INCOME_BANDS, NOT_KNOWN, Sector
from sampling.strata import Stratum
from scheduler.stages import Stage
from scheduler.strands import WORDS as STRANDS
from survey_app.clock import london_date
from survey_app.crypto import Keyring
from survey_app.errors import InvalidError, StageError
from survey_app.models.cases import Outcome
from survey_app.models.frames.snapshots import Frame
from survey_app.models.panels import Panel
from survey_app.models.programmes import Programme
from survey_app.models.results import Release
from survey_app.reports.contents import Contents, ItemResult, Mark, Method, ResponseRow, SectorResponse
from survey_app.reports.frozen import to_json
from survey_app.reports.round_summary.findings import headline_findings
from survey_app.services import jobs
from survey_app.services.audit import AuditContext, record
from survey_app.services.installation import is_synthetic
from survey_app.services.programmes.registry import agreements_of
from survey_app.services.questionnaires.composition import parts_of
from survey_app.services.results import files
from survey_app.services.results.bundle import make_bundle
from survey_app.services.results.changes import Comparison, compare, describe, with_change
from survey_app.services.results.estimates import item_results
from survey_app.services.results.replies import Reply, RoundReplies, replies_of
from survey_app.services.results.waves import WeightedRound, earlier_round, two_waves
from survey_app.services.results.weighting import MIN_REPLIES, weight_replies
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import RoundView

GROUPS = {
    Sector.PUBLIC: "Public bodies",
    Sector.VOLUNTARY: "Voluntary organisations, by yearly income",
}
INCOME_NAMES = {
    "0": "No income",
    "under 10k": "Under £10,000",
    "10k-100k": "£10,000 to £100,000",
    "100k-1m": "£100,000 to £1 million",
    "1m-10m": "£1 million to £10 million",
    "10m-100m": "£10 million to £100 million",
    "100m+": "£100 million and over",
    NOT_KNOWN: "Income not known",
}
# Which state of a case is which letter of AAPOR's; not eligible cases are in no rate.
AAPOR = {
    Outcome.COMPLETE: "I",
    Outcome.STARTED: "P",
    Outcome.REFUSED: "R",
    Outcome.NON_CONTACT: "NC",
    Outcome.NOT_STARTED: "UO",
}


@dataclass(frozen=True)
class Publisher:
    """What a release takes from the settings."""

    product: str
    threshold: int


def freeze_release(
    session: Session, keys: Keyring, *, round_id: int, publisher: Publisher, context: AuditContext
) -> int:
    """Compute, protect and store a closed round's estimates, and owe their report; the release's id.

    Raises:
        StageError: the round is not closed.
        InvalidError: too few replies, or no pattern of suppressed cells protects everybody.
    """
    round_view = lifecycle.get_round(session, round_id=round_id, programme_id=context.programme_id)
    if round_view.stage is not Stage.CLOSED:
        raise StageError(f"{round_view.title} is {round_view.stage}. Results are made when it has closed.")
    replies = replies_of(session, keys, round_view=round_view)
    now = WeightedRound(round_view, replies, weight_replies(replies))
    with _safely():
        comparison = _comparison(session, keys, now, publisher.threshold)
    contents = _contents(session, now, comparison, publisher, context)
    newest = session.scalar(select(func.max(Release.number)).where(Release.round_id == round_id))
    release = Release(
        round_id=round_id,
        number=(newest or 0) + 1,
        contents=to_json(contents),
        frozen_at=context.now,
        frozen_by=context.actor,
    )
    session.add(release)
    session.flush()
    bundle = files.bundle_file(contents, make_bundle(now, comparison, contents))
    files.store_files(session, release_id=release.id, files=[bundle], now=context.now)
    jobs.add_job(
        session,
        kind="report",
        subject_kind=jobs.RELEASE,
        subject_id=release.id,
        due_at=context.now,
        context=context,
    )
    record(session, context, "release frozen", "release", release.id, number=release.number)
    return release.id


@contextmanager
def _safely() -> Iterator[None]:
    """Tell why a release is refused: what cannot be protected is not published."""
    try:
        yield
    except SamplingError as fault:
        raise InvalidError(f"The results cannot be published safely: {fault}") from None


def _comparison(session: Session, keys: Keyring, now: WeightedRound, threshold: int) -> Comparison | None:
    then = earlier_round(session, keys, round_view=now.round_view)
    if then is None:
        return None
    return compare(session, then, now, two_waves(session, then, now), threshold=threshold)


def _items(now: WeightedRound, comparison: Comparison | None, threshold: int) -> tuple[ItemResult, ...]:
    items = item_results(now.replies, now.weighted, threshold=threshold)
    return items if comparison is None else tuple(with_change(comparison, item) for item in items)


def _contents(
    session: Session,
    now: WeightedRound,
    comparison: Comparison | None,
    publisher: Publisher,
    context: AuditContext,
) -> Contents:
    round_view, replies = now.round_view, now.replies
    agreement = next((name for _, name in agreements_of(session, round_view.programme_id)), "agreement")
    number = (
        session.scalar(select(func.count()).select_from(Release).where(Release.round_id == round_view.id))
        or 0
    )
    with _safely():
        items = _items(now, comparison, publisher.threshold)
        response = tuple(_response_rows(replies, publisher.threshold))
    return Contents(
        title=f"Working together {round_view.dates.opens_on.year}",
        subtitle=f"What public bodies and voluntary organisations say about keeping the {agreement}",
        product=publisher.product,
        agreement=f"the {agreement}",
        strand=STRANDS[round_view.strand],
        programme=session.get_one(Programme, round_view.programme_id).name,
        round_title=round_view.title,
        opened_on=round_view.dates.opens_on,
        closed_on=round_view.dates.closes_on,
        published_on=london_date(context.now),
        release=f"{round_view.number}.{number + 1}",
        synthetic=is_synthetic(session),
        method=_method(session, round_view, publisher),
        sectors=tuple(_sector(replies, sector) for sector in Sector),
        response=response,
        findings=headline_findings(items, agreement=agreement, since=comparison.since if comparison else ""),
        items=items,
        formats=("It is also there as a web page, and every number in its tables as a CSV file.",),
        earlier=None if comparison is None else describe(comparison),
        baseline=comparison is None,
    )


def _method(session: Session, round_view: RoundView, publisher: Publisher) -> Method:
    panel = session.get_one(Panel, round_view.panel_id)
    asked = {part for version in round_view.instruments.values() for part in parts_of(session, version)}
    return Method(
        frame_as_of=session.get_one(Frame, panel.frame_id).as_of,
        threshold=publisher.threshold,
        panel_year=panel.year,
        instruments=tuple(sorted(f"{part.name} version {part.version}" for part in asked)),
        weighting=(
            "Each reply stands also for the organisations of its region and kind, or income, that did not "
            f"reply. Where fewer than {MIN_REPLIES} replied, groups of a region were weighted together."
        ),
        intervals="Intervals allow for the strata, the weights, and the share of each group that replied.",
    )


def _sector(replies: RoundReplies, sector: Sector) -> SectorResponse:
    rows = [row for row in replies.rows if row.stratum.sector is sector]
    outcomes = Counter(row.outcome for row in rows)
    began = outcomes[Outcome.STARTED] + outcomes[Outcome.COMPLETE]
    return SectorResponse(
        sector=sector,
        on_frame=sum(size for stratum, size in replies.frame_sizes.items() if stratum.sector is sector),
        asked=len(rows),
        in_scope=len(rows) - outcomes[Outcome.NOT_ELIGIBLE],
        began=began,
        replied=outcomes[Outcome.COMPLETE],
        rate=_rate(rows, weighted=False),
        weighted_rate=_rate(rows, weighted=True),
    )


def _rate(rows: list[Reply], *, weighted: bool) -> float:
    """AAPOR RR1: full replies over all but those known not to be eligible."""
    counts = dict.fromkeys(("I", "P", "R", "NC", "O", "UH", "UO"), 0.0)
    for row in rows:
        if row.outcome in AAPOR:
            counts[AAPOR[row.outcome]] += row.design_weight if weighted else 1.0
    # RR1 counts every unknown case as eligible, so e does not touch it.
    return (
        response_rates(
            OutcomeCounts(**counts), e=1.0, e_method="every unknown case counts as eligible"
        ).rates["RR1"]
        or 0.0
    )


def _response_rows(replies: RoundReplies, threshold: int) -> Iterator[ResponseRow]:
    for sector in Sector:
        labels = sorted({s.band for s in replies.frame_sizes if s.sector is sector}, key=_band_order)
        rows = [[row for row in replies.rows if _is(row.stratum, sector, label)] for label in labels]
        replied = [sum(row.outcome is Outcome.COMPLETE for row in members) for members in rows]
        protected = suppress_table(np.array([replied], dtype=np.float64).T, threshold=threshold)
        suppressed = [bool(row.any()) for row in protected.suppressed]
        for label, members, count, withheld in zip(labels, rows, replied, suppressed, strict=False):
            size = sum(n for s, n in replies.frame_sizes.items() if _is(s, sector, label))
            yield ResponseRow(
                group=GROUPS[sector],
                label=INCOME_NAMES.get(label, label[:1].upper() + label[1:]),
                on_frame=size,
                asked=len(members),
                replied=None if withheld else count,
                rate=None if withheld else _rate(members, weighted=False),
                mark=Mark.WITHHELD if withheld else Mark.NONE,
            )


def _is(stratum: Stratum, sector: Sector, band: str) -> bool:
    return stratum.sector is sector and stratum.band == band


def _band_order(label: str) -> tuple[int, str]:
    order = (*INCOME_BANDS, NOT_KNOWN)
    return (order.index(label) if label in order else 0, label)
