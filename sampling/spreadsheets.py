"""What a spreadsheet makes of a text: one rule for every CSV file that people open, or bring back."""

# A cell that begins so is a formula to a spreadsheet, even when it came from somebody's name.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
GUARD = "'"


def never_a_formula(text: str) -> str:
    """The text, preceded by an apostrophe where a spreadsheet would compute with it."""
    return f"{GUARD}{text}" if _is_guarded(text) else text


def as_written(cell: str) -> str:
    """What stood in a cell before `never_a_formula`; a cell that it left alone stays as it is."""
    return cell[1:] if cell.startswith(GUARD) and _is_guarded(cell) else cell


def _is_guarded(text: str) -> bool:
    # Apostrophes before the sign are somebody's own: with one more, they come back as they were.
    return text.lstrip(GUARD).startswith(FORMULA)
