"""Sessions of a review: planned with both sectors invited, handed over, held; who came."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from sampling.frame import Sector
from survey_app.clock import london_date
from survey_app.errors import InvalidError, StageError, TakenError
from survey_app.models.organisations import Organisation
from survey_app.models.reviews.sessions import Reply, Scope
from survey_app.services.reviews import attendance, sessions
from tests.fixtures.world import World
from tests.integration.reviews.worlds import met, reviewed, session_plan


@pytest.fixture
def world(embedded_world: World) -> World:
    return embedded_world.framed(bodies=3, charities=3)


def names(world: World, sector: Sector) -> list[str]:
    by_name = select(Organisation.name).where(Organisation.sector == sector).order_by(Organisation.name)
    return world.read(lambda session: list(session.scalars(by_name)))


def invited(world: World, meeting: int, name: str, role: str = "Compact lead") -> int:
    with world.database.writing() as session:
        return attendance.invite(
            session,
            session_id=meeting,
            organisation=name,
            level=Scope.LOCAL,
            role=role,
            context=world.context(),
        )


def test_who_came_is_counted_by_sector_and_level_and_once_a_year(world: World) -> None:
    review = reviewed(world)
    first, second = met(world, review), met(world, review, title="Review of Dorset")
    body, charity = names(world, Sector.PUBLIC)[0], names(world, Sector.VOLUNTARY)[0]
    lines = [invited(world, meeting, name) for meeting in (first, second) for name in (body, charity)]
    with world.database.writing() as session:
        attendance.record_reply(
            session, invitation_id=lines[0], reply=Reply.ACCEPTED, context=world.context()
        )
        for line, came in zip(lines, (2, 0, 1, 3), strict=True):
            attendance.record_came(session, invitation_id=line, came=came, context=world.context())
        other = names(world, Sector.VOLUNTARY)[1]
        attendance.add_uninvited(
            session, session_id=first, organisation=other.upper(), level=Scope.NATIONAL, role="Trustee",
            came=1, context=world.context(),
        )  # fmt: skip
        for meeting in (first, second):
            sessions.hold(session, session_id=meeting, context=world.context())

    seen = world.read(lambda session: attendance.turnout(attendance.invitations_of(session, first)))
    assert [(one.sector, one.level, one.invited, one.accepted, one.came, one.people) for one in seen] == [
        (Sector.PUBLIC, Scope.LOCAL, 1, 1, 1, 2),
        (Sector.VOLUNTARY, Scope.NATIONAL, 0, 0, 1, 1),
        (Sector.VOLUNTARY, Scope.LOCAL, 1, 0, 0, 0),
    ]
    [year] = world.read(lambda session: attendance.attendance_by_year(session, programme_id=world.programme))
    assert (year.organisations, year.by_sector) == (3, {Sector.PUBLIC: 1, Sector.VOLUNTARY: 2})


def test_a_session_whose_day_is_still_to_come_was_neither_held_nor_attended(world: World) -> None:
    review = reviewed(world)
    day = london_date(world.clock.now()) + timedelta(days=1)
    meeting = met(world, review, day=day)
    line = invited(world, meeting, names(world, Sector.PUBLIC)[0])

    with world.database.writing() as session:
        with pytest.raises(StageError, match="still to come"):
            sessions.hold(session, session_id=meeting, context=world.context())
        with pytest.raises(StageError, match="still to come"):
            attendance.record_came(session, invitation_id=line, came=1, context=world.context())


def test_nobody_is_invited_twice_in_one_role_nor_guessed_from_half_a_name(world: World) -> None:
    meeting = met(world, reviewed(world))
    name = names(world, Sector.PUBLIC)[0]
    invited(world, meeting, name)

    with pytest.raises(TakenError, match="in this role already"):
        invited(world, meeting, name)
    with pytest.raises(InvalidError, match="No organisation is called so"):
        invited(world, meeting, name[:-1])


def test_a_facilitator_who_leaves_hands_over_and_the_list_stays(world: World) -> None:
    meeting = met(world, reviewed(world))
    invited(world, meeting, names(world, Sector.PUBLIC)[0])

    with world.database.writing() as session:
        with pytest.raises(InvalidError, match="cannot be handed over"):
            sessions.hand_over(
                session, session_id=meeting, to="Fay Facilitator", why="", context=world.context()
            )
        sessions.hand_over(session, session_id=meeting, to="Gus", why="She fell ill", context=world.context())
        seen = sessions.session_of(session, session_id=meeting, programme_id=world.programme)
        lines = attendance.invitations_of(session, meeting)

    assert seen.plan.facilitator == "Gus"
    assert [(one.before, one.after, one.why) for one in seen.handovers] == [
        ("Fay Facilitator", "Gus", "She fell ill")
    ]
    assert len(lines) == 1


def test_a_plan_says_all_that_is_wrong_with_it_at_once(world: World) -> None:
    plan = session_plan(london_date(world.clock.now()), title="", starts="25:00", area="")

    review = reviewed(world)
    with world.database.writing() as session, pytest.raises(InvalidError) as refused:
        sessions.plan_session(session, round_id=review, plan=plan, context=world.context())

    assert len(refused.value.faults) == 3
