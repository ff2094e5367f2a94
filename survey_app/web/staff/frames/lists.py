"""Lists: brought in, looked at beside the edition before, taken or given up, and given back."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import SubmitField

from survey_app.clock import in_words
from survey_app.services.frames import differences, history, lists, rows, taking, taking_back
from survey_app.services.frames.differences import Differences, Way
from survey_app.services.frames.editions import RenumberedError
from survey_app.services.frames.history import Edition
from survey_app.services.frames.lists import Arrival, FaultyListError, ImportReport
from survey_app.services.people.permissions import Permission
from survey_app.web.confirming import MAX_REASON, Intent, asks_first, reason
from survey_app.web.downloads import csv_response
from survey_app.web.forms.confirm import ConfirmForm
from survey_app.web.forms.fields import LineField, correcting, plain
from survey_app.web.site import context, in_turns, person, reading, requires, site, takes_file, writing
from survey_app.web.staff.frames.description import ListForm
from survey_app.web.staff.loading import EDITION, loads
from survey_app.web.urls import NUMBER

bp = Blueprint("lists", __name__)
PER_PAGE = 50
COLUMNS = ("difference", "source_id", "name", "what")


class TakeForm(FlaskForm):
    """Whether an edition that was looked at is taken; so much that is different is explained."""

    why = LineField("Why is so much different?", description="Kept on the audit trail, with your name.")
    submit = SubmitField("Take this list")


@bp.get("/frame/lists")
@requires(Permission.SEE_FRAME)
def listing() -> ResponseReturnValue:
    """Every edition of every list, the newest first."""
    with reading() as session:
        every = history.editions_of(session, person().programme_id, now=site().clock.now())
    return render_template("staff/frames/lists.html", every=every, someone=person())


@bp.get(f"/frame/lists/<{NUMBER}:list_id>")
@requires(Permission.IMPORT_LIST)
@loads(EDITION)
def page(edition: Edition) -> ResponseReturnValue:
    """One edition: what it changes, the rows set aside, and whether it can be taken or given back."""
    return _page(edition, TakeForm(formdata=None))


def _page(edition: Edition, form: TakeForm) -> ResponseReturnValue:
    with reading() as session:
        differing = _differences(edition)
        aside = rows.first_aside(session, list_id=edition.id, count=PER_PAGE)
        resting = taking_back.rests_on_list(session, list_id=edition.id)
    chosen = Way(request.args["show"]) if request.args.get("show") in list(Way) else None
    lines = [line for line in differing.lines if chosen in (None, line.way)]
    pages = max(1, -(-len(lines) // PER_PAGE))
    number = min(max(request.args.get("page", 1, type=int), 1), pages)
    shown = render_template(
        "staff/frames/edition.html",
        edition=edition,
        differing=differing,
        counts={way: len(differing.of(way)) for way in Way},
        chosen=chosen,
        lines=lines[(number - 1) * PER_PAGE : number * PER_PAGE],
        number=number,
        pages=pages,
        aside=aside,
        resting=resting,
        form=form,
        confirm=ConfirmForm(formdata=None),
        someone=person(),
    )
    return shown, 422 if form.errors else 200


def _differences(edition: Edition) -> Differences:
    with reading() as session:
        return differences.differences(session, list_id=edition.id, programme_id=person().programme_id)


@bp.get(f"/frame/lists/<{NUMBER}:list_id>/differences.csv")
@requires(Permission.IMPORT_LIST)
@loads(EDITION)
def download(edition: Edition) -> ResponseReturnValue:
    """Who is new, changed and gone, as a file; that it left is on the audit trail."""
    with writing() as session:
        found_out = differences.export(session, list_id=edition.id, context=context())
    lines: list[dict[str, object]] = [
        {"difference": line.way.value, "source_id": line.identifier, "name": line.name, "what": line.words}
        for line in found_out.lines
    ]
    return csv_response(f"differences-{edition.id}", lines, COLUMNS)


@bp.get(f"/frame/lists/<{NUMBER}:list_id>/rows.csv")
@requires(Permission.IMPORT_LIST)
@loads(EDITION)
def every_row(edition: Edition) -> ResponseReturnValue:
    """The rows of an edition as far as frames are made of them; that they left is on the audit trail."""
    with writing() as session:
        kept = rows.export_rows(session, list_id=edition.id, context=context())
    columns = list(dict.fromkeys(name for row in kept for name in row))
    lines: list[dict[str, object]] = [{**dict.fromkeys(columns, ""), **row} for row in kept]
    return csv_response(f"list-{edition.id}", lines, columns)


@bp.post(f"/frame/lists/<{NUMBER}:list_id>/take")
@requires(Permission.IMPORT_LIST)
@loads(EDITION)
def take(edition: Edition) -> ResponseReturnValue:
    """Put an edition in force whose differences were seen; past the usual share a reason is asks_why."""
    form = TakeForm()
    if form.validate_on_submit():
        why = form.why.data or ""
        if _differences(edition).unusual and not 0 < len(why) <= MAX_REASON:
            form.why.errors = [f"Enter why so much is different, in at most {MAX_REASON} characters"]
            return _page(edition, form)
        in_turns(
            taking.take(site().keys, list_id=edition.id, why=why, context=context(), person_id=person().id)
        )
        flash(f"{edition.name}, as of {in_words(edition.dated)}, is taken. Make a frame to use it.")
    return redirect(url_for("frames.page"))


@bp.post(f"/frame/lists/<{NUMBER}:list_id>/give-up")
@requires(Permission.IMPORT_LIST)
@loads(EDITION)
def give_up(edition: Edition) -> ResponseReturnValue:
    """Take away an edition that nobody has taken."""
    if ConfirmForm().validate_on_submit():
        in_turns(taking_back.give_up(site().keys, list_id=edition.id, context=context()))
        flash(f"{edition.name}, as of {in_words(edition.dated)}, is not taken. Nothing has changed.")
    return redirect(url_for(".listing"))


def _of_born(count: int) -> str:
    who = (
        "1 organisation that came with it goes"
        if count == 1
        else f"{count:,} organisations that came with it go"
    )
    return f"{who}, unless another list names it, it is a case, or somebody wrote a contact down."


def _giving_back(edition: Edition) -> Intent:
    differing = _differences(edition)
    born = edition.rows if differing.before is None else len(differing.of(Way.NEW))
    before = f"The edition of {in_words(differing.before)} is" if differing.before else "No edition of it is"
    return Intent(
        title=f"Give {edition.name} back",
        will=(
            f"The edition of {in_words(edition.dated)}, with {edition.rows:,} rows, is taken away.",
            f"{before} in force then.",
            *([_of_born(born)] if born else []),
            "The others have the name and the address again that they had before it.",
        ),
        undo="The same file can be brought in again: its organisations have the same random numbers then.",
        button="Give the list back",
        back=url_for(".page", list_id=edition.id),
    )


@bp.post(f"/frame/lists/<{NUMBER}:list_id>/give-back")
@requires(Permission.IMPORT_LIST)
@loads(EDITION)
@asks_first(_giving_back, asks_why="Why is this list given back?")
def give_back(edition: Edition) -> ResponseReturnValue:
    """Take back an edition that no frame is made of."""
    in_turns(taking_back.give_back(site().keys, list_id=edition.id, why=reason(), context=context()))
    flash(f"{edition.name}, as of {in_words(edition.dated)}, is given back.")
    return redirect(url_for(".listing"))


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
                arrival = _imported(form)
                flash(_said(arrival.report))
                return redirect(url_for(".page", list_id=arrival.source.id))
            except FaultyListError as refusal:
                form.file.errors = [refusal.message]
                faults = refusal.faults
            except RenumberedError as question:
                form.renumbered.errors = [question.message]
                faults = question.faults
    page = render_template("staff/frames/list_import.html", form=form, faults=faults)
    return page, 422 if form.errors else 200


def _imported(form: ListForm) -> Arrival:
    content = form.file.data.read()
    arrival = lists.arrival_of(
        site().keys,
        content=content,
        file_name=plain(form.file.data.filename),
        description=form.described,
        choices=form.chosen,
        context=context(),
    )
    in_turns(arrival.steps_to_wait())
    return arrival


def _said(report: ImportReport) -> str:
    """What was read, in a sentence or three."""
    came = f"{report.imported:,} {report.sector.words} are on it, {report.in_scope:,} in scope."
    said = [f"{report.list_name}: {came}"]
    if report.quarantined:
        said.append(f"{report.quarantined:,} faulty rows were set aside.")
    gaps = [f"{count:,} without {column}" for column, count in report.gaps.items() if count]
    gaps += [f"{column} not understood: {count:,}" for column, count in report.unread.items()]
    if gaps:
        said.append(f"Gaps: {', '.join(gaps)}.")
    return " ".join([*said, "Look at what it changes, then take it or give it up."])
