"""Questions put to the analyst's command from text, as a test writes them."""

import json
from pathlib import Path
from typing import Any

import pytest

from survey_app.analysis.analyse import analyse
from survey_app.errors import InvalidError


def write(folder: Path, spec: str, **files: str) -> Path:
    """The specification and the CSV files (name without ending) in a folder."""
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    (folder / "spec.yaml").write_text(spec, encoding="utf-8")
    return folder / "spec.yaml"


def ask(folder: Path, spec: str, **files: str) -> dict[str, Any]:
    """The answer, as somebody reads it from the JSON file."""
    answer: dict[str, Any] = json.loads(analyse(write(folder, spec, **files)).json())
    return answer


def faults(folder: Path, spec: str, **files: str) -> tuple[str, ...]:
    """What the command refuses a specification for."""
    with pytest.raises(InvalidError) as refused:
        analyse(write(folder, spec, **files))
    return refused.value.faults


def fault_of(folder: Path, spec: str, **files: str) -> str:
    """The one fault of a specification that has one."""
    (fault,) = faults(folder, spec, **files)
    return fault
