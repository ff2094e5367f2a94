"""The form of each kind of entry, made from its shape, and the way from it to an entry and back."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from sqlalchemy.orm import Session
from wtforms import Field, RadioField, SubmitField
from wtforms.validators import InputRequired

from survey_app.services.logs.about import KEYS, faults_about, named, names_of
from survey_app.services.logs.checking import Fault, faults_of
from survey_app.services.logs.entry import Entry, NewEntry
from survey_app.services.logs.shapes import SHAPES, Asked, Kept, Shape
from survey_app.services.logs.vocabulary import LogKind
from survey_app.web.forms.date_parts import DatePartsField
from survey_app.web.forms.fields import LineField, ProseField

ABOUT = {
    "area": ("Which area is it about?", "Its name, or its code where several are called so"),
    "agreement": ("Which agreement is it about?", "Its title, as the register has it"),
    "organisation": ("Which organisation is it about?", "Its name, as the directory has it"),
}


class TakeBackForm(FlaskForm):
    """Why an entry should never have been made."""

    why = ProseField("Why is it taken back?", validators=[InputRequired("Say why it is taken back")])
    submit = SubmitField("Take this entry back")


class FileForm(FlaskForm):
    """A file of entries."""

    file = FileField(
        "The file",
        description="A CSV file in UTF-8. Its first row names the columns",
        validators=[FileRequired("Choose the file")],
    )
    submit = SubmitField("Take these entries")


def form_for(kind: LogKind, **given: Any) -> FlaskForm:
    """The form of one kind of entry, in the order in which it is asked."""
    shape = SHAPES[kind]
    fields: dict[str, Any] = {"title": LineField(shape.title)}
    fields |= {name: LineField(label, description=hint) for name, (label, hint) in ABOUT.items()}
    fields |= _days(shape)
    if shape.states is not None:
        fields["state"] = _radio("How does it stand?", list(shape.states), needed=True)
    fields |= {asked.name: _field(asked) for asked in shape.asked}
    if shape.upstream is not None:
        fields["upstream"] = LineField(shape.upstream, description="If it is known, and in the directory")
    fields["account"] = ProseField(shape.account)
    fields["source"] = LineField("How do we know?", description="A document, a letter, a visit, a call")
    fields["submit"] = SubmitField("Save this entry")
    form: FlaskForm = type("EntryForm", (FlaskForm,), fields)(**given)
    return form


def _days(shape: Shape) -> dict[str, Any]:
    days = {"began_on": DatePartsField(shape.began, called=shape.began)}
    if shape.due is not None:
        days["due_on"] = DatePartsField(shape.due, called="The day it is due")
    if shape.ended is not None:
        hint = "Leave empty if there is none yet"
        days["ended_on"] = DatePartsField(shape.ended, called=shape.ended, description=hint)
    return days


def _field(asked: Asked) -> Any:
    if asked.answers is not None:
        return _radio(asked.label, list(asked.answers), needed=asked.needed, hint=asked.hint)
    maker = ProseField if asked.kept is Kept.PROSE else LineField
    return maker(asked.label, description=asked.hint)


def _radio(label: str, values: list[str], *, needed: bool, hint: str = "") -> Any:
    words = {value: value[:1].upper() + value[1:] for value in values}
    if needed:
        return RadioField(
            label, choices=words, description=hint, validators=[InputRequired(f"{label} Choose one")]
        )
    return RadioField(label, choices=words | {"": "Not known, or not needed"}, description=hint, default="")


def typed(session: Session, entry: Entry) -> dict[str, Any]:
    """What the form of an entry holds before anybody changes it."""
    words = names_of(session, [entry])
    about = {name: words.get((column, getattr(entry, column)), "") for name, column in KEYS.items()}
    plain = {name: getattr(entry, name) for name in ("title", "state", "account", "source")}
    days = {name: getattr(entry, name) for name in ("began_on", "ended_on", "due_on")}
    said = {asked.name: entry.said.get(asked.name, "") for asked in SHAPES[entry.kind].asked}
    return about | plain | days | {name: str(answer) for name, answer in said.items()}


def entered(
    session: Session, form: FlaskForm, kind: LogKind, *, programme_id: int, before: Entry | None
) -> NewEntry | None:
    """What was typed, as the logs take it; None where it cannot be, with the faults at their fields."""
    held: dict[str, Any] = {name: field.data for name, field in form._fields.items()}
    began_on: date | None = held["began_on"]
    if began_on is None:
        _place(form, [Fault("began_on", f"{SHAPES[kind].began}: enter the day.")])
        return None
    words = {name: str(held.get(name) or "") for name in KEYS}
    about = named(session, words, day=began_on, programme_id=programme_id)
    kept = {} if before is None else _unchanged(session, before, words)
    new = NewEntry(
        kind=kind, title=held["title"], began_on=began_on, ended_on=held.get("ended_on"),
        due_on=held.get("due_on"), state=held.get("state") or "", account=held["account"],
        source=held["source"], said=_said(held, kind), **{**about.keys, **kept},
    )  # fmt: skip
    wrong = [fault for fault in about.faults if KEYS[fault.field] not in kept]
    faults = [*wrong, *faults_of(new)]
    faults += [] if wrong else faults_about(session, new, programme_id=programme_id)
    _place(form, faults)
    return None if faults else new


def _unchanged(session: Session, before: Entry, words: Mapping[str, str]) -> dict[str, int]:
    """The keys of what is named as before: of several that are called so, it stays the same one."""
    names = names_of(session, [before])
    keys = {name: getattr(before, column) for name, column in KEYS.items()}
    return {
        KEYS[name]: key
        for name, key in keys.items()
        if key is not None and names[KEYS[name], key] == words[name]
    }


def _said(held: Mapping[str, Any], kind: LogKind) -> dict[str, str | int]:
    said = {asked.name: _answer(asked, str(held.get(asked.name) or "")) for asked in SHAPES[kind].asked}
    return {name: answer for name, answer in said.items() if answer != ""}


def _answer(asked: Asked, words: str) -> str | int:
    digits = words.replace(",", "").replace(" ", "").removeprefix("£")
    if asked.kept in (Kept.COUNT, Kept.POUNDS) and digits.isascii() and digits.isdigit() and len(digits) < 12:
        return int(digits)
    return words


def _place(form: FlaskForm, faults: Iterable[Fault]) -> None:
    """Put each fault at its field, or at the head of the form."""
    for fault in faults:
        field: Field | None = form._fields.get(fault.field)
        if field is None:
            form.form_errors.append(fault.words)
        else:
            field.errors = [*field.errors, fault.words]
