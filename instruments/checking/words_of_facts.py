"""Facts in routes and wordings: values that no organisation can have, gaps without words, stray braces."""

import difflib
import unicodedata
from collections.abc import Iterator

from instruments.answering.piping import PIPE, pipes
from instruments.checking.findings import Draft, Finding, written_id
from instruments.facts import CLOSED, KINDS_OF_BODY, OTHERWISE
from instruments.rules import All, AnyOf, Comparison, Condition, ConditionCheck, Not
from instruments.schema import Question
from instruments.texts import texts

ONE_BODY = "organisation"


def fact_findings(draft: Draft) -> Iterator[Finding]:
    """What is wrong with the facts that one file names."""
    for section in draft.questionnaire.written:
        yield from _of_condition(draft, section.ask_if, section.id)
        for question in section.questions:
            yield from _of_condition(draft, question.ask_if, question.id)
            for check in question.checks:
                if isinstance(check, ConditionCheck):
                    yield from _of_condition(draft, check.condition, question.id)
    for path, wording in texts(draft.questionnaire).items():
        yield from _of_wording(draft, wording, path.removeprefix("section.").partition(".")[0])


def _of_condition(draft: Draft, condition: Condition | None, about: str) -> Iterator[Finding]:
    for comparison in _of_facts(condition):
        if comparison.subject == ONE_BODY:
            # Asked twice, once of all and once of all but one, a question would tell that one's answer.
            message = "no route may rest on which organisation it is: two figures would tell its answer"
            yield draft.fault("names-one-organisation", message, about)
        for value in comparison.values:
            if near := _no_such(comparison.subject, value):
                message = f"{value!r} is no {comparison.subject} that an organisation can have{near}"
                yield draft.fault("no-such-fact", message, about)


def _of_facts(condition: Condition | None) -> Iterator[Comparison]:
    match condition:
        case None:
            return
        case Comparison():
            if condition.of_fact:
                yield condition
        case Not():
            yield from _of_facts(condition.part)
        case All() | AnyOf():
            for part in condition.parts:
                yield from _of_facts(part)


def _no_such(fact: str, value: str) -> str:
    """Empty where an organisation can have this value; else the nearest that one can have, in words."""
    closed = CLOSED.get(fact)
    if closed is None:
        # A kind of its own may come with a list; one of ours in another spelling never does.
        same = [one for one in KINDS_OF_BODY if fact == "body_type" and one.casefold() == value.casefold()]
        return f": it is written {same[0]!r}" if same and value not in same else ""
    if value in closed:
        return ""
    near = difflib.get_close_matches(value, closed, n=1, cutoff=0.5)
    return f": the nearest is {near[0]!r}" if near else f": it is one of {', '.join(closed)}"


def _of_wording(draft: Draft, wording: str, about: str) -> Iterator[Finding]:
    rest = PIPE.sub("", wording)
    if "{" in rest or "}" in rest:
        message = "a brace that is no pipe would be shown as it stands: write {agreement}, or take it away"
        yield draft.fault("stray-brace", message, about)
    for name, fallback in pipes(wording):
        if name in OTHERWISE and fallback is None:
            message = f"{name} is not known of everybody: say what stands there, {{{name}|{OTHERWISE[name]}}}"
            yield draft.fault("gap-without-words", message, about)


def choice_findings(draft: Draft, question: Question) -> Iterator[Finding]:
    """Labels that read alike, and choices that say nothing."""
    for what, labels in (
        ("options", [one.label for one in question.options]),
        ("rows", [one.label for one in question.rows]),
    ):
        read = [_read(label) for label in labels]
        if any(not label for label in read) or len(set(read)) < len(read):
            message = f"two {what} read alike, or one reads as nothing: give each a label of its own"
            yield draft.fault("same-label", message, written_id(question))
    options = question.options
    if len(options) > 1 and all(option.exclusive for option in options):
        message = "nothing can be chosen together: make it a single_choice, or let some stand together"
        yield draft.warning("all-exclusive", message, written_id(question))
    if len(options) > 1 and {option.value for option in options} <= set(question.counts_as):
        message = "every option counts, so that the share is always 100 per cent: leave some out"
        yield draft.warning("counts-everything", message, written_id(question))


def _read(label: str) -> str:
    """A label as it is read: without what cannot be seen, whatever its blanks and capitals."""
    letters = unicodedata.normalize("NFKC", label)
    return " ".join("".join(one for one in letters if unicodedata.category(one) != "Cf").split()).casefold()
