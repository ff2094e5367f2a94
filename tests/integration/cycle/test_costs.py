"""Budget and cost of each strand and round, plan against actual, and the minutes asked of each sector."""

from sqlalchemy import select

from survey_app.models.audit import AuditEntry
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import World

COSTS = "/calendar/costs"
LINE = {"strand": "annual_survey", "year": "2026", "round": "", "what": "Letters on paper"}


def test_what_was_planned_stands_beside_what_was_spent(embedded_world: World) -> None:
    world = embedded_world.launched(bodies=4, charities=16)
    coordinator, interviewer = Visitor(world, "coordinator"), Visitor(world, "interviewer")
    assert interviewer.open(COSTS).status_code == 403

    entered = [
        {"kind": "budget", "pounds": "10000"},
        {"kind": "cost", "pounds": "1250.50", "round": "1"},
        {"kind": "cost", "pounds": "-50.50", "round": "1", "what": "Typed wrongly"},
    ]
    for line in entered:
        assert coordinator.send(COSTS, form_at=COSTS, **(LINE | line)).status_code == 302

    said = words(coordinator.open(COSTS))
    assert "Annual survey 2026 £10,000.00 £1,200.00 £8,800.00" in said
    assert "of it Annual survey 2026 2026 £0.00 £1,200.00 −£1,200.00" in said
    assert "Cost −£50.50, Annual survey 2026, Annual survey 2026: Typed wrongly" in said
    assert "Minutes asked of each sector" in said
    acts = select(AuditEntry.act).where(AuditEntry.subject == "cost_line").order_by(AuditEntry.subject_id)
    assert world.read(lambda s: list(s.scalars(acts))) == ["budget entered", "cost entered", "cost entered"]


def test_a_sum_that_says_nothing_is_refused_in_words(embedded_world: World) -> None:
    world = embedded_world.launched(bodies=4, charities=16)
    coordinator = Visitor(world, "coordinator")

    for typed, fault in (
        ({"pounds": "0"}, "Enter a sum of at least a penny"),
        ({"pounds": "much"}, "Pounds: enter a number, like 12.5"),
        ({"pounds": "NaN"}, "Pounds: enter a number, like 12.5"),
        ({"pounds": "5", "strand": "focus_groups", "round": "1"}, "a round of another strand or year"),
        ({"pounds": "1e30"}, "at most £100 million"),
    ):
        refused = coordinator.send(COSTS, form_at=COSTS, **(LINE | {"kind": "cost"} | typed))
        assert (refused.status_code, fault in words(refused)) == (422, True), (typed, words(refused)[:600])
    assert "Nothing is entered yet." in words(coordinator.open(COSTS))
