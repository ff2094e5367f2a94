"""Rounds: planned, checked, launched, opened and closed."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from instruments.conduct import SeatKind
from sampling.frame import Sector
from scheduler.stages import CycleError, Stage, check_transition
from scheduler.strands import SURVEYS, WORDS, Strand
from scheduler.timetable import EventKind, RoundDates, date_faults, date_warnings
from scheduler.working_days import england
from survey_app.clock import at, end_of, london_date
from survey_app.crypto import Keyring
from survey_app.errors import InvalidError, StageError
from survey_app.models.panels import Panel
from survey_app.models.rounds import Round, RoundInstrument, day_of
from survey_app.services import jobs, material
from survey_app.services.audit import AuditContext, record
from survey_app.services.owned import owned
from survey_app.services.questionnaires import composition
from survey_app.services.rounds import beside, events, printable
from survey_app.services.rounds.slots import Slot

# Letters leave when people are at work; a round closes when its last day ends.
LETTERS_LEAVE_AT = 9
EVENTS = ("launch", *EventKind)


@dataclass(frozen=True)
class RoundPlan:
    """What is decided of a round; the questionnaires are the newest versions unless named.

    One that fills a slot of the cycle may get its panel later.
    """

    title: str
    panel_id: int | None
    dates: RoundDates
    instruments: dict[Sector, int] | None = None
    strand: Strand = Strand.ANNUAL_SURVEY
    slot: Slot | None = None


@dataclass(frozen=True, kw_only=True)
class RoundView:
    """A round as screens and commands know it; `follows_id` is the round of its strand before it.

    `ended_on`, while some have more time than the others, is the last day that is over.
    """

    id: int
    uuid: str
    programme_id: int
    strand: Strand
    number: int
    year: int
    follows_id: int | None
    title: str
    panel_id: int | None
    stage: Stage
    dates: RoundDates
    instruments: dict[Sector, int]
    slot: Slot | None = None
    ended_on: date | None = None

    @property
    def takes_cases(self) -> bool:
        """Whether cases may be added: not once it ended for all but those who have more time."""
        return self.stage.takes_cases and self.ended_on is None

    @property
    def asked_panel_id(self) -> int:
        """The panel whose members are asked.

        Raises:
            InvalidError: the round has none.
        """
        if self.panel_id is None:
            raise InvalidError(f"{self.title} asks no panel.")
        return self.panel_id


@dataclass(frozen=True)
class RoundCheck:
    """What stands in the way of a launch, and what a coordinator may want to reconsider."""

    faults: tuple[str, ...]
    warnings: tuple[str, ...]
    members: int


def plan_round(session: Session, *, plan: RoundPlan, context: AuditContext) -> int:
    """Plan a round; its id.

    Raises:
        InvalidError: the dates do not follow one another, there is no title, or the panel is of another
            strand, or missing where the strand needs one.
        NotFoundError: no such panel in the programme, or no questionnaire is published.
    """
    panel = panel_of(session, plan, context)
    check_plan(plan, panel, context)
    newest = session.scalar(
        select(func.max(Round.number)).where(
            Round.programme_id == context.programme_id, Round.strand == plan.strand
        )
    )
    planned = Round(
        uuid=str(uuid.uuid4()),
        programme_id=context.programme_id,
        strand=plan.strand,
        number=(newest or 0) + 1,
        title=plan.title.strip(),
        year=year_of(plan, panel),
        follows_round_id=round_before(session, plan, context),
        panel_id=plan.panel_id,
        stage=Stage.PLANNED,
        series=plan.slot.series if plan.slot else "",
        cycle_slot=plan.slot.year if plan.slot else None,
        policy=plan.slot.policy if plan.slot else None,
        created_at=context.now,
        created_by=context.actor,
    )
    session.add(planned)
    session.flush()
    events.add_events(session, round_id=planned.id, dates=plan.dates)
    if plan.strand in SURVEYS or plan.instruments:
        composition.begin(session, round_id=planned.id, chosen=plan.instruments)
    record(session, context, "round planned", "round", planned.id, number=planned.number)
    return planned.id


def year_of(plan: RoundPlan, panel: Panel | None) -> int:
    """The year that a round counts in."""
    if panel is not None:
        return panel.year
    return plan.slot.year if plan.slot else plan.dates.opens_on.year


def panel_of(session: Session, plan: RoundPlan, context: AuditContext) -> Panel | None:
    """The panel that a plan names, if any.

    Raises:
        NotFoundError: no such panel in the programme.
    """
    if plan.panel_id is None:
        return None
    return owned(session, Panel, plan.panel_id, programme_id=context.programme_id)


def round_before(session: Session, plan: RoundPlan, context: AuditContext, *, but: int = 0) -> int | None:
    """The round of the strand that opens before a plan's day; `but` is that of the plan itself."""
    opening = day_of(EventKind.OPEN)
    return session.scalar(
        select(Round.id)
        .where(
            Round.programme_id == context.programme_id,
            Round.strand == plan.strand,
            Round.stage != Stage.WITHDRAWN,
            opening < plan.dates.opens_on,
            Round.id != but,
        )
        .order_by(opening.desc(), Round.id.desc())
        .limit(1)
    )


def check_plan(plan: RoundPlan, panel: Panel | None, context: AuditContext) -> None:
    """Let pass a plan that can be kept.

    Raises:
        InvalidError: with every fault of its days, its panel and its title.
    """
    faults = date_faults(plan.dates, today=london_date(context.now))
    if panel is None and plan.strand in SURVEYS and plan.slot is None:
        faults.append(f"A round of the {WORDS[plan.strand].lower()} asks the members of a panel. Choose one.")
    if panel is not None and panel.strand is not plan.strand:
        faults.append(
            f"The panel is one of the strand “{WORDS[panel.strand]}”, and the round is one of "
            f"“{WORDS[plan.strand]}”. Choose a panel of the same strand."
        )
    if not plan.title.strip() or len(plan.title) > 120:
        faults.append("Give the round a title of 1 to 120 characters.")
    if faults:
        raise InvalidError("The round cannot be planned like this.", tuple(faults))


def check_round(
    session: Session, *, round_id: int, fewest_replies: int = printable.MIN_REPLIES, context: AuditContext
) -> RoundCheck:
    """Whether a planned round can be launched, with every reason against it.

    Args:
        fewest_replies: how many a published number may rest on.
    """
    round_view = get_round(session, round_id=round_id, programme_id=context.programme_id)
    members = printable.members(session, panel_id=round_view.panel_id)
    faults = list(date_faults(round_view.dates, today=london_date(context.now)))
    if members == 0:
        faults.append(
            f"It has no panel yet. Draw the panel of {round_view.year}."
            if round_view.panel_id is None
            else "The panel is empty, so nobody would be asked. Draw a panel with members."
        )
    faults += beside.against(session, round_view)
    hidden, withheld = printable.too_few(session, panel_id=round_view.panel_id, fewest=fewest_replies)
    faults += hidden
    if round_view.stage is not Stage.PLANNED:
        faults.append(f"The round is {round_view.stage} already.")
    else:
        faults += composition.launch_faults(session, round_id)
    days = date_warnings(round_view.dates, england().holidays)
    others = beside.to_think_of(session, round_view)
    warnings = (*days, *others, *withheld, *composition.launch_warnings(session, round_id))
    return RoundCheck(tuple(faults), warnings, members)


def launch_round(
    session: Session,
    keys: Keyring,
    *,
    round_id: int,
    fewest_replies: int = printable.MIN_REPLIES,
    context: AuditContext,
) -> None:
    """Pin panel, questionnaires and agreements, and schedule every event; the worker makes the cases.

    Safe to repeat: a round that is past planning stays as it is.

    Raises:
        InvalidError: the check has faults to name.
        StageError: its strand is not a survey: such a round is prepared.
        NotFoundError: no such round in the programme.
    """
    round_view = get_round(session, round_id=round_id, programme_id=context.programme_id)
    if round_view.strand not in SURVEYS:
        raise StageError(f"{round_view.title} asks no panel. It is prepared, not launched.")
    if round_view.stage is not Stage.PLANNED:
        return
    beside.hold(session, round_view.programme_id)
    check = check_round(session, round_id=round_id, fewest_replies=fewest_replies, context=context)
    if check.faults:
        raise InvalidError("The round cannot be launched yet.", check.faults)
    if not _set_stage(session, round_id, Stage.PLANNED, Stage.LAUNCHING):
        return
    composition.pin(session, round_id=round_id, context=context)
    material.make_key(session, keys, subject_kind=material.ROUND, subject_id=round_id)
    _schedule_events(session, round_view, check.members, context)
    record(session, context, "round launched", "round", round_id, members=check.members)


def _schedule_events(session: Session, round_view: RoundView, members: int, context: AuditContext) -> None:
    jobs.add_job(
        session,
        kind="launch",
        subject_kind=jobs.ROUND,
        subject_id=round_view.id,
        due_at=context.now,
        total=members,
        context=context,
    )
    for kind in EventKind:
        _schedule(session, round_view, kind, context)


def due_at(kind: EventKind, day: date) -> datetime:
    """When the work of an event on a day falls due."""
    return end_of(day) if kind is EventKind.CLOSE else at(day, LETTERS_LEAVE_AT)


def _schedule(session: Session, round_view: RoundView, kind: EventKind, context: AuditContext) -> None:
    jobs.add_job(
        session,
        kind=kind,
        subject_kind=jobs.ROUND,
        subject_id=round_view.id,
        due_at=due_at(kind, dict(round_view.dates.in_order())[kind]),
        context=context,
    )


def withdraw_round(session: Session, *, round_id: int, context: AuditContext) -> None:
    """Give up a plan that was not launched."""
    round_view = get_round(session, round_id=round_id, programme_id=context.programme_id)
    transition(session, round_view, Stage.WITHDRAWN)
    record(session, context, "round withdrawn", "round", round_id)


def prepare_round(session: Session, *, round_id: int, context: AuditContext) -> None:
    """Begin the preparation of a round that asks no panel; the worker opens and closes it on its days.

    Raises:
        StageError: it is past that, a survey, which is launched, or another of its title is under way.
        NotFoundError: no such round in the programme.
    """
    round_view = get_round(session, round_id=round_id, programme_id=context.programme_id)
    if round_view.stage is Stage.PREPARING:
        return
    beside.hold(session, round_view.programme_id)
    if others := beside.against(session, round_view):
        raise StageError(" ".join(others))
    transition(session, round_view, Stage.PREPARING)
    for kind in (EventKind.OPEN, EventKind.CLOSE):
        _schedule(session, round_view, kind, context)
    record(session, context, "round prepared", "round", round_id)


def transition(session: Session, round_view: RoundView, wanted: Stage) -> None:
    """Take a round to its next stage; a round that is there already stays.

    Raises:
        StageError: the stage does not follow from where the round is.
    """
    if round_view.stage is wanted:
        return
    try:
        check_transition(round_view.stage, wanted, strand=round_view.strand)
    except CycleError as fault:
        raise StageError(f"{round_view.title}: {fault}.") from None
    if not _set_stage(session, round_view.id, round_view.stage, wanted):
        raise StageError(f"{round_view.title} was changed by somebody else. Look again.")
    events.follow_stage(session, round_id=round_view.id, stage=wanted)


def reopen(session: Session, *, round_view: RoundView) -> bool:
    """Let a closed round be open again, for everybody alike; False where it is not closed any more.

    No event does so: only two people, who say until when and why.
    """
    session.execute(update(Round).where(Round.id == round_view.id).values(ended_on=None))
    return _set_stage(session, round_view.id, Stage.CLOSED, Stage.OPEN)


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
    return _views(session, [row])[0]


def strand_of(session: Session, round_id: int) -> Strand:
    """The strand of a round that is there."""
    return session.get_one(Round, round_id).strand


def rounds_of(session: Session, programme_id: int) -> list[RoundView]:
    """Every round of a programme, newest first."""
    query = (
        select(Round)
        .where(Round.programme_id == programme_id)
        .order_by(day_of(EventKind.OPEN).desc(), Round.id.desc())
    )
    return _views(session, session.scalars(query).all())


def _views(session: Session, rows: Sequence[Round]) -> list[RoundView]:
    """Rounds with their dates and instruments, in two queries for all of them."""
    ids = [row.id for row in rows]
    dates = events.dates_of(session, ids)
    pinned: dict[int, dict[Sector, int]] = {}
    for round_id, sector, version_id in session.execute(
        select(
            RoundInstrument.round_id, RoundInstrument.audience, RoundInstrument.instrument_version_id
        ).where(RoundInstrument.round_id.in_(ids), RoundInstrument.seat_kind == SeatKind.LEAD)
    ):
        pinned.setdefault(round_id, {})[sector] = version_id
    return [_view(row, dates[row.id], pinned.get(row.id, {})) for row in rows]


def _view(row: Round, dates: RoundDates, instruments: dict[Sector, int]) -> RoundView:
    return RoundView(
        id=row.id,
        uuid=row.uuid,
        programme_id=row.programme_id,
        strand=row.strand,
        number=row.number,
        year=row.year,
        follows_id=row.follows_round_id,
        title=row.title,
        panel_id=row.panel_id,
        stage=row.stage,
        dates=dates,
        instruments=instruments,
        slot=Slot(row.series, row.cycle_slot, row.policy) if row.cycle_slot and row.policy else None,
        ended_on=row.ended_on,
    )
