"""What staff enter of an agreement: a form for each kind of entry, corrections, and what is taken back."""

from datetime import date
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from werkzeug.exceptions import NotFound
from wtforms import BooleanField, RadioField, SubmitField
from wtforms.validators import InputRequired

from survey_app.clock import london_date
from survey_app.errors import InvalidError
from survey_app.services.agreements import register
from survey_app.services.agreements.compiled import Entry, NewEntry
from survey_app.services.agreements.register import AgreementLine
from survey_app.services.agreements.vocabulary import STATES, WHAT, EntryKind, Field, Precision
from survey_app.services.people.permissions import Permission
from survey_app.services.places.areas import area_named, names_of_areas
from survey_app.web.forms.date_parts import DatePartsField
from survey_app.web.forms.fields import LineField, ProseField, correcting
from survey_app.web.site import context, person, reading, requires, site, writing
from survey_app.web.staff.loading import AGREEMENT, ENTRY, loads
from survey_app.web.urls import NUMBER

bp = Blueprint("entries", __name__)
# The word of an address for each kind, and what its form asks first.
KINDS = {kind.value.replace(" ", "-"): kind for kind in EntryKind}
QUESTIONS = {
    EntryKind.STAGE: "How far is it?",
    EntryKind.FLAG: "What is so, besides its stage?",
    EntryKind.AREA: "Which area does it cover?",
    EntryKind.SIGNATORY: "Who is it?",
    EntryKind.CODE: "Which code of practice?",
    EntryKind.CHAMPION: "For which side does the champion stand?",
    EntryKind.RESOURCE: "What was given to it?",
    EntryKind.PUBLICITY: "How was it made known?",
    EntryKind.REVIEW: "What was the review?",
}
HINTS = {
    EntryKind.AREA: "Its name, or its code where several are called so",
    EntryKind.SIGNATORY: "The body, as it calls itself",
    EntryKind.CODE: "funding, consultation, volunteering, BME groups or community groups, or a local one",
}
PRECISIONS = {
    Precision.DAY: "This day",
    Precision.MONTH: "Some day in this month",
    Precision.YEAR: "Some day in this year",
    Precision.SEEN: "By this day at the latest",
}


def sentence(words: str) -> str:
    """The words with a capital at their head, and no other changed."""
    return words[:1].upper() + words[1:]


class EntryForm(FlaskForm):
    """All that an entry can say; what its kind does not have is taken away."""

    choice = RadioField(validators=[InputRequired("Choose one")])
    what = LineField()
    state = RadioField("How does it stand?", validators=[InputRequired("Say how it stands")])
    field = RadioField(
        "What kind of party is it?",
        choices={one.value: sentence(one.value) for one in Field},
        validators=[InputRequired("Say what kind of party it is")],
    )
    department = LineField("Department", description="Leave empty for the whole body")
    local = BooleanField("It is a local code, none of the five")
    languages = LineField("Languages", description="Such as English, Urdu")
    began_on = DatePartsField("Since when?", called="Since when")
    precision = RadioField(
        "How well is that day known?",
        choices={one.value: words for one, words in PRECISIONS.items()},
        default=Precision.DAY.value,
        validators=[InputRequired("Say how well the day is known")],
    )
    ended_on = DatePartsField(
        "Until when?",
        called="Until when",
        description="Leave empty if it still is so. Else the first day on which it was no more",
    )
    reason = ProseField("Why?", description="Such as why it stalled. Optional")
    source = LineField("How do we know?", description="A document, a letter, a visit, a call")
    submit = SubmitField("Save this entry")


def form_for(kind: EntryKind, **given: Any) -> EntryForm:
    """The form of one kind of entry."""
    form = EntryForm(**given)
    words, states = WHAT[kind], STATES.get(kind)
    form.choice.choices = {one.value: sentence(one.value) for one in words or ()}
    form.state.choices = {one.value: sentence(one.value) for one in states or ()}
    form.choice.label.text = form.what.label.text = QUESTIONS[kind]
    form.what.description = HINTS.get(kind, "")
    unwanted = {
        "choice": words is None,
        "what": words is not None,
        "state": states is None,
        "field": kind is not EntryKind.SIGNATORY,
        "department": kind is not EntryKind.SIGNATORY,
        "local": kind is not EntryKind.CODE,
        "languages": kind is not EntryKind.CODE,
    }
    for name, absent in unwanted.items():
        if absent:
            delattr(form, name)
    return form


def entered(form: EntryForm, kind: EntryKind) -> NewEntry:
    """What was typed, as the register takes it.

    Raises:
        InvalidError: no day, or an area that is not known.
    """
    typed = {name: field.data for name, field in form._fields.items()}
    began_on: date | None = typed["began_on"]
    if began_on is None:
        raise InvalidError("Enter since when it is so.")
    area_id, what = None, str(typed.get("choice") or typed.get("what") or "")
    if kind is EntryKind.AREA:
        with reading() as session:
            area = area_named(session, what, day=began_on)
        area_id, what = area.id, area.name
    return NewEntry(
        kind=kind,
        what=what,
        state=str(typed.get("state") or ""),
        area_id=area_id,
        field=next((one for one in Field if one.value == typed.get("field")), None),
        department=str(typed.get("department") or ""),
        languages=tuple(one.strip() for one in str(typed.get("languages") or "").split(",") if one.strip()),
        local=bool(typed.get("local")),
        began_on=began_on,
        precision=Precision(str(typed["precision"])),
        ended_on=typed["ended_on"],
        reason=str(typed["reason"] or ""),
        source=str(typed["source"] or ""),
    )


@bp.route(f"/agreements/<{NUMBER}:agreement_id>/add/<kind_word>", methods=["GET", "POST"])
@requires(Permission.KEEP_REGISTER)
@loads(AGREEMENT)
def add(agreement: AgreementLine, kind_word: str) -> ResponseReturnValue:
    """Enter one thing that is known of an agreement."""
    if kind_word not in KINDS:
        raise NotFound
    kind = KINDS[kind_word]
    form = form_for(kind)
    if form.validate_on_submit():
        with correcting(form):
            new = entered(form, kind)
            with writing() as session:
                register.add_entry(session, agreement_id=agreement.id, new=new, context=context())
            flash("Entry saved.")
            return redirect(url_for("agreements.page", agreement_id=agreement.id))
    return _page(form, agreement, kind, None)


@bp.route(f"/agreements/entries/<{NUMBER}:entry_id>", methods=["GET", "POST"])
@requires(Permission.KEEP_REGISTER)
@loads(ENTRY)
def correct(entry: Entry) -> ResponseReturnValue:
    """Put a right entry in the place of a wrong one; the wrong one stays in the history."""
    with reading() as session:
        programme_id = person().programme_id
        agreement = register.agreement_line(
            session, agreement_id=entry.agreement_id, programme_id=programme_id
        )
        area = names_of_areas(session, [entry.area_id] if entry.area_id else [])
    form = form_for(entry.kind, data=_typed(entry, area.get(entry.area_id or 0, "")))
    if form.validate_on_submit():
        with correcting(form):
            new = entered(form, entry.kind)
            with writing() as session:
                register.correct_entry(session, entry_id=entry.id, new=new, context=context())
            flash("Entry corrected. What it said before stays in the history.")
            return redirect(url_for("agreements.page", agreement_id=agreement.id))
    return _page(form, agreement, entry.kind, entry)


def _typed(entry: Entry, area: str) -> dict[str, Any]:
    return {
        "choice": entry.what,
        "what": area or entry.what,
        "state": entry.state,
        "field": entry.field.value if entry.field else None,
        "department": entry.department,
        "local": entry.local,
        "languages": ", ".join(entry.languages),
        "began_on": entry.began_on,
        "precision": entry.precision.value,
        "ended_on": entry.ended_on,
        "reason": entry.reason,
        "source": entry.source,
    }


class TakeBackForm(FlaskForm):
    """Why an entry should never have been made."""

    why = ProseField("Why is it taken back?", validators=[InputRequired("Say why it is taken back")])
    submit = SubmitField("Take this entry back")


@bp.route(f"/agreements/entries/<{NUMBER}:entry_id>/take-back", methods=["GET", "POST"])
@requires(Permission.KEEP_REGISTER)
@loads(ENTRY)
def take_back(entry: Entry) -> ResponseReturnValue:
    """Take an entry back that was a mistake; it stays in the history."""
    form = TakeBackForm()
    if form.validate_on_submit():
        with correcting(form):
            with writing() as session:
                register.take_back(session, entry_id=entry.id, reason=form.why.data or "", context=context())
            flash("Entry taken back.")
            return redirect(url_for("agreements.page", agreement_id=entry.agreement_id))
    page = render_template("staff/agreements/take_back.html", form=form, entry=entry)
    return page, 422 if form.errors else 200


def _page(
    form: EntryForm, agreement: AgreementLine, kind: EntryKind, entry: Entry | None
) -> ResponseReturnValue:
    page = render_template(
        "staff/agreements/entry.html",
        form=form,
        agreement=agreement,
        kind=kind,
        entry=entry,
        today=london_date(site().clock.now()),
    )
    return page, 422 if form.errors else 200
