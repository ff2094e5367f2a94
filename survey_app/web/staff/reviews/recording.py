"""The record of a review on the screen: written part by part, sent to both sides, agreed to or returned."""

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import HiddenField, SubmitField

from sampling.frame import Sector
from survey_app.errors import ConflictError, NotFoundError
from survey_app.services.people.permissions import Permission
from survey_app.services.questionnaires.signoff import SIGNS_FOR
from survey_app.services.reviews import recording, records, signing
from survey_app.services.reviews.ballots import MIN_VOTERS
from survey_app.services.reviews.records import EditionView, PartView, RecordView
from survey_app.services.reviews.vocabulary import Part
from survey_app.services.rounds.lifecycle import RoundView
from survey_app.web.forms.fields import ProseField, correcting
from survey_app.web.site import context, person, reading, requires, site, writing
from survey_app.web.staff.loading import RECORD, REVIEW, loads
from survey_app.web.staff.results.downloads import downloaded
from survey_app.web.staff.reviews.asking import WhyForm, act
from survey_app.web.urls import NUMBER

bp = Blueprint("records", __name__)
OF_REVIEW = f"/reviews/<{NUMBER}:review_id>/record"
OF_EDITION = f"/reviews/records/<{NUMBER}:record_id>"


class PartForm(FlaskForm):
    """The words of a part, and from which version its writer began."""

    words = ProseField("What does the record say?")
    seen = HiddenField()
    submit = SubmitField("Save this part")


class SendForm(FlaskForm):
    """What another edition puts right, where there is an agreed one."""

    corrects = ProseField("What is put right in the agreed record?")
    submit = SubmitField("Send to both sides")


class AgreeForm(FlaskForm):
    """Agreement, with dissent where there is any."""

    dissent = ProseField(
        "Does your side dissent from anything?",
        description="Leave empty if not. Your words are printed as they stand",
    )
    submit = SubmitField("Agree to this record")


class ReturnForm(FlaskForm):
    """What is to be put right."""

    words = ProseField("What is to be put right?")
    submit = SubmitField("Return this record")


def record_url(review_id: int) -> str:
    """The page of a review's record."""
    return url_for("reviews.records.page", review_id=review_id)


@bp.get(OF_REVIEW)
@requires(Permission.SEE_REVIEWS)
@loads(REVIEW)
def page(review: RoundView) -> ResponseReturnValue:
    """The record: its parts, or what is before both sides or agreed, and what they said of it."""
    with reading() as session:
        record = records.record_of(session, round_id=review.id)
    return render_template(
        "staff/reviews/record.html",
        review=review,
        record=record,
        shown=_shown(record),
        signs_for=[sector for sector, permission in SIGNS_FOR.items() if person().may(permission)],
        sectors=tuple(Sector),
        fewest=MIN_VOTERS,
        someone=person(),
    )


def _shown(record: RecordView) -> EditionView | None:
    """What is read: the edition before both sides, else the newest that they agreed to."""
    return record.editions[0] if record.is_sent else record.agreed


@bp.route(f"{OF_REVIEW}/parts/<part>", methods=["GET", "POST"])
@requires(Permission.RUN_SESSIONS)
@loads(REVIEW)
def write(review: RoundView, part: str) -> ResponseReturnValue:
    """Write a part; where somebody else saved it meanwhile, both texts are on the page."""
    if part not in list(Part):
        raise NotFoundError("part", part)
    form = PartForm()
    if form.validate_on_submit():
        with correcting(form, ConflictError):
            with writing() as session:
                recording.write(
                    session,
                    round_id=review.id,
                    part=Part(part),
                    words=form.words.data or "",
                    seen=_number(form.seen.data),
                    context=context(),
                )
            flash("Part saved.")
            return redirect(record_url(review.id))
    return _writing(review, _part(review, part), form)


def _number(typed: str | None) -> int:
    return int(typed) if typed and typed.isascii() and typed.isdigit() and len(typed) < 10 else -1


def _part(review: RoundView, part: str) -> PartView:
    with reading() as session:
        record = records.record_of(session, round_id=review.id)
    return next(one for one in record.parts if one.part == part)


def _writing(review: RoundView, now: PartView, form: PartForm) -> ResponseReturnValue:
    refused = bool(form.errors or form.form_errors)
    theirs = now if refused and _number(form.seen.data) != now.number else None
    if not form.is_submitted():
        form.words.data = now.words
    # Whoever saves after this has seen the version that the page shows.
    form.seen.data = str(now.number)
    page = render_template(
        "staff/reviews/record_part.html", form=form, part=now, theirs=theirs, review=review
    )
    return page, 422 if refused else 200


@bp.route(f"{OF_REVIEW}/send", methods=["GET", "POST"])
@requires(Permission.KEEP_REVIEWS)
@loads(REVIEW)
def send(review: RoundView) -> ResponseReturnValue:
    """Send the record to both sides as it stands."""
    with reading() as session:
        agreed = records.record_of(session, round_id=review.id).agreed
    form = SendForm()
    if agreed is None:
        del form.corrects
    return act(
        form,
        lambda session: recording.send(
            session,
            round_id=review.id,
            product=site().settings.product,
            corrects=form.corrects.data or "" if "corrects" in form else "",
            context=context(),
        ),
        said="Record sent to both sides. It waits on Today for those who sign for them.",
        to=record_url(review.id),
        heading="Send the record to both sides",
        caption=review.title,
        intro=[
            "Who met, the findings, the votes, decisions, dissent and actions are added as they stand now, "
            "beside the parts that were written. Both sides agree to this text, or return it with words."
        ],
    )


@bp.route(f"{OF_EDITION}/take-back", methods=["GET", "POST"])
@requires(Permission.KEEP_REVIEWS)
@loads(RECORD)
def take_back(edition: EditionView) -> ResponseReturnValue:
    """Take a record back to write on."""
    form = WhyForm()
    form.submit.label.text = "Take it back"
    return act(
        form,
        lambda session: signing.take_back(
            session, record_id=edition.id, why=form.why.data or "", context=context()
        ),
        said="Record taken back. It can be written on, and sent again.",
        to=record_url(edition.round_id),
        heading="Take the record back",
        caption=edition.contents.title,
        intro=["Whoever agreed to it has to agree to the next one again."],
    )


def _agree(edition: EditionView, sector: Sector) -> ResponseReturnValue:
    form = AgreeForm()
    return _spoken(
        form,
        edition,
        lambda session, **by: signing.agree(session, dissent=form.dissent.data or "", **by),
        sector=sector,
        said="Agreed. It is final once both sides have agreed.",
        heading="Agree to the record",
    )


def _return(edition: EditionView, sector: Sector) -> ResponseReturnValue:
    form = ReturnForm()
    return _spoken(
        form,
        edition,
        lambda session, **by: signing.send_back(session, words=form.words.data or "", **by),
        sector=sector,
        said="Record returned with your words.",
        heading="Return the record",
    )


def _spoken(
    form: FlaskForm,
    edition: EditionView,
    speak: Callable[..., object],
    *,
    sector: Sector,
    said: str,
    heading: str,
) -> ResponseReturnValue:
    """Do what a side says of a record; a refusal stands on the form, with what was typed."""
    return act(
        form,
        lambda session: speak(
            session, record_id=edition.id, sector=sector, person_id=person().id, context=context()
        ),
        said=said,
        to=record_url(edition.round_id),
        heading=heading,
        caption=f"{edition.contents.title}, edition {edition.number}",
    )


@bp.route(f"{OF_EDITION}/agree/public", methods=["GET", "POST"])
@requires(Permission.SIGN_OFF_PUBLIC)
@loads(RECORD)
def agree_for_public_bodies(edition: EditionView) -> ResponseReturnValue:
    """Agree for public bodies."""
    return _agree(edition, Sector.PUBLIC)


@bp.route(f"{OF_EDITION}/agree/voluntary", methods=["GET", "POST"])
@requires(Permission.SIGN_OFF_VOLUNTARY)
@loads(RECORD)
def agree_for_voluntary_organisations(edition: EditionView) -> ResponseReturnValue:
    """Agree for voluntary organisations."""
    return _agree(edition, Sector.VOLUNTARY)


@bp.route(f"{OF_EDITION}/return/public", methods=["GET", "POST"])
@requires(Permission.SIGN_OFF_PUBLIC)
@loads(RECORD)
def return_for_public_bodies(edition: EditionView) -> ResponseReturnValue:
    """Return it for public bodies."""
    return _return(edition, Sector.PUBLIC)


@bp.route(f"{OF_EDITION}/return/voluntary", methods=["GET", "POST"])
@requires(Permission.SIGN_OFF_VOLUNTARY)
@loads(RECORD)
def return_for_voluntary_organisations(edition: EditionView) -> ResponseReturnValue:
    """Return it for voluntary organisations."""
    return _return(edition, Sector.VOLUNTARY)


@bp.get(f"{OF_EDITION}/pdf")
@requires(Permission.SEE_REVIEWS)
@loads(RECORD)
def pdf(edition: EditionView) -> ResponseReturnValue:
    """The PDF of an agreed record."""
    with writing() as session:
        file = records.file_of(session, site().keys, record_id=edition.id, context=context())
    return downloaded(file)
