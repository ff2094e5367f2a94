"""Whatever is sent for a date ends as a date, as nothing, or as a message that says what to correct."""

from datetime import date
from typing import Any

import pytest
import wtforms
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms.validators import DataRequired, InputRequired, Optional

from survey_app.web.forms.date_parts import DatePartsField
from tests.unit.web.kitchen_sink import kitchen_sink


class Closing(wtforms.Form):
    closes = DatePartsField(
        "Closes", called="Closing date", validators=[InputRequired("Enter the closing date")]
    )


def sent(day: Any = None, month: Any = None, year: Any = None) -> Closing:
    named = {"closes-day": day, "closes-month": month, "closes-year": year}
    form = Closing(MultiDict({name: value for name, value in named.items() if value is not None}))
    form.validate()
    return form


@pytest.mark.parametrize("month", ["3", "03", "mar", "Mar.", "March", " MARCH "])
def test_a_month_may_be_a_number_or_a_word(month: str) -> None:
    assert sent("27", month, " 2026 ").closes.data == date(2026, 3, 27)


@pytest.mark.parametrize(
    ("typed", "message", "faulty"),
    [
        ((None, None, None), "Enter the closing date", ()),
        (("", " ", ""), "Enter the closing date", ()),
        (("27", "", "2026"), "Closing date must include a month", ("month",)),
        (("27", "", ""), "Closing date must include a month and a year", ("month", "year")),
        (("27", "3", None), "Closing date must include a year", ("year",)),
        (("31", "2", "2026"), "Closing date must be a real date, like 27 3 2026", ("day", "month", "year")),
        (("27", "13", "2026"), "Closing date must be a real date, like 27 3 2026", ("day", "month", "year")),
        (("x", "3", "2026"), "Closing date must be a real date, like 27 3 2026", ("day",)),
        (("27", "Smarch", "2026"), "Closing date must be a real date, like 27 3 2026", ("month",)),
        (("27", "3", "26"), "Closing date must have a year of 4 numbers, like 2026", ("year",)),
        (("27", "3", "0000"), "Closing date must be a real date, like 27 3 2026", ("day", "month", "year")),
        (("1_0", "3", "2026"), "Closing date must be a real date, like 27 3 2026", ("day",)),
        (("٣", "3", "2026"), "Closing date must be a real date, like 27 3 2026", ("day",)),
    ],
)
def test_a_date_that_cannot_be_read_says_which_part_to_correct(
    typed: tuple[Any, Any, Any], message: str, faulty: tuple[str, ...]
) -> None:
    form = sent(*typed)

    assert form.closes.errors == [message]
    assert form.closes.data is None
    assert form.closes.faulty == faulty


def test_what_was_typed_is_kept_to_be_shown_again() -> None:
    assert sent("31", "Feb", "2026").closes.parts == {"day": "31", "month": "Feb", "year": "2026"}


def test_a_stored_date_fills_the_three_parts() -> None:
    assert Closing(data={"closes": date(2026, 3, 7)}).closes.parts == {
        "day": "7",
        "month": "3",
        "year": "2026",
    }


def test_an_optional_date_left_blank_is_nothing_and_a_bad_one_is_still_a_fault() -> None:
    class Perhaps(wtforms.Form):
        closes = DatePartsField("Closes", validators=[Optional()])

    blank = Perhaps(MultiDict({"closes-day": ""}), data={"closes": date(2026, 3, 7)})
    wrong = Perhaps(MultiDict({"closes-day": "27"}))

    assert blank.validate()
    assert blank.closes.data is None
    assert not wrong.validate()


def test_a_requirement_does_not_hide_what_is_wrong_with_the_date() -> None:
    class Needed(wtforms.Form):
        closes = DatePartsField("Closes", validators=[DataRequired("Enter a date")])

    form = Needed(MultiDict({"closes-day": "27"}))

    assert not form.validate()
    assert form.closes.errors == ["The date must include a month and a year"]


anything = st.one_of(
    st.text(), st.integers(), st.none(), st.lists(st.text(), max_size=4), st.binary(max_size=4)
)


@given(st.dictionaries(st.sampled_from(["closes", "closes-day", "closes-month", "closes-year"]), anything))
def test_no_shape_of_post_breaks_the_field(posted: dict[str, Any]) -> None:
    form = Closing(MultiDict(posted))

    assert form.validate() == (form.closes.data is not None)
    assert bool(form.closes.errors) == (form.closes.data is None)


@pytest.mark.parametrize("body", [{"closes-day": {"a": [1]}}, {"closes": [1, 2, 3, 4]}, {"closes-day": None}])
def test_a_date_sent_as_json_of_any_shape_is_a_fault_and_no_crash(body: dict[str, Any]) -> None:
    answer = kitchen_sink(csrf=False).test_client().post("/form", json=body)

    assert answer.status_code == 422
    assert "losing date" in answer.text
