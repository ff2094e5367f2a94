"""An answer: plain values for JSON, where what is not defined is null and never NaN."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from math import isfinite

import numpy as np

from sampling.arrays import Floats, Ints
from sampling.estimation.change import Change
from sampling.estimation.estimators import Estimate
from survey_app.analysis.names import Names

AT_ONCE = 100_000


@dataclass(frozen=True)
class Units:
    """The weights behind an estimate: id, design weight and final weight of every unit used, shape (n,).

    Units without an id are their rows in the file.
    """

    ids: Names | Ints
    design_weights: Floats
    weights: Floats

    def rows(self) -> Iterator[tuple[str, float, float]]:
        """One row per unit, as plain values, some at a time."""
        ids = iter(self.ids)
        for first in range(0, self.weights.size, AT_ONCE):
            some = slice(first, first + AT_ONCE)
            numbers = zip(self.design_weights[some].tolist(), self.weights[some].tolist(), strict=True)
            yield from ((str(next(ids)), before, after) for before, after in numbers)


@dataclass(frozen=True)
class Answer:
    """What a task answers: `values` for the JSON file, `units` for that of weights if there are any."""

    values: Mapping[str, object]
    units: Units | None = None

    def json(self) -> str:
        """The answer as a JSON document, numbers in full double precision."""
        return json.dumps(self.values, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def plain(value: object) -> object:
    """The value in JSON's own kinds: numpy's numbers as Python's, what is not finite as None."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(item) for item in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    return None if isinstance(value, float) and not isfinite(value) else value


def answer(
    task: str, values: Mapping[str, object], *, messages: Sequence[str], units: Units | None = None
) -> Answer:
    """The answer of a task, its messages last."""
    body = plain({"task": task, **values, "messages": list(messages)})
    assert isinstance(body, dict)  # a mapping stays one
    return Answer(body, units)


def numbers_of(result: Estimate | Change) -> dict[str, object]:
    """An estimate as a record; one too large to be told is null and flagged `overflow`."""
    record = asdict(result)
    if any(isinstance(value, float) and not isfinite(value) for value in record.values()):
        record["flags"] = (*result.flags, "overflow")
    return record
