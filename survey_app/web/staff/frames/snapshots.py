"""The frames: the newest, one of any day, a new one made, one that nothing rests on discarded."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import SubmitField
from wtforms.validators import InputRequired

from survey_app.clock import in_words, london_date
from survey_app.services.frames import editions, history, snapshots, taking_back
from survey_app.services.frames.snapshots import FramePage
from survey_app.services.people.permissions import Permission
from survey_app.web.confirming import Intent, asks_first, reason
from survey_app.web.forms.date_parts import DatePartsField
from survey_app.web.forms.fields import correcting
from survey_app.web.site import context, in_turns, person, reading, requires, site
from survey_app.web.staff.frames import lists
from survey_app.web.staff.loading import FRAME, loads
from survey_app.web.urls import NUMBER

bp = Blueprint("frames", __name__)
bp.register_blueprint(lists.bp)


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
    return _newest(FrameForm(data={"as_of": london_date(site().clock.now())}))


def _newest(form: FrameForm) -> ResponseReturnValue:
    with reading() as session:
        frame = snapshots.newest_page(session, programme_id=person().programme_id)
    return _shown(frame, form), 422 if form.errors else 200


def _shown(frame: FramePage | None, form: FrameForm | None) -> str:
    """One frame with what can be done with it; `form` makes another, and stands with the newest alone."""
    with reading() as session:
        every = history.frames_of(session, person().programme_id)
        come = history.editions_of(session, person().programme_id, now=site().clock.now())
        resting = taking_back.rests_on_frame(session, frame_id=frame.id) if frame else ()
    return render_template(
        "staff/frames/page.html",
        frame=frame,
        form=form,
        every=every,
        to_take=[one for one in come if one.waits_until],
        waiting=[one for one in come if one.state == history.FOR_A_FRAME],
        resting=resting,
        someone=person(),
    )


@bp.get(f"/frame/<{NUMBER}:frame_id>")
@requires(Permission.SEE_FRAME)
@loads(FRAME)
def of_a_day(frame: FramePage) -> ResponseReturnValue:
    """One frame, of whatever day."""
    return _shown(frame, None)


def _making() -> Intent | None:
    form = FrameForm()
    if not form.validate():
        return None
    day = in_words(form.as_of.data)
    with reading() as session:
        waiting = editions.rows_in_force(session, person().programme_id)
        number = snapshots.next_number(session, person().programme_id)
    return Intent(
        title="Make a frame",
        will=(
            f"Frame {number} describes {waiting:,} organisations of the lists in force, as of {day}.",
            "Panels are drawn from it from then on. Those drawn before stay as they are.",
        ),
        undo="A frame is never changed. While no panel is drawn from it, it can be discarded on its page.",
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
    return _newest(form)


def _discarding(frame: FramePage) -> Intent:
    with reading() as session:
        every = history.frames_of(session, person().programme_id)
    before = next((one for one in every if one.number < frame.number), None)
    is_newest = bool(every) and every[0].id == frame.id
    then = f"Panels are drawn from frame {before.number} again." if before else "There is no frame then."
    return Intent(
        title=f"Discard frame {frame.number}",
        will=(
            f"Frame {frame.number}, as of {in_words(frame.as_of)}, is taken away, with its "
            f"{frame.organisations:,} entries.",
            *([then] if is_newest else []),
            "Its lists and organisations stay.",
        ),
        undo="Another frame can be made of the lists in force at any time.",
        button=f"Discard frame {frame.number}",
        back=url_for(".of_a_day", frame_id=frame.id),
    )


@bp.post(f"/frame/<{NUMBER}:frame_id>/discard")
@requires(Permission.IMPORT_LIST)
@loads(FRAME)
@asks_first(_discarding, asks_why="Why is this frame discarded?")
def discard(frame: FramePage) -> ResponseReturnValue:
    """Take away a frame that no panel and no plan goes by."""
    in_turns(taking_back.discard_frame(frame_id=frame.id, why=reason(), context=context()))
    flash(f"Frame {frame.number} is discarded.")
    return redirect(url_for(".page"))
