"""Signing in and out, and the pages that anybody may read."""

import re
from datetime import timedelta

import pytest

from survey_app.services.people import accounts
from survey_app.services.people.permissions import ROLES
from survey_app.web.account.views import local_path
from survey_app.web.markup import TEMPLATES
from tests.fixtures.staff import Visitor, through_the_door, words
from tests.fixtures.world import PASSWORD, World

WRONG = "The email address or the password is wrong"


@pytest.fixture
def world(embedded_world: World) -> World:
    return embedded_world.founded()


@pytest.mark.parametrize("role", sorted(ROLES))
def test_home_leads_every_role_to_what_waits_for_them(world: World, role: str) -> None:
    visitor = Visitor(world, role)

    assert visitor.open("/").location == "/today"
    assert visitor.open("/today").status_code == 200


def test_home_leads_those_who_are_not_signed_in_to_the_respondents_door(world: World) -> None:
    assert Visitor(world).open("/").location == "/start"


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(world: World) -> None:
    email = world.person("coordinator")
    visitor = Visitor(world)

    wrong = visitor.send("/sign-in", email=email, password="not the password")
    unknown = visitor.send("/sign-in", email="nobody@compact.invalid", password="not the password")

    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert WRONG in words(wrong)
    assert words(wrong) == words(unknown)


def test_after_five_failures_even_the_right_password_waits_and_later_does_not(world: World) -> None:
    email = world.person("coordinator")
    visitor = Visitor(world)
    for _ in range(5):
        assert visitor.send("/sign-in", email=email, password="guess").status_code == 422

    assert visitor.send("/sign-in", email=email, password=PASSWORD).status_code == 429
    world.clock.advance_to(world.clock.now() + timedelta(minutes=31))
    assert visitor.send("/sign-in", email=email, password=PASSWORD).status_code == 302


def test_signing_in_replaces_whatever_the_session_held(world: World) -> None:
    email = world.person("coordinator")
    visitor = Visitor(world)
    with visitor.client.session_transaction() as session:
        session["planted"] = "by somebody else"

    through_the_door(visitor, email, PASSWORD)

    with visitor.client.session_transaction() as session:
        assert "planted" not in session
        assert session.permanent


def test_a_page_asked_for_before_signing_in_comes_after_it(world: World) -> None:
    email = world.person("coordinator")
    visitor = Visitor(world)

    turned_away = visitor.open("/rounds/plan")
    assert turned_away.location == "/sign-in?next=/rounds/plan"

    assert 'href="/rounds/plan"' in through_the_door(visitor, email, PASSWORD, turned_away.location).text


@pytest.mark.parametrize(
    "wanted",
    [
        "https://elsewhere.invalid/",
        "//elsewhere.invalid",
        "/\\elsewhere.invalid",
        "/\t/elsewhere.invalid",
        "x",
        "",
    ],
)
def test_signing_in_never_leads_to_another_site(wanted: str) -> None:
    assert local_path(wanted) is None


def test_signing_out_ends_the_session(world: World) -> None:
    visitor = Visitor(world, "coordinator")

    visitor.send("/sign-out", form_at="/rounds")

    assert visitor.open("/rounds").location.startswith("/sign-in")


def test_a_form_without_its_token_signs_nobody_in(world: World) -> None:
    email = world.person("coordinator")

    answer = Visitor(world).client.post("/sign-in", data={"email": email, "password": PASSWORD})

    assert answer.status_code == 400


def test_somebody_deactivated_is_out_at_the_next_click(world: World) -> None:
    visitor = Visitor(world, "coordinator")
    with world.database.writing() as session:
        person_id = accounts.listing(session, programme_id=world.programme)[0].id
        accounts.deactivate(session, person_id=person_id, context=world.context())

    assert visitor.open("/rounds").location.startswith("/sign-in")


@pytest.mark.parametrize("path", ["/privacy", "/accessibility", "/glossary", "/healthz"])
def test_anybody_may_read_what_concerns_everybody(world: World, path: str) -> None:
    assert Visitor(world).open(path).status_code == 200


def test_the_privacy_page_promises_confidentiality_and_no_more(world: World) -> None:
    said = words(Visitor(world).open("/privacy")).lower()

    assert "confidential" in said
    assert "anonym" not in said


def test_every_word_that_a_page_leads_to_stands_in_the_glossary(world: World) -> None:
    said = Visitor(world).open("/glossary").text
    anchors = set(re.findall(r'<dt [^>]*id="([^"]+)"', said))

    led_to = {
        name
        for path in TEMPLATES.rglob("*.html")
        for name in re.findall(r'\bterm\("([^"]+)"', path.read_text(encoding="utf-8"))
    }

    assert led_to >= {"frame", "stratum", "reserve", "pinned", "asked-whole", "interval"}
    assert led_to <= anchors
