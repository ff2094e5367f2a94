"""Files of whatever owns them, as rows; single answers are sealed under keys that can be destroyed."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from survey_app.crypto import Keyring, seal, unseal
from survey_app.errors import NotFoundError
from survey_app.models.files import FileSeal, StoredFile
from survey_app.models.keys import MaterialKey
from survey_app.services import material


@dataclass(frozen=True)
class Owner:
    """Whose files they are: the kind of a row, and its id."""

    kind: str
    id: int


@dataclass(frozen=True)
class NewFile:
    """A file that is not stored yet; `sealed_under` are subjects whose keys are to seal it."""

    kind: str
    name: str
    media_type: str
    content: bytes
    sealed_under: tuple[Owner, ...] = ()


@dataclass(frozen=True)
class FileLine:
    """A file that may be downloaded."""

    kind: str
    name: str
    media_type: str
    size: int


@dataclass(frozen=True)
class FileContent:
    """A file as it is handed out; `sha256` is of its content."""

    name: str
    media_type: str
    content: bytes
    sha256: str


def keep(session: Session, keys: Keyring, *, owner: Owner, files: Iterable[NewFile], now: datetime) -> None:
    """Store an owner's files; those that are there already stay as they are.

    Raises:
        DestroyedError: a file is to be sealed under a key that was destroyed.
    """
    there = set(session.scalars(select(StoredFile.kind).where(*_owned(owner))))
    for file in files:
        if file.kind not in there:
            _keep(session, keys, owner, file, now)


def _keep(session: Session, keys: Keyring, owner: Owner, file: NewFile, now: datetime) -> None:
    content, seals = file.content, []
    for subject in dict.fromkeys(file.sealed_under):
        row = material.key_row(session, subject_kind=subject.kind, subject_id=subject.id)
        content = seal(
            material.opened_key(keys, row.wrapped, row.context), content, _purpose(owner, file.kind)
        )
        seals.append(row.id)
    stored = StoredFile(
        owner_kind=owner.kind,
        owner_id=owner.id,
        kind=file.kind,
        name=file.name,
        media_type=file.media_type,
        sealed=bool(seals),
        content=content,
        size=len(file.content),
        sha256=hashlib.sha256(file.content).hexdigest(),
        created_at=now,
    )
    session.add(stored)
    session.flush()
    session.add_all(
        FileSeal(file_id=stored.id, position=position, material_key_id=key_id)
        for position, key_id in enumerate(seals, start=1)
    )


def content_of(session: Session, keys: Keyring, *, owner: Owner, kind: str) -> FileContent:
    """A file with its content, opened where it is sealed.

    Raises:
        NotFoundError: the owner has no such file.
        DestroyedError: a key that it is sealed under was destroyed.
    """
    stored = session.scalar(select(StoredFile).where(*_owned(owner), StoredFile.kind == kind))
    if stored is None:
        raise NotFoundError("file", kind)
    content = stored.content
    for wrapped, context in _seals(session, stored.id):
        content = unseal(material.opened_key(keys, wrapped, context), content, _purpose(owner, kind))
    return FileContent(stored.name, stored.media_type, content, stored.sha256)


def _seals(session: Session, file_id: int) -> list[tuple[bytes | None, str]]:
    """The keys of a file in the order in which they open it."""
    query = (
        select(MaterialKey.wrapped, MaterialKey.context)
        .join(FileSeal, FileSeal.material_key_id == MaterialKey.id)
        .where(FileSeal.file_id == file_id)
        .order_by(FileSeal.position.desc())
    )
    return [(wrapped, context) for wrapped, context in session.execute(query)]


def files_of(
    session: Session, *, owner_kind: str, owner_ids: Collection[int], kinds: Collection[str]
) -> dict[int, tuple[FileLine, ...]]:
    """What lists show of the files of several owners, by owner; the contents stay where they are."""
    query = (
        select(StoredFile.owner_id, StoredFile.kind, StoredFile.name, StoredFile.media_type, StoredFile.size)
        .where(
            StoredFile.owner_kind == owner_kind,
            StoredFile.owner_id.in_(owner_ids),
            StoredFile.kind.in_(kinds),
        )
        .order_by(StoredFile.owner_id, StoredFile.kind)
    )
    lines: dict[int, tuple[FileLine, ...]] = {}
    for owner_id, kind, name, media_type, size in session.execute(query):
        lines[owner_id] = (*lines.get(owner_id, ()), FileLine(kind, name, media_type, size))
    return lines


def _owned(owner: Owner) -> tuple[ColumnElement[bool], ...]:
    return StoredFile.owner_kind == owner.kind, StoredFile.owner_id == owner.id


def _purpose(owner: Owner, kind: str) -> str:
    return f"file {owner.kind} {owner.id} {kind}"
