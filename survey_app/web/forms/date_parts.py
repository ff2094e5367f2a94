"""A date asked for as day, month and year, as people write it.

The three parts are posted as `<name>-day`, `<name>-month` and `<name>-year`. Whatever is posted, however
often and of whatever type, ends as a date, as nothing, or as a message that says which part to correct.
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Field
from wtforms.validators import StopValidation

from survey_app.clock import FIRST_DAY, LAST_DAY

PARTS = ("day", "month", "year")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FULL_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
WELL_FORMED = {"day": r"[0-9]{1,2}", "month": r"[0-9]{1,2}", "year": r"[0-9]{4}"}


class DatePartsField(Field):
    """Day, month and year; `data` is a `date` or None.

    Args:
        called: how messages name the date, "Closing date" for instance.
        any_year: whether a year of long ago, or far away, may be meant, as in respondents' answers.

    Attributes:
        parts: what was typed, by part, to be shown again as it was.
        faulty: the parts to mark and to link to, empty when all is well or nothing was typed.
    """

    def __init__(
        self, label: str | None = None, *, called: str = "The date", any_year: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(label, **kwargs)
        self.called, self.any_year = called, any_year
        self.parts: dict[str, str] = dict.fromkeys(PARTS, "")
        self.faulty: tuple[str, ...] = ()

    def process(self, formdata: Any, *args: Any, **kwargs: Any) -> None:
        """Read the three parts under their own names; the base class would look for one name."""
        super().process(None if formdata is None else self._gathered(formdata), *args, **kwargs)

    def _gathered(self, formdata: Any) -> MultiDict[str, str]:
        """The three parts under the field's one name; nothing when all three are blank or missing."""
        typed = [" ".join(map(str, formdata.getlist(f"{self.name}-{part}")[:1])).strip() for part in PARTS]
        return MultiDict({self.name: typed} if any(typed) else {})

    def process_data(self, value: date | None) -> None:
        self.data = value
        if value is not None:
            self.parts = {"day": str(value.day), "month": str(value.month), "year": str(value.year)}

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.parts = dict(zip(PARTS, valuelist or ("", "", ""), strict=True))
        self.data = None
        if valuelist:
            self._require_all_parts()
            self._read_date()

    def pre_validate(self, form: Any) -> None:
        """Stop at a date that cannot be read, so that "enter a date" does not hide what is wrong with it."""
        if self.process_errors:
            raise StopValidation()

    def _require_all_parts(self) -> None:
        self.faulty = tuple(part for part in PARTS if not self.parts[part])
        if self.faulty:
            wanted = " and ".join(f"a {part}" for part in self.faulty)
            raise ValueError(f"{self.called} must include {wanted}")

    def _read_date(self) -> None:
        numbers = {**self.parts, "month": month_number(self.parts["month"])}
        self.faulty = tuple(part for part in PARTS if not re.fullmatch(WELL_FORMED[part], numbers[part]))
        if self.faulty == ("year",):
            raise ValueError(f"{self.called} must have a year of 4 numbers, like 2026")
        if not self.faulty:
            try:
                typed = date(*(int(numbers[part]) for part in reversed(PARTS)))
            except ValueError:
                self.faulty = PARTS
            else:
                self._check_year(typed)
                self.data = typed
                return
        raise ValueError(f"{self.called} must be a real date, like 27 3 2026")

    def _check_year(self, typed: date) -> None:
        if not (self.any_year or FIRST_DAY <= typed <= LAST_DAY):
            self.faulty = ("year",)
            raise ValueError(f"{self.called} must be in a year from {FIRST_DAY.year} to {LAST_DAY.year}")


def month_number(text: str) -> str:
    """The number of a month written as a word or its first three letters; any other text as it stands."""
    word = text.lower().rstrip(".")
    for names in (MONTHS, FULL_MONTHS):
        if word in names:
            return str(names.index(word) + 1)
    return text
