"""A panel over the years: it turns, organisations rest, frames change; on both engines."""

from dataclasses import replace
from datetime import date
from threading import Barrier, Thread

import numpy as np
import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from sampling.frame import Sector
from sampling.panels.rotation import StratumState, shared_length
from scheduler.strands import Strand
from survey_app.errors import CompactError, ConflictError, NotFoundError
from survey_app.models.burden import BurdenBreach
from survey_app.models.frames.snapshots import FrameFlow
from survey_app.models.organisations import Organisation
from survey_app.models.panels import Panel, PanelMember, PanelPass, PanelStratum
from survey_app.services.burden.ledger import Rule
from survey_app.services.panels.basis import FrameChangedError
from survey_app.services.panels.verification import verify_panel
from tests.fixtures.panel_years import (
    HEADER,
    NO_REST,
    PLAN,
    charities,
    contribute,
    draw,
    framed,
    growing,
    members,
    numbers,
    rows,
    rule,
    stratum,
    verified,
)
from tests.fixtures.world import World


def test_each_year_a_third_of_the_stratum_is_replaced_and_the_start_moves_by_as_much(hundred: World) -> None:
    drawn = [draw(hundred, year) for year in (2026, 2027, 2028)]

    starts = [stratum(hundred, panel_id).start for panel_id in drawn]
    assert starts == pytest.approx([0.0, 0.2 / 3, 0.4 / 3])
    born = numbers(hundred)
    for panel_id, start in zip(drawn, starts, strict=True):
        order = sorted(born, key=lambda one: (born[one] - start) % 1.0)
        assert members(hundred, panel_id) == set(order[:20])
    assert [row.previous_panel_id for row in rows(hundred, Panel)] == [None, drawn[0], drawn[1]]


def test_a_share_of_nought_keeps_everybody_and_a_share_of_one_keeps_nobody(hundred: World) -> None:
    first = draw(hundred, 2026)

    stays = draw(hundred, 2027, plan=replace(PLAN, rotation_share=0.0))
    leaves = draw(hundred, 2028, plan=replace(PLAN, rotation_share=1.0))

    assert members(hundred, stays) == members(hundred, first)
    assert not members(hundred, leaves) & members(hundred, first)


def test_the_dead_leave_births_enter_by_their_number_and_movers_keep_theirs(hundred: World) -> None:
    first = draw(hundred, 2026)
    born = numbers(hundred)
    # Of the first hundred ten die and twenty move; forty are born.
    text = HEADER + charities(range(10, 80)) + charities(range(80, 100), region="North East")
    text += charities(range(100, 140))
    hundred.imported("Charities", text, dated=date(2026, 8, 20))
    hundred.frame_id = framed(hundred)

    second = draw(hundred, 2027)

    now = numbers(hundred)
    assert {one: now[one] for one in born} == born
    by_name = hundred.read(lambda s: dict(s.execute(select(Organisation.id, Organisation.name)).all()))
    number_of = {one: int(name.split()[1]) for one, name in by_name.items()}
    drawn = {
        row.region: row
        for row in hundred.read(
            lambda s: s.scalars(select(PanelStratum).where(PanelStratum.panel_id == second)).all()
        )
    }
    expected = set()
    for region, there in (
        ("London", {n for n in number_of if 10 <= number_of[n] < 80 or number_of[n] >= 100}),
        ("North East", {n for n in number_of if 80 <= number_of[n] < 100}),
    ):
        start = drawn[region].start
        assert drawn[region].pop_size == len(there)
        expected |= set(sorted(there, key=lambda one: (now[one] - start) % 1.0)[: drawn[region].sample_size])
    assert members(hundred, second) == expected
    # Both continue the stratum that they came from.
    assert [row.start for row in drawn.values()] == pytest.approx([0.2 / 3] * 2)
    assert not {number_of[one] for one in members(hundred, second)} & set(range(10))
    assert verified(hundred, first) == verified(hundred, second) == ()


def test_flows_between_frames_are_counted_when_the_later_one_is_made(hundred: World) -> None:
    draw(hundred, 2026)
    hundred.imported("Charities", HEADER + charities(range(30, 120)), dated=date(2026, 8, 20))

    framed(hundred)

    assert [row.count for row in rows(hundred, FrameFlow)] == [70]


def test_who_has_left_rests_while_others_suffice(hundred: World) -> None:
    rule(hundred, Rule(Sector.VOLUNTARY, None, None, 3, 3))
    plan = replace(PLAN, voluntary_total=40)

    drawn = [members(hundred, draw(hundred, year, plan=plan)) for year in range(2026, 2036)]

    for year in range(1, len(drawn)):
        for one in drawn[year] - drawn[year - 1]:
            seen = [then for then in range(year) if one in drawn[then]]
            assert not seen or year - seen[-1] > 3
    assert rows(hundred, BurdenBreach) == []


def test_where_a_rest_cannot_be_given_it_is_broken_last_and_written_down(hundred: World) -> None:
    rule(hundred, Rule(Sector.VOLUNTARY, None, None, 3, 3))

    drawn = growing(hundred)

    held = [members(hundred, panel_id) for panel_id in drawn]
    resting = held[0] - held[1]
    broken = [row for row in rows(hundred, BurdenBreach) if row.panel_id == drawn[2]]
    assert {row.organisation_id for row in broken} == held[2] & resting
    # All that were not resting are taken first.
    assert resting
    assert len(held[2] - resting) == 100 - len(resting)
    assert {(row.rule, row.allowed_by, row.why) for row in broken} == {
        ("holiday", "coordinator@compact.invalid", "The others in its stratum did not suffice.")
    }
    assert {row.excess for row in broken} == {2}
    assert [verified(hundred, panel_id) for panel_id in drawn] == [(), (), ()]


def test_who_has_been_asked_enough_goes_to_the_back_of_the_queue(hundred: World) -> None:
    rule(hundred, Rule(Sector.VOLUNTARY, 60, None, 3, 0))
    order = sorted(numbers(hundred).items(), key=lambda pair: pair[1])
    asked, nearly = [one for one, _ in order[:5]], [one for one, _ in order[5:10]]
    contribute(hundred, asked, minutes=50)
    contribute(hundred, nearly, minutes=45)

    panel_id = draw(hundred, 2026)

    assert members(hundred, panel_id) == {one for one, _ in order[5:25]}
    passed = rows(hundred, PanelPass)
    assert {(row.organisation_id, row.rule) for row in passed} == {(one, "minutes") for one in asked}
    assert verified(hundred, panel_id) == ()


def test_a_ceiling_that_has_to_be_broken_is_broken_by_as_little_as_the_ledger_says(hundred: World) -> None:
    rule(hundred, Rule(Sector.VOLUNTARY, 60, 1, 3, 0))
    everybody = sorted(numbers(hundred))
    contribute(hundred, everybody[:90], minutes=50)
    contribute(hundred, everybody[90:95], minutes=10)

    panel_id = draw(hundred, 2026)

    assert members(hundred, panel_id) >= set(everybody[95:])
    broken = {row.organisation_id: (row.rule, row.excess) for row in rows(hundred, BurdenBreach)}
    assert set(broken) == members(hundred, panel_id) - set(everybody[95:])
    for one, excess in broken.items():
        assert excess == (("minutes", 5) if one in everybody[:90] else ("invitations", 1))


def test_a_panel_that_nobody_was_invited_from_yet_counts_against_the_ceiling(hundred: World) -> None:
    rule(hundred, Rule(Sector.VOLUNTARY, 20, None, 3, 0))
    survey = draw(hundred, 2026)

    other = draw(hundred, 2026, strand=Strand.FOCUS_GROUPS)

    assert not members(hundred, survey) & members(hundred, other)


def test_a_census_is_asked_in_full_whatever_it_was_asked_before(world: World) -> None:
    world.framed(bodies=8, charities=8)
    bodies = world.read(
        lambda s: list(s.scalars(select(Organisation.id).where(Organisation.sector == Sector.PUBLIC)))
    )
    rule(world, Rule(Sector.PUBLIC, 1, 1, 1, 5))
    contribute(world, bodies, minutes=50)

    drawn = [draw(world, year) for year in (2026, 2027, 2028)]

    assert all(members(world, panel_id) >= set(bodies) for panel_id in drawn)
    assert not {row.organisation_id for row in rows(world, BurdenBreach)} & set(bodies)


@pytest.mark.parametrize("size", [30, 60, 90])
def test_another_strand_meets_as_few_of_the_survey_as_can_be(hundred: World, size: int) -> None:
    survey = draw(hundred, 2026, plan=replace(PLAN, voluntary_total=40))

    other = draw(
        hundred, 2026, strand=Strand.FOCUS_GROUPS, plan=replace(PLAN, voluntary_total=size), avoid=survey
    )

    assert len(members(hundred, survey) & members(hundred, other)) == max(0, size - 60)
    assert stratum(hundred, other).start >= 0.4 - 1e-9
    assert verified(hundred, other) == ()


def test_a_panel_of_another_programme_cannot_be_avoided(hundred: World) -> None:
    with pytest.raises(NotFoundError):
        draw(hundred, 2026, avoid=99)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (charities(range(50)), "100 then, 50 now."),
        (charities(range(150)), "100 then, 150 now."),
        (charities(range(60, 150)), "100 then, 90 now, of whom 40 were on the frame then."),
    ],
    ids=["shrunk", "grown", "exchanged"],
)
def test_a_frame_that_is_another_one_has_to_be_confirmed(hundred: World, text: str, said: str) -> None:
    draw(hundred, 2026)
    hundred.imported("Charities", HEADER + text, dated=date(2026, 8, 20))
    hundred.frame_id = framed(hundred)

    with pytest.raises(FrameChangedError) as caught:
        draw(hundred, 2027)
    draw(hundred, 2027, confirmed=True)

    assert caught.value.faults == (f"Voluntary organisations: {said}",)


def test_a_panel_that_another_follows_cannot_be_deleted(hundred: World) -> None:
    first = draw(hundred, 2026)
    draw(hundred, 2027)

    with pytest.raises(IntegrityError), hundred.database.writing() as session:
        session.execute(delete(Panel).where(Panel.id == first))

    assert len(rows(hundred, Panel)) == 2


def test_of_two_coordinators_who_draw_at_once_one_draws_and_the_other_is_told(hundred: World) -> None:
    barrier, said = Barrier(2), []

    def press() -> None:
        barrier.wait()
        try:
            draw(hundred, 2026)
        except CompactError as fault:
            said.append(fault)

    threads = [Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    (fault,) = said
    assert isinstance(fault, ConflictError)
    assert str(fault).startswith("The panel of 2026 is drawn already.")
    assert [row.year for row in rows(hundred, Panel)] == [2026]
    assert hundred.read(lambda s: s.scalar(select(func.count()).select_from(PanelMember))) == 20


def test_a_panel_that_was_tampered_with_is_found_out(hundred: World) -> None:
    panel_id = draw(hundred, 2026, plan=replace(PLAN, reserve_share=0.2))
    assert verified(hundred, panel_id) == ()
    inside, outside = (
        sorted(members(hundred, panel_id)),
        sorted(set(numbers(hundred)) - members(hundred, panel_id)),
    )
    tampering = {
        "the numbers do not take it": update(PanelMember)
        .where(PanelMember.organisation_id == inside[0])
        .values(organisation_id=outside[0]),
        "inclusion probability is not": update(PanelMember)
        .where(PanelMember.organisation_id == inside[1])
        .values(inclusion_probability=0.3),
        "design weight is not": update(PanelMember)
        .where(PanelMember.organisation_id == inside[1])
        .values(design_weight=0.3),
        "random number is not": update(Organisation).where(Organisation.id == inside[2]).values(prn=0.99),
        "organisations are noted, the frame has 100": update(PanelStratum).values(pop_size=101),
        "members are noted; 19 were drawn and 0 released": update(PanelStratum).values(drawn_size=19),
    }

    for said, statement in tampering.items():
        with hundred.database.writing() as session:
            session.execute(statement)
            verification = verify_panel(session, panel_id=panel_id, programme_id=hundred.programme)
            assert any(said in fault for fault in verification.faults), said
            session.rollback()


def test_the_overlap_that_is_expected_is_the_one_that_comes(world: World) -> None:
    world.founded()
    world.imported("Charities", HEADER + charities(range(2000)))
    world.frame_id = framed(world)
    rule(world, NO_REST)
    plan = replace(PLAN, voluntary_total=600)

    drawn = [draw(world, year, plan=plan) for year in (2026, 2027)]

    before, now = (stratum(world, panel_id) for panel_id in drawn)
    states = [StratumState(row.pop_size, row.sample_size, row.start) for row in (before, now)]
    expected = 2000 * shared_length(*states)
    kept = len(members(world, drawn[0]) & members(world, drawn[1]))
    assert expected == pytest.approx(400)
    # The number of units on a stretch of 0.2 of the circle is binomial.
    assert abs(kept - expected) < 4 * np.sqrt(2000 * 0.2 * 0.8)
