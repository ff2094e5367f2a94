"""What a release will say, worked out from a closed round's replies and made safe to publish.

It only reads, so it runs outside any write transaction, and says after each step how far it is.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from sqlalchemy.orm import Session

from sampling.disclosure.items import Rules
from sampling.errors import SamplingError
from sampling.estimation.frame_weights import MIN_REPLIES
from scheduler.strands import WORDS as STRANDS
from survey_app.crypto import Keyring
from survey_app.errors import InvalidError
from survey_app.models.frames.snapshots import Frame
from survey_app.models.panels import Panel
from survey_app.models.programmes import Programme
from survey_app.reports.contents import Contents, DifferencesTested, ItemResult, Method, OtherRoutes
from survey_app.reports.digits import as_printed
from survey_app.reports.round_summary import method
from survey_app.reports.round_summary.findings import headline_findings
from survey_app.services.installation import is_synthetic
from survey_app.services.programmes.registry import agreements_of
from survey_app.services.questionnaires.composition import parts_of
from survey_app.services.results.bundle import make_bundle
from survey_app.services.results.corrections import (
    released_contents,
    released_items,
    routes_that_stand,
    with_regions_that_stand,
)
from survey_app.services.results.earlier.baselines import baseline_for, describe_baseline, with_baseline
from survey_app.services.results.earlier.changes import Comparison, compare, describe, with_change
from survey_app.services.results.earlier.waves import WeightedRound, earlier_round, two_waves
from survey_app.services.results.estimates import item_results, keys_of
from survey_app.services.results.other_routes import other_routes
from survey_app.services.results.protection import Protection, protect_round
from survey_app.services.results.replies import OtherReplies, others_of, replies_of
from survey_app.services.results.representation import representation_of
from survey_app.services.results.response import response_rows, sector_response, sectors_of
from survey_app.services.results.verdicts import with_verdicts
from survey_app.services.results.weighting import weight_replies
from survey_app.services.rounds.lifecycle import RoundView

Note = Callable[[int, int], None]


@dataclass(frozen=True)
class Publisher:
    """What a release takes from the settings."""

    product: str
    threshold: int


@dataclass(frozen=True)
class Edition:
    """Which release it is to be: its number within the round, and its day."""

    number: int
    day: date


@dataclass(frozen=True)
class WorkedOut:
    """What a release will say, its bundle, and the rounds whose answers the bundle holds.

    The contents have no digit more than is printed; those in the bundle have all.
    """

    contents: Contents
    bundle: bytes
    rounds: tuple[int, ...]


class Steps:
    """Counts steps, and notes after each how many of how many are done."""

    def __init__(self, note: Note) -> None:
        self._note, self._done, self.total = note, 0, 1

    def __call__(self) -> None:
        self._done += 1
        self._note(self._done, max(self.total, self._done))


def work_out(
    session: Session,
    keys: Keyring,
    *,
    round_view: RoundView,
    publisher: Publisher,
    edition: Edition,
    note: Note = lambda done, total: None,
) -> WorkedOut:
    """A closed round's estimates beside those of the round before, protected; and the bundle.

    Args:
        note: called after each step with how many steps of how many are done; may raise to give up.

    Raises:
        InvalidError: too few replies, or what would be printed tells something protected; it says what.
        DestroyedError: the round's answers were destroyed.
    """
    replies = replies_of(session, keys, round_view=round_view)
    now = WeightedRound(round_view, replies, weight_replies(replies))
    then = earlier_round(session, keys, round_view=round_view)
    steps = Steps(note)
    steps.total = 2 + sum(len(keys_of(one.replies)) for one in (now, then) if one is not None)
    steps()
    with _safely():
        protection = protect_round(replies, Rules(threshold=publisher.threshold))
        comparison = _comparison(session, now, then, publisher.threshold, steps)
        baseline = baseline_for(session, keys, now=now, before=then, threshold=publisher.threshold)
        items = _items(now, comparison, protection, steps)
        items = items if baseline is None else tuple(map(partial(with_baseline, baseline), items))
        before = released_items(session, round_view.id)
        items = with_regions_that_stand(items, before, threshold=publisher.threshold)
        decided = with_verdicts(items)
        contents = _contents(session, now, comparison, decided, publisher=publisher, edition=edition)
        others = others_of(session, keys, round_view=round_view)
        contents = replace(
            contents,
            other_routes=_apart(session, others, round_view, publisher.threshold),
            frozen_baseline=None if baseline is None else describe_baseline(baseline),
            baseline=contents.baseline and baseline is None,
        )
    since = None if baseline is None else baseline.comparison
    bundle = make_bundle(
        now, (comparison, since), contents, protection, others=others, threshold=publisher.threshold
    )
    steps()
    rounds = tuple(one.round_view.id for one in (now, then) if one is not None)
    return WorkedOut(as_printed(contents), bundle, (*rounds, *(baseline.rounds if baseline else ())))


@contextmanager
def _safely() -> Iterator[None]:
    """Tell why a release is refused: what cannot be protected is not published."""
    try:
        yield
    except SamplingError as fault:
        raise InvalidError(f"The results cannot be published safely: {fault}") from None


def _apart(
    session: Session, others: OtherReplies, round_view: RoundView, threshold: int
) -> OtherRoutes | None:
    """What came by other routes; as it was first released where a new one would tell single replies."""
    before = released_contents(session, round_view.id)
    new = other_routes(others, threshold=threshold)
    return routes_that_stand(new, None if before is None else before.other_routes, threshold=threshold)


def _comparison(
    session: Session, now: WeightedRound, then: WeightedRound | None, threshold: int, step: Callable[[], None]
) -> Comparison | None:
    if then is None:
        return None
    return compare(session, then, now, two_waves(session, then, now), threshold=threshold, step=step)


def _items(
    now: WeightedRound, comparison: Comparison | None, protection: Protection, step: Callable[[], None]
) -> tuple[ItemResult, ...]:
    items = item_results(now.replies, now.weighted, protection=protection, step=step)
    return items if comparison is None else tuple(map(partial(with_change, comparison), items))


def _contents(
    session: Session,
    now: WeightedRound,
    comparison: Comparison | None,
    decided: tuple[tuple[ItemResult, ...], DifferencesTested],
    *,
    publisher: Publisher,
    edition: Edition,
) -> Contents:
    items, tests = decided
    since = comparison.since if comparison else ""
    round_view, replies = now.round_view, now.replies
    agreement = next((name for _, name in agreements_of(session, round_view.programme_id)), "agreement")
    return Contents(
        title=method.title(round_view.dates.opens_on.year),
        subtitle=method.subtitle(agreement),
        product=publisher.product,
        agreement=f"the {agreement}",
        strand=STRANDS[round_view.strand],
        programme=session.get_one(Programme, round_view.programme_id).name,
        round_title=round_view.title,
        opened_on=round_view.dates.opens_on,
        closed_on=round_view.dates.closes_on,
        published_on=edition.day,
        release=f"{round_view.number}.{edition.number}",
        synthetic=is_synthetic(session),
        method=_method(session, now, publisher),
        sectors=tuple(sector_response(replies, sector) for sector in sectors_of(replies)),
        response=tuple(response_rows(replies, threshold=publisher.threshold)),
        findings=headline_findings(items, agreement=agreement, since=since, tests=tests),
        items=items,
        formats=method.FORMATS,
        earlier=None if comparison is None else describe(comparison),
        baseline=comparison is None,
        tests=tests,
        representation=tuple(representation_of(replies, now.weighted, threshold=publisher.threshold)),
    )


def _method(session: Session, now: WeightedRound, publisher: Publisher) -> Method:
    round_view = now.round_view
    panel = session.get_one(Panel, round_view.panel_id)
    asked = {part for version in round_view.instruments.values() for part in parts_of(session, version)}
    return Method(
        frame_as_of=session.get_one(Frame, panel.frame_id).as_of,
        threshold=publisher.threshold,
        panel_year=panel.year,
        instruments=tuple(sorted(f"{part.name} version {part.version}" for part in asked)),
        weighting=method.weighting(MIN_REPLIES, now.weighted.fit.reached if now.weighted.fit else {}),
        intervals=method.INTERVALS,
        protection=method.protection(
            publisher.threshold, session.get_one(Programme, round_view.programme_id).name
        ),
    )
