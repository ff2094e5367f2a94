"""The JSON Schema that editors use says what the parser takes, no more and no less."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from survey_app.analysis.faults import Faults
from survey_app.analysis.specification.contents import TASKS, read_specification, specification_schema

FILE = Path(__file__).parents[3] / "survey_app" / "analysis" / "specification.schema.json"
SCHEMA = json.loads(FILE.read_text(encoding="utf-8"))

FULL = {
    "estimate": """
task: estimate
data: responses.csv
design:
  id: unit_id
  strata: stratum
  psu: cluster
  weights: w
  pop_size: big_n
  responded: resp
  lonely_psu: fail
  collapse: {E: DE, D: DE}
  route: came_by
nonresponse: {cells: [class], min_respondents: 5, max_factor: 3, collapse: {a: ab, b: ab}}
calibration:
  method: raking
  bounds: [0.7, 1.4]
  margins: {kind: {PB: 417, VCO: 24956}}
  totals: {income_last_year: 3914069}
estimates:
  - statistic: mean
    of: [q1, q2]
    over: enrolled
    at: [0.25, 0.5, 0.75]
    by: [region, kind]
    where: {kind: VCO}
    ci: korn_graubard
    level: 0.95
""",
    "plan": """
task: plan
data: strata.csv
columns: {stratum: name, pop_size: big_n, sd: s, size: x, cv: cv, certainty: sure}
allocation: {method: neyman, n: 2500, min_n: 10, cap: null, power: 0.5}
""",
    "draw": """
task: draw
data: frame.csv
columns: {id: id, stratum: stratum, prn: u}
key: "a secret"
where: {in_frame: 1}
sizes: {S1: 40, S2: 30}
start: 0.04
""",
    "change": """
task: change
data: panel.csv
design: {id: id, wave: year, strata: stratum, pop_size: big_n, route: came_by}
waves: [1, 2]
overlap: {data: strata.csv, stratum: stratum, pop_both: n_both_frames}
estimates: [{statistic: mean, of: [y, x], by: [area]}, {statistic: total, of: y, covariance: berger_priam}]
""",
    "suppress": """
task: suppress
threshold: 5
protection: 5
tables:
  - {name: A, counts: [[31, 18, 3], [12, 9, 14]], margins: published}
  - {name: B, counts: [[31, 18, 3], [12, 9, 14]], margins: published}
linked: [[A, B]]
""",
    "rates": "{task: rates, counts: {I: 4, P: 2, R: 1, NC: 1, O: 1, UH: 1, UO: 1}, e: 0.9}",
    "representativeness": """
task: representativeness
data: sample.csv
response: resp
weights: w
route: came_by
model: [type, region, size]
""",
}
WRONG = [
    ("estimate", "lonely_psu: fail", "lonely_psu: hope"),
    ("estimate", "of: [q1, q2]", "off: [q1, q2]"),
    ("estimate", "level: 0.95", "level: 1"),
    ("estimate", "kind: VCO}", "kind: 1.5}"),
    ("estimate", "max_factor: 3", "max_factor: 0.5"),
    ("estimate", "route: came_by", "route: [came, by]"),
    ("plan", "n: 2500", "n: 0"),
    ("plan", "power: 0.5", "power: 2"),
    ("plan", "method: neyman", "method: optimal"),
    ("draw", "sizes: {S1: 40, S2: 30}", "sizes: {S1: -1}"),
    ("draw", "sizes: {S1: 40, S2: 30}", "sizes: {data: plan.csv}"),
    ("draw", "start: 0.04", "start: early"),
    ("change", "waves: [1, 2]", "waves: [1, 2, 3]"),
    ("change", "covariance: berger_priam", "covariance: none"),
    ("suppress", "threshold: 5", "threshold: 0"),
    ("suppress", "margins: published", "margins: secret"),
    ("rates", "UO: 1", "UO: -1"),
    ("rates", ", e: 0.9", ""),
    ("representativeness", "response: resp", "responded: resp"),
    ("representativeness", "route: came_by", "route: [came, by]"),
]


def accepts(schema: dict[str, Any], value: object) -> bool:
    """Whether a value is valid, for the words of JSON Schema that the file uses; another word is an error."""
    return all(RULES[word](limit, value, schema) for word, limit in schema.items())


def _type(wanted: str | list[str], value: object, _: object) -> bool:
    kinds = [wanted] if isinstance(wanted, str) else wanted
    python = {"string": str, "integer": int, "number": (int, float), "array": list, "object": dict}
    is_null = value is None and "null" in kinds
    return is_null or any(isinstance(value, python.get(k, ())) and not isinstance(value, bool) for k in kinds)  # type: ignore[arg-type]


def _properties(known: dict[str, Any], value: object, _: object) -> bool:
    return not isinstance(value, dict) or all(accepts(known[k], v) for k, v in value.items() if k in known)


def _additional(rule: Any, value: object, schema: dict[str, Any]) -> bool:
    if not isinstance(value, dict):
        return True
    others = [v for k, v in value.items() if k not in schema.get("properties", {})]
    return not others if rule is False else all(accepts(rule, other) for other in others)


RULES: dict[str, Any] = {
    "$schema": lambda *_: True,
    "title": lambda *_: True,
    "description": lambda *_: True,
    "default": lambda *_: True,
    "type": _type,
    "enum": lambda words, value, _: value in words,
    "minLength": lambda minimum, value, _: not isinstance(value, str) or len(value) >= minimum,
    "minimum": lambda minimum, value, _: value >= minimum,
    "maximum": lambda maximum, value, _: value <= maximum,
    "exclusiveMinimum": lambda minimum, value, _: value > minimum,
    "exclusiveMaximum": lambda maximum, value, _: value < maximum,
    "items": lambda item, value, _: not isinstance(value, list) or all(accepts(item, v) for v in value),
    "minItems": lambda minimum, value, _: not isinstance(value, list) or len(value) >= minimum,
    "maxItems": lambda maximum, value, _: not isinstance(value, list) or len(value) <= maximum,
    "required": lambda keys, value, _: not isinstance(value, dict) or set(keys) <= value.keys(),
    "properties": _properties,
    "additionalProperties": _additional,
    "anyOf": lambda options, value, _: any(accepts(option, value) for option in options),
    "oneOf": lambda options, value, _: sum(accepts(option, value) for option in options) == 1,
}


def parsed(folder: Path, text: str) -> bool:
    (folder / "spec.yaml").write_text(text)
    faults = Faults()
    read_specification(folder / "spec.yaml", faults)
    return not faults.lines


def test_the_file_says_what_the_parser_follows() -> None:
    assert specification_schema() == SCHEMA


@pytest.mark.parametrize("task", TASKS)
def test_the_contract_of_every_task_is_taken_by_both(task: str, tmp_path: Path) -> None:
    assert parsed(tmp_path, FULL[task])
    assert accepts(SCHEMA, yaml.safe_load(FULL[task]))


@pytest.mark.parametrize(("task", "old", "new"), WRONG)
def test_what_the_parser_refuses_the_schema_refuses(task: str, old: str, new: str, tmp_path: Path) -> None:
    assert old in FULL[task]
    text = FULL[task].replace(old, new, 1)

    assert not parsed(tmp_path, text)
    assert not accepts(SCHEMA, yaml.safe_load(text))
