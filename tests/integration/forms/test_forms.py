"""Forms by staff: begun, filled in, reviewed by another, corrected, and what the reviewed ones say."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from instruments.conduct import Role
from instruments.schema import State
from instruments.states import VersionState
from survey_app.errors import InvalidError, StageError, TakenError
from survey_app.models.cases.casework import SubjectKind
from survey_app.models.records.forms import FormState
from survey_app.models.responses import Response, ResponseKind
from survey_app.services.forms import filling
from survey_app.services.forms.deciding import OwnFormError
from survey_app.services.forms.reviewed import AnswerFilter, CodedAnswer, reviewed_answers
from survey_app.services.forms.starting import instruments_for_forms
from survey_app.services.questionnaires.drafts import transition
from survey_app.services.questionnaires.states import Seen
from survey_app.services.questionnaires.versions import line_of, versions
from survey_app.services.responses.checking import UnsoundError
from survey_app.services.responses.saving import StaleAnswerError, UnfinishedError
from tests.fixtures.world import World
from tests.integration.forms import clerks as forms

OPENED = {"answer-day": "1", "answer-month": "3", "answer-year": "2026"}


@pytest.fixture
def desk(world: World) -> World:
    return forms.with_forms(world)


def said(world: World, wanted: AnswerFilter | None = None) -> list[CodedAnswer]:
    asked = wanted or AnswerFilter()
    return world.read(
        lambda s: reviewed_answers(s, world.keys, programme_id=world.programme_id or 0, wanted=asked)
    )


def log(world: World, label: str = "A consultation") -> int:
    return forms.begun(world, "consultation-log", label=label)


def test_what_a_reviewed_form_says_is_read_by_item_indicator_and_subject(desk: World) -> None:
    form_id = log(desk)
    forms.filled(desk, form_id)
    forms.submitted(desk, form_id)
    assert said(desk) == []
    forms.reviewed(desk, form_id)

    (title,) = said(desk, AnswerFilter(instrument="consultation-log", item="log-title"))
    assert (title.value, title.form_id) == ("Words, <b>in plain</b> text", form_id)
    assert title.state is State.ANSWERED
    assert title.subject == forms.agreement(desk)
    assert {one.indicator for one in said(desk, AnswerFilter(indicators=frozenset({"OUT-6.1"})))} == {
        "OUT-6.1"
    }
    assert said(desk, AnswerFilter(subject=(SubjectKind.AREA, 1))) == []
    assert said(desk, AnswerFilter(until=date(2026, 8, 19))) == []


def test_what_people_say_in_confidence_is_no_form_that_all_staff_read(desk: World) -> None:
    offered = {line.name: line.role for line in desk.read(instruments_for_forms)}

    assert set(offered.values()) == {Role.DESK_RESEARCH, Role.REGISTER}
    roles = {line.role for line in desk.read(versions)}
    assert {Role.INTERVIEW_SCHEDULE, Role.TOPIC_GUIDE, Role.PROTOCOL} <= roles


def test_a_correction_is_another_edition_and_the_earlier_one_speaks_until_it_is_reviewed(desk: World) -> None:
    form_id = log(desk)
    forms.filled(desk, form_id)
    forms.submitted(desk, form_id)
    forms.reviewed(desk, form_id)
    before = desk.clock.now()
    desk.clock.advance_to(before + timedelta(hours=1))
    forms.correct(desk, form_id, "The title was wrong")
    forms.answer(desk, form_id, "log-title", {"answer": "Another title"})
    wanted = AnswerFilter(item="log-title")
    assert said(desk, wanted)[0].value == "Words, <b>in plain</b> text"
    forms.submitted(desk, form_id)
    forms.reviewed(desk, form_id)

    assert (said(desk, wanted)[0].value, said(desk, wanted)[0].edition) == ("Another title", 2)
    assert said(desk, AnswerFilter(item="log-title", known_by=before))[0].edition == 1
    assert [one.state for one in forms.form(desk, form_id).editions] == [FormState.REVIEWED] * 2


def test_whoever_saved_an_answer_does_not_review_it_also_where_another_submitted(desk: World) -> None:
    form_id = log(desk)
    forms.filled(desk, form_id)
    forms.answer(desk, form_id, "log-title", {"answer": "By the coordinator"}, role="coordinator")
    forms.submitted(desk, form_id)

    with pytest.raises(OwnFormError, match="You filled in part of it"):
        forms.reviewed(desk, form_id)
    assert forms.form(desk, form_id).state is FormState.SUBMITTED


def test_a_form_that_was_sent_back_is_filled_in_again_and_one_that_waits_is_not(desk: World) -> None:
    form_id = log(desk)
    forms.filled(desk, form_id)
    forms.submitted(desk, form_id)
    with pytest.raises(filling.NotFillableError):
        forms.answer(desk, form_id, "log-title", {"answer": "Too late"})
    forms.sent_back(desk, form_id, "Say which department")
    forms.answer(desk, form_id, "log-title", {"answer": "In time"})
    forms.submitted(desk, form_id)
    forms.reviewed(desk, form_id)

    assert said(desk, AnswerFilter(item="log-title"))[0].value == "In time"


def test_checks_and_conflicts_are_those_of_respondents(desk: World) -> None:
    form_id = log(desk)
    with pytest.raises(UnfinishedError):
        forms.submitted(desk, form_id)
    forms.answer(desk, form_id, "log-opened", OPENED)
    with pytest.raises(UnsoundError, match="cannot be saved"):
        forms.answer(desk, form_id, "log-closed", {**OPENED, "answer-month": "2"})
    with pytest.raises(StaleAnswerError):
        forms.answer(desk, form_id, "log-opened", {**OPENED, "answer-day": "2"}, seen="shown before")


def test_a_subject_has_one_desk_form_a_year_and_a_log_as_often_as_something_happens(desk: World) -> None:
    forms.begun(desk, "desk-agreement")
    with pytest.raises(TakenError, match="for this year already"):
        forms.begun(desk, "desk-agreement")
    forms.begun(desk, "desk-agreement", day=date(2025, 8, 20))
    assert log(desk) != log(desk)


def test_a_form_says_how_things_stood_and_nothing_of_tomorrow_or_after_its_subject(desk: World) -> None:
    with pytest.raises(InvalidError) as refused:
        forms.begun(desk, "desk-area", day=date(2027, 1, 1))
    assert "to today" in refused.value.faults[0]
    ended = forms.about_area(desk, "Cumbria", date(2020, 1, 1))
    with pytest.raises(InvalidError) as refused:
        forms.begun(desk, "desk-area", ended)
    assert "Cumbria was no more from 1 April 2023 on. Name what took its place." in refused.value.faults
    assert forms.begun(desk, "desk-area", ended, day=date(2022, 5, 1))


def test_answers_lie_open_under_the_key_of_their_form_and_of_no_round(desk: World) -> None:
    form_id = log(desk)
    forms.answer(desk, form_id, "log-title", {"answer": "Hidden consultation"})
    row = desk.read(lambda s: s.scalars(select(Response)).one())

    assert (row.kind, row.round_id, row.seat_pseudonym) == (ResponseKind.OPEN, None, None)
    assert b"Hidden consultation" not in row.document
    forms.destroy_key(desk, form_id)
    assert said(desk) == []


def test_a_form_begun_by_mistake_is_set_aside_with_a_reason(desk: World) -> None:
    form_id = log(desk)
    with pytest.raises(InvalidError, match="why the form is set aside"):
        forms.set_aside(desk, form_id, " ")
    forms.set_aside(desk, form_id, "Twice")

    with pytest.raises(filling.NotFillableError):
        forms.answer(desk, form_id, "log-title", {"answer": "Too late"})
    with pytest.raises(StageError, match="that was reviewed"):
        forms.correct(desk, form_id, "No")


def test_a_retired_version_begins_no_form_and_what_was_begun_with_it_is_finished(desk: World) -> None:
    form_id = log(desk)
    version_id = forms.form(desk, form_id).edition.version_id
    with desk.database.writing() as session:
        seen = Seen(version_id, line_of(session, version_id).revision)
        transition(session, seen=seen, wanted=VersionState.RETIRED, note="Replaced", context=desk.context())
    with pytest.raises(StopIteration):
        log(desk)
    forms.filled(desk, form_id)
    forms.submitted(desk, form_id)
    forms.reviewed(desk, form_id)

    assert said(desk, AnswerFilter(item="log-title"))[0].form_id == form_id
