"""The papers of a review, as files: made from what was fixed, and from nothing else."""

import re

from survey_app.reports.reviews.record import record_pdf
from survey_app.services.reviews.ballots import MIN_VOTERS
from survey_app.services.reviews.records import PDF, EditionView, agreements
from survey_app.services.stored_files import NewFile


def record_file(edition: EditionView) -> NewFile:
    """The PDF of a record that both sides agreed to; takes seconds and touches no database."""
    said = edition.contents
    name = f"{stem(said.title, synthetic=said.synthetic)}-record-{edition.number}.pdf"
    return NewFile(PDF, name, "application/pdf", record_pdf(said, agreements(edition), fewest=MIN_VOTERS))


def stem(title: str, *, synthetic: bool) -> str:
    """The beginning of a file's name: what it is about, in letters and digits."""
    plain = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "review"
    return f"synthetic-{plain}" if synthetic else plain
