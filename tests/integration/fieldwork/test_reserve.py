"""Reserves: drawn with the panel, released by hand or by rule, on both engines."""

from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier, Thread

import numpy as np
import pytest
from sqlalchemy import select, update

from sampling.frame import Sector
from scheduler.stages import Stage
from survey_app.clock import at, end_of
from survey_app.demo.respondents import answer_all
from survey_app.errors import CompactError, ConflictError, InvalidError, NotFoundError, StageError
from survey_app.models.audit import AuditEntry
from survey_app.models.burden import BurdenBreach, BurdenEntry, BurdenKind
from survey_app.models.cases.casework import Case
from survey_app.models.outbox import Message
from survey_app.models.panels import PanelMember, PanelReserve, PanelStratum, ReserveRelease
from survey_app.models.rounds import Round
from survey_app.services.burden.ledger import Rule
from survey_app.services.fieldwork import reserve, reserve_rule
from survey_app.services.fieldwork.reserve_rule import ReserveLine, RuleView
from survey_app.services.panels.plan import PanelPlan
from survey_app.services.responses.saving import Save
from survey_app.services.rounds import lifecycle
from tests.fixtures.panel_years import contribute, draw, launch, members, numbers, rows, rule, verified
from tests.fixtures.world import DATES, World

# Four strata of ten charities: five members and three in reserve of each.
PLAN = PanelPlan(voluntary_total=20, minimum=2, reserve_share=0.6)


@pytest.fixture
def ready(world: World) -> World:
    """A launched round whose cases are made."""
    world.drawn(plan=PLAN)
    launch(world, "Annual survey 2026")
    world.tick()
    return world


@pytest.fixture
def opened(ready: World) -> World:
    ready.move_to(at(DATES.opens_on, 9))
    return ready


def lines(world: World) -> list[ReserveLine]:
    return world.read(
        lambda s: reserve_rule.reserves_of(
            s, round_id=world.round_id, programme_id=world.programme, now=world.clock.now()
        )
    )


def release(world: World, stratum: int, count: int, why: str = "Few answers") -> int:
    with world.database.writing() as session:
        return reserve.release(
            session,
            round_id=world.round_id,
            panel_stratum_id=stratum,
            count=count,
            why=why,
            context=world.context(),
        )


def answer(world: World, case_ids: list[int]) -> None:
    save = Save(now=world.clock.now())
    for case_id in case_ids:
        with world.database.writing() as session:
            rng = np.random.default_rng(case_id)
            answer_all(session, world.keys, case_id=case_id, rng=rng, save=save)
    world.settle()


def cases_of(world: World, stratum: int) -> list[int]:
    query = (
        select(Case.id)
        .join(PanelMember, PanelMember.id == Case.panel_member_id)
        .where(PanelMember.panel_stratum_id == stratum)
        .order_by(Case.id)
    )
    return world.read(lambda s: list(s.scalars(query)))


def test_the_reserve_of_a_stratum_is_those_who_come_next_by_number(world: World) -> None:
    world.drawn(plan=PLAN)

    waiting = rows(world, PanelReserve)

    assert len(waiting) == 12
    for stratum in {row.panel_stratum_id for row in waiting}:
        mine = sorted((row for row in waiting if row.panel_stratum_id == stratum), key=lambda row: row.place)
        drawn = [row.prn for row in rows(world, PanelMember) if row.panel_stratum_id == stratum]
        assert [row.place for row in mine] == [1, 2, 3]
        assert [*drawn, *(row.prn for row in mine)] == sorted([*drawn, *(row.prn for row in mine)])
    assert not members(world, world.panel_id) & {row.organisation_id for row in waiting}


def test_a_release_makes_members_with_new_weights_for_all_of_the_stratum(opened: World) -> None:
    before = members(opened, opened.panel_id)
    line = lines(opened)[0]

    release(opened, line.panel_stratum_id, 2)

    drawn = [row for row in rows(opened, PanelMember) if row.panel_stratum_id == line.panel_stratum_id]
    assert len(drawn) == 7
    assert {(row.inclusion_probability, row.design_weight) for row in drawn} == {(7 / 10, 10 / 7)}
    (stratum,) = (row for row in rows(opened, PanelStratum) if row.id == line.panel_stratum_id)
    assert (stratum.drawn_size, stratum.sample_size) == (5, 7)
    first_two = [row.organisation_id for row in rows(opened, PanelReserve) if row.release_id is not None]
    assert members(opened, opened.panel_id) - before == set(first_two)
    assert {row.place for row in rows(opened, PanelReserve) if row.release_id is not None} == {1, 2}
    assert verified(opened, opened.panel_id) == ()


def test_the_worker_makes_the_cases_of_a_release_and_invites_them_once(opened: World) -> None:
    line = lines(opened)[0]
    known = set(cases_of(opened, line.panel_stratum_id))
    sent = len(opened.sent)

    release(opened, line.panel_stratum_id, 2)
    opened.tick()
    opened.tick()

    new = set(cases_of(opened, line.panel_stratum_id)) - known
    assert len(new) == 2
    assert len(opened.sent) == sent + 2
    letters = [row for row in rows(opened, Message) if row.case_id in new]
    assert [(row.template, row.state) for row in letters] == [("invitation", "sent")] * 2
    organisations = {row.organisation_id for row in rows(opened, Case) if row.id in new}
    entered = [row for row in rows(opened, BurdenEntry) if row.organisation_id in organisations]
    assert sorted(row.kind for row in entered) == sorted(
        [BurdenKind.INVITATION, BurdenKind.MINUTES_ASKED] * 2
    )
    audited = opened.read(
        lambda s: s.scalars(select(AuditEntry).where(AuditEntry.act == "reserve released")).all()
    )
    assert [row.detail["count"] for row in audited] == [2]


def test_those_released_before_the_opening_are_invited_with_the_others(ready: World) -> None:
    line = lines(ready)[0]
    release(ready, line.panel_stratum_id, 3)
    ready.tick()
    assert ready.sent == []

    ready.move_to(at(DATES.opens_on, 9))

    assert len(ready.sent) == 20 + 20 + 3


def test_no_more_is_released_than_there_is(opened: World) -> None:
    line = lines(opened)[0]

    with pytest.raises(ConflictError, match="has 3 left, not 4"):
        release(opened, line.panel_stratum_id, 4)
    release(opened, line.panel_stratum_id, 3)
    with pytest.raises(ConflictError, match="has 0 left, not 1"):
        release(opened, line.panel_stratum_id, 1)
    for count, why in ((0, "Few answers"), (1, "  ")):
        with pytest.raises(InvalidError):
            release(opened, line.panel_stratum_id, count, why)
    with pytest.raises(NotFoundError):
        release(opened, 9999, 1)

    assert len(rows(opened, ReserveRelease)) == 1


def test_of_two_who_release_the_last_at_once_one_is_told(opened: World) -> None:
    stratum = lines(opened)[0].panel_stratum_id
    barrier, said = Barrier(2), []

    def press() -> None:
        barrier.wait()
        try:
            release(opened, stratum, 2)
        except CompactError as fault:
            said.append(fault)

    threads = [Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    (fault,) = said
    assert isinstance(fault, ConflictError)
    assert verified(opened, opened.panel_id) == ()


def test_nothing_is_released_once_the_round_is_closed_or_before_it_is_launched(ready: World) -> None:
    stratum = lines(ready)[0].panel_stratum_id
    ready.move_to(end_of(DATES.closes_on))
    assert (
        ready.read(
            lambda s: lifecycle.get_round(s, round_id=ready.round_id, programme_id=ready.programme).stage
        )
        is Stage.CLOSED
    )

    with pytest.raises(StageError, match="while it is ready or open"):
        release(ready, stratum, 1)
    with pytest.raises(StageError):
        set_rule(ready, DATES.opens_on + timedelta(days=20))


def set_rule(world: World, day: date, share: float = 0.85) -> None:
    with world.database.writing() as session:
        reserve_rule.set_rule(
            session, round_id=world.round_id, from_day=day, share=share, context=world.context()
        )


def test_a_rule_releases_where_answers_fall_behind_and_nowhere_else(opened: World) -> None:
    day = DATES.opens_on + timedelta(days=28)
    set_rule(opened, day)
    good, *_ = (line.panel_stratum_id for line in lines(opened))
    opened.clock.advance_to(at(DATES.opens_on + timedelta(days=10), 9))
    answer(opened, cases_of(opened, good)[:3])

    opened.move_to(at(day - timedelta(days=1), 12))
    assert rows(opened, ReserveRelease) == []
    opened.move_to(at(day, 12))

    given = rows(opened, ReserveRelease)
    assert {row.panel_stratum_id for row in given} == {line.panel_stratum_id for line in lines(opened)} - {
        good
    }
    assert {(row.count, row.by_rule, row.released_by) for row in given} == {(3, True, "worker")}
    assert given[0].why == "0 answers where 1 were expected by 5 October 2026"
    # The released need time to answer.
    opened.move_to(at(day + timedelta(days=1), 12))
    assert len(rows(opened, ReserveRelease)) == 3
    assert verified(opened, opened.panel_id) == ()


def test_a_rule_that_was_taken_back_releases_nothing_and_may_be_set_again(opened: World) -> None:
    day = DATES.opens_on + timedelta(days=28)
    set_rule(opened, day, 0.5)
    assert opened.read(
        lambda s: reserve_rule.rule_of(s, round_id=opened.round_id, programme_id=opened.programme)
    ) == RuleView(day, 0.5, "coordinator@compact.invalid")
    with opened.database.writing() as session:
        reserve_rule.remove_rule(session, round_id=opened.round_id, context=opened.context())

    opened.move_to(at(day, 12))
    assert rows(opened, ReserveRelease) == []

    set_rule(opened, day + timedelta(days=2))
    opened.move_to(at(day + timedelta(days=2), 12))
    assert len(rows(opened, ReserveRelease)) == 4


def test_a_rule_outside_the_round_or_without_sense_is_refused(opened: World) -> None:
    for day, share in ((DATES.opens_on, 0.5), (DATES.closes_on, 0.5), (DATES.first_reminder_on, 0.0)):
        with pytest.raises(InvalidError, match="The rule was not kept"):
            set_rule(opened, day, share)


def test_a_round_in_its_last_fortnight_is_left_alone(opened: World) -> None:
    set_rule(opened, DATES.closes_on - timedelta(days=10))

    opened.move_to(at(DATES.closes_on - timedelta(days=9), 12))
    opened.move_to(at(DATES.closes_on - timedelta(days=8), 12))

    assert rows(opened, ReserveRelease) == []


def test_one_of_the_reserve_who_was_asked_enough_is_released_as_a_breach(hundred: World) -> None:
    rule(hundred, Rule(Sector.VOLUNTARY, 60, None, 3, 0))
    everybody = sorted(numbers(hundred))
    contribute(hundred, everybody[21:], minutes=50)
    hundred.panel_id = draw(hundred, 2026, plan=replace(PLAN, minimum=0, reserve_share=0.2))
    launch(hundred, "Annual survey 2026")
    hundred.tick()
    (line,) = lines(hundred)
    assert (line.waiting, rows(hundred, BurdenBreach)) == (4, [])

    release(hundred, line.panel_stratum_id, 3, "London lags behind")

    broken = rows(hundred, BurdenBreach)
    # One more was free; it came first.
    assert [(row.rule, row.excess, row.why) for row in broken] == [("minutes", 5, "London lags behind")] * 2
    assert verified(hundred, hundred.panel_id) == ()


def test_a_panel_on_which_results_rest_keeps_its_weights(ready: World) -> None:
    with ready.database.writing() as session:
        session.execute(update(Round).where(Round.id == ready.round_id).values(stage=Stage.CLOSED))
    launch(ready, "A second round")
    ready.tick()
    second, stratum = ready.round_id, lines(ready)[0].panel_stratum_id

    with pytest.raises(StageError, match="results of 'Annual survey 2026' rest on the weights"):
        release(ready, stratum, 1)

    assert ready.round_id == second
    assert rows(ready, ReserveRelease) == []
