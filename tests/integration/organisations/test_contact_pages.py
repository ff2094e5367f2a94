"""The contacts of an organisation on the screen: seen by who may see cases, changed by who calls."""

import pytest

from survey_app.services.organisations import contacts
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import World, voluntary

TYPED = {
    "role": "Compact lead",
    "called": "Jo Bird",
    "email": "jo.bird@charity.invalid",
    "telephone": "020 7946 0018",
    "post": "1 High Street\r\nLeeds",
    "permission": "may_contact",
}
ADD, CHANGE, PAGE = "/organisations/1/contacts/add", "/contacts/1", "/organisations/1"


@pytest.fixture
def world(embedded_world: World) -> World:
    """Two charities whose addresses a list brought."""
    embedded_world.founded()
    embedded_world.imported("Charities", voluntary(2))
    return embedded_world


def written_to(world: World) -> str:
    return world.read(lambda s: contacts.addresses_of(s, world.keys, [1]))[1].email


def test_a_coordinator_sees_each_contact_with_who_gave_it_and_whether_we_may_write(world: World) -> None:
    said = words(Visitor(world, "coordinator").open(PAGE))

    assert "charity-00000@charities.invalid A list Yes" in said


def test_a_contact_is_added_before_the_others_and_shown_as_typed(world: World) -> None:
    visitor = Visitor(world, "coordinator")

    assert visitor.send(ADD, form_at=ADD, before="y", **TYPED).location == PAGE

    said = words(visitor.open(PAGE))
    assert "Contact added." in said
    assert "Jo Bird, Compact lead jo.bird@charity.invalid 020 7946 0018 1 High Street Leeds Our staff" in said
    assert said.index("jo.bird@") < said.index("charity-00000@")
    assert written_to(world) == "jo.bird@charity.invalid"


def test_a_contact_is_changed_in_a_form_that_holds_what_is_known(world: World) -> None:
    visitor = Visitor(world, "coordinator")
    visitor.send(CHANGE, form_at=CHANGE, **TYPED)

    page = visitor.open(CHANGE).text

    for value in ("Compact lead", "Jo Bird", "jo.bird@charity.invalid", "020 7946 0018"):
        assert f'value="{value}"' in page
    assert "High Street" in page
    assert written_to(world) == "jo.bird@charity.invalid"


def test_a_contact_that_was_ended_is_shown_no_more(world: World) -> None:
    visitor = Visitor(world, "coordinator")

    assert visitor.send(f"{CHANGE}/end", form_at=CHANGE).location == PAGE

    said = words(visitor.open(PAGE))
    assert "charity-00000@" not in said
    assert "We know no way to reach it" in said
    assert visitor.send(f"{CHANGE}/end", form_at=CHANGE).status_code == 409


def test_what_reaches_nobody_is_refused_and_stays_as_typed(world: World) -> None:
    visitor = Visitor(world, "coordinator")

    answer = visitor.send(ADD, form_at=ADD, called="Jo Bird", permission="may_contact")

    assert answer.status_code == 422
    assert "Give an email address, a telephone number or a postal address." in words(answer)
    assert 'value="Jo Bird"' in answer.text
    assert visitor.send(ADD, form_at=ADD, **TYPED | {"permission": "perhaps"}).status_code == 422


@pytest.mark.parametrize("role", ["reviewer", "administrator", "signatory_public"])
def test_whoever_may_not_see_cases_sees_and_changes_no_contact(world: World, role: str) -> None:
    visitor = Visitor(world, role)

    for path in (ADD, CHANGE, PAGE):
        assert visitor.open(path).status_code == 403


def test_a_contact_that_is_not_there_is_a_page_that_is_not_there(world: World) -> None:
    assert Visitor(world, "coordinator").open("/contacts/99").status_code == 404
