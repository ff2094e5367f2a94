"""A small application that shows every part of the shell on a few pages, for tests to read and to look at."""

from pathlib import Path
from typing import Any

import wtforms
from flask import Flask, render_template
from flask.typing import ResponseReturnValue
from flask_wtf import CSRFProtect, FlaskForm
from flask_wtf.file import FileField
from markupsafe import Markup
from wtforms.validators import InputRequired, Length, NumberRange

from survey_app.web.forms.date_parts import DatePartsField
from survey_app.web.markup import init_markup
from survey_app.web.security import init_security

HERE = Path(__file__).parent
STATIC = HERE.parents[2] / "survey_app" / "static"
NAVIGATION = [
    ("Rounds", "/", True),
    ("Panel", "/panel", False),
    ("Cycle", "/cycle", False),
    ("Results", "/results", False),
    ("Annual review", "/review", False),
    ("Agreements", "/agreements", False),
]
EVENTS = [
    {"date": "1 Sep", "label": "Opened", "state": "done"},
    {"date": "15 Sep", "label": "First reminder", "state": "done"},
    {"date": "6 Oct", "label": "Second reminder", "state": "done"},
    {"date": "Mon 19 Oct", "label": "Today", "state": "today"},
    {"date": "26 Oct", "label": "Calls begin", "state": "next"},
    {"date": "13 Nov", "label": "Closes, in 25 days", "state": "next"},
    {"date": "9 Dec", "label": "Annual review", "state": "next"},
    {"date": "26 Jan", "label": "Summary published", "state": "next"},
]
RATINGS = {
    "1": "1: poor",
    "1.5": "Between 1 and 2",
    "2": "2",
    "2.5": "Between 2 and 3",
    "3": "3: fair",
    "3.5": "Between 3 and 4",
    "4": "4",
    "4.5": "Between 4 and 5",
    "5": "5: good",
    "none": "We do not work with public bodies",
}


class PartForm(wtforms.Form):
    """A form inside the form."""

    post = wtforms.StringField("Post held", validators=[InputRequired("Enter the post held")])


class EveryField(FlaskForm):
    """One field of each kind, all of them required."""

    name = wtforms.StringField("Name of the organisation", validators=[InputRequired("Enter a name")])
    email = wtforms.EmailField(
        "Email address",
        description="We only use it for this survey",
        render_kw={"autocomplete": "email", "spellcheck": False},
        validators=[InputRequired("Enter an email address")],
    )
    staff = wtforms.IntegerField("Paid staff", validators=[NumberRange(min=0, message="Enter 0 or more")])
    income = wtforms.DecimalField("Yearly income", validators=[InputRequired("Enter the yearly income")])
    password = wtforms.PasswordField("Password", validators=[InputRequired("Enter your password")])
    account = wtforms.TextAreaField(
        "What changed?", validators=[InputRequired("Say what changed"), Length(max=200)]
    )
    rating = wtforms.RadioField(
        "How good is your working relationship?",
        choices=RATINGS,
        validators=[InputRequired("Choose a rating")],
    )
    topics = wtforms.SelectMultipleField(
        "Which of these did you discuss?",
        choices={"funding": "Funding", "voice": "Consultation", "none": "None of these"},
        validators=[InputRequired("Choose at least one")],
    )
    region = wtforms.SelectField(
        "Region",
        choices={"": "Choose a region", "ne": "North East", "sw": "South West"},
        validators=[InputRequired("Choose a region")],
    )
    agrees = wtforms.BooleanField(
        "We agree to be quoted", validators=[InputRequired("Say whether we may quote you")]
    )
    closes = DatePartsField(
        "When does it close?", called="Closing date", validators=[InputRequired("Enter the closing date")]
    )
    sent = wtforms.DateField("Sent on", validators=[InputRequired("Enter when it was sent")])
    papers = FileField("Supporting paper", validators=[InputRequired("Choose a file")])
    part = wtforms.FormField(PartForm)
    areas = wtforms.FieldList(
        wtforms.StringField("Area", validators=[InputRequired("Enter an area")]), min_entries=2
    )
    token = wtforms.HiddenField()
    save = wtforms.SubmitField("Save and continue")


class QuestionForm(FlaskForm):
    """One question on a page of its own."""

    rating = wtforms.RadioField(
        "How good is your working relationship with public bodies?",
        description="Think of the last 12 months. Use the points in between if they fit better.",
        choices={**RATINGS, "unknown": "Do not know"},
        validators=[InputRequired("Choose how good your working relationship is")],
    )
    save = wtforms.SubmitField("Save and continue")


def kitchen_sink(*, csrf: bool = True) -> Flask:
    """The application: /dashboard, /form, /question and /error; `csrf` false takes forms without a token."""
    app = Flask(__name__, template_folder=str(HERE / "templates"), static_folder=str(STATIC))
    app.config["SECRET_KEY"] = "a key for tests"
    app.config["WTF_CSRF_ENABLED"] = csrf
    app.testing = True
    CSRFProtect(app)
    init_markup(app)
    init_security(app)
    app.context_processor(
        lambda: {"navigation": NAVIGATION, "synthetic": True, "signed_in_name": "Jo Okafor"}
    )
    app.add_url_rule("/dashboard", view_func=dashboard)
    app.add_url_rule("/form", view_func=every_field, methods=["GET", "POST"])
    app.add_url_rule("/question", view_func=question, methods=["GET", "POST"])
    app.add_url_rule("/error", view_func=error)
    return app


def dashboard() -> str:
    return render_template("dashboard.html", events=EVENTS)


def every_field() -> ResponseReturnValue:
    form = EveryField()
    form.validate_on_submit()
    return render_template("form.html", form=form), 422 if form.errors else 200


def question() -> ResponseReturnValue:
    form = QuestionForm()
    form.validate_on_submit()
    return render_template("question.html", form=form, options=rating_options()), 422 if form.errors else 200


def rating_options() -> dict[str, dict[str, Any]]:
    whole = {value: {"label_classes": "govuk-!-font-weight-bold"} for value in RATINGS if len(value) == 1}
    return {**whole, "none": {"divider": "or"}}


def error() -> ResponseReturnValue:
    page = render_template(
        "base/error.html",
        title="This page has moved",
        explanation="The round it belonged to has closed.",
        next_steps=["Go back to the list of rounds.", Markup('<a class="govuk-link" href="/">Start</a>')],
        reference="r-123",
    )
    return page, 404
