"""The second factor: set up at the first sign-in, asked at each, each code once, reset by two others."""

import re
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select

from survey_app.errors import NotAllowedError
from survey_app.models.people.second_factor import RecoveryCode, SecondFactor
from survey_app.models.programmes import Installation
from survey_app.services.people import accounts, second_factor
from survey_app.services.people.sign_in import Door
from tests.fixtures.staff import Visitor, through_the_door, words
from tests.fixtures.world import PASSWORD, World, made

CODE = "/sign-in/code"
RECOVERY = re.compile(r"<code>((?:[0-9A-Z]{4}-){3}[0-9A-Z]{4})</code>")


@pytest.fixture
def world(embedded_world: World) -> World:
    return embedded_world.founded()


@pytest.fixture
def email(world: World) -> str:
    """Somebody whose authenticator is set up."""
    address = world.person("coordinator")
    with world.database.writing() as session:
        second_factor.enrol(session, world.keys, person_id=1, context=world.context())
    return address


def authenticator(world: World) -> pyotp.TOTP:
    """What the person holds in their hand."""
    row = world.read(lambda s: s.get_one(SecondFactor, 1))
    return pyotp.TOTP(world.keys.decrypt(row.secret_sealed, row.context))


def code_now(world: World) -> str:
    return authenticator(world).at(world.clock.now())


def halfway(world: World, email: str) -> Visitor:
    visitor = Visitor(world)
    assert visitor.send("/sign-in", email=email, password=PASSWORD).location == CODE
    return visitor


def enter(visitor: Visitor, code: str) -> int:
    return visitor.send(CODE, form_at=CODE, code=code).status_code


def is_in(visitor: Visitor) -> bool:
    return visitor.open("/today").status_code == 200


def test_a_password_alone_opens_nothing_and_ends_after_ten_minutes(world: World, email: str) -> None:
    visitor = halfway(world, email)
    for page in ("/today", "/sessions", "/second-factor", "/password"):
        assert visitor.open(page).location.startswith("/sign-in")

    world.clock.advance_to(world.clock.now() + timedelta(minutes=10))

    assert visitor.open(CODE).location == "/sign-in"


def test_the_code_of_now_lets_in(world: World, email: str) -> None:
    visitor = halfway(world, email)

    assert visitor.send(CODE, form_at=CODE, code=code_now(world)).location == "/"
    assert is_in(visitor)
    assert visitor.open(CODE).location == "/sign-in"


def test_a_code_that_was_taken_is_taken_no_second_time(world: World, email: str) -> None:
    seen, owner, thief = code_now(world), halfway(world, email), halfway(world, email)
    assert enter(owner, seen) == 302

    assert enter(thief, seen) == 422

    assert not is_in(thief)
    world.clock.advance_to(world.clock.now() + timedelta(seconds=30))
    assert enter(thief, seen) == 422
    assert enter(thief, code_now(world)) == 302


def test_codes_of_long_ago_and_of_later_are_wrong(world: World, email: str) -> None:
    visitor, now = halfway(world, email), world.clock.now()

    for seconds in (-60, 60, 3600):
        assert enter(visitor, authenticator(world).at(now + timedelta(seconds=seconds))) == 422
    for typed in ("", "000000000", "x" * 50, "\x00"):
        assert enter(visitor, typed) == 422
    assert enter(visitor, authenticator(world).at(now - timedelta(seconds=30))) == 302


def test_codes_are_not_guessed_however_many_networks_guess(world: World, email: str) -> None:
    for number in range(second_factor.TRIES):
        here = Door(email, f"203.0.113.{number}")
        with world.database.writing() as session:
            second_factor.note_try(session, world.keys, person_id=1, door=here, now=world.clock.now())

    assert enter(halfway(world, email), code_now(world)) == 429


def test_the_first_sign_in_shows_the_secret_once_and_gives_recovery_codes(world: World) -> None:
    email = world.person("coordinator")
    visitor = Visitor(world)
    visitor.send("/sign-in?next=/frame", email=email, password=PASSWORD)
    page = visitor.client.get("/sign-in/code?next=/frame", follow_redirects=True)
    where = page.request.full_path
    assert where == "/sign-in/set-up?next=/frame"
    assert "<svg" in page.text
    assert "style=" not in page.text
    secret = re.search(r"<code[^>]*>([A-Z2-7 ]+)</code>", page.text)
    assert secret is not None
    assert visitor.send(where, form_at=where, code="000000").status_code == 422

    code = pyotp.TOTP(secret[1].replace(" ", "")).at(world.clock.now())
    codes = visitor.send(where, form_at=where, code=code)

    assert len(set(RECOVERY.findall(codes.text))) == 10
    assert 'href="/frame"' in codes.text
    assert is_in(visitor)
    again = halfway(world, email)
    assert again.open("/sign-in/set-up").location == CODE
    assert secret[1] not in again.open(CODE).text


def test_a_recovery_code_lets_in_once(world: World) -> None:
    email = world.person("coordinator")
    codes = RECOVERY.findall(through_the_door(Visitor(world), email, PASSWORD).text)
    first = halfway(world, email)

    assert enter(first, codes[0].lower().replace("-", " ")) == 302

    assert "9 are left" in words(first.open("/second-factor"))
    assert enter(halfway(world, email), codes[0]) == 422
    assert enter(halfway(world, email), codes[1]) == 302


def test_new_recovery_codes_and_another_authenticator_take_a_code_of_the_one_of_now(
    world: World, email: str
) -> None:
    visitor = halfway(world, email)
    enter(visitor, code_now(world))
    page = "/second-factor"
    assert visitor.send(page, form_at=page, code="000000", codes="1").status_code == 422

    world.clock.advance_to(world.clock.now() + timedelta(seconds=30))
    made_anew = visitor.send(page, form_at=page, code=code_now(world), codes="1")
    codes = RECOVERY.findall(made_anew.text)
    assert len(codes) == 10

    assert visitor.send(page, form_at=page, code=codes[3], replace="1").location == "/sign-in/set-up"
    assert not is_in(visitor)
    assert world.read(lambda s: s.scalars(select(RecoveryCode)).all()) == []
    assert visitor.open("/sign-in/set-up").status_code == 200


def test_a_second_factor_is_reset_by_two_and_by_neither_alone(world: World, email: str) -> None:
    asker, second = Visitor(world, "administrator"), Visitor(world)
    second.email = "second@compact.invalid"
    with world.database.writing() as session:
        accounts.add_person(
            session,
            email=second.email,
            name="Second",
            role="administrator",
            made=made(),
            context=world.context(),
        )
    second.sign_in(world)

    assert asker.send("/people/1/second-factor", form_at="/people").location == "/people"
    assert asker.send("/people/requests/1", form_at="/people", agree="1").status_code == 403
    assert world.read(lambda s: second_factor.is_set_up(s, person_id=1))

    assert second.send("/people/requests/1", form_at="/people", agree="1").location == "/people"
    assert not world.read(lambda s: second_factor.is_set_up(s, person_id=1))
    assert asker.send("/people/1/second-factor", form_at="/people").status_code == 409


def test_only_a_demonstration_shows_codes(world: World, email: str) -> None:
    assert "would show" in words(halfway(world, email).open(CODE))
    with world.database.writing() as session:
        session.get_one(Installation, 1).synthetic = False

    assert "would show" not in words(halfway(world, email).open(CODE))
    with world.database.reading() as session, pytest.raises(NotAllowedError):
        second_factor.code_of_demonstration(session, world.keys, person_id=1, now=world.clock.now())
    with world.database.writing() as session, pytest.raises(NotAllowedError):
        second_factor.enrol(session, world.keys, person_id=2, context=world.context())


def test_the_tables_hold_neither_secret_nor_code(world: World, email: str) -> None:
    with world.database.writing() as session:
        codes = second_factor.renew_recovery_codes(session, person_id=1, context=world.context())
    row = world.read(lambda s: s.get_one(SecondFactor, 1))
    hashes = world.read(lambda s: list(s.scalars(select(RecoveryCode.code_hash))))

    assert authenticator(world).secret.encode() not in row.secret_sealed
    assert not {code.replace("-", "") for code in codes} & set(hashes)
