"""Organisations: the list, one with its whole history, and what may be asked of them in a year."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import SubmitField

from sampling.frame import Sector
from survey_app.clock import london_date
from survey_app.services.burden import ledger
from survey_app.services.burden import spread as burden_spread
from survey_app.services.burden.ledger import Rule
from survey_app.services.cases import added
from survey_app.services.cases.outcomes import outcomes_of
from survey_app.services.organisations import history
from survey_app.services.organisations.areas import stays_of
from survey_app.services.organisations.contacts import PERMISSIONS, SOURCES, contacts_of
from survey_app.services.organisations.history import OrganisationHistory
from survey_app.services.people.permissions import Permission
from survey_app.web.confirming import Intent, asks_first, reason
from survey_app.web.forms.fields import CountField, correcting, plain
from survey_app.web.site import context, person, reading, requires, site, writing
from survey_app.web.staff.loading import ORGANISATION, loads
from survey_app.web.staff.organisations import areas
from survey_app.web.staff.panels.plan_form import MaybeCount
from survey_app.web.urls import NUMBER

bp = Blueprint("organisations", __name__)
bp.register_blueprint(areas.bp)
ROUTES = {"panel": "With the panel", **added.WORDS}
LEDGER = {
    "invitation": "Invited",
    "reminder": "Reminded",
    "minutes_asked": "Asked for minutes",
    "minutes_answered": "Gave minutes",
    "focus_group": "Focus group",
    "interview": "Interview",
    "other": "Other",
}


class RuleForm(FlaskForm):
    """What a voluntary organisation may be asked in a year, and how long it rests."""

    max_minutes = MaybeCount(
        "Most minutes a year", minimum=1, maximum=100_000, description="Empty: no ceiling"
    )
    max_invitations = MaybeCount(
        "Most invitations a year", minimum=1, maximum=1000, description="Empty: no ceiling"
    )
    term_years = CountField("Years in the panel before a rest is due", minimum=1, maximum=20)
    holiday_years = CountField("Years of rest after leaving", minimum=0, maximum=20)
    submit = SubmitField("Set this rule")


@bp.get("/organisations")
@requires(Permission.SEE_PANEL)
def listing() -> ResponseReturnValue:
    """Every organisation by name, with what it was asked this year."""
    year = london_date(site().clock.now()).year
    text = plain(request.args.get("text", ""))[:100]
    page = min(request.args.get("page", 1, type=int), 10**6)
    with reading() as session:
        organisations = history.organisations(session, text=text, page=page, year=year)
    return render_template(
        "staff/organisations/listing.html",
        organisations=organisations,
        text=text,
        year=year,
        someone=person(),
    )


@bp.get(f"/organisations/<{NUMBER}:organisation_id>")
@requires(Permission.SEE_PANEL)
@loads(ORGANISATION)
def page(organisation: OrganisationHistory) -> ResponseReturnValue:
    """All that an organisation was chosen for and asked; nothing that it answered."""
    with reading() as session:
        rule = ledger.rules(session)[organisation.sector]
        stays = stays_of(session, organisation_id=organisation.id)
        reached = (
            contacts_of(session, site().keys, organisation_id=organisation.id)
            if person().may(Permission.SEE_CASES)
            else None
        )
    return render_template(
        "staff/organisations/page.html",
        organisation=organisation,
        rule=rule,
        ledger=LEDGER,
        routes=ROUTES,
        outcomes_of=outcomes_of,
        contacts=reached,
        stays=stays,
        sources=SOURCES,
        permissions=PERMISSIONS,
        someone=person(),
    )


def _setting() -> Intent | None:
    form = RuleForm()
    if request.method != "POST" or not form.validate():
        return None
    year = london_date(site().clock.now()).year
    with reading() as session:
        held = ledger.rules(session)[Sector.VOLUNTARY]
        spread = burden_spread.year_spread(session, year=year, ceiling=form.max_minutes.data)
    changed = [
        f"{form[name].label.text}: {_or_none(form[name].data)}, and {_or_none(before)} until now."
        for name, before in vars(held).items()
        if name in form and form[name].data != before
    ]
    count = spread.over if spread else 0
    over = f"{count:,} voluntary organisations have been asked for more in {year} already."
    return Intent(
        title="Change what may be asked",
        will=(
            *(changed or ["Nothing is different from the rule that holds."]),
            *([over] if form.max_minutes.data else []),
            "It holds for every programme, from the next plan on. Panels that are drawn stay as they are.",
        ),
        undo="It can be set back on the same page at any time.",
        button="Set this rule",
        back=url_for(".rules"),
    )


def _or_none(number: int | None) -> str:
    return "no ceiling" if number is None else f"{number:,}"


@bp.route("/burden", methods=["GET", "POST"])
@requires(Permission.DRAW_PANEL)
@asks_first(_setting, asks_why="Why does the rule change?")
def rules() -> ResponseReturnValue:
    """The ceilings and rests of voluntary organisations, for every programme."""
    year = london_date(site().clock.now()).year
    with reading() as session:
        held = ledger.rules(session)[Sector.VOLUNTARY]
        spread = burden_spread.year_spread(session, year=year)
    form = RuleForm(obj=held)
    if form.validate_on_submit():
        with correcting(form):
            rule = Rule(
                Sector.VOLUNTARY,
                form.max_minutes.data,
                form.max_invitations.data,
                form.term_years.data or 0,
                form.holiday_years.data or 0,
            )
            with writing() as session:
                ledger.change_rule(session, rule=rule, why=reason(), context=context())
            flash("The rule is set. It holds from the next plan on.")
            return redirect(url_for(".rules"))
    page = render_template("staff/organisations/limits.html", form=form, spread=spread, year=year)
    return page, 422 if form.errors else 200
