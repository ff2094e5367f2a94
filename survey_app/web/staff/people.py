"""People who may sign in: the list, somebody new, somebody deactivated or signed out."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectMultipleField, SubmitField
from wtforms.validators import InputRequired

from scheduler.strands import Strand
from survey_app.errors import ConflictError
from survey_app.services.people import accounts, grants, passwords
from survey_app.services.people.accounts import PersonLine
from survey_app.services.people.permissions import Permission
from survey_app.web.forms.fields import LineField, correcting
from survey_app.web.forms.new_password import NewPasswordField
from survey_app.web.site import context, own_token, person, reading, requires, site, writing
from survey_app.web.staff.loading import PERSON, loads
from survey_app.web.urls import NUMBER

bp = Blueprint("people", __name__)
ADVICE = "Pass it on in person or by telephone."
ROLES = {
    "coordinator": "Coordinator: plans and runs rounds, sees cases, freezes results",
    "interviewer": "Interviewer: works cases and enters answers over the telephone",
    "reviewer": "Reviewer: sees results and questionnaires",
    "signatory_public": "Signatory for public bodies: agrees to modules",
    "signatory_voluntary": "Signatory for voluntary organisations: agrees to modules",
    "administrator": "Administrator: manages people, sees the audit trail",
}
NAMES = {role: words.partition(":")[0] for role, words in ROLES.items()}


class PersonForm(FlaskForm):
    """Somebody new."""

    name = LineField("Name", validators=[InputRequired("Enter a name")])
    email = LineField(
        "Email address",
        validators=[InputRequired("Enter an email address")],
        render_kw={"autocomplete": "off", "spellcheck": False},
    )
    role = RadioField("Role", choices=ROLES, validators=[InputRequired("Choose a role")])
    password = NewPasswordField("First password", advice=ADVICE)
    submit = SubmitField("Add this person")


class PasswordForm(FlaskForm):
    """A new password for somebody who has lost theirs."""

    new = NewPasswordField("New password", advice=ADVICE)
    submit = SubmitField("Give this password")


class RolesForm(FlaskForm):
    """What somebody may do."""

    roles = SelectMultipleField("Roles", choices=ROLES)
    submit = SubmitField("Save the roles")


@bp.get("/people")
@requires(Permission.MANAGE_PEOPLE)
def listing() -> ResponseReturnValue:
    with reading() as session:
        people = accounts.listing(session, programme_id=person().programme_id)
    return render_template("staff/people/listing.html", people=people, names=NAMES, someone=person())


@bp.route("/people/add", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def add() -> ResponseReturnValue:
    form = PersonForm()
    if form.validate_on_submit():
        with correcting(form):
            with writing() as session:
                accounts.add_person(
                    session,
                    email=form.email.data or "",
                    name=form.name.data or "",
                    password=form.password.data or "",
                    role=form.role.data,
                    context=context(),
                )
            flash(f"{form.name.data} can sign in now.")
            return redirect(url_for(".listing"))
    return render_template("staff/people/add.html", form=form), 422 if form.errors else 200


@bp.route(f"/people/<{NUMBER}:person_id>/roles", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
@loads(PERSON)
def roles(known: PersonLine) -> ResponseReturnValue:
    """The roles of somebody, for all strands or for the one of `?strand=`; others stay as they are."""
    strand = next((one for one in Strand if one == request.args.get("strand")), None)
    held = known.roles if strand is None else tuple(role for of, role in known.limited if of is strand)
    form = RolesForm(data={"roles": list(held)})
    if form.validate_on_submit():
        with correcting(form):
            with writing() as session:
                chosen = frozenset(form.roles.data or ())
                grants.set_roles(
                    session,
                    person_id=known.id,
                    roles=chosen,
                    strand=strand,
                    keep=own_token(),
                    context=context(),
                )
            flash(f"The roles of {known.name} are changed.")
            return redirect(url_for(".listing"))
    page = render_template("staff/people/roles.html", form=form, known=known, strand=strand, strands=Strand)
    return page, 422 if form.errors else 200


@bp.route(f"/people/<{NUMBER}:person_id>/password", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
@loads(PERSON)
def password(known: PersonLine) -> ResponseReturnValue:
    """Give somebody who has lost their password a new one."""
    if known.id == person().id:
        return redirect(url_for("account.password"))
    form = PasswordForm()
    if form.validate_on_submit():
        with correcting(form):
            made = passwords.hashed(form.new.data or "")
            with writing() as session:
                passwords.replace_password(
                    session, site().keys, person_id=known.id, made=made, context=context()
                )
            flash(f"{known.name} can sign in with the new password, and is signed out everywhere.")
            return redirect(url_for(".listing"))
    page = render_template("staff/people/password.html", form=form, known=known)
    return page, 422 if form.errors else 200


@bp.post(f"/people/<{NUMBER}:person_id>/deactivate")
@requires(Permission.MANAGE_PEOPLE)
@loads(PERSON)
def deactivate(known: PersonLine) -> ResponseReturnValue:
    if known.id == person().id:
        raise ConflictError("You cannot deactivate your own account. Ask another administrator.")
    with writing() as session:
        accounts.deactivate(session, person_id=known.id, context=context())
    flash(f"{known.name} is deactivated, and signed out everywhere.")
    return redirect(url_for(".listing"))


@bp.post(f"/people/<{NUMBER}:person_id>/reactivate")
@requires(Permission.MANAGE_PEOPLE)
@loads(PERSON)
def reactivate(known: PersonLine) -> ResponseReturnValue:
    with writing() as session:
        accounts.reactivate(session, person_id=known.id, context=context())
    flash(f"{known.name} can sign in again.")
    return redirect(url_for(".listing"))


@bp.post(f"/people/<{NUMBER}:person_id>/sign-out")
@requires(Permission.MANAGE_PEOPLE)
@loads(PERSON)
def sign_out(known: PersonLine) -> ResponseReturnValue:
    """End every session of a person, on whatever machine."""
    with writing() as session:
        accounts.end_sessions(session, person_id=known.id, context=context())
    flash(f"{known.name} is signed out everywhere.")
    return redirect(url_for(".listing"))
