"""Two closed rounds of one strand, a year apart, on frames and panels that overlap in part.

Between the years three organisations leave the frame, some change their income band and twelve are new;
the second draw starts further on, so that some of the first panel have gone.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from sampling.frame import INCOME_BANDS
from scheduler.timetable import RoundDates
from survey_app.clock import at, end_of
from survey_app.demo.respondents import answer_all
from survey_app.reports.contents import Contents
from survey_app.services import cases, frames, panels, releases, responses, results, rounds
from survey_app.services.answering import Save
from survey_app.services.panels import PanelPlan
from survey_app.services.rounds import RoundPlan
from survey_app.services.source_lists import import_list
from tests.world import DATES, World, description, voluntary

THRESHOLD = 5
NEXT_YEAR = RoundDates(date(2027, 9, 6), date(2027, 9, 20), date(2027, 10, 11), date(2027, 11, 18))
STEADY = 0.6
PLAN = PanelPlan(voluntary_total=60, minimum=8)


@dataclass(frozen=True)
class TwoRounds:
    """The world, and its rounds: this year's is closed and not frozen."""

    world: World
    first: int
    second: int

    def freeze(self, round_id: int, *, threshold: int = THRESHOLD) -> int:
        """The id of a new release of a round."""
        world = self.world
        with world.database.writing() as session:
            return releases.freeze_release(
                session,
                world.keys,
                round_id=round_id,
                publisher=releases.Publisher("Compact Monitor", threshold),
                act=world.act(),
            )

    def contents(self, release_id: int) -> Contents:
        programme = self.world.programme
        return self.world.read(
            lambda session: results.release_contents(session, release_id=release_id, programme_id=programme)
        )

    def bundle(self, release_id: int) -> bytes:
        world = self.world
        with world.database.writing() as session:
            kept = results.file_of(
                session, release_id=release_id, kind=results.BUNDLE, act=world.act(), bundle=True
            )
        return kept[2]


def first_round(world: World, *, bodies: int = 40, charities: int = 120) -> int:
    """A round of 2026 from its plan to its close."""
    world.drawn(bodies=bodies, charities=charities, plan=PLAN)
    return _run(world, "Annual survey 2026", DATES)


def two_rounds(world: World, *, bodies: int = 40, charities: int = 120) -> TwoRounds:
    """A round of 2026 and one of 2027, both closed."""
    first = first_round(world, bodies=bodies, charities=charities)
    return TwoRounds(world, first, second_round(world, charities=charities))


def second_round(world: World, *, charities: int = 120) -> int:
    """A round of 2027 on other lists and another panel, with whatever is the newest core by then."""
    _another_year(world, charities)
    return _run(world, "Annual survey 2027", NEXT_YEAR)


def next_edition(charities: int, *, new: int = 12) -> str:
    """The list of VCOs a year on: some are gone, some have another income band, some are new."""
    header, *rows = voluntary(charities).splitlines()
    kept = [row.split(",") for n, row in enumerate(rows) if n not in range(5, 26, 10)]
    for row in kept[2::9]:
        row[3] = INCOME_BANDS[1]
    added = [row.replace("V0", "N0").split(",") for row in rows[:new]]
    return "\r\n".join([header, *(",".join(row) for row in (*kept, *added))]) + "\r\n"


def _another_year(world: World, charities: int) -> None:
    world.move_to(at(NEXT_YEAR.opens_on - timedelta(days=30), 10))
    with world.database.writing() as session:
        import_list(
            session,
            world.keys,
            content=next_edition(charities).encode(),
            file_name="charities-2027.csv",
            description=replace(description("Charities"), dated=date(2027, 8, 1)),
            quarantine=False,
            act=world.act(),
        )
        world.frame_id = frames.make_frame(session, as_of=world.clock.now().date(), act=world.act())
        world.panel_id = panels.draw_panel(
            session,
            frame_id=world.frame_id,
            strand="annual",
            year=2027,
            plan=replace(PLAN, start=0.2),
            act=world.act(),
        )


def _run(world: World, title: str, dates: RoundDates) -> int:
    with world.database.writing() as session:
        plan = RoundPlan(title, world.panel_id, dates)
        world.round_id = rounds.plan_round(session, plan=plan, act=world.act())
    world.launch()
    world.tick()
    world.move_to(at(dates.opens_on, 9))
    _answer(world, world.round_id)
    world.move_to(end_of(dates.closes_on) + timedelta(minutes=1))
    return world.round_id


def _answer(world: World, round_id: int) -> None:
    """Four of five answer; most of them say what they said the year before."""
    save = Save(world.clock.now())
    with world.database.writing() as session:
        for case_id, *_ in cases.open_cases(session, round_id=round_id):
            seat = responses.seat_of(session, world.keys, case_id=case_id)
            who = int(seat.pseudonym[:12], 16)
            steady = np.random.default_rng([1, who]).random() < STEADY
            year = seat.opens_on.year
            if np.random.default_rng([2, who, year]).random() < 0.8:
                rng = np.random.default_rng([3, who, 0 if steady else year])
                answer_all(session, world.keys, case_id=case_id, rng=rng, save=save)
