"""Passwords: changed by who has them, or given anew by an administrator; sessions end with the old one."""

import pytest
from click.testing import CliRunner

from survey_app.cli.main import compact
from survey_app.services.people import accounts
from tests.conftest import KEYS
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import PASSWORD, World

OTHER = "another one that is long"


@pytest.fixture
def world(embedded_world: World) -> World:
    return embedded_world.founded()


def change(visitor: Visitor, current: str, new: str) -> tuple[int, str]:
    answer = visitor.send("/password", form_at="/password", current=current, new=new)
    return answer.status_code, words(answer)


def lets_in(world: World, email: str, password: str) -> bool:
    return world.read(lambda s: accounts.find_by_password(s, email=email, password=password)) is not None


def another_session(world: World, email: str, password: str = PASSWORD) -> Visitor:
    visitor = Visitor(world)
    assert visitor.send("/sign-in", email=email, password=password).status_code == 302
    return visitor


@pytest.mark.parametrize("role", ["coordinator", "interviewer", "reviewer", "administrator"])
def test_anybody_changes_their_own_password_and_stays_signed_in_only_here(world: World, role: str) -> None:
    here = Visitor(world, role)
    elsewhere = another_session(world, here.email)

    assert change(here, PASSWORD, OTHER)[0] == 302

    assert "Your password is changed." in words(here.open("/privacy"))
    assert here.open("/password").status_code == 200
    assert elsewhere.open("/password").location == "/sign-in?next=/password"
    assert lets_in(world, here.email, OTHER)
    assert not lets_in(world, here.email, PASSWORD)


@pytest.mark.parametrize(
    ("current", "new", "said"),
    [
        ("not my password", OTHER, "This is not the password you have now."),
        ("", OTHER, "Enter the password you have now"),
        (PASSWORD, "", "Enter a new password"),
        (PASSWORD, "short", "The password has 5 characters; use at least 12."),
        (PASSWORD, "x" * 1001, "use at most 1,000."),
        (PASSWORD, PASSWORD, "Choose another."),
        ("\x00", "\x00" * 12, "This is not the password you have now."),
    ],
)
def test_what_cannot_be_is_refused_and_the_old_password_stays(
    world: World, current: str, new: str, said: str
) -> None:
    here = Visitor(world, "reviewer")

    status, page = change(here, current, new)

    assert status == 422
    assert said in page
    assert lets_in(world, here.email, PASSWORD)


def test_an_open_session_is_no_place_to_guess_from(world: World) -> None:
    here = Visitor(world, "reviewer")
    for _ in range(5):
        assert change(here, "a guess", OTHER)[0] == 422

    assert change(here, PASSWORD, OTHER)[0] == 429
    assert lets_in(world, here.email, PASSWORD)


def test_an_administrator_gives_a_new_password_to_somebody_and_nobody_else_may(world: World) -> None:
    administrator, lost = Visitor(world, "administrator"), Visitor(world, "coordinator")
    listed = world.read(lambda s: accounts.listing(s, programme_id=world.programme))
    page = next(f"/people/{line.id}/password" for line in listed if line.email == lost.email)

    assert administrator.send(page, form_at=page, new="short").status_code == 422
    assert administrator.send(page, form_at=page, new=OTHER).location == "/people"

    assert lost.open("/rounds").status_code == 302
    assert another_session(world, lost.email, OTHER).open(page).status_code == 403
    assert administrator.open("/people/999/password").status_code == 404
    own = next(f"/people/{line.id}/password" for line in listed if line.email == administrator.email)
    assert administrator.open(own).location == "/password"
    said = words(administrator.open("/audit"))
    assert "Password replaced" in said
    assert OTHER not in said


def test_a_new_password_is_given_on_the_command_line(world: World) -> None:
    email = world.person("administrator")
    environment = KEYS | {"DATABASE_URL": world.settings.database_url}

    def run(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(compact, ["people", "password", *arguments], env=environment)
        return done.exit_code, done.output

    assert run("--email", email.upper(), "--password", OTHER) == (
        0,
        f"{email} has a new password and is signed out everywhere.\n",
    )
    assert lets_in(world, email, OTHER)
    for arguments, said in (
        (("--email", "nobody@compact.invalid", "--password", OTHER), "Nobody here signs in as"),
        (("--email", email, "--password", "short"), "use at least 12"),
    ):
        status, output = run(*arguments)
        assert status != 0
        assert said in output
