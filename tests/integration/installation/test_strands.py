"""One vocabulary of strands: the database refuses another word, and what old words said is kept."""

from datetime import UTC, date, datetime

import pytest
from alembic import command
from sqlalchemy import Connection, MetaData, insert, inspect, text
from sqlalchemy.exc import IntegrityError

from instruments import conduct
from scheduler.strands import WORDS, Strand
from survey_app.database import Database
from survey_app.models.all_tables import Base
from survey_app.services.installation import migrations, upgrade

LATE = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
BEFORE = "0006"
TYPED = ("annual", "focus_groups", "deep_review", "local", "a talk")


def test_instruments_and_the_cycle_use_the_same_strands() -> None:
    assert [(one.name, one.value) for one in Strand] == [(one.name, one.value) for one in conduct.Strand]
    assert set(WORDS) == set(Strand)


def test_every_column_that_names_a_strand_is_checked_by_the_database() -> None:
    tables = Base.metadata.tables.values()
    columns = [column for table in tables for column in table.columns if column.name == "strand"]

    checked = {constraint.name for table in tables for constraint in table.constraints}

    assert {f"ck_{column.table.name}_strand" for column in columns} <= checked
    assert {"round", "panel", "panel_plan", "burden_entry"} <= {column.table.name for column in columns}


def _before(connection: Connection) -> None:
    made = MetaData()
    made.reflect(connection)

    def add(table: str, **row: object) -> None:
        connection.execute(insert(made.tables[table]), row)

    stamped = {"created_at": LATE, "created_by": ""}
    programme = {"id": 1, "code": "e", "name": "E", "kind": "national", "created_at": LATE}
    add("programme", uuid="p", agreement_word="Compact", state="active", **programme)
    add("frame", id=1, programme_id=1, number=1, as_of=date(2026, 1, 1), **stamped)
    born = {"uuid": "o", "sector": "vco", "prn": 0.5, "prn_key_fingerprint": "", "created_at": LATE}
    add("organisation", id=1, name="x", **born)
    drawn = {"programme_id": 1, "frame_id": 1, "year": 2026}
    for number, strand in enumerate(TYPED[:4], start=1):
        add("panel", id=number, strand=strand, plan={}, drawn_at=LATE, drawn_by="", **drawn)
        add("panel_plan", id=number, strand=strand, name="n", choices={}, **drawn, **stamped)
    given = {"organisation_id": 1, "programme_id": 1, "year": 2026, "day": date(2026, 3, 2), "minutes": 60}
    for number, strand in enumerate(TYPED, start=1):
        add("burden_entry", id=number, strand=strand, kind="other", note="two people", **given)
    add("burden_entry", id=9, strand="a talk", kind="other", note="", **given)


def test_old_words_become_the_nearest_strand_and_what_was_typed_stays_in_the_note(empty: Database) -> None:
    with empty.reshaping() as connection:
        command.upgrade(migrations(connection), BEFORE)
        _before(connection)

    upgrade(empty)

    renamed = ["annual_survey", "focus_groups", "deep_review", "local_survey"]
    with empty.reading() as session:
        for table in ("panel", "panel_plan"):
            assert list(session.scalars(text(f"SELECT strand FROM {table} ORDER BY id"))) == renamed
        entries = session.execute(text("SELECT strand, note FROM burden_entry ORDER BY id")).all()
    assert entries == [
        *((strand, "two people") for strand in renamed),
        ("commissioned_study", "a talk: two people"),
        ("commissioned_study", "a talk"),
    ]
    for table in ("panel", "panel_plan", "burden_entry"):
        with pytest.raises(IntegrityError), empty.writing() as session:
            session.execute(text(f"UPDATE {table} SET strand = 'annual'"))


def test_tables_that_were_made_anew_check_each_fact_once(empty: Database) -> None:
    upgrade(empty)

    with empty.engine.connect() as connection:
        for table, checks in {
            "burden_entry": ["minutes", "strand"],
            "round": ["made_by_the_cycle", "panel", "policy", "stage", "strand"],
            "panel": ["strand"],
            "panel_plan": ["strand"],
        }.items():
            names = [check["name"] for check in inspect(connection).get_check_constraints(table)]
            assert sorted(str(name) for name in names) == [f"ck_{table}_{check}" for check in checks]
