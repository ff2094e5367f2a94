"""What the programmes, grants and contacts of the version before become, on both engines."""

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from survey_app.crypto import Keyring
from survey_app.database import Database
from survey_app.errors import TakenError
from survey_app.services.installation import migrations, upgrade
from survey_app.services.organisations.contacts import addresses_of
from survey_app.services.programmes.registry import programme_uuid

MOMENT = "'2026-01-01 00:00:00'"
BEFORE = (
    f"INSERT INTO programme (id, code, name, kind, created_at) VALUES (1, 'e', 'E', 'national', {MOMENT})",
    f"INSERT INTO programme (id, code, name, kind, created_at) VALUES (2, 'l', 'L', 'locality', {MOMENT})",
    "INSERT INTO agreement (id, programme_id, name) VALUES (1, 1, 'Covenant'), (2, 1, 'Concordat')",
    "INSERT INTO person (id, email, name, password_hash, active, session_version, created_at)"
    f" VALUES (1, 'a@b.invalid', 'A', 'h', '1', 1, {MOMENT})",
    'INSERT INTO "grant" (person_id, programme_id, permission, role, granted_at, granted_by)'
    f" VALUES (1, 1, 'see_round', 'coordinator', {MOMENT}, 'x')",
    *(
        "INSERT INTO organisation (id, uuid, sector, name, prn, prn_key_fingerprint, created_at)"
        f" VALUES ({n}, 'u{n}', 'vco', 'O', 0.5, 'f', {MOMENT})"
        for n in (1, 2)
    ),
    "INSERT INTO source_list (id, programme_id, name, owner, dated, purpose, coverage, licence,"
    " known_defects, file_name, file_sha256, row_count, imported_at, imported_by)"
    f" VALUES (1, 1, 'l', '', '2026-01-01', '', '', '', '', '', '', 1, {MOMENT}, '')",
    "INSERT INTO source_record (id, source_list_id, organisation_id, external_id, route, row_number, fields)"
    " VALUES (1, 1, 1, 'e', 'list', 1, '{}')",
)
ADDRESSES = {1: "listed@charities.invalid", 2: "typed@charities.invalid"}


@pytest.fixture
def upgraded(empty: Database, keys: Keyring) -> Database:
    """Two programmes, a person and two organisations as they were kept before, brought up to date."""
    with empty.reshaping() as connection:
        command.upgrade(migrations(connection), "0004")
        for statement in BEFORE:
            connection.execute(text(statement))
        for owner, email in ADDRESSES.items():
            sealed, lookup = keys.encrypt(email, f"contact {owner}"), keys.lookup(email)
            connection.execute(
                text(
                    "INSERT INTO contact (organisation_id, email_sealed, email_lookup, updated_at)"
                    f" VALUES (:owner, :sealed, :lookup, {MOMENT})"
                ),
                {"owner": owner, "sealed": sealed, "lookup": lookup},
            )
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


def test_contacts_of_before_can_be_read_and_are_written_to(upgraded: Database, keys: Keyring) -> None:
    with upgraded.reading() as session:
        addresses = addresses_of(session, keys, list(ADDRESSES))
        sources = session.execute(text("SELECT source, permission FROM contact ORDER BY id")).all()

    assert {owner: address.email for owner, address in addresses.items()} == ADDRESSES
    assert sources == [("list", "may_contact"), ("staff", "may_contact")]


def test_what_was_granted_before_is_granted_for_every_strand(upgraded: Database) -> None:
    with upgraded.reading() as session:
        grants = session.execute(text('SELECT person_id, permission, strand FROM "grant"')).all()

    assert grants == [(1, "see_round", "")]
    with pytest.raises(IntegrityError), upgraded.writing() as session:
        session.execute(text("UPDATE \"grant\" SET strand = 'annual'"))


def test_two_agreements_may_have_one_name_but_not_one_title(upgraded: Database) -> None:
    with upgraded.writing() as session:
        assert session.scalars(text("SELECT title FROM agreement ORDER BY id")).all() == [
            "E Covenant",
            "E Concordat",
        ]
        session.execute(text("UPDATE agreement SET name = 'Compact'"))

    with pytest.raises(TakenError), upgraded.writing() as session:
        session.execute(text("UPDATE agreement SET title = 'The Compact'"))
