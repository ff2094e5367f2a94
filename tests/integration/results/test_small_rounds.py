"""Rounds of one sector, one region, one stratum, one reply or none: released, or refused with a reason."""

from collections.abc import Callable

import numpy as np
import pytest

from sampling.frame import Sector
from sampling.vocabulary import ENGLISH_REGIONS
from survey_app.clock import at
from survey_app.demo.respondents import answer_all
from survey_app.errors import InvalidError
from survey_app.models.cases.casework import Case
from survey_app.models.organisations import Organisation
from survey_app.reports.contents import Contents, Mark
from survey_app.reports.round_summary.pdf import summary_html
from survey_app.reports.round_summary.tables_csv import results_csv
from survey_app.services.cases import casework
from survey_app.services.frames import snapshots
from survey_app.services.panels.plan import PanelPlan
from survey_app.services.responses import seats
from survey_app.services.responses.saving import Save
from survey_app.services.results import release
from survey_app.services.rounds import lifecycle
from tests.fixtures.two_rounds import asked, first_round, frozen, second_round
from tests.fixtures.world import DATES, World
from tests.unit.reports.saved_page import tables_html

ALONE = PanelPlan(voluntary_total=60, minimum=8, public_bodies=False)


def contents_of(world: World, release_id: int) -> Contents:
    return world.read(
        lambda session: release.release_contents(session, release_id=release_id, programme_id=world.programme)
    )


def answers_of(which: Callable[[Organisation], bool], *, most: int) -> Callable[[World, int], None]:
    """Let the first so many answer of the organisations that are meant."""

    def answer(world: World, round_id: int) -> None:
        rng, save, left = np.random.default_rng(4), Save(world.clock.now()), most
        with world.database.writing() as session:
            for case_id, *_ in casework.open_cases(session, round_id=round_id):
                case = session.get_one(Case, case_id)
                if left and which(session.get_one(Organisation, case.organisation_id)):
                    seats.lead_seat_of(session, world.keys, case_id=case_id)
                    answer_all(session, world.keys, case_id=case_id, rng=rng, save=save)
                    left -= 1

    return answer


def nobody(world: World, round_id: int) -> None:
    """No answers at all."""


def printed(contents: Contents) -> str:
    """Page and table of a release; they can be made of any."""
    return summary_html(contents) + tables_html(contents) + results_csv(contents)


def test_a_round_that_asks_voluntary_organisations_alone_is_released(embedded_world: World) -> None:
    round_id = first_round(embedded_world, plan=ALONE)

    contents = contents_of(embedded_world, frozen(embedded_world, round_id))

    assert [sector.sector for sector in contents.sectors] == [Sector.VOLUNTARY]
    assert {row.group for row in contents.response} == {"Voluntary organisations, by yearly income"}
    assert {item.public.mark for item in contents.items} == {Mark.NOT_APPLICABLE}
    assert {item.everyone.mark for item in contents.items} == {Mark.NOT_APPLICABLE}
    assert sum(item.voluntary.estimate is not None for item in contents.items) > 10
    assert "Voluntary organisations" in printed(contents)


def test_a_release_keeps_how_those_who_replied_differ_from_the_frame(embedded_world: World) -> None:
    contents = contents_of(embedded_world, frozen(embedded_world, first_round(embedded_world)))

    assert [each.sector for each in contents.representation] == list(Sector)
    for each in contents.representation:
        assert each.design_effect >= 1
        assert {group.by for group in each.groups} == {"region", "group"}
        assert all(group.calibrated == group.frame for group in each.groups)
        assert all(0 <= group.weighted <= 1 for group in each.groups)
    assert any(group.weighted != group.frame for each in contents.representation for group in each.groups)
    assert any(each.r_indicator is not None for each in contents.representation)
    timings = [each.timing for each in contents.representation if each.timing]
    assert [(timing.late, timing.tested, timing.apart) for timing in timings] == [(0, 0, None)] * 2


def test_a_round_that_asks_public_bodies_alone_is_released(embedded_world: World) -> None:
    round_id = first_round(embedded_world, answer=answers_of(lambda of: of.sector is Sector.PUBLIC, most=30))

    contents = contents_of(embedded_world, frozen(embedded_world, round_id))

    assert {item.voluntary.estimate for item in contents.items} == {None}
    assert {item.everyone.estimate for item in contents.items} == {None}
    assert sum(item.public.estimate is not None for item in contents.items) > 10
    assert printed(contents)


def test_thirty_voluntary_replies_are_not_lost_because_few_public_bodies_replied(
    embedded_world: World,
) -> None:
    two = answers_of(lambda of: of.sector is Sector.PUBLIC, most=2)
    many = answers_of(lambda of: of.sector is Sector.VOLUNTARY, most=30)

    def answer(world: World, round_id: int) -> None:
        two(world, round_id)
        many(world, round_id)

    round_id = first_round(embedded_world, answer=answer)

    contents = contents_of(embedded_world, frozen(embedded_world, round_id))

    assert {item.public.estimate for item in contents.items} == {None}
    assert sum(item.voluntary.estimate is not None for item in contents.items) > 10
    assert printed(contents)


@pytest.mark.parametrize("replies", [1, 4])
def test_a_round_with_a_few_answers_is_released_and_shows_none_of_them(
    replies: int, embedded_world: World
) -> None:
    round_id = first_round(embedded_world, answer=answers_of(lambda of: True, most=replies))

    contents = contents_of(embedded_world, frozen(embedded_world, round_id))

    cells = [cell for item in contents.items for cell in (item.everyone, item.public, item.voluntary)]
    assert {cell.estimate for cell in cells} == {None}
    assert {cell.n for cell in cells} == {None}
    assert printed(contents)


def test_a_round_without_answers_is_refused_with_the_reason(embedded_world: World) -> None:
    round_id = first_round(embedded_world, answer=nobody)

    with pytest.raises(InvalidError, match="Nobody has sent answers"):
        frozen(embedded_world, round_id)


def clubs(world: World, count: int) -> None:
    """A frame of voluntary organisations of one region and one income, and of no public body."""
    world.founded()
    lines = ["source_id,name,region,income_band,classification,local_authority,register_status,email"]
    lines += [
        f"W{n:05},Club {n:05},London,under 10k,sport,Area,registered,club-{n:05}@charities.invalid"
        for n in range(count)
    ]
    world.imported("Clubs", "\r\n".join(lines) + "\r\n")
    with world.database.writing() as session:
        world.frame_id = snapshots.make_frame(
            session, as_of=world.clock.now().date(), context=world.context()
        )


@pytest.mark.parametrize("size", [12, 50])
def test_a_round_of_one_region_and_one_stratum_is_released_however_small(
    size: int, embedded_world: World
) -> None:
    clubs(embedded_world, size)
    plan = PanelPlan(voluntary_total=size, minimum=1, public_bodies=False)
    round_id = asked(embedded_world, plan)

    contents = contents_of(embedded_world, frozen(embedded_world, round_id))

    assert contents.sectors[0].asked == size
    assert any(item.voluntary.estimate is not None for item in contents.items) == (size > 10)
    assert [row.label for row in contents.response] == ["Under £10,000"]
    assert printed(contents)


@pytest.mark.parametrize("size", [1, 9])
def test_a_round_of_which_nothing_could_ever_be_printed_is_refused_before_it_is_launched(
    size: int, embedded_world: World
) -> None:
    clubs(embedded_world, size)
    plan = PanelPlan(voluntary_total=size, minimum=1, public_bodies=False)
    one = "1 organisation" if size == 1 else "9 organisations"

    with pytest.raises(InvalidError, match=f"It asks {one}. A figure needs 10 replies, so nothing"):
        asked(embedded_world, plan)


def test_a_sector_of_which_nothing_will_be_printed_is_warned_of_before_the_launch(
    embedded_world: World,
) -> None:
    world = embedded_world.planned(bodies=4, charities=80)

    check = world.read(lambda s: lifecycle.check_round(s, round_id=world.round_id, context=world.context()))

    assert check.faults == ()
    assert (
        "It asks 4 public bodies. A figure needs 10 replies, so none of theirs will be printed."
        in check.warnings
    )
    assert not any("voluntary organisations" in line for line in check.warnings)


def test_next_year_may_ask_a_sector_that_this_year_did_not(embedded_world: World) -> None:
    first_round(embedded_world, plan=ALONE)
    round_id = second_round(embedded_world)
    contents = contents_of(embedded_world, frozen(embedded_world, round_id))

    assert contents.earlier is not None
    assert [overlap.sector for overlap in contents.earlier.overlaps] == [Sector.VOLUNTARY]
    assert {item.change.public.mark for item in contents.items if item.change} == {Mark.NOT_APPLICABLE}
    assert printed(contents)


def all_alike_in_a_region(world: World, round_id: int) -> None:
    """Everybody of one region says the same, as their neighbours know; the others answer as they like."""
    save = Save(world.clock.now())
    with world.database.writing() as session:
        for case_id, *_ in casework.open_cases(session, round_id=round_id):
            seat = seats.lead_seat_of(session, world.keys, case_id=case_id)
            same = seat.facts["region"] == ENGLISH_REGIONS[0]
            rng = np.random.default_rng(7 if same else [7, case_id])
            answer_all(session, world.keys, case_id=case_id, rng=rng, save=save)


def test_a_region_that_is_all_alike_is_frozen_with_nothing_to_be_worked_out(world: World) -> None:
    round_id = first_round(world, answer=all_alike_in_a_region)

    contents = contents_of(world, frozen(world, round_id, threshold=10))

    here = [row for item in contents.items for row in item.regions if row.region == ENGLISH_REGIONS[0]]
    marks = {row.voluntary.mark for row in here}
    assert marks & {Mark.FEW, Mark.ALL_BUT_FEW}
    assert not any(row.voluntary.estimate in (0.0, 1.0) for row in here)


def half_after_the_reminder(world: World, round_id: int) -> None:
    """Every other case answers at once, the others when they are reminded."""
    with world.database.writing() as session:
        cases = [case_id for case_id, *_ in casework.open_cases(session, round_id=round_id)]
    for late, some in ((False, cases[::2]), (True, cases[1::2])):
        if late:
            world.move_to(at(DATES.first_reminder_on, 0))
        save = Save(world.clock.now())
        with world.database.writing() as session:
            for case_id in some:
                rng = np.random.default_rng([5, case_id])
                answer_all(session, world.keys, case_id=case_id, rng=rng, save=save)


def test_a_release_keeps_how_many_replied_late_and_whether_they_differ(embedded_world: World) -> None:
    round_id = first_round(embedded_world, answer=half_after_the_reminder)
    contents = contents_of(embedded_world, frozen(embedded_world, round_id))

    replied = {sector.sector: sector.replied for sector in contents.sectors}
    for each in contents.representation:
        timing = each.timing
        assert timing is not None
        assert timing.early is not None
        assert timing.late is not None
        assert timing.early + timing.late == replied[each.sector]
        assert abs(timing.early - timing.late) < 10
        assert timing.tested >= 10
        assert timing.clear <= timing.tested
        assert timing.apart is not None
    assert "from then on" in printed(contents)
