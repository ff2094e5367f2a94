"""An organisation that one of the staff adds to a round is not asked before another has agreed to it."""

import pytest
from sqlalchemy import select

from survey_app.models.cases.casework import AddedCase, Case, Outcome
from survey_app.models.contacts import Contact
from survey_app.models.outbox import Message
from tests.fixtures.staff import words
from tests.fixtures.world import World
from tests.integration.fieldwork.test_second_person import QUEUE, Office, waiting

INVENTED = "invented@elsewhere.invalid"


class Adding(Office):
    """A round that is open, and two people who work on it."""

    def add(self) -> int:
        """What an interviewer adds, with an address of their own; the case's id."""
        path = f"/rounds/{self.world.round_id}/cases/add"
        typed = {"route": "snowball", "called": "Invented", "sector": "vco", "region": "London"}
        answer = self.interviewer.send(path, form_at=path, **typed, band="under 10k", email=INVENTED)
        assert answer.status_code == 302, words(answer)
        return int(answer.location.rpartition("/")[2])

    def decide(self, **decided: str) -> None:
        """Let the coordinator decide about all that waits."""
        (asked,) = waiting(self)
        assert self.coordinator.send(QUEUE, form_at=QUEUE, address=asked, **decided).status_code == 302

    def letters(self) -> list[str]:
        """The letters that leave to INVENTED now, in words."""
        self.world.tick()
        return [letter.get_content() for letter in self.world.sent if letter["To"] == INVENTED]

    def call(self, case_id: int) -> int:
        page = f"/cases/{case_id}"
        return self.interviewer.send(f"{page}/telephone", form_at=page).status_code


@pytest.fixture
def office(embedded_world: World) -> Adding:
    return Adding(embedded_world.opened(bodies=4, charities=20))


def test_what_one_person_adds_gets_no_letter_and_no_call(office: Adding) -> None:
    case_id = office.add()

    assert office.letters() == []
    assert office.call(case_id) == 403
    said = words(office.interviewer.open(f"/cases/{case_id}"))
    assert "You added this organisation on" in said
    assert "1 letter waits until somebody else has agreed, and it is not called." in said
    page = office.interviewer.open(QUEUE).text
    assert 'name="address"' not in page


def test_once_another_agrees_its_letter_leaves_and_it_may_be_called(office: Adding) -> None:
    case_id = office.add()
    assert f"Invented {INVENTED} Interviewer" in words(office.coordinator.open(QUEUE))

    office.decide(agree="1")

    (letter,) = office.letters()
    assert "Your access code: " in letter
    assert office.call(case_id) == 302


def test_what_another_refuses_is_not_eligible_and_its_contact_ends(office: Adding) -> None:
    case_id = office.add()

    office.decide(refuse="1", reason="There is no such charity")

    assert office.letters() == []
    case = office.world.read(lambda s: s.get_one(Case, case_id))
    assert case.outcome is Outcome.NOT_ELIGIBLE
    contact = select(Contact).where(Contact.organisation_id == case.organisation_id)
    assert [row.valid_to is None for row in office.world.read(lambda s: s.scalars(contact).all())] == [False]
    states = select(Message.state).where(Message.case_id == case_id)
    assert office.world.read(lambda s: s.scalars(states).all()) == ["withdrawn"]


def test_an_organisation_that_is_known_is_added_by_two_as_well(office: Adding) -> None:
    asked = select(Case.organisation_id)
    with_address = select(Contact.organisation_id).where(Contact.organisation_id.not_in(asked))
    owner = office.world.read(lambda s: s.scalar(with_address))
    path = f"/rounds/{office.world.round_id}/cases/add"
    before = len(office.world.sent)
    office.interviewer.send(path, form_at=path, route="outreach", organisation=str(owner))

    office.world.tick()

    assert len(office.world.sent) == before
    office.decide(agree="1")
    office.world.tick()
    assert len(office.world.sent) == before + 1
    left = select(AddedCase).where(AddedCase.approval_id.is_not(None))
    assert office.world.read(lambda s: s.scalar(left)) is None
