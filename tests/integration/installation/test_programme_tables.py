"""What the programmes of the version before become, on both engines."""

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from survey_app.database import Database
from survey_app.services.installation import migrations, upgrade
from survey_app.services.programmes.registry import programme_uuid

MOMENT = "'2026-01-01 00:00:00'"
BEFORE = (
    f"INSERT INTO programme (id, code, name, kind, created_at) VALUES (1, 'e', 'E', 'national', {MOMENT})",
    f"INSERT INTO programme (id, code, name, kind, created_at) VALUES (2, 'l', 'L', 'locality', {MOMENT})",
    "INSERT INTO agreement (id, programme_id, name) VALUES (1, 1, 'Covenant'), (2, 1, 'Concordat')",
)


@pytest.fixture
def upgraded(empty: Database) -> Database:
    """Two programmes as they were kept before, brought up to date."""
    with empty.reshaping() as connection:
        command.upgrade(migrations(connection), "0004")
        for statement in BEFORE:
            connection.execute(text(statement))
    upgrade(empty)
    return empty


def test_a_programme_of_before_has_the_identity_that_its_code_gives_on_any_machine(
    upgraded: Database,
) -> None:
    with upgraded.reading() as session:
        programmes = session.execute(
            text("SELECT uuid, agreement_word, state, parent_id FROM programme ORDER BY id")
        ).all()

    assert programmes == [
        (programme_uuid("e"), "Covenant", "active", None),
        (programme_uuid("l"), "Compact", "active", None),
    ]


@pytest.mark.parametrize(
    "change", ["state = 'paused'", "kind = 'regional'", "parent_id = id", "parent_id = 9"]
)
def test_the_database_refuses_a_programme_that_makes_no_sense(upgraded: Database, change: str) -> None:
    with pytest.raises(IntegrityError), upgraded.writing() as session:
        session.execute(text(f"UPDATE programme SET {change} WHERE id = 2"))
