"""A reviewed consultation log is one entry of the logs, and stays one when the form is corrected."""

from survey_app.models.cases.casework import SubjectKind
from survey_app.services.logs import entries
from survey_app.services.logs.entry import Entry
from tests.fixtures.answering import Typed
from tests.fixtures.world import World
from tests.integration.forms.clerks import (
    about,
    answer,
    begun,
    correct,
    filled,
    reviewed,
    submitted,
    with_forms,
)


def day(year: int, month: int, number: int) -> Typed:
    return {"answer-day": str(number), "answer-month": str(month), "answer-year": str(year)}


def logged(world: World) -> list[Entry]:
    return world.read(
        lambda session: entries.entries_of(session, programme_id=world.programme, known_by=world.clock.now())
    )


def consultation(world: World) -> int:
    """A form of a consultation of five weeks in Kent, submitted."""
    form_id = begun(world, "consultation-log", about(world, SubjectKind.AREA, "Kent"))
    answer(world, form_id, "log-title", {"answer": "Bus routes"})
    answer(world, form_id, "log-opened", day(2025, 1, 6))
    answer(world, form_id, "log-closed", day(2025, 2, 9))
    answer(world, form_id, "log-weeks", {"answer": "5"})
    answer(world, form_id, "log-reason", {"answer": "central_timetable"})
    answer(world, form_id, "log-upstream", {"answer": "A ministry that is on no list"})
    answer(world, form_id, "log-replies", {"answer": "41"})
    answer(world, form_id, "log-feedback", {"answer": "late"})
    filled(world, form_id)
    submitted(world, form_id)
    return form_id


def test_a_consultation_log_becomes_an_entry_when_it_is_reviewed(embedded_world: World) -> None:
    with_forms(embedded_world)
    form_id = consultation(embedded_world)
    assert logged(embedded_world) == []

    reviewed(embedded_world, form_id)

    (entry,) = logged(embedded_world)
    assert (entry.title, entry.weeks, entry.source) == (
        "Bus routes",
        5,
        f"consultation log, form {form_id}, reviewed",
    )
    assert {name: entry.said[name] for name in ("reason", "replies", "feedback")} == {
        "reason": "imposed by central timetable",
        "replies": 41,
        "feedback": "later than promised",
    }
    assert "A ministry that is on no list" in entry.account


def test_a_corrected_form_renews_its_entry_and_makes_no_second_one(embedded_world: World) -> None:
    with_forms(embedded_world)
    form_id = consultation(embedded_world)
    reviewed(embedded_world, form_id)

    correct(embedded_world, form_id, "It was open for longer")
    answer(embedded_world, form_id, "log-closed", day(2025, 6, 30))
    filled(embedded_world, form_id)
    submitted(embedded_world, form_id)
    reviewed(embedded_world, form_id)

    (entry,) = logged(embedded_world)
    assert (entry.weeks, entry.is_short, "reason" in entry.said) == (25, False, False)


def test_an_entry_that_was_taken_back_is_not_made_again(embedded_world: World) -> None:
    with_forms(embedded_world)
    form_id = consultation(embedded_world)
    reviewed(embedded_world, form_id)
    (entry,) = logged(embedded_world)
    with embedded_world.database.writing() as session:
        entries.take_back(session, entry_id=entry.id, reason="twice", context=embedded_world.context())

    correct(embedded_world, form_id, "A word")
    submitted(embedded_world, form_id)
    reviewed(embedded_world, form_id)

    assert logged(embedded_world) == []
