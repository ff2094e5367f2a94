"""Where a trend breaks between two rounds, in the words of the report."""

from instruments.lineage import Verdict, trend_breaks
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
        found.item: f"For {who} {WHY.get(found.verdict, 'the question changed')} in {since}."
        for found in trend_breaks(then, now)
    }
    # Lineage follows questions as written; a repeated one is asked, and analysed, once for each thing.
    written = {question.id: question.item for section in now.written for question in section.questions}
    return {
        question.item: said[item]
        for question in now.questions
        if (item := written.get(question.repeat_of or question.id, "")) in said
    }
