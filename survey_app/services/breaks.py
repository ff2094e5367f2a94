"""Where a trend breaks between two rounds, in the words of the report."""

from collections.abc import Iterator
from dataclasses import replace

from instruments.lineage import TrendBreak, Verdict, trend_breaks
from instruments.schema import Questionnaire
from sampling.frame import Sector
from survey_app.reports.printed import SECTOR_NAMES

WHY = {
    Verdict.REWORDED: "the question was worded differently",
    Verdict.REROUTED: "the question was put to others",
    Verdict.CHANGED: "other answers were offered or counted",
}


def breaks_between(then: Questionnaire, now: Questionnaire, *, sector: Sector, since: str) -> dict[str, str]:
    """The items whose answers may not be compared between two rounds, each with a sentence that says why.

    What the questionnaires say of their lineage decides.

    Args:
        since: how the earlier round is called, `2025`.
    """
    if then == now:
        return {}
    who = SECTOR_NAMES[sector].lower()
    said = {
        found.item: f"For {who} {WHY.get(found.verdict, 'the question changed')} in {since}.{_noted(found)}"
        for found in _found(then, now)
    }
    # Lineage follows questions as written; a repeated one is asked, and analysed, once for each thing.
    written = {question.id: question.item for section in now.written for question in section.questions}
    return {
        question.item: said[item]
        for question in now.questions
        if (item := written.get(question.repeat_of or question.id, "")) in said
    }


def _found(then: Questionnaire, now: Questionnaire) -> Iterator[TrendBreak]:
    """Every break, with what authors say of changes read beside the version of the part it is about.

    A composed questionnaire has a version of its own, and so has each part; `changed` names the part's.
    """
    before, after = _origins(then), _origins(now)
    versions = {
        item: version if after.get(item, ("", 0))[0] == name else 0
        for item, (name, version) in before.items()
    }
    for version in sorted(set(versions.values())):
        for found in trend_breaks(replace(then, version=version), now):
            if versions[found.item] == version:
                yield found


def _origins(questionnaire: Questionnaire) -> dict[str, tuple[str, int]]:
    """Name and version of the instrument that each item was written for."""
    own = f"{questionnaire.name}@{questionnaire.version}"
    found: dict[str, tuple[str, int]] = {}
    for section in questionnaire.written:
        name, _, version = (section.origin or own).rpartition("@")
        found |= {question.item: (name, int(version)) for question in section.questions}
    return found


def _noted(found: TrendBreak) -> str:
    """What the author says of the change, as a sentence behind ours."""
    note = found.note.strip()
    return f" {note}{'' if note.endswith('.') else '.'}" if note else ""
