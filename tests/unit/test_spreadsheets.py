"""No text of ours is a formula to a spreadsheet."""

import pytest

from survey_app.spreadsheets import never_a_formula


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_a_text_that_would_be_computed_is_preceded_by_an_apostrophe(start: str) -> None:
    assert never_a_formula(f"{start}SUM(A1)") == f"'{start}SUM(A1)"


@pytest.mark.parametrize("text", ["", "Compact", "'=1", "1 = 1", "a\n=b"])
def test_any_other_text_stays_as_it_is(text: str) -> None:
    assert never_a_formula(text) == text
