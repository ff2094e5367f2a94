"""Questionnaires of seats beside the lead's: each kind of seat in a sector has one of its own, or none."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from instruments.conduct import MODULES, SeatKind
from sampling.frame import Sector
from survey_app.errors import InvalidError, NotFoundError
from survey_app.models.questionnaires import InstrumentVersion
from survey_app.models.rounds import RoundInstrument
from survey_app.services.audit import AuditContext, record
from survey_app.services.questionnaires.composition import TO_TRY, hold_plan
from survey_app.services.questionnaires.states import WORDS
from survey_app.services.questionnaires.versions import line_of


def give_questionnaire(
    session: Session,
    *,
    round_id: int,
    audience: Sector,
    seat_kind: SeatKind,
    version_id: int | None,
    context: AuditContext,
) -> None:
    """Say what a kind of seat in a sector is asked in a planned round; None takes its questionnaire away.

    Raises:
        InvalidError: the lead's is composed elsewhere, or the version is a module, for others, or retired.
        NotFoundError: no such round in the programme, or no such version.
        StageError: the round is launched, so that what it asks is pinned.
    """
    hold_plan(session, round_id, context)
    if seat_kind is SeatKind.LEAD:
        raise InvalidError("What the lead is asked is composed of a core and its modules.")
    version = None if version_id is None else _sound(session, version_id, audience)
    session.execute(
        delete(RoundInstrument).where(
            RoundInstrument.round_id == round_id,
            RoundInstrument.audience == audience,
            RoundInstrument.seat_kind == seat_kind,
        )
    )
    if version is not None:
        session.add(
            RoundInstrument(
                round_id=round_id,
                audience=audience,
                seat_kind=seat_kind,
                instrument_version_id=version.id,
                sha256=version.sha256,
                left_out=[],
                pinned_at=None,
            )
        )
    session.flush()
    about = {"audience": audience.value, "seat": seat_kind.value, "version": version_id}
    record(session, context, "questionnaire given to a kind of seat", "round", round_id, **about)


def _sound(session: Session, version_id: int, audience: Sector) -> InstrumentVersion:
    version = session.get(InstrumentVersion, version_id)
    if version is None:
        raise NotFoundError("questionnaire version", version_id)
    line = line_of(session, version_id)
    if line.role in MODULES:
        raise InvalidError(f"“{line.title}” is a module, which is asked with a core and not by itself.")
    if audience not in line.audiences:
        raise InvalidError(f"“{line.title}” is not for this sector.")
    if line.state not in TO_TRY:
        raise InvalidError(f"“{line.title}”, version {line.version}, is {WORDS[line.state]}.")
    return version
