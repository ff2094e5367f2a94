"""Rounds and jobs as they were kept before: their days become events, and each job says what it is about."""

from datetime import UTC, date, datetime

from alembic import command
from sqlalchemy import Connection, MetaData, insert, text

from survey_app.database import Database
from survey_app.services.installation import migrations, upgrade

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
BEFORE = "0004"
STAGES = ("withdrawn", "closed", "open", "planned")
JOBS = (("open", 3), ("first_reminder", 3), ("second_reminder", 2), ("report", 2), ("release", 3))


def _before(connection: Connection) -> None:
    """Four rounds a year apart, one at each stage, and some of their jobs done."""
    made = MetaData()
    made.reflect(connection)

    def add(table: str, **row: object) -> None:
        connection.execute(insert(made.tables[table]), row)

    stamped = {"created_at": NOW, "created_by": ""}
    add("programme", id=1, code="e", name="E", kind="national", created_at=NOW)
    add("frame", id=1, programme_id=1, number=1, as_of=date(2026, 1, 1), **stamped)
    drawn = {
        "programme_id": 1,
        "frame_id": 1,
        "strand": "annual",
        "plan": {},
        "drawn_at": NOW,
        "drawn_by": "",
    }
    for number, stage in enumerate(STAGES, start=1):
        year = 2020 + number
        add("panel", id=number, year=year, **drawn)
        days = {
            "opens_on": date(year, 9, 7),
            "first_reminder_on": date(year, 9, 21),
            "second_reminder_on": date(year, 10, 12),
            "closes_on": date(year, 11, 19),
        }
        named = {"id": number, "uuid": str(number), "number": number, "title": "t", "panel_id": number}
        add("round", programme_id=1, strand="annual", stage=stage, **named, **days, **stamped)
    job = {"programme_id": 1, "state": "done", "due_at": NOW, "lease_until": NOW, "leased_by": ""}
    counted = {"attempts": 1, "done": 0, "total": 0, "failure": ""}
    for kind, subject_id in JOBS:
        add("job", kind=kind, subject_id=subject_id, **job, **counted, **stamped)


def test_rounds_keep_their_days_as_events_and_jobs_their_subjects(empty: Database) -> None:
    with empty.reshaping() as connection:
        command.upgrade(migrations(connection), BEFORE)
        _before(connection)

    upgrade(empty)

    with empty.reading() as session:
        rounds = session.execute(text("SELECT id, year, follows_round_id FROM round ORDER BY id")).all()
        events = session.execute(
            text("SELECT round_id, kind, day, state FROM round_event ORDER BY round_id, day")
        ).all()
        jobs = session.execute(
            text("SELECT subject_kind, subject_id, kind, occurrence FROM job ORDER BY id")
        ).all()
    # The first plan was withdrawn, so nothing follows it.
    assert rounds == [(1, 2021, None), (2, 2022, None), (3, 2023, 2), (4, 2024, 3)]
    assert [(kind, str(day)) for round_id, kind, day, _ in events if round_id == 4] == [
        ("open", "2024-09-07"),
        ("first_reminder", "2024-09-21"),
        ("second_reminder", "2024-10-12"),
        ("close", "2024-11-19"),
    ]
    states = [[state for round_id, _, _, state in events if round_id == number] for number in (1, 2, 3, 4)]
    assert states == [
        ["cancelled"] * 4,
        ["done", "cancelled", "done", "done"],
        ["done", "done", "planned", "planned"],
        ["planned"] * 4,
    ]
    assert jobs == [
        ("round", 3, "open", 0),
        ("round", 3, "first_reminder", 0),
        ("round", 2, "second_reminder", 0),
        ("release", 2, "report", 0),
        ("reserve_release", 3, "cases", 0),
        # The third round is open, and has its passes from the upgrade on.
        ("round", 3, "settle", 0),
    ]
