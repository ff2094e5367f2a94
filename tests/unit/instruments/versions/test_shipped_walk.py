"""Every question that comes with the software can be reached, shown and answered by somebody."""

from collections.abc import Iterator
from random import Random

import pytest

from instruments.answering.answers import Answer
from instruments.answering.piping import filled, pipe_values
from instruments.answering.routing import computed_values, route, states
from instruments.composition import Recipe, compose
from instruments.conduct import MODULES
from instruments.kinds.table import kind_of
from instruments.kinds.values import Value
from instruments.schema import Audience, Kind, Question, Questionnaire, State
from instruments.versions.library import read, shipped

RUNS = 600
CORES = {Audience.PUBLIC_BODY: "annual-public-body", Audience.VCO: "annual-vco"}
OF_THE_OTHER_SECTOR = {
    ("deep-review-interview", Audience.PUBLIC_BODY): {"talk-together"},
    ("deep-review-interview", Audience.VCO): {"talk-central"},
}
BODIES = ["local authority", "central department", "police"]


def to_walk() -> Iterator[tuple[str, Audience]]:
    for one in shipped():
        for audience in read(one.name, one.version).questionnaire.audiences:
            yield one.name, audience


def as_asked(name: str, audience: Audience) -> Questionnaire:
    """A form as it stands; a module as it is asked, behind the core of its sector."""
    alone = read(name, 1)
    if alone.questionnaire.role not in MODULES:
        return alone.questionnaire
    core = read(CORES[audience], 1).text
    return compose(Recipe("round-1", 1, "Annual survey", core, (alone.text,))).questionnaire


def said(question: Question, rng: Random) -> Answer:
    """Any answer that the question takes; small numbers, because of what is compared with them."""
    passes = [State(escape.value) for escape in question.escapes]
    if passes and rng.random() < 0.1:
        return Answer(rng.choice(passes))
    return Answer(State.ANSWERED, value(question, rng))


def value(question: Question, rng: Random) -> Value:
    options = [option.value for option in question.options if not option.exclusive]
    if question.kind is Kind.MULTI_CHOICE:
        return tuple(rng.sample(options, rng.randint(1, min(3, len(options)))))
    if question.kind is Kind.GRID:
        return {row.value: rng.choice(options) for row in question.rows}
    if question.kind is Kind.DOCUMENT:
        return {"finding": rng.choice(options), "title": "Minutes", "where": "page 3"}
    if kind_of(question).is_number:
        return max(question.minimum or 0, rng.choice([0, 1, 5, 20]))
    if question.kind is Kind.DATE:
        return f"20{rng.randint(10, 24)}-0{rng.randint(1, 9)}-15"
    if "limit" in kind_of(question).fields:
        return "In words"
    return int(rng.choice(options)) if question.kind is Kind.RATING else rng.choice(options)


@pytest.mark.parametrize(("name", "audience"), [*to_walk()], ids=str)
def test_some_answers_lead_to_every_question_and_fill_every_pipe(name: str, audience: Audience) -> None:
    questionnaire, rng = as_asked(name, audience), Random(2025)
    never = OF_THE_OTHER_SECTOR.get((name, audience), set())
    waiting = {question.id for question in questionnaire.questions}

    for _ in range(RUNS):
        facts = {"agreement": "Compact", "organisation": "Hull Aid", "sector": str(audience)}
        facts |= {"region": "London", "body_type": rng.choice(BODIES), "income_band": "under 10k"}
        answers = {question.item: said(question, rng) for question in questionnaire.questions}
        new = [question for question in route(questionnaire, answers, facts) if question.id in waiting]
        values = pipe_values(questionnaire, answers, facts) if new else {}
        assert [
            shown for shown in (wording(filled(question, values)) for question in new) if "{" in shown
        ] == []
        waiting -= {question.id for question in new}
        if waiting == never:
            break

    assert waiting == never
    assert set(states(questionnaire, answers, facts)) == set(questionnaire.items)
    assert set(computed_values(questionnaire, answers, facts)) <= set(questionnaire.computed)


def wording(question: Question) -> str:
    labels = [one.label for one in (*question.options, *question.escapes)]
    labels += [row.label for row in question.rows]
    return " | ".join([question.text, question.hint, question.guidance, *question.probes, *labels])
