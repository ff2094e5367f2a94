"""The demonstration's synthetic respondents before everything that may be asked of them."""

import numpy as np
import pytest

from instruments.language.questionnaire import parse
from instruments.schema import Questionnaire
from instruments.versions import library
from instruments.versions.library import Locked
from survey_app.demo.respondents import Character, made_up, next_asked, second_thoughts, sent
from survey_app.services.responses.checking import UnsoundError, validated
from survey_app.services.responses.journey import Journey
from tests.fixtures.every_kind import TEXT as EVERY_KIND
from tests.unit.instruments.examples import INDICATORS

FACTS = {
    "agreement": "Compact",
    "organisation": "Hull Aid",
    "sector": "voluntary",
    "region": "London",
    "income_band": "under 10k",
}


def answered(questionnaire: Questionnaire, seed: int) -> Journey:
    """Every question on the way answered, until nothing is left to settle."""
    who = Character(0.5, np.random.default_rng(seed))
    journey = Journey(questionnaire, {}, FACTS)
    while asked := next_asked(journey):
        raw = {question.id: made_up(question, who) for question in asked}
        try:
            journey = validated(journey, sent(asked, raw)).journey
        except UnsoundError as unsound:
            journey = validated(journey, sent(asked, raw | second_thoughts(asked, unsound))).journey
    return journey


@pytest.mark.parametrize("locked", library.shipped(), ids=lambda locked: f"{locked.name}@{locked.version}")
def test_a_synthetic_respondent_gets_through_every_shipped_questionnaire(locked: Locked) -> None:
    questionnaire = library.read(locked.name, locked.version).questionnaire

    for seed in range(5):
        assert answered(questionnaire, seed).open == ()


def test_a_synthetic_respondent_gets_through_every_kind_of_question() -> None:
    questionnaire = parse(EVERY_KIND, INDICATORS)

    for seed in range(20):
        assert answered(questionnaire, seed).open == ()
