"""Organisations that no draw chose, added to a round by hand: asked and shown apart, never weighted."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField, SubmitField
from wtforms.validators import InputRequired

from sampling.frame import Sector
from sampling.panels.reasons import band_in_words
from sampling.routes import OPEN_LINK, OUTREACH, SNOWBALL
from sampling.vocabulary import ENGLISH_REGIONS, INCOME_BANDS
from survey_app.errors import ConflictError, StageError
from survey_app.services.cases import added, casework
from survey_app.services.cases.added import NewCase
from survey_app.services.people.permissions import Permission
from survey_app.services.rounds.lifecycle import RoundView
from survey_app.web.forms.fields import AddressField, LineField, ProseField, correcting
from survey_app.web.site import context, person, reading, requires, site, writing
from survey_app.web.staff.loading import ROUND, loads
from survey_app.web.staff.panels.plan_form import MaybeCount
from survey_app.web.urls import LARGEST, NUMBER

bp = Blueprint("added", __name__)
ROUTES = {
    SNOWBALL: "Another organisation named it",
    OUTREACH: "We approached it",
    OPEN_LINK: "It came forward",
}


class AddForm(FlaskForm):
    """Who is asked although no draw chose it, and how we came by it."""

    route = RadioField(
        "How did we find it?", choices=ROUTES, validators=[InputRequired("Choose how we found it")]
    )
    referrer_note = LineField("Who named it", description="When that is no organisation of this round")
    organisation = MaybeCount(
        "Its number, if it is on our lists",
        minimum=1,
        maximum=LARGEST,
        description="Its page shows it. Then leave out its name, place and address: they are known.",
    )
    called = LineField("Its name")
    sector = RadioField(
        "What is it?",
        choices={Sector.VOLUNTARY.value: "A voluntary organisation", Sector.PUBLIC.value: "A public body"},
        default=Sector.VOLUNTARY.value,
    )
    region = SelectField(
        "Region", choices={"": "Not known", **{name: name for name in ENGLISH_REGIONS}}, default=""
    )
    band = SelectField(
        "Yearly income, of a voluntary organisation",
        choices={"": "Not known", **{band: band_in_words(band) for band in INCOME_BANDS}},
        default="",
    )
    kind = LineField("Kind of body, of a public body", description="Like local authority or NHS trust")
    email = AddressField("Email", description="Without one, somebody has to pass its access code on")
    another = BooleanField("It is another one than those of the same name")
    why = LineField("Why, if it has been asked enough this year")
    note = ProseField(
        "Note", description="What the next caller should know. Nothing that was said in answers."
    )
    submit = SubmitField("Add this organisation")

    def new_case(self, referrer_case_id: int | None) -> NewCase:
        """What was typed, as the services know it."""
        sector = Sector(self.sector.data)
        return NewCase(
            route=self.route.data,
            organisation_id=self.organisation.data,
            name=self.called.data or "",
            sector=sector,
            region=self.region.data,
            band=(self.kind.data if sector is Sector.PUBLIC else self.band.data) or "",
            email=self.email.data or "",
            referrer_case_id=referrer_case_id,
            referrer_note=self.referrer_note.data or "",
            note=self.note.data or "",
            another=bool(self.another.data),
            why=self.why.data or "",
        )


@bp.route(f"/rounds/<{NUMBER}:round_id>/cases/add", methods=["GET", "POST"])
@requires(Permission.RECORD_CONTACT)
@loads(ROUND)
def add(round_view: RoundView) -> ResponseReturnValue:
    """Add an organisation; `?named_by=` is the case of the one that named it."""
    named_by = request.args.get("named_by", type=int)
    referrer_id = named_by if named_by is not None and 0 < named_by <= LARGEST else None
    someone = person()
    with reading() as session:
        referrer = referrer_id and casework.case_view(
            session, site().keys, case_id=referrer_id, programme_id=someone.programme_id
        )
    form = AddForm(data={"route": SNOWBALL if referrer else ""})
    if form.validate_on_submit():
        with correcting(form, ConflictError, StageError):
            with writing() as session:
                case_id = added.add_case(
                    session,
                    site().keys,
                    round_id=round_view.id,
                    added=form.new_case(referrer_id),
                    context=context(),
                    person_id=someone.id,
                )
            flash("It is added, and asked once a second person has agreed. Its answers are never weighted.")
            return redirect(url_for("rounds.cases.page", case_id=case_id))
    page = render_template("staff/cases/add.html", round=round_view, referrer=referrer or None, form=form)
    return page, 422 if form.errors else 200
