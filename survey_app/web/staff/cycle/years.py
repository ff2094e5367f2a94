"""The ten-year cycle: every strand over the quarters as a picture, and as a table with the reasons."""

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from scheduler.cycle import Occurrence
from scheduler.stages import Stage
from scheduler.strands import WORDS, Strand
from scheduler.working_days import england
from survey_app.clock import london_date
from survey_app.services import jobs
from survey_app.services.cycle import derived, feed, reckoning, rules, triggering
from survey_app.services.cycle.feed import Whose
from survey_app.services.cycle.rules import KeptRule
from survey_app.services.people.permissions import Permission
from survey_app.web.confirming import Intent, asks_first
from survey_app.web.forms.confirm import ConfirmForm
from survey_app.web.site import context, person, public, reading, requires, site, writing
from survey_app.web.staff.cycle import costs
from survey_app.web.staff.cycle import rules as setting
from survey_app.web.staff.cycle.months import months_of
from survey_app.web.staff.rounds.overview import STAGES
from survey_app.web.urls import NUMBER

bp = Blueprint("cycle", __name__)
bp.register_blueprint(setting.bp)
bp.register_blueprint(costs.bp)
# Sizes in pixels of the picture: labels, a year of four quarters, a strand.
LABELS, YEAR, ROW, HEAD, BAR = 170, 92, 46, 34, 16
YEARS = 10


@dataclass(frozen=True)
class Mark:
    """One round in the picture; `state` is over, live or coming, and `href` empty while there is no page."""

    x: float
    y: int
    width: float
    state: str
    words: str
    href: str


@dataclass(frozen=True)
class Line:
    """One round in the table."""

    occurrence: Occurrence
    stage: str
    href: str


@bp.get("/calendar/cycle")
@requires(Permission.SEE_ROUND, by_strand=True)
def page() -> ResponseReturnValue:
    """The rounds of ten years, from this one, of the strands that the person may see."""
    someone, today = person(), london_date(site().clock.now())
    strands = someone.strands_of(Permission.SEE_ROUND)
    with reading() as session:
        cycle = derived.cycle_of(
            session, programme_id=someone.programme_id, today=today, first_year=today.year, years=YEARS
        )
        kept = [one for one in rules.rules_of(session, someone.programme_id) if one.rule.strand in strands]
        work = triggering.halted(session, someone.programme_id)
        minutes = reckoning.burden_of(session, programme_id=someone.programme_id, year=today.year)
        by_month = reckoning.burden_by_month(session, programme_id=someone.programme_id, year=today.year)
    shown = [one for one in cycle.occurrences if one.strand in strands]
    rows = sorted({one.strand for one in shown} | {one.rule.strand for one in kept}, key=list(Strand).index)
    return render_template(
        "staff/cycle/years.html",
        years=range(today.year, today.year + YEARS),
        strands=[WORDS[strand] for strand in rows],
        marks=[_mark(one, rows, today) for one in shown],
        today_x=_x(today, today.year),
        size={"labels": LABELS, "year": YEAR, "row": ROW, "head": HEAD, "bar": BAR},
        lines=[_line(one) for one in shown],
        rules=[(one.id, _in_words(one)) for one in kept],
        gaps=cycle.gaps,
        work=work,
        form=ConfirmForm(),
        months=months_of(today.year, shown, by_month),
        minutes=minutes,
        warning=england().warning(today.year),
        last_year=england().last_year,
        someone=someone,
    )


@bp.post("/calendar/feed")
@requires(Permission.SEE_ROUND, by_strand=True)
def make_address() -> ResponseReturnValue:
    """A fresh address for the person's calendar feed, shown once; the one before stops working."""
    someone = person()
    if not ConfirmForm().validate_on_submit():
        return redirect(url_for(".page"))
    with writing() as session:
        token = feed.make_address(session, whose=Whose(someone.id, someone.programme_id), context=context())
    address = site().settings.base_url.rstrip("/") + url_for(".feed_at", token=token)
    return render_template("staff/cycle/feed.html", address=address)


@bp.get("/calendar/feed/<token>.ics")
@public
def feed_at(token: str) -> ResponseReturnValue:
    """The days of the cycle, for calendars that ask for them: whoever has the address may."""
    with reading() as session:
        content = feed.feed_at(session, token=token, product=site().settings.product, now=site().clock.now())
    return Response(content, content_type="text/calendar; charset=utf-8")


@bp.post(f"/calendar/work/<{NUMBER}:job_id>/resume")
@requires(Permission.LAUNCH_ROUND)
def resume(job_id: int) -> ResponseReturnValue:
    """Let work of the cycle that stands still go on."""
    if ConfirmForm().validate_on_submit():
        with writing() as session:
            triggering.halted_job(session, job_id=job_id, programme_id=person().programme_id)
            jobs.resume(session, job_id=job_id, context=context())
        flash("It goes on from where it was.")
    return redirect(url_for(".page"))


def _leaving_out(job_id: int) -> Intent:
    return Intent(
        title="Leave this work out",
        will=(f"Work {job_id} of the cycle, which stands still, is left out for good. Nothing else is.",),
        undo="It is not tried again. To try it again instead, go back and choose that.",
        button="Leave it out",
        back=url_for(".page"),
    )


@bp.post(f"/calendar/work/<{NUMBER}:job_id>/leave-out")
@requires(Permission.LAUNCH_ROUND)
@asks_first(_leaving_out)
def leave_out(job_id: int) -> ResponseReturnValue:
    """Leave work of the cycle that stands still out for good."""
    if ConfirmForm().validate_on_submit():
        with writing() as session:
            work = triggering.halted_job(session, job_id=job_id, programme_id=person().programme_id)
            if work.can_be_left_out:
                jobs.leave_out(session, job_id=job_id, context=context())
        flash("Left out.")
    return redirect(url_for(".page"))


def _x(day: date, first_year: int) -> float:
    """Where a day stands in the picture."""
    into = (day - date(day.year, 1, 1)).days / 366
    return LABELS + YEAR * (day.year - first_year + into)


def _mark(one: Occurrence, rows: list[Strand], today: date) -> Mark:
    end = LABELS + YEAR * YEARS
    left = min(max(_x(one.dates.opens_on, today.year), LABELS), end - 6)
    right = min(_x(one.dates.closes_on, today.year), end)
    return Mark(
        round(left, 1),
        HEAD + ROW * rows.index(one.strand) + (ROW - BAR) // 2,
        round(max(right - left, 6), 1),
        _state(one, today),
        f"{one.name}: {_period(one)}",
        _href(one),
    )


def _period(one: Occurrence) -> str:
    first, last = one.dates.opens_on, one.dates.closes_on
    return f"{first.day} {first:%B %Y} to {last.day} {last:%B %Y}"


def _state(one: Occurrence, today: date) -> str:
    if one.stage is not None and one.stage.is_over:
        return "over"
    return "live" if one.stage is Stage.OPEN else "coming"


def _href(one: Occurrence) -> str:
    return url_for("rounds.page", round_id=one.round_id) if one.round_id is not None else ""


def _line(one: Occurrence) -> Line:
    return Line(one, STAGES[one.stage] if one.stage else "To come", _href(one))


POLICIES = {
    "propose": "planned by itself",
    "prepare": "prepared by itself, then waits for approval",
    "run": "runs by itself unless somebody objects",
}


def _in_words(kept: KeptRule) -> str:
    """A rule of the cycle as people say it."""
    rule = kept.rule
    if not rule.active:
        return f"{rule.title or WORDS[rule.strand]}: switched off"
    often = "every year" if rule.every == 1 else f"every {rule.every} years"
    return f"{rule.title or WORDS[rule.strand]}: {often} from {rule.first_year}; {POLICIES[rule.policy]}"
