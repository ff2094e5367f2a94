"""The tables that the revisions make are the tables that the models describe, on both engines."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from survey_app.database import Database
from survey_app.models.all_tables import Base
from survey_app.services.storage import is_current, is_synthetic, mark_installation, upgrade
from tests.world import START


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
