"""Who may sign in, and how guessing is slowed, on both engines."""

from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import func, select

from survey_app.database import Database
from survey_app.errors import InvalidError, TooManyAttemptsError
from survey_app.models.people.accounts import Attempt
from survey_app.services.people import accounts, attempts, sessions
from survey_app.services.people.permissions import ROLES, Permission
from tests.fixtures.world import PASSWORD, World

ADDRESS = "203.0.113.9"


def fail(world: World, email: str, *, times: int, address: str = ADDRESS) -> None:
    for _ in range(times):
        with world.database.writing() as session:
            accounts.note_failure(session, world.keys, email=email, address=address, now=world.clock.now())


def check(world: World, email: str, *, address: str = ADDRESS) -> None:
    with world.database.reading() as session:
        accounts.check_sign_in_limit(session, world.keys, email=email, address=address, now=world.clock.now())


def test_the_right_password_lets_in_and_no_other(world: World) -> None:
    email = world.founded().person("coordinator")

    with world.database.reading() as session:
        assert accounts.find_by_password(session, email=f" {email.upper()} ", password=PASSWORD) == 1
        assert accounts.find_by_password(session, email=email, password=PASSWORD + " ") is None
        assert accounts.find_by_password(session, email="nobody@compact.invalid", password=PASSWORD) is None


def test_five_failures_lock_a_name_out_in_every_process_until_the_window_has_passed(
    world: World, database_url: str
) -> None:
    email = world.founded().person("coordinator")
    fail(world, email, times=4)
    check(world, email)
    fail(world, email.upper(), times=1)

    other_process = Database(database_url)
    with other_process.reading() as session, pytest.raises(TooManyAttemptsError):
        accounts.check_sign_in_limit(
            session, world.keys, email=email, address="198.51.100.1", now=world.clock.now()
        )
    other_process.close()
    world.clock.advance_to(world.clock.now() + timedelta(minutes=30))
    check(world, email)


def test_an_address_is_slowed_however_many_names_it_tries(world: World) -> None:
    world.founded()
    for number in range(accounts.FAILURES_PER_ADDRESS):
        fail(world, f"name-{number}@compact.invalid", times=1)

    with pytest.raises(TooManyAttemptsError):
        check(world, "somebody.else@compact.invalid")

    check(world, "somebody.else@compact.invalid", address="198.51.100.1")


def test_the_right_password_resets_the_count_of_failures(world: World) -> None:
    email = world.founded().person("coordinator")
    fail(world, email, times=4)
    with world.database.writing() as session:
        accounts.note_sign_in(session, world.keys, person_id=1, now=world.clock.now())
    fail(world, email, times=4)

    check(world, email)


def test_failures_at_one_moment_are_all_counted(world: World) -> None:
    world.founded()
    threads = [Thread(target=fail, args=(world, "x@compact.invalid"), kwargs={"times": 3}) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    most = world.read(lambda s: s.scalar(select(func.max(Attempt.count))))

    assert most == 12


def test_the_counters_hold_no_name_and_are_forgotten_after_a_day(world: World) -> None:
    world.founded()
    fail(world, "x@compact.invalid", times=1)
    keys = world.read(lambda s: list(s.scalars(select(Attempt.key))))
    assert len(keys) == 2
    assert all(len(key) == 64 and "x@" not in key for key in keys)

    with world.database.writing() as session:
        attempts.delete_old(session, now=world.clock.now() + timedelta(days=2))

    assert world.read(lambda s: s.scalar(select(func.count()).select_from(Attempt))) == 0


def test_a_person_may_do_what_the_role_holds_and_nothing_else(world: World) -> None:
    world.founded()
    for role, permissions in ROLES.items():
        world.person(role)
        person = world.read(
            lambda s: accounts.signed_in(s, person_id=len(accounts.listing(s, programme_id=1)))
        )
        assert person is not None
        assert {p for p in Permission if person.may(p)} == permissions
        assert person.email == f"{role}@compact.invalid"


def test_somebody_who_is_deactivated_is_signed_out_everywhere_at_once(world: World) -> None:
    email = world.founded().person("coordinator")
    token = world.session_of(email)

    def owner() -> int | None:
        return world.read(lambda s: sessions.owner_of(s, token=token, now=world.clock.now()))

    assert owner() == 1

    with world.database.writing() as session:
        accounts.deactivate(session, person_id=1, context=world.context())
    assert world.read(lambda s: accounts.signed_in(s, person_id=1)) is None
    with world.database.writing() as session:
        accounts.reactivate(session, person_id=1, context=world.context())

    assert world.read(lambda s: accounts.signed_in(s, person_id=1)) is not None
    assert owner() is None


def test_a_person_is_added_only_with_everything_in_order(world: World) -> None:
    email = world.founded().person("coordinator")

    with world.database.writing() as session, pytest.raises(InvalidError) as caught:
        accounts.add_person(
            session, email=email, name=" ", password="short", role="king", context=world.context()
        )

    assert [fault.split()[0] for fault in caught.value.faults] == ["Somebody", "Give", "The", "There"]
