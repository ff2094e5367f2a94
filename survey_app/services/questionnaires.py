"""Published questionnaires: entered once, checked against LOCK, never edited."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from instruments.conduct import Role
from instruments.errors import InstrumentError
from instruments.language.questionnaire import parse
from instruments.library import read, shipped
from instruments.schema import Questionnaire
from sampling.frame import Sector
from survey_app.errors import ConflictError, InvalidError, NotFoundError
from survey_app.models.questionnaires import Instrument, InstrumentVersion
from survey_app.services.audit import Act, record


@dataclass(frozen=True)
class VersionLine:
    """A published version as lists show it."""

    id: int
    name: str
    version: int
    title: str
    audience: Sector
    sha256: str
    published_at: datetime
    questions: int
    minutes: int


def publish(session: Session, *, document: str, act: Act) -> int:
    """Publish one version; publishing the same text again changes nothing. The version's id.

    Raises:
        InvalidError: the document has faults; each is named by its path.
        ConflictError: this name and version were published with another text.
    """
    questionnaire = _parsed(document)
    sha256 = hashlib.sha256(document.encode()).hexdigest()
    instrument = _instrument(session, questionnaire)
    found = session.scalar(
        select(InstrumentVersion).where(
            InstrumentVersion.instrument_id == instrument.id,
            InstrumentVersion.version == questionnaire.version,
        )
    )
    if found is None:
        found = _add_version(session, instrument, questionnaire, document, sha256, act)
    elif found.sha256 != sha256:
        raise ConflictError(
            f"Version {questionnaire.version} of {questionnaire.name} is published and cannot change. "
            f"Give the new text version {questionnaire.version + 1}."
        )
    return found.id


def _parsed(document: str) -> Questionnaire:
    try:
        return parsed(document)
    except InstrumentError as fault:
        raise InvalidError(
            "The questionnaire cannot be published yet.", tuple(str(fault).splitlines())
        ) from None


def _instrument(session: Session, questionnaire: Questionnaire) -> Instrument:
    found = session.scalar(select(Instrument).where(Instrument.name == questionnaire.name))
    if found is None:
        found = Instrument(name=questionnaire.name, audience=Sector(questionnaire.audience))
        session.add(found)
        session.flush()
    return found


def _add_version(
    session: Session,
    instrument: Instrument,
    questionnaire: Questionnaire,
    document: str,
    sha256: str,
    act: Act,
) -> InstrumentVersion:
    version = InstrumentVersion(
        instrument_id=instrument.id,
        version=questionnaire.version,
        schema=questionnaire.schema,
        title=questionnaire.title,
        document=document,
        sha256=sha256,
        published_at=act.now,
        published_by=act.actor,
    )
    session.add(version)
    session.flush()
    record(session, act, "questionnaire published", "instrument_version", version.id, sha256=sha256)
    return version


def publish_shipped(session: Session, *, act: Act) -> list[int]:
    """Publish every questionnaire that comes with the product, each checked against LOCK."""
    return [publish(session, document=text, act=act) for text in _shipped_texts()]


@lru_cache(maxsize=1)
def _shipped_texts() -> tuple[str, ...]:
    """The shelf's texts, read and checked once per process: what is installed does not change under it."""
    return tuple(read(locked.name, locked.version).text for locked in shipped())


def versions(session: Session) -> list[VersionLine]:
    """Every published version, newest of each questionnaire first."""
    rows = session.execute(
        select(InstrumentVersion, Instrument)
        .join(Instrument, Instrument.id == InstrumentVersion.instrument_id)
        .order_by(Instrument.name, InstrumentVersion.version.desc())
    )
    return [_line(version, instrument) for version, instrument in rows]


def _line(version: InstrumentVersion, instrument: Instrument) -> VersionLine:
    questionnaire = parsed(version.document)
    return VersionLine(
        version.id,
        instrument.name,
        version.version,
        version.title,
        instrument.audience,
        version.sha256,
        version.published_at,
        len(questionnaire.questions),
        questionnaire.estimated_minutes,
    )


def newest_version(session: Session, audience: Sector) -> int:
    """The id of the newest version of the core for one sector; modules and forms are chosen by hand.

    Raises:
        NotFoundError: none is published.
    """
    newest_first = (
        select(InstrumentVersion.id, InstrumentVersion.document)
        .join(Instrument, Instrument.id == InstrumentVersion.instrument_id)
        .where(Instrument.audience == audience)
        .order_by(InstrumentVersion.version.desc(), Instrument.id)
    )
    for version_id, document in session.execute(newest_first):
        if parsed(document).role is Role.CORE:
            return int(version_id)
    raise NotFoundError("questionnaire for", audience.value)


def questionnaire_of(session: Session, version_id: int) -> Questionnaire:
    """The questionnaire of a published version.

    Raises:
        NotFoundError: no such version.
    """
    version = session.get(InstrumentVersion, version_id)
    if version is None:
        raise NotFoundError("questionnaire version", version_id)
    return parsed(version.document)


@lru_cache(maxsize=256)
def parsed(document: str) -> Questionnaire:
    """A published document, parsed once per process: it cannot change."""
    return parse(document)
