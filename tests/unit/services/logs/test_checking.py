"""What is wrong with an entry of the logs is told by field, in words."""

from dataclasses import replace
from datetime import date

import pytest

from survey_app.services.logs.checking import faults_of
from survey_app.services.logs.entry import NewEntry
from survey_app.services.logs.vocabulary import LogKind

ACTION = NewEntry(
    kind=LogKind.ACTION,
    title="Pay grants in advance",
    began_on=date(2025, 1, 1),
    due_on=date(2025, 6, 1),
    state="under way",
    source="the action plan",
    area_id=1,
)
SHORT = NewEntry(
    kind=LogKind.CONSULTATION,
    title="Bus routes",
    began_on=date(2025, 3, 1),
    ended_on=date(2025, 3, 31),
    source="minutes",
    said={"reason": "urgent"},
    area_id=1,
)
EXAMPLE = NewEntry(
    kind=LogKind.EXAMPLE,
    title="A grant came early",
    began_on=date(2025, 3, 1),
    source="a letter",
    account="It came",
    said={"sign": "good", "verified": "documents show it"},
)


@pytest.mark.parametrize("whole", [ACTION, SHORT, EXAMPLE])
def test_a_whole_entry_has_no_fault(whole: NewEntry) -> None:
    assert faults_of(whole) == []


@pytest.mark.parametrize(
    ("whole", "change", "field", "said"),
    [
        (ACTION, {"title": " "}, "title", "which it is"),
        (ACTION, {"title": "x" * 201}, "title", "at most 200"),
        (ACTION, {"source": ""}, "source", "how we know"),
        (ACTION, {"account": "x" * 2001}, "account", "at most 2,000"),
        (ACTION, {"began_on": date(205, 1, 1)}, "began_on", "from 1990 to 2100"),
        (ACTION, {"due_on": date(2024, 12, 31)}, "due_on", "before the day it began"),
        (ACTION, {"due_on": None}, "due_on", "by which it is to be done"),
        (ACTION, {"state": "thriving"}, "state", "one of not begun"),
        (ACTION, {"state": "done"}, "ended_on", "enter on which day"),
        (ACTION, {"ended_on": date(2025, 2, 1)}, "ended_on", "leave this day empty"),
        (ACTION, {"said": {"owner": "x" * 201}}, "owner", "at most 200"),
        (ACTION, {"said": {"sign": "good"}}, "sign", "does not say this"),
        (ACTION, {"upstream_id": 1}, "upstream", "has no such body"),
        (SHORT, {"due_on": date(2025, 4, 1)}, "due_on", "has no such day"),
        (SHORT, {"state": "open"}, "state", "has no state"),
        (SHORT, {"said": {}}, "reason", "open for 4 full weeks"),
        (SHORT, {"ended_on": date(2025, 6, 30)}, "reason", "Leave this empty"),
        (SHORT, {"upstream_id": 1}, "upstream", "imposed by central timetable"),
        (SHORT, {"said": {"reason": "rain"}}, "reason", "Choose one of"),
        (SHORT, {"said": {"reason": "urgent", "replies": -1}}, "replies", "from 0 to 1,000,000"),
        (
            SHORT,
            {"said": {"reason": "urgent", "replies": 3, "replies_voluntary": 4}},
            "replies_voluntary",
            "more than all",
        ),
        (EXAMPLE, {"account": ""}, "account", "Say what happened"),
        (EXAMPLE, {"said": {"sign": "good"}}, "verified", "How far"),
        (EXAMPLE, {"said": {**EXAMPLE.said, "indicators": "OUT-6.1 OUT-99"}}, "indicators", "OUT-99"),
    ],
)
def test_an_entry_that_cannot_be_is_told_at_its_field(
    whole: NewEntry, change: dict[str, object], field: str, said: str
) -> None:
    faults = faults_of(replace(whole, **change))  # type: ignore[arg-type]

    assert [(fault.field, said in fault.words) for fault in faults] == [(field, True)]
