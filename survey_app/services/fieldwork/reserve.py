"""Reserves: organisations drawn to come next, made members where replies fall short.

The first n + r of a stratum by random number are as much a random sample as the first n, so a release
changes the size, and with it the probability and the weight of every member of the stratum.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from sampling.panels.reasons import group_in_words
from scheduler.stages import Stage
from survey_app.errors import ConflictError, InvalidError, NotFoundError, StageError
from survey_app.models.base import table
from survey_app.models.burden import BurdenBreach
from survey_app.models.cases.casework import PANEL, Case
from survey_app.models.panels import (
    PanelMember,
    PanelPass,
    PanelReserve,
    PanelStratum,
    ReserveRelease,
)
from survey_app.models.rounds import Round
from survey_app.services import jobs
from survey_app.services.audit import AuditContext, record
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import RoundView

MAKE_CASES = "cases"
MAX_WHY_LENGTH = 400


@dataclass(frozen=True, kw_only=True)
class ReleaseLine:
    """One release of a reserve."""

    id: int
    stratum: str
    count: int
    by_rule: bool
    why: str
    released_at: datetime
    released_by: str


def releases_of(session: Session, *, round_id: int, programme_id: int | None) -> list[ReleaseLine]:
    """Every release of a round, newest first.

    Raises:
        NotFoundError: no such round in this programme.
    """
    lifecycle.get_round(session, round_id=round_id, programme_id=programme_id)
    rows = session.execute(
        select(ReserveRelease, PanelStratum.name)
        .join(PanelStratum, PanelStratum.id == ReserveRelease.panel_stratum_id)
        .where(ReserveRelease.round_id == round_id)
        .order_by(ReserveRelease.id.desc())
    )
    return [
        ReleaseLine(
            id=one.id,
            stratum=name,
            count=one.count,
            by_rule=one.by_rule,
            why=one.why,
            released_at=one.released_at,
            released_by=one.released_by,
        )
        for one, name in rows
    ]


def release(
    session: Session,
    *,
    round_id: int,
    panel_stratum_id: int,
    count: int,
    why: str,
    context: AuditContext,
    by_rule: bool = False,
) -> int:
    """Make the next of a stratum's reserve members; the worker makes their cases. The release's id.

    Raises:
        InvalidError: nobody is to be released, or no reason is given.
        ConflictError: the reserve has fewer left.
        StageError: the round takes no more cases, or results rest on the panel's weights already.
        NotFoundError: no such round in this programme, or no such stratum in its panel.
    """
    round_view = lifecycle.get_round(session, round_id=round_id, programme_id=context.programme_id)
    _check_release(session, round_view, count, why)
    # Others who release from this stratum wait here, and then see what is left.
    stratum = session.get(PanelStratum, panel_stratum_id, with_for_update=True, populate_existing=True)
    if stratum is None or stratum.panel_id != round_view.panel_id:
        raise NotFoundError("stratum", panel_stratum_id)
    given = ReserveRelease(
        panel_stratum_id=stratum.id,
        round_id=round_id,
        count=count,
        by_rule=by_rule,
        why=why.strip()[:MAX_WHY_LENGTH],
        released_at=context.now,
        released_by=context.actor,
    )
    session.add(given)
    session.flush()
    ids = _take(session, stratum, count, given.id)
    _reweight(session, stratum, count)
    _add_members(session, stratum, ids)
    _note_breaches(session, stratum, ids, why, context)
    jobs.add_job(
        session,
        kind=MAKE_CASES,
        subject_kind=jobs.RESERVE_RELEASE,
        subject_id=given.id,
        due_at=context.now,
        total=count,
        context=context,
    )
    about = {"stratum": stratum.name, "count": count, "by_rule": by_rule}
    record(session, context, "reserve released", "round", round_id, **about)
    return given.id


def _check_release(session: Session, round_view: RoundView, count: int, why: str) -> None:
    if count < 1 or not why.strip():
        raise InvalidError("Say how many to release, one at least, and why.")
    if not round_view.takes_cases:
        raise StageError(
            f"{round_view.title} is {round_view.stage}: a reserve is released while it is ready or open."
        )
    closed = session.scalar(
        select(Round.title).where(
            Round.panel_id == round_view.panel_id, Round.id != round_view.id, Round.stage == Stage.CLOSED
        )
    )
    if closed is not None:
        raise StageError(f"The results of {closed!r} rest on the weights of this panel, so they stay.")


def _take(session: Session, stratum: PanelStratum, count: int, release_id: int) -> dict[int, float]:
    """Ids and numbers of the next of the reserve, marked as released."""
    next_ones = dict(
        session.execute(
            select(PanelReserve.organisation_id, PanelReserve.prn)
            .where(PanelReserve.panel_stratum_id == stratum.id, PanelReserve.release_id.is_(None))
            .order_by(PanelReserve.place)
            .limit(count)
        ).all()
    )
    if len(next_ones) < count:
        raise ConflictError(
            f"The reserve of {group_in_words(stratum.name)} has {len(next_ones):,} left, not {count:,}."
        )
    session.execute(
        update(PanelReserve)
        .where(PanelReserve.panel_stratum_id == stratum.id, PanelReserve.organisation_id.in_(list(next_ones)))
        .values(release_id=release_id)
    )
    return next_ones


def _reweight(session: Session, stratum: PanelStratum, count: int) -> None:
    """The stratum with its new size; so every member's probability and weight."""
    stratum.sample_size += count
    session.flush()
    session.execute(
        update(PanelMember)
        .where(PanelMember.panel_stratum_id == stratum.id)
        .values(
            inclusion_probability=stratum.sample_size / stratum.pop_size,
            design_weight=stratum.pop_size / stratum.sample_size,
        )
    )


def _add_members(session: Session, stratum: PanelStratum, ids: dict[int, float]) -> None:
    session.execute(
        insert(table(PanelMember)),
        [
            {
                "panel_id": stratum.panel_id,
                "panel_stratum_id": stratum.id,
                "organisation_id": organisation_id,
                "prn": prn,
                "inclusion_probability": stratum.sample_size / stratum.pop_size,
                "design_weight": stratum.pop_size / stratum.sample_size,
                "route": "probability",
            }
            for organisation_id, prn in ids.items()
        ],
    )
    _adopt(session, stratum, list(ids))


def _adopt(session: Session, stratum: PanelStratum, ids: list[int]) -> None:
    """A case that came by another route, and is drawn now, counts as drawn from now on."""
    added = session.execute(
        select(Case, PanelMember.id)
        .join(Round, Round.id == Case.round_id)
        .join(
            PanelMember,
            (PanelMember.panel_id == Round.panel_id) & (PanelMember.organisation_id == Case.organisation_id),
        )
        .where(
            Round.panel_id == stratum.panel_id, Case.organisation_id.in_(ids), Case.panel_member_id.is_(None)
        )
    )
    for case, member_id in added.all():
        case.panel_member_id, case.route = member_id, PANEL
    session.flush()


def _note_breaches(
    session: Session, stratum: PanelStratum, ids: dict[int, float], why: str, context: AuditContext
) -> None:
    held = session.scalars(
        select(PanelPass).where(
            PanelPass.panel_id == stratum.panel_id, PanelPass.organisation_id.in_(list(ids))
        )
    )
    rows = [
        {
            "panel_id": stratum.panel_id,
            "organisation_id": one.organisation_id,
            "rule": one.rule,
            "excess": one.excess,
            "allowed_at": context.now,
            "allowed_by": context.actor,
            "why": why.strip()[:MAX_WHY_LENGTH],
        }
        for one in held
    ]
    if rows:
        session.execute(insert(table(BurdenBreach)), rows)


def round_of(session: Session, *, release_id: int, programme_id: int | None) -> RoundView:
    """The round that a release belongs to.

    Raises:
        NotFoundError: no such release in this programme.
    """
    given = session.get(ReserveRelease, release_id)
    if given is None:
        raise NotFoundError("release", release_id)
    return lifecycle.get_round(session, round_id=given.round_id, programme_id=programme_id)
