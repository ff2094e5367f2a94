"""Words for questionnaires on screen: kinds, roles, states, verdicts, and how two wordings differ."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from instruments.conduct import Role
from instruments.states import VersionState as State
from instruments.versions.lineage import Verdict

KINDS = {
    "yes_no": "Yes or no",
    "single_choice": "One of a list",
    "multi_choice": "Any of a list",
    "rating": "A rating from 1 to 5, by halves",
    "count": "A whole number",
    "amount": "An amount in pounds",
    "proportion": "A percentage",
    "date": "A date",
    "short_text": "A line of text",
    "long_text": "A longer text",
    "grid": "One choice for each line",
    "document": "What a document shows",
}
ROLES = {
    Role.CORE: ("Core questionnaires", "Asked of everybody, unchanged from year to year."),
    Role.MODULE: ("Modules", "Added to a core for a round, when both sectors have agreed to them."),
    Role.LOCAL_MODULE: ("Local modules", "Added in one locality, when both sectors have agreed to them."),
    Role.INTERVIEW_SCHEDULE: ("Interview schedules", "For whoever talks with people in a deep review."),
    Role.TOPIC_GUIDE: ("Topic guides", "For whoever leads a group."),
    Role.PROTOCOL: ("Case-study protocols", "For whoever studies a case."),
    Role.REGISTER: ("Registers", "For who came, and what was done."),
    Role.DESK_RESEARCH: ("Forms for documents", "For what documents say."),
}
STATES = {
    State.DRAFT: "Draft",
    State.IN_TEST: "In test",
    State.AGREED: "Agreed",
    State.PUBLISHED: "Published",
    State.RETIRED: "Retired",
}
TONES = {State.DRAFT: "behind", State.IN_TEST: "behind", State.AGREED: "good", State.PUBLISHED: "good"}
TRANSITIONS = {
    State.IN_TEST: "Send to test",
    State.DRAFT: "Take back to draft",
    State.AGREED: "Mark as agreed",
    State.PUBLISHED: "Publish",
    State.RETIRED: "Retire",
}
DONE = {
    State.IN_TEST: "The version is in test. Signatories can agree or object now.",
    State.DRAFT: "The version is a draft again.",
    State.AGREED: "The version is agreed, and its text is fixed.",
    State.PUBLISHED: "The version is published.",
    State.RETIRED: "The version is retired. No further round can ask it.",
}
VERDICTS = {
    Verdict.SAME: "Same",
    Verdict.REWORDED: "Reworded",
    Verdict.REROUTED: "Put to others",
    Verdict.CHANGED: "Changed",
    Verdict.NEW: "New",
    Verdict.DROPPED: "Dropped",
}
PLACES = {"options": "Answer", "escapes": "Answer", "rows": "Line"}  # parts of a question that have names
_TOKEN = re.compile(r"\s+|\w+|[^\w\s]")


@dataclass(frozen=True)
class Piece:
    """A stretch of a wording that is in both (`kept`), in the old one alone (`gone`) or the new (`added`)."""

    kind: str
    text: str


def place_in_words(place: str) -> str:
    """Where in a question a wording stands, from its path there: `options.none.label` is Answer “none”."""
    kind, _, rest = place.partition(".")
    name, _, part = rest.partition(".")
    if kind not in PLACES or not name:
        return place.replace("_", " ").capitalize()
    return f"{PLACES[kind]} “{name}”" + (f": {part}" if part not in ("", "label") else "")


def pieces(old: str, new: str) -> tuple[Piece, ...]:
    """Two wordings as one run of pieces, word by word."""
    return tuple(piece for piece in _pieces(_TOKEN.findall(old), _TOKEN.findall(new)) if piece.text)


def _pieces(old: list[str], new: list[str]) -> Iterator[Piece]:
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for what, a, b, c, d in matcher.get_opcodes():
        if what == "equal":
            yield Piece("kept", "".join(old[a:b]))
            continue
        yield Piece("gone", "".join(old[a:b]))
        yield Piece("added", "".join(new[c:d]))
