"""What is asked of the database for each letter does not grow with the letters that have left."""

from typing import Any

from sqlalchemy import event

from survey_app.services.fieldwork.addresses import earlier_addresses
from tests.fixtures.world import World


def test_where_the_letters_of_a_seat_went_is_looked_up_by_the_seat(embedded_world: World) -> None:
    world = embedded_world.opened()
    asked: list[tuple[str, Any]] = []
    event.listen(
        world.database.engine,
        "before_cursor_execute",
        lambda _connection, _cursor, statement, values, *_more: asked.append((statement, values)),
    )
    assert world.read(lambda s: earlier_addresses(s, world.keys, [1, 2]))
    (statement, values), *_ = [one for one in asked if "FROM message" in one[0]]

    with world.database.reading() as session:
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        assert "seat_id" in plan.all()[0].detail
