"""Passwords: chosen by who has them, and by nobody else; sessions end with the old one."""

import re
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from survey_app.cli.main import compact
from survey_app.models.audit import AuditEntry
from survey_app.services.people import accounts, passwords, sign_in
from tests.conftest import KEYS
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import PASSWORD, World

OTHER = "another one that is long"
LINK = re.compile(r"(/choose-password/[\w-]+)")


@pytest.fixture
def world(embedded_world: World) -> World:
    return embedded_world.founded()


def change(visitor: Visitor, current: str, new: str) -> tuple[int, str]:
    answer = visitor.send("/password", form_at="/password", current=current, new=new)
    return answer.status_code, words(answer)


def opens_to(world: World, email: str, password: str) -> bool:
    return world.read(lambda s: sign_in.find_by_password(s, email=email, password=password)) is not None


def page_of(world: World, email: str) -> str:
    people = world.read(lambda s: accounts.listing(s, programme_id=world.programme))
    return next(f"/people/{line.id}/password" for line in people if line.email == email)


def mailed_link(world: World, administrator: Visitor, email: str) -> str:
    """The link that an administrator had sent to somebody."""
    page = page_of(world, email)
    assert administrator.send(page, form_at=page, send="1").location == "/people"
    world.tick()
    assert world.sent[-1]["To"] == email
    return link_in(world.sent[-1].get_content())


def link_in(text: str) -> str:
    link = LINK.search(text)
    assert link is not None, text
    return link[1]


@pytest.mark.parametrize("role", ["coordinator", "administrator"])
def test_anybody_changes_their_own_password_and_stays_signed_in_only_here(world: World, role: str) -> None:
    here = Visitor(world, role)
    elsewhere = Visitor(world)
    elsewhere.email = here.email
    elsewhere.sign_in(world)

    assert change(here, PASSWORD, OTHER)[0] == 302

    assert "Your password is changed." in words(here.open("/privacy"))
    assert here.open("/password").status_code == 200
    assert elsewhere.open("/password").location == "/sign-in?next=/password"
    assert opens_to(world, here.email, OTHER)
    assert not opens_to(world, here.email, PASSWORD)


@pytest.mark.parametrize(
    ("current", "new", "said"),
    [
        ("not my password", OTHER, "This is not the password you have now."),
        ("", OTHER, "Enter the password you have now"),
        (PASSWORD, "", "Enter a new password"),
        (PASSWORD, "short", "The password has 5 characters; use at least 12."),
        (PASSWORD, "x" * 1001, "use at most 1,000."),
        (PASSWORD, PASSWORD, "Choose another."),
        (PASSWORD, "reviewer@compact.invalid", "easy to guess from your name or address"),
        (PASSWORD, "qwertyuiop123", "on lists of common ones"),
        ("\x00", "\x00" * 12, "on lists of common ones"),
    ],
)
def test_what_cannot_be_is_refused_and_the_old_password_stays(
    world: World, current: str, new: str, said: str
) -> None:
    here = Visitor(world, "reviewer")

    status, page = change(here, current, new)

    assert status == 422
    assert said in page
    assert opens_to(world, here.email, PASSWORD)


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "passwordpassword",
        "Password12345!",
        "letmeinletmein",
        "iloveyou1234567",
        "Summer2026!!",
        "1q2w3e4r5t6y",
        "aaaaaaaaaaaaaaaa",
        "jo.bird@example.org",
        "JoBird123456",
        "CompactMonitor2026",
    ],
)
def test_what_is_guessed_first_is_no_password(password: str) -> None:
    own = ("jo.bird@example.org", "Jo Bird", "Compact Monitor", "Compact")

    assert "easy to guess" in passwords.fault_of(password, own=own)


@pytest.mark.parametrize(
    "password", [OTHER, PASSWORD, "correct horse battery", "3f8a9c0b7d6e5f41", "żółw pije wodę"]
)
def test_what_is_long_and_not_guessed_first_is_one(password: str) -> None:
    assert passwords.fault_of(password, own=("jo.bird@example.org", "Jo Bird", "Compact Monitor")) == ""


def test_an_open_session_is_no_place_to_guess_from(world: World) -> None:
    here = Visitor(world, "reviewer")
    for _ in range(5):
        assert change(here, "a guess", OTHER)[0] == 422

    assert change(here, PASSWORD, OTHER)[0] == 429
    assert opens_to(world, here.email, PASSWORD)


def test_a_link_opens_once_to_a_password_of_ones_own(world: World) -> None:
    administrator, lost = Visitor(world, "administrator"), Visitor(world, "coordinator")
    link = mailed_link(world, administrator, lost.email)
    owner = Visitor(world)

    assert owner.send(link, form_at=link, new="password1234").status_code == 422
    assert owner.send(link, form_at=link, new=OTHER).location == "/sign-in"

    assert lost.open("/rounds").status_code == 302
    assert opens_to(world, lost.email, OTHER)
    assert Visitor(world).open(link).status_code == 404
    said = words(administrator.open("/audit"))
    assert "Password link made" in said
    assert "Password replaced" in said
    assert OTHER not in said


def test_a_newer_link_and_a_day_end_a_link(world: World) -> None:
    administrator, lost = Visitor(world, "administrator"), Visitor(world, "coordinator")
    first = mailed_link(world, administrator, lost.email)
    world.wait(timedelta(minutes=1))
    second = mailed_link(world, administrator, lost.email)

    assert Visitor(world).open(first).status_code == 404
    assert Visitor(world).open(second).status_code == 200
    world.wait(timedelta(hours=24))
    assert Visitor(world).open(second).status_code == 404


@pytest.mark.parametrize("role", ["reviewer", "interviewer"])
def test_a_link_is_shown_to_no_administrator_whoever_it_is_for(world: World, role: str) -> None:
    administrator, lost = Visitor(world, "administrator"), Visitor(world, role)
    page = page_of(world, lost.email)

    answer = administrator.send(page, form_at=page, show="1")

    assert "/choose-password/" not in answer.text
    assert "Show the link" not in words(administrator.open(page))
    assert administrator.open("/people/999/password").status_code == 404
    assert administrator.open(page_of(world, administrator.email)).location == "/password"


def test_a_link_is_printed_on_the_command_line(world: World) -> None:
    email = world.person("administrator")
    environment = KEYS | {"DATABASE_URL": world.settings.database_url}

    def run(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(compact, ["people", *arguments], env=environment)
        return done.exit_code, done.output

    status, output = run("add", "--email", "jo@compact.invalid", "--name", "Jo", "--role", "reviewer")
    assert status == 0
    assert link_in(output)
    assert run("password", "--email", email.upper())[0] == 0
    assert run("unlock", "--email", email) == (0, f"{email} can try to sign in again.\n")
    status, output = run("password", "--email", "nobody@compact.invalid")
    assert status != 0
    assert "Nobody here signs in as" in output
    by_command = select(AuditEntry.act).where(AuditEntry.actor.startswith("command line"))
    noted = world.read(lambda session: set(session.scalars(by_command)))
    assert {"person added", "password link made"} <= noted
