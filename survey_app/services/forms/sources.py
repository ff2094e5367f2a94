"""What a form rests on: documents with their day and where to look, and copies where there are."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey_app.crypto import Keyring, seal, unseal
from survey_app.errors import InvalidError, NotFoundError
from survey_app.models.base import table
from survey_app.models.records.forms import FormSource
from survey_app.services import material, stored_files
from survey_app.services.audit import AuditContext, record
from survey_app.services.forms.filling import Author, check_fillable
from survey_app.services.forms.listed import FormLine, form_key
from survey_app.services.stored_files import FileContent, NewFile, Owner

MAX_TITLE, MAX_DATED, MAX_WHERE = 200, 40, 400
MAX_FILE_BYTES, MAX_SOURCES = 10_000_000, 60
# What may be attached, by the end of its name, with the bytes that it begins with.
KINDS: dict[str, tuple[bytes, ...]] = {
    "pdf": (b"%PDF-",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpg": (b"\xff\xd8\xff",),
    "jpeg": (b"\xff\xd8\xff",),
    "docx": (b"PK\x03\x04",),
    "xlsx": (b"PK\x03\x04",),
    "odt": (b"PK\x03\x04",),
    "txt": (),
    "csv": (),
}
DOCUMENT = "document"


@dataclass(frozen=True, kw_only=True)
class NewSource:
    """A source that is to be added; `dated` and `where` are as somebody else would look it up."""

    title: str
    dated: str
    where: str
    file_name: str = ""
    content: bytes = b""


@dataclass(frozen=True, kw_only=True)
class SourceLine:
    """A source as pages show it; one that was removed is kept for the editions that rested on it."""

    id: int
    title: str
    dated: str
    where: str
    file_name: str
    added_at: datetime
    added_by: str
    removed_at: datetime | None
    removed_by: str | None

    def stood(self, at: datetime | None) -> bool:
        """Whether it was among the sources at a moment; None for now."""
        if at is None:
            return self.removed_at is None
        return self.added_at <= at and (self.removed_at is None or self.removed_at > at)


def add_source(
    session: Session, keys: Keyring, *, form: FormLine, new: NewSource, author: Author, context: AuditContext
) -> int:
    """Add a source to a form that is being filled in; its id. Audited.

    Raises:
        InvalidError: with all that is wrong with it, or with its file.
        NotFillableError: the form was submitted, reviewed or set aside.
    """
    check_fillable(session, form.edition)
    if faults := [*_faults(new), *_file_faults(new)]:
        raise InvalidError("This source cannot be added yet.", tuple(faults))
    if sum(one.stood(None) for one in sources_of(session, keys, form=form)) >= MAX_SOURCES:
        raise InvalidError(f"A form has at most {MAX_SOURCES} sources. Remove one that it does not rest on.")
    row = FormSource(
        form_id=form.id, sealed=b"", has_file=bool(new.file_name), added_at=context.now, added_by=author.name
    )
    session.add(row)
    session.flush()
    words = {"title": new.title, "dated": new.dated, "where": new.where, "file": new.file_name}
    said = json.dumps({key: value.strip() for key, value in words.items()}).encode()
    row.sealed = seal(form_key(session, keys, form.id), said, _context(row.id))
    if new.file_name:
        _keep(session, keys, form, row.id, new, context)
    session.flush()
    record(session, context, "form source added", "form", form.id, source=row.id)
    return row.id


def _keep(
    session: Session, keys: Keyring, form: FormLine, source_id: int, new: NewSource, context: AuditContext
) -> None:
    # The name that it came with may say more than the file does, so it lies sealed with the title.
    ending = _ending(new.file_name)
    under = (Owner(material.FORM, form.id),)
    name = f"source-{source_id}.{ending}"
    file = NewFile(DOCUMENT, name, "application/octet-stream", new.content, under)
    stored_files.keep(session, keys, owner=_owner(source_id), files=[file], now=context.now)


def remove_source(
    session: Session, *, form: FormLine, source_id: int, author: Author, context: AuditContext
) -> None:
    """Take a source away from what the form rests on now; earlier editions keep it. Audited.

    Raises:
        NotFoundError: the form has no such source, or it was removed already.
        NotFillableError: the form was submitted, reviewed or set aside.
    """
    check_fillable(session, form.edition)
    sources = table(FormSource)
    gone = session.execute(
        update(sources)
        .where(sources.c.id == source_id, sources.c.form_id == form.id, sources.c.removed_at.is_(None))
        .values(removed_at=context.now, removed_by=author.name)
    )
    if gone.rowcount != 1:  # type: ignore[attr-defined]
        raise NotFoundError("source", source_id)
    record(session, context, "form source removed", "form", form.id, source=source_id)


def sources_of(session: Session, keys: Keyring, *, form: FormLine) -> list[SourceLine]:
    """Every source that a form has or had, in the order in which they were added."""
    rows = session.scalars(
        select(FormSource).where(FormSource.form_id == form.id).order_by(FormSource.id)
    ).all()
    key = form_key(session, keys, form.id)
    return [_line(row, json.loads(unseal(key, row.sealed, _context(row.id)))) for row in rows]


def _line(row: FormSource, said: dict[str, str]) -> SourceLine:
    return SourceLine(
        id=row.id,
        title=said["title"],
        dated=said["dated"],
        where=said["where"],
        file_name=said["file"],
        added_at=row.added_at,
        added_by=row.added_by,
        removed_at=row.removed_at,
        removed_by=row.removed_by,
    )


def file_of(
    session: Session, keys: Keyring, *, form: FormLine, source_id: int, context: AuditContext
) -> FileContent:
    """The copy of a document, opened. Audited, since it leaves the database.

    Raises:
        NotFoundError: the form has no such source, or the source no file.
        DestroyedError: the form's key was destroyed.
    """
    if source_id not in {one.id for one in sources_of(session, keys, form=form)}:
        raise NotFoundError("source", source_id)
    content = stored_files.content_of(session, keys, owner=_owner(source_id), kind=DOCUMENT)
    record(session, context, "form source downloaded", "form", form.id, source=source_id)
    return content


def _faults(new: NewSource) -> Sequence[str]:
    faults = []
    if not new.title.strip() or len(new.title.strip()) > MAX_TITLE:
        faults.append(f"Enter the title of the document, in at most {MAX_TITLE} characters.")
    if not new.dated.strip() or len(new.dated.strip()) > MAX_DATED:
        faults.append(f"Enter its day as it gives it, or “no date”, in at most {MAX_DATED} characters.")
    if not new.where.strip() or len(new.where.strip()) > MAX_WHERE:
        faults.append(f"Enter where somebody else can look it up, in at most {MAX_WHERE} characters.")
    return faults


def _file_faults(new: NewSource) -> Sequence[str]:
    if not new.file_name:
        return []
    ending = _ending(new.file_name)
    if ending not in KINDS:
        return [f"Choose a file that ends in one of these: {', '.join(KINDS)}."]
    if not new.content:
        return ["The file is empty. Choose another, or leave it out."]
    if len(new.content) > MAX_FILE_BYTES:
        return [f"The file is larger than {MAX_FILE_BYTES // 1_000_000} MB. Attach the pages that matter."]
    begins = KINDS[ending]
    if begins and not new.content.startswith(begins):
        return [f"The file ends in .{ending} and is none. Save it anew, or choose another."]
    return []


def _ending(file_name: str) -> str:
    return file_name.rpartition(".")[2].lower()


def _owner(source_id: int) -> Owner:
    return Owner("form_source", source_id)


def _context(source_id: int) -> str:
    return f"form source {source_id}"
