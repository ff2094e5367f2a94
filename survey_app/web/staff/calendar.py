"""The dates of all rounds, the next first."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from survey_app.clock import london_date
from survey_app.services import today as today_service
from survey_app.services.people.permissions import Permission
from survey_app.services.rounds import lifecycle
from survey_app.services.today import NextDate
from survey_app.web.site import person, reading, requires, site
from survey_app.web.staff.rounds.calendar import LABELS

bp = Blueprint("calendar", __name__)


class DateLine(NamedTuple):
    """One day to come; `distance` is today, tomorrow or in 3 days."""

    day: date
    distance: str
    event: str
    round_id: int
    title: str


@bp.get("/calendar")
@requires(Permission.SEE_ROUND, by_strand=True)
def page() -> ResponseReturnValue:
    """What falls on which day, over all rounds that are not over."""
    today = london_date(site().clock.now())
    with reading() as session:
        strands = person().strands_of(Permission.SEE_ROUND)
        rounds = [one for one in lifecycle.rounds_of(session, person().programme_id) if one.strand in strands]
    dates = date_lines(today_service.next_dates(rounds, today=today), today=today)
    return render_template("staff/calendar.html", dates=dates, someone=person())


def date_lines(dates: Iterable[NextDate], *, today: date) -> list[DateLine]:
    """The days in words."""
    return [
        DateLine(one.day, _distance((one.day - today).days), LABELS[one.event][0], one.round_id, one.title)
        for one in dates
    ]


def _distance(days: int) -> str:
    return {0: "today", 1: "tomorrow"}.get(days, f"in {days:,} days")
