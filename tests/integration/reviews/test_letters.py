"""Letters of a session: invited by role, never beyond the ceilings, replied to by a link, told of changes."""

from datetime import timedelta
from email.message import EmailMessage

import pytest
from sqlalchemy import func, select

from sampling.frame import Sector
from survey_app.clock import at, london_date
from survey_app.errors import StageError
from survey_app.mail.channels import MailFault
from survey_app.models.burden import BurdenEntry, BurdenKind
from survey_app.models.organisations import Organisation
from survey_app.models.outbox import Message
from survey_app.models.reviews.sessions import Reply, ReviewInvitation, Scope
from survey_app.services.burden import ledger
from survey_app.services.burden.ledger import Rule
from survey_app.services.fieldwork import outbox
from survey_app.services.organisations import contacts
from survey_app.services.organisations.contacts import ContactDetails
from survey_app.services.reviews import attendance, sessions
from survey_app.services.reviews.mailing import inviting, replying
from survey_app.services.reviews.mailing.inviting import Written
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import World
from tests.integration.reviews.worlds import met, reviewed, session_plan

IN_FOUR_WEEKS = timedelta(days=28)


@pytest.fixture
def world(embedded_world: World) -> World:
    return embedded_world.framed(bodies=3, charities=3)


def planned(world: World, **changed: object) -> int:
    day = london_date(world.clock.now()) + IN_FOUR_WEEKS
    return met(world, reviewed(world), day=day, **changed)


def named(world: World, sector: Sector) -> list[str]:
    by_name = select(Organisation.name).where(Organisation.sector == sector).order_by(Organisation.name)
    return world.read(lambda session: list(session.scalars(by_name)))


def listed(world: World, meeting: int, name: str, role: str = "Compact lead") -> int:
    with world.database.writing() as session:
        return attendance.invite(
            session, session_id=meeting, organisation=name, level=Scope.LOCAL, role=role,
            context=world.context(),
        )  # fmt: skip


def written(world: World, meeting: int) -> Written:
    with world.database.writing() as session:
        return inviting.write_to_invited(session, world.keys, session_id=meeting, context=world.context())


def both_written_to(world: World, meeting: int) -> list[int]:
    """Somebody of each sector is invited, and the letters have left; the lines."""
    lines = [listed(world, meeting, named(world, sector)[0]) for sector in Sector]
    written(world, meeting)
    world.tick()
    return lines


def link_in(letter: EmailMessage) -> str:
    [link] = [word for word in letter.get_content().split() if "/invited/" in word]
    return "/invited/" + str(link).rpartition("/")[2]


def reply_of(world: World, line: int) -> Reply:
    return world.read(lambda session: session.get_one(ReviewInvitation, line).reply)


def letters_about(world: World, state: str) -> list[str]:
    rows = select(Message.template).where(Message.subject_kind != "", Message.state == state)
    return world.read(lambda session: sorted(session.scalars(rows)))


def test_both_sectors_are_invited_by_role_once_and_a_letter_names_no_person(world: World) -> None:
    meeting = planned(world)
    body = named(world, Sector.PUBLIC)[0]
    lines = [listed(world, meeting, name) for name in (body, named(world, Sector.VOLUNTARY)[0])]
    with world.database.writing() as session:
        owner = session.get_one(ReviewInvitation, lines[0]).organisation_id
        lead = ContactDetails(role="compact lead", name="Jo Lead", email="lead@bodies.invalid")
        contacts.add_contact(
            session, world.keys, organisation_id=owner, details=lead, context=world.context()
        )

    assert written(world, meeting) == Written(2, ())
    assert written(world, meeting) == Written(0, ())
    world.tick()
    world.tick()

    to_body, to_charity = sorted(world.sent, key=lambda one: str(one["To"]) != "lead@bodies.invalid")
    assert to_body["To"] == "lead@bodies.invalid"
    assert to_charity["Subject"].startswith("Review of the South West: will somebody of")
    assert "Town hall, Dorchester" in to_body.get_content()
    assert "Jo Lead" not in to_body.get_content()


def test_a_link_answers_without_an_account_by_a_button_alone_and_needs_go_when_it_is_over(
    world: World,
) -> None:
    meeting = planned(world)
    line, _ = both_written_to(world, meeting)
    [to_body] = [one for one in world.sent if one["To"].endswith("@bodies.invalid")]
    path, guest = link_in(to_body), Visitor(world)
    assert "Town hall, Dorchester" in words(guest.open(path))
    assert reply_of(world, line) is Reply.NONE
    assert guest.send(path, form_at=path).status_code == 422

    guest.send(path, form_at=path, reply="accepted", needs="A hearing loop")

    assert reply_of(world, line) is Reply.ACCEPTED
    leader = Visitor(world, "facilitator")
    assert "Needs: A hearing loop" in words(leader.open(f"/reviews/sessions/{meeting}"))
    rows = world.read(lambda session: list(session.scalars(select(ReviewInvitation.needs_sealed))))
    assert all(b"hearing loop" not in (sealed or b"") for sealed in rows)
    guest.send(path, form_at=path, reply="declined", needs="A hearing loop")
    assert reply_of(world, line) is Reply.DECLINED
    assert world.read(lambda session: replying.needs_at(session, world.keys, session_id=meeting)) == {}
    guest.send(path, form_at=path, reply="accepted", needs="A hearing loop")
    world.clock.advance_to(at(london_date(world.clock.now()) + IN_FOUR_WEEKS, 12))
    with world.database.writing() as session:
        sessions.hold(session, session_id=meeting, context=world.context())
    assert world.read(lambda session: replying.needs_at(session, world.keys, session_id=meeting)) == {}
    assert "was held" in words(guest.open(path))
    assert "Send the reply" not in words(guest.open(path))


def test_a_link_that_is_wrong_or_of_a_day_that_is_over_opens_nothing(world: World) -> None:
    both_written_to(world, planned(world))
    path, guest = link_in(world.sent[0]), Visitor(world)

    assert guest.open("/invited/KX4M-20VB-9QZT").status_code == 404
    world.clock.advance_to(at(london_date(world.clock.now()) + IN_FOUR_WEEKS + timedelta(days=1), 9))
    assert guest.open(path).status_code == 404
    wrong = [guest.open("/invited/KX4M-20VB-9QZT").status_code for _ in range(21)]
    assert wrong[-1] == 429


def test_no_letter_takes_an_organisation_over_a_ceiling_and_those_are_named(world: World) -> None:
    rule = Rule(Sector.VOLUNTARY, 90, 1, 3, 3)
    with world.database.writing() as session:
        ledger.change_rule(session, rule=rule, context=world.context())
    meeting, charity = planned(world), named(world, Sector.VOLUNTARY)[0]
    listed(world, meeting, charity)
    listed(world, meeting, charity, "Trustee")

    assert written(world, meeting) == Written(1, (charity,))

    asked = select(func.count()).where(BurdenEntry.kind == BurdenKind.INVITATION)
    assert world.read(lambda session: session.scalar(asked)) == 1


def test_a_reminder_goes_to_those_who_come_or_are_silent_and_to_nobody_who_declined(world: World) -> None:
    meeting = planned(world)
    both_written_to(world, meeting)
    path, guest = link_in(world.sent[0]), Visitor(world)
    guest.send(path, form_at=path, reply="declined", needs="")

    day = london_date(world.clock.now()) + IN_FOUR_WEEKS
    world.move_to(at(day - timedelta(days=6), 10))

    [reminder] = world.sent[2:]
    assert "have not heard from you" in reminder.get_content()
    assert letters_about(world, "withdrawn") == ["review_reminder"]
    reminded = select(func.count()).where(BurdenEntry.kind == BurdenKind.REMINDER)
    assert world.read(lambda session: session.scalar(reminded)) == 1


def test_a_session_that_is_cancelled_tells_those_who_had_a_letter_and_takes_the_others_back(
    world: World,
) -> None:
    meeting = planned(world)
    both_written_to(world, meeting)
    listed(world, meeting, named(world, Sector.PUBLIC)[1])
    written(world, meeting)
    with world.database.writing() as session:
        count = sessions.cancel(session, session_id=meeting, why="Snow", context=world.context())
    world.tick()

    assert count == 2
    assert ["Why: Snow" in one.get_content() for one in world.sent] == [False, False, True, True]
    assert letters_about(world, "withdrawn") == ["review_invitation"] + ["review_reminder"] * 3
    asked = select(func.count()).where(BurdenEntry.kind == BurdenKind.INVITATION)
    assert world.read(lambda session: session.scalar(asked)) == 2
    assert "is not held: Snow" in words(Visitor(world).open(link_in(world.sent[0])))


def test_another_day_or_place_is_told_to_those_who_were_invited_and_another_title_to_nobody(
    world: World,
) -> None:
    meeting = planned(world)
    both_written_to(world, meeting)
    day = london_date(world.clock.now()) + IN_FOUR_WEEKS
    plans = [session_plan(day, title="Review of the coast"), session_plan(day + timedelta(days=2))]
    for plan in plans:
        with world.database.writing() as session:
            sessions.change_session(session, session_id=meeting, plan=plan, context=world.context())
        world.tick()

    assert [str(one["Subject"])[:8] for one in world.sent[2:]] == ["Changed:"] * 2
    guest = Visitor(world)
    world.clock.advance_to(at(day + timedelta(days=2), 9))
    assert guest.open(link_in(world.sent[0])).status_code == 200


def test_who_was_written_to_stays_on_the_list_and_who_was_not_leaves_no_burden(world: World) -> None:
    meeting = planned(world)
    line, _ = both_written_to(world, meeting)
    other = listed(world, meeting, named(world, Sector.VOLUNTARY)[1])
    written(world, meeting)
    with world.database.writing() as session:
        attendance.take_off(session, invitation_id=other, context=world.context())

    with pytest.raises(StageError, match="written to"), world.database.writing() as session:
        attendance.take_off(session, invitation_id=line, context=world.context())
    asked = select(func.count()).where(BurdenEntry.kind == BurdenKind.INVITATION)
    assert world.read(lambda session: session.scalar(asked)) == 2
    assert world.tick() == 0


def test_they_wait_in_the_one_outbox_when_it_is_paused_or_the_server_is_away(world: World) -> None:
    meeting = planned(world)
    listed(world, meeting, named(world, Sector.PUBLIC)[0])
    written(world, meeting)
    with world.database.writing() as session:
        outbox.pause(session, context=world.context())
    world.tick()
    assert letters_about(world, "sent") == []
    with world.database.writing() as session:
        outbox.resume(session, context=world.context())
    world.post.refuse = _away
    world.tick()
    assert letters_about(world, "waiting") == ["review_invitation", "review_reminder"]
    world.post.refuse = lambda letter: None

    world.wait(timedelta(hours=1))

    assert letters_about(world, "sent") == ["review_invitation"]


def _away(letter: EmailMessage) -> None:
    raise MailFault("The mail server is away.")


def test_the_screen_writes_says_who_was_asked_enough_and_shows_what_became_of_each(world: World) -> None:
    meeting = planned(world)
    listed(world, meeting, named(world, Sector.PUBLIC)[0])
    page, keeper = f"/reviews/sessions/{meeting}", Visitor(world, "coordinator")

    keeper.send(f"{page}/write", form_at=page)

    shown = words(keeper.open(page))
    assert "1 invitation is on the way" in shown
    assert "Letter on its way" in shown
    world.tick()
    assert "Written to on" in words(keeper.open(page))
    leader = Visitor(world, "facilitator")
    assert leader.send(f"{page}/write", form_at=page).status_code == 403
