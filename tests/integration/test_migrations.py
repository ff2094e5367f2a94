"""The tables that the revisions make are the tables that the models describe, on both engines."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from survey_app.database import Database
from survey_app.models.all_tables import Base
from survey_app.services.storage import is_current, is_synthetic, mark_installation, migrations, upgrade
from tests.world import START

DAY, MOMENT = "'2026-01-01'", "'2026-01-01 00:00:00'"
POINTED_AT = (
    f"INSERT INTO programme (id, code, name, kind, created_at) VALUES (1, 'e', 'E', 'national', {MOMENT})",
    "INSERT INTO source_list (id, programme_id, name, owner, dated, purpose, coverage, licence,"
    " known_defects, file_name, file_sha256, row_count, imported_at, imported_by)"
    f" VALUES (1, 1, 'Charities', 'o', {DAY}, 'p', 'c', '', '', 'f', 's', 1, {MOMENT}, 'a')",
    "INSERT INTO quarantined_row (id, source_list_id, row_number, faults, fields)"
    " VALUES (1, 1, 2, '[]', '{}')",
)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without a table."""
    if request.param == "sqlite":
        found = Database(f"sqlite:///{tmp_path / 'empty.sqlite'}")
        yield found
        found.close()
        return
    cluster = request.getfixturevalue("cluster")
    name = cluster.fresh("template0")
    found = Database(cluster.url(name))
    yield found
    found.close()
    cluster.drop(name)


def test_upgrading_an_empty_database_gives_exactly_what_the_models_describe(empty: Database) -> None:
    assert not is_current(empty)

    upgrade(empty)

    assert is_current(empty)
    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
        constraints = {
            constraint["name"]
            for table in Base.metadata.tables
            for constraint in inspect(connection).get_check_constraints(table)
        }
    assert {"ck_round_dates_in_order", "ck_organisation_prn_unit_interval"} <= constraints


def test_upgrading_twice_is_harmless(empty: Database) -> None:
    upgrade(empty)
    with empty.writing() as session:
        mark_installation(session, synthetic=True, now=START)

    upgrade(empty)

    with empty.reading() as session:
        assert is_synthetic(session)
        assert session.scalar(text("SELECT count(*) FROM alembic_version")) == 1


def test_an_installation_is_marked_once_and_for_good(empty: Database) -> None:
    upgrade(empty)
    for synthetic in (True, False):
        with empty.writing() as session:
            mark_installation(session, synthetic=synthetic, now=START)

    with empty.reading() as session:
        assert is_synthetic(session)


def test_a_constraint_changes_under_rows_that_others_point_at(empty: Database) -> None:
    with empty.reshaping() as connection:
        config = migrations(connection)
        command.upgrade(config, "0001")
        for statement in POINTED_AT:
            connection.execute(text(statement))

    upgrade(empty)

    with empty.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM quarantined_row")) == 1
        assert session.scalar(text("SELECT name FROM source_list")) == "Charities"
    if empty.embedded:
        with empty.writing() as session, pytest.raises(IntegrityError):
            session.execute(text("DELETE FROM source_list"))


def test_a_revision_that_leaves_rows_pointing_nowhere_is_undone(empty: Database) -> None:
    upgrade(empty)

    # PostgreSQL refuses the row itself.
    refusal = RuntimeError if empty.embedded else IntegrityError
    with pytest.raises(refusal), empty.reshaping() as connection:
        connection.execute(text(POINTED_AT[-1]))

    with empty.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM quarantined_row")) == 0
