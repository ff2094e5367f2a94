"""Roles for one strand on the screens: its rounds and cases open, and those of other strands do not."""

import re

import pytest

from scheduler.strands import Strand
from survey_app.services.people import accounts
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import World, made

OWN, OTHER = Strand.ANNUAL_SURVEY, Strand.FOCUS_GROUPS


@pytest.fixture
def opened(embedded_world: World) -> World:
    """A round of the annual survey that is open, with its first case."""
    return embedded_world.opened()


def visitor(world: World, role: str, strand: Strand | None) -> Visitor:
    """Somebody who is signed in and has a role, for one strand alone if there is one."""
    someone, email = Visitor(world), f"{role}-{strand}@compact.invalid"
    with world.database.writing() as session:
        accounts.add_person(
            session,
            email=email,
            name="Jo Bird",
            made=made(),
            role=role,
            strand=strand,
            context=world.context(),
        )
    someone.email = email
    someone.sign_in(world)
    return someone


def test_whoever_works_in_one_strand_sees_its_rounds_and_cases_and_takes_answers(opened: World) -> None:
    someone = visitor(opened, "interviewer", OWN)

    assert "Annual survey 2026" in words(someone.open("/rounds"))
    for path in ("/today", "/calendar"):
        assert "Annual survey 2026" in words(someone.open(path)), path
    for path in ("/rounds/1", "/rounds/1/cases", "/cases/1"):
        assert someone.open(path).status_code == 200, path
    assert "Enter answers by telephone" in words(someone.open("/cases/1"))
    assert someone.send("/cases/1/telephone", form_at="/cases/1").location == "/welcome"
    assert someone.open("/welcome").status_code == 200


def test_a_strand_of_others_stays_closed(opened: World) -> None:
    someone = visitor(opened, "interviewer", OTHER)

    assert "No round is planned yet" in words(someone.open("/rounds"))
    for path in ("/today", "/calendar"):
        assert "Annual survey 2026" not in words(someone.open(path)), path
    for path in ("/rounds/1", "/rounds/1/cases", "/cases/1"):
        assert someone.open(path).status_code == 403, path
    assert someone.send("/cases/1/outcome", form_at="/programme", outcome="refused").status_code == 403
    assert someone.send("/cases/1/telephone", form_at="/programme").status_code == 403


def test_a_role_for_one_strand_opens_nothing_that_is_of_no_strand(opened: World) -> None:
    someone = visitor(opened, "coordinator", OWN)

    for path in ("/organisations", "/frame", "/panels", "/rounds/plan", "/people", "/panels/1"):
        assert someone.open(path).status_code == 403, path


def test_in_their_own_strand_people_may_do_what_their_role_says(opened: World) -> None:
    coordinator = visitor(opened, "coordinator", OWN)
    interviewer = visitor(opened, "interviewer", OWN)

    assert "Download those who have not answered" in words(coordinator.open("/rounds/1/cases"))
    assert "Download those who have not answered" not in words(interviewer.open("/rounds/1/cases"))
    assert interviewer.open("/rounds/1/not-answered.csv").status_code == 403


def test_an_administrator_gives_and_takes_a_role_for_one_strand(embedded_world: World) -> None:
    world = embedded_world.founded()
    administrator = Visitor(world, "administrator")
    world.person("reviewer")
    second = visitor(world, "administrator", None)
    page = f"/people/2/roles?strand={OTHER}"

    assert "one strand only: Focus groups" in words(administrator.open(page))
    assert administrator.send(page, form_at=page, roles=["interviewer"]).location == "/people"
    assert second.send("/people/requests/1", form_at="/people", agree="1").location == "/people"

    assert "Reviewer Interviewer, for one strand only: Focus groups" in words(administrator.open("/people"))
    assert re.search(r'value="interviewer"[^>]*checked', administrator.open(page).text)
    assert not re.search(r'value="interviewer"[^>]*checked', administrator.open("/people/2/roles").text)
    administrator.send(page, form_at=page)
    assert "one strand only" not in words(administrator.open("/people"))


def test_a_strand_that_there_is_not_means_all_of_them(embedded_world: World) -> None:
    world = embedded_world.founded()
    administrator = Visitor(world, "administrator")

    said = words(administrator.open("/people/1/roles?strand=everything%00"))

    assert "These roles hold for every survey and review." in said
