"""The outcomes of each strand: what a case may come to, and what a person may record."""

import pytest

from scheduler.strands import Strand
from survey_app.models.cases.casework import Outcome
from survey_app.services.cases.outcomes import outcomes_of, recorded_of


@pytest.mark.parametrize("strand", Strand)
def test_every_case_begins_and_may_end_in_any_strand(strand: Strand) -> None:
    words = outcomes_of(strand)

    assert next(iter(words)) is Outcome.NOT_STARTED
    assert {Outcome.COMPLETE, Outcome.REFUSED, Outcome.NON_CONTACT, Outcome.NOT_ELIGIBLE} <= set(words)
    assert set(recorded_of(strand)) <= set(words)
    assert len(set(words.values())) == len(words)


def test_nobody_records_for_a_respondent_that_answers_were_sent() -> None:
    assert not {Outcome.STARTED, Outcome.COMPLETE} & set(recorded_of(Strand.ANNUAL_SURVEY))
    assert Outcome.AVAILABLE not in outcomes_of(Strand.ANNUAL_SURVEY)


def test_who_came_to_a_group_is_recorded_by_whoever_was_there() -> None:
    assert outcomes_of(Strand.FOCUS_GROUPS)[Outcome.COMPLETE] == "Came"
    assert {Outcome.AVAILABLE, Outcome.CONFIRMED, Outcome.COMPLETE, Outcome.WITHDREW} <= set(
        recorded_of(Strand.FOCUS_GROUPS)
    )
