"""A panel beside its frame by tier, control and agreement, with a row for what is not known."""

from datetime import date

import pytest
from sqlalchemy import select

from sampling.frame import Sector
from scheduler.strands import Strand
from survey_app.models.agreements import EntryKind
from survey_app.models.frames.snapshots import FrameEntry
from survey_app.services.agreements import register
from survey_app.services.agreements.compiled import NewEntry
from survey_app.services.agreements.vocabulary import Standing
from survey_app.services.frames import snapshots
from survey_app.services.organisations.areas import NewStay, put_in_area
from survey_app.services.panels import balance, drawing
from survey_app.services.panels.balance import AGREEMENT, CONTROL, TIER, Balance
from survey_app.services.panels.basis import PanelRequest
from survey_app.services.panels.plan import PanelPlan
from survey_app.services.places import areas, files
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import World, public_bodies, voluntary

DAY = date(2026, 8, 24)
AREAS = {"Area 0": "Adur", "Area 1": "City of Bristol", "Area 2": "Kent", "Area 3": "Nowhere"}
CONTROL_FILE = b"area,control,began_on,source\nADU,Labour,2023-05-04,made up\n"


@pytest.fixture
def world(embedded_world: World) -> World:
    """Charities in four areas, of which one is none; Adur Labour and with an agreement in place."""
    world = embedded_world.founded()
    text = voluntary(40)
    for dull, real in AREAS.items():
        text = text.replace(dull, real)
    councils = public_bodies(8).replace("Body 000", "Adur District Council")
    councils = councils.replace("Body 001", "Kent County Council").replace(
        "district council", "local authority"
    )
    councils = councils.replace("county council", "local authority")
    world.imported("Public bodies", councils)
    world.imported("Charities", text)
    with world.database.writing() as session:
        areas.load_shipped(session, context=world.context())
        files.import_control(session, CONTROL_FILE, synthetic=True, context=world.context())
        adur = areas.find_area(session, "ADU")
        for kind, what, area in (
            (EntryKind.STAGE, Standing.IN_PLACE.value, None), (EntryKind.AREA, adur.name, adur.id),
        ):  # fmt: skip
            new = NewEntry(kind=kind, what=what, area_id=area, began_on=date(2020, 4, 1), source="it")
            register.add_entry(session, agreement_id=1, new=new, context=world.context())
        frame_id = snapshots.make_frame(session, as_of=DAY, context=world.context())
        request = PanelRequest(frame_id, Strand.ANNUAL_SURVEY, 2026, PanelPlan(voluntary_total=20, minimum=2))
        world.panel_id = drawing.draw_panel(session, request=request, context=world.context())
        world.frame_id = frame_id
    return world


def seen(world: World) -> Balance:
    return world.read(
        lambda s: balance.balance(
            s,
            panel_id=world.panel_id,
            frame_id=world.frame_id,
            programme_id=world.programme,
            day=DAY,
            known_by=world.clock.now(),
        )
    )


def counts(of: Balance, sector: Sector, what: str) -> dict[str, int]:
    return {line.group: line.frame for line in of.lines[sector, what]}


def test_the_frame_is_told_apart_by_tier_control_and_agreement_with_a_row_of_what_is_not_known(
    world: World,
) -> None:
    balanced = seen(world)

    # Adur, Bristol, Kent, one that is nowhere and one that no register knows: eight charities each.
    assert counts(balanced, Sector.VOLUNTARY, TIER) == {
        "lower tier": 8, "single tier": 8, "upper tier": 8, "not known": 16
    }  # fmt: skip
    assert counts(balanced, Sector.VOLUNTARY, CONTROL) == {"Labour": 8, "not known": 32}
    assert counts(balanced, Sector.VOLUNTARY, AGREEMENT) == {"in place": 8, "none": 16, "not known": 16}
    assert counts(balanced, Sector.PUBLIC, TIER) == {"lower tier": 1, "upper tier": 1, "not known": 6}


def test_the_area_that_people_entered_goes_before_the_one_that_a_list_names(world: World) -> None:
    with world.database.writing() as session:
        nowhere = select(FrameEntry.organisation_id).where(FrameEntry.area == "Nowhere").limit(3)
        for number, one in enumerate(session.scalars(nowhere).all()):
            for code in ("KEN", "ADU")[: 1 + number // 2]:
                new = NewStay(organisation_id=one, area_id=areas.find_area(session, code).id, source="it")
                put_in_area(session, new=new, context=world.context())

    # Two are of Kent; of the third two areas are meant, so that it is not known.
    assert counts(seen(world), Sector.VOLUNTARY, TIER) == {
        "lower tier": 8, "single tier": 8, "upper tier": 10, "not known": 14
    }  # fmt: skip


def test_shares_of_frame_and_panel_add_up_and_their_difference_to_nothing(world: World) -> None:
    for lines in seen(world).lines.values():
        assert sum(line.frame_share for line in lines) == pytest.approx(1)
        assert sum(line.panel_share for line in lines) == pytest.approx(1)
        assert sum(line.points for line in lines) == pytest.approx(0)
    assert sum(line.panel for line in seen(world).lines[Sector.VOLUNTARY, TIER]) == 20
    public = seen(world).lines[Sector.PUBLIC, TIER]
    assert {line.points for line in public} == {0.0}


def test_the_page_of_the_panel_shows_it_and_says_what_is_made_up(world: World) -> None:
    page = words(Visitor(world, "coordinator").open(f"/panels/{world.panel_id}"))

    assert "The panel beside its frame" in page
    assert "Political control is synthetic" in page
    assert "Lower tier 20.0%" in page
