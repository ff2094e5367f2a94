"""Logs for the demonstration: some dozens of made-up entries over three years, about real areas.

Nothing in them says anything of the areas or bodies named: all of it comes from a checksum of each area's
code, the same on every machine.
"""

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta

from survey_app.demo.agreements import SOURCE, Row, chance, has_agreement
from survey_app.services.logs.files import NEEDED, OPTIONAL
from survey_app.services.places.gazetteer import Place, shipped

YEARS = 3
# Of a hundred areas with an agreement so many appear here.
SHARE = 20
TOPICS = ("bus routes", "libraries", "advice centres", "care for older people", "youth clubs", "parks")
REASONS = (
    "imposed by central timetable", "a budget or a decision had its day", "urgent", "no reason given",
    "imposed by central timetable",
)  # fmt: skip
ABOVE = "Department for Education"
ACTIONS = (
    ("Pay grants in advance", "The finance department", "Nine of ten grants paid by the first day"),
    ("Name a contact in each department", "The chief executive's office", "A list on the website"),
    ("Hold a yearly review with both sectors", "", ""),
    ("Pay the costs of small groups that take part", "The council for voluntary service", ""),
)
EXAMPLES = (
    ("good", "A grant that was to end was carried on for six months", "both sectors say so"),
    ("bad", "A contract was let without a word to those who had run the service", "one party says so"),
    ("good", "A consultation was opened again after groups named the code", "documents show it"),
)


def logs_text(*, today: date) -> bytes:
    """The logs as a CSV file, as they may have been entered until a day."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, (*NEEDED, *OPTIONAL), restval="")
    writer.writeheader()
    for place in shipped():
        if has_agreement(place) and chance(place, "logs") < SHARE:
            writer.writerows(_rows(place, today))
    return text.getvalue().encode()


def _rows(place: Place, today: date) -> list[Row]:
    rows = [*_consultations(place, today), *_actions(place, today), *_quarrels(place, today)]
    rows += [*_funding(place, today), *_examples(place, today), *_events(place, today)]
    return [{"area": place.code, "source": SOURCE, **row} for row in rows]


def _day(place: Place, what: str, today: date) -> date:
    """Some day of the last three years."""
    return today - timedelta(days=1 + chance(place, what, YEARS * 365 - 1))


def _row(kind: str, title: str, began_on: date, **more: str) -> Row:
    return {"kind": kind, "title": f"{title} (synthetic)", "began_on": began_on.isoformat(), **more}


def _consultations(place: Place, today: date) -> Iterator[Row]:
    for number in range(1 + chance(place, "consultations", 2)):
        what = f"consultation {number}"
        opened, days = _day(place, what, today), (30, 42, 84, 91)[chance(place, f"{what} days", 4)]
        closed = opened + timedelta(days=days)
        reason = REASONS[chance(place, f"{what} reason", len(REASONS))] if days < 83 else ""
        over = closed < today - timedelta(days=60)
        replies = 5 + chance(place, f"{what} replies", 90)
        yield _row(
            "consultation", f"Consultation on {TOPICS[chance(place, what, len(TOPICS))]}", opened,
            ended_on=closed.isoformat(), reason=reason,
            upstream=ABOVE if reason == REASONS[0] and chance(place, what) < 50 else "",
            replies=str(replies) if over else "", replies_voluntary=str(replies // 4) if over else "",
            feedback=("by the day promised", "not told", "later than promised")[replies % 3] if over else "",
            changed=("yes", "no")[replies % 2] if over else "",
        )  # fmt: skip


def _actions(place: Place, today: date) -> Iterator[Row]:
    title, owner, target = ACTIONS[chance(place, "action", len(ACTIONS))]
    agreed = _day(place, "agreed", today)
    due = agreed + timedelta(days=120 + chance(place, "due", 300))
    state = ("done", "under way", "not begun")[chance(place, "state", 3)] if due < today else "under way"
    done = due - timedelta(days=chance(place, "done", 60) - 20) if state == "done" else None
    yield _row(
        "action", title, agreed, due_on=due.isoformat(), state=state, owner=owner, target=target,
        agreement=f"{place.name} Compact (synthetic)", ended_on=min(done, today).isoformat() if done else "",
    )  # fmt: skip


def _quarrels(place: Place, today: date) -> Iterator[Row]:
    if chance(place, "dispute") < 25:
        settled = chance(place, "settled") < 60
        began = _day(place, "dispute day", today)
        yield _row(
            "dispute" if place.code < "M" else "complaint", "A grant that was cut at short notice", began,
            state="settled" if settled else "open",
            ended_on=min(began + timedelta(days=70), today).isoformat() if settled else "",
            weight=("major", "not major")[chance(place, "weight", 2)] if place.code < "M" else "",
            procedure=("the agreement's own procedure", "another way")[chance(place, "procedure", 2)],
            satisfied=("all parties", "some parties")[chance(place, "satisfied", 2)] if settled else "",
        )  # fmt: skip


def _funding(place: Place, today: date) -> Iterator[Row]:
    begins = _day(place, "funding", today)
    years = 1 + chance(place, "years", 3)
    whole = chance(place, "purpose") < 50
    yield _row(
        "funding", "Advice services" if whole else "Work on the agreement", begins, direction="given",
        purpose="grants and contracts for services" if whole else "putting the agreement into practice",
        means="cash", pounds=str(5000 + 500 * chance(place, "pounds", 80)),
        ended_on=(begins + timedelta(days=365 * years + 1)).isoformat(),
    )  # fmt: skip


def _examples(place: Place, today: date) -> Iterator[Row]:
    if chance(place, "example") < 35:
        sign, title, verified = EXAMPLES[chance(place, "which example", len(EXAMPLES))]
        yield _row(
            "example", title, _day(place, "example day", today), sign=sign, verified=verified,
            account="Made up for the demonstration.", indicators="OCM-7.1",
            rivals="A new leader of the council came in the same month",
        )  # fmt: skip
    if chance(place, "practice") < 15:
        yield _row(
            "practice", "Councillors and groups go through all consultations once a quarter",
            _day(place, "practice day", today), account="Made up for the demonstration.",
            context="A single-tier council with one council for voluntary service",
            indicators="OUT-6.1 PRO-2.3", verified="both sectors say so",
        )  # fmt: skip


def _events(place: Place, today: date) -> Iterator[Row]:
    if chance(place, "event") < 40:
        initiative = ("local strategic partnership", "election, or another leadership", "other")[
            chance(place, "initiative", 3)
        ]
        yield _row("event", "Something else changed", _day(place, "event day", today), initiative=initiative)
