"""What the upgrade needs to give answers and seats their names, and what the tables refuse afterwards."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from scheduler.stages import Stage
from survey_app.database import Database
from survey_app.errors import MissingKeyError
from survey_app.models.cases.casework import Outcome
from survey_app.services.installation import is_current, migrations, upgrade
from survey_app.services.results.replies import replies_of
from survey_app.services.rounds import lifecycle
from tests.integration.installation.test_upgrade_of_a_demonstration import KEYS, as_it_was


def test_answers_are_not_moved_without_the_key_that_they_were_named_by(tmp_path: Path) -> None:
    path = tmp_path / "demonstration.sqlite"
    as_it_was(path)
    database = Database(f"sqlite:///{path}")

    with pytest.raises(MissingKeyError, match="Set LINK_KEY"):
        upgrade(database)
    with pytest.raises(MissingKeyError, match="belong to no case under this LINK_KEY"):
        upgrade(database, replace(KEYS, link_key="another key than the one they were named by"))
    assert not is_current(database)

    with database.reshaping() as connection:
        # The last that kept the pseudonym of a unit beside its answers.
        command.upgrade(migrations(connection, KEYS), "0032")
        matched = connection.scalar(
            text("SELECT count(*) FROM (SELECT 1 FROM response GROUP BY unit_pseudonym HAVING count(*) > 1)")
        )
    upgrade(database, KEYS)

    assert is_current(database)
    with database.reading() as session:
        counted = (
            'SELECT (SELECT count(*) FROM "case"), (SELECT count(*) FROM seat),'
            " (SELECT count(*) FROM access),"
            " (SELECT count(*) FROM response), (SELECT count(DISTINCT seat_pseudonym) FROM response),"
            " (SELECT count(*) FROM response WHERE kind = 'confidential' AND seat_label = 'lead'),"
            " (SELECT count(*) FROM message WHERE seat_id IS NULL)"
        )
        cases, leads, codes, responses, named, confidential, unseated = session.execute(text(counted)).one()
    assert cases == leads == codes > 100
    assert responses == named == confidential > 100
    assert (unseated, matched > 10) == (0, True)
    database.close()


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Database:
    path = tmp_path_factory.mktemp("seats") / "demonstration.sqlite"
    as_it_was(path)
    database = Database(f"sqlite:///{path}")
    upgrade(database, KEYS)
    return database


def test_results_read_the_answers_that_were_given_before_and_match_them_over_the_years(
    upgraded: Database,
) -> None:
    with upgraded.reading() as session:
        rounds = [
            replies_of(session, KEYS, round_view=one)
            for one in lifecycle.rounds_of(session, 1)
            if one.stage is Stage.CLOSED
        ]

    read = [{row.unit for row in replies.rows if row.values} for replies in rounds]
    sent = [sum(row.outcome is Outcome.COMPLETE for row in replies.rows) for replies in rounds]
    assert [len(units) for units in read] == sent
    assert len(read) > 1
    assert all(earlier & later for earlier, later in pairwise(read))


SUBJECTS = {
    "an agreement without one": "subject_kind = 'agreement'",
    "a unit of an agreement": "subject_kind = 'agreement', organisation_id = NULL, agreement_id = 1,"
    " unit = 'x'",
    "a person without a key": "subject_kind = 'person', organisation_id = NULL",
    "two subjects": "subject_key = 'north'",
    "no such kind": "subject_kind = 'planet'",
}


@pytest.mark.parametrize("change", SUBJECTS.values(), ids=SUBJECTS)
def test_a_case_is_about_one_subject(upgraded: Database, change: str) -> None:
    with pytest.raises(IntegrityError), upgraded.writing() as session:
        session.execute(text(f'UPDATE "case" SET {change} WHERE id = 1'))


def test_a_case_may_be_about_what_has_no_organisation(upgraded: Database) -> None:
    about = "subject_kind = 'person', organisation_id = NULL, subject_key = 'u', subject_ref = 'person:u'"
    with upgraded.reading() as session:
        session.execute(text(f'UPDATE "case" SET {about} WHERE id = 1'))


def test_a_code_belongs_to_a_seat_or_to_somebody_else_and_not_to_both(upgraded: Database) -> None:
    for change in ("kind = 'voter'", "subject_id = 1", "subject_kind = 'person'"):
        with pytest.raises(IntegrityError, match="one_holder"), upgraded.writing() as session:
            session.execute(text(f"UPDATE access SET {change} WHERE id = 1"))
