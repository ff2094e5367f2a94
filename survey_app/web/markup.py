"""From forms to markup: the one place where WTForms meets the GOV.UK Design System's macros.

`init_markup(app)` joins the template folders and gives every template:

    field_markup(field, ...)     any field with its label, hint and error; see `Look` for what may be said
    error_summary(form, ...)     the box at the top of a page that links each fault to its input
    asset_url(filename)          a file of `survey_app/static`, with its fingerprint
    band | band_in_words         an income band in pounds
    name | stratum_in_words      a stratum by the name that it is stored under
    strand | strand_in_words     what people call a strand

A page extends `base/page.html` (960 pixels), `base/wide.html` (1180, coordinators) or `base/respondent.html`
(two thirds of 960, no navigation), and fills the blocks:

    title           the title alone; "Error: " and the product's name are added
    before_content  back link or breadcrumbs
    content         everything else, its h1 first
    head, scripts, body_classes, account, navigation, messages, footer    seldom needed

What the frame reads from the context; each may be left out:

    product             name in header and title, default "Compact Monitor"
    home_url            where the mark leads, default "/"
    navigation          sequence of (text, href, active), default none
    tabs, tabs_of       the same for the parts of the subject that is open, and its name; default none
    signed_in_name      shows the name, which folds out the person's own pages and a "Sign out" button
    own_pages           those pages, as navigation; default their password
    search_url, searched  where the search box leads, and what it holds; default none
    sign_out_url        where that button posts, default "/sign-out"
    synthetic           true where answers are made up: an amber strip says so
    csp_nonce           from `survey_app.web.security`
    accessibility_url, privacy_url    default "/accessibility" and "/privacy"
    language, text_direction          default "en" and "ltr"
    form                when it holds errors the title begins "Error: "

`base/error.html` is a page of its own: `title`, `explanation`, `next_steps` (sequence of text), `reference`.
The agreement's name is a page's own business: the frame shows the product alone.

A name that no page was given is an error, not a blank; keys missing from a mapping stay blank, as the macros
need.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import wtforms
from flask import Flask, current_app, url_for
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader, StrictUndefined, Undefined
from jinja2.utils import missing
from markupsafe import Markup, escape
from wtforms import Field

from sampling.panels.reasons import band_in_words, group_in_words
from scheduler.strands import WORDS as STRANDS
from survey_app.clock import in_london
from survey_app.web.forms.date_parts import PARTS, DatePartsField

Params = dict[str, Any]
TEMPLATES = Path(__file__).parent.parent / "templates"
ASKED_FOR_BY_MACROS = frozenset({None, "undefined", "null", "caller"})
TAKEN_BY_MACROS = ("autocomplete", "inputmode", "spellcheck", "rows", "disabled", "autocapitalize", "pattern")

PLAIN_WORDS = {
    "This field is required.": "{label}: this needs an answer",
    "Not a valid integer value.": "{label}: enter a whole number, like 12",
    "Not a valid decimal value.": "{label}: enter a number, like 12.5",
    "Not a valid float value.": "{label}: enter a number, like 12.5",
    "Not a valid date value.": "{label}: enter a real date",
    "Not a valid choice.": "{label}: choose one from the list",
    "Invalid Choice: could not coerce.": "{label}: choose one from the list",
}


def init_markup(app: Flask) -> None:
    """Join the product's templates and the macros' to those of `app`, and register the names above."""
    own = FileSystemLoader(TEMPLATES)
    macros = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    app.jinja_loader = ChoiceLoader([*([app.jinja_loader] if app.jinja_loader else []), own, macros])
    app.jinja_env.undefined = NamesMustExist
    app.jinja_env.filters.update(
        band_in_words=band_in_words,
        in_london=in_london,
        stratum_in_words=group_in_words,
        strand_in_words=STRANDS.__getitem__,
    )
    app.jinja_env.globals.update(field_markup=field_markup, error_summary=error_summary, asset_url=asset_url)


class NamesMustExist(Undefined):
    """Refuses a name or an attribute that does not exist; lets macros ask a mapping for an absent key."""

    __slots__ = ()

    def __new__(cls, hint: Any = None, obj: Any = missing, name: Any = None, *args: Any) -> Any:
        lenient = name in ASKED_FOR_BY_MACROS if obj is missing else isinstance(obj, Mapping)
        return super().__new__(cls) if lenient else StrictUndefined(hint, obj, name, *args)


def asset_url(filename: str) -> str:
    """The address of a static file, ending in a fingerprint of what is in it.

    Raises:
        FileNotFoundError: there is no such file.
    """
    return url_for(
        "static", filename=filename, v=_fingerprint(Path(str(current_app.static_folder)) / filename)
    )


@lru_cache(maxsize=256)
def _fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a page may say about a field beyond what its form says.

    Attributes:
        heading: the label or legend is the page's h1 (then size l unless given).
        label, hint: instead of the field's own label and description; Markup is kept as it is.
        size: s, m, l or xl for the label or legend.
        read_out: the label or legend is for screen readers alone.
        classes: for the input, `govuk-input--width-10` for instance.
        rows: of a text area.  limit, words: characters or words counted down under a text area.
        prefix, suffix: beside a text input, "£" or "per cent".
        inline, small: for radios and checkboxes.
        options: by choice value: hint, label_classes, divider (a word above the choice), exclusive (ticking
            it clears the others), disabled. There is no conditional reveal: assistive technology misses it.
    """

    heading: bool = False
    label: str | None = None
    hint: str | None = None
    size: str = ""
    read_out: bool = False
    classes: str = ""
    rows: int | None = None
    limit: int | None = None
    words: int | None = None
    prefix: str = ""
    suffix: str = ""
    inline: bool = False
    small: bool = False
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def field_markup(field: Field, **look: Any) -> Markup:
    """A field with its label, hint and first error, as the design system draws its kind.

    Args:
        field: any WTForms field; a field list or a form in a form is drawn part by part.
        look: see `Look`.

    Raises:
        TypeError: `look` says something that `Look` does not know.
    """
    return _drawer(field)(field, Look(**look))


def error_summary(
    *forms: wtforms.Form, title: str = "There is a problem", extra: Iterable[tuple[str, str]] = ()
) -> Markup:
    """The faults of the forms, each linked to its first input; nothing when there is none.

    Args:
        extra: (message, href) of faults that belong to no field; an empty href gives no link.
    """
    every_fault = [*extra, *(fault for form in forms for fault in faults(form))]
    if not every_fault:
        return Markup()
    listed = [{"text": text, **({"href": href} if href else {})} for text, href in every_fault]
    return _macro("error-summary", "govukErrorSummary", {"titleText": title, "errorList": listed})


def faults(form: wtforms.Form) -> Iterator[tuple[str, str]]:
    """(message, href) for the first fault of each field, in the order of the form, its own faults first."""
    yield from ((str(message), "") for message in getattr(form, "form_errors", ()))
    for each in form:
        yield from _field_faults(each)


def _field_faults(each: Any) -> Iterator[tuple[str, str]]:
    if isinstance(each, wtforms.FormField):
        yield from faults(each.form)
        return
    if isinstance(each, wtforms.FieldList):
        for entry in each.entries:
            yield from _field_faults(entry)
    if message := fault(each):
        yield message, "" if isinstance(each, wtforms.HiddenField) else f"#{first_input_id(each)}"


def fault(field: Any) -> str:
    """The first thing wrong with this field itself, in plain words; empty when nothing is.

    The messages that WTForms brings along speak to programmers: those are put in our own words.
    """
    message = next((str(error) for error in field.errors if not isinstance(error, list | dict)), "")
    return PLAIN_WORDS[message].format(label=field.label.text) if message in PLAIN_WORDS else message


def first_input_id(field: Field) -> str:
    """The id of the input that a fault of this field should lead to."""
    if isinstance(field, DatePartsField):
        return f"{field.id}-{(field.faulty or PARTS)[0]}"
    return str(field.id)


def _macro(folder: str, name: str, params: Params) -> Markup:
    template = current_app.jinja_env.get_template(f"govuk_frontend_jinja/components/{folder}/macro.html")
    return Markup(getattr(template.module, name)(params))  # noqa: S704 - the macros escape what they are given


def _words(text: str) -> Params:
    """Text to be escaped, or Markup that is markup already."""
    return {"html": text} if hasattr(text, "__html__") else {"text": text}


def _title(field: Field, look: Look, kind: str, size: str = "") -> Params:
    size = look.size or ("l" if look.heading else size)
    text = field.label.text if look.label is None else look.label
    if look.read_out:
        # A legend is laid out as a table and would grow with hidden words: they are hidden inside it.
        unseen = Markup('<span class="govuk-visually-hidden">{}</span>').format(text)
        return {"html": unseen, "classes": "govuk-!-margin-bottom-0"}
    return {**_words(text), "isPageHeading": look.heading, "classes": f"{kind}--{size}" if size else ""}


def _common(field: Field, look: Look) -> Params:
    """What every macro understands: id, name, hint, error, classes and attributes."""
    given = {key.rstrip("_"): value for key, value in (field.render_kw or {}).items()}
    params: Params = {key: given.pop(key) for key in TAKEN_BY_MACROS if key in given}
    params["classes"] = " ".join(part for part in (str(given.pop("class", "")), look.classes) if part)
    params |= {"id": field.id, "idPrefix": field.id, "name": field.name, "attributes": given}
    if hint := look.hint or field.description:
        params["hint"] = _words(hint)
    if message := fault(field):
        params["errorMessage"] = {"text": message}
    return params


def _labelled(field: Field, look: Look) -> Params:
    return {**_common(field, look), "label": _title(field, look, "govuk-label")}


def _grouped(field: Field, look: Look) -> Params:
    legend = _title(field, look, "govuk-fieldset__legend", "s")
    return {**_common(field, look), "fieldset": {"legend": legend}}


def _input(field: Any, look: Look) -> Markup:
    params = {**_labelled(field, look), "value": field._value(), "type": "text"}
    if isinstance(field, wtforms.IntegerField):
        params.setdefault("inputmode", "numeric")
    elif isinstance(field, wtforms.DecimalField | wtforms.FloatField):
        params.setdefault("inputmode", "decimal")
    else:
        params["type"] = getattr(field.widget, "input_type", "text")
    params |= {key: {"text": text} for key in ("prefix", "suffix") if (text := getattr(look, key))}
    return _macro("input", "govukInput", params)


def _password(field: Field, look: Look) -> Markup:
    return _macro("password-input", "govukPasswordInput", _labelled(field, look))


def _textarea(field: Any, look: Look) -> Markup:
    params = {**_labelled(field, look), "value": _kept_lines(field._value())}
    if look.rows:
        params["rows"] = look.rows
    if look.limit or look.words:
        params |= {"maxlength": look.limit, "maxwords": look.words}
        return _macro("character-count", "govukCharacterCount", params)
    return _macro("textarea", "govukTextarea", params)


def _kept_lines(text: str) -> Markup:
    """Text for a text area whose lines no later indenting of the markup can push in.

    The macros indent what they enclose, which would add spaces to what people wrote at every save; and a
    browser drops a first line break, so one more is put before it.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return Markup(str(escape(f"\n{text}")).replace("\n", "&#10;"))  # noqa: S704 - escaped just here


def _choices(field: Any, look: Look) -> Iterator[Params]:
    for number, (value, label, chosen, *_) in enumerate(field.iter_choices(), start=1):
        extra = look.options.get(str(value), {})
        if "divider" in extra:
            yield {"divider": extra["divider"]}
        item = {"id": field.id if number == 1 else f"{field.id}-{number}", "value": value, **_words(label)}
        item |= {"checked": chosen, "disabled": extra.get("disabled", False)}
        yield item | _choice_extras(extra)


def _choice_extras(extra: Mapping[str, Any]) -> Params:
    params: Params = {"behaviour": "exclusive"} if extra.get("exclusive") else {}
    if "hint" in extra:
        params["hint"] = _words(extra["hint"])
    if "label_classes" in extra:
        params["label"] = {"classes": extra["label_classes"]}
    return params


def _buttons(kind: str, macro: str, field: Field, look: Look) -> Markup:
    params = {**_grouped(field, look), "items": list(_choices(field, look))}
    shapes = [f"govuk-{kind}--{shape}" for shape in ("inline", "small") if getattr(look, shape)]
    params["classes"] = " ".join([*shapes, params["classes"]]).strip()
    return _macro(kind, macro, params)


def _tick(field: Any, look: Look) -> Markup:
    params = _common(field, look)
    label = field.label.text if look.label is None else look.label
    params["items"] = [
        {"id": field.id, "value": field._value(), "checked": bool(field.data), **_words(label)}
    ]
    return _macro("checkboxes", "govukCheckboxes", params)


def _select(field: Any, look: Look) -> Markup:
    items = [
        {"value": value, "text": label, "selected": chosen}
        for value, label, chosen, *_ in field.iter_choices()
    ]
    return _macro("select", "govukSelect", {**_labelled(field, look), "items": items})


def _date(field: DatePartsField, look: Look) -> Markup:
    marked = (field.faulty or PARTS) if field.errors else ()
    items = [
        {
            "name": part,
            "value": field.parts[part],
            "inputmode": "text" if part == "month" else "numeric",
            "classes": f"govuk-input--width-{4 if part == 'year' else 2}"
            + (" govuk-input--error" if part in marked else ""),
        }
        for part in PARTS
    ]
    return _macro(
        "date-input", "govukDateInput", {**_grouped(field, look), "namePrefix": field.name, "items": items}
    )


def _file(field: Field, look: Look) -> Markup:
    params = {**_labelled(field, look), "multiple": isinstance(field, wtforms.MultipleFileField)}
    return _macro("file-upload", "govukFileUpload", params)


def _hidden(field: Field, look: Look) -> Markup:
    return field()


def _button(field: Field, look: Look) -> Markup:
    params = {**_common(field, look), "text": look.label or field.label.text, "value": field.label.text}
    return _macro("button", "govukButton", params | {"preventDoubleClick": True})


def _list(field: Any, look: Look) -> Markup:
    return Markup("\n").join(field_markup(part) for part in field)


Drawer = Callable[[Any, Look], Markup]
DRAWERS: tuple[tuple[type[Field], Drawer], ...] = (
    (wtforms.HiddenField, _hidden),
    (wtforms.SubmitField, _button),
    (DatePartsField, _date),
    (wtforms.RadioField, partial(_buttons, "radios", "govukRadios")),
    (wtforms.SelectMultipleField, partial(_buttons, "checkboxes", "govukCheckboxes")),
    (wtforms.SelectField, _select),
    (wtforms.BooleanField, _tick),
    (wtforms.FileField, _file),
    (wtforms.TextAreaField, _textarea),
    (wtforms.PasswordField, _password),
    (wtforms.FormField, _list),
    (wtforms.FieldList, _list),
)


def _drawer(field: Field) -> Drawer:
    """The first kind that fits; a text input for the rest. Order matters: some kinds derive from others."""
    return next((drawer for kind, drawer in DRAWERS if isinstance(field, kind)), _input)
