"""Results as they are read: releases, their pages and their files, all made from what was frozen."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.errors import NotFoundError
from survey_app.models.files import StoredFile
from survey_app.models.results import Release
from survey_app.models.rounds import Round
from survey_app.reports.contents import Contents
from survey_app.reports.frozen import from_json
from survey_app.reports.round_summary.figures import published_figures
from survey_app.reports.round_summary.pdf import summary_pdf
from survey_app.reports.round_summary.tables import published_tables
from survey_app.reports.round_summary.tables_csv import results_csv
from survey_app.services import jobs
from survey_app.services.audit import AuditContext, record
from survey_app.services.jobs import JobView

PDF, CSV, FIGURES, BUNDLE = "summary_pdf", "tables_csv", "figures_json", "bundle_zip"
DOWNLOADS = (PDF, CSV)
PHONE_MM, WIDE_MM = 82, 170


@dataclass(frozen=True)
class FileLine:
    """A file that may be downloaded."""

    kind: str
    name: str
    media_type: str
    size: int


@dataclass(frozen=True)
class ReleaseLine:
    """A release as lists show it; without files its report is still being made."""

    id: int
    round_id: int
    round_title: str
    number: int
    frozen_at: datetime
    files: tuple[FileLine, ...]
    job: JobView | None


@dataclass(frozen=True)
class ReleasePage:
    """A release as a web page: what it says, and its pictures by name, wide and for phones."""

    line: ReleaseLine
    contents: Contents
    charts: dict[str, str]


@dataclass(frozen=True)
class NewFile:
    """A file made from a release, not yet stored."""

    kind: str
    name: str
    media_type: str
    content: bytes


def releases_of(session: Session, programme_id: int) -> list[ReleaseLine]:
    """Every release of a programme, newest first."""
    rows = session.execute(
        select(Release.id)
        .join(Round, Round.id == Release.round_id)
        .where(Round.programme_id == programme_id)
        .order_by(Release.frozen_at.desc(), Release.id.desc())
    )
    return [_line(session, release_id) for (release_id,) in rows]


def _line(session: Session, release_id: int) -> ReleaseLine:
    release = session.get_one(Release, release_id)
    # The content may be large: only what a list shows is asked for.
    files = session.execute(
        select(StoredFile.kind, StoredFile.name, StoredFile.media_type, StoredFile.size)
        .where(StoredFile.release_id == release_id, StoredFile.kind.in_(DOWNLOADS))
        .order_by(StoredFile.kind)
    )
    return ReleaseLine(
        release.id,
        release.round_id,
        session.get_one(Round, release.round_id).title,
        release.number,
        release.frozen_at,
        tuple(FileLine(*row) for row in files),
        jobs.jobs_of(session, kinds=("report",), subject_kind=jobs.RELEASE, subject_id=release_id).get(
            "report"
        ),
    )


def release_contents(session: Session, *, release_id: int, programme_id: int | None) -> Contents:
    """What a release says.

    Raises:
        NotFoundError: no such release in this programme.
    """
    release = session.get(Release, release_id)
    round_ = session.get(Round, release.round_id) if release is not None else None
    if release is None or round_ is None or round_.programme_id != programme_id:
        raise NotFoundError("release", release_id)
    return from_json(release.contents)


def release_page(session: Session, *, release_id: int, programme_id: int) -> ReleasePage:
    """Everything the page of a release shows; without charts while its report is being made."""
    contents = release_contents(session, release_id=release_id, programme_id=programme_id)
    stored = session.scalar(
        select(StoredFile).where(StoredFile.release_id == release_id, StoredFile.kind == FIGURES)
    )
    charts = json.loads(stored.content) if stored is not None else {}
    return ReleasePage(_line(session, release_id), contents, charts)


def bundle_file(contents: Contents, content: bytes) -> NewFile:
    """The bundle of a release: single answers, for those alone who may see them."""
    return NewFile(BUNDLE, f"{_stem(contents)}-bundle.zip", "application/zip", content)


def _stem(contents: Contents) -> str:
    stem = f"{contents.title.lower().replace(' ', '-')}-{contents.release}"
    return f"synthetic-{stem}" if contents.synthetic else stem


def make_files(contents: Contents) -> list[NewFile]:
    """The PDF, the tables and the pictures of a release; takes seconds and touches no database."""
    stem = _stem(contents)
    return [
        NewFile(PDF, f"{stem}.pdf", "application/pdf", summary_pdf(contents)),
        NewFile(CSV, f"{stem}.csv", "text/csv; charset=utf-8", results_csv(contents).encode()),
        NewFile(FIGURES, f"{stem}.json", "application/json", json.dumps(_charts(contents)).encode()),
    ]


def _charts(contents: Contents) -> dict[str, str]:
    tables = published_tables(contents)
    drawings: dict[str, str] = {}
    for width, suffix in ((WIDE_MM, ""), (PHONE_MM, "-phone")):
        figures = published_figures(contents, tables, width_mm=width)
        for figure in figures.all():
            drawings[f"figure-{figure.number}{suffix}"] = figure.svg
    return drawings


def store_files(session: Session, *, release_id: int, files: list[NewFile], now: datetime) -> None:
    """Keep a release's files; those that are there already stay."""
    there = set(session.scalars(select(StoredFile.kind).where(StoredFile.release_id == release_id)))
    for each in files:
        if each.kind not in there:
            session.add(
                StoredFile(
                    release_id=release_id,
                    kind=each.kind,
                    name=each.name,
                    media_type=each.media_type,
                    content=each.content,
                    size=len(each.content),
                    sha256=hashlib.sha256(each.content).hexdigest(),
                    created_at=now,
                )
            )


def file_of(
    session: Session, *, release_id: int, kind: str, context: AuditContext, bundle: bool = False
) -> tuple[str, str, bytes]:
    """Name, media type and content of a release's file. Audited.

    A bundle holds single answers: it is handed out only where the caller says `bundle`,
    having asked for the permission to see one.

    Raises:
        NotFoundError: no such release in the programme, or its file is not made yet.
    """
    release_contents(session, release_id=release_id, programme_id=context.programme_id)
    stored = session.scalar(
        select(StoredFile).where(StoredFile.release_id == release_id, StoredFile.kind == kind)
    )
    if stored is None or kind not in (*DOWNLOADS, *((BUNDLE,) if bundle else ())):
        raise NotFoundError("file", kind)
    record(session, context, "file downloaded", "release", release_id, kind=kind, sha256=stored.sha256)
    return stored.name, stored.media_type, stored.content
