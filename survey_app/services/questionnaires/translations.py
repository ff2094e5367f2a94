"""Texts in other languages: uploaded for a version, checked against it, live when all is reviewed."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from instruments.errors import InstrumentError
from instruments.language.translation import Translation, parse_translation
from instruments.states import VersionState as State
from instruments.versions.translation import TranslationFault, blank, translation_faults
from survey_app.errors import InvalidError, NotFoundError, StageError
from survey_app.models.questionnaires import Instrument, InstrumentTranslation, InstrumentVersion
from survey_app.services.audit import AuditContext, record
from survey_app.services.questionnaires.signoff import version_and_instrument
from survey_app.services.questionnaires.states import WORDS, Seen, hold, named
from survey_app.services.questionnaires.texts import fault_lines, parsed, sha256_of

OPEN = (State.DRAFT, State.IN_TEST, State.AGREED)
NAMES = {"cy": "Welsh", "ur": "Urdu", "pa": "Punjabi", "bn": "Bengali", "gu": "Gujarati", "pl": "Polish"}
MAX_LACKS_SHOWN = 5


@dataclass(frozen=True)
class TranslationLine:
    """A language of a version.

    `promised` says that the questionnaire itself names it; `lacks` is all that keeps it from going live.
    """

    language: str
    name: str
    promised: bool
    uploaded_at: datetime | None
    uploaded_by: str
    lacks: tuple[TranslationFault, ...]

    @property
    def is_ready(self) -> bool:
        return self.uploaded_at is not None and not self.lacks


def upload_translation(session: Session, *, seen: Seen, document: str, context: AuditContext) -> str:
    """Take in a version's wording in another language, in place of an earlier upload; the language.

    Raises:
        InvalidError: the file cannot be read, or is of another version.
        ChangedMeanwhileError: the version is not as it was seen.
        StageError: the version is published or retired.
    """
    translation = _read(document)
    version = hold(session, seen)
    _, instrument = version_and_instrument(session, version.id)
    if version.state not in OPEN:
        raise StageError(
            f"{named(version)} is {WORDS[version.state]}. "
            "Give the next version its translations before it is published."
        )
    if (translation.name, translation.version) != (instrument.name, version.version):
        raise InvalidError(
            f"The file is of {translation.name} version {translation.version}, and this is "
            f"{instrument.name} version {version.version}. Correct name and version in the file."
        )
    kept = _kept(session, version.id, translation.language)
    if kept is None:
        kept = InstrumentTranslation(version_id=version.id, language=translation.language)
        session.add(kept)
    kept.document, kept.sha256 = document, sha256_of(document)
    kept.uploaded_at, kept.uploaded_by = context.now, context.actor
    session.flush()
    detail = {"language": translation.language, "sha256": kept.sha256}
    record(session, context, "questionnaire translated", "instrument_version", version.id, **detail)
    return translation.language


def _read(document: str) -> Translation:
    try:
        translation = parse_translation(document)
    except InstrumentError as fault:
        raise InvalidError(
            "The file is not a translation yet. Correct what is listed, then upload it again.",
            fault_lines(fault),
        ) from None
    if len(translation.language) > 20:
        raise InvalidError("language: at most 20 characters.")
    return translation


def _kept(session: Session, version_id: int, language: str) -> InstrumentTranslation | None:
    return session.scalar(
        select(InstrumentTranslation).where(
            InstrumentTranslation.version_id == version_id, InstrumentTranslation.language == language
        )
    )


def translations_of(session: Session, version: InstrumentVersion) -> list[TranslationLine]:
    """Every language that is promised or was uploaded, with all that keeps it from going live."""
    questionnaire = parsed(version.document)
    kept = {
        row.language: row
        for row in session.scalars(
            select(InstrumentTranslation).where(InstrumentTranslation.version_id == version.id)
        )
    }
    languages = sorted({*questionnaire.languages, *kept})
    return [_line(version, language, kept.get(language)) for language in languages]


def _line(version: InstrumentVersion, language: str, row: InstrumentTranslation | None) -> TranslationLine:
    questionnaire = parsed(version.document)
    lacks = () if row is None else translation_faults(questionnaire, parse_translation(row.document))
    return TranslationLine(
        language,
        NAMES.get(language, language),
        language in questionnaire.languages,
        None if row is None else row.uploaded_at,
        "" if row is None else row.uploaded_by,
        lacks,
    )


def not_ready(session: Session, version: InstrumentVersion) -> tuple[str, ...]:
    """Why the languages that a version promises cannot go live, as sentences; none where they can."""
    reasons = []
    for line in translations_of(session, version):
        if not line.promised or line.is_ready:
            continue
        if line.uploaded_at is None:
            reasons.append(f"The {line.name} translation is promised and not uploaded yet.")
            continue
        lacks = "; ".join(f"{lack.path} is {lack.lack}" for lack in line.lacks[:MAX_LACKS_SHOWN])
        more = f"; and {len(line.lacks) - MAX_LACKS_SHOWN} more" if len(line.lacks) > MAX_LACKS_SHOWN else ""
        reasons.append(f"The {line.name} translation cannot go live: {lacks}{more}.")
    return tuple(reasons)


def to_translate(session: Session, version_id: int, language: str) -> str:
    """A file to translate in, with what an earlier upload, or the version before, still gives.

    Raises:
        NotFoundError: no such version.
    """
    version, instrument = version_and_instrument(session, version_id)
    earlier = _kept(session, version_id, language) or _of_earlier(session, instrument, version, language)
    known = None if earlier is None else parse_translation(earlier.document)
    return blank(parsed(version.document), language, known)


def _of_earlier(
    session: Session, instrument: Instrument, version: InstrumentVersion, language: str
) -> InstrumentTranslation | None:
    return session.scalar(
        select(InstrumentTranslation)
        .join(InstrumentVersion, InstrumentVersion.id == InstrumentTranslation.version_id)
        .where(
            InstrumentVersion.instrument_id == instrument.id,
            InstrumentVersion.version < version.version,
            InstrumentTranslation.language == language,
        )
        .order_by(InstrumentVersion.version.desc())
        .limit(1)
    )


def translation_text(session: Session, version_id: int, language: str) -> str:
    """A translation as it was uploaded.

    Raises:
        NotFoundError: there is none in this language.
    """
    version_and_instrument(session, version_id)
    row = _kept(session, version_id, language)
    if row is None:
        raise NotFoundError("translation", language)
    return row.document
