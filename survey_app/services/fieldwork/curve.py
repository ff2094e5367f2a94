"""Which share of a round's replies is to be expected by now: as they came in the round before."""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sampling.frame import Sector
from scheduler.stages import Stage
from survey_app.clock import at, end_of
from survey_app.models.cases.casework import Case, Outcome
from survey_app.models.organisations import Organisation
from survey_app.models.rounds import Round
from survey_app.services.rounds import events
from survey_app.services.rounds.lifecycle import RoundView

# Fewer replies than these draw no curve.
MIN_REPLIES = 30


def expected_by(session: Session, *, round_view: RoundView, now: datetime) -> dict[Sector, float]:
    """The share of its replies that each sector should have given by now, 0 to 1.

    As much of them as had come in the round of the strand before when the same share of its time was gone;
    by time alone where there was none, or too few replied.
    """
    gone = elapsed(round_view.dates.opens_on, round_view.dates.closes_on, now)
    before = session.get(Round, round_view.follows_id) if round_view.follows_id else None
    if before is None or before.stage is not Stage.CLOSED:
        return dict.fromkeys(Sector, gone)
    dates = events.dates_of(session, [before.id])[before.id]
    rows = session.execute(
        select(Organisation.sector, Case.outcome_on, func.count())
        .join(Organisation, Organisation.id == Case.organisation_id)
        .where(Case.round_id == before.id, Case.outcome == Outcome.COMPLETE, Case.outcome_on.is_not(None))
        .group_by(Organisation.sector, Case.outcome_on)
    ).all()
    curves = {sector: [(day, count) for of, day, count in rows if of is sector] for sector in Sector}
    return {sector: _share(curve, dates.opens_on, dates.closes_on, gone) for sector, curve in curves.items()}


def _share(curve: list[tuple[date | None, int]], opens_on: date, closes_on: date, gone: float) -> float:
    """How much of a curve lies within the first part of its time; a day counts once it is over."""
    replies = sum(count for _, count in curve)
    if replies < MIN_REPLIES:
        return gone
    length = end_of(closes_on) - at(opens_on)
    now = at(opens_on) + length * gone
    return sum(count for day, count in curve if day is not None and end_of(day) <= now) / replies


def elapsed(opens_on: date, closes_on: date, now: datetime) -> float:
    """The share of its time that a round has behind it."""
    start, end = at(opens_on), end_of(closes_on)
    return min(1.0, max(0.0, (now - start) / (end - start)))
