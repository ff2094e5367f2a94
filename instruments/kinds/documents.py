"""What a document shows: a finding, and where to look it up."""

from collections.abc import Mapping

from instruments.errors import AnswerFault
from instruments.kinds.kind import AnswerKind
from instruments.kinds.values import Parts, chosen, single
from instruments.schema import Option, Question, Statistic

REFERENCE: Mapping[str, tuple[str, int]] = {
    "title": ("title of the document", 200),
    "dated": ("date of the document", 40),
    "where": ("page or paragraph", 100),
    "extract": ("words of the document", 4_000),
}
"""The parts of a reference to a document: what each is, and its most characters."""
NO_DOCUMENT = "no_document"
"""The finding that needs no title."""
FINDINGS = (
    Option("shown", "Yes, a document shows it"),
    Option("partly", "In part"),
    Option("not_shown", "No, the documents show that it is not so"),
    Option(NO_DOCUMENT, "No document was found"),
)


class Document(AnswerKind[Mapping[str, str]]):
    """A finding of desk research with the document that shows it."""

    measure = "documentary"
    minutes = 5.0
    fields = frozenset({"options", "counts_as"})
    prompt = "Select what the document shows"
    statistic = Statistic.PROPORTION
    usual_count = ("shown",)
    usual_options = FINDINGS
    in_parts = True

    def read(self, question: Question, parts: Parts) -> Mapping[str, str] | None:
        finding = single(parts)
        reference = {part: single(parts, f"answer-{part}") for part in REFERENCE}
        if not finding and not any(reference.values()):
            return None
        if not finding:
            raise AnswerFault("Select what the document shows")
        chosen(question, finding)
        if finding != NO_DOCUMENT and not reference["title"]:
            raise AnswerFault("Enter the title of the document", "title")
        for part, (what, maximum) in REFERENCE.items():
            if len(reference[part]) > maximum:
                raise AnswerFault(f"The {what} can have up to {maximum:,} characters", part)
        return {"finding": finding} | {part: text for part, text in reference.items() if text}

    def said(self, question: Question, value: Mapping[str, str]) -> str:
        reference = (value[part] for part in REFERENCE if part in value)
        return ", ".join([question.label(value["finding"]), *reference])

    def number(self, question: Question, value: Mapping[str, str], part: str | None) -> float:
        return float(value["finding"] in question.counts_as)

    def has_way_out(self, question: Question) -> bool:
        return True
