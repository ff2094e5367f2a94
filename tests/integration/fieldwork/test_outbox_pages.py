"""Letters paused, let go on and sent again by hand, on screens and from the command line."""

from collections import Counter
from email.message import EmailMessage

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from survey_app.cli.main import compact
from survey_app.clock import at
from survey_app.mail.channels import MailFault, Undeliverable
from survey_app.models.audit import AuditEntry
from survey_app.models.outbox import Message
from survey_app.services.fieldwork import outbox
from survey_app.services.responses.settling import next_night
from tests.conftest import KEYS
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import DATES, World

OPENING = at(DATES.opens_on, 9)
AGAIN = "/rounds/1/letters/again"


def states(world: World) -> Counter[str]:
    return world.read(lambda s: Counter(s.scalars(select(Message.state))))


def acts(world: World) -> list[str]:
    return sorted(world.read(lambda s: s.scalars(select(AuditEntry.act)).all()))


def morning_of(world: World, fault: Exception) -> World:
    """The morning of the opening, on which no letter is taken."""

    def refuse(letter: object) -> None:
        raise fault

    world.launched()
    world.post.refuse = refuse
    world.move_to(OPENING)
    world.post.refuse = lambda letter: None
    return world


def test_a_pause_and_its_end_are_pressed_shown_on_today_and_audited(embedded_world: World) -> None:
    world = embedded_world.launched()
    coordinator = Visitor(world, "coordinator")

    coordinator.send("/outbox/pause", form_at="/outbox")
    world.move_to(OPENING)
    coordinator.sign_in(world)
    paused, today = words(coordinator.open("/outbox")), words(coordinator.open("/today"))
    assert "coordinator@compact.invalid paused them" in paused
    assert "Due and waiting 40" in paused
    assert "Let letters leave again: since" in today
    assert world.sent == []

    coordinator.send("/outbox/resume", form_at="/outbox")
    world.tick()

    assert len(world.sent) == 40
    assert "Let letters leave again" not in words(coordinator.open("/today"))
    assert [act for act in acts(world) if act.startswith("letters")] == ["letters paused", "letters resumed"]


def test_a_mail_server_that_fails_is_shown_with_what_to_do(embedded_world: World) -> None:
    world = morning_of(embedded_world, MailFault("The mail server refuses the sender: 550 no"))
    administrator = Visitor(world, "administrator")

    assert "See to the mail server: since 7 September 2026" in words(administrator.open("/today"))
    said = words(administrator.open("/outbox"))
    assert "refuses the sender: 550 no" in said
    assert "No letter is lost" in said

    administrator.send("/outbox/resume", form_at="/outbox")
    world.tick()

    assert len(world.sent) == 40
    assert "See to the mail server" not in words(administrator.open("/today"))


def test_a_clock_that_jumped_is_confirmed_on_a_screen(embedded_world: World) -> None:
    world = embedded_world.launched()
    coordinator = Visitor(world, "coordinator")
    world.clock.jump_to(OPENING)
    world.tick()
    coordinator.sign_in(world)

    assert "Say whether the clock is right: 7 September 2026" in words(coordinator.open("/today"))
    assert "Is the clock right?" in words(coordinator.open("/outbox"))
    coordinator.send("/outbox/clock", form_at="/outbox")
    world.tick()

    assert len(world.sent) == 40
    assert coordinator.send("/outbox/clock", form_at="/outbox").status_code == 409


def test_failed_letters_are_sent_again_those_that_were_ticked_or_all(embedded_world: World) -> None:
    world = morning_of(embedded_world, Undeliverable("550 5.1.1 no such mailbox"))
    coordinator = Visitor(world, "coordinator")
    failed = world.read(lambda s: list(s.scalars(select(Message.id).where(Message.state == "failed"))))
    assert len(failed) == 40

    none = coordinator.send(AGAIN, form_at="/rounds/1/letters")
    two = coordinator.send(AGAIN, form_at="/rounds/1/letters", letter=[str(one) for one in failed[:2]])
    world.tick()
    assert states(world) == {"failed": 38, "waiting": 2}, "they leave after the night, as the page says"
    world.move_to(next_night(world.clock.now()))
    coordinator.sign_in(world)
    assert (none.status_code, two.status_code, states(world)) == (422, 302, {"failed": 38, "sent": 2})

    coordinator.send(AGAIN, form_at="/rounds/1/letters", all="1")
    world.move_to(next_night(world.clock.now()))
    coordinator.sign_in(world)

    assert states(world) == {"sent": 40}
    assert len({str(letter["Message-ID"]) for letter in world.sent}) == len(world.sent) == 40
    assert acts(world).count("letters sent again") == 2
    assert coordinator.send(AGAIN, form_at="/outbox", all="1").status_code == 409


def test_a_letter_that_is_put_off_is_shown_with_the_reason(embedded_world: World) -> None:
    world = embedded_world.launched()

    def refuse(letter: EmailMessage) -> None:
        if letter["To"] == "body-003@bodies.invalid":
            raise Undeliverable("452 4.2.2 mailbox full", final=False)

    world.post.refuse = refuse
    world.move_to(OPENING)
    said = words(Visitor(world, "interviewer").open("/rounds/1/letters"))

    assert "Body 003 Invitation 7 Sep 2026 1 452 4.2.2 mailbox full" in said
    assert "tried again by themselves, for three days" in said


def test_whoever_may_not_run_the_outbox_sees_no_page_and_no_alarm(embedded_world: World) -> None:
    world = morning_of(embedded_world, MailFault("away"))
    interviewer = Visitor(world, "interviewer")

    assert interviewer.open("/outbox").status_code == 403
    assert "mail server" not in words(interviewer.open("/today"))


def test_the_command_pauses_resumes_and_shows(embedded_world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world = embedded_world.founded()
    for name, value in (KEYS | {"DATABASE_URL": world.settings.database_url}).items():
        monkeypatch.setenv(name, value)

    def run(command: str) -> str:
        answer = CliRunner().invoke(compact, ["outbox", command])
        assert answer.exit_code == 0, answer.output
        return answer.output

    assert run("show").startswith("Letters leave.")
    run("pause")
    assert world.read(outbox.view).paused_by
    assert run("show").startswith("Paused by")
    run("resume")
    assert run("show").startswith("Letters leave.")
    assert "not in doubt" in CliRunner().invoke(compact, ["outbox", "confirm-clock"]).output
