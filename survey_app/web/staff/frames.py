"""The frame: what the newest one holds, a list brought in, a new frame made."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, RadioField, SubmitField
from wtforms.validators import InputRequired, Length, Optional

from sampling.frame import Sector
from survey_app.clock import in_words, london_date
from survey_app.services.frames import editions, lists, rows, snapshots
from survey_app.services.frames.editions import Renumbered, RenumberedError
from survey_app.services.frames.lists import FaultyListError, ImportChoices, ImportReport, ListDescription
from survey_app.services.people.permissions import Permission
from survey_app.web.confirming import Intent, asks_first
from survey_app.web.downloads import csv_response
from survey_app.web.forms.date_parts import DatePartsField
from survey_app.web.forms.fields import LineField, ProseField, correcting, plain
from survey_app.web.site import context, in_turns, person, reading, requires, site, takes_file, writing
from survey_app.web.urls import NUMBER

bp = Blueprint("frames", __name__)


def _at_most(most: int, what: str) -> Length:
    return Length(max=most, message=f"{what}: at most {most:,} characters")


class ListForm(FlaskForm):
    """A list, and what must be known of it before it may be used."""

    file = FileField(
        "The list",
        description="A CSV file in UTF-8, at most 50 MB. Its first row names the columns.",
        validators=[FileRequired("Choose the file")],
    )
    name = LineField(
        "What is the list called?",
        validators=[InputRequired("Enter what the list is called"), _at_most(120, "Name")],
    )
    owner = LineField(
        "Who owns it?", validators=[InputRequired("Enter who owns the list"), _at_most(200, "Owner")]
    )
    sector = RadioField(
        "Whom does it name?",
        choices={"": "Its columns say so"} | {one.value: one.words.capitalize() for one in Sector},
        default="",
        validators=[Optional()],
    )
    dated = DatePartsField(
        "What date is it of?", called="The date", validators=[InputRequired("Enter the date of the list")]
    )
    purpose = LineField(
        "What was it made for?",
        validators=[InputRequired("Enter what the list was made for"), _at_most(1000, "Purpose")],
    )
    coverage = LineField(
        "Whom does it cover, and whom does it miss?",
        validators=[InputRequired("Enter whom the list covers"), _at_most(1000, "Coverage")],
    )
    licence = LineField("Licence, if it has one", validators=[_at_most(200, "Licence")])
    known_defects = ProseField("Known defects, if any", validators=[_at_most(2000, "Known defects")])
    quarantine = BooleanField("Set faulty rows aside and take the rest")
    renumbered = RadioField(
        "Are those under a new identifier the same organisations?",
        description="Asked only where identifiers look as if a spreadsheet took their noughts off.",
        choices={
            Renumbered.SAME.value: "Yes, they keep their random number and their place in panels",
            Renumbered.OTHER.value: "No, those are others",
        },
        validators=[Optional()],
    )
    submit = SubmitField("Bring the list in")

    @property
    def chosen(self) -> ImportChoices:
        return ImportChoices(
            quarantine=self.quarantine.data,
            sector=Sector(self.sector.data) if self.sector.data else None,
            renumbered=Renumbered(self.renumbered.data) if self.renumbered.data else None,
        )

    @property
    def described(self) -> ListDescription:
        return ListDescription(
            name=self.name.data or "",
            owner=self.owner.data or "",
            dated=self.dated.data,
            purpose=self.purpose.data or "",
            coverage=self.coverage.data or "",
            licence=self.licence.data or "",
            known_defects=self.known_defects.data or "",
        )


class FrameForm(FlaskForm):
    """The day whose state a new frame describes."""

    as_of = DatePartsField(
        "As of", called="The frame's date", validators=[InputRequired("Enter the frame's date")]
    )
    submit = SubmitField("Make a frame")


@bp.get("/frame")
@requires(Permission.SEE_FRAME)
def page() -> ResponseReturnValue:
    """The newest frame."""
    return _frame_page(FrameForm(data={"as_of": london_date(site().clock.now())}))


def _frame_page(form: FrameForm) -> ResponseReturnValue:
    programme_id = person().programme_id
    with reading() as session:
        frame_id = snapshots.newest_frame(session, programme_id)
        frame = None
        if frame_id is not None:
            frame = snapshots.frame_page(session, frame_id=frame_id, programme_id=programme_id)
    page = render_template("staff/frames/page.html", frame=frame, form=form, someone=person())
    return page, 422 if form.errors else 200


def _making() -> Intent | None:
    form = FrameForm()
    if not form.validate():
        return None
    day = in_words(form.as_of.data)
    with reading() as session:
        waiting = editions.rows_in_force(session, person().programme_id)
        frames = snapshots.frame_count(session, person().programme_id)
    return Intent(
        title="Make a frame",
        will=(
            f"Frame {frames + 1} describes {waiting:,} organisations of the lists in force, as of {day}.",
            "Panels are drawn from it from then on. Those drawn before stay as they are.",
        ),
        undo="A frame is never changed or deleted: if it is wrong, correct the lists and make another.",
        button="Make the frame",
        back=url_for(".page"),
    )


@bp.post("/frame")
@requires(Permission.IMPORT_LIST)
@asks_first(_making)
def make() -> ResponseReturnValue:
    """A new frame of every list."""
    form = FrameForm()
    if form.validate_on_submit():
        with correcting(form):
            in_turns(snapshots.FrameMaking(as_of=form.as_of.data, context=context()).steps())
            flash("The frame is made. Panels are drawn from it from now on.")
            return redirect(url_for(".page"))
    return _frame_page(form)


@bp.get(f"/frame/lists/<{NUMBER}:list_id>/aside.csv")
@requires(Permission.IMPORT_LIST)
def aside(list_id: int) -> ResponseReturnValue:
    """The rows of a list that were set aside, as they were given, with what is wrong with each."""
    with writing() as session:
        _, kept = rows.export_aside(session, site().keys, list_id=list_id, context=context())
    columns = list(dict.fromkeys(name for row in kept for name in row.fields))
    lines: list[dict[str, object]] = [
        {**dict.fromkeys(columns, ""), **row.fields, "row": row.row_number, "wrong": "; ".join(row.faults)}
        for row in kept
    ]
    return csv_response(f"set-aside-{list_id}", lines, ["row", "wrong", *columns])


@bp.route("/frame/list", methods=["GET", "POST"])
@requires(Permission.IMPORT_LIST)
@takes_file
def bring_in() -> ResponseReturnValue:
    """One list, with its description; a fault in the file leaves the description as it was typed."""
    form = ListForm()
    faults: tuple[str, ...] = ()
    if form.validate_on_submit():
        with correcting(form):
            try:
                flash(_said(_imported(form)))
                return redirect(url_for(".page"))
            except FaultyListError as refusal:
                form.file.errors = [refusal.message]
                faults = refusal.faults
            except RenumberedError as question:
                form.renumbered.errors = [question.message]
                faults = question.faults
    page = render_template("staff/frames/list_import.html", form=form, faults=faults)
    return page, 422 if form.errors else 200


def _imported(form: ListForm) -> ImportReport:
    content = form.file.data.read()
    arrival = lists.arrival_of(
        site().keys,
        content=content,
        file_name=plain(form.file.data.filename),
        description=form.described,
        choices=form.chosen,
        context=context(),
    )
    in_turns(arrival.steps())
    return arrival.report


def _said(report: ImportReport) -> str:
    """What an import did, in a sentence or three."""
    came = f"{report.imported:,} {report.sector.words} came in, {report.in_scope:,} in scope."
    said = [f"{report.list_name}: {came}"]
    if report.quarantined:
        said.append(f"{report.quarantined:,} faulty rows were set aside.")
    gaps = [f"{count:,} without {column}" for column, count in report.gaps.items() if count]
    gaps += [f"{column} not understood: {count:,}" for column, count in report.unread.items()]
    if gaps:
        said.append(f"Gaps: {', '.join(gaps)}.")
    return " ".join([*said, "Make a frame to use them."])
