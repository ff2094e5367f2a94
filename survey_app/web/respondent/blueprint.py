"""The blueprint of the respondent's journey; the views beside it add themselves to it."""

from flask import Blueprint

bp = Blueprint("respondent", __name__)
