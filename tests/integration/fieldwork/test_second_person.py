"""An address that one of the staff enters gets no letter before another has agreed to it."""

import re
from dataclasses import dataclass
from functools import cached_property

import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from survey_app.cli.main import compact
from survey_app.clock import at
from survey_app.models.audit import AuditEntry
from survey_app.models.cases.casework import Case
from survey_app.models.contacts import Contact
from survey_app.models.outbox import Message
from survey_app.models.people.accounts import Person
from survey_app.models.people.approvals import Approval
from survey_app.services import readiness
from survey_app.services.fieldwork.marks import WAITS
from survey_app.services.people import approvals
from survey_app.services.people.approvals import Request
from survey_app.services.people.permissions import Permission
from tests.conftest import KEYS
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import DATES, World

REAL, ROGUE = "charity-00000@charities.invalid", "mine@elsewhere.invalid"
TYPED = {"email": ROGUE, "permission": "may_contact", "source": "respondent"}
QUEUE = "/addresses"


@dataclass
class Office:
    """A round that opens in some days, and two people who work on it."""

    world: World

    @cached_property
    def interviewer(self) -> Visitor:
        return Visitor(self.world, "interviewer")

    @cached_property
    def coordinator(self) -> Visitor:
        return Visitor(self.world, "coordinator")


@pytest.fixture
def office(embedded_world: World) -> Office:
    return Office(embedded_world.launched(bodies=4, charities=20))


def contact(world: World) -> Contact:
    """The contact that the letters to REAL go to, or went to, of somebody who is asked."""
    lookups = [world.keys.lookup(email) for email in (REAL, ROGUE)]
    query = select(Contact).join(Case, Case.organisation_id == Contact.organisation_id)
    (row,) = world.read(lambda s: s.scalars(query.where(Contact.email_lookup.in_(lookups))).all())
    return row


def divert(office: Office, who: Visitor | None = None, **typed: str) -> Contact:
    """Put another address in the place of REAL."""
    row = contact(office.world)
    path = f"/contacts/{row.id}"
    someone = who or office.interviewer
    assert someone.send(path, form_at=path, **TYPED | typed).status_code == 302
    return row


def waiting(office: Office) -> list[str]:
    """The requests that wait, as the page names them."""
    page = office.coordinator.open(QUEUE).text
    return re.findall(r'name="address" type="checkbox" value="(\d+)"', page)


def written(world: World) -> list[str]:
    return [letter["To"] for letter in world.sent]


def open_round(world: World) -> None:
    world.move_to(at(DATES.opens_on, 9))


def test_an_address_put_in_an_organisations_place_before_its_first_letter_gets_none(office: Office) -> None:
    divert(office)
    open_round(office.world)

    assert ROGUE not in written(office.world)
    assert REAL not in written(office.world)
    office.world.move_to(at(DATES.first_reminder_on, 10))
    assert ROGUE not in written(office.world)


def test_an_address_entered_where_there_was_none_gets_none(office: Office) -> None:
    row, visitor = contact(office.world), office.interviewer
    visitor.send(f"/contacts/{row.id}/end", form_at=f"/contacts/{row.id}")
    add = f"/organisations/{row.organisation_id}/contacts/add"
    visitor.send(add, form_at=add, **TYPED)
    open_round(office.world)

    assert ROGUE not in written(office.world)


def test_once_another_person_agrees_the_letter_leaves_with_a_code(office: Office) -> None:
    row = divert(office)
    open_round(office.world)
    coordinator = office.coordinator
    assert ROGUE in words(coordinator.open(QUEUE))
    assert "1 waits" in words(coordinator.open("/today"))
    sent = len(office.world.sent)

    answer = coordinator.send(QUEUE, form_at=QUEUE, address=waiting(office), agree="1")

    assert answer.status_code == 302
    assert "You agreed to 1." in words(coordinator.open(QUEUE))
    office.world.tick()
    (letter,) = office.world.sent[sent:]
    assert letter["To"] == ROGUE
    assert "Your access code: " in letter.get_content()
    assert "Waits for" not in words(coordinator.open(f"/organisations/{row.organisation_id}/contacts"))


def test_whoever_entered_an_address_cannot_agree_to_it(office: Office) -> None:
    divert(office, office.coordinator)
    assert waiting(office) == []
    (asked,) = office.world.read(lambda s: s.scalars(select(Approval.id)).all())

    answer = office.coordinator.send(QUEUE, form_at="/outbox", address=str(asked), agree="1")

    assert answer.status_code == 403
    open_round(office.world)
    assert ROGUE not in written(office.world)


def test_an_address_that_is_refused_gets_no_letter_and_its_contact_ends(office: Office) -> None:
    row, coordinator = divert(office), office.coordinator
    without = coordinator.send(QUEUE, form_at=QUEUE, address=waiting(office), refuse="1")
    assert "Say why you refuse." in words(without)

    coordinator.send(QUEUE, form_at=QUEUE, address=waiting(office), refuse="1", reason="Not theirs")

    listed = words(coordinator.open(f"/organisations/{row.organisation_id}/contacts"))
    assert f"{ROGUE} The organisation" in listed
    assert "Ended on" in listed
    open_round(office.world)
    assert ROGUE not in written(office.world)


def test_an_address_that_is_changed_once_more_is_agreed_to_anew(office: Office) -> None:
    divert(office)
    seen = waiting(office)
    divert(office, email="another@elsewhere.invalid")
    coordinator = office.coordinator

    answer = coordinator.send(QUEUE, form_at=QUEUE, address=seen, agree="1")

    assert answer.status_code == 422
    assert "Some of these wait no more" in words(answer)
    open_round(office.world)
    assert {"another@elsewhere.invalid", ROGUE} & set(written(office.world)) == set()


def test_what_else_waits_for_a_second_person_is_not_agreed_to_on_this_page(office: Office) -> None:
    divert(office)
    with office.world.database.writing() as session:
        asker = session.scalar(select(Person.id).where(Person.email.like("interviewer%")))
        request = Request(
            act="destroy_answers",
            permission=Permission.RECORD_CONTACT,
            subject_kind="round",
            subject_id=office.world.round_id,
            detail={},
        )
        other = approvals.ask(session, request=request, person_id=asker or 0, context=office.world.context())

    answer = office.coordinator.send(QUEUE, form_at=QUEUE, address=str(other), agree="1")

    assert answer.status_code == 422
    decided = select(Approval.decision).where(Approval.id == other)
    assert office.world.read(lambda s: s.scalar(decided)) is None


def test_a_telephone_number_alone_waits_for_nobody(office: Office) -> None:
    row = contact(office.world)
    path = f"/contacts/{row.id}"
    typed = TYPED | {"email": REAL, "telephone": "020 7946 0018"}
    office.interviewer.send(path, form_at=path, **typed)
    open_round(office.world)

    assert waiting(office) == []
    assert REAL in written(office.world)


def test_a_postal_address_in_the_place_of_an_email_waits_too(office: Office) -> None:
    row = contact(office.world)
    path = f"/contacts/{row.id}"
    for email in (REAL, ""):
        office.interviewer.send(path, form_at=path, **TYPED | {"email": email, "post": "1 High Street"})
    printing = f"/rounds/{office.world.round_id}/printed"

    answer = office.coordinator.send(printing, form_at=printing)

    assert "Nobody waits for a letter on paper" in words(answer)
    assert len(waiting(office)) == 1


def test_a_postal_address_beside_an_email_is_agreed_to_by_nobody_who_entered_it(office: Office) -> None:
    row, mine = contact(office.world), "My flat, Elsewhere XX1 1XX"
    path = f"/contacts/{row.id}"
    office.interviewer.send(path, form_at=path, **TYPED | {"email": REAL, "post": mine})
    assert len(waiting(office)) == 1
    # Somebody else takes the dead e-mail address away, and the request about the flat is theirs by name.
    office.coordinator.send(path, form_at=path, **TYPED | {"email": "", "post": mine})
    (asked,) = office.world.read(
        lambda s: s.scalars(select(Approval.id).where(Approval.decision.is_(None))).all()
    )

    for visitor in (office.interviewer, office.coordinator):
        assert 'name="address"' not in visitor.open(QUEUE).text
        answer = visitor.send(QUEUE, form_at="/organisations", address=str(asked), agree="1")
        assert answer.status_code == 403


def test_where_one_person_alone_records_contacts_whoever_runs_the_machine_answers_for_an_address(
    office: Office,
) -> None:
    world, coordinator = office.world, office.coordinator
    divert(office, coordinator)
    office.world.person("interviewer")
    assert "Nobody else here may decide them" not in words(coordinator.open(QUEUE))
    with world.database.writing() as session:
        session.execute(update(Person).where(Person.email != coordinator.email).values(active=False))
    assert "Nobody else here may decide them" in words(coordinator.open(QUEUE))
    open_round(world)
    listed = commanded(world, "waiting")
    assert ROGUE in listed

    assert "Say how you know" in commanded(world, "vouch", "1", "--how", " ")
    assert "1 vouched for" in commanded(world, "vouch", "1", "--how", "On their website")

    assert contact(world).approval_id is None
    assert world.read(lambda s: s.scalars(select(Message).filter_by(failure=WAITS)).all()) == []
    row = world.read(lambda s: s.scalars(select(AuditEntry).filter_by(act="vouched for")).one())
    assert row.actor not in {coordinator.email, ""}
    assert "decided" in commanded(world, "vouch", "1", "--how", "On their website")


def commanded(world: World, *arguments: str) -> str:
    """What `compact organisation` says."""
    environment = KEYS | {"DATABASE_URL": world.settings.database_url, "COLUMNS": "200"}
    return CliRunner().invoke(compact, ["organisation", *arguments], env=environment).output


def test_pages_say_how_many_letters_wait_and_nothing_counts_as_late(office: Office) -> None:
    row = divert(office)
    coordinator = office.coordinator
    assert "1 letter waits for a second person" in words(
        coordinator.open(f"/rounds/{office.world.round_id}/letters")
    )
    case_id = office.world.read(
        lambda s: s.scalar(select(Case.id).where(Case.organisation_id == row.organisation_id))
    )
    assert "1 letter waits until somebody else has agreed" in words(coordinator.open(f"/cases/{case_id}"))
    open_round(office.world)

    office.world.move_to(at(DATES.opens_on, 12))

    late = office.world.read(lambda s: readiness.late(s, now=office.world.clock.now(), wake_seconds=5))
    assert "letters" not in late
    assert "not taken yet" not in words(coordinator.open(f"/rounds/{office.world.round_id}/letters"))


def test_a_round_is_launched_all_the_same_and_the_check_says_how_many_letters_wait(
    embedded_world: World,
) -> None:
    world = embedded_world.planned(bodies=4, charities=20)
    contact_id = world.read(lambda s: s.scalar(select(Contact.id).order_by(Contact.id)))
    path = f"/contacts/{contact_id}"
    Visitor(world, "interviewer").send(path, form_at=path, **TYPED)

    said = words(Visitor(world, "coordinator").open(f"/rounds/{world.round_id}/check"))

    assert "The letter to 1 organisation waits until somebody has agreed to the address" in said
    assert "Launch the round" in said
