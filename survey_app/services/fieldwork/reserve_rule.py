"""Where a reserve is needed: strata whose answers fall behind, and the rule by which the worker releases."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sampling.frame import Sector
from scheduler.stages import Stage
from scheduler.timetable import spoken
from survey_app.clock import at, london_date
from survey_app.errors import InvalidError, StageError
from survey_app.models.cases.casework import Case, Outcome
from survey_app.models.panels import PanelMember, PanelReserve, PanelStratum, ReserveRelease, ReserveRule
from survey_app.services import jobs
from survey_app.services.audit import AuditContext, record
from survey_app.services.fieldwork.curve import elapsed
from survey_app.services.fieldwork.reserve import release
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import LETTERS_LEAVE_AT, RoundView

CHECK = "reserve"
# Released organisations need time to answer, and those released before too, until more are.
TIME_TO_ANSWER = timedelta(days=14)
# Nobody plans on fewer than one in ten answering.
MIN_RESPONSE = 0.1


@dataclass(frozen=True, kw_only=True)
class ReserveLine:
    """One sampled stratum of a round with its reserve.

    Args:
        waiting: reserve not yet released. target: answers hoped for at the draw. expected: of these by now.
        behind: answers are fewer than the share of the round's rule allows.
        needed: releases that would make up for what is missing.
    """

    panel_stratum_id: int
    name: str
    sector: Sector
    region: str
    band: str
    pop_size: int
    drawn_size: int
    sample_size: int
    waiting: int
    asked: int
    complete: int
    target: float
    expected: float
    behind: bool
    needed: int
    released_on: date | None


@dataclass(frozen=True)
class RuleView:
    """When a round's reserve is released by rule: from a day, below a share of the answers expected."""

    from_day: date
    share: float
    set_by: str


def reserves_of(
    session: Session, *, round_id: int, programme_id: int | None, now: datetime
) -> list[ReserveLine]:
    """The sampled strata of a round's panel, in order.

    Raises:
        NotFoundError: no such round in this programme.
    """
    round_view = lifecycle.get_round(session, round_id=round_id, programme_id=programme_id)
    rule = session.get(ReserveRule, round_id)
    gone = elapsed(round_view.dates.opens_on, round_view.dates.closes_on, now)
    waiting = dict(
        session.execute(
            select(PanelReserve.panel_stratum_id, func.count())
            .where(PanelReserve.panel_id == round_view.panel_id, PanelReserve.release_id.is_(None))
            .group_by(PanelReserve.panel_stratum_id)
        ).all()
    )
    released = dict(
        session.execute(
            select(ReserveRelease.panel_stratum_id, func.max(ReserveRelease.released_at))
            .where(ReserveRelease.round_id == round_id)
            .group_by(ReserveRelease.panel_stratum_id)
        ).all()
    )
    replies = _replies(session, round_id)
    rows = session.scalars(
        select(PanelStratum)
        .where(PanelStratum.panel_id == round_view.panel_id, PanelStratum.certainty.is_(False))
        .order_by(PanelStratum.name)
    )
    share = rule.share if rule is not None else 1.0
    return [
        _line(row, waiting.get(row.id, 0), replies.get(row.id, (0, 0)), gone, share, released.get(row.id))
        for row in rows
    ]


def _replies(session: Session, round_id: int) -> dict[int, tuple[int, int]]:
    """By stratum: cases that are eligible, and those that have answered."""
    rows = session.execute(
        select(PanelMember.panel_stratum_id, Case.outcome, func.count())
        .join(Case, Case.panel_member_id == PanelMember.id)
        .where(Case.round_id == round_id, Case.outcome != Outcome.NOT_ELIGIBLE)
        .group_by(PanelMember.panel_stratum_id, Case.outcome)
    )
    replies: dict[int, tuple[int, int]] = {}
    for stratum, outcome, count in rows:
        asked, complete = replies.get(stratum, (0, 0))
        replies[stratum] = asked + count, complete + (count if outcome is Outcome.COMPLETE else 0)
    return replies


def _line(
    row: PanelStratum,
    waiting: int,
    replies: tuple[int, int],
    gone: float,
    share: float,
    released_at: datetime | None,
) -> ReserveLine:
    asked, complete = replies
    target = row.drawn_size * row.expected_response
    foreseen = complete / gone if gone else 0.0
    response = max(foreseen / asked if asked else 0.0, MIN_RESPONSE)
    missing = max(target - foreseen, 0.0)
    return ReserveLine(
        panel_stratum_id=row.id,
        name=row.name,
        sector=row.sector,
        region=row.region,
        band=row.band,
        pop_size=row.pop_size,
        drawn_size=row.drawn_size,
        sample_size=row.sample_size,
        waiting=waiting,
        asked=asked,
        complete=complete,
        target=target,
        expected=target * gone,
        behind=gone > 0 and complete < share * target * gone,
        needed=ceil(missing / min(response, 1.0)),
        released_on=london_date(released_at) if released_at else None,
    )


def rule_of(session: Session, *, round_id: int, programme_id: int | None) -> RuleView | None:
    """The rule by which a round's reserve is released, if there is one.

    Raises:
        NotFoundError: no such round in this programme.
    """
    lifecycle.get_round(session, round_id=round_id, programme_id=programme_id)
    rule = session.get(ReserveRule, round_id, populate_existing=True)
    return RuleView(rule.from_day, rule.share, rule.set_by) if rule else None


def set_rule(session: Session, *, round_id: int, from_day: date, share: float, context: AuditContext) -> None:
    """From a day on, every morning, release where answers are below a share of those expected.

    Raises:
        InvalidError: the day is outside the round, or the share is not above 0 and at most 1.
        StageError: the round is closed.
        NotFoundError: no such round in this programme.
    """
    round_view = lifecycle.get_round(session, round_id=round_id, programme_id=context.programme_id)
    if round_view.stage.is_over:
        raise StageError(f"{round_view.title} is {round_view.stage}. Its reserve stays as it is.")
    faults = []
    if not round_view.dates.opens_on < from_day < round_view.dates.closes_on:
        faults.append(
            f"Choose a day after {spoken(round_view.dates.opens_on)} and before "
            f"{spoken(round_view.dates.closes_on)}."
        )
    if not 0 < share <= 1:
        faults.append(f"The share is {share:g}; it is above 0 and at most 1.")
    if faults:
        raise InvalidError("The rule was not kept.", tuple(faults))
    rule = session.get(ReserveRule, round_id) or ReserveRule(round_id=round_id)
    rule.from_day, rule.share, rule.set_at, rule.set_by = from_day, share, context.now, context.actor
    session.add(rule)
    session.flush()
    jobs.reschedule(
        session,
        kind=CHECK,
        subject_kind=jobs.ROUND,
        subject_id=round_id,
        due_at=at(from_day, LETTERS_LEAVE_AT),
        context=context,
    )
    record(session, context, "reserve rule set", "round", round_id, from_day=str(from_day), share=share)


def remove_rule(session: Session, *, round_id: int, context: AuditContext) -> None:
    """Release by hand only from now on."""
    lifecycle.get_round(session, round_id=round_id, programme_id=context.programme_id)
    rule = session.get(ReserveRule, round_id)
    if rule is not None:
        session.delete(rule)
        record(session, context, "reserve rule removed", "round", round_id)


def next_check(session: Session, *, round_view: RoundView, now: datetime) -> datetime | None:
    """When the rule of a round is looked at next; None when never again."""
    if session.get(ReserveRule, round_view.id) is None or round_view.stage.is_over:
        return None
    tomorrow = london_date(now) + timedelta(days=1)
    return at(tomorrow, LETTERS_LEAVE_AT) if tomorrow <= round_view.dates.closes_on - TIME_TO_ANSWER else None


def release_by_rule(session: Session, *, round_view: RoundView, context: AuditContext) -> int:
    """Release what the round's rule asks for today; how many were released.

    A stratum from which some were released within a fortnight is left alone, and so is every one in the
    round's last fortnight.
    """
    rule = session.get(ReserveRule, round_view.id)
    today = london_date(context.now)
    late = today > round_view.dates.closes_on - TIME_TO_ANSWER
    if rule is None or round_view.stage is not Stage.OPEN or late or today < rule.from_day:
        return 0
    count = 0
    for line in reserves_of(
        session, round_id=round_view.id, programme_id=round_view.programme_id, now=context.now
    ):
        recent = line.released_on is not None and today - line.released_on < TIME_TO_ANSWER
        wanted = min(line.needed, line.waiting)
        if line.behind and not recent and wanted > 0:
            why = f"{line.complete:,} answers where {line.expected:.0f} were expected by {spoken(today)}"
            release(
                session, round_id=round_view.id, panel_stratum_id=line.panel_stratum_id,
                count=wanted, why=why, context=context, by_rule=True,
            )  # fmt: skip
            count += wanted
    return count
