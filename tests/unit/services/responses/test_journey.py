"""A journey walks a questionnaire once, and says the same as the library that walks it for each question."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from instruments.answering.answers import Answer
from instruments.answering.piping import pipe_values
from instruments.answering.routing import (
    counted,
    first_unanswered,
    next_question,
    previous_question,
    route,
    route_pages,
    states,
)
from instruments.language.questionnaire import parse
from instruments.schema import State
from survey_app.services.responses.journey import Journey, Why, to_confirm_again
from tests.fixtures.every_kind import TEXT

QUESTIONNAIRE = parse(TEXT)
FACTS = {"agreement": "Compact", "organisation": "Hull Aid", "sector": "vco", "mode": "web"}


def given_as(value: object, reason: str = "") -> Answer:
    return Answer(State.ANSWERED, value, reason)  # type: ignore[arg-type]


POSSIBLE = {
    "heard-of": [given_as("yes"), Answer(State.DONT_KNOW)],
    "who-pays": [given_as(("council",)), given_as(("police", "health")), given_as(("nobody",))],
    "grants": [given_as(0), given_as(60), given_as(5)],
    "late": [given_as(3), given_as(20, "A strike"), given_as(20)],
    "share": [given_as(90)],
    "share-contracts": [given_as(20), Answer(State.DONT_KNOW)],
    "income": [given_as(100)],
    "cash.council": [given_as(9_000_000), given_as(60_000_000), given_as(60_000_000, "A building")],
    "cash.police": [given_as(2_000_000), Answer(State.DONT_KNOW)],
    "cash.health": [given_as(1)],
    "met.police": [given_as(0), given_as(2)],
    "useful.police": [given_as("useful")],
    "group": [given_as("{grants|x}")],
}
ANSWERS = st.fixed_dictionaries({}, optional={item: st.sampled_from(some) for item, some in POSSIBLE.items()})


@given(ANSWERS)
def test_it_leads_where_the_library_leads(answers: dict[str, Answer]) -> None:
    about = (QUESTIONNAIRE, answers, FACTS)
    journey = Journey(*about)

    assert journey.asked == route(*about)
    assert journey.counted == counted(*about)
    assert journey.pages == route_pages(*about)
    assert journey.waiting == first_unanswered(*about)
    standing = states(*about)
    for question in QUESTIONNAIRE.questions:
        assert journey.may_be_asked(question) is (standing[question.item] is not State.ROUTED_OUT)


@given(ANSWERS)
def test_one_walks_from_page_to_page_and_back(answers: dict[str, Answer]) -> None:
    about = (QUESTIONNAIRE, answers, FACTS)
    journey = Journey(*about)
    for page in journey.pages:
        after, before = journey.after(page), journey.before(page)
        following = next_question(*about, after=page.questions[-1].id)
        leading = previous_question(*about, before=page.questions[0].id)

        assert (after.questions[0] if after else None) == following
        assert (before.questions[-1] if before else None) == leading
        assert all(journey.page_of(question.id) == page for question in page.questions)


@given(ANSWERS)
def test_what_counts_is_piped_and_nothing_else(answers: dict[str, Answer]) -> None:
    journey = Journey(QUESTIONNAIRE, answers, FACTS)

    assert dict(journey.values) == pipe_values(QUESTIONNAIRE, journey.counted, FACTS)
    for question in journey.asked:
        assert "{agreement}" not in journey.worded(question).text


@given(ANSWERS)
def test_what_is_open_is_missing_wrong_or_to_confirm_and_on_the_route(answers: dict[str, Answer]) -> None:
    journey = Journey(QUESTIONNAIRE, answers, FACTS)
    still_open = {each.question.item: each for each in journey.open}

    assert set(still_open) <= {question.item for question in journey.asked}
    for item, each in still_open.items():
        assert (each.why is Why.MISSING) is (item not in answers)
        assert bool(each.messages) is (each.why is not Why.MISSING)
    wrong = "share-contracts" in still_open and still_open["share-contracts"].why is Why.WRONG
    assert wrong is (answers.get("share-contracts") == given_as(20) and "share" in answers)


@given(ANSWERS, ANSWERS)
def test_a_reason_is_dropped_only_from_answers_whose_soft_check_rests_on_a_change(
    before: dict[str, Answer], after: dict[str, Answer]
) -> None:
    old, new = (Journey(QUESTIONNAIRE, answers, FACTS) for answers in (before, after))

    again = to_confirm_again(old, new)

    for item, answer in again.items():
        assert answer == replace(new.counted[item], reason="")
        assert item == "late"
        assert old.counted.get("grants") != new.counted.get("grants")
    assert to_confirm_again(new, new) == {}


@given(ANSWERS, ANSWERS)
def test_other_answers_lead_where_a_journey_of_their_own_would(
    before: dict[str, Answer], after: dict[str, Answer]
) -> None:
    journey = Journey(QUESTIONNAIRE, before, FACTS)
    assert journey.asked

    other, own = journey.with_answers(after), Journey(QUESTIONNAIRE, after, FACTS)

    assert (other.asked, other.counted, other.values, other.open) == (
        own.asked,
        own.counted,
        own.values,
        own.open,
    )


def test_a_reason_alone_leads_nowhere_else() -> None:
    journey = Journey(QUESTIONNAIRE, {"late": given_as(20)}, FACTS)

    explained = journey.with_answers({"late": given_as(20, "A strike")})

    assert explained.standing is journey.standing
    assert explained.answers["late"].reason == "A strike"
    assert journey.with_answers({"late": given_as(20)}) is journey


def test_the_title_that_respondents_read_has_its_pipes_filled() -> None:
    about = replace(QUESTIONNAIRE, title="The {agreement} in {region|your area}")

    journey = Journey(about, {}, {"agreement": "Compact", "region": "not known"})

    assert journey.entitled == "The Compact in your area"
