"""Whoever fills in a questionnaire: a respondent or a member of staff, as a page needs them."""

from typing import Protocol

from instruments.schema import Questionnaire
from survey_app.services.responses.journey import Journey
from survey_app.services.responses.seats import Sheet


class Filling(Protocol):
    """What is answered so far, where that leads, and where the pages of this questionnaire are.

    `page_ref` binds a page to what it was made for. `room` is the folder of templates that frames its pages.
    `reads_guidance` says whether notes for whoever fills the answers in are shown.
    """

    @property
    def sheet(self) -> Sheet: ...
    @property
    def questionnaire(self) -> Questionnaire: ...
    @property
    def journey(self) -> Journey: ...
    @property
    def version_id(self) -> int: ...
    @property
    def page_ref(self) -> str: ...
    @property
    def room(self) -> str: ...
    @property
    def reads_guidance(self) -> bool: ...

    def address(self, question_id: str, *, change: bool = False) -> str:
        """The page that asks one question; `change` leads from there back to the check."""
        ...

    def check_address(self) -> str:
        """The page that lists every answer."""
        ...

    def start_address(self) -> str:
        """The page in front of the first question."""
        ...
