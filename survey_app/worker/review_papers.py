"""The papers of a review as PDFs: the pack, and the record that both sides agreed to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from survey_app.services import jobs, stored_files
from survey_app.services.jobs import JobView
from survey_app.services.results import release
from survey_app.services.reviews import packs, papers, records, signing
from survey_app.services.stored_files import NewFile, Owner

if TYPE_CHECKING:
    from survey_app.worker.wakings import Worker


def set_record(worker: Worker, job: JobView) -> None:
    """Make the PDF of an agreed record, outside any transaction, and store it."""
    with worker.database.reading() as session:
        edition = records.edition_of(session, record_id=job.subject_id, programme_id=job.programme_id)
    _keep(worker, job, Owner(records.RECORD, edition.id), papers.record_file(edition))


def set_pack(worker: Worker, job: JobView) -> None:
    """Make the PDF of a pack, outside any transaction, and store it."""
    with worker.database.reading() as session:
        pack = packs.pack_of(session, pack_id=job.subject_id, programme_id=job.programme_id)
        released = release.release_contents(
            session, release_id=pack.release_id, programme_id=job.programme_id
        )
    _keep(worker, job, Owner(packs.PACK, pack.id), papers.pack_file(pack, released))


def _keep(worker: Worker, job: JobView, owner: Owner, file: NewFile) -> None:
    with worker.database.writing() as session:
        now = worker.clock.now()
        stored_files.keep(session, worker.keys, owner=owner, files=[file], now=now)
        jobs.finish(session, job_id=job.id, worker=worker.name, now=now)


DO = {(records.RECORD, signing.SET_PDF): set_record, (packs.PACK, packs.SET_PDF): set_pack}
"""What is done for which kind of job, by its subject."""
