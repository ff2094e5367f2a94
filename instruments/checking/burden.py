"""Files that take longer than they may, or than they say."""

from collections.abc import Iterator

from instruments.answering.minutes import minutes
from instruments.checking.findings import Draft, Finding
from instruments.conduct import CEILING, MODULES

SHARE, MIN_DIFFERENCE = 0.4, 2.0


def burden_findings(draft: Draft) -> Iterator[Finding]:
    """Faults where a ceiling is passed; a warning where the minutes told are far from those worked out.

    Far is more than 40 per cent of what is told, and more than two minutes.
    """
    questionnaire = draft.questionnaire
    worked_out, stated = minutes(questionnaire), questionnaire.estimated_minutes
    ceiling = questionnaire.minutes_ceiling
    if ceiling is None and questionnaire.role in MODULES:
        ceiling = CEILING
    if ceiling is not None and max(worked_out, stated) > ceiling:
        message = (
            f"it takes {worked_out:.1f} minutes (stated: {stated}), and its ceiling is {ceiling}: ask less"
        )
        yield draft.fault("over-ceiling", message)
    if abs(worked_out - stated) > max(MIN_DIFFERENCE, SHARE * stated):
        message = (
            f"{stated} minutes are stated, and the questions take {worked_out:.1f}: correct estimated_minutes"
        )
        yield draft.warning("minutes", message)
