"""Letters on paper: for each a page that the envelope shows, and one with the code that is folded inside."""

from collections.abc import Mapping, Sequence

from survey_app.reports.round_summary.pdf import set_pdf, templates


def paper_letters_pdf(letters: Sequence[tuple[str, Mapping[str, object]]]) -> bytes:
    """All letters in one PDF, two pages each.

    Args:
        letters: the postal address of each, and what it says by the names that templates know.

    Raises:
        PdfUnavailableError: a library that sets PDFs is missing.
    """
    return set_pdf(templates().get_template("paper_letters.html").render(letters=letters))
