"""A form before whoever fills it in or reads it: its answers, where they lead, where its pages are."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from flask import url_for
from sqlalchemy.orm import Session
from wtforms import Field

from instruments.schema import Questionnaire
from survey_app.services.forms import filling
from survey_app.services.forms.filling import Author
from survey_app.services.forms.listed import FILLABLE, EditionLine, FormLine
from survey_app.services.responses.journey import Journey
from survey_app.services.responses.seats import Sheet
from survey_app.web.site import person, site


@dataclass(frozen=True)
class FormSeat:
    """One edition of a form as a page needs it; the newest may be filled in, earlier ones are read."""

    paper: FormLine
    edition: EditionLine
    sheet: Sheet
    questionnaire: Questionnaire
    facts: Mapping[str, str]
    # No call and no code on paper, which the parts of a page ask about.
    by_telephone: bool = False
    on_paper: bool = False
    room: str = "staff/forms"
    reads_guidance: bool = True

    @cached_property
    def journey(self) -> Journey:
        """Where the answers so far lead."""
        return Journey(self.questionnaire, self.sheet.answers, self.facts)

    @property
    def version_id(self) -> int:
        return self.edition.version_id

    @property
    def page_ref(self) -> str:
        """What binds a page to this edition."""
        return site().keys.code_hash(f"form {self.edition.id}")[:12]

    @property
    def fillable(self) -> bool:
        """Whether answers may be changed."""
        return self.edition.state in FILLABLE

    def address(self, question_id: str, *, change: bool = False) -> str:
        """The page that asks one question."""
        back = 1 if change else None
        return url_for("forms.filling.question", form_id=self.paper.id, question_id=question_id, change=back)

    def check_address(self) -> str:
        """The page that lists every answer."""
        return url_for("forms.filling.check", form_id=self.paper.id)

    def start_address(self) -> str:
        """The form's own page."""
        return url_for("forms.page", form_id=self.paper.id)

    def next_address(self) -> str:
        """The first question that waits for an answer, or the check of all of them."""
        waiting = self.journey.waiting
        return self.check_address() if waiting is None else self.address(waiting.id)


def seat_of(session: Session, paper: FormLine, edition: EditionLine | None = None) -> FormSeat:
    """A form with what one of its editions holds, the newest unless another is named."""
    one = edition or paper.edition
    facts = filling.facts_of(session, paper)
    return FormSeat(
        paper,
        one,
        filling.sheet_of(session, site().keys, form=paper, edition=one),
        filling.questionnaire_of(session, one, facts),
        facts,
    )


def revision_of(field: Field) -> int:
    """The revision that a page was showing; -1, which is none, where that is no number."""
    seen = str(field.data or "")
    return int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 12 else -1


def author() -> Author:
    """Who is signed in, as whoever fills in and reviews."""
    someone = person()
    return Author(someone.id, someone.name)
