"""Questionnaires as the rest of the product knows them: listed, found, read; and those that come with it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from instruments.answering.piping import in_general
from instruments.conduct import MODULES, Role, Strand
from instruments.schema import Questionnaire
from instruments.states import VersionState as State
from instruments.versions.library import Published, read, shipped
from sampling.frame import Sector
from survey_app.clock import london_date
from survey_app.errors import ConflictError, NotFoundError
from survey_app.models.questionnaires import Instrument, InstrumentVersion
from survey_app.services.audit import AuditContext
from survey_app.services.questionnaires.drafts import (
    Upload,
    enter,
    find_version,
    instrument_of,
    live_rounds,
    publish_new,
)
from survey_app.services.questionnaires.texts import parsed, readable, sha256_of


@dataclass(frozen=True, kw_only=True)
class VersionLine:
    """A version as lists show it."""

    id: int
    name: str
    version: int
    title: str
    role: Role
    audiences: tuple[Sector, ...]
    sha256: str
    state: State
    revision: int
    text_number: int
    created_at: datetime
    published_at: datetime | None
    questions: int
    minutes: int
    composed: bool


def publish(session: Session, *, document: str, context: AuditContext) -> int:
    """Enter a version and publish it in one go; publishing the same text again changes nothing. Its id.

    Raises:
        InvalidError: the document has faults, each named by its path; or both sectors have to agree first.
        ConflictError: this name and version is there with another text, or is not published yet.
    """
    questionnaire = readable(document)
    existing = find_version(session, questionnaire.name, questionnaire.version)
    if existing is None:
        return publish_new(session, upload=Upload(document), context=context)
    if existing.sha256 != sha256_of(document):
        raise ConflictError(_differs(session, existing, questionnaire))
    if existing.state is not State.PUBLISHED:
        raise ConflictError(
            f"Version {questionnaire.version} of {questionnaire.name} is there, and is not published. "
            "Move it on where questionnaires are listed."
        )
    return existing.id


def _differs(session: Session, existing: InstrumentVersion, questionnaire: Questionnaire) -> str:
    live = live_rounds(session, existing.id)
    running = f" The round “{live[0]}” is running with it." if live else ""
    return (
        f"Version {questionnaire.version} of {questionnaire.name} is published and cannot change.{running} "
        f"Give the new text version {questionnaire.version + 1}."
    )


def publish_shipped(session: Session, *, context: AuditContext) -> list[int]:
    """Take in every questionnaire that comes with the product, each checked against LOCK; their ids.

    They are published at once, save for modules: those are in test until both sectors have signed.

    Raises:
        ConflictError: a version is there with another text.
    """
    known = _versions_by_name(session)
    return [_take_in(session, one, known, context) for one in _on_the_shelf()]


def _versions_by_name(session: Session) -> dict[tuple[str, int], InstrumentVersion]:
    rows = session.execute(_lines())
    return {(instrument.name, version.version): version for version, instrument in rows}


def _take_in(
    session: Session, one: Published, known: dict[tuple[str, int], InstrumentVersion], context: AuditContext
) -> int:
    questionnaire = one.questionnaire
    version = known.get((questionnaire.name, questionnaire.version))
    if version is None:
        state = State.IN_TEST if questionnaire.role in MODULES else State.PUBLISHED
        instrument = instrument_of(session, questionnaire)
        version = enter(session, instrument, questionnaire, one.text, state=state, context=context)
    elif version.sha256 != one.sha256:
        raise ConflictError(_differs(session, version, questionnaire))
    return version.id


@lru_cache(maxsize=1)
def _on_the_shelf() -> tuple[Published, ...]:
    """The shelf, read and checked once per process: what is installed does not change under it."""
    return tuple(read(locked.name, locked.version) for locked in shipped())


def versions(session: Session) -> list[VersionLine]:
    """Every version that people wrote, by name, the newest of each first."""
    query = _lines().where(Instrument.round_id.is_(None))
    return list(_read(session, query.order_by(Instrument.name, InstrumentVersion.version.desc())))


def lines_of(session: Session, version_ids: set[int]) -> list[VersionLine]:
    """These versions, composed ones too, by name."""
    return list(
        _read(session, _lines().where(InstrumentVersion.id.in_(version_ids)).order_by(Instrument.name))
    )


def line_of(session: Session, version_id: int) -> VersionLine:
    """One version.

    Raises:
        NotFoundError: no such version.
    """
    lines = lines_of(session, {version_id})
    if not lines:
        raise NotFoundError("questionnaire version", version_id)
    return lines[0]


def _lines() -> Select[InstrumentVersion, Instrument]:
    return select(InstrumentVersion, Instrument).join(
        Instrument, Instrument.id == InstrumentVersion.instrument_id
    )


def _read(session: Session, query: Select[InstrumentVersion, Instrument]) -> Iterator[VersionLine]:
    for version, instrument in session.execute(query):
        yield VersionLine(
            id=version.id,
            name=instrument.name,
            version=version.version,
            title=in_general(version.title),
            role=instrument.role,
            audiences=tuple(Sector(value) for value in version.audiences),
            sha256=version.sha256,
            state=version.state,
            revision=version.revision,
            text_number=version.text_number,
            created_at=version.created_at,
            published_at=version.published_at,
            questions=version.questions,
            minutes=version.minutes,
            composed=instrument.round_id is not None,
        )


def newest_version(session: Session, audience: Sector) -> int:
    """The id of the core that was published last for one sector; modules and forms are chosen by hand.

    Raises:
        NotFoundError: none is published.
    """
    newest = next(iter(cores_for(session, audience)), None)
    if newest is None:
        raise NotFoundError("questionnaire for", audience.value)
    return newest.id


def cores_for(session: Session, audience: Sector) -> list[VersionLine]:
    """The published cores of the annual survey for a sector, the one that was published last first."""
    query = _lines().where(
        Instrument.role == Role.CORE,
        Instrument.round_id.is_(None),
        InstrumentVersion.state == State.PUBLISHED,
    )
    newest_first = query.order_by(
        InstrumentVersion.published_at.desc(), InstrumentVersion.version.desc(), InstrumentVersion.id.desc()
    )
    return [
        line
        for line in _read(session, newest_first)
        if audience in line.audiences and Strand.ANNUAL_SURVEY in questionnaire_of(session, line.id).strands
    ]


def core_since(session: Session) -> date | None:
    """The day on which the questions that everybody is asked last changed; None before any were published."""
    newest = session.scalar(
        select(func.max(InstrumentVersion.published_at))
        .join(Instrument, Instrument.id == InstrumentVersion.instrument_id)
        .where(
            Instrument.role == Role.CORE,
            Instrument.round_id.is_(None),
            InstrumentVersion.state == State.PUBLISHED,
        )
    )
    return london_date(newest) if newest else None


def questionnaire_of(session: Session, version_id: int) -> Questionnaire:
    """The questionnaire of a version.

    Raises:
        NotFoundError: no such version.
    """
    version = session.get(InstrumentVersion, version_id)
    if version is None:
        raise NotFoundError("questionnaire version", version_id)
    return parsed(version.document)


def find_questionnaire(session: Session, name: str, number: int) -> Questionnaire | None:
    """The questionnaire of this name and version, if it is there."""
    version = find_version(session, name, number)
    return None if version is None else parsed(version.document)
