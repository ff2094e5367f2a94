"""The second factor: set up at the first sign-in, asked at each from then on, looked after by its owner."""

import segno
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from markupsafe import Markup
from wtforms import StringField, SubmitField
from wtforms.validators import InputRequired, Length

from survey_app.errors import InvalidError
from survey_app.services.people import second_factor, sessions
from survey_app.services.people.accounts import SignedIn
from survey_app.services.people.second_factor import Taken
from survey_app.web.account.entering import begin_half, come_in, door, halfway, onwards
from survey_app.web.account.views import local_path
from survey_app.web.site import context, person, public, reading, signed_in, site, visitor, writing

bp = Blueprint("second_factor", __name__)
WRONG = "This code is wrong or was used. Wait for the next one and type it."
MAX_LENGTH = 40


def _code_field(label: str) -> StringField:
    return StringField(
        label,
        validators=[InputRequired("Enter the code"), Length(max=MAX_LENGTH, message=WRONG)],
        render_kw={"autocomplete": "one-time-code", "spellcheck": False, "inputmode": "text"},
    )


class CodeForm(FlaskForm):
    """What the authenticator shows."""

    code = _code_field("Code")
    submit = SubmitField("Continue")


class OwnForm(FlaskForm):
    """A code, and what it is given for."""

    code = _code_field("A code of your authenticator, or a recovery code")
    codes = SubmitField("Make new recovery codes")
    replace = SubmitField("Set up another authenticator")


@bp.route("/sign-in/code", methods=["GET", "POST"])
@public
def ask() -> ResponseReturnValue:
    """Ask whoever gave their password for a code."""
    known = halfway()
    if known is None:
        return redirect(url_for("account.sign_in", next=request.args.get("next")))
    with reading() as opened:
        if not second_factor.is_set_up(opened, person_id=known.id):
            return redirect(url_for(".set_up", next=request.args.get("next")))
    form = CodeForm()
    if form.validate_on_submit():
        if taken := _taken(known, str(form.code.data), enters=True):
            if taken.recovery:
                flash(f"That was a recovery code; {taken.left} are left. Make new ones here.", "info")
                return redirect(onwards(known, url_for(".own")))
            return redirect(onwards(known, local_path(request.args.get("next"))))
        form.code.errors = [WRONG]
    page = render_template("account/code.html", form=form, shown=_shown(known))
    return page, 422 if form.errors else 200


def _taken(known: SignedIn, code: str, *, enters: bool = False) -> Taken | None:
    """Take a code, and let in whoever gave it; None where it is wrong, which is on the audit trail."""
    keys, now, here = site().keys, site().clock.now(), door(known.email)
    with writing() as opened:
        second_factor.note_try(opened, keys, person_id=known.id, door=here, now=now)
    with writing() as opened:
        taken = second_factor.take(opened, keys, person_id=known.id, code=code, door=here, now=now)
        if taken is None:
            second_factor.note_wrong(opened, person_id=known.id, context=visitor(known.email))
        elif enters:
            come_in(opened, known)
    return taken


def _shown(known: SignedIn) -> str:
    """The code of now, which a demonstration shows to everybody, or ""."""
    if not site().synthetic:
        return ""
    with reading() as opened:
        code = second_factor.code_of_demonstration(
            opened, site().keys, person_id=known.id, now=site().clock.now()
        )
    return f"{code[:3]} {code[3:]}"


@bp.route("/sign-in/set-up", methods=["GET", "POST"])
@public
def set_up() -> ResponseReturnValue:
    """Show the secret for an authenticator, and keep it once it gave the right code."""
    known = halfway()
    if known is None:
        return redirect(url_for("account.sign_in", next=request.args.get("next")))
    with writing() as opened:
        if second_factor.is_set_up(opened, person_id=known.id):
            return redirect(url_for(".ask", next=request.args.get("next")))
        secret = second_factor.secret_to_set_up(opened, site().keys, person_id=known.id)
    form = CodeForm()
    if form.validate_on_submit():
        try:
            codes = _confirmed(known, str(form.code.data))
            return _codes_page(codes, onwards(known, local_path(request.args.get("next"))))
        except InvalidError as fault:
            form.code.errors = [str(fault)]
    page = render_template(
        "account/set_up.html",
        form=form,
        picture=_picture(known, secret),
        secret=second_factor.in_fours(secret),
        shown=_shown(known),
        product=site().settings.product,
    )
    return page, 422 if form.errors else 200


def _confirmed(known: SignedIn, code: str) -> tuple[str, ...]:
    keys, now = site().keys, site().clock.now()
    with writing() as opened:
        second_factor.note_try(opened, keys, person_id=known.id, door=door(known.email), now=now)
    with writing() as opened:
        codes = second_factor.confirm(
            opened, keys, person_id=known.id, code=code, context=visitor(known.email)
        )
        come_in(opened, known)
    return codes


def _codes_page(codes: tuple[str, ...], next_url: str) -> str:
    return render_template("account/recovery_codes.html", codes=codes, next_url=next_url)


def _picture(known: SignedIn, secret: str) -> Markup:
    """The address of the secret as a picture for a camera: plain paths, which the policy lets pass."""
    address = second_factor.address_of(secret, email=known.email, product=site().settings.product)
    picture = segno.make(address, micro=False)
    return Markup(picture.svg_inline(scale=4, border=4, light="#ffffff", dark="#000000"))  # noqa: S704


@bp.route("/second-factor", methods=["GET", "POST"])
@signed_in
def own() -> ResponseReturnValue:
    """How many recovery codes are left; new ones, or another authenticator, for a code of the one of now."""
    form, someone = OwnForm(), person()
    if form.validate_on_submit():
        if _taken(someone, str(form.code.data)):
            return _replace(someone) if form.replace.data else _renew(someone)
        form.code.errors = [WRONG]
    with reading() as opened:
        left = second_factor.recovery_codes_left(opened, person_id=someone.id)
        shown = _shown(someone) if second_factor.is_set_up(opened, person_id=someone.id) else ""
    page = render_template("account/second_factor.html", form=form, left=left, shown=shown)
    return page, 422 if form.errors else 200


def _renew(someone: SignedIn) -> str:
    with writing() as opened:
        codes = second_factor.renew_recovery_codes(opened, person_id=someone.id, context=context())
    return _codes_page(codes, url_for(".own"))


def _replace(someone: SignedIn) -> ResponseReturnValue:
    doing = context()
    with writing() as opened:
        second_factor.remove(opened, person_id=someone.id, context=doing)
        sessions.end_others(opened, person_id=someone.id)
        begin_half(opened, someone)
    return redirect(url_for(".set_up"))
