"""Owners of actions hear of what is due and late, once a week at most, and of nothing that is over."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from survey_app.clock import at, london_date
from survey_app.models.organisations import Organisation
from survey_app.services.cycle import rules
from survey_app.services.reviews import decisions
from survey_app.services.reviews.mailing import owners
from survey_app.services.reviews.vocabulary import ActionState
from tests.fixtures.world import World
from tests.integration.reviews.worlds import raised, reviewed


@pytest.fixture
def world(embedded_world: World) -> World:
    return embedded_world.framed(bodies=2, charities=2)


def agreed(world: World, what: str, due_on: date, owner: str = "") -> tuple[int, int]:
    """An action of a fresh decision that an organisation owns; the decision's id and its own."""
    name = owner or world.read(
        lambda session: session.scalars(select(Organisation.name).order_by(Organisation.id)).first() or ""
    )
    issue, today = raised(world, reviewed(world, title=what), what), london_date(world.clock.now())
    with world.database.writing() as session:
        decision = decisions.decide(
            session, issue_id=issue, words="Do it", day=today, context=world.context()
        )
        return decision, decisions.add_action(
            session, decision_id=decision, what=what, owner=name, due_on=due_on, context=world.context()
        )


def looked(world: World) -> int:
    """A morning of the worker; how many letters it wrote."""
    with world.database.writing() as session:
        count = owners.write_to_owners(session, context=world.context())
    world.tick()
    return count


def days(world: World, count: int) -> None:
    world.clock.advance_to(at(london_date(world.clock.now()) + timedelta(days=count), 10))


def test_an_owner_hears_of_all_that_is_due_or_late_in_one_letter_a_week(world: World) -> None:
    today = london_date(world.clock.now())
    agreed(world, "Publish the plan", today + timedelta(days=7))
    agreed(world, "Name a lead", today - timedelta(days=1))
    agreed(world, "Look back", today + timedelta(days=60))
    agreed(world, "Pay earlier", today, owner="The chair of the group")

    assert looked(world) == 1
    [letter] = world.sent
    said = letter.get_content()
    assert "- Publish the plan (until 31 August 2026)" in said
    assert "- Name a lead (until 23 August 2026: late)" in said
    assert "Look back" not in said
    for _ in range(6):
        days(world, 1)
        assert looked(world) == 0
    # The seventh day is a bank holiday.
    days(world, 2)
    assert (looked(world), len(world.sent)) == (1, 2)


def test_nobody_is_asked_about_what_is_done_or_withdrawn_by_the_time_a_letter_leaves(world: World) -> None:
    today = london_date(world.clock.now())
    _, done = agreed(world, "Publish the plan", today)
    withdrawn, _ = agreed(world, "Name a lead", today)
    with world.database.writing() as session:
        owners.write_to_owners(session, context=world.context())
        decisions.settle(session, action_id=done, state=ActionState.DONE, note="", context=world.context())
        decisions.withdraw(session, decision_id=withdrawn, why="Superseded", context=world.context())

    world.tick()

    assert world.sent == []
    days(world, 8)
    assert looked(world) == 0


def test_the_look_of_each_working_day_writes_to_owners(world: World) -> None:
    with world.database.writing() as session:
        rules.look_ahead_now(session, world.context())
    agreed(world, "Publish the plan", london_date(world.clock.now()))

    days(world, 1)
    world.tick()

    assert [str(one["To"]) for one in world.sent] == ["body-000@bodies.invalid"]
