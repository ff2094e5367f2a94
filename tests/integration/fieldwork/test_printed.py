"""Letters on paper: each taking counted, no code on a screen, and none that opens what somebody answered."""

import io
import re

import numpy as np
import pytest
from pypdf import PdfReader
from sqlalchemy import delete, select, update

from sampling.frame import Sector
from survey_app.clock import at, end_of
from survey_app.demo.respondents import answer_all
from survey_app.errors import InvalidError, StageError
from survey_app.models.audit import AuditEntry
from survey_app.models.cases.access import Access
from survey_app.models.contacts import Contact
from survey_app.services.fieldwork import printed
from survey_app.services.fieldwork.printed import PaperLetter
from survey_app.services.organisations import contacts
from survey_app.services.organisations.contacts import ContactDetails
from survey_app.services.responses import seats
from survey_app.services.responses.saving import Save
from tests.fixtures.answering import case_of
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import DATES, World
from tests.integration.fieldwork.test_new_codes import answered, renewed, with_two_interviewers

POST = "1 High Street\nYork YO1 1AA"
CODE = re.compile(r"\b[0-9A-HJKMNP-TV-Z]{4}(?:-[0-9A-HJKMNP-TV-Z]{4}){2}\b")


def by_post(world: World, *, organisations: int = 3) -> World:
    """A round whose invitations left, in which some charities have a postal address and no e-mail."""
    world.launched(bodies=4, charities=20)
    with world.database.writing() as session:
        for place in range(organisations):
            seat = seats.lead_seat_of(session, world.keys, case_id=case_of(world, Sector.VOLUNTARY, place)[0])
            session.execute(delete(Contact).where(Contact.organisation_id == seat.organisation_id))
            contacts.add_contact(
                session,
                world.keys,
                organisation_id=seat.organisation_id,
                details=ContactDetails(post=POST),
                context=world.context(),
            )
    world.move_to(at(DATES.opens_on, 9))
    return world


@pytest.fixture
def opened(world: World) -> World:
    return by_post(world)


def pressed(world: World) -> int | None:
    with world.database.writing() as session:
        return printed.make_batch(session, world.keys, round_id=world.round_id, context=world.context())


def made(world: World) -> int:
    batch_id = pressed(world)
    assert batch_id is not None
    return batch_id


def moved_to_paper(world: World, place: int) -> int:
    """A charity that had its letter by e-mail, and is reached by post alone from now on; its seat's id."""
    case_id, _ = case_of(world, Sector.VOLUNTARY, place)
    with world.database.writing() as session:
        seat = seats.lead_seat_of(session, world.keys, case_id=case_id)
        owner = seat.organisation_id
        session.execute(
            update(Contact).where(Contact.organisation_id == owner).values(valid_to=DATES.opens_on)
        )
        details = ContactDetails(post=POST)
        contacts.add_contact(
            session, world.keys, organisation_id=owner, details=details, context=world.context()
        )
    return seat.id


def generation(world: World, seat_id: int) -> int | None:
    return world.read(lambda s: s.scalar(select(Access.generation).where(Access.seat_id == seat_id)))


def taken(world: World, batch_id: int, reason: str = "") -> list[PaperLetter]:
    with world.database.writing() as session:
        return printed.take(
            session, world.keys, world.settings, round_id=world.round_id, batch_id=batch_id,
            reason=reason, context=world.context(),
        )  # fmt: skip


def begin(world: World, place: int) -> None:
    with world.database.writing() as session:
        case_id, rng = case_of(world, Sector.VOLUNTARY, place)[0], np.random.default_rng(place)
        save = Save(world.clock.now())
        answer_all(session, world.keys, case_id=case_id, rng=rng, save=save, stop_after=2)


def test_whoever_has_no_email_gets_a_letter_whose_code_opens_the_questionnaire(opened: World) -> None:
    letters = taken(opened, made(opened))

    assert [letter.post for letter in letters] == [POST] * 3
    for letter in letters:
        code = str(letter.values["code"])
        seat = opened.read(lambda s, code=code: seats.seat_for_code(s, opened.keys, code=code))
        assert seat.organisation == letter.values["organisation"]
    with pytest.raises(InvalidError, match="Nobody waits"):
        made(opened)


def test_each_taking_is_counted_and_the_second_needs_a_reason(opened: World) -> None:
    batch_id = made(opened)
    taken(opened, batch_id)
    with pytest.raises(InvalidError, match="needed again"):
        taken(opened, batch_id)
    taken(opened, batch_id, "The printer jammed")

    (line,) = opened.read(lambda s: printed.batches_of(s, round_id=opened.round_id))
    assert (line.letters, line.downloads) == (3, 2)
    noted = opened.read(
        lambda s: [e.detail for e in s.scalars(select(AuditEntry)) if e.act == "printed letters taken"]
    )
    # The rows of the trail stand in no order.
    assert sorted((one["time"], one["reason"]) for one in noted) == [(1, ""), (2, "The printer jammed")]


def test_nothing_is_printed_for_whoever_has_begun_and_nobody_learns_of_it_before_the_next_pass(
    opened: World,
) -> None:
    begin(opened, 0)
    batch_id = made(opened)
    assert len(taken(opened, batch_id)) == 3

    opened.settle()
    assert len(taken(opened, batch_id, "Again")) == 2
    begin(opened, 1)
    begin(opened, 2)
    assert len(taken(opened, batch_id, "Again")) == 2
    opened.settle()
    with pytest.raises(InvalidError, match="Nobody in this batch"):
        taken(opened, batch_id, "Again")


def test_a_printed_code_and_an_emailed_code_are_never_the_same(opened: World) -> None:
    letters = {str(letter.values["organisation"]): letter for letter in taken(opened, made(opened))}
    with opened.database.writing() as session:
        case_id, _ = case_of(opened, Sector.VOLUNTARY)
        seat = seats.lead_seat_of(session, opened.keys, case_id=case_id)
        contacts.add_contact(
            session, opened.keys, organisation_id=seat.organisation_id,
            details=ContactDetails(email="new@charities.invalid"), context=opened.context(),
        )  # fmt: skip
    count = len(opened.sent)
    opened.move_to(at(DATES.first_reminder_on, 9))

    reminder = next(one for one in opened.sent[count:] if one["To"] == "new@charities.invalid")
    emailed = CODE.search(reminder.get_content())
    assert emailed is not None
    assert emailed[0] != letters[seat.organisation].values["code"]


def test_whoever_had_an_email_before_gets_another_code_on_paper(world: World) -> None:
    world.opened(bodies=4, charities=20)
    _, before = case_of(world, Sector.VOLUNTARY)
    seat_id = moved_to_paper(world, 0)
    assert pressed(world) is None
    world.settle(nightly=True)

    (letter,) = taken(world, made(world))

    assert letter.values["code"] != before
    assert generation(world, seat_id) == 2
    # Where the last letter went is told, so that nobody moves an organisation to paper behind its back.
    count = len(world.sent)
    world.tick()
    assert [one["Subject"].split(" about")[0] for one in world.sent[count:]] == ["Messages"]


def test_no_batch_tells_who_began_since_the_last_pass_and_whoever_did_keeps_their_code(world: World) -> None:
    """Moved to paper by one person, an organisation came into the next batch only if it had not begun."""
    world.opened(bodies=4, charities=20)
    begun, other = moved_to_paper(world, 0), moved_to_paper(world, 1)
    begin(world, 0)

    # Nobody can be left out yet, so that no number differs.
    assert pressed(world) is None
    standing = world.read(lambda s: printed.on_paper(s, world.keys, round_id=world.round_id))
    assert {seat.id for seat in standing.by_night} == {begun, other}
    assert [generation(world, one) for one in (begun, other)] == [1, 1]

    world.settle(nightly=True)

    assert [generation(world, one) for one in (begun, other)] == [1, 2]
    assert len(taken(world, made(world))) == 1


def test_a_batch_of_whom_all_have_begun_is_no_fault_of_the_database(world: World) -> None:
    world.opened(bodies=4, charities=20)
    moved_to_paper(world, 0)
    begin(world, 0)

    assert pressed(world) is None
    world.settle(nightly=True)

    with pytest.raises(InvalidError, match="Nobody waits for a letter on paper"):
        pressed(world)


def test_a_code_that_an_email_brought_after_the_move_is_not_printed(world: World) -> None:
    """Letters go by e-mail again, and then on paper once more: each time with another code."""
    world.opened(bodies=4, charities=20)
    seat_id = moved_to_paper(world, 0)
    pressed(world)
    world.settle(nightly=True)
    with world.database.writing() as session:
        owner = seats.seat_of(session, world.keys, seat_id=seat_id).organisation_id
        contact = contacts.add_contact(
            session, world.keys, organisation_id=owner,
            details=ContactDetails(email="back@charities.invalid"), context=world.context(),
        )  # fmt: skip
    world.move_to(at(DATES.first_reminder_on, 9))
    emailed = generation(world, seat_id)
    with world.database.writing() as session:
        contacts.end_contact(session, contact_id=contact, context=world.context())

    assert pressed(world) is None
    world.settle(nightly=True)

    (letter,) = taken(world, made(world))
    assert emailed == 3
    assert generation(world, seat_id) == 4
    mail = next(one for one in world.sent if one["To"] == "back@charities.invalid")
    assert letter.values["code"] not in mail.get_content()


def test_a_batch_taken_again_tells_nothing_of_whoever_was_to_have_a_new_code(opened: World) -> None:
    """A code is made anew only where none were sent: the batch shrank by those, and told the others."""
    with_two_interviewers(opened)
    batch_id = made(opened)
    sent, silent = (case_of(opened, Sector.VOLUNTARY, place)[0] for place in range(2))
    answered(opened, sent, stop_after=99)
    contact_ids = [with_email(opened, case_id) for case_id in (sent, silent)]
    for case_id in (sent, silent):
        renewed(opened, case_id)

    left = [letter.values["organisation"] for letter in taken(opened, batch_id)]

    assert len(left) == 1
    with opened.database.writing() as session:
        for contact_id in contact_ids:
            contacts.end_contact(session, contact_id=contact_id, context=opened.context())
    assert [one.values["organisation"] for one in taken(opened, batch_id, "Jammed")] == left


def with_email(world: World, case_id: int) -> int:
    """An e-mail address for the organisation of a case; the contact's id."""
    with world.database.writing() as session:
        owner = seats.lead_seat_of(session, world.keys, case_id=case_id).organisation_id
        details = ContactDetails(email=f"new-{case_id}@charities.invalid")
        return contacts.add_contact(
            session, world.keys, organisation_id=owner, details=details, context=world.context()
        )


def test_a_closed_round_prints_nothing(opened: World) -> None:
    batch_id = made(opened)
    opened.move_to(end_of(DATES.closes_on))

    for act in (lambda: taken(opened, batch_id), lambda: made(opened)):
        with pytest.raises(StageError):
            act()


def test_the_page_hands_out_one_file_with_two_pages_to_a_letter_and_shows_no_code(
    embedded_world: World,
) -> None:
    world = by_post(embedded_world)
    coordinator, interviewer = Visitor(world, "coordinator"), Visitor(world, "interviewer")
    page = f"/rounds/{world.round_id}/printed"
    assert interviewer.open(page).status_code == 403
    assert "3 organisations wait" in words(coordinator.open(page))

    coordinator.send(page, form_at=page)
    file = coordinator.send(f"{page}/1", form_at=page)
    again = coordinator.send(f"{page}/1", form_at=page)

    assert (file.status_code, file.mimetype, again.status_code) == (200, "application/pdf", 422)
    assert file.headers["Cache-Control"] == "no-store"
    pages = [one.extract_text() for one in PdfReader(io.BytesIO(file.data)).pages]
    assert len(pages) == 6
    for outside, inside in zip(pages[::2], pages[1::2], strict=True):
        assert "High Street" in outside
        assert not CODE.search(outside)
        assert CODE.search(inside)
        assert "To be opened by the addressee alone" in " ".join(inside.split())
    shown = words(coordinator.open(page))
    assert "Downloaded once" in shown
    assert not CODE.search(shown)
