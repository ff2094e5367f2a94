"""Whether a question means the same in two rounds: where it does not, the trend breaks."""

from collections.abc import Iterator

from instruments.schema import Question, Questionnaire
from sampling.frame import Sector
from survey_app.reports.printed import SECTOR_NAMES


def breaks_between(
    then: Questionnaire, now: Questionnaire, item: str, *, sector: Sector, since: str
) -> tuple[str, ...]:
    """Why the answers to an item may not be compared between two rounds, as sentences; none where they may.

    The two versions are laid side by side. Once questionnaires say of each item what became of it,
    what they say decides, and it decides here.

    Args:
        item: asked in both. since: how the earlier round is called, `2025`.
    """
    if then == now:
        return ()
    who = SECTOR_NAMES[sector].lower()
    return tuple(
        f"For {who} {what} in {since}."
        for what in _differences(then.by_item(item), now.by_item(item), _asked_if(then, now, item))
    )


def _asked_if(then: Questionnaire, now: Questionnaire, item: str) -> bool:
    """Whether the item's section was put to the same respondents."""
    before, after = (one.section_of(one.by_item(item)).ask_if for one in (then, now))
    return before == after


def _differences(then: Question, now: Question, same_section: bool) -> Iterator[str]:
    if (then.text, then.hint) != (now.text, now.hint):
        yield "the question was worded differently"
    if _answers(then) != _answers(now):
        yield "other answers were offered"
    if then.ask_if != now.ask_if or not same_section:
        yield "the question was put to others"
    if (then.statistic, then.counts_as) != (now.statistic, now.counts_as):
        yield "the answers were counted differently"


def _answers(question: Question) -> tuple[object, ...]:
    return (
        question.kind,
        question.options,
        tuple((row.value, row.label) for row in question.rows),
        question.escapes,
        question.minimum,
        question.maximum,
    )
