"""The first page of everybody who signs in: what waits for them, open rounds, the next dates."""

from datetime import date
from typing import Any, NamedTuple

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from survey_app.clock import LONDON, in_words, london_date
from survey_app.services import today
from survey_app.services.cycle import tasks as cycle_tasks
from survey_app.services.cycle.tasks import TASK_WORDS, TaskKind, TaskView
from survey_app.services.today import TITLES, Task, Wait
from survey_app.web.site import person, reading, signed_in, site
from survey_app.web.staff.calendar import date_lines

bp = Blueprint("today", __name__)
DATES_SHOWN = 6
RELEASES_SHOWN = 3


class Wording(NamedTuple):
    """How a task reads, how pressing it is, and the page on which it is done: its endpoint and its key."""

    title: str
    hint: str
    state: str
    endpoint: str
    key: str


class ShownTask(NamedTuple):
    """One line of the list of tasks."""

    title: str
    hint: str
    state: str
    url: str


WORDING: dict[Wait, Wording] = {
    Wait.CLOCK: Wording(
        TITLES[Wait.CLOCK],
        "It jumped by more than a day, so rounds and letters stand still until you confirm it",
        "Urgent",
        "outbox.page",
        "",
    ),
    Wait.PAUSED: Wording(
        TITLES[Wait.PAUSED], "Somebody paused them, and none leaves", "Urgent", "outbox.page", ""
    ),
    Wait.MAIL: Wording(
        TITLES[Wait.MAIL],
        "It takes no letters. None is lost; the page says what to do",
        "Urgent",
        "outbox.page",
        "",
    ),
    Wait.STOPPED: Wording(
        TITLES[Wait.STOPPED],
        "Nothing goes on there until a coordinator says so",
        "Urgent",
        "rounds.page",
        "round_id",
    ),
    Wait.LETTERS: Wording(
        TITLES[Wait.LETTERS],
        "{letters} could not be sent: write or telephone",
        "To do",
        "rounds.page",
        "round_id",
    ),
    Wait.LAUNCH: Wording(
        TITLES[Wait.LAUNCH], "Nobody has been written to", "To do", "rounds.check", "round_id"
    ),
    Wait.PREPARE: Wording(
        TITLES[Wait.PREPARE],
        "It opens and closes by itself then",
        "To do",
        "rounds.page",
        "round_id",
    ),
    Wait.FREEZE: Wording(
        TITLES[Wait.FREEZE],
        "The round is closed, and has no release yet",
        "To do",
        "rounds.page",
        "round_id",
    ),
    Wait.SIGNATURE: Wording(
        TITLES[Wait.SIGNATURE],
        "Nobody has spoken for your sector on this text yet",
        "To do",
        "questionnaires.progress.page",
        "version_id",
    ),
    Wait.NEW_CODE: Wording(
        TITLES[Wait.NEW_CODE],
        "Answers are saved there, so a second person has to agree",
        "To do",
        "rounds.cases.page",
        "case_id",
    ),
    Wait.ADDRESSES: Wording(
        TITLES[Wait.ADDRESSES],
        "Addresses and organisations: no letter leaves before a second person has agreed",
        "To do",
        "second_person.page",
        "",
    ),
    Wait.NOT_US: Wording(
        TITLES[Wait.NOT_US],
        "Whoever got the letter says it was not for them",
        "To do",
        "rounds.cases.page",
        "case_id",
    ),
    Wait.DECLINED: Wording(
        TITLES[Wait.DECLINED],
        "They said so on the web, and get no more reminders",
        "To do",
        "rounds.cases.page",
        "case_id",
    ),
    Wait.DESTRUCTION: Wording(
        TITLES[Wait.DESTRUCTION],
        "It cannot be undone, so a second person has to agree",
        "To do",
        "rounds.destroying.page",
        "round_id",
    ),
    Wait.BUNDLE: Wording(
        TITLES[Wait.BUNDLE],
        "An analyst asks for the bundle of a release, for one time",
        "To do",
        "results.bundles.decide",
        "approval_id",
    ),
    Wait.REOPENING: Wording(
        TITLES[Wait.REOPENING],
        "It would take answers again, so a second person has to agree",
        "To do",
        "rounds.reopening.page",
        "round_id",
    ),
    Wait.BACK_CHECK: Wording(
        TITLES[Wait.BACK_CHECK],
        "{calls} of others, drawn by lot: ring up, and say what was said",
        "To do",
        "back_checks.page",
        "round_id",
    ),
    Wait.DENIED: Wording(
        TITLES[Wait.DENIED],
        "{calls} in which answers were sent, and the organisation did not speak to us",
        "Urgent",
        "back_checks.page",
        "round_id",
    ),
    Wait.CORE: Wording(
        TITLES[Wait.CORE],
        "Somebody who did not write it has to agree before a round asks it",
        "To do",
        "questionnaires.progress.page",
        "version_id",
    ),
    Wait.SECOND_ADMINISTRATOR: Wording(
        TITLES[Wait.SECOND_ADMINISTRATOR],
        "Another administrator asked for it",
        "To do",
        "people.listing",
        "about",
    ),
    Wait.NOT_APART: Wording(
        TITLES[Wait.NOT_APART],
        "They see or saw what names organisations, so they can take no bundle",
        "To do",
        "people.listing",
        "about",
    ),
    Wait.REGISTER: Wording(
        TITLES[Wait.REGISTER],
        "Nothing changes in it until you say so",
        "To do",
        "agreements.waiting.page",
        "",
    ),
    Wait.RECORD: Wording(
        TITLES[Wait.RECORD],
        "Your side has not spoken yet",
        "To do",
        "reviews.records.page",
        "review_id",
    ),
}


@bp.get("/today")
@signed_in
def page() -> ResponseReturnValue:
    """What waits, what is open, what comes next: each as far as the person may see it."""
    someone, now = person(), site().clock.now()
    with reading() as session:
        board = today.today(session, someone=someone, now=now)
        done = cycle_tasks.done_lately(session, someone.programme_id)
    day = london_date(now)
    return render_template(
        "staff/today.html",
        day=day,
        tasks=[_with_owner(task, shown(task, day), someone.id) for task in board.tasks],
        task_words=TASK_WORDS,
        done=done,
        rounds=board.rounds,
        dates=date_lines(board.dates[:DATES_SHOWN], today=day),
        more_dates=len(board.dates) > DATES_SHOWN,
        releases=[
            (line, line.frozen_at.astimezone(LONDON))
            for line in board.releases[:RELEASES_SHOWN]
            if line.frozen_at
        ],
        someone=someone,
    )


def shown(task: Task, today: date) -> ShownTask:
    """A task in words, with the page on which it is done."""
    return _of_cycle(task.of_cycle, today) if task.of_cycle else _shown(task, today)


def _with_owner(task: Task, line: ShownTask, reader: int) -> ShownTask:
    """The same with who sees to it, or that nobody does."""
    owner = task.owner
    if owner is None:
        said = "Nobody sees to it yet."
    elif owner.id == reader:
        said = "You see to it."
    else:
        away = f", and is away until {in_words(owner.until)}" if owner.until else ""
        said = f"{owner.name} sees to it{away}."
    stop = "" if line.hint.endswith(".") else "."
    return line._replace(hint=f"{line.hint}{stop} {said}")


def _of_cycle(task: TaskView, today: date) -> ShownTask:
    """What a round of the cycle waits for, with the day on which it is due."""
    late = task.is_late(today)
    due = f"{'Was due' if late else 'Due'} on {in_words(task.due_on)}"
    return ShownTask(
        f"{TASK_WORDS[task.kind]}: {task.about}",
        f"{task.what} {due}.",
        "Urgent" if late else "To do",
        _done_at(task),
    )


def _done_at(task: TaskView) -> str:
    """The page on which a task is done."""
    if task.kind is TaskKind.LISTS:
        return url_for("frames.page")
    if task.kind in (TaskKind.PLAN, TaskKind.FRAME):
        return url_for("plans.page")
    if task.round_id is None:
        return url_for("calendar.page")
    return url_for("rounds.page", round_id=task.round_id)


def _shown(task: Task, today: date) -> ShownTask:
    """A task in words, with the page on which it is done."""
    if task.wait is Wait.CYCLE_STOPPED:
        hint = "The cycle does not go on there until a coordinator says so"
        place = url_for("cycle.page", _anchor="work")
        return ShownTask(f"See to work that stopped: {task.about}", hint, "Urgent", place)
    if task.wait is Wait.FORMS:
        place = url_for("forms.listing", state="submitted")
        hint = "They count when somebody who filled in none of it has read them"
        return ShownTask(f"{TITLES[task.wait]}: {task.about}", hint, "To do", place)
    if task.wait is Wait.ACTIONS and task.due_on is not None:
        late = task.due_on < today
        hint = f"The first {'was' if late else 'is'} due on {in_words(task.due_on)}."
        place = url_for("logs.listing", kind="action", due="1")
        return ShownTask(f"{TITLES[task.wait]}: {task.about}", hint, "Urgent" if late else "To do", place)
    wording = WORDING[task.wait]
    letters = "1 letter" if task.count == 1 else f"{task.count:,} letters"
    calls = "1 call" if task.count == 1 else f"{task.count:,} calls"
    named: dict[str, Any] = {wording.key: task.key} if wording.key else {}
    hint, state = wording.hint.format(letters=letters, calls=calls), wording.state
    if task.due_on is not None:
        late = task.due_on < today
        hint = f"{hint}. {'Was due' if late else 'Due'} on {in_words(task.due_on)}."
        state = "Urgent" if late else state
    return ShownTask(
        f"{wording.title}: {task.about}",
        hint,
        state,
        url_for(wording.endpoint, **named),
    )
