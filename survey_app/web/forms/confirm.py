"""A press of a button: to do it, or to agree or refuse what another person asked for."""

from flask_wtf import FlaskForm
from wtforms import SubmitField

from survey_app.web.forms.fields import LineField


class ConfirmForm(FlaskForm):
    """Nothing but the token against forged requests."""


class DecisionForm(FlaskForm):
    """Whether what another person asked for is done; who says no says why."""

    reason = LineField("If you refuse, say why")
    agree = SubmitField("Agree")
    refuse = SubmitField("Refuse")
