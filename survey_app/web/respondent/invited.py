"""Where the link of an invitation to a session leads: what is asked, and a reply by a button.

Opening the page changes nothing: mail scanners open links. The code is in the address, as it is in the
letter; nothing of it is kept in a cookie, and the log knows the route alone.
"""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import RadioField, SubmitField
from wtforms.validators import InputRequired

from survey_app.errors import StageError
from survey_app.services.people.attempts import count_try, network_of
from survey_app.services.reviews.mailing import replying
from survey_app.services.reviews.vocabulary import Reply
from survey_app.web.forms.fields import ProseField, correcting
from survey_app.web.respondent.blueprint import bp
from survey_app.web.site import public, reading, site, visitor, writing

# As many as codes that are typed: this only keeps a machine from trying for ever.
WRONG_LINKS_PER_NETWORK = 20
REPLIES = {
    Reply.ACCEPTED.value: "Yes, somebody comes",
    Reply.DECLINED.value: "No, nobody can come",
}


class ComeForm(FlaskForm):
    """Whether somebody comes, and what they need."""

    reply = RadioField(
        "Will somebody come?", choices=REPLIES, validators=[InputRequired("Say whether somebody comes")]
    )
    needs = ProseField(
        "What do you need so that you can take part?",
        description="Access, an interpreter, papers in another form or language. Only those who prepare the "
        "session see it, and it is deleted when the session is over. Leave empty if you need nothing",
    )
    submit = SubmitField("Send the reply")


@bp.route("/invited/<code>", methods=["GET", "POST"])
@public
def invited(code: str) -> ResponseReturnValue:
    """What an organisation is asked to, and its reply, which may be changed until the session is held."""
    with reading() as session:
        known = replying.invited_by(session, site().keys, code=code, context=visitor())
    if known is None:
        _count_guess()
        return render_template("respondent/invited_over.html"), 404
    said = known.reply.value if known.reply in replying.REPLIES else None
    form = ComeForm(data={"reply": said, "needs": known.needs})
    if not known.over and form.validate_on_submit():
        with correcting(form, StageError):
            with writing() as session:
                replying.reply(
                    session,
                    site().keys,
                    code=code,
                    reply=Reply(str(form.reply.data)),
                    needs=form.needs.data or "",
                    context=visitor(known.organisation),
                )
            flash("Thank you. Your reply is saved. You may change it here until the session is held.")
            return redirect(url_for("respondent.invited", code=code))
    page = render_template("respondent/invited.html", known=known, form=form, replies=REPLIES)
    return page, 422 if form.errors else 200


def _count_guess() -> None:
    """Count a link that opens nothing.

    Raises:
        TooManyAttemptsError: too many were tried from this network.
    """
    network = site().keys.lookup(f"invitation from {network_of(request.remote_addr or '')}")
    with writing() as session:
        count_try(session, network, maximum=WRONG_LINKS_PER_NETWORK, now=site().clock.now())
