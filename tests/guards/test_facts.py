"""Questionnaires and lists know the same regions, bands and kinds of body, and not each other."""

from instruments import facts
from sampling import vocabulary


def test_facts_of_questionnaires_are_those_of_lists() -> None:
    assert facts.REGIONS == vocabulary.REGIONS
    assert facts.INCOME_BANDS == vocabulary.INCOME_BANDS
    assert facts.NOT_KNOWN == vocabulary.NOT_KNOWN
    assert facts.KINDS_OF_BODY == vocabulary.KINDS_OF_BODY
