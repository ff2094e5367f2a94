"""The first page, signing in and out, and the pages that every reader may ask for."""

from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField, SubmitField
from wtforms.validators import InputRequired, Length, ValidationError

from survey_app.services.audit import record
from survey_app.services.people import accounts, passwords, sessions
from survey_app.services.people.sign_in import find_by_password, note_failure, note_password, note_try
from survey_app.web.account.entering import begin_half, door
from survey_app.web.forms.new_password import NewPasswordField
from survey_app.web.security import cleared
from survey_app.web.site import (
    context,
    current_person,
    own_token,
    own_words,
    person,
    public,
    reading,
    signed_in,
    site,
    visitor,
    writing,
)

bp = Blueprint("account", __name__)
REFUSED = "The email address or the password is wrong. Check both, then try again."


class SignInForm(FlaskForm):
    """Who are you?"""

    email = StringField(
        "Email address",
        # PostgreSQL stores no zero byte and would answer a fault of its own.
        filters=[lambda text: (text or "").replace("\x00", "").strip()],
        validators=[InputRequired("Enter your email address"), Length(max=254, message=REFUSED)],
        render_kw={"autocomplete": "username", "spellcheck": False, "inputmode": "email"},
    )
    password = PasswordField(
        "Password",
        validators=[InputRequired("Enter your password"), Length(max=1000, message=REFUSED)],
        render_kw={"autocomplete": "current-password"},
    )
    submit = SubmitField("Sign in")


class PasswordForm(FlaskForm):
    """Another password for oneself."""

    current = PasswordField(
        "Password now",
        validators=[InputRequired("Enter the password you have now")],
        render_kw={"autocomplete": "current-password"},
    )
    new = NewPasswordField("New password", advice="Four words that nobody would put together are good.")
    submit = SubmitField("Change the password")

    def validate_new(self, field: PasswordField) -> None:
        if field.data == self.current.data:
            raise ValidationError("The new password is the one you have now. Choose another.")


@bp.get("/")
@public
def home() -> ResponseReturnValue:
    """What waits for whoever is signed in; respondents have the front door to themselves."""
    return redirect(url_for("today.page" if current_person() else "respondent.start"))


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> ResponseReturnValue:
    """Let somebody in who knows their password; the answer never says which of the two was wrong."""
    form = SignInForm()
    if form.validate_on_submit():
        if _gave_password(str(form.email.data), str(form.password.data)):
            return redirect(url_for("second_factor.ask", next=local_path(request.args.get("next"))))
        form.form_errors.append(REFUSED)
    return render_template("account/sign_in.html", form=form), 422 if form.errors else 200


def _gave_password(email: str, password: str) -> bool:
    """Whether it was the right password; then half a session stands. Hashing holds up no writer."""
    keys, now, here = site().keys, site().clock.now(), door(email)
    with writing() as opened:
        note_try(opened, keys, door=here, now=now)
    with reading() as opened:
        person_id = find_by_password(opened, email=email, password=password)
        known = None if person_id is None else accounts.signed_in(opened, person_id=person_id)
    with writing() as opened:
        if known is None:
            note_failure(opened, context=visitor())
            return False
        note_password(opened, keys, door=here, now=now)
        begin_half(opened, known)
    return True


def local_path(wanted: str | None) -> str | None:
    """The address when it is a path of this site and nothing else, or None.

    A browser reads a backslash as a slash and leaves out control characters, so either could turn
    a path into the address of another site.
    """
    if not wanted or not wanted.startswith("/") or wanted.startswith("//"):
        return None
    if "\\" in wanted or any(ord(symbol) <= 32 or ord(symbol) == 127 for symbol in wanted):
        return None
    parts = urlsplit(wanted)
    return None if parts.scheme or parts.netloc else wanted


@bp.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """End this session on the server, for copies of its cookie too; ending it twice is the same."""
    someone = current_person()
    with writing() as opened:
        sessions.end(opened, token=own_token())
        if someone is not None:
            record(opened, context(), "signed out", "person", someone.id)
    session.clear()
    flash("You are signed out.")
    return cleared(redirect(url_for("account.sign_in")))


@bp.route("/password", methods=["GET", "POST"])
@signed_in
def password() -> ResponseReturnValue:
    """Change one's own password; whoever knew the old one is signed out."""
    form = PasswordForm()
    form.new.own = own_words(person().email, person().name)
    if form.validate_on_submit():
        if _is_own(str(form.current.data)):
            made = passwords.hashed(str(form.new.data), own=form.new.own)
            with writing() as opened:
                passwords.replace_password(
                    opened,
                    site().keys,
                    person_id=person().id,
                    made=made,
                    keep=own_token(),
                    context=context(),
                )
            flash("Your password is changed. You are signed out everywhere else.")
            return redirect(url_for(".home"))
        form.current.errors = ["This is not the password you have now. Type it again."]
    return render_template("account/password.html", form=form), 422 if form.errors else 200


def _is_own(typed: str) -> bool:
    with writing() as opened:
        passwords.note_try(opened, site().keys, person_id=person().id, now=site().clock.now())
    with reading() as opened:
        own = passwords.is_own(opened, person_id=person().id, password=typed)
    if not own:
        with writing() as opened:
            passwords.note_wrong(opened, person_id=person().id, context=context())
    return own


@bp.get("/accessibility")
@public
def accessibility() -> ResponseReturnValue:
    return render_template("account/accessibility.html")


@bp.get("/privacy")
@public
def privacy() -> ResponseReturnValue:
    """Who is responsible, on what basis, how long, and what rights there are: from the settings."""
    return render_template("account/privacy.html", settings=site().settings)


@bp.get("/help")
@public
def help_page() -> ResponseReturnValue:
    """What to do when something bars the way, and whom to ask."""
    return render_template("account/help.html", settings=site().settings)


@bp.get("/glossary")
@public
def glossary() -> ResponseReturnValue:
    """What the words of survey practice mean; the pages that use them lead to it."""
    return render_template("account/glossary.html")
