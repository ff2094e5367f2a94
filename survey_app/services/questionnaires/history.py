"""How a version stands and how it came there: what it lacks, who agrees, and what happened to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from instruments.states import TRANSITIONS
from instruments.states import VersionState as State
from sampling.frame import Sector
from survey_app.errors import NotFoundError
from survey_app.models.questionnaires import (
    Instrument,
    InstrumentPart,
    InstrumentText,
    InstrumentTransition,
    InstrumentVersion,
    Verdict,
)
from survey_app.models.rounds import Round, RoundInstrument
from survey_app.services.questionnaires.checker import Validation, from_json
from survey_app.services.questionnaires.drafts import LIVE, obstacles
from survey_app.services.questionnaires.signoff import (
    SPOKEN,
    Remark,
    needs_sign_off,
    remarks,
    version_and_instrument,
)
from survey_app.services.questionnaires.states import WORDS

DONE = {
    State.DRAFT: "Taken back to draft",
    State.IN_TEST: "Sent to test",
    State.AGREED: "Marked as agreed",
    State.PUBLISHED: "Published",
    State.RETIRED: "Retired",
}
FORWARD = {State.DRAFT: State.IN_TEST, State.IN_TEST: State.AGREED, State.AGREED: State.PUBLISHED}


@dataclass(frozen=True)
class Entry:
    """One thing that happened to a version; `text_number` is the text that it was about."""

    at: datetime
    who: str
    what: str
    words: str
    text_number: int | None = None


@dataclass(frozen=True)
class Standing:
    """What a version lacks to go on.

    `validation` is None where the text came with the product, checked before it was shipped. `forward` is the
    state that comes next, with all that stands in its way.
    """

    validation: Validation | None
    needs_sign_off: bool
    signed: tuple[Remark, ...]
    forward: State | None
    reasons: tuple[str, ...]
    transitions: tuple[State, ...]

    def of(self, sector: Sector) -> tuple[Remark, ...]:
        """The last word of each signatory of a sector on the text that there is now."""
        return tuple(remark for remark in self.signed if remark.sector is sector)


def standing(session: Session, version_id: int) -> Standing:
    """How a version stands.

    Raises:
        NotFoundError: no such version, or it was composed for a round.
    """
    version, instrument = version_and_instrument(session, version_id)
    forward = FORWARD.get(version.state)
    said = {(remark.sector, remark.name): remark for remark in remarks(session, version) if remark.stands}
    return Standing(
        _validation(session, version),
        needs_sign_off(instrument),
        tuple(remark for remark in said.values() if remark.verdict is not Verdict.COMMENT),
        forward,
        () if forward is None else obstacles(session, version, instrument, forward),
        TRANSITIONS[version.state],
    )


def _validation(session: Session, version: InstrumentVersion) -> Validation | None:
    kept = session.scalar(
        select(InstrumentText.findings).where(
            InstrumentText.version_id == version.id, InstrumentText.number == version.text_number
        )
    )
    return None if kept is None else from_json(kept)


def history(session: Session, version_id: int) -> list[Entry]:
    """Everything that happened to a version, the newest first.

    Raises:
        NotFoundError: no such version, or it was composed for a round.
    """
    version, _ = version_and_instrument(session, version_id)
    entries = [*_texts(session, version), *_transitions(session, version), *_said(session, version)]
    return sorted(reversed(entries), key=lambda entry: entry.at, reverse=True)


def _texts(session: Session, version: InstrumentVersion) -> Iterator[Entry]:
    rows = session.scalars(
        select(InstrumentText).where(InstrumentText.version_id == version.id).order_by(InstrumentText.number)
    )
    for row in rows:
        named = f"Text {row.number} uploaded"
        what = f"{named}: {row.file_name}" if row.file_name else named
        yield Entry(row.uploaded_at, row.uploaded_by, what, row.note, row.number)


def _transitions(session: Session, version: InstrumentVersion) -> Iterator[Entry]:
    rows = session.scalars(
        select(InstrumentTransition)
        .where(InstrumentTransition.version_id == version.id)
        .order_by(InstrumentTransition.id)
    )
    for row in rows:
        what = f"Taken in: {WORDS[row.after]}" if row.before is None else DONE[row.after]
        yield Entry(row.at, row.actor, what, row.note)


def _said(session: Session, version: InstrumentVersion) -> Iterator[Entry]:
    for remark in remarks(session, version):
        what = {
            Verdict.COMMENT: "Comment",
            Verdict.AGREES: f"Agreed for {SPOKEN[remark.sector]}" if remark.sector else "",
            Verdict.OBJECTS: f"Objected for {SPOKEN[remark.sector]}" if remark.sector else "",
        }[remark.verdict]
        yield Entry(remark.said_at, remark.name, what, remark.words, remark.text_number)


def text_of(session: Session, version_id: int, number: int | None = None) -> str:
    """The text of a version as it came: the one that there is now, or an earlier one by its number.

    Raises:
        NotFoundError: no such version or text.
    """
    version = session.get(InstrumentVersion, version_id)
    if version is None:
        raise NotFoundError("questionnaire version", version_id)
    if number is None or number == version.text_number:
        return version.document
    earlier = session.scalar(
        select(InstrumentText.document).where(
            InstrumentText.version_id == version_id, InstrumentText.number == number
        )
    )
    if earlier is None:
        raise NotFoundError("text", number)
    return earlier


def rounds_with(session: Session, name: str) -> list[tuple[str, int]]:
    """Rounds under way with a version of an instrument, whole or as a part: title and version of each."""
    composed = InstrumentPart.version_id == RoundInstrument.instrument_version_id
    rows = session.execute(
        select(Round.title, InstrumentVersion.version)
        .join(RoundInstrument, RoundInstrument.round_id == Round.id)
        .outerjoin(InstrumentPart, composed)
        .join(
            InstrumentVersion,
            or_(
                InstrumentVersion.id == RoundInstrument.instrument_version_id,
                InstrumentVersion.id == InstrumentPart.part_id,
            ),
        )
        .join(Instrument, Instrument.id == InstrumentVersion.instrument_id)
        .where(Instrument.name == name, Round.stage.in_(LIVE))
        .distinct()
        .order_by(Round.title)
    )
    return [(title, version) for title, version in rows]
