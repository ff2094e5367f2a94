"""What an administrator does only with another: roles for themselves, and other administrators."""

import pytest

from survey_app.services.people import accounts
from survey_app.services.people.accounts import PersonLine
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import World, made

NEW = {"name": "Nia", "email": "nia@compact.invalid", "role": "administrator"}


@pytest.fixture
def world(embedded_world: World) -> World:
    return embedded_world.founded()


@pytest.fixture
def asker(world: World) -> Visitor:
    return Visitor(world, "administrator")


@pytest.fixture
def second(world: World) -> Visitor:
    visitor = Visitor(world)
    visitor.email = "second@compact.invalid"
    with world.database.writing() as session:
        accounts.add_person(
            session,
            email=visitor.email,
            name="Second",
            role="administrator",
            made=made(),
            context=world.context(),
        )
    visitor.sign_in(world)
    return visitor


def line_of(world: World, email: str) -> PersonLine | None:
    people = world.read(lambda s: accounts.listing(s, programme_id=world.programme))
    return next((line for line in people if line.email == email), None)


def ask_for(world: World, visitor: Visitor, email: str, *roles: str) -> None:
    line = line_of(world, email)
    assert line is not None
    address = f"/people/{line.id}/roles"
    answer = visitor.send(address, form_at=address, roles=list(roles))
    assert answer.location == "/people", words(answer)


def roles(world: World, email: str) -> tuple[str, ...]:
    line = line_of(world, email)
    return line.roles if line else ()


def test_a_role_for_oneself_waits_for_another_administrator(
    world: World, asker: Visitor, second: Visitor
) -> None:
    ask_for(world, asker, asker.email, "administrator", "coordinator")
    assert roles(world, asker.email) == ("administrator",)
    assert asker.open("/frame").status_code == 403

    assert asker.send("/people/requests/1", form_at="/people", agree="1").status_code == 403
    assert roles(world, asker.email) == ("administrator",)

    assert "Agree or refuse as second administrator: Administrator" in words(second.open("/today"))
    assert second.send("/people/requests/1", form_at="/people", agree="1").location == "/people"
    assert roles(world, asker.email) == ("administrator", "coordinator")


def test_nobody_makes_an_administrator_alone_who_could_agree_to_anything(
    world: World, asker: Visitor, second: Visitor
) -> None:
    assert asker.send("/people/add", form_at="/people/add", **NEW).location == "/people"
    assert line_of(world, NEW["email"]) is None
    assert "Administrator for Nia, nia@compact.invalid" in words(second.open("/people"))

    second.send("/people/requests/1", form_at="/people", agree="1")

    assert roles(world, NEW["email"]) == ("administrator",)


def test_a_request_is_refused_with_a_reason_or_withdrawn(
    world: World, asker: Visitor, second: Visitor
) -> None:
    ask_for(world, asker, asker.email, "administrator", "interviewer")
    assert second.send("/people/requests/1", form_at="/people").status_code == 422
    assert second.send("/people/requests/1", form_at="/people", reason="Why?").location == "/people"
    ask_for(world, asker, asker.email, "administrator", "interviewer")
    assert asker.send("/people/requests/2", form_at="/people").location == "/people"

    assert roles(world, asker.email) == ("administrator",)
    assert "Waiting for a second administrator" not in words(second.open("/people"))


def test_another_role_for_somebody_else_needs_no_second(world: World, asker: Visitor) -> None:
    reviewer = Visitor(world, "reviewer")

    ask_for(world, asker, reviewer.email, "reviewer", "signatory_public")

    assert roles(world, reviewer.email) == ("reviewer", "signatory_public")
