"""Files that staff fill in: what our own file kept from being computed is read as it was."""

from sampling.spreadsheets import never_a_formula
from survey_app.services.sheets import lines_of


def test_a_cell_that_our_own_file_kept_from_being_computed_is_read_as_it_was() -> None:
    text = "\n".join(["name,note", f"{never_a_formula('-Minus')},{never_a_formula('=1')}"])

    (line,) = lines_of(text.encode(), needed=["name", "note"])

    assert line.cells == {"name": "-Minus", "note": "=1"}
