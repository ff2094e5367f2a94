"""Versions of instruments: brought in as drafts, replaced while they are open, moved on, published.

Whoever changes a version says at which revision they saw it (`Seen`); where somebody else was
first, nothing is done and they are told. From `agreed` on the text is fixed for good.
"""

from dataclasses import dataclass
from pathlib import PurePath

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from instruments.conduct import MODULES
from instruments.schema import Questionnaire
from instruments.states import OPEN
from instruments.states import VersionState as State
from scheduler.stages import Stage
from survey_app.errors import ConflictError, InvalidError
from survey_app.models.questionnaires import Instrument, InstrumentText, InstrumentVersion
from survey_app.models.rounds import Round, RoundInstrument
from survey_app.services.audit import AuditContext, record
from survey_app.services.questionnaires.checker import Validation, validate
from survey_app.services.questionnaires.signoff import missing_agreement, version_and_instrument
from survey_app.services.questionnaires.states import WORDS, Seen, check_transition, hold, named, step
from survey_app.services.questionnaires.texts import parsed, readable, sha256_of
from survey_app.services.questionnaires.translations import not_ready

MAX_NAME_LENGTH, MAX_TITLE_LENGTH, MAX_NOTE_LENGTH = 80, 200, 2_000
LIVE = tuple(stage for stage in Stage if stage.is_live)


@dataclass(frozen=True)
class Upload:
    """A text that somebody brings, the name of its file, and what they say is new in it."""

    document: str
    file_name: str = ""
    note: str = ""


@dataclass(frozen=True)
class Looked:
    """A text that was read and checked, which takes a while, before anything is written."""

    questionnaire: Questionnaire
    validation: Validation


def look_at(session: Session, upload: Upload) -> Looked:
    """Read a text and check it beside what is there; changes nothing.

    Raises:
        FaultyTextError: it is no questionnaire.
        InvalidError: it cannot be taken as it is.
    """
    questionnaire = _checked(upload)
    return Looked(questionnaire, validate(session, upload.document, questionnaire))


def upload_draft(
    session: Session, *, upload: Upload, context: AuditContext, looked: Looked | None = None
) -> int:
    """Take a text in as the draft of its instrument's next version; the version's id.

    Args:
        looked: what `look_at` said of the text a moment ago, so that it need not be read while writing.

    Raises:
        FaultyTextError: it is no questionnaire.
        InvalidError: its version is not the next one, or it changes what an instrument keeps for good.
        ConflictError: this version is there already.
    """
    looked = looked or look_at(session, upload)
    questionnaire, validation = looked.questionnaire, looked.validation
    instrument = instrument_of(session, questionnaire)
    existing = find_version(session, questionnaire.name, questionnaire.version)
    if existing is not None:
        raise ConflictError(_is_there(session, existing))
    _check_next(session, instrument, questionnaire)
    with session.begin_nested():
        version = enter(
            session, instrument, questionnaire, upload.document, state=State.DRAFT, context=context
        )
    _keep_text(session, version, upload, validation, context)
    session.flush()
    return version.id


def enter(
    session: Session,
    instrument: Instrument,
    questionnaire: Questionnaire,
    document: str,
    *,
    state: State,
    context: AuditContext,
) -> InstrumentVersion:
    """Add a version that is not there yet, in a state; neither its number nor its text is validated."""
    version = InstrumentVersion(
        instrument_id=instrument.id,
        version=questionnaire.version,
        document=document,
        sha256=sha256_of(document),
        created_at=context.now,
        created_by=context.actor,
        published_at=context.now if state is State.PUBLISHED else None,
        state=state,
        revision=0,
        text_number=1,
        **_summary(questionnaire),
    )
    session.add(version)
    session.flush()
    step(session, version, state, note="", context=context)
    return version


def publish_new(session: Session, *, upload: Upload, context: AuditContext) -> int:
    """Enter a version and publish it in one go, where nobody has to agree to it; its id.

    Raises:
        InvalidError: the checker found faults; or it is a module, to which both sectors have to agree.
    """
    questionnaire = _checked(upload)
    if questionnaire.role in MODULES:
        raise InvalidError(
            f"{questionnaire.name} is a module, to which signatories of both sectors have to agree. "
            "Upload it on the site as a draft."
        )
    validation = validate(session, upload.document, questionnaire)
    instrument = instrument_of(session, questionnaire)
    version = enter(
        session, instrument, questionnaire, upload.document, state=State.PUBLISHED, context=context
    )
    _keep_text(session, version, upload, validation, context)
    reasons = (*map(str, validation.faults), *not_ready(session, version))
    if reasons:
        raise InvalidError(_cannot(version, State.PUBLISHED), reasons)
    return version.id


def replace_text(
    session: Session, *, seen: Seen, upload: Upload, context: AuditContext, looked: Looked | None = None
) -> None:
    """Put another text in the place of a draft's; one in test is a draft again, and sign-offs lapse.

    Raises:
        FaultyTextError: it is no questionnaire.
        InvalidError: it calls itself another instrument or version.
        ChangedMeanwhileError: the draft is not as it was seen.
        ConflictError: the text is fixed already.
    """
    looked = looked or look_at(session, upload)
    questionnaire, validation = looked.questionnaire, looked.validation
    version = hold(session, seen)
    _, instrument = version_and_instrument(session, version.id)
    if version.state not in OPEN:
        raise ConflictError(_is_there(session, version))
    if (questionnaire.name, questionnaire.version) != (instrument.name, version.version):
        raise InvalidError(
            f"The file calls itself {questionnaire.name} version {questionnaire.version}, and this is "
            f"{instrument.name} version {version.version}. Correct name and version in the file."
        )
    _check_role(instrument, questionnaire)
    version.document, version.sha256 = upload.document, sha256_of(upload.document)
    version.text_number += 1
    for field, value in _summary(questionnaire).items():
        setattr(version, field, value)
    _keep_text(session, version, upload, validation, context)
    if version.state is State.IN_TEST:
        step(session, version, State.DRAFT, note="A new text was uploaded.", context=context)
    session.flush()
    record(
        session,
        context,
        "questionnaire text replaced",
        "instrument_version",
        version.id,
        sha256=version.sha256,
    )


def transition(
    session: Session, *, seen: Seen, wanted: State, note: str = "", context: AuditContext
) -> InstrumentVersion:
    """Move a version on, or a version in test back.

    Raises:
        ChangedMeanwhileError: it is not as it was seen.
        StageError: not an allowed move.
        InvalidError: something stands in the way; every reason is listed.
    """
    if len(note) > MAX_NOTE_LENGTH:
        raise InvalidError(f"The note has {len(note):,} characters; the most is {MAX_NOTE_LENGTH:,}.")
    version = hold(session, seen)
    _, instrument = version_and_instrument(session, version.id)
    if wanted is State.PUBLISHED and version.state in OPEN:
        # Said with every reason, because somebody who wants to publish should know all that is missing.
        reasons = obstacles(session, version, instrument, wanted)
        raise InvalidError(_cannot(version, wanted), (*reasons, "It is not agreed yet."))
    check_transition(version, wanted)
    reasons = obstacles(session, version, instrument, wanted)
    if reasons:
        raise InvalidError(_cannot(version, wanted), reasons)
    step(session, version, wanted, note=note, context=context)
    return version


def obstacles(
    session: Session, version: InstrumentVersion, instrument: Instrument, wanted: State
) -> tuple[str, ...]:
    """What stands in the way of a version becoming `wanted`, as sentences."""
    if wanted in (State.DRAFT, State.RETIRED):
        return ()
    faults = validate(session, version.document, parsed(version.document)).faults
    reasons = [str(fault) for fault in faults]
    if wanted in (State.AGREED, State.PUBLISHED):
        reasons += missing_agreement(session, version, instrument)
    if wanted is State.PUBLISHED:
        reasons += not_ready(session, version)
    return tuple(reasons)


def _cannot(version: InstrumentVersion, wanted: State) -> str:
    return f"{named(version)} cannot be {WORDS[wanted]} yet."


def find_version(session: Session, name: str, number: int) -> InstrumentVersion | None:
    """A version by its name and number."""
    return session.scalar(
        select(InstrumentVersion)
        .join(Instrument, Instrument.id == InstrumentVersion.instrument_id)
        .where(Instrument.name == name, InstrumentVersion.version == number)
    )


def live_rounds(session: Session, version_id: int) -> list[str]:
    """Titles of the rounds that are under way with a version, pinned at their launch."""
    query = (
        select(Round.title)
        .join(RoundInstrument, RoundInstrument.round_id == Round.id)
        .where(RoundInstrument.instrument_version_id == version_id, Round.stage.in_(LIVE))
        .distinct()
        .order_by(Round.title)
    )
    return list(session.scalars(query))


def _is_there(session: Session, version: InstrumentVersion) -> str:
    """Why a text cannot take the place of a version that is there."""
    if version.state in OPEN:
        return (
            f"{named(version)} is {WORDS[version.state]} already. "
            "Open it and replace its text there, or give your text the next version."
        )
    live = live_rounds(session, version.id)
    pinned = f" {_listed(live)} {'goes' if len(live) == 1 else 'go'} on with it unchanged." if live else ""
    return (
        f"{named(version)} is {WORDS[version.state]}; its text cannot change."
        f"{pinned} Give the new text version {_newest(session, version.instrument_id) + 1}."
    )


def _listed(names: list[str]) -> str:
    quoted = [f"“{name}”" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def _checked(upload: Upload) -> Questionnaire:
    questionnaire = readable(upload.document)
    faults = []
    if len(questionnaire.name) > MAX_NAME_LENGTH:
        faults.append(f"name: at most {MAX_NAME_LENGTH} characters.")
    if len(questionnaire.title) > MAX_TITLE_LENGTH:
        faults.append(f"title: at most {MAX_TITLE_LENGTH} characters.")
    if questionnaire.composed_of or questionnaire.left_out or any(s.origin for s in questionnaire.written):
        faults.append(
            "composed_of, left_out, origin: they are written when a round is composed; take them away."
        )
    if len(upload.note) > MAX_NOTE_LENGTH:
        faults.append(f"The note has {len(upload.note):,} characters; the most is {MAX_NOTE_LENGTH:,}.")
    if faults:
        raise InvalidError("The file cannot be taken like this.", tuple(faults))
    return questionnaire


def instrument_of(session: Session, questionnaire: Questionnaire) -> Instrument:
    """The instrument of a text, made where it is new.

    Raises:
        InvalidError: an earlier version had another role.
    """
    instrument = session.scalar(select(Instrument).where(Instrument.name == questionnaire.name))
    if instrument is None:
        instrument = Instrument(name=questionnaire.name, role=questionnaire.role, round_id=None)
        session.add(instrument)
        session.flush()
    _check_role(instrument, questionnaire)
    return instrument


def _check_role(instrument: Instrument, questionnaire: Questionnaire) -> None:
    if instrument.round_id is not None:
        raise InvalidError(f"{instrument.name} was composed for a round. Give the file another name.")
    if instrument.role is not questionnaire.role:
        raise InvalidError(
            f"{instrument.name} is a {_spaced(instrument.role)} and stays one. "
            f"Give a {_spaced(questionnaire.role)} another name."
        )


def _spaced(role: str) -> str:
    return role.replace("_", " ")


def _check_next(session: Session, instrument: Instrument, questionnaire: Questionnaire) -> None:
    following = _newest(session, instrument.id) + 1
    if questionnaire.version != following:
        raise InvalidError(
            f"The next version of {instrument.name} is {following}, and the file says "
            f"{questionnaire.version}. Correct version in the file."
        )


def _newest(session: Session, instrument_id: int) -> int:
    query = select(func.max(InstrumentVersion.version)).where(
        InstrumentVersion.instrument_id == instrument_id
    )
    return session.scalar(query) or 0


def _summary(questionnaire: Questionnaire) -> dict[str, object]:
    """What lists tell of a text without reading it."""
    return {
        "schema": questionnaire.schema,
        "title": questionnaire.title,
        "audiences": [audience.value for audience in questionnaire.audiences],
        "questions": len(questionnaire.questions),
        "minutes": questionnaire.estimated_minutes,
    }


def _keep_text(
    session: Session,
    version: InstrumentVersion,
    upload: Upload,
    validation: Validation,
    context: AuditContext,
) -> None:
    session.add(
        InstrumentText(
            version_id=version.id,
            number=version.text_number,
            file_name=PurePath(upload.file_name).name[:200],
            document=upload.document,
            sha256=version.sha256,
            findings=validation.as_json(),
            note=upload.note,
            uploaded_at=context.now,
            uploaded_by=context.actor,
        )
    )
