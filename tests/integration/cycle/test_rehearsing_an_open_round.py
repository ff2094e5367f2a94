"""A rehearsal beside an open round: it knows nothing of who answered since the last pass."""

import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import func, select

from survey_app.clock import at
from survey_app.database import Database
from survey_app.demo.respondents import answer_all
from survey_app.models.cases.casework import Seat, SeatOutcome
from survey_app.models.responses import ResponseOpening
from survey_app.rehearsal.run import Course, rehearse
from survey_app.services.cases import casework
from survey_app.services.responses import openings, seats
from survey_app.services.responses.saving import Save
from tests.fixtures.world import DATES, World

SAID = {SeatOutcome.STARTED: False, SeatOutcome.COMPLETE: True}


class EnoughError(Exception):
    """The copy was looked at."""


def answer(world: World, cases: list[int], *, stop_after: int = 99) -> None:
    """Let these come in, and answer or stop, with no pass after."""
    now = world.clock.now()
    with world.database.writing() as session:
        for case_id in cases:
            seat = seats.lead_seat_of(session, world.keys, case_id=case_id)
            openings.note_opening(session, world.keys, seat=seat, now=now)
            rng = np.random.default_rng([5, case_id])
            answer_all(session, world.keys, case_id=case_id, save=Save(now), rng=rng, stop_after=stop_after)


def said_and_begun(world: World, database: Database) -> tuple[dict[int, bool], dict[int, bool], int]:
    """Seat -> whether it was sent, for those that were begun: as cases say, and as answers are; openings."""
    with database.reading() as session:
        outcomes = {key: outcome for key, outcome in session.execute(select(Seat.id, Seat.outcome))}
        seated = seats.seats_of(session, world.keys, seat_ids=list(outcomes))
        said = {key: SAID[outcome] for key, outcome in outcomes.items() if outcome in SAID}
        begun = dict(seats.begun_of(session, list(seated.values())))
        return said, begun, session.scalar(select(func.count()).select_from(ResponseOpening)) or 0


def test_the_copy_knows_what_the_last_pass_knew(
    embedded_world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = embedded_world.opened()
    cases = [case for case, *_ in world.read(lambda s: casework.open_cases(s, round_id=world.round_id))]
    answer(world, cases[:2], stop_after=3)
    answer(world, cases[2:4])
    world.move_to(at(DATES.opens_on + timedelta(days=1), 10))
    answer(world, cases[:1])
    answer(world, cases[4:6])
    answer(world, cases[6:8], stop_after=3)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    copied = []

    def look(_moment: datetime) -> None:
        (copy,) = tmp_path.glob("compact-rehearsal-*/rehearsal.sqlite")
        database = Database(f"sqlite:///{copy}")
        copied.append(said_and_begun(world, database))
        database.close()
        raise EnoughError

    with pytest.raises(EnoughError):
        rehearse(world.settings, wanted=Course(years=0), now=world.clock.now(), beat=look)

    said, begun, opened = said_and_begun(world, world.database)
    assert (len(said), len(begun), opened) == (4, 8, 8)
    assert copied == [(said, said, 4)]
