"""The papers of a review, as files: made from what was fixed, and from nothing else."""

import re

from survey_app.reports.contents import Contents
from survey_app.reports.reviews.pack import pack_pdf
from survey_app.reports.reviews.record import record_pdf
from survey_app.services.reviews import packs
from survey_app.services.reviews.ballots import MIN_VOTERS
from survey_app.services.reviews.packs import PackView
from survey_app.services.reviews.records import PDF, EditionView, agreements
from survey_app.services.stored_files import NewFile


def record_file(edition: EditionView) -> NewFile:
    """The PDF of a record that both sides agreed to; takes seconds and touches no database."""
    said = edition.contents
    name = f"{stem(said.title, synthetic=said.synthetic)}-record-{edition.number}.pdf"
    return NewFile(PDF, name, "application/pdf", record_pdf(said, agreements(edition), fewest=MIN_VOTERS))


def pack_file(pack: PackView, released: Contents) -> NewFile:
    """The PDF of a pack from the release that it was made from; takes seconds and touches no database."""
    said = pack.contents
    name = f"{stem(said.title, synthetic=said.synthetic)}-pack-{pack.number}.pdf"
    return NewFile(packs.PDF, name, "application/pdf", pack_pdf(said, released))


def stem(title: str, *, synthetic: bool) -> str:
    """The beginning of a file's name: what it is about, in letters and digits."""
    plain = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "review"
    return f"synthetic-{plain}" if synthetic else plain
