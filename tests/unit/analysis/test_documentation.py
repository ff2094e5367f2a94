"""The worked example of docs/analyse.md is true, and every specification in it can be read."""

import json
import re
from pathlib import Path

import pytest

from survey_app.analysis.analyse import analyse
from survey_app.analysis.faults import Faults
from survey_app.analysis.specification.contents import TASKS, read_specification

TEXT = (Path(__file__).parents[3] / "docs" / "analyse.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(yaml|csv|json)\n(.*?)```", TEXT, re.DOTALL)
SPECS = [text for kind, text in BLOCKS if kind == "yaml"]


def test_the_worked_example_answers_what_the_page_shows(tmp_path: Path) -> None:
    (data,) = [text for kind, text in BLOCKS if kind == "csv"]
    (shown,) = [text for kind, text in BLOCKS if kind == "json"]
    (tmp_path / "responses.csv").write_text(data)
    (tmp_path / "spec.yaml").write_text(SPECS[0])

    answer = json.loads(analyse(tmp_path / "spec.yaml").json())

    expected = json.loads(shown)
    assert close(answer, expected)
    share = round(100 * answer["estimates"][0]["estimate"])
    assert f"Of the population {share} per cent met" in TEXT


def close(ours: object, shown: object) -> bool:
    """Equal, floating point being the machine's own in the last digits."""
    if isinstance(ours, dict) and isinstance(shown, dict):
        return list(ours) == list(shown) and all(close(ours[key], shown[key]) for key in ours)
    if isinstance(ours, list) and isinstance(shown, list):
        return len(ours) == len(shown) and all(map(close, ours, shown))
    return ours == (pytest.approx(shown, rel=1e-12) if isinstance(shown, float) else shown)


def test_there_is_a_specification_of_every_task_and_each_can_be_read(tmp_path: Path) -> None:
    read = []
    for text in SPECS:
        (tmp_path / "spec.yaml").write_text(text)
        faults = Faults()
        task = read_specification(tmp_path / "spec.yaml", faults)
        assert faults.lines == []
        assert task is not None
        read.append(task.task)

    assert set(read) == set(TASKS)
