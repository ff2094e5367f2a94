"""What staff see and do before the next pass tells them nothing of what was answered since the last one."""

import re
from collections import Counter

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sampling.frame import Sector
from survey_app.clock import at
from survey_app.mail.channels import Undeliverable
from survey_app.models.audit import AuditEntry
from survey_app.models.cases.casework import Case, Outcome
from survey_app.models.contacts import Contact
from survey_app.models.outbox import Message
from survey_app.services.fieldwork import again
from survey_app.services.fieldwork.marks import WAITS
from survey_app.services.responses.settling import next_night
from survey_app.services.rounds import lifecycle
from tests.fixtures.answering import case_of
from tests.fixtures.staff import Visitor
from tests.fixtures.world import DATES, World
from tests.integration.fieldwork.test_new_codes import (
    answered,
    move_address,
    renewed,
    with_two_interviewers,
)
from tests.integration.organisations.test_contact_pages import TYPED


@pytest.fixture
def opened(embedded_world: World) -> World:
    return with_two_interviewers(embedded_world.opened(bodies=4, charities=20))


def test_letters_and_the_trail_read_the_same_whether_or_not_answers_were_sent(opened: World) -> None:
    """Else whoever asks for a code with a colleague learns before the next pass that they were."""
    silent, sent = (case_of(opened, Sector.VOLUNTARY, place)[0] for place in range(2))
    answered(opened, sent, stop_after=99)
    seen = []
    for case_id in (silent, sent):
        before = standing(opened)
        renewed(opened, case_id)
        agreed = standing(opened)
        opened.tick()
        seen.append((agreed - before, standing(opened) - agreed))

    assert seen[0] == seen[1]
    assert seen[0][0]["letters", "waiting"] == 1


def test_a_letter_sent_again_reads_the_same_whether_or_not_it_was_begun(opened: World) -> None:
    """Else whoever corrects an address and sends a letter again sees before the next pass who has begun."""
    silent, started = (case_of(opened, Sector.VOLUNTARY, place)[0] for place in range(2))
    opened.post.refuse = refuse_all
    opened.move_to(at(DATES.first_reminder_on, 10))
    opened.post.refuse = lambda letter: None
    answered(opened, started, stop_after=3)
    for case_id in (silent, started):
        move_address(opened, case_id, f"new-{case_id}@charities.invalid")
        sent_again(opened, case_id)

    opened.tick()
    assert [reminder(opened, one).state for one in (silent, started)] == ["waiting", "waiting"]

    opened.move_to(next_night(opened.clock.now()))
    assert outcome(opened, started) is Outcome.STARTED, "staff may know it by now"
    assert [reminder(opened, one).state for one in (silent, started)] == ["sent", "failed"]


def test_a_letter_sent_again_is_withdrawn_at_night_from_whoever_has_answered(opened: World) -> None:
    silent, sent = (case_of(opened, Sector.VOLUNTARY, place)[0] for place in range(2))
    opened.post.refuse = refuse_all
    opened.move_to(at(DATES.first_reminder_on, 10))
    opened.post.refuse = lambda letter: None
    answered(opened, sent, stop_after=99)
    for case_id in (silent, sent):
        sent_again(opened, case_id)

    opened.tick()
    assert [reminder(opened, one).state for one in (silent, sent)] == ["waiting", "waiting"]

    opened.move_to(next_night(opened.clock.now()))
    assert [reminder(opened, one).state for one in (silent, sent)] == ["sent", "withdrawn"]


def test_a_letter_whose_address_was_agreed_to_leaves_after_the_night_where_a_code_went_before(
    opened: World,
) -> None:
    case_id = case_of(opened, Sector.VOLUNTARY)[0]
    of_case = select(Contact.id).join(Case, Case.organisation_id == Contact.organisation_id)
    contact_id = opened.read(lambda s: s.scalars(of_case.where(Case.id == case_id)).one())
    change = f"/contacts/{contact_id}"
    Visitor(opened, "coordinator").send(change, form_at=change, **TYPED)
    opened.move_to(at(DATES.first_reminder_on, 10))
    assert reminder(opened, case_id).failure == WAITS
    second = Visitor(opened, "interviewer")
    (asked,) = re.findall(r'name="address" type="checkbox" value="(\d+)"', second.open("/addresses").text)
    second.send("/addresses", form_at="/addresses", address=asked, agree="1")

    opened.tick()
    assert reminder(opened, case_id).state == "waiting"
    opened.move_to(next_night(opened.clock.now()))
    assert reminder(opened, case_id).state == "sent"


def refuse_all(letter: object) -> None:
    raise Undeliverable("550 5.1.1 no such mailbox")


def sent_again(world: World, case_id: int) -> None:
    with world.database.writing() as session:
        view = lifecycle.get_round(
            session, round_id=world.round_id, programme_id=world.context().programme_id
        )
        letters = [of_reminder(session, case_id).id]
        again.send_again(session, round_view=view, letters=letters, context=world.context())


def of_reminder(session: Session, case_id: int) -> Message:
    chosen = select(Message).where(Message.case_id == case_id, Message.event == "first_reminder")
    return session.scalars(chosen).one()


def reminder(world: World, case_id: int) -> Message:
    return world.read(lambda s: of_reminder(s, case_id))


def outcome(world: World, case_id: int) -> Outcome:
    return world.read(lambda s: s.get_one(Case, case_id)).outcome


def standing(world: World) -> Counter[tuple[str, str]]:
    """How many letters are in which state, and acts of the audit trail of which kind."""
    query = select(Message.state, func.count()).group_by(Message.state)
    letters = {("letters", state): count for state, count in world.read(lambda s: s.execute(query).all())}
    acts = world.read(lambda s: s.scalars(select(AuditEntry.act)).all())
    return Counter(letters) + Counter(("act", act) for act in acts)
