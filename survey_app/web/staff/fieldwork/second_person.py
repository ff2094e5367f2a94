"""Addresses and organisations that wait for a second person: agreed to or refused, many at once."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import SubmitField
from wtforms.validators import Length

from survey_app.errors import ConflictError
from survey_app.services.fieldwork import second_person
from survey_app.services.fieldwork.second_person import WaitingAddress
from survey_app.services.people import approvals
from survey_app.services.people.approvals import MAX_REASON_LENGTH
from survey_app.services.people.permissions import Permission
from survey_app.web.forms.fields import LineField, correcting
from survey_app.web.site import context, person, reading, requires, site, writing
from survey_app.web.urls import LARGEST

bp = Blueprint("second_person", __name__)
# Whoever looks at more at once looks at none; the next are shown when these are decided.
MAX_SHOWN = 200


class AddressesForm(FlaskForm):
    """What is decided about those that are chosen."""

    reason = LineField(
        "If you refuse, say why",
        validators=[
            Length(
                max=MAX_REASON_LENGTH, message=f"Enter a reason of at most {MAX_REASON_LENGTH:,} characters"
            )
        ],
    )
    agree = SubmitField("Agree to those that are chosen")
    refuse = SubmitField("Refuse those that are chosen")


@bp.route("/addresses", methods=["GET", "POST"])
@requires(Permission.RECORD_CONTACT)
def page() -> ResponseReturnValue:
    """All that waits, the oldest first, with who entered it and how many letters wait for it."""
    form = AddressesForm()
    if form.validate_on_submit():
        with correcting(form, ConflictError):
            flash(_decided(form, _chosen()))
            return redirect(url_for(".page"))
    lines, another = _lines()
    shown = render_template(
        "staff/fieldwork/second_person.html",
        lines=lines[:MAX_SHOWN],
        count=len(lines),
        mine_to_decide=any(line.is_mine_to_decide for line in lines[:MAX_SHOWN]),
        chosen=_chosen(),
        alone=not another,
        form=form,
    )
    return shown, 422 if form.errors else 200


def _chosen() -> set[int]:
    chosen = request.form.getlist("address", type=int)
    return {one for one in chosen if 0 < one <= LARGEST}


def _lines() -> tuple[tuple[WaitingAddress, ...], bool]:
    """What waits, and whether anybody else could decide it."""
    someone = person()
    who = {"person_id": someone.id, "programme_id": someone.programme_id}
    with reading() as session:
        another = approvals.another_holds(session, Permission.RECORD_CONTACT, **who)
        return second_person.waiting(session, site().keys, **who), another


def _decided(form: AddressesForm, chosen: set[int]) -> str:
    with writing() as session:
        if form.agree.data:
            count = second_person.agree(session, chosen=chosen, person_id=person().id, context=context())
        else:
            reason = form.reason.data or ""
            count = second_person.refuse(
                session,
                site().keys,
                chosen=chosen,
                person_id=person().id,
                reason=reason,
                context=context(),
            )
    if form.agree.data:
        said = f"You agreed to {count:,}. Letters that waited for that leave"
        return f"{said}, in the night where others went before."
    return f"You refused {count:,}. Nothing is sent there."
