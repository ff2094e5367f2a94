"""One proposed change of the register: what was said, taken over as an entry or refused with a reason."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import SubmitField

from survey_app.services.agreements import proposals
from survey_app.services.agreements.proposals import Proposal
from survey_app.services.agreements.vocabulary import Precision
from survey_app.services.people.permissions import Permission
from survey_app.web.forms.fields import ProseField, correcting
from survey_app.web.site import context, requires, writing
from survey_app.web.staff.agreements.entries import EntryForm, entered, form_for
from survey_app.web.staff.loading import PROPOSAL, loads
from survey_app.web.urls import NUMBER

bp = Blueprint("proposals", __name__)
ADDRESS = f"/agreements/proposals/<{NUMBER}:proposal_id>"


class RefuseForm(FlaskForm):
    """Why the register stays as it is."""

    why = ProseField("Why is it refused?")
    submit = SubmitField("Refuse it")


@bp.route(ADDRESS, methods=["GET", "POST"])
@requires(Permission.KEEP_REGISTER)
@loads(PROPOSAL)
def page(proposal: Proposal) -> ResponseReturnValue:
    """What was said in an open section, and the entry that would come of it, to look at and complete."""
    form = _entry_form(proposal)
    if form.validate_on_submit():
        with correcting(form, proposals.DecidedError):
            new = entered(form, proposal.kind)
            with writing() as session:
                proposals.take_over(session, proposal=proposal, new=new, context=context())
            flash("Taken over. The register says so now.")
            return _to_agreement(proposal)
    return _shown(proposal, form, RefuseForm(formdata=None))


@bp.post(f"{ADDRESS}/refuse")
@requires(Permission.KEEP_REGISTER)
@loads(PROPOSAL)
def refuse(proposal: Proposal) -> ResponseReturnValue:
    """Leave the register as it is, with a reason that is kept."""
    form = RefuseForm()
    if form.validate_on_submit():
        with correcting(form, proposals.DecidedError):
            with writing() as session:
                proposals.refuse(session, proposal=proposal, reason=form.why.data or "", context=context())
            flash("Refused. The register stays as it is.")
            return _to_agreement(proposal)
    return _shown(proposal, _entry_form(proposal, formdata=None), form)


def _entry_form(proposal: Proposal, **given: Any) -> EntryForm:
    form = form_for(proposal.kind, data=_proposed(proposal), **given)
    form.submit.label.text = "Take it over"
    return form


def _shown(proposal: Proposal, form: EntryForm, refusing: RefuseForm) -> ResponseReturnValue:
    page = render_template(
        "staff/agreements/proposal.html",
        proposal=proposal,
        form=form,
        refusing=refusing,
        faulty=refusing if refusing.errors else form,
    )
    return page, 422 if form.errors or refusing.errors else 200


def _proposed(proposal: Proposal) -> dict[str, Any]:
    """The entry as far as the answer goes: a day that nobody named is the latest on which it began."""
    return {
        "choice": proposal.what or None,
        "what": proposal.what,
        "began_on": proposal.received_on,
        "precision": Precision.SEEN.value,
        "source": proposal.source,
    }


def _to_agreement(proposal: Proposal) -> ResponseReturnValue:
    return redirect(url_for("agreements.page", agreement_id=proposal.agreement_id))
