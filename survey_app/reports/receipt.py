"""The receipt as a respondent keeps it: a tagged PDF of what was sent, set when asked for, kept nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass

from survey_app.reports.round_summary.pdf import set_pdf, templates


@dataclass(frozen=True, kw_only=True)
class ReceiptLine:
    """One question with the answer as it was sent, over several lines where it has several."""

    question: str
    caption: str = ""
    answers: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class ReceiptSection:
    """The answers under one heading."""

    title: str
    lines: Sequence[ReceiptLine]


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What arrived, from whom and when; `sent` is the moment in words."""

    product: str
    organisation: str
    round_title: str
    reference: str
    sent: str
    synthetic: bool
    sections: Sequence[ReceiptSection]


def receipt_pdf(receipt: Receipt) -> bytes:
    """A receipt as a tagged PDF (PDF/UA-1).

    Raises:
        PdfUnavailableError: a library that sets PDFs is missing.
    """
    return set_pdf(templates().get_template("receipt.html").render(receipt=receipt))
