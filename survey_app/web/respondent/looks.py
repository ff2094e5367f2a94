"""How the fields of each kind of question look: hints, widths, what stands beside them."""

from typing import Any

from instruments.answering.answers import MAX_LENGTHS, REFERENCE
from instruments.schema import CHOICES, SCALE, Kind, Question
from survey_app.web.respondent.forms import ANSWER

Looks = dict[str, Any]
# Letters that fit beside each other on a wide screen; on a narrow one answers always stand below each other.
MAX_ROW_WIDTH = 64
# What a button and the space around it take, in letters.
BESIDE = 4
BOLD = {"label_classes": "govuk-!-font-weight-bold"}
USUAL_HINTS = {
    Kind.MULTI_CHOICE: "Select all that apply.",
    Kind.DATE: "For example, 27 3 2025.",
    Kind.AMOUNT: "In pounds, like 1,200 or 1200.50.",
    Kind.COUNT: "A whole number.",
    Kind.PROPORTION: "A whole number, in per cent.",
}
"""What a question says of itself where its author gave no hint."""


def hint_of(question: Question) -> str:
    """The author's hint, or the usual one for this kind; "" where neither is."""
    return question.hint or USUAL_HINTS.get(question.kind, "")


def looks(question: Question) -> Looks:
    """What `field_markup` should know about the answer's own field."""
    look: Looks = {"hint": hint_of(question) or None}
    match question.kind:
        case Kind.COUNT:
            look["classes"] = "govuk-input--width-5"
        case Kind.AMOUNT:
            look |= {"classes": "govuk-input--width-10", "prefix": "£"}
        case Kind.PROPORTION:
            look |= {"classes": "govuk-input--width-3", "suffix": "%"}
        case Kind.LONG_TEXT:
            look |= {"rows": 8, "limit": question.limit or MAX_LENGTHS[Kind.LONG_TEXT]}
    if question.kind in CHOICES or question.kind is Kind.DOCUMENT:
        look["options"] = _options(question)
    return look


def row_looks(question: Question) -> Looks:
    """What `field_markup` should know about each row of a grid; short answers stand beside each other."""
    labels = [option.label for option in question.options] + [question.dont_know or ""]
    letters = sum(len(label) + BESIDE for label in labels)
    return {"small": True, "inline": letters <= MAX_ROW_WIDTH, "options": _options(question)}


def reference_looks(part: str) -> Looks:
    """What `field_markup` should know about a part of the reference to a document."""
    if part.removeprefix(f"{ANSWER}-") == "extract":
        return {"rows": 5, "limit": REFERENCE["extract"][1]}
    return {"classes": "govuk-input--width-20"} if part.endswith(("-dated", "-where")) else {}


def _options(question: Question) -> dict[str, dict[str, Any]]:
    """Hints, the word "or" before the first choice that excludes the others, and which those are."""
    options: dict[str, dict[str, Any]] = {o.value: {"hint": o.hint} for o in question.options if o.hint}
    if question.kind is Kind.RATING:
        whole = [o.value for o in question.options if int(o.value) % SCALE[Kind.RATING] == 0]
        options |= {value: dict(BOLD) for value in whole}
    several = question.kind is Kind.MULTI_CHOICE
    alone = [o.value for o in question.options if o.exclusive and several]
    alone += [e.value for e in question.escapes] if question.kind in CHOICES - {Kind.GRID} else []
    for value in alone:
        options.setdefault(value, {})["exclusive"] = several
    if alone:
        options[alone[0]]["divider"] = "or"
    return options
