"""What entries of a year say to an indicator is counted among those it can be said of."""

from dataclasses import replace
from datetime import date

from instruments.indicators.catalogue import shipped_catalogue
from survey_app.services.logs.entry import NewEntry
from survey_app.services.logs.measures import FED_BY, MEASURES, Figure, figures
from survey_app.services.logs.vocabulary import LogKind


def entry(kind: str, began: str, ended: str | None = None, state: str = "", **said: str | int) -> NewEntry:
    return NewEntry(
        kind=LogKind(kind), title="x", began_on=date.fromisoformat(began), source="x", area_id=1,
        ended_on=date.fromisoformat(ended) if ended else None, state=state, said=said,
    )  # fmt: skip


def counted(indicator: str, entries: list[NewEntry], year: int = 2025) -> list[tuple[int, int | None]]:
    return [(one.number, one.of) for one in figures(indicator, entries, year)]


def test_every_measure_is_of_an_indicator_and_says_what_feeds_it() -> None:
    assert MEASURES.keys() <= shipped_catalogue().ids
    assert MEASURES.keys() == FED_BY.keys()


def test_every_share_says_among_what_it_is_counted() -> None:
    one_of_each = [
        entry("consultation", "2025-01-01", "2025-02-01", reason="urgent", replies=4, replies_voluntary=1,
              feedback="not told", changed="no"),
        entry("dispute", "2025-01-01", state="open", weight="major", procedure="another way"),
        entry("complaint", "2025-01-01", "2025-02-01", state="settled", satisfied="all parties"),
    ]  # fmt: skip
    said = [one for indicator in MEASURES for one in figures(indicator, one_of_each, 2025)]

    assert [one.label for one in said if (one.of is None) != (one.base == "")] == []
    assert len(said) > 30


def test_consultations_are_counted_in_the_year_in_which_they_closed() -> None:
    log = [
        entry("consultation", "2024-11-01", "2025-01-23"),
        entry("consultation", "2025-03-01", "2025-03-31", reason="imposed by central timetable"),
        entry("consultation", "2025-12-01", "2026-01-05", reason="urgent"),
        entry("consultation", "2025-06-01"),
    ]
    log[1] = replace(log[1], upstream_id=7)

    said = {one.label: one for one in figures("OUT-6.1", log, 2025)}

    assert said["Open for less than 12 weeks"] == Figure(
        label="Open for less than 12 weeks",
        number=1,
        of=2,
        base="consultations whose last day to reply fell in the year",
    )
    assert said["Open for less than 12 weeks"].share == 0.5
    assert (said["Of these: imposed by central timetable"].number, said["Of these: urgent"].number) == (1, 0)
    assert said["Bodies above that set a timetable"].number == 1


def test_what_is_not_known_or_not_due_is_in_no_denominator() -> None:
    days = ("2025-01-01", "2025-03-31")
    log = [
        entry("consultation", *days, feedback="by the day promised", changed="yes", replies=100),
        entry(
            "consultation",
            *days,
            feedback="not told",
            changed="too soon to say",
            replies=10,
            replies_voluntary=4,
        ),
        entry("consultation", *days, feedback="not yet due", replies=20),
        entry("consultation", *days),
    ]

    assert counted("OUT-6.2", log) == [(0, 2), (1, 2)]
    assert counted("OUT-6.3", log) == [(1, 1)]
    assert counted("OCM-3.7", log) == [(3, None), (20, None), (4, 10)]


def test_actions_are_counted_in_the_year_in_which_they_fell_due() -> None:
    action = replace(
        entry("action", "2024-01-01", state="done"), due_on=date(2025, 6, 1), ended_on=date(2025, 6, 1)
    )
    log = [
        action,
        replace(action, ended_on=date(2025, 6, 2), said={"owner": "the council"}),
        replace(action, state="dropped", ended_on=None, said={"target": "paid in advance"}),
        replace(action, state="under way", ended_on=None, due_on=date(2026, 1, 1)),
    ]

    assert counted("OUT-4.1", log) == [(2, 3), (1, 3), (1, 3)]
    assert (counted("PRO-3.1", log), counted("PRO-3.2", log)) == ([(1, 3)], [(1, 3)])


def test_complaints_count_as_settled_in_the_year_in_which_they_were() -> None:
    log = [
        entry("complaint", "2024-12-01", "2025-02-01", "settled", satisfied="all parties"),
        entry("complaint", "2025-12-01", "2025-12-31", "settled", satisfied="some parties"),
        entry("complaint", "2025-05-01", "2025-06-01", "settled"),
        entry("complaint", "2025-05-01", "2025-06-01", "dropped", satisfied="all parties"),
    ]

    assert counted("OUT-7.3", log) == [(3, None), (1, 2)]


def test_money_given_and_money_received_are_never_added() -> None:
    funding = entry("funding", "2025-04-01", "2028-03-31", direction="given", pounds=900, means="cash",
                    purpose="grants and contracts for services")  # fmt: skip
    ours = replace(funding, said={**funding.said, "purpose": "putting the agreement into practice"})
    log = [funding, replace(funding, ended_on=date(2026, 3, 31)), ours,
           replace(ours, said={**ours.said, "direction": "received", "pounds": 50})]  # fmt: skip

    assert counted("OUT-5.4", log) == [(1, 2)]
    assert counted("INP-1.4", log) == [(900, None), (50, None)]
    assert counted("INP-1.2", log) == [(2, 2), (0, 2), (0, 2)]


def test_disputes_and_examples_are_counted_where_they_began_and_never_by_place() -> None:
    log = [
        replace(entry("dispute", "2025-01-01", state="open", weight="major"), area_id=area) for area in (1, 2)
    ]
    examples = [
        entry("example", "2025-01-01", sign="good", verified="documents show it"),
        entry("example", "2025-01-01", sign="bad", verified="one party says so"),
        entry("example", "2024-01-01", sign="bad", verified="documents show it"),
    ]

    assert counted("OCM-3.2", log) == [(2, None), (2, 2)]
    assert counted("OCM-7.1", examples) == [(1, None), (1, None), (1, 2)]


def test_what_else_changed_counts_in_each_year_in_which_it_goes_on() -> None:
    log = [
        entry("event", "2023-01-01", "2024-12-31"),
        entry("event", "2023-01-01", "2025-01-31"),
        entry("event", "2025-01-01"),
        entry("event", "2026-01-01"),
    ]

    assert counted("BAS-3.2", log) == [(2, None), (1, 2)]
    assert figures("INP-1.0", log, 2025) == ()
