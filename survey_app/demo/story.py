"""What happens in the demonstration: three years of a panel.

A first round from plan to report; a second a year later with part of the panel replaced, and the
change between them; then newer lists, with births and deaths, and this year's round begun.
The calendar is run through with a clock that is set; every step is one that people and
workers take in earnest. Each step asks the database whether it was done, so a demonstration
that was stopped goes on where it was.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import numpy as np

from scheduler.rules import OnDay
from scheduler.stages import Stage
from scheduler.strands import Strand
from scheduler.timetable import RoundDates, usual_dates
from survey_app.clock import SetClock, at, end_of, london_date
from survey_app.crypto import Keyring
from survey_app.database import Database
from survey_app.demo.agreements import control_text, register_text
from survey_app.demo.forms import Desk, make_forms
from survey_app.demo.installation import PEOPLE, list_with_addresses, sign_ins, years_before
from survey_app.demo.logs import logs_text
from survey_app.demo.respondents import SEED, Nature, answer_all
from survey_app.demo.review import make_review
from survey_app.services import jobs
from survey_app.services.agreements.files import import_register
from survey_app.services.audit import AuditContext
from survey_app.services.cases import casework
from survey_app.services.cases.casework import OpenCase
from survey_app.services.cycle import rules
from survey_app.services.forms.filling import Author
from survey_app.services.forms.listed import forms_of
from survey_app.services.frames import snapshots
from survey_app.services.frames.lists import ListDescription, import_list
from survey_app.services.installation import mark_installation, upgrade
from survey_app.services.logs.entries import entries_of
from survey_app.services.logs.files import import_logs
from survey_app.services.panels import drawing
from survey_app.services.panels.basis import PanelRequest
from survey_app.services.panels.plan import PanelPlan
from survey_app.services.people import accounts, passwords, second_factor
from survey_app.services.places.areas import load_shipped
from survey_app.services.places.files import import_control
from survey_app.services.programmes.registry import ensure_national
from survey_app.services.questionnaires import versions
from survey_app.services.responses.saving import Save
from survey_app.services.results import freezing, release
from survey_app.services.reviews.issues import reviews_of
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import RoundPlan, RoundView
from survey_app.worker.passes import settle_round
from survey_app.worker.wakings import Worker, run_job, tick

STRAND = Strand.ANNUAL_SURVEY
# Shares of those who will reply that have done so by the first reminder, the second, the end.
WAVES = (0.45, 0.35, 0.20)
EARLY = 0.06
YEARS = 3
# Days before its opening on which a round is planned.
LEAD = 7
PER_TRANSACTION = 40
Report = Callable[[str, int, int], None]


@dataclass(frozen=True, kw_only=True)
class Demonstration:
    """One demonstration: where it lives, what day it is, and who is told of progress."""

    folder: Path
    database: Database
    keys: Keyring
    worker: Worker
    clock: SetClock
    today: date
    voluntary_total: int
    report: Report

    def context(self, programme_id: int | None = None) -> AuditContext:
        return AuditContext("coordinator@demo.invalid", self.clock.now(), programme_id)


MADE_UP = "In this demonstration the list's dates, and who came and went between its editions, are made up."
LISTS = (
    (
        "public_bodies.csv",
        ListDescription(
            name="Public bodies of England",
            owner="Public registers (mySociety, GOV.UK, NHS, ONS)",
            dated=date(2025, 11, 1),
            purpose="Census of public bodies that work with voluntary organisations",
            coverage="England; local, health, police, fire, central and other bodies, 2017 to 2025",
            licence="CC BY 4.0 and Open Government Licence v3.0; survey_app/demo/data/README.md",
            known_defects="Central departments are as listed in 2017; 94 devolved bodies were left out. "
            + MADE_UP,
        ),
    ),
    (
        "vcos.csv",
        ListDescription(
            name="Voluntary organisations of England",
            owner="Charity Commission register and funders' lists",
            dated=date(2025, 11, 1),
            purpose="Stratified sample of voluntary and community organisations",
            coverage="England; no probability sample of the sector",
            licence="CC BY 4.0 and Open Government Licence v3.0; survey_app/demo/data/README.md",
            known_defects="Large charities and the North West are over-represented; half have no income. "
            + MADE_UP,
        ),
    ),
)


def tell(demo: Demonstration) -> None:
    """Everything, in order; what is there already is left as it is."""
    upgrade(demo.database, demo.keys)
    demo = replace(demo, worker=replace(demo.worker, leaves=frozenset({"report"})))
    programme_id = _people(demo)
    _register(demo, programme_id)
    _frame(demo, programme_id, edition=1)
    for wave in range(YEARS - 1):
        released = _release(demo, _past_round(demo, programme_id, wave))
    # The first year's summary is left to the worker that serves: the visitor sees it arrive.
    _print(demo, released)
    hold_review(demo, programme_id, _at_the_vote(demo))
    _frame(demo, programme_id, edition=2)
    _logs(demo, programme_id)
    _forms(demo, programme_id)
    _this_years_round(demo, programme_id)
    follow_cycle(demo, programme_id)


def _at_the_vote(demo: Demonstration) -> tuple[int, int]:
    """Whoever hands out the codes of a vote, and whoever counts who voted, by id."""
    known = sign_ins(demo.folder)
    with demo.database.reading() as session:
        leader = accounts.person_of(session, email=known["facilitator"][0])
        return leader, accounts.person_of(session, email=known["coordinator"][0])


def hold_review(demo: Demonstration, programme_id: int, people: tuple[int, int]) -> None:
    """A made-up review, four weeks after last year's release, with one thread from finding to answer."""
    with demo.database.reading() as session:
        if reviews_of(session, programme_id):
            return
    planned = demo.context(programme_id)
    _go_to(demo, at(london_date(planned.now) + timedelta(weeks=4), 16))
    then = demo.context(programme_id)
    with demo.database.writing() as session:
        make_review(
            session, demo.keys, today=demo.today, product=demo.worker.settings.product, people=people,
            planned=planned, then=then,
        )  # fmt: skip


def follow_cycle(demo: Demonstration, programme_id: int) -> None:
    """Set the usual cycle from this year's round on, so that the calendar shows what comes in ten years."""
    opens = _opening(demo, YEARS - 1)
    day = min(opens.day, 28) if opens.month == 2 else opens.day
    with demo.database.writing() as session:
        if not rules.rules_of(session, programme_id):
            context = demo.context(programme_id)
            rules.set_usual(session, start=opens.year, opens=OnDay(opens.month, day), context=context)


def _people(demo: Demonstration) -> int:
    with demo.database.writing() as session:
        mark_installation(session, synthetic=True, now=demo.clock.now())
        programme = ensure_national(session, agreement=demo.worker.settings.agreement, context=demo.context())
        context = demo.context(programme.id)
        if not accounts.listing(session, programme_id=programme.id):
            for place, (email, password) in sign_ins(demo.folder).items():
                person_id = accounts.add_person(
                    session,
                    email=email,
                    name=PEOPLE[place],
                    role=place.removesuffix("_2"),
                    made=passwords.hashed(password),
                    context=context,
                )
                second_factor.enrol(session, demo.keys, person_id=person_id, context=context)
        versions.publish_shipped(session, context=context)
    return programme.id


def _register(demo: Demonstration, programme_id: int) -> None:
    """The areas of England, and made-up agreements over them."""
    context = demo.context(programme_id)
    with demo.database.writing() as session:
        if load_shipped(session, context=context):
            text = register_text(today=london_date(demo.clock.now()))
            word = demo.worker.settings.agreement
            import_register(session, text, word=word, context=context)
            control = control_text(today=london_date(demo.clock.now()))
            import_control(session, control, synthetic=True, context=context)


def _logs(demo: Demonstration, programme_id: int) -> None:
    """Made-up consultations, disputes, actions and what else happened, in areas with an agreement."""
    context = demo.context(programme_id)
    with demo.database.writing() as session:
        if not entries_of(session, programme_id=programme_id, known_by=context.now):
            import_logs(session, logs_text(today=demo.today), context=context)


def _forms(demo: Demonstration, programme_id: int) -> None:
    """Made-up desk research and logs, filled in by the interviewer and reviewed by the coordinator."""
    context = demo.context(programme_id)
    with demo.database.writing() as session:
        if not forms_of(session, programme_id=programme_id):
            emails = {role: email for role, (email, _) in sign_ins(demo.folder).items()}
            clerk, second = (
                Author(accounts.person_of(session, email=emails[role]), PEOPLE[role])
                for role in ("interviewer", "coordinator")
            )
            make_forms(session, demo.keys, desk=Desk(clerk=clerk, second=second, context=context))


def _frame(demo: Demonstration, programme_id: int, *, edition: int) -> None:
    """The lists of one edition, and the frame made of them."""
    with demo.database.reading() as session:
        if snapshots.frame_count(session, programme_id) >= edition:
            return
    if edition > 1:
        _go_to(demo, at(_opening(demo, YEARS - 1) - timedelta(days=LEAD), 9))
    context = demo.context(programme_id)
    with demo.database.writing() as session:
        for number, (file_name, description) in enumerate(LISTS, start=1):
            import_list(
                session,
                demo.keys,
                content=list_with_addresses(file_name, edition),
                file_name=file_name,
                description=replace(description, dated=london_date(context.now)),
                context=context,
            )
            demo.report("lists", number, len(LISTS))
        snapshots.make_frame(session, as_of=london_date(context.now), context=context)


def _panel(demo: Demonstration, programme_id: int, year: int) -> int:
    with demo.database.writing() as session:
        there = {(strand, y): panel for panel, strand, y in drawing.panels_of(session, programme_id)}
        if (STRAND, year) in there:
            return there[(STRAND, year)]
        frame_id = snapshots.newest_frame(session, programme_id)
        assert frame_id is not None
        plan = PanelPlan(voluntary_total=demo.voluntary_total, minimum=5 if demo.voluntary_total > 500 else 1)
        return drawing.draw_panel(
            session, request=PanelRequest(frame_id, STRAND, year, plan), context=demo.context(programme_id)
        )


def _round(demo: Demonstration, programme_id: int, dates: RoundDates) -> RoundView:
    title = f"Annual survey {dates.opens_on.year}"
    panel_id = _panel(demo, programme_id, dates.opens_on.year)
    with demo.database.writing() as session:
        there = [one for one in lifecycle.rounds_of(session, programme_id) if one.title == title]
        if there:
            return there[0]
        plan = RoundPlan(title=title, panel_id=panel_id, dates=dates)
        round_id = lifecycle.plan_round(session, plan=plan, context=demo.context(programme_id))
        lifecycle.launch_round(session, demo.keys, round_id=round_id, context=demo.context(programme_id))
        return lifecycle.get_round(session, round_id=round_id, programme_id=programme_id)


def _opening(demo: Demonstration, wave: int) -> date:
    """The day on which the round of a wave opens; the last has been open for five days."""
    return years_before(demo.today, YEARS - 1 - wave) - timedelta(days=5)


def _past_round(demo: Demonstration, programme_id: int, wave: int) -> RoundView:
    """A round from plan to close."""
    dates = usual_dates(_opening(demo, wave))
    _go_to(demo, at(dates.opens_on - timedelta(days=LEAD), 10))
    round_view = _round(demo, programme_id, dates)
    if _stage(demo, round_view) is Stage.CLOSED:
        _go_to(demo, end_of(dates.closes_on))
        return round_view
    tick(demo.worker)
    willing = _willing(demo, round_view, wave)
    bounds = (dates.opens_on, dates.first_reminder_on, dates.second_reminder_on)
    for share, day in zip(WAVES, bounds, strict=True):
        _go_to(demo, at(day, 9))
        tick(demo.worker)
        _go_to(demo, at(day + timedelta(days=4), 14))
        count = round(len(willing) * share) if day != bounds[-1] else len(willing)
        _replies(demo, round_view.id, willing[:count], wave)
        willing = willing[count:]
    _outcomes(demo, round_view)
    _go_to(demo, end_of(dates.closes_on))
    tick(demo.worker)
    return round_view


def _go_to(demo: Demonstration, instant: datetime) -> None:
    demo.clock.advance_to(max(instant, demo.clock.now()))


def _stage(demo: Demonstration, round_view: RoundView) -> Stage:
    with demo.database.reading() as session:
        return lifecycle.get_round(
            session, round_id=round_view.id, programme_id=round_view.programme_id
        ).stage


def _willing(demo: Demonstration, round_view: RoundView, wave: int) -> list[OpenCase]:
    """Who will reply: by nature, so that a demonstration taken up again stays the same."""
    with demo.database.reading() as session:
        waiting = casework.open_cases(session, round_id=round_view.id)
    chosen = [case for case in waiting if Nature.of(case.organisation, wave).replies(case.sector, case.band)]
    order = np.random.default_rng([SEED, wave]).permutation(len(chosen))
    return [chosen[place] for place in order]


def _replies(
    demo: Demonstration, round_id: int, waiting: list[OpenCase], wave: int, *, name: str = "replies"
) -> None:
    save = Save(now=demo.clock.now())
    for start in range(0, len(waiting), PER_TRANSACTION):
        batch = waiting[start : start + PER_TRANSACTION]
        with demo.database.writing() as session:
            for case in batch:
                rng = np.random.default_rng([SEED, case.id])
                stop_after = 9 if rng.random() < 0.04 else 99
                nature = Nature.of(case.organisation, wave)
                answer_all(
                    session,
                    demo.keys,
                    case_id=case.id,
                    rng=rng,
                    nature=nature,
                    save=save,
                    stop_after=stop_after,
                )
        demo.report(name, start + len(batch), len(waiting))
    settle_round(demo.database, demo.keys, round_id=round_id, now=demo.clock.now())


def _outcomes(demo: Demonstration, round_view: RoundView) -> None:
    """A few refuse, a few no longer work with the other sector, with a few no contact is made."""
    with demo.database.writing() as session:
        waiting = [case.id for case in casework.open_cases(session, round_id=round_view.id)]
        for place, outcome in ((37, "refused"), (53, "not_eligible"), (71, "non_contact")):
            for case_id in waiting[place::97]:
                casework.record_outcome(
                    session,
                    demo.keys,
                    case_id=case_id,
                    outcome=outcome,
                    note="Synthetic contact",
                    context=demo.context(round_view.programme_id),
                )


def _release(demo: Demonstration, round_view: RoundView) -> int:
    """The id of the round's release, frozen now if it was not."""
    with demo.database.writing() as session:
        there = {line.round_title: line.id for line in release.releases_of(session, round_view.programme_id)}
        if round_view.title in there:
            return there[round_view.title]
        context = demo.context(round_view.programme_id)
        release_id = freezing.schedule_freeze(session, round_id=round_view.id, context=context)
        job = freezing.freezing_job(session, release_id=release_id)
    run_job(demo.worker, job.id)
    return release_id


def _print(demo: Demonstration, release_id: int) -> None:
    demo.report("round summary", 0, 1)
    with demo.database.reading() as session:
        job = jobs.jobs_of(session, kinds=("report",), subject_kind=jobs.RELEASE, subject_id=release_id)[
            "report"
        ]
    run_job(demo.worker, job.id)
    demo.report("round summary", 1, 1)


def _this_years_round(demo: Demonstration, programme_id: int) -> None:
    wave = YEARS - 1
    opens_on = _opening(demo, wave)
    _go_to(demo, at(opens_on - timedelta(days=LEAD), 10))
    round_view = _round(demo, programme_id, usual_dates(opens_on))
    if _stage(demo, round_view) is Stage.OPEN:
        return
    tick(demo.worker)
    _go_to(demo, at(opens_on, 9))
    tick(demo.worker)
    _go_to(demo, at(opens_on + timedelta(days=2), 14))
    early = _willing(demo, round_view, wave)[:: round(1 / EARLY)]
    _replies(demo, round_view.id, early, wave, name="early replies")


def start_of(today: date) -> datetime:
    """When the story begins: three weeks before the first round."""
    return datetime.combine(years_before(today, YEARS - 1) - timedelta(days=26), time(10), UTC)
