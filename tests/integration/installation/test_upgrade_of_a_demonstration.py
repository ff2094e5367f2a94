"""A demonstration of the revision 0004, upgraded to the newest one: everything is still in its place.

`revision-0004.sql.xz` is what `./run demo` made with shorter lists, a threshold of 3, stand-ins for its PDF
and figures, and the newest change of each answer alone. `revision-0004.json` is what that version showed of
it: rounds, cases, letters, panels, releases, and the answers behind access codes that letters had told.
"""

import hashlib
import io
import json
import lzma
import sqlite3
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import MetaData, create_engine, func, insert, select, text
from sqlalchemy.orm import Session

from instruments.answering.answers import to_stored
from sampling.frame import Sector
from sampling.panels.response import expected_response
from sampling.strata import Stratum, collapse_map
from survey_app.crypto import Keyring
from survey_app.database import Database
from survey_app.models.cases.casework import Case
from survey_app.models.files import FileSeal, StoredFile
from survey_app.models.keys import MaterialKey
from survey_app.models.outbox import Message
from survey_app.models.panels import Panel, PanelMember, PanelStratum
from survey_app.models.people.accounts import Grant
from survey_app.models.responses import Response, ResponseOpening
from survey_app.services.cases.casework import case_view
from survey_app.services.installation import migrations, upgrade
from survey_app.services.panels.basis import last_replies
from survey_app.services.panels.strata import USUAL_RESPONSE
from survey_app.services.people.permissions import ROLES
from survey_app.services.responses.histories import history_of
from survey_app.services.responses.openings import openings_of
from survey_app.services.responses.seats import seat_for_code, sheet_of
from survey_app.services.results import files, release
from survey_app.services.rounds import lifecycle
from survey_app.services.stored_files import Owner, content_of

HERE = Path(__file__).parents[2] / "fixtures" / "installations"
SHOWN: dict[str, Any] = json.loads((HERE / "revision-0004.json").read_text(encoding="utf-8"))
KEYS = Keyring(
    "demonstration-only-permanent-random-numbers",
    "demonstration-only-pseudonyms-of-made-up-answers",
    "code-key-for-tests-and-for-nothing-else",
    "data-key-for-tests-and-for-nothing-else",
)


FINDING = ("item", "number", "interval", "statement", "detail")


def as_it_was(path: Path) -> None:
    """The demonstration's file as the earlier version left it."""
    dump = lzma.decompress((HERE / "revision-0004.sql.xz").read_bytes()).decode()
    connection = sqlite3.connect(path)
    connection.executescript(dump)
    connection.close()


def carried_over(source: Path, target: Database) -> None:
    """The same rows in the tables of the same revision on another engine."""
    with target.reshaping() as connection:
        command.upgrade(migrations(connection), "0004")
    old = create_engine(f"sqlite:///{source}")
    tables = MetaData()
    tables.reflect(target.engine)
    with old.connect() as reading, target.engine.begin() as writing:
        # Tables that point at each other are filled in any order.
        writing.execute(text("SET session_replication_role = replica"))
        for table in tables.sorted_tables:
            rows = [dict(row) for row in reading.execute(select(table)).mappings()]
            if rows and table.name != "alembic_version":
                writing.execute(insert(table), rows)
                if isinstance(rows[0].get("id"), int):
                    # The numbers were given, so the counter does not know of them.
                    counter = f"pg_get_serial_sequence('\"{table.name}\"', 'id')"
                    writing.execute(select(func.setval(text(counter), func.max(table.c.id))))
    old.dispose()


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def upgraded(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """The demonstration at the newest revision, on each engine."""
    path = tmp_path_factory.mktemp("earlier") / "demonstration.sqlite"
    as_it_was(path)
    if request.param == "sqlite":
        database = Database(f"sqlite:///{path}")
        upgrade(database, KEYS)
        yield database
        database.close()
        return
    cluster = request.getfixturevalue("cluster")
    name = cluster.fresh("template0")
    database = Database(cluster.url(name))
    carried_over(path, database)
    upgrade(database, KEYS)
    yield database
    database.close()
    cluster.drop(name)


def test_rounds_stand_on_their_days_with_their_cases(upgraded: Database) -> None:
    with upgraded.reading() as session:
        shown = [
            (
                round_view.id,
                round_view.title,
                round_view.stage.value,
                [str(day) for _, day in round_view.dates.in_order()],
                _outcomes(session, round_view.id),
            )
            for round_view in lifecycle.rounds_of(session, 1)
        ]

    renamed = {"unreachable": "non_contact"}
    assert shown == [
        (
            was["id"],
            was["title"],
            was["stage"],
            was["dates"],
            {renamed.get(outcome, outcome): count for outcome, count in was["outcomes"].items()},
        )
        for was in SHOWN["rounds"]
    ]


def _outcomes(session: Session, round_id: int) -> dict[str, int]:
    outcomes = session.scalars(select(Case.outcome).where(Case.round_id == round_id))
    return dict(Counter(outcome.value for outcome in outcomes))


def test_letters_are_as_sent_and_as_due_as_they_were(upgraded: Database) -> None:
    query = (
        select(Case.round_id, Message.template, Message.state, func.count())
        .join(Case, Case.id == Message.case_id)
        .group_by(Case.round_id, Message.template, Message.state)
    )
    with upgraded.reading() as session:
        shown = {
            (round_id, f"{template} {state}"): n for round_id, template, state, n in session.execute(query)
        }

    assert shown == {
        (was["id"], letters): count for was in SHOWN["rounds"] for letters, count in was["letters"].items()
    }


def test_whoever_had_a_role_may_do_all_that_it_bundles_today(upgraded: Database) -> None:
    with upgraded.reading() as session:
        held: defaultdict[tuple[int, str], set[str]] = defaultdict(set)
        for grant in session.scalars(select(Grant)):
            held[grant.person_id, grant.role].add(grant.permission)

    assert {role for _, role in held} >= {"coordinator", "reviewer", "interviewer", "administrator"}
    assert {key: permissions for key, permissions in held.items() if permissions != ROLES[key[1]]} == {}


def test_panels_keep_their_members(upgraded: Database) -> None:
    query = (
        select(Panel.year, func.count())
        .join(PanelMember, PanelMember.panel_id == Panel.id)
        .group_by(Panel.year)
    )
    with upgraded.reading() as session:
        assert dict(session.execute(query).all()) == {p["year"]: p["members"] for p in SHOWN["panels"]}


def test_strata_expect_the_replies_that_their_plan_went_by(upgraded: Database) -> None:
    with upgraded.reading() as session:
        first, second, *_ = session.scalars(select(Panel).order_by(Panel.year))
        before = _expected(session, first)
        after = _expected(session, second)
        last = last_replies(session, programme_id=1, strand=second.strand, before=second.year)

    assert {name.split(" | ")[0]: share for name, share in before.items()} == {"public_body": 0.6, "vco": 0.4}
    assert last is not None
    strata = [Stratum(Sector(sector), *rest) for sector, *rest in (name.split(" | ") for name in after)]
    assert after == pytest.approx(
        expected_response(
            after,
            last.asked,
            last.replied,
            wider=collapse_map([*strata, *last.strata]),
            default=USUAL_RESPONSE,
        )
    )


def _expected(session: Session, panel: Panel) -> dict[str, float]:
    rows = session.scalars(select(PanelStratum).where(PanelStratum.panel_id == panel.id))
    return {row.name: row.expected_response for row in rows}


def test_releases_say_what_they_said(upgraded: Database) -> None:
    with upgraded.reading() as session:
        shown = {
            line.id: [
                {name: getattr(finding, name) for name in FINDING}
                for finding in release.release_contents(session, release_id=line.id, programme_id=1).findings
            ]
            for line in release.releases_of(session, 1)
        }

    assert shown == {was["id"]: was["findings"] for was in SHOWN["releases"]}


def test_bundles_are_sealed_and_open_as_they_were(upgraded: Database) -> None:
    with upgraded.reading() as session:
        stored = session.scalars(select(StoredFile).where(StoredFile.kind == files.BUNDLE)).all()
        assert stored
        for bundle in stored:
            owner = Owner(bundle.owner_kind, bundle.owner_id)
            opened = content_of(session, KEYS, owner=owner, kind=files.BUNDLE)
            assert hashlib.sha256(opened.content).hexdigest() == bundle.sha256
            assert bundle.sealed
            assert zipfile.is_zipfile(io.BytesIO(opened.content))
            assert not zipfile.is_zipfile(io.BytesIO(bundle.content))


def test_destroying_the_first_years_answers_destroys_both_bundles(upgraded: Database) -> None:
    with upgraded.reading() as session:
        sealed = session.scalars(select(StoredFile.id).where(StoredFile.sealed)).all()
        by_first_round = session.scalars(
            select(FileSeal.file_id)
            .join(MaterialKey, MaterialKey.id == FileSeal.material_key_id)
            .where(MaterialKey.subject_kind == "round", MaterialKey.subject_id == 1)
        ).all()

    assert len(sealed) == 2
    assert set(sealed) == set(by_first_round)


def test_every_save_of_before_stands_in_the_one_history_of_its_response(upgraded: Database) -> None:
    with upgraded.reading() as session:
        for was in SHOWN["codes"]:
            seat = seat_for_code(session, KEYS, code=was["code"])
            sheet = sheet_of(session, KEYS, seat=seat)
            history = history_of(session, sheet)
            # The file of revision 0004 holds the last save of each.
            assert len(history.steps) == len(history.changes) == min(was["revision"], 1)
            assert sheet.moments is None or history.steps[-1] == sheet.moments.saved
            assert all(line.at or line.notice for line in openings_of(session, KEYS, seat=seat))
        responses = session.scalars(select(Response.seat_pseudonym)).all()
        openings = session.scalars(select(ResponseOpening.seat_pseudonym)).all()

    assert set(responses) <= set(openings)
    assert len(openings) == len(set(openings))


def test_a_code_from_a_letter_sent_before_opens_the_same_answers(upgraded: Database) -> None:
    with upgraded.reading() as session:
        for was in SHOWN["codes"]:
            seat = seat_for_code(session, KEYS, code=was["code"])
            sheet = sheet_of(session, KEYS, seat=seat)

            assert (seat.case_id, seat.organisation) == (was["case_id"], was["organisation"])
            assert (sheet.revision > 0, str(sheet.submitted_on or "")) == (
                was["revision"] > 0,
                was["submitted_on"],
            )
            assert to_stored(sheet.answers) == was["answers"]
            assert case_view(session, KEYS, case_id=seat.case_id, programme_id=1).email == was["email"]
    assert len(SHOWN["codes"]) > 10
