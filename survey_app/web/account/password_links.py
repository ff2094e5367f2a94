"""Where a link leads by which somebody chooses their password, new here or having lost theirs."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import SubmitField

from survey_app.services.people import password_links, passwords
from survey_app.services.people.password_links import Invited
from survey_app.web.forms.new_password import NewPasswordField
from survey_app.web.site import own_words, public, reading, site, visitor, writing

bp = Blueprint("password_links", __name__)


class ChooseForm(FlaskForm):
    """A password of one's own."""

    new = NewPasswordField("Password", advice="Four words that nobody would put together are good.")
    submit = SubmitField("Save this password")


@bp.route("/choose-password/<token>", methods=["GET", "POST"])
@public
def choose(token: str) -> ResponseReturnValue:
    """Let whoever has the link choose a password, once."""
    with reading() as opened:
        known = password_links.invited(opened, token=token, now=site().clock.now())
    if known is None:
        return render_template("account/link_over.html"), 404
    form = ChooseForm()
    form.new.own = own_words(known.email, known.name)
    if form.validate_on_submit():
        _choose(token, known, str(form.new.data))
        flash("Your password is saved. Sign in with it now.")
        return redirect(url_for("account.sign_in"))
    page = render_template("account/choose_password.html", form=form, known=known)
    return page, 422 if form.errors else 200


def _choose(token: str, known: Invited, password: str) -> None:
    made = passwords.hashed(password, own=own_words(known.email, known.name))
    with writing() as opened:
        doing = visitor(known.email)
        password_links.choose_password(opened, site().keys, token=token, made=made, context=doing)
