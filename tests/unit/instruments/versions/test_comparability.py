"""What of two rounds may be compared, and what became of the rest."""

from instruments.language.questionnaire import parse
from instruments.schema import Questionnaire
from instruments.versions.comparability import not_comparable
from instruments.versions.lineage import Verdict
from tests.unit.instruments.examples import INDICATORS, questionnaire_text, yes_no


def version(number: int, *questions: str) -> Questionnaire:
    return parse(questionnaire_text(*questions).replace("version: 1", f"version: {number}", 1), INDICATORS)


def reworded(question: str) -> str:
    return question.replace("Is it so?", "Would you say so?")


def test_a_questionnaire_may_be_compared_with_itself() -> None:
    one = version(1, yes_no("a"), yes_no("b"))

    assert not_comparable(one, one) == {}


def test_only_what_was_worded_otherwise_may_not_be_compared() -> None:
    then, now = version(1, yes_no("a"), yes_no("b")), version(2, reworded(yes_no("a")), yes_no("b"))

    changed = not_comparable(then, now)

    assert {item: change.verdict for item, change in changed.items()} == {"a": Verdict.REWORDED}


def test_a_version_in_between_that_is_not_there_carries_nothing_over() -> None:
    then, now = version(1, yes_no("a")), version(3, reworded(yes_no("a")))

    assert not_comparable(then, now, find=lambda name, number: None).keys() == {"a"}
