"""An attack on the file: nothing that it holds joins answers to cases better than drawing lots does.

Drawing lots within a sector and an outcome joins one pair in each, on average, however many there are. `MANY`
is what chance reaches once in some hundred million tries.
"""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from instruments.answering.answers import Answer
from sampling.frame import Sector
from survey_app.crypto import Keyring
from survey_app.demo.respondents import answer_all
from survey_app.errors import DestroyedError
from survey_app.models.cases.casework import Case, Seat
from survey_app.models.responses import Response
from survey_app.models.rounds import Round
from survey_app.services.material import ROUND, material_key
from survey_app.services.responses import seats
from survey_app.services.responses.moments import Moments, open_moments
from survey_app.services.responses.openings import note_opening
from survey_app.services.responses.saving import Save
from survey_app.worker.passes import settle_round
from tests.fixtures.answering import Browser, application, case_of, histories_of
from tests.fixtures.every_kind import opened_with_register
from tests.fixtures.world import World
from tests.integration.responses.attack import File, copied, joined, stolen

PUBLIC, VOLUNTARY = 24, 24
NO_KEYS = Keyring("another", "another", "another", "another")
SEATS = (
    select(Round.uuid, Seat.uuid).join(Case, Case.round_id == Round.id).join(Seat, Seat.case_id == Case.id)
)
MANY = 22


def organisations(world: World) -> list[int]:
    """The cases that answer, in an order that says nothing."""
    cases = [case_of(world, Sector.PUBLIC, place)[0] for place in range(PUBLIC)]
    cases += [case_of(world, Sector.VOLUNTARY, place)[0] for place in range(VOLUNTARY)]
    return random.Random(7).sample(cases, len(cases))


def answers(world: World, case_ids: list[int]) -> Iterator[int]:
    """Let organisations answer one after the other, in transactions of their own; every third stops early."""
    for place, case_id in enumerate(case_ids):
        world.clock.advance_to(world.clock.now() + timedelta(minutes=11))
        with world.database.writing() as session:
            seat = seats.lead_seat_of(session, world.keys, case_id=case_id)
            note_opening(session, world.keys, seat=seat, now=world.clock.now())
        for stop_after in (2, 99 if place % 3 else 3):
            with world.database.writing() as session:
                answer_all(
                    session,
                    world.keys,
                    case_id=case_id,
                    rng=np.random.default_rng(case_id),
                    save=Save(world.clock.now()),
                    stop_after=stop_after,
                )
        yield case_id


def test_where_cases_follow_each_answer_the_attack_joins_most(world: World) -> None:
    """The attack looks in the right places: this is what the file told when a save wrote its case as well."""
    world.opened(bodies=PUBLIC, charities=2 * VOLUNTARY)
    copies = []
    for _ in answers(world, organisations(world)):
        settle_round(world.database, world.keys, round_id=world.round_id, now=world.clock.now())
        copies.append(copied(world))

    most, how, all_of_them = joined(world, stolen(world, *copies[::12]))

    assert most > 0.7 * all_of_them, how


def test_after_some_nights_nothing_in_the_file_joins_answers_to_cases(world: World) -> None:
    """Four answer each day; the thief has the file as it is, its journal, and a backup from halfway."""
    world.opened(bodies=PUBLIC, charities=2 * VOLUNTARY)
    backup = {}
    for place, _ in enumerate(answers(world, organisations(world)), start=1):
        if place % 4 == 0:
            world.settle(nightly=True)
            # The letters that say that answers arrived leave with it.
            world.wait(timedelta(days=1))
        if place == PUBLIC:
            backup = copied(world)

    assert sum(letter["Subject"].startswith("We have received") for letter in world.sent) > PUBLIC
    most, how, _ = joined(world, stolen(world, backup))
    assert most < MANY, how


def test_open_forms_join_no_more_than_cases_do(world: World) -> None:
    """Each names its case and came with a night, as all that a case says of its answers."""
    opened_with_register(world, charities=2 * VOLUNTARY)
    asked = [case_of(world, Sector.VOLUNTARY, place)[0] for place in range(VOLUNTARY)]
    backup = {}
    for place, _ in enumerate(answers(world, random.Random(7).sample(asked, VOLUNTARY)), start=1):
        if place % 4 == 0:
            world.settle(nightly=True)
        if place == VOLUNTARY // 2:
            backup = copied(world)

    file = stolen(world, backup)
    assert sum(row["kind"] == "open" for row in file.rows["response"]) == VOLUNTARY
    most, how, _ = joined(world, file)
    assert most < MANY // 2, how


@pytest.mark.parametrize("held", ["prn_key", "code_key", "data_key"])
def test_one_key_without_link_key_names_nobody(world: World, held: str) -> None:
    """Nor does it open a day or a time: those of answers would find their cases by their days."""
    answered(world)
    thief = replace(NO_KEYS, **{held: getattr(world.keys, held)})

    with world.database.reading() as session:
        sheets = opened_with(session, thief, world)
        kept = session.scalars(select(Response)).all()
        named = {thief.seat_pseudonym(round_, seat) for round_, seat in session.execute(SEATS)}

        assert not named & {row.seat_pseudonym for row in kept}
        assert all((sheet is not None) is (held == "data_key") for sheet in sheets)
        for row in kept:
            with pytest.raises(DestroyedError):
                moments_with(session, thief, row)


def test_after_a_night_no_row_tells_a_call_from_the_web_nor_how_long_a_route_was(world: World) -> None:
    """The mode stands beside the case, and LINK_KEY names each response: no row may differ by either."""
    world.opened(bodies=4, charities=20)
    app = application(world)
    for place, said in enumerate(("yes", "no", "yes")):
        web = Browser(app)
        for _ in range(place):
            web.enter(case_of(world, Sector.VOLUNTARY, place)[1])
        begun(web.begin(case_of(world, Sector.VOLUNTARY, place)[1]), said, again=place)
    interviewer = Browser(app).sign_in(world, "interviewer")
    token = interviewer.get("/start").hidden()
    for _ in range(2):
        interviewer.post(f"/cases/{case_of(world, Sector.VOLUNTARY, 3)[0]}/telephone", token)
    begun(interviewer, "no", again=1)

    app.extensions["compact"].database.close()
    world.settle(nightly=True)

    file = stolen(world)
    answers = file.rows["response"]
    assert [row["mode"] for row in file.rows["seat"]].count("telephone") == 1
    assert len({len(history.steps) for history in histories_of(world)}) > 1
    assert (len(answers), len({shape(file, row) for row in answers})) == (4, 1)
    # By chance one of them is as low as a count once in some five million tries.
    assert min(row["revision"] for row in answers) > 100


def begun(browser: Browser, said: str, *, again: int) -> None:
    """Answer the first question, and change that so many times."""
    for turn in range(again + 1):
        browser.get("/question/heard-of").send({"answer": said if turn % 2 == 0 else "yes"})
        assert browser.status == 200


def shape(file: File, response: dict[str, Any]) -> tuple[str, ...]:
    """How many rows lie about a response, and how long each sealed part of them is."""
    names = {response["id"], response["seat_pseudonym"]}
    return tuple(
        str(
            sorted(
                [len(value) for value in row.values() if isinstance(value, bytes)]
                for row in file.rows[name]
                if names & {row.get("id"), row.get("response_id"), row.get("seat_pseudonym")}
            )
        )
        for name in ("response", "response_change", "response_opening", "response_draft")
    )


def moments_with(session: Session, thief: Keyring, row: Response) -> Moments:
    key = material_key(session, thief, subject_kind=ROUND, subject_id=row.round_id)
    return open_moments(thief.moments_key(key), row.moments, row.id)


def test_with_link_key_alone_organisations_are_joined_and_nothing_is_read(world: World) -> None:
    answered(world)
    thief = replace(NO_KEYS, link_key=world.keys.link_key)

    with world.database.reading() as session:
        kept = {row.seat_pseudonym for row in session.scalars(select(Response))}
        named = {thief.seat_pseudonym(round_, seat) for round_, seat in session.execute(SEATS)}
        assert opened_with(session, thief, world) == [None] * len(kept)

    assert kept
    assert kept <= named


def answered(world: World) -> None:
    world.opened(bodies=4, charities=20)
    for place, stop_after in ((0, 99), (1, 3)):
        with world.database.writing() as session:
            case_id, rng = case_of(world, Sector.VOLUNTARY, place)[0], np.random.default_rng(place)
            save = Save(world.clock.now())
            answer_all(session, world.keys, case_id=case_id, rng=rng, save=save, stop_after=stop_after)


def opened_with(session: Session, thief: Keyring, world: World) -> list[dict[str, Answer] | None]:
    """What a thief reads of each response; None where the keys that they hold open nothing."""
    rows = session.scalars(select(Response)).all()
    try:
        key = material_key(session, thief, subject_kind=ROUND, subject_id=world.round_id)
    except DestroyedError:
        return [None for _ in rows]
    return [seats.opened(row, key) for row in rows]
