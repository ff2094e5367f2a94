"""A frame large enough for plans."""

from datetime import date

import pytest

from survey_app.services.frames import snapshots
from tests.fixtures.plans import list_of
from tests.fixtures.world import World, public_bodies


@pytest.fixture
def thousand(world: World) -> World:
    """1,200 charities, 100 of each region and band, and eight public bodies."""
    world.founded()
    world.imported("Charities", list_of(1200))
    world.imported("Bodies", public_bodies(8))
    with world.database.writing() as session:
        world.frame_id = snapshots.make_frame(session, as_of=date(2026, 8, 24), context=world.context())
    return world
