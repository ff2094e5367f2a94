"""The tables that the revisions make are the tables that the models describe, on both engines."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, MetaData, insert, inspect, text
from sqlalchemy.exc import IntegrityError

from survey_app.database import Database
from survey_app.models.all_tables import Base
from survey_app.services.installation import is_current, is_synthetic, mark_installation, migrations, upgrade
from tests.fixtures.world import START

DAY, MOMENT = "'2026-01-01'", "'2026-01-01 00:00:00'"
POINTED_AT = (
    f"INSERT INTO programme (id, code, name, kind, created_at) VALUES (1, 'e', 'E', 'national', {MOMENT})",
    "INSERT INTO source_list (id, programme_id, name, owner, dated, purpose, coverage, licence,"
    " known_defects, file_name, file_sha256, row_count, imported_at, imported_by)"
    f" VALUES (1, 1, 'Charities', 'o', {DAY}, 'p', 'c', '', '', 'f', 's', 1, {MOMENT}, 'a')",
    "INSERT INTO quarantined_row (id, source_list_id, row_number, faults, fields)"
    " VALUES (1, 1, 2, '[]', '{}')",
)


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
    assert {"ck_round_panel", "ck_organisation_prn_unit_interval"} <= constraints


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
        connection.execute(text(POINTED_AT[-1].replace(", fields", "").replace(", '{}'", "")))

    with empty.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM quarantined_row")) == 0


LATE = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)
STAMPED = {"created_at": LATE, "created_by": "somebody"}
BODY = {"sector": "public_body", "region": "London", "kind": "council", "size": "", "rural_urban": "Urban"}
CHARITY = {
    "sector": "vco",
    "region": "",
    "kind": "housing",
    "size": "under 10k",
    "rural_urban": "Sparse and rural",
}


def _before_the_ledger(connection: Connection) -> None:
    """A round of three organisations as it was kept before: one answered, one was reminded twice."""
    made = MetaData()
    made.reflect(connection)

    def add(table: str, *rows: dict[str, Any]) -> None:
        connection.execute(insert(made.tables[table]), list(rows))

    add("programme", {"id": 1, "code": "england", "name": "England", "kind": "national", "created_at": LATE})
    born = {"name": "x", "prn_key_fingerprint": "f", "created_at": LATE}
    add(
        "organisation",
        *(
            {"id": n, "uuid": str(n), "sector": s, "prn": n / 10} | born
            for n, s in ((1, "public_body"), (2, "vco"), (3, "vco"))
        ),
    )
    add(
        "source_list",
        {
            "id": 1,
            "programme_id": 1,
            "name": "a",
            "owner": "b",
            "dated": date(2026, 1, 1),
            "purpose": "",
            "coverage": "",
            "licence": "",
            "known_defects": "",
            "file_name": "",
            "file_sha256": "",
            "row_count": 3,
            "imported_at": LATE,
            "imported_by": "",
        },
    )
    add("frame", {"id": 1, "programme_id": 1, "number": 1, "as_of": date(2026, 1, 1)} | STAMPED)
    entry = {
        "frame_id": 1,
        "source_list_id": 1,
        "name": "x",
        "area": "",
        "in_scope": True,
        "scope_reason": "",
    }
    add(
        "frame_entry",
        *(
            entry | described | {"organisation_id": n}
            for n, described in ((1, BODY), (2, CHARITY), (3, CHARITY))
        ),
    )
    panel = {
        "programme_id": 1,
        "frame_id": 1,
        "strand": "annual",
        "plan": {},
        "drawn_at": LATE,
        "drawn_by": "",
    }
    add("panel", panel | {"id": 1, "year": 2025}, panel | {"id": 2, "year": 2026})
    stratum = {"panel_id": 2, "start": 0.0}
    add(
        "panel_stratum",
        stratum
        | {
            "id": 1,
            "name": "p",
            "sector": "public_body",
            "region": "London",
            "band": "council",
            "pop_size": 1,
            "sample_size": 1,
            "certainty": True,
        },
        stratum
        | {
            "id": 2,
            "name": "v",
            "sector": "vco",
            "region": "not known",
            "band": "under 10k",
            "pop_size": 2,
            "sample_size": 2,
            "certainty": False,
        },
    )
    member = {
        "panel_id": 2,
        "prn": 0.1,
        "inclusion_probability": 1.0,
        "design_weight": 1.0,
        "route": "census",
    }
    add(
        "panel_member",
        *(
            member | {"id": n, "organisation_id": n, "panel_stratum_id": 1 if n == 1 else 2}
            for n in (1, 2, 3)
        ),
    )
    add(
        "instrument",
        {"id": 1, "name": "q", "audience": "vco"},
        {"id": 2, "name": "r", "audience": "public_body"},
    )
    version = {"version": 1, "schema": 1, "title": "", "sha256": "", "published_at": LATE, "published_by": ""}
    add(
        "instrument_version",
        *(
            version | {"id": n, "instrument_id": n, "document": f"estimated_minutes: {10 * n}"}
            for n in (1, 2)
        ),
    )
    dates = {
        "opens_on": date(2026, 3, 9),
        "first_reminder_on": date(2026, 3, 23),
        "second_reminder_on": date(2026, 4, 13),
        "closes_on": date(2026, 5, 18),
    }
    add(
        "round",
        {
            "id": 1,
            "uuid": "u",
            "programme_id": 1,
            "strand": "annual",
            "number": 1,
            "title": "t",
            "panel_id": 2,
            "stage": "open",
        }
        | dates
        | STAMPED,
    )
    add(
        "round_instrument",
        *(
            {"round_id": 1, "audience": s, "instrument_version_id": v, "sha256": ""}
            for s, v in (("vco", 1), ("public_body", 2))
        ),
    )
    case = {"round_id": 1, "code_generation": 1, "created_at": LATE}
    add(
        "case",
        *(
            case
            | {
                "id": n,
                "uuid": str(n),
                "code_hash": str(n),
                "organisation_id": n,
                "panel_member_id": n,
                "outcome": o,
                "outcome_on": d,
            }
            for n, o, d in (
                (1, "complete", date(2026, 3, 12)),
                (2, "not_started", None),
                (3, "refused", date(2026, 3, 12)),
            )
        ),
    )
    event = {"case_id": 2, "actor": "worker", "note": ""}
    add(
        "case_event",
        *(
            event | {"id": k, "day": d, "kind": k}
            for d, k in (
                (date(2026, 3, 9), "invitation sent"),
                (date(2026, 3, 23), "first_reminder sent"),
                (date(2026, 4, 13), "second_reminder sent"),
            )
        ),
    )


def test_what_was_kept_before_the_ledger_is_in_it_afterwards(empty: Database) -> None:
    with empty.engine.execution_options(begin="IMMEDIATE").begin() as connection:
        command.upgrade(migrations(connection), "0002")
        _before_the_ledger(connection)

    upgrade(empty)

    with empty.reading() as session:
        ledger = session.execute(
            text("SELECT organisation_id, year, day, kind, minutes FROM burden_entry ORDER BY 1, 3, 4")
        ).all()
        cells = session.execute(
            text("SELECT sector, region, band, rural, bme_led, pop_size FROM frame_cell ORDER BY 1")
        ).all()
        assert session.execute(
            text("SELECT frame_cell_id, panel_stratum_id FROM panel_cell ORDER BY 2")
        ).all() == [(cell, stratum) for stratum, cell in ((1, 1), (2, 2))]
        assert session.scalar(text("SELECT count(*) FROM frame_entry WHERE frame_cell_id = 2")) == 2
        assert session.execute(text("SELECT id, previous_panel_id FROM panel ORDER BY 1")).all() == [
            (1, None),
            (2, 1),
        ]
        assert session.scalar(text("SELECT count(*) FROM panel_stratum WHERE drawn_size = sample_size")) == 2
        assert session.execute(text('SELECT DISTINCT route FROM "case"')).all() == [("panel",)]
    assert cells == [
        ("public_body", "London", "council", "no", "", 1),
        ("vco", "", "under 10k", "yes", "", 2),
    ]
    # Half past eleven at night in UTC is still that day in London in winter.
    assert [(organisation, kind, minutes) for organisation, _, _, kind, minutes in ledger] == [
        (1, "invitation", 0),
        (1, "minutes_asked", 20),
        (1, "minutes_answered", 20),
        (2, "invitation", 0),
        (2, "minutes_asked", 10),
        (2, "reminder", 0),
        (2, "reminder", 0),
        (3, "invitation", 0),
        (3, "minutes_asked", 10),
    ]
    assert {year for _, year, _, _, _ in ledger} == {2026}
    assert sorted({str(day) for _, _, day, _, _ in ledger}) == [
        "2026-03-02",
        "2026-03-12",
        "2026-03-23",
        "2026-04-13",
    ]


def test_versions_that_were_published_before_keep_their_text_and_have_a_history(empty: Database) -> None:
    with empty.engine.execution_options(begin="IMMEDIATE").begin() as connection:
        command.upgrade(migrations(connection), "0002")
        _before_the_ledger(connection)

    upgrade(empty)

    with empty.reading() as session:
        versions = session.execute(
            text("SELECT id, audiences, minutes, state, created_by FROM instrument_version ORDER BY id")
        ).all()
        texts = session.execute(text("SELECT version_id, number, document FROM instrument_text ORDER BY 1"))
        moves = session.execute(text("SELECT version_id, after FROM instrument_transition ORDER BY 1"))
        assert session.scalars(text("SELECT DISTINCT role FROM instrument")).all() == ["core"]
        assert texts.all() == [(1, 1, "estimated_minutes: 10"), (2, 1, "estimated_minutes: 20")]
        assert moves.all() == [(1, "published"), (2, "published")]
    assert [(n, json.loads(a) if isinstance(a, str) else a, *rest) for n, a, *rest in versions] == [
        (1, ["vco"], 10, "published", ""),
        (2, ["public_body"], 20, "published", ""),
    ]


def test_a_table_made_anew_still_refuses_what_it_refused(empty: Database) -> None:
    upgrade(empty)

    with empty.engine.connect() as connection:
        names = {
            check["name"]
            for table in ("case", "panel_member", "panel_stratum", "instrument_version")
            for check in inspect(connection).get_check_constraints(table)
        }
        if empty.embedded:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    assert {
        "ck_case_weighted_only_if_drawn",
        "ck_case_route",
        "ck_panel_member_probability",
        "ck_panel_member_route",
        "ck_panel_stratum_sizes",
        "ck_panel_stratum_drawn",
        "ck_instrument_version_published_on_a_day",
    } <= names
