"""The record of a review as both sides agreed to it: a tagged PDF."""

from collections.abc import Sequence

from survey_app.reports.reviews.contents import Agreed, RecordContents
from survey_app.reports.round_summary.pdf import SYNTHETIC, set_pdf, templates


def record_html(contents: RecordContents, agreements: Sequence[Agreed], *, fewest: int) -> str:
    """The whole record as one HTML document.

    Args:
        fewest: how many voters of each side there are where the sides are told apart.
    """
    return (
        templates()
        .get_template("review_record.html")
        .render(
            contents=contents,
            agreements=agreements,
            agreed_on=max(one.day for one in agreements),
            fewest=fewest,
            synthetic=SYNTHETIC if contents.synthetic else "",
        )
    )


def record_pdf(contents: RecordContents, agreements: Sequence[Agreed], *, fewest: int) -> bytes:
    """The record as a tagged PDF (PDF/UA-1): the same record always gives the same bytes.

    Raises:
        PdfUnavailableError: a library that sets PDFs is missing.
    """
    return set_pdf(record_html(contents, agreements, fewest=fewest))
