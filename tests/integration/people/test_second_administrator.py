"""What an administrator does only with another: people, roles for themselves, weighty roles for anybody."""

import pytest

from survey_app.models.people.accounts import Grant, Person
from survey_app.services.people import accounts, independence
from survey_app.services.people.accounts import PersonLine
from survey_app.services.people.permissions import WEIGHTY
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import World, made

NEW = {"name": "Nia", "email": "nia@compact.invalid", "role": "administrator"}
AGREE = "/people/requests/1"


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


@pytest.mark.parametrize("role", ["administrator", "coordinator", "reviewer"])
def test_nobody_adds_a_person_alone_who_could_then_be_their_second(
    world: World, asker: Visitor, second: Visitor, role: str
) -> None:
    assert asker.send("/people/add", form_at="/people/add", **NEW | {"role": role}).location == "/people"
    world.tick()
    assert line_of(world, NEW["email"]) is None
    assert world.sent == []
    assert f"{role.title()} for Nia, nia@compact.invalid" in words(second.open("/people"))
    assert asker.send(AGREE, form_at="/people", agree="1").status_code == 403

    second.send(AGREE, form_at="/people", agree="1")
    world.tick()

    assert roles(world, NEW["email"]) == (role,)
    assert [letter["To"] for letter in world.sent] == [NEW["email"]]
    for visitor in (asker, second):
        assert "/choose-password/" not in visitor.open("/people").text


@pytest.mark.parametrize("role", sorted(WEIGHTY))
def test_a_weighty_role_for_anybody_waits_for_another_administrator(
    world: World, asker: Visitor, second: Visitor, role: str
) -> None:
    held = "signatory_public"
    somebody = world.person(held)

    ask_for(world, asker, somebody, held, role)
    assert roles(world, somebody) == (held,)
    second.send(AGREE, form_at="/people", agree="1")

    assert roles(world, somebody) == tuple(sorted((held, role)))


def test_a_role_in_the_place_of_another_comes_and_goes_with_the_agreement(
    world: World, asker: Visitor, second: Visitor
) -> None:
    coordinator = world.person("coordinator")

    ask_for(world, asker, coordinator, "analyst")
    assert roles(world, coordinator) == ("coordinator",)
    second.send(AGREE, form_at="/people", agree="1")

    assert roles(world, coordinator) == ("analyst",)


def test_somebody_who_was_refused_can_be_asked_for_again(
    world: World, asker: Visitor, second: Visitor
) -> None:
    asker.send("/people/add", form_at="/people/add", **NEW)
    second.send(AGREE, form_at="/people", reason="Who is this?")
    asker.send("/people/add", form_at="/people/add", **NEW | {"name": "Nia Ray", "role": "interviewer"})
    second.send("/people/requests/2", form_at="/people", agree="1")

    line = line_of(world, NEW["email"])
    assert line is not None
    assert (line.name, line.roles) == ("Nia Ray", ("interviewer",))


def test_an_only_administrator_reads_what_to_do(world: World, asker: Visitor) -> None:
    assert "no other administrator here who could agree" in words(asker.open("/people"))


def made_alone(world: World, email: str, *, by: str, account: bool = True) -> None:
    """Let an account, or its roles, look as if one administrator had made them before it took two."""
    with world.database.writing() as session:
        person_id, maker = (accounts.person_of(session, email=one) for one in (email, by))
        if account:
            session.get_one(Person, person_id).made_alone_by_id = maker
        else:
            session.query(Grant).filter_by(person_id=person_id).update({"given_alone_by_id": maker})


@pytest.mark.parametrize("account", [True, False])
@pytest.mark.parametrize("whose", ["of the second", "of the asker"])
def test_nobody_is_second_to_whoever_made_them_alone(
    world: World, asker: Visitor, second: Visitor, whose: str, *, account: bool
) -> None:
    pair = (second.email, asker.email) if whose == "of the second" else (asker.email, second.email)
    made_alone(world, pair[0], by=pair[1], account=account)
    asker.send("/people/add", form_at="/people/add", **NEW)

    refused = second.send(AGREE, form_at="/people", agree="1")

    assert refused.status_code == 403
    assert "One of you added the other" in words(refused)
    assert line_of(world, NEW["email"]) is None
    assert "no other administrator here who could agree" in words(asker.open("/people"))
    with world.database.writing() as session:
        made_id = accounts.person_of(session, email=pair[0])
        independence.vouch(session, person_id=made_id, context=world.context())
    assert second.send(AGREE, form_at="/people", agree="1").location == "/people"


def test_two_whom_one_administrator_made_alone_are_no_two_people(
    world: World, asker: Visitor, second: Visitor
) -> None:
    third = world.person("coordinator")
    for email in (asker.email, second.email):
        made_alone(world, email, by=third)
    asker.send("/people/add", form_at="/people/add", **NEW)

    assert second.send(AGREE, form_at="/people", agree="1").status_code == 403


def test_whoever_made_an_account_alone_does_not_agree_to_its_roles(
    world: World, asker: Visitor, second: Visitor
) -> None:
    reviewer = world.person("reviewer")
    made_alone(world, reviewer, by=second.email)
    ask_for(world, asker, reviewer, "reviewer", "coordinator")

    assert second.send(AGREE, form_at="/people", agree="1").status_code == 403
    assert roles(world, reviewer) == ("reviewer",)


def test_a_role_of_little_weight_that_one_gave_alone_binds_nobody(
    world: World, asker: Visitor, second: Visitor
) -> None:
    ask_for(world, asker, second.email, "administrator", "reviewer")
    with world.database.reading() as session:
        ids = [accounts.person_of(session, email=one.email) for one in (asker, second)]
        independence.check_independent(session, asker_id=ids[0], decider_id=ids[1])


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


def test_a_role_of_little_weight_for_somebody_else_needs_no_second(world: World, asker: Visitor) -> None:
    reviewer = Visitor(world, "reviewer")

    ask_for(world, asker, reviewer.email, "reviewer", "signatory_public")

    assert roles(world, reviewer.email) == ("reviewer", "signatory_public")
