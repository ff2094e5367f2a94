"""Contacts of organisations, on both engines: who is written to, who changes what, and all of it sealed."""

from dataclasses import fields, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from survey_app.errors import ConflictError, DestroyedError, InvalidError, NotFoundError
from survey_app.models.audit import AuditEntry
from survey_app.models.contacts import Contact, ContactPermission, ContactSource
from survey_app.services.organisations import contacts
from survey_app.services.organisations.contacts import ContactDetails, ContactView
from tests.fixtures.world import World, voluntary

LEAD = ContactDetails(
    role="Compact lead",
    name="Jo Bird",
    email="jo.bird@charity.invalid",
    telephone="020 7946 0018",
    post="1 High Street, Leeds",
)


@pytest.fixture
def listed(world: World) -> World:
    """Three charities whose addresses a list brought."""
    world.founded()
    world.imported("Charities", voluntary(3))
    return world


def add(world: World, details: ContactDetails = LEAD, *, first: bool = False) -> int:
    with world.database.writing() as session:
        return contacts.add_contact(
            session, world.keys, organisation_id=1, details=details, first=first, context=world.context()
        )


def change(world: World, contact_id: int, details: ContactDetails) -> None:
    with world.database.writing() as session:
        contacts.change_contact(
            session, world.keys, contact_id=contact_id, details=details, context=world.context()
        )


def end(world: World, contact_id: int) -> None:
    with world.database.writing() as session:
        contacts.end_contact(session, contact_id=contact_id, context=world.context())


def written_to(world: World, *, unit: str = "") -> dict[int, str]:
    addresses = world.read(lambda s: contacts.addresses_of(s, world.keys, [1, 2, 3], unit=unit))
    return {owner: address.email for owner, address in addresses.items()}


def known(world: World, *, ended: bool = False) -> tuple[ContactView, ...]:
    return world.read(lambda s: contacts.contacts_of(s, world.keys, organisation_id=1, ended=ended))


def next_edition(world: World, *, address: str = "") -> None:
    """The list again, a fortnight later; with another address for the first charity."""
    text = voluntary(3)
    if address:
        text = text.replace("charity-00000@charities.invalid", address)
    world.clock.advance_to(world.clock.now() + timedelta(days=14))
    world.imported("Charities", text, dated=world.clock.now().date())


def test_a_contact_reads_as_given_and_stands_after_the_one_of_the_list(listed: World) -> None:
    add(listed)

    brought, added = known(listed)
    assert (brought.source, brought.email) == (ContactSource.LIST, "charity-00000@charities.invalid")
    assert ContactDetails(**{each.name: getattr(added, each.name) for each in fields(ContactDetails)}) == LEAD
    assert (added.source, added.valid_from, added.valid_to) == (ContactSource.STAFF, date(2026, 8, 24), None)
    assert written_to(listed)[1] == "charity-00000@charities.invalid"


def test_letters_go_to_the_first_contact_that_may_be_written_to(listed: World) -> None:
    assert written_to(listed) == {n + 1: f"charity-{n:05}@charities.invalid" for n in range(3)}

    first = add(listed, first=True)
    assert written_to(listed)[1] == LEAD.email

    change(listed, first, replace(LEAD, permission=ContactPermission.FORWARDED_ONLY))
    assert written_to(listed)[1] == "charity-00000@charities.invalid"

    change(listed, first, replace(LEAD, email=""))
    assert written_to(listed)[1] == "charity-00000@charities.invalid"


def test_a_department_has_contacts_of_its_own(listed: World) -> None:
    add(listed, replace(LEAD, unit="Housing"))

    assert written_to(listed, unit="Housing") == {1: LEAD.email}
    assert written_to(listed)[1] == "charity-00000@charities.invalid"


def test_nothing_is_written_to_an_organisation_that_has_ended_its_contacts(listed: World) -> None:
    end(listed, known(listed)[0].id)

    assert 1 not in written_to(listed)
    assert known(listed) == ()
    assert [contact.valid_to for contact in known(listed, ended=True)] == [date(2026, 8, 24)]


def test_an_edition_replaces_only_what_a_list_gave(listed: World) -> None:
    add(listed, first=True)

    next_edition(listed, address="new@charities.invalid")

    assert [contact.email for contact in known(listed)] == [LEAD.email, "new@charities.invalid"]
    assert len(listed.read(lambda s: s.scalars(select(Contact)).all())) == 4


def test_what_staff_changed_stays_first_whatever_a_list_brings_later(listed: World) -> None:
    change(listed, known(listed)[0].id, replace(LEAD, email="right@charities.invalid"))

    next_edition(listed, address="new@charities.invalid")

    assert [(one.email, one.source) for one in known(listed)] == [
        ("right@charities.invalid", ContactSource.STAFF),
        ("new@charities.invalid", ContactSource.LIST),
    ]
    assert written_to(listed)[1] == "right@charities.invalid"


def test_no_list_brings_back_an_address_that_was_ended(listed: World) -> None:
    end(listed, known(listed)[0].id)

    next_edition(listed)

    assert known(listed) == ()


def test_another_address_that_a_list_brings_after_one_was_ended_is_written_to(listed: World) -> None:
    end(listed, known(listed)[0].id)

    next_edition(listed, address="new@charities.invalid")

    assert [(one.email, one.source) for one in known(listed)] == [
        ("new@charities.invalid", ContactSource.LIST)
    ]


def test_a_contact_that_must_not_be_written_to_stays_so_when_a_list_names_it(listed: World) -> None:
    refused = replace(LEAD, email="charity-00000@charities.invalid", permission=ContactPermission.NO)
    change(listed, known(listed)[0].id, refused)

    next_edition(listed)

    assert 1 not in written_to(listed)


@pytest.mark.parametrize(
    ("details", "said"),
    [
        (ContactDetails(name="Jo Bird"), "Give an email address"),
        (replace(LEAD, email="jo at charity"), "has a space"),
        (replace(LEAD, telephone="0" * 41), "Telephone: use at most 40 characters"),
    ],
    ids=["unreachable", "misspelt", "too long"],
)
def test_a_contact_that_reaches_nobody_is_refused(listed: World, details: ContactDetails, said: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        add(listed, details)

    assert said in " ".join(refusal.value.faults)
    assert len(known(listed)) == 1


def test_what_is_not_there_or_has_ended_cannot_be_changed(listed: World) -> None:
    end(listed, 1)

    with pytest.raises(ConflictError, match="has ended"):
        change(listed, 1, LEAD)
    with pytest.raises(NotFoundError):
        change(listed, 99, LEAD)
    with pytest.raises(NotFoundError), listed.database.writing() as session:
        contacts.add_contact(session, listed.keys, organisation_id=99, details=LEAD, context=listed.context())


def test_every_change_is_on_the_audit_trail_without_what_it_says(listed: World) -> None:
    contact_id = add(listed)
    change(listed, contact_id, replace(LEAD, name="Jo Finch"))
    end(listed, contact_id)

    rows = listed.read(
        lambda s: s.scalars(select(AuditEntry).where(AuditEntry.subject == "organisation")).all()
    )
    assert sorted(row.act for row in rows) == ["contact added", "contact changed", "contact ended"]
    assert not any("Jo" in str(row.detail) or "@" in str(row.detail) for row in rows)


def test_a_sealed_field_opens_in_no_other_row_and_as_no_other_field(listed: World) -> None:
    add(listed)
    add(listed, replace(LEAD, name="Alex Wren"))

    rows = listed.read(lambda s: s.scalars(select(Contact).where(Contact.organisation_id == 1)).all())
    one, other = (row for row in rows if row.name_sealed)

    assert listed.keys.decrypt(one.name_sealed, one.context_of("name")) in ("Jo Bird", "Alex Wren")
    for elsewhere in (other.context_of("name"), one.context_of("email")):
        with pytest.raises(DestroyedError):
            listed.keys.decrypt(one.name_sealed, elsewhere)


def test_the_file_of_the_database_holds_no_word_of_a_contact(embedded_world: World) -> None:
    world = embedded_world.founded()
    path = Path(str(world.database.engine.url.database))
    world.imported("Charities", voluntary(3))
    add(world)
    world.database.close()

    files = [each for each in path.parent.iterdir() if each.name.startswith(path.name)]
    content = b"".join(each.read_bytes() for each in files).lower()
    for plain in (b"jo bird", b"jo.bird", b"7946", b"high street", b"@charities.invalid"):
        assert plain not in content
    assert b"compact lead" in content
