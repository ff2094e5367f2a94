"""No key and no column of the migrated tables tells when somebody answered, on both engines."""

from typing import Any

import pytest
from sqlalchemy import Date, DateTime, Inspector, inspect, text

from survey_app.database import Database

ANSWERS = {"response", "response_change", "response_draft", "response_opening"}
# Moments in tables that name a case or a seat: none of them comes about with an answer.
MOMENTS = {
    "added_case.added_at": "somebody of the staff added it",
    "case.created_at": "the launch",
    "message.due_at": "the round's days, or what staff did",
    "message.lease_until": "the worker's",
    "message.put_off_since": "the mail server's",
    "message.sent_at": "the letter's",
    "register_proposal.decided_at": "a coordinator took it over or refused it, or a pass set it aside",
}
# Numbered as the launch or the staff made them; no answer makes or changes the number of one. Proposals are
# numbered by a pass, for all answers since the last one in random order.
NUMBERED = {"access", "added_case", "case", "case_agreement", "register_proposal", "seat"}


@pytest.fixture
def schema(database: Database) -> Inspector:
    return inspect(database.engine)


def names_a_case(schema: Inspector, name: str) -> bool:
    if name in ("case", "seat"):
        return True
    return any(key["referred_table"] in ("case", "seat") for key in schema.get_foreign_keys(name))


def is_counted(database: Database, schema: Inspector, name: str) -> bool:
    """Whether the engine numbers the rows of a table in the order in which they come."""
    if not database.embedded:
        return any("nextval" in str(column["default"]) for column in schema.get_columns(name))
    with database.engine.connect() as connection:
        query = text("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = :name")
        made: Any = connection.execute(query, {"name": name}).scalar_one()
    # A table with a whole number as its key has no other number, and who inserts a row may give it.
    return "WITHOUT ROWID" not in made and [
        str(column["type"])
        for column in schema.get_columns(name)
        if column["name"] in schema.get_pk_constraint(name)["constrained_columns"]
    ] != ["INTEGER"]


def test_no_table_that_holds_answers_or_names_cases_is_numbered_as_answers_come(
    database: Database, schema: Inspector
) -> None:
    there = [name for name in schema.get_table_names() if name in ANSWERS or names_a_case(schema, name)]

    assert len(there) > len(ANSWERS) + len(NUMBERED)
    counted = {name for name in there if is_counted(database, schema, name)}
    assert counted <= NUMBERED


def test_no_day_and_no_time_stands_beside_answers_and_none_of_theirs_beside_a_case(schema: Inspector) -> None:
    timed = {
        f"{name}.{column['name']}"
        for name in schema.get_table_names()
        if names_a_case(schema, name) and name not in ANSWERS
        for column in schema.get_columns(name)
        if isinstance(column["type"], DateTime)
    }
    beside = [
        f"{name}.{column['name']}"
        for name in ANSWERS
        for column in schema.get_columns(name)
        if isinstance(column["type"], Date | DateTime)
    ]

    assert timed == set(MOMENTS)
    assert beside == []
