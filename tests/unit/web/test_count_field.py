"""What is said of a number that cannot be: in the words of its label, with an example that may be entered."""

import pytest
from werkzeug.datastructures import MultiDict
from wtforms import Form

from survey_app.web.forms.fields import CountField


class Dots(Form):
    """Two numbers, one of them asked for by a question."""

    plain = CountField("Dots for each person", minimum=1, maximum=20)
    asked = CountField("Paid on time: what is behind it?", minimum=0, maximum=5)


@pytest.mark.parametrize(
    ("plain", "asked", "faults"),
    [
        (
            "banana",
            "lots",
            [
                "Dots for each person: enter a whole number, like 11",
                "Paid on time: what is behind it? Enter a whole number, like 5",
            ],
        ),
        (
            "21",
            "6",
            [
                "Dots for each person: enter a number from 1 to 20",
                "Paid on time: what is behind it? Enter a number from 0 to 5",
            ],
        ),
        ("20", "0", []),
    ],
)
def test_a_number_that_cannot_be_is_refused_in_a_sentence(plain: str, asked: str, faults: list[str]) -> None:
    form = Dots(MultiDict({"plain": plain, "asked": asked}))
    form.validate()
    assert [words for said in form.errors.values() for words in said] == faults
