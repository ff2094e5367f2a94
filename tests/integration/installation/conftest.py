"""What the tests of the tables start from."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from survey_app.database import Database


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without a table."""
    if request.param == "sqlite":
        made = Database(f"sqlite:///{tmp_path / 'empty.sqlite'}")
        yield made
        made.close()
        return
    cluster = request.getfixturevalue("cluster")
    name = cluster.fresh("template0")
    made = Database(cluster.url(name))
    yield made
    made.close()
    cluster.drop(name)
