"""A press of a button that needs no other input."""

from flask_wtf import FlaskForm


class ConfirmForm(FlaskForm):
    """Nothing but the token against forged requests."""
