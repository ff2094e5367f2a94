"""What a round asks, from the choice of modules to the result of one of their questions, on both engines."""

from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from instruments.schema import State as ItemState
from instruments.states import VersionState as State
from sampling.frame import Sector
from survey_app.clock import at
from survey_app.demo.respondents import answer_all
from survey_app.errors import ConflictError, InvalidError, NotFoundError, StageError
from survey_app.models.burden import BurdenEntry, BurdenKind
from survey_app.models.cases.casework import Case
from survey_app.models.panels import PanelMember
from survey_app.models.questionnaires import InstrumentVersion
from survey_app.models.rounds import RoundInstrument
from survey_app.services.burden.ledger import Contribution, Rule, change_rule, note_contribution
from survey_app.services.cases import casework
from survey_app.services.questionnaires import composition, versions
from survey_app.services.questionnaires.composition import Choice
from survey_app.services.responses.saving import Save
from survey_app.services.responses.seats import lead_seat_of, questionnaire_for, sheet_of
from survey_app.services.results.replies import replies_of
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.burden_warnings import burden_warnings
from tests.fixtures.module_text import advanced, agreed, drafted, module_text, published
from tests.fixtures.world import DATES, World

ITEM = "module-trust-trusted"


@pytest.fixture
def planned(world: World) -> World:
    return world.planned(bodies=4, charities=16)


def choice(world: World) -> Choice:
    return world.read(lambda session: composition.choice_of(session, world.round_id))


def choose(world: World, *modules: int, left_out: tuple[str, ...] = (), seen: str = "") -> None:
    before = choice(world)
    with world.database.writing() as session:
        composition.choose(
            session,
            round_id=world.round_id,
            choice=replace(before, modules=modules, left_out=left_out),
            seen=seen or before.mark,
            context=world.context(),
        )


def pinned(world: World) -> dict[Sector, tuple[int, str]]:
    rows = world.read(lambda s: s.scalars(select(RoundInstrument).filter_by(round_id=world.round_id)).all())
    return {row.audience: (row.instrument_version_id, row.sha256) for row in rows}


def check(world: World) -> lifecycle.RoundCheck:
    return world.read(
        lambda session: lifecycle.check_round(session, round_id=world.round_id, context=world.context())
    )


def test_a_round_without_modules_pins_the_core_itself(planned: World) -> None:
    before = pinned(planned)

    planned.launch()

    assert pinned(planned) == before
    assert planned.read(lambda s: s.scalar(select(func.count()).select_from(InstrumentVersion))) == len(
        planned.read(versions.versions)
    )


def test_a_launch_pins_core_and_module_as_one_document(planned: World) -> None:
    module = published(planned, module_text())
    choose(planned, module)

    planned.launch()
    planned.launch()

    pins = pinned(planned)
    for sector in Sector:
        version_id, sha256 = pins[sector]
        asked = planned.read(lambda s, v=version_id: versions.questionnaire_of(s, v))
        parts = planned.read(lambda s, v=version_id: composition.parts_of(s, v))
        assert asked.items[ITEM].kind == "yes_no"
        assert [part.name for part in parts][1:] == ["module-trust"]
        assert [part.sha256 for part in asked.composed_of] == [part.sha256 for part in parts]
        assert sha256 == planned.read(lambda s, v=version_id: s.get_one(InstrumentVersion, v).sha256)
    assert not any(line.composed for line in planned.read(versions.versions))


def test_a_module_is_tried_before_it_is_agreed_and_not_launched(planned: World) -> None:
    module = drafted(planned, module_text())
    choose(planned, module)

    asked = planned.read(lambda s: composition.preview(s, planned.round_id, choice(planned)))
    assert all(one.questionnaire is not None and ITEM in one.questionnaire.items for one in asked)
    assert "“Trust between us”, version 1, is in test, not published." in check(planned).faults
    with pytest.raises(InvalidError, match="not published"):
        planned.launch()

    agreed(planned, module)
    advanced(planned, module, State.AGREED, State.PUBLISHED)
    assert check(planned).faults == ()


def test_a_published_module_can_be_chosen_while_its_next_version_is_tried(planned: World) -> None:
    first = published(planned, module_text())
    second = drafted(planned, module_text(version=2))

    def offered(*chosen: int) -> list[int]:
        lines = planned.read(lambda s: composition.modules_to_choose(s, chosen))
        return [line.version for line in lines if line.name == "module-trust"]

    assert offered() == [2, 1]
    agreed(planned, second)
    advanced(planned, second, State.AGREED, State.PUBLISHED)
    assert offered() == [2]
    assert offered(first) == [2, 1]


def test_a_module_of_a_locality_is_neither_offered_nor_taken_nationally(planned: World) -> None:
    local = published(planned, module_text().replace("role: module", "role: local_module"))

    offered = planned.read(lambda s: [line.id for line in composition.modules_to_choose(s)])
    assert local not in offered
    with pytest.raises(InvalidError, match="asked in one locality, never nationally"):
        choose(planned, local)


def test_what_was_retired_is_not_launched(planned: World) -> None:
    module = published(planned, module_text())
    choose(planned, module)
    advanced(planned, module, State.RETIRED)

    with pytest.raises(InvalidError, match="is retired, not published"):
        planned.launch()
    with pytest.raises(InvalidError, match=r"is retired\. Take it out"):
        choose(planned, module)

    choose(planned)
    assert check(planned).faults == ()


def test_a_newer_version_of_a_part_is_pointed_out(planned: World) -> None:
    choose(planned, published(planned, module_text()))
    published(planned, module_text(version=2, wording="Do you trust them?"))

    assert any("has a newer published version, 2" in line for line in check(planned).warnings)


def test_a_question_is_left_out_of_a_module_and_never_out_of_the_core(planned: World) -> None:
    module = published(planned, module_text())
    choose(planned, module, left_out=("module-trust-why",))
    planned.launch()

    version_id, _ = pinned(planned)[Sector.VOLUNTARY]
    asked = planned.read(lambda s: versions.questionnaire_of(s, version_id))
    assert asked.left_out == ("module-trust-why",)
    assert ITEM in asked.items
    assert "module-trust-why" not in asked.items


def test_parts_that_do_not_go_together_are_refused_with_every_reason(planned: World) -> None:
    other = module_text("module-faith").replace("module-faith-trusted", "champion")
    expecting = module_text("module-hope").replace("{item: heard-of", "{item: unheard-of")
    modules = [drafted(planned, other), drafted(planned, expecting)]
    before = choice(planned)

    with pytest.raises(InvalidError, match="cannot be combined") as refused:
        choose(planned, *modules)

    reasons = "\n".join(refused.value.faults)
    assert "'champion' is in annual-vco@1 and again in module-faith@1" in reasons
    assert "expects 'unheard-of', which annual-public-body@1 does not ask" in reasons
    assert choice(planned) == before


def test_modules_take_ten_minutes_together_at_most(planned: World) -> None:
    long = [
        drafted(
            planned,
            module_text(f"module-{name}")
            .replace("estimated_minutes: 1", "estimated_minutes: 6")
            .replace("    title: Trust\n", "    title: Trust\n    minutes: 6\n"),
        )
        for name in ("one", "two")
    ]
    choose(planned, long[0])

    with pytest.raises(InvalidError, match="minutes together, and the most is 10"):
        choose(planned, *long)


def test_of_two_who_choose_at_once_one_is_told(planned: World) -> None:
    module = drafted(planned, module_text())
    both_saw = choice(planned).mark
    choose(planned, module, seen=both_saw)

    with pytest.raises(ConflictError, match="Somebody else changed what this round asks"):
        choose(planned, seen=both_saw)

    assert choice(planned).modules == (module,)


def test_after_the_launch_nothing_can_be_chosen(planned: World) -> None:
    planned.launch()

    with pytest.raises(StageError, match="pinned at its launch"):
        choose(planned)


def test_only_published_cores_and_modules_can_be_chosen(planned: World) -> None:
    cores = choice(planned).cores
    with pytest.raises(NotFoundError, match="module"):
        choose(planned, cores[Sector.PUBLIC])
    swapped = Choice({sector: cores[Sector.PUBLIC] for sector in Sector})
    with pytest.raises(NotFoundError, match="core"), planned.database.writing() as session:
        composition.choose(
            session,
            round_id=planned.round_id,
            choice=swapped,
            seen=choice(planned).mark,
            context=planned.context(),
        )


def test_a_question_of_a_module_is_answered_counted_and_estimated(planned: World) -> None:
    world = planned
    choose(world, published(world, module_text()))
    world.launch()
    world.tick()
    world.move_to(at(DATES.opens_on, 9))
    rng = np.random.default_rng(1)
    with world.database.writing() as session:
        for case_id, *_ in casework.open_cases(session, round_id=world.round_id):
            answer_all(session, world.keys, case_id=case_id, rng=rng, save=Save(world.clock.now()))
    world.settle()

    with world.database.reading() as session:
        round_view = lifecycle.get_round(session, round_id=world.round_id, programme_id=world.programme)
        replies = replies_of(session, world.keys, round_view=round_view)
        case_id = session.scalars(select(Case.id).filter_by(round_id=world.round_id)).all()[0]
        seat = lead_seat_of(session, world.keys, case_id=case_id)
        sheet = sheet_of(session, world.keys, seat=seat)
        entered = session.scalars(select(BurdenEntry.minutes).filter_by(kind=BurdenKind.MINUTES_ASKED)).all()
        asked = questionnaire_for(session, seat)
    assert all(ITEM in replies.asked[sector] for sector in Sector)
    assert {0.0, 1.0} <= set(replies.column(ITEM))
    assert sheet.answers[ITEM].state in (ItemState.ANSWERED, ItemState.DONT_KNOW)
    assert asked.estimated_minutes in entered


def test_minutes_over_the_rule_of_a_year_are_told(planned: World) -> None:
    module = drafted(planned, module_text())
    rule = Rule(Sector.VOLUNTARY, 15, 3, 3, 3)
    with planned.database.writing() as session:
        change_rule(session, rule=rule, context=planned.context())

    def warnings(*modules: int) -> tuple[str, ...]:
        def look(session: Session) -> tuple[str, ...]:
            view = lifecycle.get_round(session, round_id=planned.round_id, programme_id=planned.programme)
            chosen = replace(composition.choice_of(session, planned.round_id), modules=modules)
            asked = composition.preview(session, planned.round_id, chosen)
            return burden_warnings(session, view, asked)

        return planned.read(look)

    assert warnings() == ()
    assert warnings(module) == (
        "These 16 minutes alone are more than the 15 that voluntary organisations may be asked for "
        "in a year.",
    )

    with planned.database.writing() as session:
        first = session.scalars(select(PanelMember.organisation_id).order_by(PanelMember.id.desc())).all()[0]
        given = Contribution(first, "interview", "deep_review", planned.clock.now().date(), 14)
        note_contribution(session, given=given, context=planned.context())
        change_rule(session, rule=replace(rule, max_minutes=25), context=planned.context())
    assert warnings(module) == (
        "1 organisation of the panel would be asked for more than 25 minutes this year, other surveys "
        "included (voluntary organisations).",
    )
