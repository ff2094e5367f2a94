"""Who stays, leaves and enters, and why, on both engines."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import update

from sampling.frame import Sector
from sampling.panels.moves import Reason, Way
from scheduler.strands import Strand
from survey_app.errors import NotFoundError
from survey_app.models.burden import BurdenEntry
from survey_app.services.burden.ledger import Rule
from survey_app.services.organisations.successors import link_organisations
from survey_app.services.panels.basis import PanelRequest
from survey_app.services.panels.moves import MoveLine, Moves, panel_moves, planned_moves
from tests.fixtures.panel_years import (
    HEADER,
    PLAN,
    charities,
    contribute,
    draw,
    framed,
    growing,
    members,
    numbers,
    rule,
)
from tests.fixtures.world import World


def of(world: World, panel_id: int) -> Moves:
    moves = world.read(lambda s: panel_moves(s, panel_id=panel_id, programme_id=world.programme))
    assert moves is not None
    return moves


def lines(moves: Moves) -> dict[int, MoveLine]:
    return {line.organisation_id: line for line in moves.lines}


def test_the_first_panel_has_nobody_to_be_compared_with(hundred: World) -> None:
    panel_id = draw(hundred, 2026)

    assert hundred.read(lambda s: panel_moves(s, panel_id=panel_id, programme_id=hundred.programme)) is None
    with pytest.raises(NotFoundError):
        hundred.read(lambda s: panel_moves(s, panel_id=99, programme_id=hundred.programme))


def test_everybody_of_either_panel_is_told_once_with_a_reason_that_adds_up(hundred: World) -> None:
    first, second = draw(hundred, 2026), draw(hundred, 2027)

    moves = of(hundred, second)

    then, now = members(hundred, first), members(hundred, second)
    assert (moves.previous_id, moves.previous_year, moves.before, moves.now) == (first, 2026, 20, 20)
    assert moves.kept == len(then & now)
    assert moves.expected_kept == pytest.approx(20 * 2 / 3)
    by_way = Counter(line.way for line in moves.lines)
    assert by_way == {
        Way.STAYS: len(then & now),
        Way.LEAVES: len(then - now),
        Way.ENTERS: len(now - then),
    }
    assert {line.reason for line in moves.lines if line.way is Way.LEAVES} == {Reason.ROTATED_OUT}
    assert all("so it leaves by rotation" in line.words for line in moves.lines if line.way is Way.LEAVES)
    (stratum,) = moves.by_stratum
    assert (stratum.stays, stratum.enters) == (len(then & now), len(now - then))


def test_a_plan_tells_the_moves_that_its_draw_then_makes(hundred: World) -> None:
    rule(hundred, Rule(Sector.VOLUNTARY, 60, None, 3, 3))
    draw(hundred, 2026, plan=replace(PLAN, voluntary_total=60))
    draw(hundred, 2027, plan=replace(PLAN, voluntary_total=60))
    request = PanelRequest(hundred.frame_id, Strand.ANNUAL_SURVEY, 2028, replace(PLAN, voluntary_total=60))

    foreseen = hundred.read(lambda s: planned_moves(s, request=request, programme_id=hundred.programme))
    drawn = of(hundred, draw(hundred, 2028, plan=request.plan))

    assert foreseen is not None
    assert lines(foreseen) == lines(drawn)
    assert (foreseen.counts, foreseen.by_stratum) == (drawn.counts, drawn.by_stratum)


def test_births_the_dead_the_merged_and_movers_are_told_apart(hundred: World) -> None:
    first = draw(hundred, 2026, plan=replace(PLAN, voluntary_total=60))
    taken = sorted(members(hundred, first))
    merged, died, moved = taken[0], taken[1], taken[2]
    # Ids follow the rows of the first list: organisation n is charity n - 1.
    kept = [n for n in range(100) if n + 1 not in (merged, died, moved)]
    text = HEADER + "".join(charities(range(n, n + 1)) for n in kept)
    text += charities(range(moved - 1, moved), region="North East") + charities(range(100, 130))
    hundred.imported("Charities", text, dated=date(2026, 8, 20))
    hundred.frame_id = framed(hundred)
    with hundred.database.writing() as session:
        link_organisations(
            session,
            predecessor_id=merged,
            successor_id=taken[3],
            kind="merged",
            happened_on=date(2026, 5, 1),
            source="Its website",
            context=hundred.context(),
        )

    second = draw(hundred, 2027, plan=replace(PLAN, voluntary_total=78))

    by_unit = lines(of(hundred, second))
    assert (by_unit[merged].reason, by_unit[merged].successor) == (
        Reason.MERGED_INTO,
        f"Charity {taken[3] - 1:05}",
    )
    assert (by_unit[died].way, by_unit[died].reason) == (Way.LEAVES, Reason.GONE_FROM_FRAME)
    assert by_unit[moved].stratum_before != by_unit[moved].stratum
    births = {one for one, line in by_unit.items() if line.reason is Reason.BIRTH}
    assert births == {one for one in members(hundred, second) if one > 100}


def test_who_was_passed_over_is_told_why(hundred: World) -> None:
    rule(hundred, Rule(Sector.VOLUNTARY, 60, None, 3, 0))
    first = draw(hundred, 2026)
    born = numbers(hundred)
    last = max(members(hundred, first), key=lambda one: born[one])
    contribute(hundred, [last], minutes=50, day=date(2026, 6, 1))
    with hundred.database.writing() as session:
        session.execute(update(BurdenEntry).values(year=2027))

    moved = lines(of(hundred, draw(hundred, 2027)))

    assert (moved[last].way, moved[last].reason) == (Way.LEAVES, Reason.RESTING)
    assert moved[last].words.startswith("It has been asked for enough minutes this year")


def test_who_rests_and_is_taken_all_the_same_is_marked(hundred: World) -> None:
    rule(hundred, Rule(Sector.VOLUNTARY, None, None, 3, 3))
    drawn = growing(hundred)

    moves = of(hundred, drawn[2])

    again = members(hundred, drawn[2]) & (members(hundred, drawn[0]) - members(hundred, drawn[1]))
    assert {line.organisation_id for line in moves.lines if line.breach} == again
    assert again
