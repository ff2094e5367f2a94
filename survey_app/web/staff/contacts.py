"""How an organisation is reached: contacts added, changed and ended by staff."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SubmitField
from wtforms.validators import InputRequired

from survey_app.errors import ConflictError
from survey_app.services.organisations import contacts
from survey_app.services.organisations.contacts import PERMISSIONS, ContactDetails, ContactView
from survey_app.services.organisations.history import OrganisationHistory
from survey_app.services.people.permissions import Permission
from survey_app.web.forms.fields import LineField, ProseField, correcting
from survey_app.web.site import context, requires, site, writing
from survey_app.web.staff.loading import CONTACT, ORGANISATION, loads
from survey_app.web.urls import NUMBER

bp = Blueprint("contacts", __name__)


class ContactForm(FlaskForm):
    """Who is reached, and how."""

    role = LineField("Role", description="What they do there, like chief executive or Compact lead")
    called = LineField("Name")
    email = LineField("Email address", render_kw={"spellcheck": False})
    telephone = LineField("Telephone number")
    post = ProseField("Postal address")
    unit = LineField("Department", description="Leave empty for the whole organisation")
    permission = RadioField(
        "May we write to this contact?",
        choices={key.value: words for key, words in PERMISSIONS.items()},
        default=ContactDetails().permission.value,
        validators=[InputRequired("Say whether we may write to this contact")],
    )
    before = BooleanField("Write to this contact before the others")
    submit = SubmitField("Save this contact")

    def details(self, language: str = "en") -> ContactDetails:
        """What was typed, as the services know it."""
        return ContactDetails(
            unit=self.unit.data or "",
            role=self.role.data or "",
            name=self.called.data or "",
            email=self.email.data or "",
            telephone=self.telephone.data or "",
            post=self.post.data or "",
            language=language,
            permission=next(key for key in PERMISSIONS if key == self.permission.data),
        )


@bp.route(f"/organisations/<{NUMBER}:organisation_id>/contacts/add", methods=["GET", "POST"])
@requires(Permission.RECORD_CONTACT)
@loads(ORGANISATION)
def add(organisation: OrganisationHistory) -> ResponseReturnValue:
    form = ContactForm()
    if form.validate_on_submit():
        with correcting(form):
            with writing() as session:
                contacts.add_contact(
                    session,
                    site().keys,
                    organisation_id=organisation.id,
                    details=form.details(),
                    first=bool(form.before.data),
                    context=context(),
                )
            flash("Contact added.")
            return redirect(url_for("organisations.page", organisation_id=organisation.id))
    page = render_template(
        "staff/contacts/page.html", form=form, organisation_id=organisation.id, contact=None
    )
    return page, 422 if form.errors else 200


@bp.route(f"/contacts/<{NUMBER}:contact_id>", methods=["GET", "POST"])
@requires(Permission.RECORD_CONTACT)
@loads(CONTACT)
def change(contact: ContactView) -> ResponseReturnValue:
    """Change a contact; one that a list brought is replaced by no list any more."""
    form = ContactForm(obj=contact, data={"called": contact.name})
    if form.validate_on_submit():
        with correcting(form, ConflictError):
            with writing() as session:
                contacts.change_contact(
                    session,
                    site().keys,
                    contact_id=contact.id,
                    details=form.details(contact.language),
                    context=context(),
                )
            flash("Contact changed.")
            return redirect(url_for("organisations.page", organisation_id=contact.organisation_id))
    page = render_template(
        "staff/contacts/page.html", form=form, organisation_id=contact.organisation_id, contact=contact
    )
    return page, 422 if form.errors else 200


@bp.post(f"/contacts/<{NUMBER}:contact_id>/end")
@requires(Permission.RECORD_CONTACT)
@loads(CONTACT)
def end(contact: ContactView) -> ResponseReturnValue:
    with writing() as session:
        contacts.end_contact(session, contact_id=contact.id, context=context())
    flash("Contact ended. We write to it no more.")
    return redirect(url_for("organisations.page", organisation_id=contact.organisation_id))
