"""The demonstration follows the usual cycle, so that its calendar shows ten years and not three rounds."""

from collections import Counter
from datetime import date
from pathlib import Path

from scheduler.strands import Strand
from survey_app.demo.story import Demonstration, follow_cycle
from survey_app.services.cycle import derived
from tests.fixtures.world import DATES, World


def demonstration(world: World, today: date) -> Demonstration:
    return Demonstration(
        folder=Path(),
        database=world.database,
        keys=world.keys,
        worker=world.worker(),
        clock=world.clock,
        today=today,
        voluntary_total=20,
        report=lambda kind, done, total: None,
    )


def test_the_calendar_of_the_demonstration_goes_on_from_its_round_for_ten_years(
    embedded_world: World,
) -> None:
    world = embedded_world.opened()
    today = date(2026, 9, 12)
    demo = demonstration(world, today)

    follow_cycle(demo, world.programme)
    follow_cycle(demo, world.programme)

    cycle = world.read(
        lambda s: derived.cycle_of(s, programme_id=world.programme, today=today, first_year=2026)
    )
    counted = Counter(one.strand for one in cycle.occurrences)
    assert counted == {
        Strand.ANNUAL_SURVEY: 10,
        Strand.ANNUAL_REVIEW: 10,
        Strand.FOCUS_GROUPS: 5,
        Strand.DEEP_REVIEW: 3,
    }
    assert [one.round_id for one in cycle.occurrences if one.round_id] == [world.round_id]
    assert cycle.occurrences[0].dates == DATES
    world.tick()
    assert world.read(lambda s: len(derived.known_rounds(s, world.programme))) == 1
