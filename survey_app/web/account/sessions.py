"""Where somebody is signed in: seen and ended by themselves."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from survey_app.clock import LONDON
from survey_app.services.people import sessions
from survey_app.web.site import context, own_token, person, reading, signed_in, site, writing
from survey_app.web.urls import KEY

bp = Blueprint("sessions", __name__)
# What browsers say of themselves, in this order: each names those after it as well.
BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "Mac",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


@bp.get("/sessions")
@signed_in
def listing() -> ResponseReturnValue:
    """Each session that stands, and this one among them."""
    with reading() as opened:
        lines = sessions.sessions_of(opened, person_id=person().id, token=own_token(), now=site().clock.now())
    rows = [
        (
            line,
            device_in_words(line.device),
            line.started_at.astimezone(LONDON),
            line.ends_at.astimezone(LONDON),
        )
        for line in lines
    ]
    return render_template("account/sessions.html", rows=rows)


@bp.post(f"/sessions/<{KEY}:key>/end")
@signed_in
def end(key: int) -> ResponseReturnValue:
    with writing() as opened:
        sessions.end_own(opened, key=key, person_id=person().id, context=context())
    flash("That session is ended.")
    return redirect(url_for(".listing"))


@bp.post("/sessions/end-others")
@signed_in
def end_others() -> ResponseReturnValue:
    with writing() as opened:
        sessions.end_own_others(opened, person_id=person().id, keep=own_token(), context=context())
    flash("You are signed out everywhere else.")
    return redirect(url_for(".listing"))


def device_in_words(agent: str) -> str:
    """What a browser says of itself, as people say it: Firefox on Windows."""
    browser = next((name for sign, name in BROWSERS.items() if sign in agent), "A browser")
    system = next((name for sign, name in SYSTEMS.items() if sign in agent), "")
    return f"{browser} on {system}" if system else browser
