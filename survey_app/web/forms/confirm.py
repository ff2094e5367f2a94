"""A press of a button, without anything to fill in."""

from flask_wtf import FlaskForm


class ConfirmForm(FlaskForm):
    """Nothing but the token against forged requests."""
