"""How an organisation is reached: contacts added, corrected and ended by whoever writes and telephones.

Where an address was corrected, the letters that had failed for it are sent again.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from sqlalchemy.orm import Session
from wtforms import BooleanField, RadioField, SubmitField
from wtforms.validators import InputRequired

from survey_app.errors import ConflictError
from survey_app.services.fieldwork import again, second_person
from survey_app.services.organisations import contacts
from survey_app.services.organisations.contacts import (
    GIVERS,
    PERMISSIONS,
    SOURCES,
    ContactDetails,
    ContactView,
)
from survey_app.services.organisations.history import OrganisationHistory, organisation_history
from survey_app.services.people.permissions import Permission
from survey_app.web.forms.fields import AddressField, LineField, ProseField, correcting
from survey_app.web.site import context, person, reading, requires, site, writing
from survey_app.web.staff.loading import CONTACT, ORGANISATION, loads
from survey_app.web.urls import NUMBER

bp = Blueprint("contacts", __name__)
WAITS = " No letter goes there before a second person has agreed to the address: others see it on Today."


class ContactForm(FlaskForm):
    """Who is reached, and how."""

    role = LineField("Role", description="What they do there, like chief executive or Compact lead")
    called = LineField("Name")
    email = AddressField("Email address", render_kw={"spellcheck": False})
    telephone = LineField("Telephone number")
    post = ProseField("Postal address")
    unit = LineField("Department", description="Leave empty for the whole organisation")
    permission = RadioField(
        "May we write to this contact?",
        choices={key.value: words for key, words in PERMISSIONS.items()},
        default=ContactDetails().permission.value,
        validators=[InputRequired("Say whether we may write to this contact")],
    )
    source = RadioField(
        "Who told us?",
        choices={key.value: words for key, words in GIVERS.items()},
        default=next(iter(GIVERS)).value,
        validators=[InputRequired("Say who told us")],
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


@bp.get(f"/organisations/<{NUMBER}:organisation_id>/contacts")
@requires(Permission.SEE_CASES)
@loads(ORGANISATION)
def listing(organisation: OrganisationHistory) -> ResponseReturnValue:
    """Every way to reach an organisation, with who gave it and since when; those that ended come last."""
    with reading() as session:
        known = contacts.contacts_of(session, site().keys, organisation_id=organisation.id, ended=True)
    return render_template(
        "staff/contacts/listing.html",
        organisation=organisation,
        contacts=known,
        sources=SOURCES,
        permissions=PERMISSIONS,
        someone=person(),
    )


@bp.route(f"/organisations/<{NUMBER}:organisation_id>/contacts/add", methods=["GET", "POST"])
@requires(Permission.RECORD_CONTACT)
@loads(ORGANISATION)
def add(organisation: OrganisationHistory) -> ResponseReturnValue:
    form = ContactForm()
    if form.validate_on_submit():
        with correcting(form):
            with _reaching(organisation.id, "Contact added.") as session:
                contacts.add_contact(
                    session,
                    site().keys,
                    organisation_id=organisation.id,
                    details=form.details(),
                    source=next(key for key in GIVERS if key == form.source.data),
                    first=bool(form.before.data),
                    context=context(),
                    person_id=person().id,
                )
            return _back(organisation.id)
    page = render_template("staff/contacts/page.html", form=form, organisation=organisation, contact=None)
    return page, 422 if form.errors else 200


@bp.route(f"/contacts/<{NUMBER}:contact_id>", methods=["GET", "POST"])
@requires(Permission.RECORD_CONTACT)
@loads(CONTACT)
def change(contact: ContactView) -> ResponseReturnValue:
    """Change a contact; one that a list brought is replaced by no list any more."""
    form = ContactForm(obj=contact, data={"called": contact.name})
    if not form.is_submitted() and form.source.data not in GIVERS:
        form.source.data = form.source.default
    if form.validate_on_submit():
        with correcting(form, ConflictError):
            with _reaching(contact.organisation_id, "Contact changed.") as session:
                contacts.change_contact(
                    session,
                    site().keys,
                    contact_id=contact.id,
                    details=form.details(contact.language),
                    source=next(key for key in GIVERS if key == form.source.data),
                    context=context(),
                    person_id=person().id,
                )
            return _back(contact.organisation_id)
    with reading() as session:
        organisation = organisation_history(session, organisation_id=contact.organisation_id)
    page = render_template("staff/contacts/page.html", form=form, organisation=organisation, contact=contact)
    return page, 422 if form.errors else 200


@bp.post(f"/contacts/<{NUMBER}:contact_id>/end")
@requires(Permission.RECORD_CONTACT)
@loads(CONTACT)
def end(contact: ContactView) -> ResponseReturnValue:
    with _reaching(contact.organisation_id, "Contact ended. We write to it no more.") as session:
        contacts.end_contact(session, contact_id=contact.id, context=context(), person_id=person().id)
    return _back(contact.organisation_id)


@contextmanager
def _reaching(organisation_id: int, said: str) -> Iterator[Session]:
    """Do something that may change where letters go; those that had failed are sent there."""
    with writing() as session:
        before = again.reached_at(session, site().keys, organisation_id=organisation_id)
        yield session
        session.flush()
        count = again.send_to_corrected(
            session, site().keys, organisation_id=organisation_id, before=before, context=context()
        )
        waits = any(
            line.mine
            for line in second_person.waiting(
                session,
                site().keys,
                person_id=person().id,
                programme_id=person().programme_id,
                organisation_id=organisation_id,
            )
        )
    letters = {0: "", 1: " A letter that had failed is sent to the new address in the night."}
    several = f" {count} letters that had failed are sent to the new address in the night."
    again_sent = letters.get(count, several)
    flash(said + again_sent + (WAITS if waits else ""))


def _back(organisation_id: int) -> ResponseReturnValue:
    """To the organisation's page, for whoever may see it."""
    page = "organisations.page" if person().may(Permission.SEE_PANEL) else "contacts.listing"
    return redirect(url_for(page, organisation_id=organisation_id))
