"""The rehearsal itself: from moment to moment at which something is due, until the years are over."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np

from config import Settings
from scheduler.rules import OnDay
from survey_app.application import keyring
from survey_app.clock import SetClock, at, in_words, london_date
from survey_app.database import Database
from survey_app.rehearsal import outcome
from survey_app.rehearsal.channel import handed_over
from survey_app.rehearsal.copying import copy_of
from survey_app.rehearsal.crew import Alone, Crew, Several, worker_at
from survey_app.rehearsal.leftovers import held_folder
from survey_app.rehearsal.people import Beat, Coordinator, Respondents
from survey_app.rehearsal.report import Rehearsed, reported
from survey_app.services import jobs
from survey_app.services.audit import AuditContext
from survey_app.services.cycle import reckoning, rules
from survey_app.services.installation import mark_installation, upgrade
from survey_app.services.programmes.registry import find_programme
from survey_app.services.responses import unsettled
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import RoundView

# Where the installation has no cycle yet, the one that the report describes, opening on this day.
OPENS = OnDay(3, 1)
ACTOR = "rehearsal"
MIN_CHANCE, MOMENTS_A_YEAR = 0.02, 200
WAKING = timedelta(seconds=15)


@dataclass(frozen=True, kw_only=True)
class Course:
    """What is to be rehearsed: how many years from the next 1 January, by whom, with how many killed."""

    years: int
    seed: int = 1
    workers: int = 1
    kills: int = 0


def rehearse(
    settings: Settings,
    *,
    wanted: Course,
    now: datetime,
    say: Callable[[str], None] = lambda words: None,
    beat: Beat = lambda moment: None,
) -> Rehearsed:
    """Live through years of the cycle on a copy of an installation; no letter leaves.

    Args:
        say: told of each year.
        beat: called often, with the moment that is lived; what it raises ends the rehearsal.

    Raises:
        InvalidError: the database cannot be copied.
    """
    with copy_of(settings.database_url) as url, held_folder() as folder:
        # Nothing outside the copy is written: no letter, and no line that answers were destroyed.
        copied = replace(
            settings,
            database_url=url,
            mail_channel="folder",
            mail_folder=str(folder),
            destruction_log=str(folder / "destroyed"),
        )
        letters = folder / "handed-over"
        clock = SetClock(now)
        database = Database(url)
        try:
            with _crew(copied, letters, clock, wanted) as crew:
                stage = _Stage(database, copied, clock, letters, wanted, beat)
                return stage.play(crew, say)
        finally:
            database.close()


@contextmanager
def _crew(settings: Settings, letters: Path, clock: SetClock, wanted: Course) -> Iterator[Crew]:
    crew: Crew
    if wanted.workers == 1 and not wanted.kills:
        crew = Alone(worker_at(settings, clock, letters), clock)
    else:
        rng = np.random.default_rng([wanted.seed, 99])
        # As often as it takes: work falls due each working day, and oftener.
        chance = max(MIN_CHANCE, wanted.kills / (wanted.years * MOMENTS_A_YEAR))
        crew = Several(settings, letters, wanted.workers, wanted.kills, rng, chance)
    try:
        yield crew
    finally:
        crew.end()


class _Stage:
    """The copy, its people, and the time that passes."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        clock: SetClock,
        letters: Path,
        wanted: Course,
        beat: Beat,
    ) -> None:
        self.database, self.clock, self.letters, self.wanted = database, clock, letters, wanted
        self.beat, self.begun = beat, clock.now()
        keys = keyring(settings)
        upgrade(database, keys)
        with database.writing() as session:
            mark_installation(session, synthetic=True, now=clock.now())
            unsettled.take_out(session, keys)
            self.programme_id = find_programme(session).id
            self.before = frozenset(reckoning.sent_letters(session))
        first = london_date(clock.now()).year + 1
        self.years = range(first, first + wanted.years)
        self.coordinator = Coordinator(database, keys, self.programme_id)
        self.respondents = Respondents(database, keys, self.programme_id, wanted.seed, beat)

    def play(self, crew: Crew, say: Callable[[str], None]) -> Rehearsed:
        self._set_cycle()
        end = at(date(self.years.stop, 1, 1))
        said = london_date(self.clock.now()).year
        while self.clock.now() < end:
            now, killed = self.clock.now(), crew.killed
            self.beat(now)
            if (today := london_date(now)).year != said:
                said = today.year
                say(f"{in_words(today)}: {len(handed_over(self.letters)):,} letters so far")
            crew.work(now)
            rounds = self._rounds()
            self.respondents.act(rounds, now)
            if self.coordinator.act(rounds, now):
                crew.work(now)
                rounds = self._rounds()
            # What a worker was about to claim when it was killed, the others see at their next waking.
            following = now + WAKING if crew.killed > killed else self._next(rounds, now)
            self.clock.advance_to(min(following, end))
        return self._reported(end, crew.killed)

    def _set_cycle(self) -> None:
        """The cycle as it is set; where none is, the usual one from the first year rehearsed."""
        context = AuditContext(ACTOR, self.clock.now(), self.programme_id)
        with self.database.writing() as session:
            if not rules.rules_of(session, self.programme_id):
                rules.set_usual(session, start=self.years.start, opens=OPENS, context=context)
            rules.look_ahead_now(session, context)

    def _rounds(self) -> list[RoundView]:
        with self.database.reading() as session:
            return lifecycle.rounds_of(session, self.programme_id)

    def _next(self, rounds: list[RoundView], now: datetime) -> datetime:
        """The next moment at which something falls due, or a lease that a killed worker left ends."""
        with self.database.reading() as session:
            due = [jobs.next_due(session, now=now), reckoning.next_letter(session, now=now)]
        due.append(self.respondents.next_after(rounds, now))
        return min(moment for moment in due if moment is not None)

    def _reported(self, end: datetime, killed: int) -> Rehearsed:
        sent = handed_over(self.letters)
        context = AuditContext(ACTOR, end, self.programme_id)
        with self.database.reading() as session:
            rehearsed = reported(
                session,
                programme_id=self.programme_id,
                years=self.years,
                handed_over=sent,
                left=self.before | set(sent),
                did=self.coordinator.did,
                killed=killed,
                now=end,
            )
            waited = self.coordinator.waited
            said = outcome.said(session, begun=self.begun, years=self.years, did=waited, context=context)
            return replace(rehearsed, said=said)
