"""What people type into coordinators' forms: cleaned as it is read, and handed back with what is wrong."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask_wtf import FlaskForm
from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import ValidationError

from survey_app.errors import CompactError, InvalidError, TakenError
from survey_app.mail.addresses import refusal_of


def plain(text: Any) -> str:
    """The text without zero bytes, which PostgreSQL refuses, and without spaces at its ends."""
    return str(text or "").replace("\x00", "").strip()


class LineField(StringField):
    """One line of text."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = plain(" ".join(str(value) for value in valuelist[:1]))


class AddressField(LineField):
    """An e-mail address, checked as it is when a letter is sent; whatever is wrong stands at the field."""

    def pre_validate(self, form: Any) -> None:
        if self.data and (fault := refusal_of(self.data)):
            raise ValidationError(fault)


class ProseField(TextAreaField):
    """Several lines of text."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = plain(valuelist[0] if valuelist else "")


class CountField(IntegerField):
    """A whole number between bounds; commas between thousands and spaces are read over."""

    def __init__(self, label: str, *, minimum: int, maximum: int, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.minimum, self.maximum = minimum, maximum

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        digits = str(valuelist[0] if valuelist else "").replace(",", "").replace(" ", "")
        # A number of thousands of digits would not even be read.
        if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
            example = min(self.minimum + 10, self.maximum)
            raise ValueError(self._asking(f"enter a whole number, like {example}"))
        self.data = int(digits)

    def pre_validate(self, form: Any) -> None:
        if self.data is not None and not self.minimum <= self.data <= self.maximum:
            raise ValidationError(self._asking(f"enter a number from {self.bounds}"))

    def _asking(self, wish: str) -> str:
        """A wish after the label; a label that is a question ends its sentence by itself."""
        label = self.label.text
        return f"{label} {wish[0].upper()}{wish[1:]}" if label.endswith("?") else f"{label}: {wish}"

    @property
    def bounds(self) -> str:
        """What may be entered, as people write it: 1 to 1,000."""
        return f"{self.minimum:,} to {self.maximum:,}"


class YearField(CountField):
    """A year between bounds, written without a comma: 2000 to 2100."""

    @property
    def bounds(self) -> str:
        return f"{self.minimum} to {self.maximum}"


@contextmanager
def correcting(form: FlaskForm, *also: type[CompactError]) -> Iterator[None]:
    """Turn a use case's refusal, and those `also` named, into faults of the form: what was typed stays."""
    try:
        yield
    except InvalidError as refusal:
        form.form_errors.extend(refusal.faults or (refusal.message,))
    except TakenError as refusal:
        say_taken(form, refusal)
    except also as refusal:
        form.form_errors.append(str(refusal))


def say_taken(form: FlaskForm, refusal: TakenError) -> None:
    """Put what is there already at the field that asked for it, or at the head of the form."""
    if refusal.field in form:
        field = form[refusal.field]
        field.errors = [*field.errors, str(refusal)]
    else:
        form.form_errors.append(str(refusal))
