"""Fieldwork: a round's cases, one case with its history, and the list for nonresponse follow-up."""

from functools import partial

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import RadioField, SubmitField
from wtforms.validators import InputRequired, Length

from scheduler.stages import Stage
from scheduler.strands import SURVEYS, Strand
from survey_app.services.cases import added as added_cases
from survey_app.services.cases import casework, statements
from survey_app.services.cases.casework import CaseView
from survey_app.services.cases.outcomes import outcomes_of, recorded_of
from survey_app.services.fieldwork import back_checks, new_codes, second_person
from survey_app.services.people.permissions import Permission
from survey_app.services.rounds.lifecycle import RoundView
from survey_app.web.confirming import Intent, asks_first
from survey_app.web.downloads import csv_response
from survey_app.web.forms.fields import ProseField, correcting
from survey_app.web.second_person import DecisionForm, decided
from survey_app.web.site import context, person, reading, requires, site, writing
from survey_app.web.staff.loading import CASE, ROUND, loads
from survey_app.web.urls import NUMBER

bp = Blueprint("cases", __name__)
BY_TELEPHONE = "respondent.by_telephone"
CALL_AGAIN = {casework.CALLED: "Nothing is settled yet: call again"}
# What a survey's outcome means for whoever records it; the other strands' words say it themselves.
IN_FULL = {
    "refused": "They will not take part",
    "not_eligible": "They should not have been asked: closed, merged, or not this kind of organisation",
    "non_contact": "No contact was made with them",
    "not_started": "They may be asked again",
}
FOLLOW_UP = (
    "organisation",
    "sector",
    "region",
    "band",
    "state",
    "email",
    "last contact",
    "last contact on",
)


class OutcomeForm(FlaskForm):
    """What a contact brought."""

    outcome = RadioField("What came of it?", choices=[], validators=[InputRequired("Choose what came of it")])
    note = ProseField(
        "Note",
        description="What the next caller should know. Nothing that was said about the agreement.",
        validators=[
            Length(
                max=casework.MAX_NOTE_LENGTH, message=f"Note: at most {casework.MAX_NOTE_LENGTH:,} characters"
            )
        ],
    )
    submit = SubmitField("Record")


class CodeDecisionForm(DecisionForm):
    """Whether a new access code is sent that another person asked for."""

    agree = SubmitField("Agree, and send it")


def in_words(strand: Strand) -> dict[str, str]:
    """The outcomes of a strand by the value that addresses and forms hold."""
    return {outcome.value: words for outcome, words in outcomes_of(strand).items()}


def outcome_form(case: CaseView) -> OutcomeForm:
    """The form with what may be recorded about this case."""
    form = OutcomeForm()
    words = outcomes_of(case.strand)
    recorded = {outcome.value: words[outcome] for outcome in recorded_of(case.strand)}
    if case.strand in SURVEYS:
        recorded = {value: said for value, said in IN_FULL.items() if value in recorded}
    form.outcome.choices = CALL_AGAIN | recorded
    return form


@bp.get(f"/rounds/<{NUMBER}:round_id>/cases")
@requires(Permission.SEE_CASES)
@loads(ROUND)
def listing(round_view: RoundView) -> ResponseReturnValue:
    """The cases by name, fifty to a page; a filter that means nothing is left out."""
    outcome = request.args.get("outcome", "")
    outcomes = in_words(round_view.strand)
    outcome = outcome if outcome in outcomes else ""
    search = request.args.get("search", "").replace("\x00", "").strip()[:100]
    programme_id = round_view.programme_id
    with reading() as session:
        listed = casework.case_list(
            session,
            round_id=round_view.id,
            programme_id=programme_id,
            outcome=outcome or None,
            search=search,
            page=request.args.get("page", 1, type=int),
        )
        added = added_cases.added_of(session, site().keys, round_id=round_view.id, programme_id=programme_id)
    return render_template(
        "staff/cases/listing.html",
        round=round_view,
        listed=listed,
        outcomes=outcomes,
        outcome=outcome,
        search=search,
        added=added if listed.page == 1 and not search and not outcome else [],
        routes=added_cases.WORDS,
        adds=round_view.takes_cases and person().may(Permission.RECORD_CONTACT),
        someone=person(),
    )


@bp.get(f"/cases/<{NUMBER}:case_id>")
@requires(Permission.SEE_CASES)
@loads(CASE)
def page(case: CaseView) -> ResponseReturnValue:
    return _case_page(case, outcome_form(case))


def _case_page(case: CaseView, form: OutcomeForm) -> ResponseReturnValue:
    someone = person()
    with reading() as session:
        waiting = new_codes.waiting_for_code(
            session, case_id=case.id, person_id=someone.id, context=context()
        )
        held = second_person.waiting(
            session,
            site().keys,
            person_id=someone.id,
            programme_id=someone.programme_id,
            organisation_id=case.organisation_id or 0,
        )
        said = statements.waiting(session, programme_id=someone.programme_id, case_id=case.id)
        denied = case.stage is Stage.OPEN and back_checks.denied(session, case_id=case.id)
    live = case.outcome_code != "complete" and case.stage is not Stage.CLOSED
    telephone = (
        live
        and case.stage is Stage.OPEN
        and someone.may(Permission.ENTER_ANSWERS)
        and BY_TELEPHONE in current_app.view_functions
    )
    shown = render_template(
        "staff/cases/page.html",
        case=case,
        said=said,
        held=held,
        form=form,
        waiting=waiting,
        decision=CodeDecisionForm(formdata=None),
        records=live and someone.may(Permission.RECORD_CONTACT),
        denied=denied and someone.may(Permission.RECORD_CONTACT),
        telephone=telephone,
        routes=added_cases.WORDS,
        outcomes=in_words(case.strand),
        someone=someone,
    )
    return shown, 422 if form.errors else 200


@bp.post(f"/cases/<{NUMBER}:case_id>/outcome")
@requires(Permission.RECORD_CONTACT)
@loads(CASE)
def record_outcome(case: CaseView) -> ResponseReturnValue:
    """Record it whatever was answered since the last pass: the next puts it right, and nobody is told."""
    form = outcome_form(case)
    if form.validate_on_submit():
        with correcting(form):
            with writing() as session:
                note = form.note.data or ""
                if form.outcome.data == casework.CALLED:
                    casework.note_call(session, site().keys, case_id=case.id, note=note, context=context())
                else:
                    casework.record_outcome(
                        session,
                        site().keys,
                        case_id=case.id,
                        outcome=form.outcome.data,
                        note=note,
                        context=context(),
                    )
            flash("Recorded.")
            return redirect(url_for(".page", case_id=case.id))
    return _case_page(case, form)


@bp.post(f"/cases/<{NUMBER}:case_id>/said")
@requires(Permission.RECORD_CONTACT)
@loads(CASE)
def settle_statement(case: CaseView) -> ResponseReturnValue:
    """Take what a respondent said off the list of what waits."""
    with writing() as session:
        statements.settle(session, case_id=case.id, context=context())
    flash("Noted as seen to.")
    return redirect(url_for(".page", case_id=case.id))


def _sending_code(case: CaseView) -> Intent:
    return Intent(
        title=f"Send {case.name} a new code",
        will=(
            "While the round is open, a second person is asked to agree first.",
            "One letter with a new access code goes to the contact that letters go to.",
            "The code they have opens nothing from then on, also in the middle of an answer.",
        ),
        undo="The old code cannot be brought back. What was saved stays, and opens with the new one.",
        button="Send a new code",
        back=url_for(".page", case_id=case.id),
    )


@bp.post(f"/cases/<{NUMBER}:case_id>/code")
@requires(Permission.RECORD_CONTACT)
@loads(CASE)
@asks_first(_sending_code)
def send_code(case: CaseView) -> ResponseReturnValue:
    """Send a new access code to the contact; nobody here is shown it."""
    with writing() as session:
        sent = new_codes.send_code(
            session, site().keys, case_id=case.id, person_id=person().id, context=context()
        )
    flash("A new code is on its way to the contact." if sent else "A second person has to agree now.")
    return redirect(url_for(".page", case_id=case.id))


@bp.post(f"/cases/<{NUMBER}:case_id>/code/<{NUMBER}:approval_id>")
@requires(Permission.RECORD_CONTACT)
@loads(CASE)
def decide_code(case: CaseView, approval_id: int) -> ResponseReturnValue:
    """Agree to a new code that another person asked for, refuse it, or take back what one asked for."""
    agreed = decided(
        CodeDecisionForm(),
        partial(new_codes.agree, keys=site().keys),
        new_codes.decline,
        case_id=case.id,
        approval_id=approval_id,
    )
    flash("A new code is on its way to the contact." if agreed else "No new code is sent.")
    return redirect(url_for(".page", case_id=case.id))


@bp.get(f"/rounds/<{NUMBER}:round_id>/not-answered.csv")
@requires(Permission.EXPORT_CASES)
@loads(ROUND)
def follow_up(round_view: RoundView) -> ResponseReturnValue:
    """Everybody who has not answered, as a file; who took it is on the audit trail."""
    with writing() as session:
        rows = casework.follow_up_rows(session, site().keys, round_id=round_view.id, context=context())
    return csv_response(f"not-answered-round-{round_view.id}", rows, FOLLOW_UP)
