"""Texts before they leave the team: what in them could name somebody. Nothing that is checked is kept."""

from collections.abc import Iterator, Sequence

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import SubmitField
from wtforms.validators import InputRequired, Length

from sampling.identifiers.hits import Hit
from survey_app.services import identifiers
from survey_app.services.people.permissions import Permission
from survey_app.web.forms.fields import ProseField
from survey_app.web.site import reading, requires

bp = Blueprint("texts", __name__)
Piece = tuple[str, int]


class CheckForm(FlaskForm):
    """A text."""

    text = ProseField(
        "The text",
        description="A quote, a summary, a case study. It is not kept",
        validators=[
            InputRequired("Paste the text that is to be checked"),
            Length(max=identifiers.MAX_LENGTH, message="Check at most 100,000 characters at a time"),
        ],
    )
    submit = SubmitField("Check this text")


@bp.route("/texts/check", methods=["GET", "POST"])
@requires(Permission.KEEP_REVIEWS)
def check() -> ResponseReturnValue:
    """Everything that could tell an organisation, a place or a person, marked where it stands."""
    form = CheckForm()
    hits: tuple[Hit, ...] | None = None
    if form.validate_on_submit():
        with reading() as session:
            hits = identifiers.scanner(session).hits(_text(form))
    pieces = list(_pieces(_text(form), hits)) if hits else []
    page = render_template("staff/texts/check.html", form=form, hits=hits, pieces=pieces)
    return page, 422 if form.errors else 200


def _text(form: CheckForm) -> str:
    return (form.text.data or "").replace("\r\n", "\n")


def _pieces(text: str, hits: Sequence[Hit]) -> Iterator[Piece]:
    """The text cut where marks begin and end, each piece with the number of its mark, or 0."""
    place = 0
    for number, hit in enumerate(hits, 1):
        yield text[place : hit.start], 0
        yield hit.words, number
        place = hit.end
    yield text[place:], 0
