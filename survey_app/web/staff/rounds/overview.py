"""What a round's page says, put together from the dashboard: tasks, strata by group, work in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduler.stages import Stage
from scheduler.strands import SURVEYS
from survey_app.clock import LONDON
from survey_app.services import jobs as work
from survey_app.services.cases.launch import SETTLE
from survey_app.services.fieldwork import left_out
from survey_app.services.fieldwork.progress import Dashboard, StratumProgress
from survey_app.services.jobs import JobView
from survey_app.services.rounds.lifecycle import RoundView
from survey_app.web.staff.panels.strata import EVERY_REGION

WORK = {
    "launch": "Make the cases",
    "open": "Open, and send invitations",
    "first_reminder": "Send the first reminder",
    "second_reminder": "Send the second reminder",
    "close": "Close, after the last day",
    SETTLE: "Count the replies, every night",
}
STAGES = {
    Stage.PLANNED: "Planned",
    Stage.LAUNCHING: "Being launched",
    Stage.READY: "Ready to open",
    Stage.PREPARING: "In preparation",
    Stage.OPEN: "Open",
    Stage.CLOSED: "Closed",
    Stage.WITHDRAWN: "Withdrawn",
}
# Where nobody is asked to reply, a round that is open is simply under way.
UNDER_WAY = "Under way"
STATES = {work.DONE: "Done", work.FAILED: "Failed", work.STOPPED: "Stopped", work.SKIPPED: "Skipped"}


@dataclass(frozen=True, kw_only=True)
class WorkLine:
    """One piece of work that goes by itself; `can` is stop, resume or nothing; a reminder may be left out."""

    id: int
    title: str
    state: str
    due: str
    progress: str
    failure: str
    can: str
    may_be_left_out: bool = False


@dataclass(frozen=True, kw_only=True)
class StratumRow:
    """One line of the table of replies; `target` is what we hope for by the last day."""

    label: str
    sector: str
    asked: int
    complete: int
    target: int
    expected: int | None
    state: str


@dataclass(frozen=True)
class Task:
    """Something that waits for a person; `what` says which page it leads to."""

    title: str
    hint: str
    state: str
    what: str


def stage_in_words(round_view: RoundView) -> str:
    """What people call the stage of a round, by its strand."""
    if round_view.stage is Stage.OPEN and round_view.strand not in SURVEYS:
        return UNDER_WAY
    return STAGES[round_view.stage]


def work_lines(jobs: dict[str, JobView], now: datetime) -> list[WorkLine]:
    """The work of a round in the order in which it falls due."""
    return [_work_line(job, now) for job in jobs.values()]


def _work_line(job: JobView, now: datetime) -> WorkLine:
    progress = f"{job.done:,} of {job.total:,} ({job.percent}%)" if job.total else ""
    if not job.total and job.done:
        progress = f"{job.done:,} so far" if job.state == work.WAITING else f"{job.done:,}"
    can = {
        work.WAITING: "stop",
        work.STOPPED: "resume",
        work.FAILED: "resume",
    }.get(job.state, "")
    return WorkLine(
        id=job.id,
        title=WORK.get(job.kind, job.kind),
        state=_state(job, now),
        due=_due(job.due_at.astimezone(LONDON)),
        progress=progress,
        failure=job.failure or job.note,
        can=can,
        may_be_left_out=left_out.may_be_left_out(job),
    )


def _due(local: datetime) -> str:
    """7 Sep 2026, 09:00; midnight is the end of the day before, as people say it."""
    if (local.hour, local.minute) == (0, 0):
        day = local - timedelta(days=1)
        return f"End of {day.day} {day:%b %Y}"
    return f"{local.day} {local:%b %Y, %H:%M}"


def _state(job: JobView, now: datetime) -> str:
    if job.state in STATES:
        return STATES[job.state]
    if job.due_at > now:
        return "Planned"
    return "In progress" if job.done else "Waiting"


def moving(lines: list[WorkLine]) -> bool:
    """Whether something is under way, so that the page will say something else in a moment."""
    return any(line.state in ("Waiting", "In progress") for line in lines)


def grouped(strata: tuple[StratumProgress, ...], stage: Stage) -> list[tuple[str, list[StratumRow]]]:
    """The strata under their group's heading, in order."""
    groups: dict[str, list[StratumRow]] = {}
    for line in strata:
        expected = line.expected if stage is Stage.OPEN else None
        groups.setdefault(line.group, []).append(
            StratumRow(
                label=line.label,
                sector=line.sector.value,
                asked=line.asked,
                complete=line.complete,
                target=line.target,
                expected=expected,
                state=line.state,
            )
        )
    return [(heading, sorted(rows, key=_north_to_south)) for heading, rows in groups.items()]


def _north_to_south(row: StratumRow) -> int:
    """Regions as tables list them; other labels keep their order."""
    return EVERY_REGION.index(row.label) if row.label in EVERY_REGION else 0


def tasks(dashboard: Dashboard, lines: list[WorkLine]) -> list[Task]:
    """What waits for a coordinator, the most urgent first."""
    waiting = []
    if any(line.can == "resume" for line in lines):
        hint = "Nothing goes on there until you say so."
        waiting.append(Task("See to work that stopped", hint, "Urgent", "work"))
    if failed := dashboard.letters.get("failed", 0):
        letters = "1 letter" if failed == 1 else f"{failed:,} letters"
        hint = f"{letters} could not be sent: write or telephone"
        waiting.append(Task("Reach organisations in another way", hint, "To do", "unreached"))
    if dashboard.round.stage is Stage.PLANNED and dashboard.round.strand in SURVEYS:
        waiting.append(Task("Check the plan and launch it", "Nobody has been written to", "To do", "check"))
    behind = sum(line.state == "Behind" for line in dashboard.strata)
    if behind:
        groups = "1 group is" if behind == 1 else f"{behind} groups are"
        waiting.append(
            Task("Follow up those who have not answered", f"{groups} behind", "To do", "follow_up")
        )
    return waiting
