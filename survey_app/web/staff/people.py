"""People who may sign in: the list, somebody new, a link to choose a password, somebody deactivated.

Somebody new, a role for oneself, and each role that leads to answers or codes wait for another administrator.
"""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import RadioField, SelectMultipleField, SubmitField
from wtforms.validators import InputRequired

from scheduler.strands import Strand
from survey_app.clock import LONDON
from survey_app.errors import ConflictError
from survey_app.services.people import accounts, grants, password_links, second_administrator, sign_in
from survey_app.services.people.accounts import PersonLine
from survey_app.services.people.permissions import Permission
from survey_app.web.confirming import Intent, asks_first
from survey_app.web.forms.fields import AddressField, LineField, correcting
from survey_app.web.site import context, own_token, person, reading, requires, site, writing
from survey_app.web.staff.loading import PERSON, loads
from survey_app.web.urls import NUMBER

bp = Blueprint("people", __name__)
ROLES = {
    "coordinator": "Coordinator: plans and runs rounds, sees cases, freezes results",
    "interviewer": "Interviewer: works cases and enters answers over the telephone",
    "register_clerk": "Register clerk: keeps agreements and logs, fills in forms; sees no case",
    "facilitator": "Facilitator: leads sessions of the annual review",
    "reviewer": "Reviewer: sees results, questionnaires and the register of agreements",
    "analyst": "Analyst: takes single answers without names; sees no list, panel, case, register or form",
    "signatory_public": "Signatory for public bodies: agrees to modules",
    "signatory_voluntary": "Signatory for voluntary organisations: agrees to modules",
    "administrator": "Administrator: manages people, sees the audit trail",
}
NAMES = {role: words.partition(":")[0] for role, words in ROLES.items()}
WAITS = "Another administrator has to agree to this, and sees it on this page and on Today."
ALONE = (
    "There is no other administrator here who could agree. Ask whoever runs the machine: "
    "`compact people --help` says how they add people and give roles."
)


class PersonForm(FlaskForm):
    """Somebody new."""

    name = LineField("Name", validators=[InputRequired("Enter a name")])
    email = AddressField(
        "Email address",
        validators=[InputRequired("Enter an email address")],
        render_kw={"autocomplete": "off", "spellcheck": False},
    )
    role = RadioField("Role", choices=ROLES, validators=[InputRequired("Choose a role")])
    submit = SubmitField("Ask another administrator to agree")


class RolesForm(FlaskForm):
    """What somebody may do."""

    roles = SelectMultipleField("Roles", choices=ROLES)
    submit = SubmitField("Save the roles")


class DeclineForm(FlaskForm):
    """Why another administrator's request is refused."""

    reason = LineField("Why do you refuse?")


@bp.get("/people")
@requires(Permission.MANAGE_PEOPLE)
def listing() -> ResponseReturnValue:
    with reading() as session:
        people = accounts.listing(session, programme_id=person().programme_id)
        waiting = second_administrator.waiting(session, programme_id=person().programme_id)
        alone = second_administrator.is_alone(session, someone=person())
        slowed = sign_in.slowed_people(session, site().keys, people=people, now=site().clock.now())
        not_apart = grants.not_apart(session, programme_id=person().programme_id)
    return render_template(
        "staff/people/listing.html",
        people=people,
        waiting=[(one, one.approval.asked_at.astimezone(LONDON)) for one in waiting],
        form=DeclineForm(formdata=None),
        names=NAMES,
        someone=person(),
        alone=ALONE if alone else "",
        slowed=slowed,
        not_apart=not_apart,
    )


@bp.route("/people/add", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
def add() -> ResponseReturnValue:
    form = PersonForm()
    if form.validate_on_submit():
        with correcting(form):
            with writing() as session:
                second_administrator.add_person(
                    session,
                    email=form.email.data or "",
                    name=form.name.data or "",
                    role=form.role.data,
                    someone=person(),
                    context=context(),
                )
            flash(f"{WAITS} Then {form.name.data} gets an email with a link to choose a password.")
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
            waiting = _changed(known, frozenset(form.roles.data or ()), strand)
            flash(WAITS if waiting else f"The roles of {known.name} are changed.")
            return redirect(url_for(".listing"))
    page = render_template("staff/people/roles.html", form=form, known=known, strand=strand, strands=Strand)
    return page, 422 if form.errors else 200


def _changed(known: PersonLine, chosen: frozenset[str], strand: Strand | None) -> frozenset[str]:
    """Change roles; those that wait for another administrator."""
    with writing() as session:
        return second_administrator.change_roles(
            session,
            person_id=known.id,
            roles=chosen,
            strand=strand,
            someone=person(),
            keep=own_token() if known.id == person().id else "",
            context=context(),
        )


@bp.post(f"/people/requests/<{NUMBER}:approval_id>")
@requires(Permission.MANAGE_PEOPLE)
def decide(approval_id: int) -> ResponseReturnValue:
    """Agree to what another administrator asked for, refuse it, or withdraw what one asked for oneself."""
    form = DeclineForm()
    with writing() as session:
        if "agree" in request.form:
            second_administrator.agree(session, approval_id=approval_id, someone=person(), context=context())
        else:
            second_administrator.decline(
                session,
                approval_id=approval_id,
                someone=person(),
                reason=form.reason.data or "",
                context=context(),
            )
    flash("That is done." if "agree" in request.form else "That is not done.")
    return redirect(url_for(".listing"))


@bp.route(f"/people/<{NUMBER}:person_id>/password", methods=["GET", "POST"])
@requires(Permission.MANAGE_PEOPLE)
@loads(PERSON)
def password(known: PersonLine) -> ResponseReturnValue:
    """Send somebody a link by which they choose a password; it is shown to nobody here."""
    if known.id == person().id:
        return redirect(url_for("account.password"))
    form = FlaskForm()
    if not form.validate_on_submit():
        return render_template("staff/people/password.html", form=form, known=known)
    with writing() as session:
        password_links.schedule_link(session, person_id=known.id, context=context())
    flash(f"A link is on its way to {known.email}. It opens once, within 24 hours of its arrival.")
    return redirect(url_for(".listing"))


@bp.post(f"/people/<{NUMBER}:person_id>/unlock")
@requires(Permission.MANAGE_PEOPLE)
@loads(PERSON)
def unlock(known: PersonLine) -> ResponseReturnValue:
    with writing() as session:
        sign_in.unlock_person(session, site().keys, person_id=known.id, context=context())
    flash(f"{known.name} can try to sign in again at once.")
    return redirect(url_for(".listing"))


@bp.post(f"/people/<{NUMBER}:person_id>/second-factor")
@requires(Permission.MANAGE_PEOPLE)
@loads(PERSON)
def reset_second_factor(known: PersonLine) -> ResponseReturnValue:
    if known.id == person().id:
        return redirect(url_for("second_factor.own"))
    with writing() as session:
        second_administrator.ask_for_reset(session, person_id=known.id, someone=person(), context=context())
    flash(WAITS)
    return redirect(url_for(".listing"))


def _deactivating(known: PersonLine) -> Intent | None:
    if known.id == person().id:
        return None
    return Intent(
        title=f"Deactivate {known.name}",
        will=(f"{known.name} is signed out everywhere and can no longer sign in.",),
        undo="You can let them in again on this page; what they did stays on record.",
        button="Deactivate",
        back=url_for(".listing"),
    )


@bp.post(f"/people/<{NUMBER}:person_id>/deactivate")
@requires(Permission.MANAGE_PEOPLE)
@loads(PERSON)
@asks_first(_deactivating)
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
