"""The files of a release: made from what was frozen, kept, and handed out to whom they are for."""

import json

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.crypto import Keyring
from survey_app.errors import NotFoundError
from survey_app.models.results import Release, ReleaseState
from survey_app.reports.codebook import codebook
from survey_app.reports.contents import Contents
from survey_app.reports.long_csv import long_csv
from survey_app.reports.round_summary.figures import LAYOUT, Figures, published_figures
from survey_app.reports.round_summary.pdf import summary_pdf
from survey_app.reports.round_summary.tables import published_tables
from survey_app.reports.round_summary.tables_csv import results_csv
from survey_app.services import stored_files
from survey_app.services.audit import AuditContext, record
from survey_app.services.stored_files import FileContent, NewFile, Owner

RELEASE = "release"
PDF, CSV, FIGURES, BUNDLE = "summary_pdf", "tables_csv", "figures_json", "bundle_zip"
LONG, CODEBOOK = "long_csv", "codebook_csv"
DOWNLOADS = (PDF, CSV, LONG, CODEBOOK)
CSV_TYPE = "text/csv; charset=utf-8"
PHONE_MM = 82
# What everybody with leave to see results reads.
READ = (ReleaseState.PUBLISHED,)


def bundle_file(contents: Contents, content: bytes, *, sealed_under: tuple[Owner, ...]) -> NewFile:
    """The bundle of a release: single answers, sealed under the keys of their rounds."""
    return NewFile(BUNDLE, f"{_stem(contents)}-bundle.zip", "application/zip", content, sealed_under)


def _stem(contents: Contents) -> str:
    stem = f"{contents.title.lower().replace(' ', '-')}-{contents.release}"
    return f"synthetic-{stem}" if contents.synthetic else stem


def make_files(contents: Contents) -> list[NewFile]:
    """The PDF, the tables and the pictures of a release; takes seconds and touches no database."""
    stem = _stem(contents)
    # Each figure is drawn once and kept with itself, so the pictures take those of the PDF.
    wide = published_figures(contents, published_tables(contents))
    return [
        NewFile(PDF, f"{stem}.pdf", "application/pdf", summary_pdf(contents, wide)),
        NewFile(CSV, f"{stem}.csv", CSV_TYPE, results_csv(contents).encode()),
        NewFile(LONG, f"{stem}-long.csv", CSV_TYPE, long_csv(contents).encode()),
        NewFile(CODEBOOK, f"{stem}-codebook.csv", CSV_TYPE, codebook().encode()),
        NewFile(FIGURES, f"{stem}.json", "application/json", json.dumps(_charts(contents, wide)).encode()),
    ]


def _charts(contents: Contents, wide: Figures) -> dict[str, str]:
    narrow = published_figures(contents, published_tables(contents), width_mm=PHONE_MM)
    drawn = {
        f"figure-{figure.number}{suffix}": figure.svg
        for figures, suffix in ((wide, ""), (narrow, "-phone"))
        for figure in figures.all()
    }
    return {"layout": LAYOUT, **drawn}


def file_of(
    session: Session, keys: Keyring, *, release_id: int, kind: str, context: AuditContext
) -> FileContent:
    """A file of a published release for everybody who may see results. Audited.

    Raises:
        NotFoundError: no such release in the programme, or its file is not made yet.
    """
    if kind not in DOWNLOADS:
        raise NotFoundError("file", kind)
    return _handed_out(session, keys, release_id, kind, context)


def downloads_of(session: Session, *, release_id: int) -> tuple[str, ...]:
    """The kinds of file that a release has: older ones were made before there was a long table."""
    made = stored_files.files_of(session, owner_kind=RELEASE, owner_ids=[release_id], kinds=DOWNLOADS)
    kinds = {file.kind for file in made.get(release_id, ())}
    return tuple(kind for kind in DOWNLOADS if kind in kinds) or DOWNLOADS[:1]


def bundle_of(session: Session, keys: Keyring, *, release_id: int, context: AuditContext) -> FileContent:
    """The bundle: single answers, for `bundle_requests`, and whoever runs the machine. Audited.

    Raises:
        NotFoundError: no such release in the programme.
        DestroyedError: the answers of one of its rounds were destroyed.
    """
    return _handed_out(session, keys, release_id, BUNDLE, context)


def _handed_out(
    session: Session, keys: Keyring, release_id: int, kind: str, context: AuditContext
) -> FileContent:
    check_owner(session, release_id=release_id, programme_id=context.programme_id)
    handed = stored_files.content_of(session, keys, owner=Owner(RELEASE, release_id), kind=kind)
    record(session, context, "file downloaded", "release", release_id, kind=kind, sha256=handed.sha256)
    return handed


def check_owner(session: Session, *, release_id: int, programme_id: int | None) -> None:
    """Whether a programme has this release, and it may be read.

    Raises:
        NotFoundError: no such release in this programme, or it is not published.
    """
    there = select(Release.id).where(
        Release.id == release_id, Release.programme_id == programme_id, Release.state.in_(READ)
    )
    if session.scalar(there) is None:
        raise NotFoundError("release", release_id)
