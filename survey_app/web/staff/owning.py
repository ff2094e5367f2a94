"""Who sees to what waits on Today: taken, handed on, given back; and the days on which somebody is away."""

from collections.abc import Iterator

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import RadioField, SubmitField
from wtforms.validators import InputRequired

from survey_app.clock import in_words, london_date
from survey_app.errors import InvalidError, NotFoundError
from survey_app.services import today
from survey_app.services.cycle import tasks as cycle_tasks
from survey_app.services.people import accounts, owners
from survey_app.services.people.accounts import SignedIn
from survey_app.services.people.permissions import Permission
from survey_app.services.today import Task, Wait
from survey_app.web.forms.confirm import ConfirmForm
from survey_app.web.forms.date_parts import DatePartsField
from survey_app.web.forms.fields import correcting
from survey_app.web.site import context, person, reading, signed_in, site, writing
from survey_app.web.staff.today import shown
from survey_app.web.urls import NUMBER

bp = Blueprint("owning", __name__)
OF_TASK = f"/today/tasks/<wait>/<{NUMBER}:key>"
TAKEN, HANDED_ON, GIVEN_BACK = "task taken", "task handed on", "task given back"


class AwayForm(FlaskForm):
    """The days on which somebody is away."""

    first = DatePartsField(
        "First day away", called="The first day", validators=[InputRequired("Enter the first day")]
    )
    last = DatePartsField(
        "Last day away", called="The last day", validators=[InputRequired("Enter the last day")]
    )
    submit = SubmitField("Say that I am away")


class HandingForm(FlaskForm):
    """Whom a task is handed on to."""

    to = RadioField("Who sees to it from now on?", validators=[InputRequired("Choose who sees to it")])
    submit = SubmitField("Hand it on")


@bp.route("/today/who", methods=["GET", "POST"])
@signed_in
def page() -> ResponseReturnValue:
    """Everything that waits for the person, with who sees to it; and when they are away themselves."""
    someone, now = person(), site().clock.now()
    form = AwayForm()
    if form.validate_on_submit():
        with correcting(form, InvalidError):
            with writing() as session:
                owners.be_away(
                    session,
                    person_id=someone.id,
                    first=form.first.data,
                    last=form.last.data,
                    context=context(),
                )
            flash("Noted. Others see on their tasks that you are away, and can take over yours.")
            return redirect(url_for(".page"))
    day = london_date(now)
    with reading() as session:
        waiting = [
            (task, shown(task, day))
            for task in today.today(session, someone=someone, now=now).tasks
            if _may_take(task, someone)
        ]
        days = owners.absence_of(session, person_id=someone.id)
    page = render_template(
        "staff/owning.html",
        waiting=waiting,
        someone=someone,
        form=form,
        confirm=ConfirmForm(),
        days=days if days and days[1] >= day else None,
    )
    return page, 422 if form.errors else 200


@bp.post("/today/back")
@signed_in
def back() -> ResponseReturnValue:
    """Say that one is not away after all."""
    if ConfirmForm().validate_on_submit():
        with writing() as session:
            owners.be_back(session, person_id=person().id, context=context())
    return redirect(url_for(".page"))


@bp.post(f"{OF_TASK}/take")
@signed_in
def take(wait: str, key: int) -> ResponseReturnValue:
    """Say that one sees to something, so that others need not; also in place of somebody else."""
    return _set(wait, key, person().id, TAKEN)


@bp.post(f"{OF_TASK}/give-back")
@signed_in
def give_back(wait: str, key: int) -> ResponseReturnValue:
    """Say that nobody sees to something any more."""
    return _set(wait, key, None, GIVEN_BACK)


@bp.route(f"{OF_TASK}/hand-on", methods=["GET", "POST"])
@signed_in
def hand_on(wait: str, key: int) -> ResponseReturnValue:
    """Let somebody else see to something: whoever has it on their own Today."""
    day = london_date(site().clock.now())
    with reading() as session:
        task = _waiting(session, person(), wait, key)
        others = list(_others(session, wait, key))
        gone = owners.away(session, today=day)
    form = HandingForm()
    form.to.choices = [
        (str(one.id), f"{one.name}, away until {in_words(gone[one.id])}" if one.id in gone else one.name)
        for one in others
    ]
    if form.validate_on_submit():
        return _set(wait, key, int(form.to.data), HANDED_ON)
    page = render_template("staff/hand_on.html", task=shown(task, day), form=form, others=others)
    return page, 422 if form.errors else 200


def _others(session: Session, wait: str, key: int) -> Iterator[SignedIn]:
    """Everybody else who could see to it."""
    someone = person()
    for line in accounts.listing(session, programme_id=someone.programme_id):
        other = accounts.signed_in(session, person_id=line.id, programme_id=someone.programme_id)
        if other is not None and other.id != someone.id and _has(session, other, wait, key):
            yield other


def _has(session: Session, someone: SignedIn, wait: str, key: int) -> bool:
    try:
        _waiting(session, someone, wait, key)
    except NotFoundError:
        return False
    return True


def _waiting(session: Session, someone: SignedIn, wait: str, key: int) -> Task:
    """What waits for somebody under this name, and may be taken by them."""
    board = today.today(session, someone=someone, now=site().clock.now())
    for task in board.tasks:
        if (task.wait.value, task.key) == (wait, key) and _may_take(task, someone):
            return task
    raise NotFoundError("task that waits", key)


def _may_take(task: Task, someone: SignedIn) -> bool:
    """Whether somebody can see to it; whoever sees the audit sees some that they only ask about."""
    if task.of_cycle is not None:
        return someone.may(Permission.LAUNCH_ROUND, task.of_cycle.strand)
    if task.wait in (Wait.STOPPED, Wait.CYCLE_STOPPED):
        return bool(someone.strands_of(Permission.LAUNCH_ROUND))
    return True


def _set(wait: str, key: int, owner: int | None, act: str) -> ResponseReturnValue:
    if ConfirmForm().validate_on_submit():
        with reading() as session:
            task = _waiting(session, person(), wait, key)
        with writing() as session:
            if task.of_cycle is not None:
                cycle_tasks.take(session, task_id=key, person_id=owner, act=act, context=context())
            else:
                owners.set_owner(session, wait=wait, key=key, person_id=owner, act=act, context=context())
    return redirect(url_for(".page"))
