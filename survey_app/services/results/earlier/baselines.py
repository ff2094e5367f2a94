"""The baseline of a strand: a release that all later rounds are compared with, whatever the year between.

It is chosen, never derived, and stays until somebody chooses another and says why. Its figures stand as they
were released: a correction of them is another release, which changes regional figures in whole batches only
(`corrections`), and takes the place of the first only if it is chosen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from math import sqrt

from sqlalchemy import select
from sqlalchemy.orm import Session

from sampling.estimation.intervals import t_interval
from sampling.estimation.many_tests import p_value
from scheduler.strands import Strand
from survey_app.crypto import Keyring
from survey_app.errors import DestroyedError, InvalidError, NotFoundError
from survey_app.models.results import Baseline, Release, ReleaseRound, ReleaseState
from survey_app.models.rounds import Round
from survey_app.reports.contents import Cell, Change, Contents, EarlierRound, ItemChange, ItemResult, Mark
from survey_app.reports.frozen import from_json
from survey_app.reports.round_summary import method
from survey_app.services.audit import AuditContext, record
from survey_app.services.results.earlier.changes import (
    HIDDEN,
    SIDES,
    Comparison,
    Discontinuities,
    broken_between,
    change_of,
    compare,
    describe,
    second_suppressed,
    without_change,
)
from survey_app.services.results.earlier.waves import WeightedRound, two_waves, weighted_round
from survey_app.services.results.estimates import CONFIDENCE, LEVEL, SUPPRESSED
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import RoundView

MAX_REASON_LENGTH = 2000


@dataclass(frozen=True, kw_only=True)
class BaselineView:
    """The baseline of a strand: which release, of which round, since when and why."""

    release_id: int
    round_id: int
    round_title: str
    number: int
    frozen_at: datetime | None
    reason: str
    chosen_at: datetime
    chosen_by: str


def choose_baseline(session: Session, *, release_id: int, reason: str, context: AuditContext) -> None:
    """Let later rounds of its strand be compared with a release.

    Raises:
        NotFoundError: no such published release in the programme.
        InvalidError: no reason, or too long a one; or it is the baseline already.
    """
    row = session.execute(
        select(Release, Round.strand)
        .join(ReleaseRound, (ReleaseRound.release_id == Release.id) & (ReleaseRound.position == 1))
        .join(Round, Round.id == ReleaseRound.round_id)
        .where(
            Release.id == release_id,
            Release.programme_id == context.programme_id,
            Release.state == ReleaseState.PUBLISHED,
        )
    ).one_or_none()
    if row is None:
        raise NotFoundError("release", release_id)
    said = reason.strip()
    if not 1 <= len(said) <= MAX_REASON_LENGTH:
        raise InvalidError(f"Say why this release is the baseline, in 1 to {MAX_REASON_LENGTH:,} characters.")
    release, strand = row
    before = baseline_of(session, programme_id=release.programme_id, strand=strand)
    if before is not None and before.release_id == release_id:
        raise InvalidError("This release is the baseline already.")
    session.add(
        Baseline(
            programme_id=release.programme_id,
            strand=strand,
            release_id=release_id,
            reason=said,
            chosen_at=context.now,
            chosen_by=context.actor,
        )
    )
    was = None if before is None else before.release_id
    record(session, context, "baseline chosen", "release", release_id, before=was)


def baseline_of(session: Session, *, programme_id: int, strand: Strand) -> BaselineView | None:
    """The baseline of a strand; None where none was chosen, or it was withdrawn."""
    row = session.execute(
        select(Baseline, Release, Round)
        .join(Release, Release.id == Baseline.release_id)
        .join(ReleaseRound, (ReleaseRound.release_id == Release.id) & (ReleaseRound.position == 1))
        .join(Round, Round.id == ReleaseRound.round_id)
        .where(Baseline.programme_id == programme_id, Baseline.strand == strand)
        .order_by(Baseline.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None or row.Release.state is not ReleaseState.PUBLISHED:
        return None
    chosen, release, round_ = row
    return BaselineView(
        release_id=release.id,
        round_id=round_.id,
        round_title=round_.title,
        number=release.number,
        frozen_at=release.frozen_at,
        reason=chosen.reason,
        chosen_at=chosen.chosen_at,
        chosen_by=chosen.chosen_by,
    )


def baseline_of_release(session: Session, *, release_id: int) -> BaselineView | None:
    """The baseline of the strand that a release is of."""
    programme_id, strand = session.execute(
        select(Round.programme_id, Round.strand)
        .join(ReleaseRound, ReleaseRound.round_id == Round.id)
        .where(ReleaseRound.release_id == release_id, ReleaseRound.position == 1)
    ).one()
    return baseline_of(session, programme_id=programme_id, strand=strand)


@dataclass(frozen=True)
class FrozenBaseline:
    """What a round is compared with beside the round before it.

    `released` is what the release says, by item; `broken` which of these may not be compared, and why.
    `comparison` is None where the answers were destroyed, or cannot be weighted any more.
    """

    contents: Contents
    released: Mapping[str, ItemResult]
    broken: Discontinuities
    comparison: Comparison | None
    threshold: int

    @property
    def rounds(self) -> tuple[int, ...]:
        """The round whose answers it rests on."""
        return () if self.comparison is None else (self.comparison.then.round_view.id,)


def baseline_for(
    session: Session, keys: Keyring, *, now: WeightedRound, before: WeightedRound | None, threshold: int
) -> FrozenBaseline | None:
    """The baseline that a round is compared with; None where it is the round itself, or the one before it,
    or opened no earlier."""
    here = now.round_view
    view = baseline_of(session, programme_id=here.programme_id, strand=here.strand)
    if view is None or view.round_id in (here.id, before and before.round_view.id):
        return None
    then = lifecycle.get_round(session, round_id=view.round_id, programme_id=here.programme_id)
    if then.dates.opens_on >= here.dates.opens_on:
        return None
    contents = from_json(session.get_one(Release, view.release_id).contents or {})
    return FrozenBaseline(
        contents,
        {item.item: item for item in contents.items},
        broken_between(session, then, now),
        _comparison(session, keys, then, now, threshold),
        threshold,
    )


def _comparison(
    session: Session, keys: Keyring, then: RoundView, now: WeightedRound, threshold: int
) -> Comparison | None:
    try:
        weighted = weighted_round(session, keys, then)
    except (DestroyedError, InvalidError):
        return None
    return compare(session, weighted, now, two_waves(session, weighted, now), threshold=threshold)


def with_baseline(baseline: FrozenBaseline, item: ItemResult) -> ItemResult:
    """The item with its change since the baseline; as it is where the baseline did not ask it."""
    released = baseline.released.get(item.item)
    if released is None:
        return item
    again = None if baseline.comparison is None else change_of(baseline.comparison, item)
    if baseline.comparison is not None and again is None:
        return item
    broken = baseline.broken.get(item.item, ())
    sides = {
        side: _side(
            getattr(released, side),
            getattr(item, side),
            None if again is None else getattr(again, side),
            broken=any(sector in (None, one) for one, _ in broken),
            threshold=baseline.threshold,
        )
        for side, sector in SIDES.items()
    }
    reasons = tuple(why for _, why in broken)
    return replace(item, since_baseline=ItemChange(**second_suppressed(sides), discontinuities=reasons))


def _side(released: Cell, now: Cell, again: Change | None, *, broken: bool, threshold: int) -> Change:
    """Of one sector, or of both: by the answers of both rounds, or by what was released alone.

    Figures worked again from more answers than those released, or fewer, but by no whole batch, would tell
    the answers between. Then the released figure stands, and no change is given.
    """
    if HIDDEN & {released.mark, now.mark}:
        return without_change(SUPPRESSED, Mark.WITHHELD)
    for cell in (released, now):
        if cell.estimate is None:
            return without_change(cell, cell.mark)
    if broken:
        return without_change(released, Mark.DISCONTINUITY)
    if again is None:
        return _by_figures(released, now)
    if again.estimate is not None and 0 < abs((again.then.n or 0) - (released.n or 0)) < threshold:
        return without_change(released, Mark.NOT_AVAILABLE)
    return again


def _by_figures(released: Cell, now: Cell) -> Change:
    """The difference of two figures as if nobody had answered twice."""
    df = min(now.df or 0, released.df or 0)
    if released.estimate is None or now.estimate is None or released.se is None or now.se is None or df <= 0:
        return without_change(released, Mark.NOT_AVAILABLE)
    moved, se = now.estimate - released.estimate, sqrt(now.se**2 + released.se**2)
    low, high = t_interval(moved, se, df, CONFIDENCE)
    p = p_value(moved, se, df)
    return Change(
        then=released,
        estimate=moved,
        lci=low,
        uci=high,
        clear=p < LEVEL,
        overlap=None,
        se=se,
        df=df,
        p=p,
    )


def describe_baseline(baseline: FrozenBaseline) -> EarlierRound:
    """The baseline for the page: which release it is, and how changes since it are estimated."""
    contents = baseline.contents
    named = method.baseline(contents.release, contents.round_title)
    if baseline.comparison is not None:
        described = describe(baseline.comparison)
        return replace(described, method=f"{named} {method.BY_ANSWERS} {described.method}")
    return EarlierRound(
        round_title=contents.round_title,
        opened_on=contents.opened_on,
        closed_on=contents.closed_on,
        overlaps=(),
        method=f"{named} {method.WITHOUT_ANSWERS}",
    )
