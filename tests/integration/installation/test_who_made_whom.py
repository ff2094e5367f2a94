"""Accounts and roles from before: what one administrator made alone is told, and which roles ended."""

from datetime import UTC, datetime, timedelta

from alembic import command
from sqlalchemy import Connection, MetaData, insert, select

from survey_app.database import Database
from survey_app.models.people.accounts import Grant, PastRole, Person
from survey_app.services.installation import migrations, upgrade

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
BEFORE = "0035"
BY_COMMAND, COORDINATOR, SECOND, AGREED = 1, 2, 3, 4


def _before(connection: Connection) -> None:
    """Two administrators by command; one added a coordinator alone, and both made another administrator."""
    made = MetaData()
    made.reflect(connection)

    def add(table: str, **row: object) -> None:
        connection.execute(insert(made.tables[table]), row)

    named = {"code": "e", "name": "E", "kind": "national", "uuid": "u", "state": "active"}
    add("programme", id=1, created_at=NOW, agreement_word="Compact", **named)
    people = ("command line, root", "1@x.invalid", "command line, root", "3@x.invalid")
    for person_id, giver in enumerate(people, start=1):
        email = f"{person_id}@x.invalid"
        add("person", id=person_id, email=email, name="N", password_hash="", active=True, created_at=NOW)
        coordinates = person_id == COORDINATOR
        role, held = ("coordinator", "see_bundle") if coordinates else ("administrator", "see_audit")
        at = LATER if person_id == AGREED else NOW
        given = {"role": role, "strand": "", "granted_at": at, "granted_by": giver}
        for permission in {held, "see_round"}:
            add("grant", person_id=person_id, programme_id=1, permission=permission, **given)
    asked = {"act": "give_roles", "permission": "manage_people", "subject_kind": "person"}
    decided = {"decided_by_person_id": SECOND, "decided_at": LATER, "decision": "agreed", "reason": ""}
    add(
        "approval", programme_id=1, subject_id=AGREED, detail={}, asked_by_person_id=BY_COMMAND, asked_at=NOW,
        **asked, **decided,
    )  # fmt: skip
    changed = {"act": "roles changed", "subject": "person", "actor": "1@x.invalid", "address": ""}
    taken = {"given": ["administrator"], "taken": ["coordinator", "interviewer"], "strand": ["annual_survey"]}
    add(
        "audit_entry", id=1, at=LATER, by_day=False, subject_id=str(SECOND), programme_id=1, detail=taken,
        **changed,
    )  # fmt: skip


def test_what_one_administrator_made_alone_is_told_from_what_two_or_a_command_made(empty: Database) -> None:
    with empty.reshaping() as connection:
        command.upgrade(migrations(connection), BEFORE)
        _before(connection)

    upgrade(empty)

    with empty.reading() as session:
        accounts = session.execute(select(Person.id, Person.made_alone_by_id).order_by(Person.id)).all()
        roles = session.execute(select(Grant.person_id, Grant.given_alone_by_id).distinct()).all()
        ended = select(PastRole.person_id, PastRole.role, PastRole.strand, PastRole.ended_at)
        past = [tuple(row) for row in session.execute(ended.order_by(PastRole.role))]
        kept = set(session.scalars(select(Grant.permission).where(Grant.person_id == COORDINATOR)))
    alone = [(BY_COMMAND, None), (COORDINATOR, BY_COMMAND), (SECOND, None), (AGREED, None)]
    assert [tuple(row) for row in accounts] == alone
    assert sorted(tuple(row) for row in roles) == alone
    had = ("annual_survey", LATER)
    assert past == [(SECOND, "coordinator", *had), (SECOND, "interviewer", *had)], "as the trail tells"
    assert kept == {"see_round"}, "a coordinator, who sees cases, takes no bundle any more"
