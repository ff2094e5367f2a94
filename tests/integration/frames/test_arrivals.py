"""Staff work in short transactions: none holds the writer long, and nothing is seen before it is whole."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import event, func, select

from scheduler.strands import Strand
from survey_app.database import Step
from survey_app.errors import ConflictError, NotFoundError
from survey_app.models.contacts import Contact
from survey_app.models.frames.lists import ListedAddress, SourceList, SourceRecord
from survey_app.models.frames.snapshots import Frame, FrameCell, FrameEntry
from survey_app.models.organisations import Organisation
from survey_app.services.frames import snapshots
from survey_app.services.frames.arrivals import BATCH, HOLD, are_unended
from survey_app.services.frames.lists import Arrival, ImportChoices, arrival_of
from survey_app.services.organisations import history
from survey_app.services.organisations.contacts import addresses_of
from survey_app.services.panels.basis import PanelRequest
from survey_app.services.panels.drawing import Drawing
from survey_app.services.panels.plan import PanelPlan
from tests.fixtures.world import World, description, voluntary

SMALL = 50
ROWS = 2 * SMALL + 10


def arrival(world: World, text: str, *, dated: date = date(2026, 8, 1)) -> Arrival:
    return arrival_of(
        world.keys,
        content=text.encode(),
        file_name="charities.csv",
        description=replace(description("Charities"), dated=dated),
        choices=ImportChoices(quarantine=True),
        context=world.context(),
    )


def take(world: World, steps: Iterator[Step], until: str = "") -> None:
    """Take steps as the site does; killed before the one of this name."""
    for step in steps:
        if until and until in repr(step):
            return
        world.database.in_turns([step], world.clock.now)


def count(world: World, *tables: type[object]) -> int:
    return sum(
        world.read(lambda session, table=table: session.scalar(select(func.count()).select_from(table)) or 0)
        for table in tables
    )


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small batches, and nobody waits for the writer."""
    monkeypatch.setattr("survey_app.database.PAUSE_SECONDS", 0.0)
    for module in ("lists", "snapshots", "arrivals"):
        monkeypatch.setattr(f"survey_app.services.frames.{module}.BATCH", SMALL)


def largest_transaction(world: World, steps: Iterator[Step]) -> int:
    """The most rows that one transaction wrote to one table."""
    written: dict[str, int] = {}
    most = [0]

    def note(_c: object, _cursor: object, statement: str, rows: object, _x: object, many: bool) -> None:
        words = statement.split()
        if words[0] in {"INSERT", "COPY", "UPDATE"}:
            number = len(rows) if many and isinstance(rows, list) else statement.count("), (") + 1
            written[words[2]] = written.get(words[2], 0) + number
            most[0] = max(most[0], written[words[2]])

    def begin(_connection: object) -> None:
        written.clear()

    event.listen(world.database.engine, "before_cursor_execute", note)
    event.listen(world.database.engine, "begin", begin)
    take(world, steps)
    return most[0]


@pytest.mark.usefixtures("quick")
def test_no_transaction_of_an_import_or_a_frame_writes_more_than_a_batch(world: World) -> None:
    world.founded()
    coming = arrival(world, voluntary(ROWS))
    making = snapshots.FrameMaking(as_of=date(2026, 8, 24), context=world.context())

    assert largest_transaction(world, coming.steps()) == SMALL
    assert largest_transaction(world, making.steps()) == SMALL
    assert BATCH <= 1000

    assert count(world, SourceRecord) == count(world, Organisation) == count(world, Contact) == ROWS
    assert count(world, FrameEntry) == ROWS


@pytest.mark.usefixtures("quick")
def test_a_list_that_is_coming_is_seen_by_nobody_and_a_killed_one_is_taken_away(world: World) -> None:
    world.founded()
    take(world, arrival(world, voluntary(ROWS)).steps(), until="_put_in_force")

    assert count(world, Organisation) == ROWS
    with world.database.reading() as session:
        assert history.organisations(session, year=2026).total == 0
        with pytest.raises(NotFoundError):
            history.organisation_history(
                session, organisation_id=session.scalar(select(Organisation.id)) or 0
            )
    with pytest.raises(ConflictError, match="being brought in at this moment"):
        take(world, arrival(world, voluntary(ROWS)).steps())

    world.wait(HOLD)

    assert count(world, Organisation, SourceRecord, Contact, SourceList, ListedAddress) == 0
    take(world, arrival(world, voluntary(60)).steps())
    assert world.read(lambda session: history.organisations(session, year=2026).total) == 60


@pytest.mark.usefixtures("quick")
def test_whoever_brings_a_killed_list_in_again_need_not_wait_for_a_worker(world: World) -> None:
    world.founded()
    take(world, arrival(world, voluntary(ROWS)).steps(), until="_put_in_force")
    world.clock.advance_to(world.clock.now() + HOLD)

    take(world, arrival(world, voluntary(60)).steps())

    assert count(world, Organisation) == count(world, SourceRecord) == 60


def addresses(world: World) -> set[str]:
    """Where letters would go."""
    ids = world.read(lambda session: list(session.scalars(select(Organisation.id))))
    known = world.read(lambda session: addresses_of(session, world.keys, ids))
    return {address.email for address in known.values()}


@pytest.mark.usefixtures("quick")
def test_letters_go_to_the_old_addresses_until_a_list_is_in_force_and_then_to_all_new_ones(
    world: World,
) -> None:
    world.founded()
    take(world, arrival(world, voluntary(40)).steps())
    old = addresses(world)
    newer = voluntary(40).replace("@charities.invalid", "@moved.invalid")

    take(world, arrival(world, newer, dated=date(2026, 8, 20)).steps(), until="_put_in_force")
    assert addresses(world) == old
    world.wait(HOLD)
    assert addresses(world) == old
    # Killed when it was in force, and before the addresses were in their places.
    steps = arrival(world, newer, dated=date(2026, 8, 20)).steps()
    for step in steps:
        world.database.in_turns([step], world.clock.now)
        if "_put_in_force" in repr(step):
            break
    assert addresses(world) == old

    world.tick()

    assert addresses(world) == {address.replace("@charities", "@moved") for address in old}
    assert not world.read(lambda session: session.scalar(select(are_unended(world.clock.now()))))


@pytest.mark.usefixtures("quick")
def test_a_frame_that_is_being_made_is_not_drawn_from_and_a_killed_one_is_taken_away(world: World) -> None:
    world.framed()
    first, programme = world.frame_id, world.programme
    making = snapshots.FrameMaking(as_of=date(2026, 8, 24), context=world.context())
    take(world, making.steps(), until="_put_in_force")

    assert count(world, Frame) == 2
    assert world.read(lambda session: snapshots.newest_frame(session, programme)) == first
    assert world.read(lambda session: snapshots.frame_count(session, programme)) == 1
    cells = world.read(
        lambda session: session.scalar(select(func.count()).where(FrameCell.frame_id == first))
    )

    world.wait(HOLD)

    assert count(world, Frame) == 1
    assert count(world, FrameCell) == cells
    assert count(world, FrameEntry) == 60


def test_a_draw_that_another_one_overtook_is_refused(world: World) -> None:
    world.framed()
    request = PanelRequest(
        world.frame_id, Strand.ANNUAL_SURVEY, 2028, PanelPlan(voluntary_total=20, minimum=2)
    )
    drawing = Drawing(request=request, context=world.context())
    work_out, store = drawing.steps()
    world.database.in_turns([work_out], world.clock.now)
    take(world, Drawing(request=replace(request, year=2027), context=world.context()).steps())

    with pytest.raises(ConflictError, match="was drawn at this moment"):
        world.database.in_turns([store], world.clock.now)
    assert drawing.panel_id == 0
