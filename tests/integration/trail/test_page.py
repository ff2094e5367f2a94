"""The audit trail on the screen, and what comes to stand on it."""

import getpass

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from sampling.frame import Sector
from survey_app.cli.main import compact
from survey_app.models.audit import AuditEntry
from survey_app.services.audit import record
from tests.conftest import KEYS
from tests.fixtures.answering import case_of
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import World


@pytest.fixture
def world(embedded_world: World) -> World:
    return embedded_world.founded()


def rows_of(world: World, act: str) -> list[AuditEntry]:
    return list(world.read(lambda s: s.scalars(select(AuditEntry).where(AuditEntry.act == act)).all()))


def test_rows_are_looked_through_by_person_act_subject_and_day_and_page_by_page(world: World) -> None:
    administrator = Visitor(world, "administrator")
    with world.database.writing() as session:
        for number in range(60):
            record(session, world.context(f"p{number}@compact.invalid"), "did it", "round", number)

    assert "60 rows, page 1 of 2" in words(administrator.open("/audit?act=did+it"))
    assert "page 2 of 2" in words(administrator.open("/audit?act=did+it&page=99999999999999999999"))
    assert "p59@compact.invalid Did it round 59" in words(
        administrator.open("/audit?person=P59@&subject=round")
    )
    assert "60 rows" in words(administrator.open("/audit?act=did+it&day=2026-08-24"))
    assert "0 rows" in words(administrator.open("/audit?act=did+it&day=2026-08-25"))
    answer = administrator.open("/audit?day=yesterday")
    assert answer.status_code == 422
    assert "Enter the day like 2026-11-30" in words(answer)
    assert "0 rows" in words(administrator.open("/audit?person=%25&act=%00"))


def test_rows_are_taken_as_a_file_which_is_a_row_of_its_own(world: World) -> None:
    administrator = Visitor(world, "administrator")

    answer = administrator.open("/audit/rows.csv?act=person+added")

    assert answer.mimetype == "text/csv"
    assert "person added" in answer.text
    assert "programme made" not in answer.text
    (row,) = rows_of(world, "audit trail exported")
    assert (row.actor, row.detail) == (administrator.email, {"rows": 1, "act": "person added"})
    assert Visitor(world, "coordinator").open("/audit/rows.csv").status_code == 403


def test_looks_at_a_case_searches_refusals_and_sign_outs_stand_on_it_with_the_address(
    embedded_world: World,
) -> None:
    world = embedded_world.opened(bodies=4, charities=16)
    case_id, _ = case_of(world, Sector.VOLUNTARY)
    somebody = Visitor(world, "interviewer")
    for _ in range(2):
        assert somebody.open(f"/cases/{case_id}").status_code == 200
        assert somebody.open("/search?text=Charity").status_code == 200
    assert somebody.open("/audit").status_code == 403
    somebody.send("/sign-out", form_at="/password")

    (look,), (search,) = rows_of(world, "looked at"), rows_of(world, "searched")
    assert (look.subject, look.subject_id, look.by_day) == ("case", str(case_id), True)
    assert (search.subject_id, search.by_day) == ("Charity", True)
    (refusal,), (out,) = rows_of(world, "refused"), rows_of(world, "signed out")
    assert (refusal.subject_id, refusal.by_day) == ("audit.listing", False)
    assert {row.address for row in (look, search, refusal, out)} == {"127.0.0.1"}
    assert {row.actor for row in (look, search, refusal, out)} == {somebody.email}


def test_a_refusal_names_no_case(embedded_world: World) -> None:
    world = embedded_world.opened(bodies=4, charities=16)
    case_id, _ = case_of(world, Sector.VOLUNTARY)

    Visitor(world, "coordinator").send(f"/cases/{case_id}/telephone", form_at="/password")

    (row,) = rows_of(world, "refused")
    assert (row.subject_id, row.detail) == ("respondent.by_telephone", {"method": "POST"})


def test_wrong_codes_and_passwords_stand_on_it_with_the_address(world: World) -> None:
    visitor = Visitor(world)
    visitor.send("/start", form_at="/start", code=world.keys.access_code("nobody", 1))
    visitor.send("/sign-in", email="nobody@compact.invalid", password="a guess")

    for act in ("access code refused", "sign-in failed"):
        (row,) = rows_of(world, act)
        assert (row.actor, row.address) == ("nobody", "127.0.0.1")


def test_a_command_stands_on_it_under_the_name_of_who_gave_it(world: World) -> None:
    arguments = ["people", "add", "--email", "jo@compact.invalid", "--name", "Jo", "--role", "reviewer"]
    environment = KEYS | {"DATABASE_URL": world.settings.database_url}

    assert CliRunner().invoke(compact, arguments, env=environment).exit_code == 0

    (row,) = rows_of(world, "person added")
    assert row.actor == f"command line, {getpass.getuser()}"


def test_no_act_beside_a_case_or_an_organisation_has_a_time(embedded_world: World) -> None:
    world = embedded_world.opened(bodies=4, charities=16)
    case_id, _ = case_of(world, Sector.VOLUNTARY)
    interviewer, coordinator = Visitor(world, "interviewer"), Visitor(world, "coordinator")
    page = f"/cases/{case_id}"
    interviewer.send(f"{page}/outcome", form_at=page, outcome="refused", note="")
    interviewer.send(f"{page}/telephone", form_at=page)
    coordinator.send(f"{page}/code", form_at=page)
    coordinator.open("/contacts/1")
    world.tick()

    rows = world.read(lambda s: s.scalars(select(AuditEntry)).all())
    named = [row for row in rows if row.subject in {"case", "contact", "organisation", "seat"}]
    named += [row for row in rows if {"case", "seat", "organisation"} & set(row.detail)]
    assert len({row.act for row in named}) >= 2
    assert all(row.by_day and (row.at.minute, row.at.second) == (0, 0) for row in named)
