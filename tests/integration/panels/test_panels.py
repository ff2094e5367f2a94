"""Panels drawn from a frame, on both engines."""

from collections import Counter
from dataclasses import replace

import pytest
from sqlalchemy import select

from sampling.frame import Sector
from scheduler.strands import Strand
from survey_app.database import Database
from survey_app.errors import ConflictError, InvalidError, NotFoundError
from survey_app.models.audit import AuditEntry
from survey_app.services.panels import drawing
from survey_app.services.panels.basis import PanelRequest
from survey_app.services.panels.plan import PanelPlan
from survey_app.services.panels.planner import look_at
from tests.fixtures.world import World

PLAN = PanelPlan(voluntary_total=20, minimum=2)


def draw(world: World, *, year: int, strand: Strand = Strand.ANNUAL_SURVEY, plan: PanelPlan = PLAN) -> int:
    with world.database.writing() as session:
        return drawing.draw_panel(
            session, request=PanelRequest(world.frame_id, strand, year, plan), context=world.context()
        )


def members(world: World, panel_id: int) -> list[dict[str, object]]:
    with world.database.writing() as session:
        return drawing.panel_rows(session, panel_id=panel_id, context=world.context())


def names(world: World, panel_id: int) -> set[object]:
    return {row["name"] for row in members(world, panel_id)}


def test_every_public_body_is_taken_and_as_many_charities_as_were_asked_for(world: World) -> None:
    world.drawn()

    page = world.read(lambda s: drawing.panel_page(s, panel_id=world.panel_id, programme_id=world.programme))

    assert (page.size(Sector.PUBLIC), page.population(Sector.PUBLIC)) == (20, 20)
    assert (page.size(Sector.VOLUNTARY), page.population(Sector.VOLUNTARY)) == (20, 40)
    assert all(line.certainty == (line.sector is Sector.PUBLIC) for line in page.strata)
    assert Counter(str(row["sector"]) for row in members(world, world.panel_id)) == {
        "public_body": 20,
        "vco": 20,
    }


def test_weights_add_up_to_the_frame(world: World) -> None:
    world.drawn()

    rows = members(world, world.panel_id)

    for row in rows:
        assert row["design_weight"] == pytest.approx(1 / float(str(row["inclusion_probability"])))
    assert sum(float(str(row["design_weight"])) for row in rows) == pytest.approx(60)


def test_the_same_numbers_give_the_same_panel_and_another_start_gives_another(world: World) -> None:
    world.framed()
    everybody = replace(PLAN, public_bodies=True)
    elsewhere = replace(everybody, start=0.5)

    first, second, third = (
        draw(world, year=2026, strand=strand, plan=plan)
        for strand, plan in (
            (Strand.ANNUAL_SURVEY, everybody),
            (Strand.LOCAL_SURVEY, everybody),
            (Strand.DEEP_REVIEW, elsewhere),
        )
    )

    assert names(world, first) == names(world, second) != names(world, third)


def test_no_panel_is_drawn_behind_one_that_builds_on_the_years_before_it(world: World) -> None:
    world.drawn()

    with pytest.raises(InvalidError, match="Choose a year after 2026"):
        draw(world, year=2025)

    assert draw(world, year=2027)


def test_a_panel_is_drawn_once_a_year(world: World) -> None:
    world.drawn()

    with pytest.raises(ConflictError, match="2026 is drawn already"):
        draw(world, year=2026)

    assert world.read(lambda s: drawing.panels_of(s, world.programme)) == [
        (world.panel_id, Strand.ANNUAL_SURVEY, 2026)
    ]


def test_a_draw_takes_those_with_the_lowest_numbers_of_each_stratum(world: World) -> None:
    world.drawn()

    drawn = members(world, world.panel_id)
    highest: dict[tuple[object, object], float] = {}
    for row in drawn:
        if row["sector"] == "vco":
            key = (row["region"], row["band"])
            highest[key] = max(highest.get(key, 0.0), float(str(row["prn"])))
    left_out = _not_drawn(world, {str(row["organisation"]) for row in drawn})

    assert left_out
    assert all(prn > highest[stratum] for stratum, prn in left_out)


def _not_drawn(world: World, drawn: set[str]) -> list[tuple[tuple[str, str], float]]:
    from survey_app.models.frames.snapshots import FrameEntry
    from survey_app.models.organisations import Organisation

    query = (
        select(Organisation.uuid, FrameEntry.region, FrameEntry.size, Organisation.prn)
        .join(FrameEntry, FrameEntry.organisation_id == Organisation.id)
        .where(FrameEntry.sector == Sector.VOLUNTARY)
    )
    rows = world.read(lambda s: s.execute(query).all())
    return [((region, size), prn) for identity, region, size, prn in rows if identity not in drawn]


def test_a_plan_that_cannot_be_met_is_refused_and_draws_nothing(world: World) -> None:
    world.framed()

    with pytest.raises(InvalidError, match="cannot be met"):
        draw(world, year=2026, plan=PanelPlan(voluntary_total=3, minimum=2))

    assert world.read(lambda s: drawing.panels_of(s, world.programme)) == []


def test_a_frame_of_another_programme_is_not_drawn_from(world: World) -> None:
    world.framed()
    world.programme_id = world.programme + 1

    with pytest.raises(NotFoundError):
        draw(world, year=2026)


def test_an_export_of_the_panel_is_on_the_audit_trail(world: World) -> None:
    world.drawn()
    members(world, world.panel_id)

    rows = world.read(lambda s: s.scalars(select(AuditEntry).where(AuditEntry.act == "panel exported")).all())

    assert [row.detail for row in rows] == [{"rows": 40}]


def test_a_preview_is_what_the_draw_then_does(world: World) -> None:
    world.framed()
    request = PanelRequest(world.frame_id, Strand.ANNUAL_SURVEY, 2026, PLAN)
    foreseen = world.read(lambda s: look_at(s, request=request, programme_id=world.programme))

    panel_id = draw(world, year=2026)

    drawn = world.read(lambda s: drawing.strata_of(s, panel_id))
    assert {line.stratum.name: (line.pop_size, line.sample_size) for line in foreseen.lines} == {
        line.name: (line.pop_size, line.sample_size) for line in drawn
    }


def test_the_database_here_is_the_one_that_the_test_is_named_for(
    database: Database, database_url: str
) -> None:
    assert database_url.startswith(database.engine.dialect.name)
