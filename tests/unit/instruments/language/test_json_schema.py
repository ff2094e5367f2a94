"""The JSON Schema says what the reader takes: the same fields, the same words."""

import json
from pathlib import Path
from typing import Any

import pytest

from instruments.language.fields import Fields
from instruments.language.json_schema import schema
from instruments.language.questionnaire import parse
from instruments.versions import library
from tests.unit.instruments.editors import errors, loaded, properties
from tests.unit.instruments.examples import HEAD
from tests.unit.instruments.language.test_documentation import block

SCHEMA = schema()
EVERY_FIELD = """\
role: module
strands: [annual_survey]
modes: [web, telephone]
answered_by: lead
minutes_ceiling: 9
language: en
languages: [cy]
expects: [{item: heard, kind: single_choice, values: [a], passes: [dont_know]}]
explained: [{warning: long-text, why: Because, at: a}]
composed_of: [{name: x, version: 1, sha256: "%s"}]
left_out: [z]
sections:
  - id: one
    title: One
    ask_if:
      all:
        - {item: heard, is: [a]}
        - {any: [{fact: sector, is: [vco]}, {not: {item: heard, answered: true}}]}
    modes: web
    answered_by: [lead]
    minutes: 2.5
    origin: x@1
    questions:
      - id: a
        item: a
        kind: multi_choice
        text: Which?
        hint: Choose.
        short: Which
        indicator: BAS-1.1
        required: true
        not_applicable: true
        dont_know: Not sure
        prefer_not_to_say: false
        statistic: proportion
        measured: Share
        mirrored: false
        retrospective: false
        modes: [web]
        answered_by: [lead]
        minutes: 0.5
        page: p
        clause: 4.2
        guidance: Ask slowly.
        probes: [And then]
        changed: {from_version: 1, kind: same, note: None}
        options: [{value: x, label: X, hint: The x}, {value: y, label: 5, exclusive: true}]
      - {id: g, kind: grid, text: G, short: G, counts_as: [o], statistic: proportion, measured: M,
         rows: [{value: r, label: R, indicator: BAS-1.1}], options: [{value: o, label: O}],
         ask_if: {item: a, includes: [x]}}
      - {id: n, kind: amount, text: N, short: N, minimum: 0.5, maximum: 10, repeat: {item: a}}
      - {id: k, kind: yes_no, text: K, short: K, repeat: {codes: sector}}
      - {id: l, kind: yes_no, text: L, short: L, repeat: {list: agreements}}
      - {id: r, kind: rating, text: R, short: R, anchors: {1: poor, 2: b, 3: fair, 4: d, 5: good}}
      - {id: d, kind: date, text: D, short: D, earliest: 2020-01-01, latest: 2021-01-01}
      - {id: e, kind: date, text: E, short: E, checks: [{not_before: d, soft: true}]}
      - {id: f, kind: date, text: F, short: F, checks: [{not_after: d, message: M}]}
      - {id: t, kind: short_text, text: T, short: T, limit: 20, ask_if: {item: r, at_least: 2.5}}
      - {id: s, short: S, compute: {sum_of: [n]}}
      - {id: m, short: M, compute: {difference_of: [s, n.x]}}
      - {id: o, short: O, compute: {ratio_of: [s, n.x]}}
      - {id: c, short: C, compute: {count_of: [k], is: ["yes"]}}
      - {id: b, short: B, compute: {holds: {item: r, at_most: 3}}}
      - id: z
        kind: amount
        text: Z
        short: Z
        checks:
          - {sum_of: [n, z], equals: s}
          - {sum_of: [z], at_most: 10}
          - {must_hold: {item: z, at_least: 1}, message: At least one}
""" % ("0" * 64)


def full() -> str:
    return HEAD.partition("sections:")[0] + EVERY_FIELD


@pytest.mark.parametrize("locked", library.shipped(), ids=lambda one: f"{one.name}@{one.version}")
def test_every_shipped_file_is_valid(locked: library.Locked) -> None:
    assert [*errors(loaded(library.read(locked.name, locked.version).text), SCHEMA)] == []


def test_the_example_of_the_documents_is_valid() -> None:
    assert [*errors(loaded(block("yaml")), SCHEMA)] == []


def test_a_file_that_uses_every_field_is_valid_and_can_be_read() -> None:
    assert [*errors(loaded(full()), SCHEMA)] == []
    assert parse(full()).name == "small"


def test_the_schema_has_the_fields_that_the_reader_takes_and_no_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: set[str] = set()
    take, has = Fields.take, Fields.__contains__

    def noted(self: Fields, key: str, *, needed: bool = False) -> Any:
        asked.add(key)
        return take(self, key, needed=needed)

    def looked(self: Fields, key: str) -> bool:
        asked.add(key)
        return has(self, key)

    monkeypatch.setattr(Fields, "take", noted)
    monkeypatch.setattr(Fields, "__contains__", looked)
    parse(full())

    assert asked == set(properties(SCHEMA))


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("kind: date", "kind: essay"),
        ("role: module", "role: poll"),
        ("page: p", "pages: p"),
        ("sum_of: [n]", "product_of: [n]"),
        ("version: 1", "version: first"),
    ],
)
def test_what_the_reader_refuses_by_name_the_schema_refuses_too(was: str, now: str) -> None:
    assert [*errors(loaded(full().replace(was, now, 1)), SCHEMA)]


def test_the_schema_in_the_repository_is_the_one_of_the_code() -> None:
    file = Path(library.__file__).parents[1].joinpath("schema.json")

    assert json.loads(file.read_text(encoding="utf-8")) == SCHEMA, "run: compact instrument schema"
