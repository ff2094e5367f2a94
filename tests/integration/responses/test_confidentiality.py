"""An attack on the promise: with every table at hand and no LINK_KEY, nothing ties answers to who gave them.

What the tables hold in common on purpose is left out: the round, its questionnaires (and so the sector), and
the kind of seat. Orders, hidden columns and places in the file are attacked in `test_joins`.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import chain
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import numpy as np
import pytest
from sqlalchemy import Engine, MetaData, insert, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from instruments.conduct import SeatKind
from sampling.frame import Sector
from survey_app.database import UtcDateTime
from survey_app.demo.respondents import answer_all
from survey_app.models.base import table
from survey_app.models.cases.casework import Case, Seat
from survey_app.models.responses import Response, ResponseKind
from survey_app.services.cases.seats import lead_of
from survey_app.services.responses import seats
from survey_app.services.responses.histories import CHANGES_BLOCK, STEPS_BLOCK
from survey_app.services.responses.saving import DOCUMENT_BLOCK, Save
from tests.fixtures.answering import case_of, histories_of
from tests.fixtures.world import World

ANSWERS = ("response", "response_change", "response_draft", "response_opening")
SHARED = {"round_id", "instrument_version_id", "kind", "seat_label", "revision", "sent"}
# A nonce in front and a tag behind.
SEALING = 12 + 16
Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture
def answered(world: World) -> World:
    return in_order(world)


def in_order(world: World) -> World:
    """Six charities that answered on one day, at minutes of their own, in an order that says who they are."""
    world.opened(bodies=4, charities=20)
    for place in (4, 1, 5, 0, 3, 2):
        world.clock.advance_to(world.clock.now() + timedelta(minutes=7))
        with world.database.writing() as session:
            answer_all(
                session,
                world.keys,
                case_id=case_of(world, Sector.VOLUNTARY, place)[0],
                rng=np.random.default_rng(place),
                save=Save(world.clock.now()),
            )
    return world


def everything(engine: Engine) -> Rows:
    """Every row of every table."""
    made = MetaData()
    made.reflect(engine)
    with engine.connect() as connection:
        return {
            one.name: [dict(row) for row in connection.execute(select(one)).mappings()]
            for one in made.sorted_tables
        }


def values_of(rows: Rows, *, answers: bool) -> Iterator[object]:
    """The values of the tables of answers, or of all others."""
    for name, lines in rows.items():
        if (name in ANSWERS) is answers:
            for row in lines:
                yield from (
                    json.dumps(value) if isinstance(value, dict | list) else value
                    for column, value in row.items()
                    if column not in SHARED or not answers
                )


def guesses(value: str, world: World) -> set[str]:
    """What a value may have been turned into by anybody who has no LINK_KEY."""
    made = set()
    for one in (value, f"seat|{value}", f"unit|{value}", f"response|{value}"):
        plain = one.encode()
        made |= {
            hashlib.sha256(plain).hexdigest(),
            hashlib.md5(plain).hexdigest(),
            str(uuid5(NAMESPACE_OID, one)),
        }
        for key in (world.keys.prn_key, world.keys.code_key, world.keys.data_key):
            made.add(hmac.new(key.encode(), plain, hashlib.sha256).hexdigest())
    return made | {digest[:length] for digest in made for length in (32, 36)}


def test_no_value_of_the_answers_stands_in_another_table_nor_is_made_of_one(answered: World) -> None:
    rows = everything(answered.database.engine)
    names = {value for value in values_of(rows, answers=True) if isinstance(value, str | bytes)}
    others = set(values_of(rows, answers=False))

    assert len(rows["response"]) == 6
    assert not names & {value for value in others if isinstance(value, str | bytes)}
    derived = set(chain.from_iterable(guesses(str(value), answered) for value in others if value is not None))
    assert not names & derived


def test_no_day_and_no_time_stands_beside_answers(answered: World) -> None:
    rows = everything(answered.database.engine)

    assert len(rows["response_change"]) >= 6
    assert [value for value in values_of(rows, answers=True) if isinstance(value, date)] == []


def test_nothing_that_is_written_with_an_answer_keeps_the_order_of_the_answers(embedded_world: World) -> None:
    """SQLite numbers the rows of most tables; no query may rely on an order that PostgreSQL has."""
    answered = in_order(embedded_world)
    answered.settle()
    with answered.database.engine.connect() as connection:
        for name in ("case_event", "response", "response_opening"):
            with pytest.raises(OperationalError, match="rowid"):
                connection.execute(text(f"SELECT rowid FROM {name}"))
        entries = connection.execute(
            text("SELECT id, rowid FROM burden_entry WHERE kind = 'minutes_answered'")
        ).all()
    # The table stands in the order of a random key, which counts nothing.
    assert len(entries) == 6
    assert all(key == place for key, place in entries)
    assert max(key for key, _ in entries) > 2**40


def test_the_length_of_what_is_sealed_does_not_tell_what_was_answered(answered: World) -> None:
    rows = everything(answered.database.engine)
    documents = {len(row["document"]) for row in rows["response"]}
    changes = [len(row["changes"]) for row in rows["response_change"]]

    assert len({tuple(sorted(answers_of(answered, place))) for place in range(6)}) > 1
    assert {(length - SEALING) % DOCUMENT_BLOCK for length in documents} == {0}
    assert set(changes) == {CHANGES_BLOCK + SEALING}
    assert {len(row["moment"]) for row in rows["response_change"]} == {STEPS_BLOCK + SEALING}
    assert len({len(history.changes) for history in histories_of(answered)}) > 1


def answers_of(world: World, place: int) -> dict[str, Any]:
    with world.database.reading() as session:
        case_id = case_of(world, Sector.VOLUNTARY, place)[0]
        seat = seats.lead_seat_of(session, world.keys, case_id=case_id)
        return dict(seats.sheet_of(session, world.keys, seat=seat).answers)


def test_cases_and_seats_hold_days_and_no_times_of_what_respondents_did() -> None:
    timed = {
        f"{one.name}.{column.name}"
        for model in (Case, Seat)
        for one in (table(model),)
        for column in one.c
        if isinstance(column.type, UtcDateTime)
    }

    assert timed == {"case.created_at"}


@pytest.mark.parametrize("slip", ["case_id", "seat_id", "seat_pseudonym"])
def test_the_database_refuses_answers_that_are_half_confidential(answered: World, slip: str) -> None:
    case_id = case_of(answered, Sector.VOLUNTARY)[0]
    seat_id = answered.read(lambda s: lead_of(s, case_id)).id
    with answered.database.reading() as session:
        row = dict(session.execute(select(table(Response)).limit(1)).mappings().one())
    changes = {"case_id": case_id, "seat_id": seat_id, "seat_pseudonym": None}

    with pytest.raises(IntegrityError, match="confidential_or_open"), answered.database.writing() as session:
        session.execute(
            insert(table(Response)), row | {"id": "another", "seat_pseudonym": "x"} | {slip: changes[slip]}
        )


def test_a_form_of_the_staff_is_kept_with_its_case_and_seat_and_no_pseudonym(answered: World) -> None:
    case_id = case_of(answered, Sector.VOLUNTARY)[0]
    seat_id = answered.read(lambda s: lead_of(s, case_id)).id
    with answered.database.reading() as session:
        row = dict(session.execute(select(table(Response)).limit(1)).mappings().one())
    form = {
        "id": "a form",
        "kind": ResponseKind.OPEN,
        "case_id": case_id,
        "seat_id": seat_id,
        "seat_label": SeatKind.PERSON_IN_CHARGE,
    }

    with answered.database.writing() as session:
        session.execute(insert(table(Response)), row | form | {"seat_pseudonym": None})
        assert session.get_one(Response, "a form").kind is ResponseKind.OPEN


def test_with_the_key_the_same_tables_do_tell(answered: World) -> None:
    """The attack looks in the right place: LINK_KEY is all that it lacks."""
    case_id = case_of(answered, Sector.VOLUNTARY, 4)[0]
    with answered.database.reading() as session:
        seat = seats.lead_seat_of(session, answered.keys, case_id=case_id)
        named = select(Response.seat_label).where(Response.seat_pseudonym == seat.seat_pseudonym)

        assert session.scalars(named).one() is SeatKind.LEAD
