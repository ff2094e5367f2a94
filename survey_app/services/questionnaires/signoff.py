"""Sign-off: what people say of a version, and whether signatories of both sectors agree to it.

Supplementary and local modules are agreed between the signatories before anybody is asked. Who
agrees, agrees to one text: a new upload asks everybody again, and what was said before stays in the trail.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from instruments.conduct import MODULES
from instruments.states import VersionState as State
from sampling.frame import Sector
from survey_app.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError, StageError
from survey_app.models.people.accounts import Grant, Person
from survey_app.models.questionnaires import Instrument, InstrumentRemark, InstrumentVersion, Verdict
from survey_app.services.audit import AuditContext, record
from survey_app.services.people.permissions import Permission
from survey_app.services.questionnaires.states import WORDS, named

MAX_WORDS_LENGTH = 4_000
SIGNS_FOR = {
    Sector.PUBLIC: Permission.SIGN_OFF_PUBLIC,
    Sector.VOLUNTARY: Permission.SIGN_OFF_VOLUNTARY,
}
SPOKEN = {Sector.PUBLIC: "public bodies", Sector.VOLUNTARY: "voluntary organisations"}


@dataclass(frozen=True)
class Remark:
    """What somebody said, and of which text; `stands` where it is of the text that there is now."""

    verdict: Verdict
    sector: Sector | None
    words: str
    name: str
    said_at: datetime
    text_number: int
    stands: bool


@dataclass(frozen=True)
class Signature:
    """What a signatory decides of the text that they saw."""

    version_id: int
    text_number: int
    sector: Sector
    agrees: bool
    words: str = ""


def needs_sign_off(instrument: Instrument) -> bool:
    """Whether both sectors have to agree before this can be published."""
    return instrument.role in MODULES


def comment(session: Session, *, version_id: int, words: str, person_id: int, context: AuditContext) -> None:
    """Say something of a version, whatever its state.

    Raises:
        InvalidError: nothing is said, or too much.
        NotFoundError: no such version, or it was composed for a round.
    """
    version, _ = version_and_instrument(session, version_id)
    _check_words(words, needed="Write your comment.")
    _add(session, version, Verdict.COMMENT, None, words, person_id, context)
    record(session, context, "questionnaire commented on", "instrument_version", version_id)


def sign(session: Session, *, signature: Signature, person_id: int, context: AuditContext) -> None:
    """Agree or object to the text of a version for a sector; somebody's last word counts.

    Raises:
        NotAllowedError: the person may not sign for this sector.
        ConflictError: the text was replaced since they saw it, or they signed for the other sector.
        StageError: the version is not in test.
        InvalidError: an objection without a reason.
    """
    version, instrument = version_and_instrument(session, signature.version_id)
    check_signatory(session, signature.sector, person_id, context)
    if not needs_sign_off(instrument):
        raise StageError("Nobody has to agree to this: only modules need sign-off.")
    _check_words(signature.words, needed="" if signature.agrees else "Say what you object to.")
    _hold_text(session, version, signature)
    _check_one_sector(session, version, signature.sector, person_id)
    verdict = Verdict.AGREES if signature.agrees else Verdict.OBJECTS
    _add(session, version, verdict, signature.sector, signature.words, person_id, context)
    detail = {"sector": signature.sector.value, "text": version.text_number, "sha256": version.sha256}
    record(session, context, f"questionnaire {verdict.value}", "instrument_version", version.id, **detail)


def version_and_instrument(session: Session, version_id: int) -> tuple[InstrumentVersion, Instrument]:
    """A version that people write; what was composed for a round is not one.

    Raises:
        NotFoundError: no such version.
    """
    row = session.execute(
        select(InstrumentVersion, Instrument)
        .join(Instrument, Instrument.id == InstrumentVersion.instrument_id)
        .where(InstrumentVersion.id == version_id, Instrument.round_id.is_(None))
    ).one_or_none()
    if row is None:
        raise NotFoundError("questionnaire version", version_id)
    return row[0], row[1]


def check_signatory(session: Session, sector: Sector, person_id: int, context: AuditContext) -> None:
    """Let pass whoever speaks for a sector.

    Raises:
        NotAllowedError: the person may not sign for it.
    """
    held = session.scalar(
        select(Grant.person_id)
        .where(
            Grant.person_id == person_id,
            Grant.programme_id == context.programme_id,
            Grant.permission == SIGNS_FOR[sector],
            Grant.strand == "",
        )
        .limit(1)
    )
    if held is None:
        raise NotAllowedError(f"You are not a signatory for {SPOKEN[sector]}. Ask an administrator.")


def _check_words(words: str, *, needed: str) -> None:
    if needed and not words:
        raise InvalidError(needed)
    if len(words) > MAX_WORDS_LENGTH:
        raise InvalidError(f"That has {len(words):,} characters; the most is {MAX_WORDS_LENGTH:,}.")


def _hold_text(session: Session, version: InstrumentVersion, signature: Signature) -> None:
    """Let nobody replace the text, or move the version on, while somebody signs."""
    held = session.execute(
        update(InstrumentVersion)
        .where(
            InstrumentVersion.id == version.id,
            InstrumentVersion.text_number == signature.text_number,
            InstrumentVersion.state == State.IN_TEST,
        )
        .values(text_number=signature.text_number)
    )
    if held.rowcount == 1:  # type: ignore[attr-defined]
        return
    session.refresh(version)
    if version.text_number != signature.text_number:
        raise ConflictError(
            "The text was replaced since you opened this page. Nothing was signed. "
            "Read the new text, then decide."
        )
    raise StageError(
        f"{named(version)} is {WORDS[version.state]}. Signatories agree or object while it is in test."
    )


def _check_one_sector(session: Session, version: InstrumentVersion, sector: Sector, person_id: int) -> None:
    other = session.scalar(
        select(InstrumentRemark.id)
        .where(
            InstrumentRemark.version_id == version.id,
            InstrumentRemark.text_number == version.text_number,
            InstrumentRemark.person_id == person_id,
            InstrumentRemark.sector.is_not(None),
            InstrumentRemark.sector != sector,
        )
        .limit(1)
    )
    if other is not None:
        raise ConflictError(
            "You signed for the other sector already. Somebody else has to sign for this one."
        )


def _add(
    session: Session,
    version: InstrumentVersion,
    verdict: Verdict,
    sector: Sector | None,
    words: str,
    person_id: int,
    context: AuditContext,
) -> None:
    session.add(
        InstrumentRemark(
            version_id=version.id,
            text_number=version.text_number,
            verdict=verdict,
            sector=sector,
            words=words,
            person_id=person_id,
            name=session.get_one(Person, person_id).name,
            said_at=context.now,
        )
    )
    session.flush()


def remarks(session: Session, version: InstrumentVersion) -> list[Remark]:
    """Everything that was said of a version, the oldest first."""
    return [
        Remark(
            row.verdict,
            row.sector,
            row.words,
            row.name,
            row.said_at,
            row.text_number,
            stands=row.text_number == version.text_number,
        )
        for row in _rows(session, version)
    ]


def _rows(session: Session, version: InstrumentVersion) -> Iterable[InstrumentRemark]:
    query = select(InstrumentRemark).where(InstrumentRemark.version_id == version.id)
    return session.scalars(query.order_by(InstrumentRemark.id))


def missing_agreement(
    session: Session, version: InstrumentVersion, instrument: Instrument
) -> tuple[str, ...]:
    """Why the sectors do not agree to the text that there is now, as sentences; none where they do."""
    if not needs_sign_off(instrument):
        return ()
    last_words: dict[tuple[Sector, int], InstrumentRemark] = {}
    for row in _rows(session, version):
        if row.sector is not None and row.text_number == version.text_number:
            last_words[row.sector, row.person_id] = row
    missing = []
    for sector in Sector:
        said = [row for (one, _), row in last_words.items() if one is sector]
        missing += [
            f"{row.name} objects for {SPOKEN[sector]}: {row.words}"
            for row in said
            if row.verdict is Verdict.OBJECTS
        ]
        if not any(row.verdict is Verdict.AGREES for row in said):
            missing.append(f"No signatory for {SPOKEN[sector]} has agreed to this text yet.")
    return tuple(missing)
