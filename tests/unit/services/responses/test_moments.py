"""Moments of answers: every one fills the same block, however much there is to keep."""

from datetime import UTC, date, datetime

from survey_app.services.responses.moments import (
    MOMENTS_BLOCK,
    Moments,
    Step,
    Taken,
    open_moments,
    seal_moments,
)

KEY = bytes(32)
CALL = Step(datetime(2026, 9, 7, 22, 30, tzinfo=UTC), "telephone", "interviewer")
WEB = Step(datetime(2026, 9, 8, 9, tzinfo=UTC), "web", "respondent")


def test_a_call_is_kept_with_the_code_that_there_was_and_shows_in_no_length() -> None:
    full = Moments(CALL, CALL, CALL, Taken(120, date(2026, 9, 7), 10_000_000))

    lengths = {len(seal_moments(KEY, each, "one")) for each in (full, Moments(WEB, WEB))}

    assert len(lengths) == 1
    assert lengths.pop() < 2 * MOMENTS_BLOCK
    assert open_moments(KEY, seal_moments(KEY, full, "one"), "one") == full


def test_a_call_of_before_this_was_kept_is_one_with_the_first_code() -> None:
    older = Moments(CALL, WEB)

    opened = open_moments(KEY, seal_moments(KEY, older, "one"), "one")

    # Half past ten in the evening is half past eleven in London.
    assert opened.taken == Taken(1, date(2026, 9, 7))
    assert open_moments(KEY, seal_moments(KEY, Moments(WEB, WEB), "one"), "one").taken is None
