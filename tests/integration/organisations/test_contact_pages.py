"""The contacts of an organisation on the screen: seen by who may see cases, changed by who calls."""

import re
from email.message import EmailMessage

import pytest
from sqlalchemy import select

from survey_app.clock import at, london_date
from survey_app.mail.channels import Undeliverable
from survey_app.models.cases.casework import Case
from survey_app.models.contacts import Contact
from survey_app.models.outbox import Message
from survey_app.services.organisations import contacts
from survey_app.services.organisations.history import organisation_history
from survey_app.services.responses.settling import next_night
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import DATES, World, voluntary

TYPED = {
    "role": "Compact lead",
    "called": "Jo Bird",
    "email": "jo.bird@charity.invalid",
    "telephone": "020 7946 0018",
    "post": "1 High Street\r\nLeeds",
    "permission": "may_contact",
    "source": "respondent",
}
ADD, CHANGE, PAGE = "/organisations/1/contacts/add", "/contacts/1", "/organisations/1"


@pytest.fixture
def world(embedded_world: World) -> World:
    """Two charities whose addresses a list brought."""
    embedded_world.founded()
    embedded_world.imported("Charities", voluntary(2))
    return embedded_world


def today(world: World) -> str:
    day = london_date(world.clock.now())
    return f"{day.day} {day:%b %Y}"


def written_to(world: World) -> str:
    return world.read(lambda s: contacts.addresses_of(s, world.keys, [1]))[1].email


def test_a_coordinator_sees_each_contact_with_who_gave_it_and_whether_we_may_write(world: World) -> None:
    said = words(Visitor(world, "coordinator").open(PAGE))

    assert f"charity-00000@charities.invalid A list {today(world)} Yes" in said


def test_a_contact_is_added_before_the_others_and_shown_as_typed(world: World) -> None:
    visitor = Visitor(world, "coordinator")

    assert visitor.send(ADD, form_at=ADD, before="y", **TYPED).location == PAGE

    said = words(visitor.open(PAGE))
    assert "Contact added." in said
    assert "Jo Bird, Compact lead jo.bird@charity.invalid 020 7946 0018 1 High Street Leeds" in said
    assert f"Leeds The organisation {today(world)} Yes" in said
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

    answer = visitor.send(ADD, form_at=ADD, called="Jo Bird", permission="may_contact", source="staff")

    assert answer.status_code == 422
    assert "Give an email address, a telephone number or a postal address." in words(answer)
    assert 'value="Jo Bird"' in answer.text
    assert visitor.send(ADD, form_at=ADD, **TYPED | {"permission": "perhaps"}).status_code == 422


def test_an_interviewer_adds_corrects_and_ends_contacts_with_who_gave_them_and_when(world: World) -> None:
    visitor, listing = Visitor(world, "interviewer"), f"{PAGE}/contacts"
    assert visitor.send(ADD, form_at=ADD, **TYPED).location == listing
    typed = TYPED | {"telephone": "020 7946 0999", "source": "public"}
    assert visitor.send("/contacts/3", form_at="/contacts/3", **typed).location == listing
    assert visitor.send(f"{CHANGE}/end", form_at=CHANGE).location == listing

    said, day = words(visitor.open(listing)), today(world)
    assert f"020 7946 0999 1 High Street Leeds Published by the organisation {day} Yes Waits" in said
    assert f"charity-00000@charities.invalid Our staff {day} Ended on {day}" in said
    assert visitor.open(PAGE).status_code == 403


def test_a_wrong_address_is_marked_at_its_field_below_the_name_of_the_organisation(world: World) -> None:
    visitor = Visitor(world, "interviewer")

    answer = visitor.send(ADD, form_at=ADD, **TYPED | {"email": "jo bird@example.org"})

    assert answer.status_code == 422
    assert 'href="#email"' in answer.text
    assert 'id="email-error"' in answer.text
    assert 'value="jo bird@example.org"' in answer.text
    name = world.read(lambda s: organisation_history(s, organisation_id=1)).name
    assert f"{name} Add a contact" in words(answer)


def test_a_letter_that_failed_is_sent_to_the_address_that_was_corrected_and_to_no_other(
    embedded_world: World,
) -> None:
    world = embedded_world.launched(bodies=4, charities=20)
    failing = {"charity-00000@charities.invalid", "charity-00001@charities.invalid"}

    def refuse(letter: EmailMessage) -> None:
        if letter["To"] in failing:
            raise Undeliverable("550 no such mailbox", final=True)

    world.post.refuse = refuse
    world.move_to(at(DATES.opens_on, 9))
    owner, contact_id = failed(world)
    change, visitor = f"/contacts/{contact_id}", Visitor(world, "coordinator")
    telephone = TYPED | {"email": address_of(world, owner)}
    visitor.send(change, form_at=change, **telephone)
    assert "had failed" not in words(visitor.open(f"/organisations/{owner}"))
    assert states(world, owner) == ["failed"]
    world.sent.clear()

    visitor.send(change, form_at=change, **TYPED)

    assert "A letter that had failed is sent to the new address in the night." in words(
        visitor.open(f"/organisations/{owner}")
    )
    second = Visitor(world, "interviewer")
    (asked,) = re.findall(r'name="address" type="checkbox" value="(\d+)"', second.open("/addresses").text)
    second.send("/addresses", form_at="/addresses", address=asked, agree="1")
    world.tick()
    assert (world.sent, states(world, owner)) == ([], ["waiting"]), "before the pass a refusal would tell"
    world.move_to(next_night(world.clock.now()))
    assert [letter["To"] for letter in world.sent] == [TYPED["email"]]
    assert states(world, owner) == ["sent"]


def address_of(world: World, owner: int) -> str:
    return world.read(lambda s: contacts.addresses_of(s, world.keys, [owner]))[owner].email


def failed(world: World) -> tuple[int, int]:
    """An organisation whose letter failed, and its contact."""
    query = (
        select(Contact.organisation_id, Contact.id)
        .join(Case, Case.organisation_id == Contact.organisation_id)
        .join(Message, Message.case_id == Case.id)
        .where(Message.state == "failed")
        .order_by(Contact.id)
    )
    return tuple(world.read(lambda s: s.execute(query).first()))  # type: ignore[return-value, arg-type]


def states(world: World, owner: int) -> list[str]:
    query = select(Message.state).join(Case, Case.id == Message.case_id).where(Case.organisation_id == owner)
    return list(world.read(lambda s: s.scalars(query).all()))


@pytest.mark.parametrize("role", ["reviewer", "administrator", "signatory_public"])
def test_whoever_may_not_see_cases_sees_and_changes_no_contact(world: World, role: str) -> None:
    visitor = Visitor(world, role)

    for path in (ADD, CHANGE, PAGE, f"{PAGE}/contacts"):
        assert visitor.open(path).status_code == 403


def test_a_contact_that_is_not_there_is_a_page_that_is_not_there(world: World) -> None:
    assert Visitor(world, "coordinator").open("/contacts/99").status_code == 404
