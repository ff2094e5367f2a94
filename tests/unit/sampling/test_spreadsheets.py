"""No text of ours is a formula to a spreadsheet, and each comes back as it was."""

import pytest

from sampling.spreadsheets import as_written, never_a_formula

STARTS = ["=", "+", "-", "@", "\t", "\r", "\n"]


@pytest.mark.parametrize("start", STARTS)
def test_a_text_that_would_be_computed_is_preceded_by_an_apostrophe(start: str) -> None:
    assert never_a_formula(f"{start}SUM(A1)") == f"'{start}SUM(A1)"


@pytest.mark.parametrize("text", ["", "Compact", "'", "'Tis Pity", "1 = 1", "a\n=b"])
def test_any_other_text_stays_as_it_is(text: str) -> None:
    assert (never_a_formula(text), as_written(text)) == (text, text)


@pytest.mark.parametrize("own", ["", "'", "''"])
@pytest.mark.parametrize("start", STARTS)
def test_what_was_kept_from_being_computed_comes_back_as_it_was(start: str, own: str) -> None:
    text = f"{own}{start}Plus Trust"

    assert as_written(never_a_formula(text)) == text
