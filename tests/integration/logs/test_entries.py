"""The logs kept: what can be entered and what is refused, carried on, taken back, read as it was known."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from survey_app.errors import InvalidError, NotFoundError, TakenError
from survey_app.services.logs import entries
from survey_app.services.logs.entry import Entry, NewEntry
from survey_app.services.logs.files import import_logs
from survey_app.services.logs.vocabulary import LogKind
from survey_app.services.places import areas
from tests.fixtures.world import World
from tests.integration.logs.kent import logs_begun_in_kent

SHORT = NewEntry(
    kind=LogKind.CONSULTATION,
    title="Draft plan for older people",
    began_on=date(2025, 3, 1),
    ended_on=date(2025, 5, 23),
    source="the council's website",
)
ACTION = NewEntry(
    kind=LogKind.ACTION,
    title="Pay grants in advance",
    began_on=date(2025, 1, 1),
    due_on=date(2025, 6, 1),
    state="under way",
    source="the action plan",
)


@pytest.fixture
def kent(world: World) -> int:
    logs_begun_in_kent(world)
    return world.read(lambda session: areas.find_area(session, "KEN").id)


def enter(world: World, new: NewEntry) -> int:
    with world.database.writing() as session:
        return entries.add_entry(session, new=new, context=world.context())


def carry_on(world: World, entry_id: int, new: NewEntry) -> int:
    with world.database.writing() as session:
        return entries.replace_entry(session, entry_id=entry_id, new=new, context=world.context())


def standing(world: World, days_ago: int = 0, **narrowed: object) -> list[Entry]:
    moment = world.clock.now() - timedelta(days=days_ago)
    chosen = entries.Narrowed(**narrowed)  # type: ignore[arg-type]
    return world.read(
        lambda session: entries.entries_of(
            session, programme_id=world.programme, known_by=moment, narrowed=chosen
        )
    )


def imported(world: World, text: str) -> int:
    with world.database.writing() as session:
        return import_logs(session, text.encode(), context=world.context())


def test_twelve_weeks_are_84_days_with_the_first_and_the_last(world: World, kent: int) -> None:
    whole = replace(SHORT, area_id=kent)
    enter(world, whole)

    with pytest.raises(InvalidError) as refusal:
        enter(world, replace(whole, ended_on=date(2025, 5, 22)))

    assert [one.weeks for one in standing(world)] == [12]
    assert refusal.value.faults == (
        "It was open for 11 full weeks, less than 12. Say why; “no reason given” is an answer.",
    )


def test_what_became_of_an_action_replaces_it_and_leaves_what_was_known(world: World, kent: int) -> None:
    begun = enter(world, replace(ACTION, area_id=kent))
    world.clock.instant += timedelta(days=30)

    carry_on(world, begun, replace(ACTION, area_id=kent, state="done", ended_on=date(2025, 5, 1)))

    assert [one.state for one in standing(world)] == ["done"]
    assert [one.state for one in standing(world, days_ago=1)] == ["under way"]


def test_two_people_cannot_carry_on_one_entry(world: World, kent: int) -> None:
    entry = enter(world, replace(ACTION, area_id=kent))
    with world.database.writing() as session:
        entries.take_back(session, entry_id=entry, reason="of another county", context=world.context())

    with pytest.raises(TakenError, match="Look at it again"):
        carry_on(world, entry, replace(ACTION, area_id=kent))

    assert standing(world) == []


def test_an_entry_stays_of_its_kind(world: World, kent: int) -> None:
    entry = enter(world, replace(ACTION, area_id=kent))

    with pytest.raises(InvalidError, match="stays one"):
        carry_on(world, entry, replace(SHORT, area_id=kent))


def test_what_an_entry_is_about_must_be_there_and_all_faults_come_at_once(world: World, kent: int) -> None:
    nowhere = {"area_id": 10**6, "organisation_id": 10**6, "agreement_id": 10**6}
    with pytest.raises(InvalidError) as refusal:
        enter(world, replace(ACTION, title=" ", **nowhere))  # type: ignore[arg-type]
    with pytest.raises(InvalidError) as of_nothing:
        enter(world, ACTION)

    assert len(refusal.value.faults) == 4
    assert of_nothing.value.faults == ("Say what it is about: an area, an agreement or an organisation.",)


def test_another_programmes_entry_is_not_there(world: World, kent: int) -> None:
    with pytest.raises(NotFoundError):
        carry_on(world, 10**6, replace(ACTION, area_id=kent))


def test_a_log_file_is_taken_whole_with_what_each_row_is_about(world: World, kent: int) -> None:
    taken = imported(
        world,
        "kind,title,began_on,ended_on,source,area,agreement,reason,replies,sign,verified,account\n"
        "Consultation,Bus routes,2025-01-01,2025-01-31,minutes,KEN,,Imposed by central timetable,41,,,\n"
        "example,A grant came early,2025-02-01,,a letter,,kent compact,,,good,documents show it,It came\n",
    )

    assert taken == 2
    assert [(one.kind, one.said.get("reason", ""), one.said.get("replies")) for one in standing(world)] == [
        (LogKind.EXAMPLE, "", None),
        (LogKind.CONSULTATION, "imposed by central timetable", 41),
    ]
    assert [one.title for one in standing(world, area_id=kent)] == ["Bus routes"]


def test_every_fault_of_a_log_file_is_told_by_row_and_column_and_nothing_is_taken(
    world: World, kent: int
) -> None:
    with pytest.raises(InvalidError) as refusal:
        imported(
            world,
            "kind,title,began_on,ended_on,source,area,replies,sign\n"
            "consultation,Bus routes,2025-01-01,2025-01-31,minutes,KEN,many,\n"
            "consultation,Parks,2025-01-01,2025-01-31,minutes,XXX,,\n"
            "quarrel,Parks,2025-13-01,,minutes,KEN,,\n"
            "dispute,Total,2025-01-01,,minutes,KEN,,\n"
            "dispute,Rent,2025-01-01,,minutes,KEN,,good\n",
        )

    assert [fault.partition(":")[0] for fault in refusal.value.faults] == [
        "row 2, replies 'many'",
        "row 3, area 'XXX'",
        "row 3, reason",
        "row 4, kind 'quarrel'",
        "row 4, began_on '2025-13-01'",
        "row 5, title 'Total'",
        "row 6, state",
        "row 6, weight",
        "row 6, sign 'good'",
    ]
    assert standing(world) == []


def test_actions_that_are_due_are_those_that_nobody_has_done_or_dropped(world: World, kent: int) -> None:
    here = replace(ACTION, area_id=kent)
    enter(world, replace(here, title="Late", due_on=date(2025, 6, 1)))
    enter(world, replace(here, title="Later", due_on=date(2025, 5, 1)))
    enter(world, replace(here, title="To come", due_on=date(2025, 6, 2)))
    enter(world, replace(here, title="Dropped", state="dropped"))
    enter(world, replace(here, title="Done", state="done", ended_on=date(2025, 6, 1)))

    due = world.read(
        lambda session: entries.actions_due(
            session, programme_id=world.programme, day=date(2025, 6, 1), known_by=world.clock.now()
        )
    )

    assert [one.title for one in due] == ["Later", "Late"]
