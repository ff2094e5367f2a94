"""Whatever is moved, changed or down meanwhile: no event is lost, comes twice or out of its order.

`./run soak outages` tries many more.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.rules import OnDay, Policy, Rule
from scheduler.stages import Stage
from scheduler.strands import Strand
from scheduler.timetable import RoundDates, usual_timetable
from scheduler.working_days import england
from survey_app.clock import SetClock, london_date
from survey_app.database import Database
from survey_app.errors import CompactError
from survey_app.rehearsal.copying import copy_of
from survey_app.services.cycle import reckoning, rules
from survey_app.services.fieldwork import moving
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import RoundView
from tests.fixtures.world import World

EXAMPLES = 4 * int(os.environ.get("FUZZ_TIMES", "1"))
YEARS = range(2027, 2028)
# Both ask no panel, so that a year takes a moment; the rules of their events are those of surveys.
GROUPS, DEEP = Strand.FOCUS_GROUPS, Strand.DEEP_REVIEW
IN_ORDER = (Stage.PLANNED, Stage.PREPARING, Stage.OPEN, Stage.CLOSED)


@dataclass
class Course:
    """A year of two strands that run by themselves, and where each of their rounds was when last seen."""

    world: World
    seen: dict[int, int] = field(default_factory=dict)
    times: int = 0

    def follow(self, every: int, opens: OnDay) -> None:
        groups = Rule(strand=GROUPS, every=every, first_year=2027, opens=opens, policy=Policy.RUN)
        deep = Rule(strand=DEEP, every=2, first_year=2027, opens=OnDay(2, 28), policy=Policy.RUN)
        with self.world.database.writing() as session:
            for rule in (groups, deep):
                rules.set_rule(session, rule=rule, context=self.world.context())

    def down_for(self, days: int) -> None:
        """Nobody is at work for so long, and then a worker is."""
        self.world.wait(timedelta(days=days))
        self._look()

    def set_clock_back(self, hours: int) -> None:
        right = self.world.clock
        self.world.clock = SetClock(right.now() - timedelta(hours=hours))
        self.world.tick()
        self._look()
        self.world.clock = right

    def move(self, days: int) -> None:
        """Somebody moves a round that has not opened; what may not be is refused, and nothing changes."""
        for one in self._rounds():
            if one.stage.is_before_opening:
                wanted = usual_timetable(one.strand, one.dates.opens_on + timedelta(days=days), england())
                self._moved(one, replace(wanted, closes_on=wanted.closes_on + timedelta(days=abs(days))))

    def _moved(self, one: RoundView, wanted: RoundDates) -> None:
        context = self.world.context()
        try:
            with self.world.database.writing() as session:
                moving.move_dates(session, round_view=one, wanted=wanted, why="A test", context=context)
        except CompactError:
            assert one in self._rounds()

    def _rounds(self) -> list[RoundView]:
        return self.world.read(lambda s: lifecycle.rounds_of(s, self.world.programme))

    def _look(self) -> None:
        for one in self._rounds():
            place = IN_ORDER.index(one.stage)
            assert place >= self.seen.get(one.id, 0), f"{one.title} went back to {one.stage}"
            self.seen[one.id] = place
            today = london_date(self.world.clock.now())
            assert place < IN_ORDER.index(Stage.OPEN) or one.dates.opens_on <= today
        assert self.seen.keys() == {one.id for one in self._rounds()}

    def faults(self) -> tuple[str, ...]:
        """What was lost or came twice in the end, with a worker at work now and then, at last each week."""
        for until, days in ((date(2028, 7, 1), 35), (date(2028, 9, 1), 7)):
            while london_date(self.world.clock.now()) < until:
                self.down_for(days)
        totals = self.world.read(
            lambda s: reckoning.totals(
                s, programme_id=self.world.programme, years=YEARS, left=(), now=self.world.clock.now()
            )
        )
        return totals.events_lost + totals.events_doubled


OUTAGES = st.builds(lambda days: lambda course: course.down_for(days), st.integers(1, 150))
CLOCKS = st.builds(lambda hours: lambda course: course.set_clock_back(hours), st.integers(1, 24 * 40))
MOVED_DAYS = st.builds(lambda days: lambda course: course.move(days), st.integers(-30, 60))
CADENCES = st.builds(
    lambda every, month: lambda course: course.follow(every, OnDay(month, 15)),
    st.integers(1, 2),
    st.integers(1, 12),
)
ACTS = st.lists(st.one_of(OUTAGES, CLOCKS, MOVED_DAYS, CADENCES), min_size=3, max_size=8)


@settings(
    max_examples=EXAMPLES,
    # Each example has a copy of the world's database, which itself nothing is done to.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=ACTS)
def test_no_event_is_lost_doubled_or_out_of_order_whatever_happens(
    embedded_world: World, acts: list[Callable[[Course], None]]
) -> None:
    founded = embedded_world.founded()
    with copy_of(founded.settings.database_url) as url:
        database = Database(url)
        course = Course(replace(founded, database=database, clock=SetClock(founded.clock.now())))
        try:
            course.follow(1, OnDay(3, 1))
            for act in acts:
                act(course)
            assert course.faults() == ()
        finally:
            database.close()
