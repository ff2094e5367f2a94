"""Notices that people are shown (privacy, recording): published in versions, pinned by rounds."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from survey_app.errors import InvalidError, NotFoundError, StageError
from survey_app.models.people.consents import NoticeVersion, RoundNotice
from survey_app.models.rounds import Round
from survey_app.services.audit import AuditContext, record
from survey_app.services.owned import owned

ENGLISH = "en"
KIND = re.compile(r"[a-z][a-z_]{0,39}")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})?")
MAX_TEXT_LENGTH = 50_000


@dataclass(frozen=True, kw_only=True)
class NoticeView:
    """One published wording of a notice in one language."""

    id: int
    kind: str
    version: int
    language: str
    text: str
    sha256: str
    published_at: datetime


def publish(session: Session, *, kind: str, texts: Mapping[str, str], context: AuditContext) -> int:
    """Publish the wording of a notice, in English and any other language; its version. Audited.

    Safe to repeat: the wording that is newest already stays as it is. A published text is never edited.

    Raises:
        InvalidError: no English text, an empty or overlong one, or a kind or language that cannot be one.
    """
    texts = {language: text.strip() for language, text in texts.items()}
    _check(kind, texts, context)
    newest = newest_version(session, kind=kind, programme_id=context.programme_id)
    standing = _wordings(session, kind, newest, context.programme_id)
    if newest and texts == {one.language: one.text for one in standing}:
        return newest
    for language, text in sorted(texts.items()):
        session.add(
            NoticeVersion(
                programme_id=context.programme_id,
                kind=kind,
                version=newest + 1,
                language=language,
                text=text,
                sha256=hashlib.sha256(text.encode()).hexdigest(),
                published_at=context.now,
                published_by=context.actor,
            )
        )
    session.flush()
    detail = {"version": newest + 1, "languages": sorted(texts)}
    record(session, context, "notice published", "notice", kind, **detail)
    return newest + 1


def _check(kind: str, texts: Mapping[str, str], context: AuditContext) -> None:
    faults = [
        f"{language}: give a text of 1 to {MAX_TEXT_LENGTH:,} characters."
        for language, text in texts.items()
        if not 1 <= len(text) <= MAX_TEXT_LENGTH
    ]
    faults += [
        f"{language!r} is not the code of a language, like cy."
        for language in texts
        if not LANGUAGE.fullmatch(language)
    ]
    if ENGLISH not in texts:
        faults.append("Give the English text: whoever reads none of the other languages gets it.")
    if not KIND.fullmatch(kind):
        faults.append(f"{kind!r} is not a kind of notice: use small letters and underscores.")
    if context.programme_id is None:
        faults.append("A notice belongs to a programme; none was named.")
    if faults:
        raise InvalidError("This notice cannot be published yet.", tuple(faults))


def newest_version(session: Session, *, kind: str, programme_id: int | None) -> int:
    """The newest version of a notice, or 0 where none is published."""
    query = select(func.max(NoticeVersion.version)).where(
        NoticeVersion.kind == kind, NoticeVersion.programme_id == programme_id
    )
    return session.scalar(query) or 0


def _wordings(session: Session, kind: str, version: int, programme_id: int | None) -> list[NoticeVersion]:
    return list(
        session.scalars(
            select(NoticeVersion).where(
                NoticeVersion.programme_id == programme_id,
                NoticeVersion.kind == kind,
                NoticeVersion.version == version,
            )
        )
    )


def pin(session: Session, *, round_id: int, kind: str, version: int, context: AuditContext) -> None:
    """Fix which version of a notice a round shows, in all its languages. Audited.

    Until the round opens another version may take its place; afterwards nothing changes under those who were
    shown it.

    Raises:
        StageError: the round is open, or over.
        NotFoundError: no such round or version in this programme.
    """
    held = owned(
        session, Round, round_id, programme_id=context.programme_id,
        with_for_update=True, populate_existing=True,
    )  # fmt: skip
    if not held.stage.is_before_opening:
        raise StageError(f"{held.title} is {held.stage}: its notices are fixed.")
    wordings = _wordings(session, kind, version, context.programme_id)
    if not wordings:
        raise NotFoundError(f"version of the notice {kind}", version)
    session.execute(delete(RoundNotice).where(RoundNotice.round_id == round_id, RoundNotice.kind == kind))
    session.add_all(
        RoundNotice(round_id=round_id, kind=kind, language=one.language, notice_version_id=one.id)
        for one in wordings
    )
    session.flush()
    record(session, context, "notice pinned", "round", round_id, kind=kind, version=version)


def shown_in(session: Session, *, round_id: int, kind: str, language: str = ENGLISH) -> NoticeView | None:
    """The wording that a round shows in a language, or in English where it has no other; None if none."""
    rows = session.scalars(
        select(NoticeVersion)
        .join(RoundNotice, RoundNotice.notice_version_id == NoticeVersion.id)
        .where(RoundNotice.round_id == round_id, RoundNotice.kind == kind)
    )
    return _in_language(rows, language)


def wording(session: Session, *, notice_version_id: int, programme_id: int | None) -> NoticeView:
    """One published wording.

    Raises:
        NotFoundError: there is none, or it is another programme's.
    """
    return _view(owned(session, NoticeVersion, notice_version_id, programme_id=programme_id))


def newest_wording(
    session: Session, *, kind: str, language: str = ENGLISH, programme_id: int | None
) -> NoticeView | None:
    """The newest wording in a language, or in English where the version has no other; None if none."""
    version = newest_version(session, kind=kind, programme_id=programme_id)
    return _in_language(_wordings(session, kind, version, programme_id), language)


def _in_language(rows: Iterable[NoticeVersion], language: str) -> NoticeView | None:
    chosen = {row.language: row for row in rows}
    row = chosen.get(language, chosen.get(ENGLISH))
    return None if row is None else _view(row)


def _view(row: NoticeVersion) -> NoticeView:
    return NoticeView(
        id=row.id,
        kind=row.kind,
        version=row.version,
        language=row.language,
        text=row.text,
        sha256=row.sha256,
        published_at=row.published_at,
    )
