"""The register of agreements kept in the database: entered, corrected, imported, counted."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from survey_app.errors import InvalidError, NotFoundError, TakenError
from survey_app.models.agreements import EntryKind, Level
from survey_app.services.agreements import files, register
from survey_app.services.agreements.compiled import NewEntry
from survey_app.services.agreements.overview import Overview, overview
from survey_app.services.agreements.rules import Rule, change_rule
from survey_app.services.agreements.vocabulary import CodeState, Standing
from survey_app.services.places import areas
from survey_app.services.programmes import registry
from tests.fixtures.world import World, kept

DAY = date(2026, 3, 31)
IN_PLACE = NewEntry(
    kind=EntryKind.STAGE, what=Standing.IN_PLACE, began_on=date(2020, 4, 1), source="the agreement"
)
REGISTER = """agreement,level,kind,what,state,area,field,began_on,source
Kent Compact,local,stage,in place,,,,2020-04-01,the agreement
Kent Compact,,area,Kent,,KEN,,2020-04-01,the agreement
Kent Compact,,area,Ashford,,E07000105,,2020-04-01,the agreement
Kent Compact,,code of practice,funding,document of its own,,,2021-04-01,the code
Kent Compact,,signatory,Kent County Council,signed,,council,2020-04-01,the agreement
Kent Compact,,signatory,Kent CVS,signed,,voluntary and community sector,2020-04-01,the agreement
Kent Compact,,review,yearly review,,,,2025-03-01,minutes
Dorset Compact,local,stage,being developed,,,,2025-01-01,a letter
Dorset Compact,,area,Dorset Council,,DST,,2025-01-01,a letter
"""


@kept
def begun_in_kent(world: World) -> World:
    world.founded()
    with world.database.writing() as session:
        areas.load_shipped(session, context=world.context())
        registry.add_agreement(
            session,
            programme_id=world.programme,
            title="Kent Compact",
            name="Compact",
            context=world.context(),
        )
    return world


@pytest.fixture
def kent(world: World) -> int:
    begun_in_kent(world)
    titles = world.read(lambda s: registry.agreements_of(s, world.programme))
    return titles[-1][0]


def enter(world: World, agreement_id: int, new: NewEntry) -> int:
    with world.database.writing() as session:
        return register.add_entry(session, agreement_id=agreement_id, new=new, context=world.context())


def seen(world: World, day: date = DAY) -> Overview:
    now = world.clock.now()
    return world.read(lambda s: overview(s, programme_id=world.programme, day=day, known_by=now))


def standing(world: World, agreement_id: int, known_by_days_ago: int = 0) -> Standing:
    moment = world.clock.now() - timedelta(days=known_by_days_ago)
    states = world.read(
        lambda s: register.agreements_on(s, programme_id=world.programme, day=DAY, known_by=moment)
    )
    return next(one.standing for one in states if one.id == agreement_id)


def imported(world: World, text: str) -> files.Taken:
    with world.database.writing() as session:
        return files.import_register(session, text.encode(), word="Compact", context=world.context())


def test_a_correction_changes_what_is_known_now_and_not_what_was_known(world: World, kent: int) -> None:
    entry = enter(world, kent, IN_PLACE)
    world.clock.instant += timedelta(days=30)
    right = replace(IN_PLACE, what=Standing.DEVELOPING, source="a call")

    with world.database.writing() as session:
        register.correct_entry(session, entry_id=entry, new=right, context=world.context())

    assert (standing(world, kent), standing(world, kent, 1)) == (Standing.DEVELOPING, Standing.IN_PLACE)


def test_two_people_cannot_correct_the_same_entry(world: World, kent: int) -> None:
    entry = enter(world, kent, IN_PLACE)
    with world.database.writing() as session:
        register.take_back(session, entry_id=entry, reason="another county", context=world.context())

    with pytest.raises(TakenError, match="Look at it again"), world.database.writing() as session:
        register.correct_entry(session, entry_id=entry, new=IN_PLACE, context=world.context())


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"what": "thriving"}, "one of in place"),
        ({"source": " "}, "how we know"),
        ({"ended_on": date(2020, 4, 1)}, "ended before it began"),
        ({"what": Standing.ENDED}, "cannot have ended before it began"),
        ({"began_on": date(203, 4, 1)}, "from 1990 to 2100"),
        ({"kind": EntryKind.CODE, "what": "gardens", "state": CodeState.OWN}, "none of the five codes"),
        ({"kind": EntryKind.CODE, "what": "funding"}, "Say how it stands"),
        ({"kind": EntryKind.AREA, "what": "Kent"}, "Choose the area"),
        ({"kind": EntryKind.SIGNATORY, "what": "Kent CVS", "state": "signed"}, "what kind of party"),
    ],
)
def test_an_entry_that_cannot_be_is_refused_in_words(
    world: World, kent: int, change: dict[str, object], said: str
) -> None:
    whole = {"kind": EntryKind.STAGE, "what": Standing.IN_PLACE, "began_on": date(2020, 4, 1), "source": "us"}

    with pytest.raises(InvalidError, match=said):
        enter(world, kent, NewEntry(**whole | change))  # type: ignore[arg-type]


def test_another_programmes_agreement_is_not_there(world: World, kent: int) -> None:
    with pytest.raises(NotFoundError):
        enter(world, kent + 1000, IN_PLACE)


def test_a_file_fills_the_register_and_the_state_of_play_counts_it(world: World, kent: int) -> None:
    assert imported(world, REGISTER) == files.Taken(agreements=1, entries=9)

    play = seen(world).play
    assert [play.by_authority[one] for one in (Standing.IN_PLACE, Standing.DEVELOPING)] == [2, 1]
    assert (play.shared, play.by_locality[Standing.IN_PLACE], play.with_code) == (1, 1, 2)
    regions = {line.name: line.counts[Standing.IN_PLACE] for line in seen(world).regions if line.all}
    assert regions["South East"] == 2
    assert sum(play.by_authority.values()) == sum(line.all for line in seen(world).regions)


def test_the_rule_of_what_is_live_can_be_changed_with_a_reason(world: World, kent: int) -> None:
    imported(world, REGISTER)
    assert seen(world).live == 1

    with pytest.raises(InvalidError, match="Say why"), world.database.writing() as session:
        change_rule(session, rule=Rule(min_codes=2), reason="", context=world.context())
    with world.database.writing() as session:
        change_rule(session, rule=Rule(min_codes=2), reason="agreed by both sides", context=world.context())

    assert (seen(world).live, seen(world).rule_reason) == (0, "agreed by both sides")


FAULTY = f"""{REGISTER.splitlines()[0]}
Total,,stage,in place,,,,2020-04-01,us
Devon Compact,,stage,in place,,,,2020-04-01,us
Kent Compact,,stage,thriving,,,,2020-04-01,us
Kent Compact,,area,Kent,,E99,,soon,us
"""


def test_every_fault_of_a_register_is_told_and_nothing_is_taken(world: World, kent: int) -> None:
    with pytest.raises(InvalidError) as refused:
        imported(world, FAULTY)

    where = [" ".join(fault.replace(":", "").split()[1:3]) for fault in refused.value.faults]
    assert where == ["2, agreement", "3, level", "5, began_on", "5, area"]
    local = [one.title for one in seen(world).agreements if one.level is Level.LOCAL]
    assert local == ["Kent Compact"]


def test_what_the_register_refuses_is_told_by_its_row_too(world: World, kent: int) -> None:
    text = REGISTER + "Kent Compact,,stage,thriving,,,,2020-04-01,us\n"

    with pytest.raises(InvalidError) as refused:
        imported(world, text)

    assert refused.value.faults[0].startswith("row 11, what 'thriving'")
    assert seen(world).play.by_authority[Standing.IN_PLACE] == 0
