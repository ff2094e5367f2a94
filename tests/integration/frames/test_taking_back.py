"""A list, a frame and a panel are taken back while nothing rests on them, and leave nothing behind."""

from datetime import date

import pytest
from sqlalchemy import func, select

from scheduler.strands import Strand
from survey_app.errors import RestedOnError
from survey_app.models.audit import AuditEntry
from survey_app.models.base import Base
from survey_app.models.contacts import Contact
from survey_app.models.organisations import Organisation, OrganisationName
from survey_app.services.frames import snapshots, taking_back
from survey_app.services.organisations.contacts import addresses_of
from survey_app.services.panels import drawing, undrawing
from survey_app.services.panels.basis import PanelRequest
from survey_app.services.panels.plan import PanelPlan
from survey_app.services.rounds import lifecycle
from tests.fixtures.world import World, voluntary

LATER = date(2026, 8, 20)
WHY = "The wrong year"


def rows(world: World, *but: str) -> dict[str, int]:
    """How many rows each table has; the audit trail only grows."""
    tables = [table for table in Base.metadata.sorted_tables if table.name not in ("audit_entry", *but)]
    return world.read(
        lambda session: {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables
        }
    )


def acts(world: World, act: str) -> list[dict[str, object]]:
    query = select(AuditEntry.detail).where(AuditEntry.act == act)
    return world.read(lambda session: list(session.scalars(query)))


def undraw(world: World) -> None:
    with world.database.writing() as session:
        undrawing.undraw(session, panel_id=world.panel_id, why=WHY, context=world.context())


def test_an_undrawn_panel_leaves_nothing_and_its_year_is_drawn_again_the_same(world: World) -> None:
    world.framed()
    before = rows(world)
    plan = PanelPlan(voluntary_total=10, minimum=2, reserve_share=0.5)

    def draw() -> list[dict[str, object]]:
        request = PanelRequest(world.frame_id, Strand.ANNUAL_SURVEY, 2026, plan)
        with world.database.writing() as session:
            world.panel_id = drawing.draw_panel(session, request=request, context=world.context())
        with world.database.writing() as session:
            return drawing.panel_rows(session, panel_id=world.panel_id, context=world.context())

    drawn = draw()
    undraw(world)

    assert rows(world) == before
    assert acts(world, "panel undrawn")[0]["why"] == WHY
    assert draw() == drawn


def test_a_panel_is_undrawn_only_when_its_plans_of_rounds_are_withdrawn(embedded_world: World) -> None:
    world = embedded_world.planned()

    with pytest.raises(RestedOnError, match="Annual survey 2026 is planned with it"):
        undraw(world)

    with world.database.writing() as session:
        lifecycle.withdraw_round(session, round_id=world.round_id, context=world.context())
    undraw(world)
    withdrawn = world.read(
        lambda s: lifecycle.get_round(s, round_id=world.round_id, programme_id=world.programme)
    )
    assert withdrawn.panel_id is None


def test_a_panel_that_was_asked_stays(embedded_world: World) -> None:
    world = embedded_world.launched()

    with pytest.raises(RestedOnError, match="That cannot be taken back"):
        undraw(world)


def discard(world: World, frame_id: int) -> None:
    world.database.in_turns(
        taking_back.discard_frame(frame_id=frame_id, why=WHY, context=world.context()), world.clock.now
    )


def another_frame(world: World) -> int:
    with world.database.writing() as session:
        return snapshots.make_frame(session, as_of=LATER, context=world.context())


def test_a_discarded_frame_leaves_nothing_and_the_one_before_is_the_newest_again(world: World) -> None:
    world.framed()
    before = rows(world)
    second = another_frame(world)
    assert rows(world) != before

    discard(world, second)

    assert rows(world) == before
    assert world.read(lambda s: snapshots.newest_frame(s, world.programme)) == world.frame_id
    assert acts(world, "frame discarded") == [{"number": 2, "why": WHY}]


def test_a_frame_that_follows_a_discarded_one_is_compared_with_the_one_before(
    embedded_world: World,
) -> None:
    world = embedded_world.framed()
    second, third = another_frame(world), another_frame(world)

    discard(world, second)

    page = world.read(lambda s: snapshots.frame_page(s, frame_id=third, programme_id=world.programme))
    assert page.since is not None
    assert page.since.number == 1


def test_a_frame_that_a_panel_is_drawn_from_stays(embedded_world: World) -> None:
    world = embedded_world.drawn()

    with pytest.raises(RestedOnError, match="The panel of 2026 is drawn from it"):
        discard(world, world.frame_id)


def give_back(world: World, list_id: int) -> None:
    steps = taking_back.give_back(world.keys, list_id=list_id, why=WHY, context=world.context())
    world.database.in_turns(steps, world.clock.now)


def called(world: World) -> set[tuple[str, ...]]:
    """What organisations are called, and by which names they are met."""
    now = select(Organisation.name).order_by(Organisation.id)
    names = select(OrganisationName.name)
    return world.read(lambda s: {tuple(s.scalars(now)), tuple(sorted(s.scalars(names)))})


def addresses(world: World) -> set[str]:
    owners = world.read(lambda s: list(s.scalars(select(Organisation.id))))
    known = world.read(lambda s: addresses_of(s, world.keys, owners))
    return {address.email for address in known.values()}


def renamed() -> str:
    """A newer edition: one renamed, all moved, one gone, one new."""
    text = voluntary(41).replace("Charity 00007", "Another name").replace("@charities", "@moved")
    return "\r\n".join(line for line in text.splitlines() if "V00003" not in line)


def test_a_list_given_back_leaves_names_addresses_and_organisations_as_they_were(world: World) -> None:
    world.founded()
    world.imported("Charities", voluntary(40))
    before, names, letters = rows(world), called(world), addresses(world)

    world.imported("Charities", renamed(), dated=LATER)
    assert (called(world) == names, addresses(world) == letters) == (False, False)
    give_back(world, 2)

    assert rows(world) == before
    assert called(world) == names
    assert addresses(world) == letters
    assert acts(world, "list given back")[0]["why"] == WHY


def test_a_list_whose_giving_back_is_killed_is_put_back_whole_by_the_worker(embedded_world: World) -> None:
    world = embedded_world.founded()
    world.imported("Charities", voluntary(40))
    before, names, letters = rows(world), called(world), addresses(world)
    world.imported("Charities", renamed(), dated=LATER)

    steps = taking_back.give_back(world.keys, list_id=2, why=WHY, context=world.context())
    world.database.in_turns([next(steps)], world.clock.now)
    world.tick()

    after = rows(world)
    assert {name: after[name] for name, count in before.items() if count} == {
        name: count for name, count in before.items() if count
    }
    assert called(world) == names
    assert addresses(world) == letters


def test_an_address_that_two_lists_replaced_comes_back_with_both(
    embedded_world: World,
) -> None:
    world = embedded_world.founded()
    world.imported("Charities", voluntary(10))
    letters = addresses(world)
    for day, host in ((18, "first"), (19, "second")):
        text = voluntary(10).replace("@charities", f"@{host}")
        world.imported("Charities", text, dated=date(2026, 8, day))

    with pytest.raises(RestedOnError, match="A newer edition"):
        give_back(world, 2)
    give_back(world, 3)
    assert all("@first" in one for one in addresses(world))
    give_back(world, 2)
    assert addresses(world) == letters


def test_a_list_that_a_frame_is_made_of_stays_until_the_frame_is_discarded(embedded_world: World) -> None:
    world = embedded_world.framed()

    with pytest.raises(RestedOnError, match="Frame 1 is made of it"):
        give_back(world, 2)
    discard(world, world.frame_id)
    give_back(world, 2)

    assert world.read(lambda s: s.scalar(select(func.count(Organisation.id)))) == 20


def test_whoever_wrote_a_contact_down_finds_the_organisation_still_there(embedded_world: World) -> None:
    world = embedded_world.founded()
    world.imported("Charities", voluntary(3))
    with world.database.writing() as session:
        contact = session.scalars(select(Contact).order_by(Contact.id)).first()
        assert contact is not None
        contact.source = contact.source.__class__.STAFF

    give_back(world, 1)

    assert world.read(lambda s: list(s.scalars(select(Organisation.name)))) == ["Charity 00000"]
