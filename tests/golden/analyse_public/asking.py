"""Specifications put to the analyst's command over the public data of this folder."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from survey_app.analysis.analyse import analyse

HERE = Path(__file__).parent
Row = dict[str, str]
Spec = dict[str, Any]


def read(name: str) -> list[Row]:
    with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: Sequence[Spec]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def ask(folder: Path, spec: Spec, **files: Sequence[Spec]) -> Any:
    """The answer to a specification whose data are files (name without ending) of rows."""
    for name, rows in files.items():
        write(folder / f"{name}.csv", rows)
    (folder / "spec.yaml").write_text(yaml.safe_dump(spec))
    return json.loads(analyse(folder / "spec.yaml").json())
