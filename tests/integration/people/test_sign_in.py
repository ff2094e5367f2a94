"""Who may sign in, and how guessing is slowed, on both engines."""

from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import func, select

from survey_app.database import Database
from survey_app.errors import InvalidError, TooManyAttemptsError
from survey_app.models.people.accounts import Attempt
from survey_app.services.people import accounts, attempts, sessions, sign_in
from survey_app.services.people.permissions import ROLES, Permission
from survey_app.services.people.sign_in import Door
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import PASSWORD, World

ADDRESS, ELSEWHERE = "203.0.113.9", "198.51.100.1"


def guess(world: World, door: Door, *, times: int = 1) -> int:
    """Try so often; how many tries were let through to the password."""
    passed = 0
    for _ in range(times):
        try:
            with world.database.writing() as session:
                sign_in.note_try(session, world.keys, door=door, now=world.clock.now())
        except TooManyAttemptsError:
            continue
        passed += 1
    return passed


def test_the_right_password_lets_in_and_no_other(world: World) -> None:
    email = world.founded().person("coordinator")

    with world.database.reading() as session:
        assert sign_in.find_by_password(session, email=f" {email.upper()} ", password=PASSWORD) == 1
        assert sign_in.find_by_password(session, email=email, password=PASSWORD + " ") is None
        assert sign_in.find_by_password(session, email="nobody@compact.invalid", password=PASSWORD) is None


def test_somebody_who_chose_no_password_yet_cannot_be_signed_in_as(world: World) -> None:
    world.founded()
    with world.database.writing() as session:
        accounts.add_person(
            session, email="new@compact.invalid", name="New", role="reviewer", context=world.context()
        )

    for password in ("", " ", PASSWORD):
        assert (
            world.read(
                lambda s, typed=password: sign_in.find_by_password(  # type: ignore[misc]
                    s, email="new@compact.invalid", password=typed
                )
            )
            is None
        )


def test_five_tries_at_a_name_are_looked_at_in_all_processes_together_until_the_window_has_passed(
    world: World, database_url: str
) -> None:
    email = world.founded().person("coordinator")
    assert guess(world, Door(email, ADDRESS), times=4) == 4
    other_process = Database(database_url)
    with other_process.writing() as session:
        sign_in.note_try(session, world.keys, door=Door(email.upper(), ADDRESS), now=world.clock.now())
    other_process.close()

    assert guess(world, Door(email, ADDRESS)) == 0
    world.clock.advance_to(world.clock.now() + timedelta(minutes=30))
    assert guess(world, Door(email, ADDRESS)) == 1


def test_guesses_at_one_moment_are_all_counted_before_any_is_looked_at(world: World) -> None:
    email, passed = world.founded().person("coordinator"), []
    threads = [
        Thread(target=lambda: passed.append(guess(world, Door(email, ADDRESS), times=3))) for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(passed) == sign_in.TRIES_PER_NAME


def test_nobody_is_shut_out_by_whoever_guesses_at_their_name(world: World) -> None:
    email = world.founded().person("coordinator")
    for number in range(sign_in.TRIES_PER_NETWORK):
        guess(world, Door(email, ELSEWHERE))
        guess(world, Door(f"name-{number}@compact.invalid", ADDRESS))
        guess(world, Door(email, f"2001:db8:{number:x}::1"))

    # On another network the guesses do not count, and at a browser that is known not even on the same.
    assert guess(world, Door(email, "192.0.2.7")) == 1
    assert guess(world, Door(email, ADDRESS)) == 0
    assert guess(world, Door(email, ADDRESS, known="a word of this browser")) == 1
    assert guess(world, Door(email, ELSEWHERE, known="a word of this browser")) == 1


def test_a_known_browser_is_no_place_to_guess_from_either(world: World) -> None:
    email = world.founded().person("coordinator")

    assert guess(world, Door(email, ADDRESS, known="its word"), times=50) == sign_in.TRIES_PER_KNOWN_BROWSER


def test_a_network_is_slowed_however_many_names_it_tries_and_an_ipv6_home_is_one(world: World) -> None:
    world.founded()
    homes = [f"2001:db8:0:1:{number:x}::9" for number in range(200)]

    passed = sum(
        guess(world, Door(f"name-{number}@compact.invalid", home)) for number, home in enumerate(homes)
    )

    assert passed == sign_in.TRIES_PER_NETWORK
    assert guess(world, Door("name@compact.invalid", "2001:db8:0:2::9")) == 1


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("", "nowhere"),
        ("unix:", "unix:"),
    ],
)
def test_a_network_is_what_one_visitor_has_to_themselves(address: str, network: str) -> None:
    assert attempts.network_of(address) == network


def test_the_right_password_and_an_administrator_reset_the_count(world: World) -> None:
    email = world.founded().person("coordinator")
    door = Door(email, ADDRESS)
    guess(world, door, times=4)
    with world.database.writing() as session:
        sign_in.note_password(session, world.keys, door=door, now=world.clock.now())
    assert guess(world, door, times=9) == 5

    with world.database.writing() as session:
        sign_in.unlock_person(session, world.keys, person_id=1, context=world.context())

    assert guess(world, door, times=9) == 5


def slowed(world: World) -> set[int]:
    with world.database.reading() as session:
        people = accounts.listing(session, programme_id=world.programme)
        return sign_in.slowed_people(session, world.keys, people=people, now=world.clock.now())


def test_whoever_has_no_try_left_is_slowed_until_unlocked_or_the_window_has_passed(world: World) -> None:
    email = world.founded().person("coordinator")
    guess(world, Door(email, ADDRESS), times=4)
    guess(world, Door(email, ELSEWHERE), times=4)
    assert slowed(world) == set()

    guess(world, Door(email, ADDRESS))
    assert slowed(world) == {1}
    with world.database.writing() as session:
        sign_in.unlock_person(session, world.keys, person_id=1, context=world.context())
    assert slowed(world) == set()
    guess(world, Door(email, ADDRESS), times=9)
    assert slowed(world) == {1}
    world.clock.advance_to(world.clock.now() + timedelta(minutes=30))
    assert slowed(world) == set()


def test_what_a_network_tried_is_not_about_whoever_was_its_first(world: World) -> None:
    email = world.founded().person("coordinator")
    guess(world, Door(email, ADDRESS))
    for number in range(9):
        guess(world, Door(f"{number}@compact.invalid", ADDRESS))

    assert slowed(world) == set()


def test_only_whoever_is_slowed_can_be_unlocked_on_the_page_of_people(embedded_world: World) -> None:
    email = embedded_world.founded().person("coordinator")
    administrator = Visitor(embedded_world, "administrator")
    assert "Unlock" not in words(administrator.open("/people"))
    guess(embedded_world, Door(email, ADDRESS), times=5)

    page = administrator.open("/people")

    assert "Slowed after wrong tries" in words(page)
    assert [part.partition("<")[0] for part in page.text.split("Unlock<span")[1:]] == [
        ' class="govuk-visually-hidden">: Coordinator'
    ]
    administrator.send("/people/1/unlock", form_at="/people")
    assert "Unlock" not in words(administrator.open("/people"))


def test_the_counters_hold_no_name_and_are_forgotten_after_a_day(world: World) -> None:
    world.founded()
    guess(world, Door("x@compact.invalid", ADDRESS))
    rows = world.read(lambda s: list(s.scalars(select(Attempt))))
    assert len(rows) == 2
    assert all(len(row.key) == 64 and "x@" not in row.key + row.about for row in rows)

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
        accounts.add_person(session, email=email, name=" ", role="king", context=world.context())

    assert [fault.split()[0] for fault in caught.value.faults] == ["Somebody", "Give", "There"]
