"""Rounds: planned, checked, launched, opened and closed."""

import uuid
from dataclasses import dataclass

from govuk_bank_holidays.bank_holidays import BankHolidays
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from sampling.frame import Sector
from scheduler.stages import CycleError, Stage, check_transition
from scheduler.strands import Strand
from scheduler.timetable import RoundDates, date_faults, date_warnings
from survey_app.clock import at, end_of, london_date
from survey_app.crypto import Keyring
from survey_app.errors import InvalidError, NotFoundError, StageError
from survey_app.models.panels import Panel, PanelMember
from survey_app.models.questionnaires import InstrumentVersion
from survey_app.models.rounds import Round, RoundInstrument
from survey_app.services import jobs, material
from survey_app.services.audit import AuditContext, record
from survey_app.services.owned import owned
from survey_app.services.questionnaires import composition, versions

# Letters leave when people are at work; a round closes when its last day ends.
LETTERS_LEAVE_AT = 9
EVENTS = ("launch", "open", "first_reminder", "second_reminder", "close")


@dataclass(frozen=True)
class RoundPlan:
    """What a coordinator decides; the questionnaires are the newest versions unless named."""

    title: str
    panel_id: int
    dates: RoundDates
    instruments: dict[Sector, int] | None = None
    strand: Strand = Strand.ANNUAL_SURVEY


@dataclass(frozen=True)
class RoundView:
    """A round as screens and commands know it."""

    id: int
    uuid: str
    programme_id: int
    strand: Strand
    number: int
    title: str
    panel_id: int
    stage: Stage
    dates: RoundDates
    instruments: dict[Sector, int]


@dataclass(frozen=True)
class RoundCheck:
    """What stands in the way of a launch, and what a coordinator may want to reconsider."""

    faults: tuple[str, ...]
    warnings: tuple[str, ...]
    members: int


def plan_round(session: Session, *, plan: RoundPlan, context: AuditContext) -> int:
    """Plan a round; its id.

    Raises:
        InvalidError: the dates do not follow one another, or there is no title.
        NotFoundError: no such panel in the programme, or no questionnaire is published.
    """
    _check_plan(session, plan, context)
    newest = session.scalar(
        select(func.max(Round.number)).where(
            Round.programme_id == context.programme_id, Round.strand == plan.strand
        )
    )
    dates = plan.dates
    planned = Round(
        uuid=str(uuid.uuid4()),
        programme_id=context.programme_id,
        strand=plan.strand,
        number=(newest or 0) + 1,
        title=plan.title.strip(),
        panel_id=plan.panel_id,
        stage=Stage.PLANNED,
        opens_on=dates.opens_on,
        first_reminder_on=dates.first_reminder_on,
        second_reminder_on=dates.second_reminder_on,
        closes_on=dates.closes_on,
        created_at=context.now,
        created_by=context.actor,
    )
    session.add(planned)
    session.flush()
    _choose_instruments(session, planned.id, plan.instruments)
    record(session, context, "round planned", "round", planned.id, number=planned.number)
    return planned.id


def _check_plan(session: Session, plan: RoundPlan, context: AuditContext) -> None:
    owned(session, Panel, plan.panel_id, programme_id=context.programme_id)
    faults = date_faults(plan.dates, today=london_date(context.now))
    if not plan.title.strip() or len(plan.title) > 120:
        faults.append("Give the round a title of 1 to 120 characters.")
    if faults:
        raise InvalidError("The round cannot be planned like this.", tuple(faults))


def _choose_instruments(session: Session, round_id: int, chosen: dict[Sector, int] | None) -> None:
    for sector in Sector:
        version_id = chosen[sector] if chosen else versions.newest_version(session, sector)
        version = session.get(InstrumentVersion, version_id)
        if version is None:
            raise NotFoundError("questionnaire version", version_id)
        session.add(
            RoundInstrument(
                round_id=round_id,
                audience=sector,
                instrument_version_id=version.id,
                sha256=version.sha256,
                left_out=[],
                pinned_at=None,
            )
        )


def check_round(session: Session, *, round_id: int, context: AuditContext) -> RoundCheck:
    """Whether a planned round can be launched, with every reason against it."""
    round_view = get_round(session, round_id=round_id, programme_id=context.programme_id)
    members = _members(session, round_view.panel_id)
    faults = list(date_faults(round_view.dates, today=london_date(context.now)))
    if members == 0:
        faults.append("The panel is empty, so nobody would be asked. Draw a panel with members.")
    if round_view.stage is not Stage.PLANNED:
        faults.append(f"The round is {round_view.stage} already.")
    else:
        faults += composition.launch_faults(session, round_id)
    holidays = {
        day["date"] for day in BankHolidays(use_cached_holidays=True).get_holidays("england-and-wales")
    }
    warnings = (*date_warnings(round_view.dates, holidays), *composition.launch_warnings(session, round_id))
    return RoundCheck(tuple(faults), warnings, members)


def _members(session: Session, panel_id: int) -> int:
    query = select(func.count()).select_from(PanelMember).where(PanelMember.panel_id == panel_id)
    return session.scalar(query) or 0


def launch_round(session: Session, keys: Keyring, *, round_id: int, context: AuditContext) -> None:
    """Pin panel, questionnaires and agreements, and schedule every event; the worker makes the cases.

    Safe to repeat: a round that is past planning stays as it is.

    Raises:
        InvalidError: the check found faults.
        NotFoundError: no such round in the programme.
    """
    if get_round(session, round_id=round_id, programme_id=context.programme_id).stage is not Stage.PLANNED:
        return
    check = check_round(session, round_id=round_id, context=context)
    if check.faults:
        raise InvalidError("The round cannot be launched yet.", check.faults)
    if not _set_stage(session, round_id, Stage.PLANNED, Stage.LAUNCHING):
        return
    composition.pin(session, round_id=round_id, context=context)
    material.make_key(session, keys, subject_kind=material.ROUND, subject_id=round_id)
    _schedule_events(session, round_id, check.members, context)
    record(session, context, "round launched", "round", round_id, members=check.members)


def _schedule_events(session: Session, round_id: int, members: int, context: AuditContext) -> None:
    dates = get_round(session, round_id=round_id, programme_id=context.programme_id).dates
    jobs.add_job(
        session, kind="launch", subject_id=round_id, due_at=context.now, total=members, context=context
    )
    for kind, day in dates.in_order():
        due = end_of(day) if kind == "close" else at(day, LETTERS_LEAVE_AT)
        jobs.add_job(session, kind=kind, subject_id=round_id, due_at=due, context=context)


def withdraw_round(session: Session, *, round_id: int, context: AuditContext) -> None:
    """Give up a plan that was not launched."""
    round_view = get_round(session, round_id=round_id, programme_id=context.programme_id)
    transition(session, round_view, Stage.WITHDRAWN)
    record(session, context, "round withdrawn", "round", round_id)


def transition(session: Session, round_view: RoundView, wanted: Stage) -> None:
    """Take a round to its next stage; a round that is there already stays.

    Raises:
        StageError: the stage does not follow from where the round is.
    """
    if round_view.stage is wanted:
        return
    try:
        check_transition(round_view.stage, wanted)
    except CycleError as fault:
        raise StageError(f"{round_view.title}: {fault}.") from None
    if not _set_stage(session, round_view.id, round_view.stage, wanted):
        raise StageError(f"{round_view.title} was changed by somebody else. Look again.")


def _set_stage(session: Session, round_id: int, current: Stage, wanted: Stage) -> bool:
    changed = session.execute(
        update(Round).where(Round.id == round_id, Round.stage == current).values(stage=wanted)
    )
    return changed.rowcount == 1  # type: ignore[attr-defined,no-any-return]


def get_round(session: Session, *, round_id: int, programme_id: int | None) -> RoundView:
    """One round of a programme.

    Raises:
        NotFoundError: no such round in it.
    """
    row = owned(session, Round, round_id, programme_id=programme_id, populate_existing=True)
    return _view(session, row)


def rounds_of(session: Session, programme_id: int) -> list[RoundView]:
    """Every round of a programme, newest first."""
    query = (
        select(Round)
        .where(Round.programme_id == programme_id)
        .order_by(Round.opens_on.desc(), Round.id.desc())
    )
    return [_view(session, row) for row in session.scalars(query)]


def _view(session: Session, round_view: Round) -> RoundView:
    pinned = session.execute(
        select(RoundInstrument.audience, RoundInstrument.instrument_version_id).where(
            RoundInstrument.round_id == round_view.id
        )
    )
    return RoundView(
        round_view.id,
        round_view.uuid,
        round_view.programme_id,
        round_view.strand,
        round_view.number,
        round_view.title,
        round_view.panel_id,
        round_view.stage,
        _dates(round_view),
        dict(pinned.all()),
    )


def _dates(round_view: Round) -> RoundDates:
    return RoundDates(
        round_view.opens_on, round_view.first_reminder_on, round_view.second_reminder_on, round_view.closes_on
    )
