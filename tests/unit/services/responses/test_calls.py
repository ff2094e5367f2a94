"""What a call sends: all that was said in it, and what was given on the web before where both fit."""

from instruments.answering.answers import Answer
from instruments.language.questionnaire import parse
from instruments.schema import State
from survey_app.services.responses.calls import NOT_COMPARED, fitting
from survey_app.services.responses.journey import Journey, Why

QUESTIONNAIRE = parse("""
schema: 1
name: grants
version: 1
title: Grants
audience: vco
estimated_minutes: 1
sections:
  - id: numbers
    title: Numbers
    questions:
      - {id: grants, kind: count, text: How many grants?, short: Grants, maximum: 500}
      - id: late
        kind: count
        text: How many were late?
        short: Late
        required: false
        checks: [{sum_of: [late], at_most: grants}]
      - id: staff
        kind: count
        text: How many people work for you?
        short: Staff
        required: false
        checks:
          - {soft: true, must_hold: {not: {all: [{item: staff, at_least: 50}, {item: grants, at_most: 1}]}},
             message: That is a large staff}
""")
FACTS = {"agreement": "Compact", "organisation": "Hull Aid", "sector": "vco", "mode": "telephone"}


def given(value: object) -> Answer:
    return Answer(State.ANSWERED, value)  # type: ignore[arg-type]


def sent(said: dict[str, Answer], before: dict[str, Answer]) -> dict[str, Answer]:
    return fitting(QUESTIONNAIRE, FACTS, said=said, before=before)


def test_all_that_was_given_before_stays_where_it_fits() -> None:
    before = {"grants": given(9), "late": given(3)}

    assert sent({"grants": given(4)}, before) == {**before, "grants": given(4)}


def test_what_does_not_fit_with_what_was_said_is_left_out() -> None:
    before = {"grants": given(9), "late": given(3), "staff": given(5)}

    kept = sent({"grants": given(2)}, before)

    assert (kept["grants"], kept["staff"], "late" in kept) == (given(2), given(5), False)
    assert Journey(QUESTIONNAIRE, kept, FACTS).open == ()


def test_what_a_soft_check_would_ask_of_both_together_is_marked_in_the_data() -> None:
    before, said = {"staff": given(80)}, {"grants": given(1)}
    assert [each.why for each in Journey(QUESTIONNAIRE, before | said, FACTS).open] == [Why.SOFT_CHECK]

    kept = sent(said, before)

    assert kept == {"grants": given(1), "staff": Answer(State.ANSWERED, 80, NOT_COMPARED)}
