"""The measurement of the storage design in its short form: nothing finds the database locked."""

from pathlib import Path

import pytest

from benchmarks.storage import measure


@pytest.mark.slow
def test_saves_a_launch_and_letters_go_on_side_by_side_without_a_locked_error(tmp_path: Path) -> None:
    measured = measure(tmp_path, seconds=4, members=200)

    assert measured["locked errors"] == 0
    assert measured["saves"] > 50
    assert measured["cases launched meanwhile"] >= 200
