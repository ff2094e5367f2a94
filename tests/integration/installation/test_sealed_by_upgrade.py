"""What lay in clear before is sealed by the upgrade, and nothing of it stays in the database's files."""

import json
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import MetaData, select, text
from sqlalchemy.exc import OperationalError

from sampling.panels.selection import key_fingerprint
from survey_app.crypto import Keyring
from survey_app.database import Database
from survey_app.models.cases.casework import AddedCase, CaseEvent
from survey_app.models.frames.lists import SourceRecord
from survey_app.services.cases.notes import of_added, of_contact, of_referrer, reader_of
from survey_app.services.frames.rows import others_of, rows_aside
from survey_app.services.installation import migrations, upgrade
from tests.conftest import KEYS

# Of the tests' PRN_KEY, with which an upgrade compares the key it is given.
FINGERPRINT = key_fingerprint(KEYS["PRN_KEY"].encode())
MOMENT = "'2026-01-01 00:00:00'"
PERSONAL = ("Jo Bird", "jo@first.invalid", "0161 496 0000", "Al Crow", "al@second.invalid")
GIVEN = {
    "source_id": "1",
    "name": "First",
    "Contact": "Jo Bird",
    "E-Mail": "jo@first.invalid",
    "tel": "0161 496 0000",
}
ASIDE = {"source_id": "2", "name": "Second", "region": "al@second.invalid", "chair": "Al Crow"}
FAULT = "row 3, region 'al@second.invalid': is not one of North, South"
BEFORE = (
    "INSERT INTO programme (id, uuid, code, name, kind, agreement_word, state, created_at)"
    f" VALUES (1, 'p', 'e', 'E', 'national', 'Compact', 'active', {MOMENT})",
    "INSERT INTO organisation (id, uuid, sector, name, prn, prn_key_fingerprint, created_at)"
    f" VALUES (1, 'u', 'vco', 'First', 0.5, '{FINGERPRINT}', {MOMENT})",
    "INSERT INTO source_list (id, programme_id, name, owner, dated, purpose, coverage, licence,"
    " known_defects, file_name, file_sha256, row_count, imported_at, imported_by)"
    f" VALUES (1, 1, 'l', '', '2026-01-01', '', '', '', '', '', '', 1, {MOMENT}, '')",
)


def clear_text(database: Database) -> str:
    """Whatever the database's files, or its tables on PostgreSQL, hold."""
    if database.embedded:
        path = Path(str(database.engine.url.database))
        content = b"".join(one.read_bytes() for one in path.parent.glob(f"{path.name}*"))
        return content.decode("latin-1")
    made = MetaData()
    made.reflect(database.engine)
    with database.engine.connect() as connection:
        return str([connection.execute(select(one)).all() for one in made.sorted_tables])


def test_what_lists_say_of_people_is_sealed_and_still_there(empty: Database, keys: Keyring) -> None:
    with empty.reshaping() as connection:
        command.upgrade(migrations(connection, keys), "0024")
        for statement in BEFORE:
            connection.execute(text(statement))
        connection.execute(
            text(
                "INSERT INTO source_record (id, source_list_id, organisation_id, external_id, route,"
                " row_number, fields) VALUES (1, 1, 1, 'e', 'list', 2, :fields)"
            ),
            {"fields": json.dumps(GIVEN)},
        )
        connection.execute(
            text(
                "INSERT INTO quarantined_row (id, source_list_id, row_number, faults, fields)"
                " VALUES (1, 1, 3, :faults, :fields)"
            ),
            {"faults": json.dumps([FAULT]), "fields": json.dumps(ASIDE)},
        )
    assert all(word in clear_text(empty) for word in PERSONAL)

    upgrade(empty, keys)

    assert [word for word in PERSONAL if word in clear_text(empty)] == []
    with empty.reading() as session:
        row = session.get_one(SourceRecord, 1)
        assert row.fields | others_of(keys, row) == GIVEN
        (aside,) = rows_aside(session, keys, list_id=1)
        assert (aside.fields, aside.faults) == (ASIDE, (FAULT,))
        assert session.scalar(text("SELECT faults FROM quarantined_row")) is not None


NOTES = ("Jo Bird was on leave", "Al Crow knows them", "the chair of the forum")
WITH_NOTES = (
    "INSERT INTO round (id, uuid, programme_id, strand, number, title, year, series, stage, created_at,"
    " created_by)"
    f" VALUES (1, 'r', 1, 'focus_groups', 1, 'R', 2026, '', 'open', {MOMENT}, '')",
    'INSERT INTO "case" (id, uuid, round_id, subject_kind, organisation_id, unit, subject_key, subject_ref,'
    " route, outcome, created_at)"
    f" VALUES (1, 'c', 1, 'organisation', 1, '', '', 's', 'outreach', 'started', {MOMENT})",
    "INSERT INTO case_event (id, case_id, day, kind, actor, note) VALUES"
    f" ('e', 1, '2026-01-02', 'called', 'a', '{NOTES[0]}'), ('f', 1, '2026-01-01', 'started', 'a', '')",
    "INSERT INTO added_case (case_id, note, referrer_note, name, region, band, added_at, added_by)"
    f" VALUES (1, '{NOTES[1]}', '{NOTES[2]}', '', '', '', {MOMENT}, '')",
)


def test_notes_of_staff_are_sealed_with_their_round_and_still_read(empty: Database, keys: Keyring) -> None:
    with empty.reshaping() as connection:
        command.upgrade(migrations(connection, keys), "0028")
        for statement in (*BEFORE, *WITH_NOTES):
            connection.execute(text(statement))

    upgrade(empty, keys)

    assert [note for note in NOTES if note in clear_text(empty)] == []
    with empty.reading() as session:
        read = reader_of(session, keys, round_id=1)
        sealed = select(CaseEvent.note_sealed).order_by(CaseEvent.id)
        assert [read(of_contact(1), note) for note in session.scalars(sealed)] == [NOTES[0], ""]
        added = session.get_one(AddedCase, 1)
        assert read(of_added(1), added.note_sealed) == NOTES[1]
        assert read(of_referrer(1), added.referrer_note_sealed) == NOTES[2]
    if empty.embedded:
        with pytest.raises(OperationalError), empty.reading() as session:
            session.execute(text("SELECT rowid FROM case_event"))
