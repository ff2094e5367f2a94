"""Every line of Today says who sees to it: taken, handed on to who can do it, given back; and who is away."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from survey_app.clock import london_date
from survey_app.models.audit import AuditEntry
from survey_app.models.people.accounts import Person
from survey_app.services.people import accounts
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import World, made

WHO = "/today/who"
PLAN = "Check the plan and launch it: Annual survey 2026"
OF_PLAN = "/today/tasks/launch/1"


class Office:
    """Two coordinators before a plan that nobody has launched, and an administrator who cannot launch it."""

    def __init__(self, world: World) -> None:
        self.world = world.planned(bodies=4, charities=16)
        self.one = Visitor(world, "coordinator")
        self.other = Visitor(world)
        self.other.email = second_coordinator(world)
        self.other.sign_in(world)
        self.administrator = Visitor(world, "administrator")

    def id_of(self, email: str) -> int:
        return self.world.read(lambda s: s.scalars(select(Person.id).where(Person.email == email)).one())


def second_coordinator(world: World) -> str:
    with world.database.writing() as session:
        accounts.add_person(
            session,
            email="second@compact.invalid",
            name="Second",
            role="coordinator",
            made=made(),
            context=world.context(),
        )
    return "second@compact.invalid"


@pytest.fixture
def office(embedded_world: World) -> Office:
    return Office(embedded_world)


def test_a_task_of_no_cycle_has_an_owner_or_says_that_it_has_none(office: Office) -> None:
    assert f"{PLAN} Nobody has been written to." in words(office.one.open("/today"))
    assert "Nobody sees to it yet." in words(office.one.open("/today"))

    office.one.send(f"{OF_PLAN}/take", form_at=WHO)

    assert "You see to it." in words(office.one.open("/today"))
    assert "Coordinator sees to it." in words(office.other.open("/today"))
    office.one.send(f"{OF_PLAN}/give-back", form_at=WHO)
    assert "Nobody sees to it yet." in words(office.other.open("/today"))
    acts = office.world.read(lambda s: set(s.scalars(select(AuditEntry.act))))
    assert {"task taken", "task given back"} <= acts


def test_a_task_is_handed_on_to_somebody_who_has_it_on_their_own_today(office: Office) -> None:
    page = words(office.one.open(f"{OF_PLAN}/hand-on"))
    assert "Second" in page
    assert "Administrator" not in page.split("Hand it on", 2)[2]

    second = str(office.id_of("second@compact.invalid"))
    administrator = str(office.id_of(office.administrator.email))
    refused = office.one.send(f"{OF_PLAN}/hand-on", form_at=f"{OF_PLAN}/hand-on", to=administrator)
    assert refused.status_code == 422
    office.one.send(f"{OF_PLAN}/hand-on", form_at=f"{OF_PLAN}/hand-on", to=second)

    assert "Second sees to it." in words(office.one.open("/today"))
    assert "You see to it." in words(office.other.open("/today"))


def test_nobody_takes_or_hands_on_what_does_not_wait_for_them(office: Office) -> None:
    for path in (f"{OF_PLAN}/take", f"{OF_PLAN}/hand-on", f"{OF_PLAN}/give-back"):
        assert office.administrator.send(path, form_at=WHO, to="1").status_code == 404
    assert office.one.send("/today/tasks/launch/99/take", form_at=WHO).status_code == 404
    assert office.one.send("/today/tasks/nonsense/1/take", form_at=WHO).status_code == 404


def test_whoever_is_away_is_said_to_be_so_and_can_be_replaced(office: Office) -> None:
    today = london_date(office.world.clock.now())
    last = today + timedelta(days=7)
    office.one.send(f"{OF_PLAN}/take", form_at=WHO)
    office.one.send(WHO, form_at=WHO, **_parts("first", today), **_parts("last", last))

    said = words(office.other.open("/today"))
    assert f"Coordinator sees to it, and is away until {last.day} {last:%B %Y}." in said
    assert f"You are away from {today.day}" in words(office.one.open(WHO))
    office.other.send(f"{OF_PLAN}/take", form_at=WHO)
    assert "Second sees to it." in words(office.one.open("/today"))
    office.one.send("/today/back", form_at=WHO)
    assert "You are away from" not in words(office.one.open(WHO))


def _parts(name: str, day: date) -> dict[str, str]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [(5, 3, "before the first"), (-9, -2, "have passed"), (1, 400, "at most a year")],
)
def test_days_away_that_cannot_be_are_refused(office: Office, first: int, last: int, said: str) -> None:
    today = london_date(office.world.clock.now())

    page = office.one.send(
        WHO,
        form_at=WHO,
        **_parts("first", today + timedelta(days=first)),
        **_parts("last", today + timedelta(days=last)),
    )

    assert page.status_code == 422
    assert said in words(page)


def test_whoever_left_sees_to_nothing_any_more(office: Office) -> None:
    office.one.send(f"{OF_PLAN}/take", form_at=WHO)
    with office.world.database.writing() as session:
        session.get_one(Person, office.id_of(office.one.email)).active = False

    assert "Nobody sees to it yet." in words(office.other.open("/today"))
