"""The people of a rehearsal: a coordinator who does what waits, and respondents of declared behaviour.

Respondents: `survey_app.demo.respondents` says how likely each kind of organisation is to reply; four in a
hundred of those stop after some questions, and of the others one in a hundred refuses, one in a hundred turns
out not to be concerned. All of it follows from the organisation, the year and the seed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import numpy as np
from sqlalchemy.orm import Session

from scheduler.rules import Policy
from scheduler.stages import Stage
from scheduler.strands import SURVEYS
from scheduler.working_days import england
from survey_app.clock import at, london_date
from survey_app.crypto import Keyring
from survey_app.database import Database
from survey_app.demo.respondents import Nature, answer_all
from survey_app.errors import CompactError
from survey_app.rehearsal.outcome import FREEZE_WORDS, Waited
from survey_app.rehearsal.reviewers import Reviewers
from survey_app.services.audit import AuditContext
from survey_app.services.cases import casework
from survey_app.services.cases.casework import OpenCase
from survey_app.services.cycle import panels, rules, tasks
from survey_app.services.cycle.tasks import TASK_WORDS, TaskKind, TaskView
from survey_app.services.cycle.triggering import FROZEN_AFTER
from survey_app.services.responses.saving import Save
from survey_app.services.results import freezing, release
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import RoundView

ACTOR = "coordinator@rehearsal.invalid"
PARTLY, REFUSES, NOT_CONCERNED = 0.04, 0.01, 0.02
STOPS_AFTER = 9
# Days after the opening and each reminder, and before the end, on which replies come, at two o'clock.
AFTER, BEFORE_END, HOUR = 3, 2, 14
# Lists are not brought in a rehearsal: those that are there go on being valid.
VALID_FOR_GOOD = rules.MAX_VALID_MONTHS
Beat = Callable[[datetime], None]
"""Called often while years are lived, with the moment that is lived."""


@dataclass
class Coordinator:
    """Somebody who does, on the day, whatever waits for a person; `did` counts it by year and task."""

    database: Database
    keys: Keyring
    programme_id: int
    did: dict[tuple[int, str], int] = field(default_factory=dict)
    frozen: set[int] = field(default_factory=set)
    waited: list[Waited] = field(default_factory=list)

    def act(self, rounds: Sequence[RoundView], now: datetime) -> bool:
        """Do what waits; whether anything was done."""
        context = AuditContext(ACTOR, now, self.programme_id)
        with self.database.reading() as session:
            waiting = tasks.waiting(session, self.programme_id)
            closed = self._to_freeze(session, rounds, london_date(now))
        acts = [self._do(task, context) for task in waiting]
        reviewing = Reviewers(self.database, self.keys, self.programme_id).act(rounds, context)
        for one, what in reviewing:
            about = Waited(
                day=london_date(now), what=what.capitalize(), about=one.title, strand=one.strand, owner=""
            )
            self._note(what, about)
        for round_view in closed:
            with self.database.writing() as session:
                freezing.schedule_freeze(session, round_id=round_view.id, context=context)
            self.frozen.add(round_view.id)
            self._note("freeze", _freezing(round_view, now))
        return any(acts) or bool(closed or reviewing)

    def _do(self, task: TaskView, context: AuditContext) -> bool:
        try:
            with self.database.writing() as session:
                done = self._take(session, task, context)
        except CompactError:
            # It stays a task, and is tried again the next day.
            return False
        if done:
            self._note(task.kind.value, _waited(task, context.now))
        return done

    def _take(self, session: Session, task: TaskView, context: AuditContext) -> bool:
        if task.kind in (TaskKind.APPROVE, TaskKind.PREPARE) and task.round_id is not None:
            return self._approve(session, task, task.round_id, context)
        if task.kind is TaskKind.LISTS:
            for kept in rules.rules_of(session, self.programme_id):
                rules.set_rule(session, rule=kept.rule, lists_valid_months=VALID_FOR_GOOD, context=context)
            return True
        if task.kind is TaskKind.PLAN:
            panels.save_like_the_last(session, strand=task.strand, slot=task.slot, context=context)
            return True
        return False

    def _approve(self, session: Session, task: TaskView, round_id: int, context: AuditContext) -> bool:
        if task.strand in SURVEYS:
            lifecycle.launch_round(session, self.keys, round_id=round_id, context=context)
        else:
            lifecycle.prepare_round(session, round_id=round_id, context=context)
        return True

    def _to_freeze(self, session: Session, rounds: Sequence[RoundView], today: date) -> list[RoundView]:
        return [
            one
            for one in rounds
            if one.stage is Stage.CLOSED
            and one.id not in self.frozen
            and one.strand in SURVEYS
            and (one.slot is None or one.slot.policy is not Policy.RUN)
            and england().after(one.dates.closes_on, FROZEN_AFTER) <= today
            and not release.releases_of_round(session, round_id=one.id, programme_id=self.programme_id)
            and not freezing.has_draft(session, round_id=one.id)
        ]

    def _note(self, kind: str, waited: Waited) -> None:
        # A task stands until the worker sees that it is done, and was done once for all that.
        if any((one.what, one.about) == (waited.what, waited.about) for one in self.waited):
            return
        self.waited.append(waited)
        key = (waited.day.year, kind)
        self.did[key] = self.did.get(key, 0) + 1


def _waited(task: TaskView, now: datetime) -> Waited:
    return Waited(
        day=london_date(now),
        what=TASK_WORDS[task.kind],
        about=task.about,
        strand=task.strand,
        owner=task.owner,
    )


def _freezing(one: RoundView, now: datetime) -> Waited:
    return Waited(day=london_date(now), what=FREEZE_WORDS, about=one.title, strand=one.strand, owner="")


@dataclass
class Respondents:
    """Those who answer, each on a day that follows from them and the seed."""

    database: Database
    keys: Keyring
    programme_id: int
    seed: int
    beat: Beat
    answered: set[tuple[int, int]] = field(default_factory=set)

    def next_after(self, rounds: Sequence[RoundView], now: datetime) -> datetime | None:
        """When the next of them answer."""
        coming = [moment for moment, _, _ in self._batches(rounds) if moment > now]
        return min(coming, default=None)

    def act(self, rounds: Sequence[RoundView], now: datetime) -> None:
        """Let everybody answer whose day has come."""
        for moment, round_view, batch in self._batches(rounds):
            if moment <= now and (round_view.id, batch) not in self.answered:
                self.answered.add((round_view.id, batch))
                self._answer(round_view, batch, now)

    def _batches(self, rounds: Sequence[RoundView]) -> list[tuple[datetime, RoundView, int]]:
        return [
            (at(day, HOUR), one, batch)
            for one in rounds
            if one.stage is Stage.OPEN and one.strand in SURVEYS
            for batch, day in enumerate(_days(one))
            if (one.id, batch) not in self.answered
        ]

    def _answer(self, round_view: RoundView, batch: int, now: datetime) -> None:
        with self.database.reading() as session:
            waiting = casework.open_cases(session, round_id=round_view.id)
        mine = sorted(
            (case for case in waiting if self._batch_of(case, round_view) == batch),
            key=lambda case: case.organisation,
        )
        for case in mine:
            self.beat(now)
            with self.database.writing() as session:
                self._one(session, case, round_view, now)

    def _rng(self, case: OpenCase, round_view: RoundView, what: int) -> np.random.Generator:
        key = int(case.organisation.replace("-", ""), 16) % 2**32
        return np.random.default_rng([self.seed, key, round_view.year, what])

    def _batch_of(self, case: OpenCase, round_view: RoundView) -> int:
        return int(self._rng(case, round_view, 1).integers(4))

    def _one(self, session: Session, case: OpenCase, round_view: RoundView, now: datetime) -> None:
        nature = Nature.of(case.organisation, round_view.number)
        rng = self._rng(case, round_view, 2)
        if nature.replies(case.sector, case.band):
            answer_all(
                session,
                self.keys,
                case_id=case.id,
                save=Save(now),
                rng=rng,
                nature=nature,
                stop_after=STOPS_AFTER if rng.random() < PARTLY else 99,
            )
            return
        chance = rng.random()
        if chance < NOT_CONCERNED:
            outcome = "refused" if chance < REFUSES else "not_eligible"
            context = AuditContext(ACTOR, now, self.programme_id)
            casework.record_outcome(
                session, self.keys, case_id=case.id, outcome=outcome, note="In a rehearsal", context=context
            )


def _days(round_view: RoundView) -> list[date]:
    dates = round_view.dates
    after = [day + timedelta(days=AFTER) for _, day in dates.in_order()[:3]]
    return [*after, dates.closes_on - timedelta(days=BEFORE_END)]
