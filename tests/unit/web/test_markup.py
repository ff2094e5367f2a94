"""Forms become markup that links every fault to its input and never changes what people wrote."""

from collections.abc import Iterator
from typing import Any

import pytest
import wtforms
from flask import Flask, render_template_string
from jinja2 import UndefinedError
from lxml import html
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms.validators import InputRequired

from survey_app.web.forms.date_parts import DatePartsField
from survey_app.web.markup import asset_url, error_summary, field_markup
from tests.unit.web.kitchen_sink import kitchen_sink


@pytest.fixture
def app() -> Iterator[Flask]:
    app = kitchen_sink(csrf=False)
    with app.test_request_context():
        yield app


def drawn(field: wtforms.Field, **look: Any) -> Any:
    return html.fromstring(f"<div>{field_markup(field, **look)}</div>")


def bound(field: Any, posted: Any = None, **data: Any) -> Any:
    """`field` as the only field, `asked`, of a form that was sent (or was not, when nothing is posted)."""
    form_class = type("Asked", (wtforms.Form,), {"asked": field})
    form = form_class(MultiDict(posted) if posted is not None else None, data=data)
    if posted is not None:
        form.validate()
    return form


def one(field: Any, posted: Any = None, **data: Any) -> Any:
    return bound(field, posted, **data).asked


def test_every_fault_in_the_summary_leads_to_an_input_on_the_page(app: Flask) -> None:
    page = html.fromstring(app.test_client().post("/form", data={}).text)

    links = page.xpath("//div[contains(@class, 'govuk-error-summary')]//a/@href")

    assert len(links) == 16
    for link in links:
        (target,) = page.xpath(f"//*[@id='{link[1:]}']")
        assert target.tag in {"input", "select", "textarea"}


def test_a_fault_is_told_beside_its_input_and_tied_to_it(app: Flask) -> None:
    field = drawn(one(wtforms.StringField("Name", validators=[InputRequired("Enter a name")]), {}))

    described_by = field.xpath("//input/@aria-describedby")[0]

    assert "Enter a name" in field.xpath(f"//*[@id='{described_by}']")[0].text_content()


def test_hint_and_error_both_describe_the_input(app: Flask) -> None:
    asked = wtforms.StringField(
        "Name", description="As on the register", validators=[InputRequired("Enter it")]
    )

    assert drawn(one(asked, {})).xpath("//input/@aria-describedby") == ["asked-hint asked-error"]


def test_a_page_with_faults_says_so_first_in_its_title(app: Flask) -> None:
    page = html.fromstring(app.test_client().post("/form", data={}).text)

    assert page.findtext(".//title") == "Error: Every field – Compact Monitor"


def test_no_fault_gives_no_summary(app: Flask) -> None:
    assert error_summary(bound(wtforms.StringField("Name"), {"asked": "Ada"})) == ""


def test_faults_of_no_field_stand_in_the_summary_without_a_link(app: Flask) -> None:
    form = bound(wtforms.StringField("Name"), {"asked": "Ada"})
    form.form_errors.append("Somebody else saved this page")

    summary = html.fromstring(str(error_summary(form, extra=[("Choose a round", "#round")])))

    assert summary.xpath("//li//a/@href") == ["#round"]
    assert "Somebody else saved this page" in summary.text_content()


def test_messages_meant_for_programmers_are_put_in_plain_words(app: Flask) -> None:
    form = bound(wtforms.IntegerField("Paid staff"), {"asked": "a few"})

    assert "Paid staff: enter a whole number, like 12" in error_summary(form)
    assert "valid integer" not in field_markup(form.asked)


def test_a_single_question_is_the_heading_of_its_page(app: Flask) -> None:
    choices = {"1": "Poor", "5": "Good"}

    radios = drawn(one(wtforms.RadioField("How good is it?", choices=choices)), heading=True)
    text = drawn(one(wtforms.StringField("Your name")), heading=True)

    assert radios.xpath("//fieldset/legend[contains(@class, '--l')]/h1")[0].text.strip() == "How good is it?"
    assert text.xpath("//h1/label/@for") == ["asked"]


def test_a_name_for_screen_readers_alone_is_there_and_not_seen(app: Flask) -> None:
    field = drawn(one(wtforms.RadioField("If you cannot", choices={"x": "X"})), read_out=True)

    assert field.xpath("//legend/span[@class='govuk-visually-hidden']")[0].text_content() == "If you cannot"
    assert field.xpath("//legend")[0].text_content().strip() == "If you cannot"


def test_what_was_chosen_is_shown_again(app: Flask) -> None:
    choices = {"1": "Poor", "1.5": "Between", "5": "Good"}

    radios = drawn(one(wtforms.RadioField("Rating", choices=choices), {"asked": "1.5"}))
    boxes = drawn(
        one(wtforms.SelectMultipleField("Ratings", choices=choices), [("asked", "1"), ("asked", "5")])
    )
    listed = drawn(one(wtforms.SelectField("Rating", choices=choices), {"asked": "5"}))

    assert radios.xpath("//input[@checked]/@value") == ["1.5"]
    assert boxes.xpath("//input[@checked]/@value") == ["1", "5"]
    assert listed.xpath("//option[@selected]/@value") == ["5"]


def test_choices_carry_their_dividers_hints_and_weights(app: Flask) -> None:
    choices = {"1": "Poor", "none": "None of these"}
    options = {
        "1": {"label_classes": "heavy", "hint": "The lowest"},
        "none": {"divider": "or", "exclusive": True},
    }

    boxes = drawn(one(wtforms.SelectMultipleField("Which?", choices=choices)), options=options, small=True)

    assert boxes.xpath("//div[@class='govuk-checkboxes__divider']/text()") == ["or"]
    assert boxes.xpath("//input[@data-behaviour='exclusive']/@value") == ["none"]
    assert boxes.xpath("//label[contains(@class, 'heavy')]/@for") == ["asked"]
    assert boxes.xpath("//input/@id") == ["asked", "asked-2"]
    assert boxes.xpath("//div[contains(@class, 'govuk-checkboxes--small')]")


def test_numbers_are_typed_as_text_with_a_number_keyboard(app: Flask) -> None:
    whole = drawn(one(wtforms.IntegerField("Staff"), {"asked": "12x"}))
    part = drawn(one(wtforms.DecimalField("Income")), prefix="£", suffix="a year")

    assert whole.xpath("//input[@type='text'][@inputmode='numeric']/@value") == ["12x"]
    assert part.xpath("//input/@inputmode") == ["decimal"]
    assert part.xpath("//div[@aria-hidden='true']/text()") == ["£", "a year"]


def test_a_password_is_never_written_back(app: Flask) -> None:
    field = drawn(one(wtforms.PasswordField("Password"), {"asked": "hunter2"}))

    assert field.xpath("//input[@type='password']/@value") == []


def test_attributes_of_the_form_reach_the_input(app: Flask) -> None:
    asked = wtforms.EmailField("Email", render_kw={"autocomplete": "email", "class": "wide", "data-x": "1"})

    (field,) = drawn(one(asked), classes="govuk-input--width-20").xpath("//input")

    assert (field.get("type"), field.get("autocomplete"), field.get("data-x")) == ("email", "email", "1")
    assert {"wide", "govuk-input--width-20"} <= set(field.get("class").split())


def test_a_long_answer_says_how_much_room_there_is_without_a_script(app: Flask) -> None:
    text = drawn(one(wtforms.TextAreaField("What changed?")), limit=200, rows=8)
    words = drawn(one(wtforms.TextAreaField("What changed?")), words=50)

    assert "You can enter up to 200 characters" in text.text_content()
    assert text.xpath("//textarea/@rows") == ["8"]
    assert "You can enter up to 50 words" in words.text_content()


@pytest.mark.parametrize(
    "written", ["one\ntwo\n  three", "\nstarts with a blank line", "a\r\nb", "</textarea><b>", ""]
)
def test_what_people_wrote_survives_the_indenting_of_markup(app: Flask, written: str) -> None:
    asked = one(wtforms.TextAreaField("What changed?"), {"asked": written})

    page = render_template_string("<div>{{ field_markup(asked) | indent(8) }}</div>", asked=asked)

    # a browser drops the first line break of a text area; this parser keeps it
    shown = html.fromstring(page).xpath("//textarea")[0].text_content()
    assert shown == "\n" + written.replace("\r\n", "\n")


def test_words_of_people_are_escaped_and_markup_of_ours_is_kept(app: Flask) -> None:
    hostile = "<script>alert(1)</script>"
    kept = Markup("<em>new</em>")
    choices = {"1": hostile, "2": kept}

    field = field_markup(
        one(wtforms.RadioField(hostile, choices=choices, description=hostile), {"asked": "x"})
    )
    text = field_markup(one(wtforms.StringField(hostile), {"asked": f'"{hostile}'}))

    assert "<script>" not in field
    assert "<em>new</em>" in field
    assert "<script>" not in text


def test_a_tick_box_a_file_and_a_hidden_field_are_drawn_as_what_they_are(app: Flask) -> None:
    tick = drawn(one(wtforms.BooleanField("We agree"), {"asked": "y"}))
    file = drawn(one(wtforms.MultipleFileField("Papers")))
    hidden = drawn(one(wtforms.HiddenField(), {"asked": "7"}))

    assert tick.xpath("//input[@type='checkbox'][@checked]/@id") == ["asked"]
    assert file.xpath("//input[@type='file'][@multiple]/@name") == ["asked"]
    assert hidden.xpath("//input[@type='hidden']/@value") == ["7"]
    assert not hidden.xpath("//label")


def test_a_form_in_a_form_and_a_list_are_drawn_part_by_part(app: Flask) -> None:
    page = html.fromstring(app.test_client().get("/form").text)

    assert page.xpath("//label[@for='part-post' or @for='areas-0' or @for='areas-1']/@for") == [
        "part-post",
        "areas-0",
        "areas-1",
    ]


def test_a_date_is_three_inputs_in_a_named_group_with_the_faulty_one_marked(app: Flask) -> None:
    posted = {"asked-day": "27", "asked-month": "", "asked-year": "2026"}
    form = bound(DatePartsField("When does it close?", called="Closing date"), posted)

    date = drawn(form.asked)

    assert date.xpath("//fieldset[@role='group']/legend")[0].text.strip() == "When does it close?"
    assert date.xpath("//input[contains(@class, 'govuk-input--error')]/@id") == ["asked-month"]
    assert date.xpath("//input/@value") == ["27", "", "2026"]
    assert 'href="#asked-month"' in error_summary(form)


def test_a_misspelt_wish_about_a_field_is_refused(app: Flask) -> None:
    with pytest.raises(TypeError, match="headding"):
        field_markup(one(wtforms.StringField("Name")), headding=True)


def test_a_template_that_asks_for_a_name_it_was_not_given_fails(app: Flask) -> None:
    with pytest.raises(UndefinedError, match="rounds"):
        render_template_string("{% for each in rounds %}{{ each }}{% endfor %}")
    with pytest.raises(UndefinedError, match="titel"):
        render_template_string("{{ field.titel }}", field=one(wtforms.StringField("Name")))


def test_an_asset_is_addressed_by_what_is_in_it(app: Flask) -> None:
    address = asset_url("app.css")

    assert address.startswith("/static/app.css?v=")
    assert address != asset_url("app.js").replace("app.js", "app.css")
    with pytest.raises(FileNotFoundError):
        asset_url("absent.css")
