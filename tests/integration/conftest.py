"""What several tests of use cases start from."""

import pytest

from tests.fixtures.panel_years import HEADER, NO_REST, charities, framed, rule
from tests.fixtures.world import World


@pytest.fixture
def hundred(world: World) -> World:
    """A hundred charities of one stratum, and no ceilings."""
    world.founded()
    world.imported("Charities", HEADER + charities(range(100)))
    world.frame_id = framed(world)
    rule(world, NO_REST)
    return world
