"""The ten-year cycle: every strand over the quarters as a picture, and as a table with the reasons."""

from dataclasses import dataclass

from flask import Blueprint, Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from scheduler.cycle import Occurrence
from scheduler.strands import WORDS, Strand
from scheduler.working_days import england
from survey_app.clock import london_date
from survey_app.services import jobs
from survey_app.services.burden import ledger
from survey_app.services.burden.most import most_by_year
from survey_app.services.cycle import derived, feed, reckoning, rules, triggering
from survey_app.services.cycle.feed import Whose
from survey_app.services.cycle.rules import KeptRule
from survey_app.services.people.permissions import Permission
from survey_app.services.questionnaires import versions
from survey_app.web.confirming import Intent, asks_first
from survey_app.web.forms.confirm import ConfirmForm
from survey_app.web.site import context, person, public, reading, requires, site, writing
from survey_app.web.staff.cycle import costs, rehearsals
from survey_app.web.staff.cycle import rules as setting
from survey_app.web.staff.cycle.months import months_of
from survey_app.web.staff.cycle.picture import YEARS, Picture, href_of, words_of
from survey_app.web.staff.cycle.watching import years_to_watch
from survey_app.web.staff.rounds.overview import STAGES
from survey_app.web.urls import NUMBER

bp = Blueprint("cycle", __name__)
bp.register_blueprint(setting.bp)
bp.register_blueprint(costs.bp)
bp.register_blueprint(rehearsals.bp)


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
        years = range(today.year, today.year + YEARS)
        most = most_by_year(session, programme_id=someone.programme_id, years=years, rounds=cycle.occurrences)
        core_since = versions.core_since(session)
        ceilings = {sector: rule.max_minutes for sector, rule in ledger.rules(session).items()}
    shown = [one for one in cycle.occurrences if one.strand in strands]
    rows = sorted({one.strand for one in shown} | {one.rule.strand for one in kept}, key=list(Strand).index)
    picture = Picture(today.year, tuple(rows), shown, [one.rule for one in kept])
    return render_template(
        "staff/cycle/years.html",
        years=years,
        strands=words_of(rows),
        marks=picture.marks(),
        arrows=picture.arrows(),
        most=most,
        most_bars=picture.minutes(most, ceilings),
        ceilings=ceilings,
        today_x=picture.today_x(today),
        size=picture.size,
        lines=[_line(one) for one in shown],
        rules=[(one.id, _in_words(one)) for one in kept],
        gaps=cycle.gaps,
        watched=years_to_watch(
            years,
            rounds=shown,
            strands={one.rule.strand for one in kept if one.rule.active},
            most=most,
            ceilings=ceilings,
            core_since=core_since,
        ),
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


def _line(one: Occurrence) -> Line:
    return Line(one, STAGES[one.stage] if one.stage else "To come", href_of(one))


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
