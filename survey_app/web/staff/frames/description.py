"""What must be known of a list before it may be used, as a form."""

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, RadioField, SubmitField
from wtforms.validators import InputRequired, Length, Optional

from sampling.frame import Sector
from survey_app.services.frames.editions import Renumbered
from survey_app.services.frames.lists import ImportChoices, ListDescription
from survey_app.web.forms.date_parts import DatePartsField
from survey_app.web.forms.fields import LineField, ProseField


def _at_most(most: int, what: str) -> Length:
    return Length(max=most, message=f"{what}: at most {most:,} characters")


class ListForm(FlaskForm):
    """A list, and what must be known of it before it may be used."""

    file = FileField(
        "The list",
        description="A CSV file in UTF-8, at most 50 MB. Its first row names the columns.",
        validators=[FileRequired("Choose the file")],
    )
    name = LineField(
        "What is the list called?",
        validators=[InputRequired("Enter what the list is called"), _at_most(120, "Name")],
    )
    owner = LineField(
        "Who owns it?", validators=[InputRequired("Enter who owns the list"), _at_most(200, "Owner")]
    )
    sector = RadioField(
        "Whom does it name?",
        choices={"": "Its columns say so"} | {one.value: one.words.capitalize() for one in Sector},
        default="",
        validators=[Optional()],
    )
    dated = DatePartsField(
        "What date is it of?", called="The date", validators=[InputRequired("Enter the date of the list")]
    )
    purpose = LineField(
        "What was it made for?",
        validators=[InputRequired("Enter what the list was made for"), _at_most(1000, "Purpose")],
    )
    coverage = LineField(
        "Whom does it cover, and whom does it miss?",
        validators=[InputRequired("Enter whom the list covers"), _at_most(1000, "Coverage")],
    )
    licence = LineField("Licence, if it has one", validators=[_at_most(200, "Licence")])
    known_defects = ProseField("Known defects, if any", validators=[_at_most(2000, "Known defects")])
    quarantine = BooleanField("Set faulty rows aside and take the rest")
    renumbered = RadioField(
        "Are those under a new identifier the same organisations?",
        description="Asked only where identifiers look as if a spreadsheet took their noughts off.",
        choices={
            Renumbered.SAME.value: "Yes, they keep their random number and their place in panels",
            Renumbered.OTHER.value: "No, those are others",
        },
        validators=[Optional()],
    )
    submit = SubmitField("Read the list, and show what it changes")

    @property
    def chosen(self) -> ImportChoices:
        return ImportChoices(
            quarantine=self.quarantine.data,
            sector=Sector(self.sector.data) if self.sector.data else None,
            renumbered=Renumbered(self.renumbered.data) if self.renumbered.data else None,
        )

    @property
    def described(self) -> ListDescription:
        return ListDescription(
            name=self.name.data or "",
            owner=self.owner.data or "",
            dated=self.dated.data,
            purpose=self.purpose.data or "",
            coverage=self.coverage.data or "",
            licence=self.licence.data or "",
            known_defects=self.known_defects.data or "",
        )
