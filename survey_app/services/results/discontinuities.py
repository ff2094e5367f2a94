"""Where a trend has a discontinuity between two rounds, in the words of the report."""

from instruments.schema import Questionnaire
from instruments.versions.comparability import Find, not_comparable
from instruments.versions.lineage import Discontinuity, Verdict
from sampling.frame import Sector
from survey_app.reports.printed import SECTOR_NAMES

WHY = {
    Verdict.REWORDED: "the question was worded differently",
    Verdict.REROUTED: "the question was put to others",
    Verdict.CHANGED: "other answers were offered or counted",
}
CHANGED = "the question changed"


def discontinuities_between(
    then: Questionnaire,
    now: Questionnaire,
    *,
    sector: Sector,
    since: str,
    find: Find = lambda name, version: None,
) -> dict[str, str]:
    """The items whose answers may not be compared between two rounds, each with a sentence that says why.

    Args:
        since: how the earlier round is called, `2025`.
        find: the questionnaire of this name and version, if it is there.
    """
    who = SECTOR_NAMES[sector].lower()
    return {
        item: f"For {who} {WHY.get(change.verdict, CHANGED)} in {since}.{_noted(change)}"
        for item, change in not_comparable(then, now, find=find).items()
    }


def _noted(change: Discontinuity) -> str:
    """What the author says of the change, as a sentence behind ours."""
    note = change.note.strip()
    return f" {note}{'' if note.endswith('.') else '.'}" if note else ""
