"""A programme with the areas of England and one agreement, about which tests enter things."""

from survey_app.services.places import areas
from survey_app.services.programmes import registry
from tests.fixtures.world import World, kept


@kept
def logs_begun_in_kent(world: World) -> World:
    world.founded()
    with world.database.writing() as session:
        areas.load_shipped(session, context=world.context())
        registry.add_agreement(
            session,
            programme_id=world.programme,
            title="Kent Compact",
            name="Compact",
            context=world.context(),
        )  # fmt: skip
    return world
