"""What a spreadsheet makes of a text: one rule for every CSV file that people open."""

# A cell that begins so is a formula to a spreadsheet, even when it came from somebody's name.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def never_a_formula(text: str) -> str:
    """The text, preceded by an apostrophe where a spreadsheet would compute with it."""
    return f"'{text}" if text.startswith(FORMULA) else text
