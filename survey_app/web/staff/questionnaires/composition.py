"""What a planned round will ask: cores, modules, questions left out; seen, tried, kept for the launch."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import HiddenField, SelectField, SelectMultipleField, SubmitField

from instruments.answering.piping import in_general
from instruments.answering.words import words_of
from instruments.conduct import CEILING
from instruments.rules import Condition
from instruments.schema import Questionnaire
from sampling.frame import Sector
from scheduler.stages import Stage
from survey_app.errors import InvalidError, StageError
from survey_app.services.people.permissions import Permission
from survey_app.services.questionnaires import composition, versions
from survey_app.services.questionnaires.composition import Choice
from survey_app.services.questionnaires.versions import VersionLine
from survey_app.services.rounds import burden_warnings
from survey_app.services.rounds.lifecycle import RoundView
from survey_app.web.site import context, person, reading, requires, writing
from survey_app.web.staff.loading import ROUND, loads
from survey_app.web.staff.questionnaires.forms import Refusal
from survey_app.web.staff.questionnaires.trial_answers import BAND_CHOICES, REGION_CHOICES, trial_of
from survey_app.web.staff.questionnaires.wording import KINDS, STATES
from survey_app.web.urls import NUMBER

bp = Blueprint("compose", __name__)
ADDRESS = f"/rounds/<{NUMBER}:round_id>/questionnaire"


class ChoiceForm(FlaskForm):
    """Cores and modules of a round, and the questions of its modules that it leaves out."""

    core_public_body = SelectField("Core for public bodies", coerce=int)
    core_vco = SelectField("Core for voluntary organisations", coerce=int)
    modules = SelectMultipleField("Modules", coerce=int)
    left_out = SelectMultipleField("Leave out of the modules")
    seen = HiddenField()
    look = SubmitField("Work out minutes and faults")
    save = SubmitField("Save the choice")

    @property
    def choice(self) -> Choice:
        cores = {Sector.PUBLIC: self.core_public_body.data, Sector.VOLUNTARY: self.core_vco.data}
        return Choice(cores, tuple(self.modules.data or ()), tuple(self.left_out.data or ()))


@bp.route(ADDRESS, methods=["GET", "POST"])
@requires(Permission.PLAN_ROUND)
@loads(ROUND)
def choose(round_view: RoundView) -> ResponseReturnValue:
    """Choose modules, see minutes and faults, save."""
    _check_planned(round_view)
    with reading() as session:
        chosen = composition.choice_of(session, round_view.id)
        form = _form(session, chosen)
    status = 200
    if form.validate_on_submit() and form.save.data:
        with Refusal(form) as refusal:
            with writing() as session:
                composition.choose(
                    session,
                    round_id=round_view.id,
                    choice=form.choice,
                    seen=form.seen.data or "",
                    context=context(),
                )
            flash("The choice is saved. It is pinned when the round is launched.")
            return redirect(url_for("rounds.page", round_id=round_view.id))
        status = refusal.status
    return _page(round_view, form, chosen, 422 if form.errors and status == 200 else status)


def _form(session: Session, chosen: Choice) -> ChoiceForm:
    """The form with what can be chosen; questions may be left out of the modules that it names."""
    data = {
        "core_public_body": chosen.cores.get(Sector.PUBLIC),
        "core_vco": chosen.cores.get(Sector.VOLUNTARY),
        "modules": list(chosen.modules),
        "left_out": list(chosen.left_out),
    }
    form = ChoiceForm(data=data)
    for field, sector in ((form.core_public_body, Sector.PUBLIC), (form.core_vco, Sector.VOLUNTARY)):
        field.choices = {str(line.id): _named(line) for line in versions.cores_for(session, sector)}
    modules = {str(line.id): _named(line) for line in _offered(session, chosen)}
    form.modules.choices = modules
    questions: dict[str, str] = {}
    for module in form.modules.data or ():
        if str(module) in modules:
            questions |= _questions(session, module)
    form.left_out.choices = questions
    # A question whose module was just taken away cannot be left out of it, and is no mistake.
    form.left_out.data = [item for item in form.left_out.data or () if item in questions]
    return form


def _offered(session: Session, chosen: Choice) -> list[VersionLine]:
    local = composition.is_local(session, person().programme_id)
    return composition.modules_to_choose(session, chosen.modules, local=local)


def _named(line: VersionLine) -> str:
    return f"{line.title}, version {line.version}"


def _questions(session: Session, module: int) -> dict[str, str]:
    """Each item of a module, and each value worked out in it, with its label."""
    questionnaire = versions.questionnaire_of(session, module)
    sections = questionnaire.written
    labels = {question.item: question.short for section in sections for question in section.questions}
    labels |= {value.id: value.short for section in sections for value in section.computed}
    return {item: f"{short} ({in_general(questionnaire.title)})" for item, short in labels.items()}


def _page(round_view: RoundView, form: ChoiceForm, chosen: Choice, status: int) -> ResponseReturnValue:
    with reading() as session:
        choice = form.choice if not form.is_submitted() or not _has_bad_choice(form) else chosen
        asked = composition.preview(session, round_view.id, choice)
        warnings = burden_warnings.burden_warnings(session, round_view, asked)
        modules = {line.id: line for line in _offered(session, chosen)}
    form.seen.data = chosen.mark
    page = render_template(
        "staff/questionnaires/composition.html",
        round=round_view,
        form=form,
        asked=asked,
        warnings=warnings,
        modules=modules,
        is_saved=choice == chosen,
        ceiling=CEILING,
        states=STATES,
    )
    return page, status


def _has_bad_choice(form: ChoiceForm) -> bool:
    return any(field.errors for field in (form.core_public_body, form.core_vco, form.modules))


@bp.get(f"{ADDRESS}/<any(public_body, vco):sector>")
@requires(Permission.PLAN_ROUND)
@loads(ROUND)
def look(round_view: RoundView, sector: str) -> ResponseReturnValue:
    """The whole of what a sector would be asked by the saved choice, to be read and tried."""
    someone = person()
    _check_planned(round_view)
    with reading() as session:
        asked = composition.preview(session, round_view.id, composition.choice_of(session, round_view.id))
        one = next(one for one in asked if one.sector.value == sector)
        if one.questionnaire is None:
            raise InvalidError("The saved modules cannot be combined.", one.faults)
        trial = trial_of(session, one.questionnaire, request.args, someone, (one.sector,))
    return render_template(
        "staff/questionnaires/look.html",
        round=round_view,
        one=one,
        questionnaire=one.questionnaire,
        sectors=(one.sector,),
        trial=trial,
        regions=REGION_CHOICES,
        bands=BAND_CHOICES,
        kinds=KINDS,
        words=_words(one.questionnaire),
        someone=someone,
    )


def _words(questionnaire: Questionnaire) -> Callable[[Condition], str]:
    return lambda condition: words_of(condition, questionnaire)


def _check_planned(round_view: RoundView) -> None:
    if round_view.stage is not Stage.PLANNED:
        raise StageError(
            f"“{round_view.title}” is launched: what it asks was pinned then, and can be read on its page."
        )
