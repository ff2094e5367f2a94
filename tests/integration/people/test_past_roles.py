"""What somebody saw in a role they know when they have another, on both engines."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from survey_app.errors import InvalidError
from survey_app.models.keys import MaterialKey
from survey_app.models.people.accounts import Grant
from survey_app.services.material import ensured_key
from survey_app.services.people import accounts, grants, second_administrator
from survey_app.services.results import bundle_requests
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import World

KNOWS = (
    "They saw who is asked, or what the register and forms say of organisations, and answers are kept of "
    "rounds from 24 August 2026 on"
)
COULD = "They could take single answers, and answers are kept of rounds from 24 August 2026 on"


@pytest.fixture
def answered(world: World) -> World:
    """A round whose answers are kept."""
    world.planned(bodies=4, charities=16)
    with world.database.writing() as session:
        ensured_key(session, world.keys, subject_kind="round", subject_id=world.round_id)
    return world


def person(world: World, role: str) -> int:
    email = world.person(role)
    return world.read(lambda session: accounts.person_of(session, email=email))


def become(world: World, person_id: int, *roles: str) -> None:
    """Let somebody hold these roles alone, a day later."""
    world.clock.advance_to(world.clock.now() + timedelta(days=1))
    with world.database.writing() as session:
        grants.set_roles(session, person_id=person_id, roles=frozenset(roles), context=world.context())


@pytest.mark.parametrize("role", ["coordinator", "interviewer", "register_clerk", "reviewer"])
def test_whoever_knew_who_was_asked_is_no_analyst_while_those_answers_are_kept(
    answered: World, role: str
) -> None:
    somebody = person(answered, role)
    with pytest.raises(InvalidError, match=KNOWS):
        become(answered, somebody, "analyst")
    become(answered, somebody, "signatory_public")
    with pytest.raises(InvalidError, match=KNOWS):
        become(answered, somebody, "signatory_public", "analyst")

    with answered.database.writing() as session:
        session.execute(update(MaterialKey).values(wrapped=None, destroyed_at=answered.clock.now()))
    become(answered, somebody, "signatory_public", "analyst")


@pytest.mark.parametrize("role", ["interviewer", "reviewer"])
def test_whoever_could_take_single_answers_does_not_see_who_was_asked_or_told_us_what(
    answered: World, role: str
) -> None:
    somebody = person(answered, "analyst")
    become(answered, somebody, "signatory_public")

    with pytest.raises(InvalidError, match=COULD):
        become(answered, somebody, role)


def test_two_administrators_cannot_swap_the_roles_in_one_step(answered: World) -> None:
    somebody, administrator = person(answered, "coordinator"), person(answered, "administrator")
    someone = answered.read(lambda session: accounts.signed_in(session, person_id=administrator))
    assert someone is not None

    with pytest.raises(InvalidError, match=KNOWS), answered.database.writing() as session:
        second_administrator.change_roles(
            session,
            person_id=somebody,
            roles=frozenset({"analyst"}),
            strand=None,
            someone=someone,
            keep="",
            context=answered.context(someone.email),
        )


def test_whoever_left_before_the_panel_was_drawn_may_be_an_analyst(world: World) -> None:
    world.founded()
    somebody = person(world, "coordinator")
    become(world, somebody, "signatory_public")
    world.clock.advance_to(world.clock.now() + timedelta(days=1))
    world.planned(bodies=4, charities=16)
    with world.database.writing() as session:
        ensured_key(session, world.keys, subject_kind="round", subject_id=world.round_id)

    become(world, somebody, "analyst")


def test_an_analyst_who_was_a_coordinator_before_takes_no_bundle(answered: World) -> None:
    somebody = person(answered, "coordinator")
    with answered.database.writing() as session:
        session.execute(update(MaterialKey).values(wrapped=None))
    become(answered, somebody, "analyst")
    with answered.database.writing() as session:
        session.execute(update(MaterialKey).values(wrapped=b"kept again"))

    with pytest.raises(InvalidError, match=KNOWS), answered.database.writing() as session:
        bundle_requests.ask(
            session, release_id=1, person_id=somebody, reason="To look", context=answered.context()
        )


def test_nobody_is_an_analyst_and_sees_the_register_and_who_was_both_before_reads_so(
    embedded_world: World,
) -> None:
    world = embedded_world.founded()
    administrator, somebody = Visitor(world, "administrator"), person(world, "reviewer")
    with pytest.raises(InvalidError, match="nobody is one who also sees"):
        become(world, somebody, "reviewer", "analyst")
    administrator.sign_in(world)
    assert "can take no bundle" not in words(administrator.open("/people"))

    with world.database.writing() as session:
        (first, *_) = session.scalars(select(Grant).where(Grant.person_id == somebody)).all()
        session.add(copied(first, role="analyst", permission="see_bundle"))
    assert "Change the roles of an analyst" in words(administrator.open("/today"))
    assert "sees lists, panels, cases, the register" in words(administrator.open("/people"))
    # Nobody is locked out: another role may come, and either may go.
    become(world, somebody, "reviewer", "analyst", "signatory_public")
    become(world, somebody, "reviewer")
    administrator.sign_in(world)
    assert "can take no bundle" not in words(administrator.open("/people"))


def copied(row: Grant, **changed: str) -> Grant:
    columns = {column.key: getattr(row, column.key) for column in Grant.__table__.columns}
    return Grant(**columns | changed)
