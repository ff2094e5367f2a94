"""What a screen sends becomes an answer, or a sentence to the respondent that says what to do."""

import json
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from instruments.answering.answers import Answer, Raw, from_stored, read_answer, shown, to_stored
from instruments.errors import AnswerFault, StoredAnswersError
from instruments.kinds.values import clean
from instruments.schema import Kind, State
from tests.unit.instruments.examples import question


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        (Kind.YES_NO, ["yes"], "yes"),
        (Kind.SINGLE_CHOICE, {"answer": ["blue"]}, "blue"),
        (Kind.MULTI_CHOICE, ["blue", "red", "blue"], ("red", "blue")),
        (Kind.RATING, ["7"], 7),
        (Kind.COUNT, [" 1,200 "], 1200),
        (Kind.AMOUNT, ["£1,234.5"], 123_450),
        (Kind.AMOUNT, ["12"], 1200),
        (Kind.AMOUNT, ["-0.05"], -5),
        (Kind.PROPORTION, ["45%"], 45),
        (Kind.DATE, {"answer-day": ["7"], "answer-month": ["3"], "answer-year": ["2025"]}, "2025-03-07"),
        (Kind.DATE, ["2025-03-07"], "2025-03-07"),
        (Kind.SHORT_TEXT, ["<b>bold</b> & 'odd'"], "<b>bold</b> & 'odd'"),
        (Kind.LONG_TEXT, ["one\r\ntwo"], "one\ntwo"),
        (
            Kind.GRID,
            {"answer-funding": ["red"], "answer-advice": ["blue"]},
            {"funding": "red", "advice": "blue"},
        ),
        (Kind.DOCUMENT, ["no_document"], {"finding": "no_document"}),
        (
            Kind.DOCUMENT,
            {"answer": ["partly"], "answer-title": [" Minutes "], "answer-where": ["p. 3"]},
            {"finding": "partly", "title": "Minutes", "where": "p. 3"},
        ),
    ],
)
def test_each_kind_is_read_into_its_stored_value(kind: Kind, raw: Raw, value: object) -> None:
    assert read_answer(question(kind), raw) == Answer(State.ANSWERED, value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "raw", "says", "part"),
    [
        (Kind.YES_NO, [], "Select yes or no", ""),
        (Kind.YES_NO, ["maybe"], "Select one of the answers listed", ""),
        (Kind.SINGLE_CHOICE, ["  "], "Select an answer", ""),
        (Kind.MULTI_CHOICE, ["red", "green"], "Select one of the answers listed", ""),
        (Kind.RATING, ["11"], "Select one of the answers listed", ""),
        (Kind.RATING, [], "Select a point from 1 to 5", ""),
        (Kind.COUNT, ["a few"], "Enter a whole number, like 12", ""),
        (Kind.COUNT, ["1.5"], "Enter a whole number, like 12", ""),
        (Kind.COUNT, ["9" * 5000], "Enter a whole number, like 12", ""),
        (Kind.COUNT, ["１２"], "Enter a whole number, like 12", ""),
        (Kind.AMOUNT, ["1.234"], "Enter an amount in pounds, like 1,200 or 1200.50", ""),
        (Kind.DATE, {"answer-day": ["7"], "answer-month": [""]}, "must include a month and a year", "month"),
        (
            Kind.DATE,
            {"answer-day": ["7"], "answer-month": ["3"], "answer-year": ["25"]},
            "4 numbers",
            "year",
        ),
        (
            Kind.DATE,
            {"answer-day": ["30"], "answer-month": ["2"], "answer-year": ["2025"]},
            "real date",
            "day",
        ),
        (Kind.DATE, ["yesterday"], "real date", ""),
        (Kind.DATE, ["0025-03-27"], "year must be from 1600 to 2100", ""),
        (Kind.DATE, {"answer-day": ["1"], "answer-month": ["1"], "answer-year": ["1066"]}, "1600", "year"),
        (Kind.DATE, {"answer-day": ["1"], "answer-month": ["1"], "answer-year": ["9999"]}, "2100", "year"),
        (Kind.LONG_TEXT, [""], "Enter an answer", ""),
        (Kind.GRID, {"answer-funding": ["red"]}, "Still to do: “Advice”", "advice"),
        (
            Kind.GRID,
            {"answer-funding": ["red"], "answer-advice": ["green"]},
            "one of the answers listed",
            "advice",
        ),
        (Kind.DOCUMENT, {}, "Select what the document shows", ""),
        (Kind.DOCUMENT, {"answer-title": ["Minutes"]}, "Select what the document shows", ""),
        (Kind.DOCUMENT, {"answer": ["shown"]}, "Enter the title", "title"),
        (Kind.DOCUMENT, {"answer": ["maybe"], "answer-title": ["x"]}, "one of the answers listed", ""),
        (
            Kind.DOCUMENT,
            {"answer": ["shown"], "answer-title": ["x"], "answer-where": ["y" * 101]},
            "page or paragraph can have up to 100",
            "where",
        ),
    ],
)
def test_what_is_no_answer_is_told_in_plain_words(kind: Kind, raw: Raw, says: str, part: str) -> None:
    with pytest.raises(AnswerFault) as caught:
        read_answer(question(kind), raw)

    assert says in caught.value.message
    assert caught.value.part == part


@pytest.mark.parametrize(
    ("kind", "written", "value"),
    [
        (Kind.COUNT, "1,200", 1200),
        (Kind.COUNT, "12 000", 12_000),
        (Kind.COUNT, "1\u00a0200\u00a0000", 1_200_000),
        (Kind.AMOUNT, "£1,200.50", 120_050),
        (Kind.AMOUNT, "12.5 pounds", 1_250),
        (Kind.PROPORTION, "50 per cent", 50),
        (Kind.PROPORTION, "50 Percent", 50),
        (Kind.PROPORTION, "7 %", 7),
    ],
)
def test_a_number_is_understood_as_people_write_it(kind: Kind, written: str, value: int) -> None:
    assert read_answer(question(kind), [written]) == Answer(State.ANSWERED, value)


@pytest.mark.parametrize("kind", [Kind.COUNT, Kind.AMOUNT, Kind.PROPORTION])
@pytest.mark.parametrize(
    "written",
    ["1,5", "0,5", "1,0", "12,50", "12 13", "1,2,3", "1,200 000", "0,500", "1,20,000", "about 50", "5-6"],
)
def test_no_comma_or_space_makes_another_number(kind: Kind, written: str) -> None:
    with pytest.raises(AnswerFault):
        read_answer(question(kind), [written])


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        (Kind.COUNT, "£50"),
        (Kind.COUNT, "50%"),
        (Kind.AMOUNT, "50%"),
        (Kind.AMOUNT, "££5"),
        (Kind.AMOUNT, "£1,2"),
        (Kind.PROPORTION, "£5"),
        (Kind.PROPORTION, "5%%"),
    ],
)
def test_a_sign_of_another_unit_is_a_slip(kind: Kind, written: str) -> None:
    with pytest.raises(AnswerFault):
        read_answer(question(kind), [written])


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({"minimum": 0, "maximum": 52}, "Enter a whole number, like 12 (between 0 and 52)"),
        ({"minimum": 1}, "Enter a whole number, like 12 (1 or more)"),
        ({"maximum": 52}, "Enter a whole number, like 12 (52 or less)"),
    ],
)
def test_what_is_no_number_is_answered_with_the_range(limits: dict[str, int], words: str) -> None:
    with pytest.raises(AnswerFault, match=re.escape(words)):
        read_answer(replace(question(Kind.COUNT), **limits), ["a dozen"])


@pytest.mark.parametrize("kind", list(Kind))
def test_an_optional_question_may_be_left_empty(kind: Kind) -> None:
    assert read_answer(question(kind, required=False), {}) is None


@pytest.mark.parametrize(
    ("extra", "says"), [(1, "1 character too long"), (1500, "1,500 characters too long")]
)
def test_a_text_over_the_limit_is_told_by_how_much(extra: int, says: str) -> None:
    with pytest.raises(AnswerFault, match=says):
        read_answer(question(Kind.LONG_TEXT), ["x" * (4000 + extra)])


def test_a_text_at_the_limit_is_taken_and_line_ends_count_once() -> None:
    text = "x" * 3999 + "\r\n"

    assert read_answer(question(Kind.LONG_TEXT), [text]) == Answer(State.ANSWERED, "x" * 3999 + "\n")


def test_a_limit_of_its_own_stands_before_the_usual_one() -> None:
    with pytest.raises(AnswerFault, match="up to 5"):
        read_answer(question(Kind.SHORT_TEXT, limit=5), ["123456"])


@pytest.mark.parametrize("kind", list(Kind))
def test_a_way_to_pass_is_an_answer_where_it_is_offered(kind: Kind) -> None:
    passable = question(kind, prefer_not_to_say="Prefer not to say")

    assert read_answer(passable, {"pass": ["prefer_not_to_say"]}) == Answer(State.PREFER_NOT_TO_SAY)


def test_a_way_to_pass_may_come_among_the_options() -> None:
    assert read_answer(question(Kind.YES_NO, dont_know="Not sure"), ["dont_know"]) == Answer(State.DONT_KNOW)


def test_the_name_of_a_way_to_pass_may_be_typed_as_a_text() -> None:
    typed = read_answer(question(Kind.SHORT_TEXT, dont_know="Not sure"), ["dont_know"])

    assert typed == Answer(State.ANSWERED, "dont_know")


def test_a_way_to_pass_that_is_not_offered_is_no_answer() -> None:
    with pytest.raises(AnswerFault):
        read_answer(question(Kind.YES_NO), ["dont_know"])


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        (Kind.MULTI_CHOICE, {"answer": ["red", "dont_know"]}),
        (Kind.COUNT, {"answer": ["3"], "pass": ["dont_know"]}),
        (Kind.GRID, {"answer-funding": ["red"], "pass": ["dont_know"]}),
        (Kind.COUNT, {"pass": ["dont_know", "prefer_not_to_say"]}),
    ],
)
def test_an_answer_beside_a_way_to_pass_is_refused_so_that_neither_is_lost(kind: Kind, raw: Raw) -> None:
    passable = question(kind, dont_know="Do not know", prefer_not_to_say="Rather not")

    with pytest.raises(AnswerFault, match="not both"):
        read_answer(passable, raw)


def test_a_row_of_a_grid_may_be_unknown_where_that_is_offered() -> None:
    grid = question(Kind.GRID, dont_know="Do not know")

    read = read_answer(grid, {"answer-funding": ["dont_know"], "answer-advice": ["red"]})

    assert read == Answer(State.ANSWERED, {"funding": "dont_know", "advice": "red"})
    assert shown(grid, read) == "Funding: Do not know; Advice: Red"


def test_being_told_that_an_answer_is_needed_names_the_way_to_pass() -> None:
    with pytest.raises(AnswerFault, match="If you are not sure, select “I am not sure”"):
        read_answer(question(Kind.YES_NO, dont_know="I am not sure"), [])


@given(st.text())
def test_cleaned_text_can_be_stored_and_keeps_every_visible_letter(text: str) -> None:
    cleaned = clean(text)

    assert "\0" not in cleaned
    assert cleaned.encode().decode() == cleaned
    assert [x for x in cleaned if not x.isspace()] == [
        x
        for x in text
        if not x.isspace() and not (ord(x) < 32 or 127 <= ord(x) < 160 or 0xD800 <= ord(x) < 0xE000)
    ]


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        (Kind.YES_NO, "no", "No"),
        (Kind.MULTI_CHOICE, ("red", "blue"), "Red, Blue"),
        (Kind.COUNT, 1200, "1,200"),
        (Kind.AMOUNT, 123_450, "£1,234.50"),
        (Kind.AMOUNT, 120_000, "£1,200"),
        (Kind.PROPORTION, 45, "45%"),
        (Kind.RATING, 7, "3.5"),
        (Kind.DATE, "2025-03-07", "7 March 2025"),
        (Kind.LONG_TEXT, "<b>", "<b>"),
    ],
)
def test_an_answer_is_shown_as_a_reader_would_say_it(kind: Kind, value: object, words: str) -> None:
    assert shown(question(kind), Answer(State.ANSWERED, value)) == words  # type: ignore[arg-type]


def test_a_passed_question_is_shown_in_the_words_that_were_offered() -> None:
    assert shown(question(Kind.YES_NO, dont_know="Not sure"), Answer(State.DONT_KNOW)) == "Not sure"


VALUES = st.one_of(
    st.text(),
    st.integers(),
    st.lists(st.text()).map(tuple),
    st.dictionaries(st.text(), st.text()),
)
ANSWERS = st.one_of(
    st.sampled_from([Answer(State.DONT_KNOW), Answer(State.NOT_APPLICABLE), Answer(State.PREFER_NOT_TO_SAY)]),
    VALUES.map(lambda value: Answer(State.ANSWERED, value)),
)


@given(answers=st.dictionaries(st.text(), ANSWERS))
def test_answers_come_back_from_storage_as_they_went_in(answers: dict[str, Answer]) -> None:
    assert from_stored(json.loads(json.dumps(to_stored(answers)))) == answers


def test_the_first_data_version_is_read_for_good() -> None:
    stored = {
        "version": 1,
        "answers": {
            "a": {"state": "answered", "value": ["red"]},
            "b": {"state": "dont_know"},
        },
    }

    assert from_stored(stored) == {"a": Answer(State.ANSWERED, ("red",)), "b": Answer(State.DONT_KNOW)}


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"version": 2, "answers": {}},
        {"version": 1, "answers": []},
        {"version": 1, "answers": {"a": "yes"}},
        {"version": 1, "answers": {"a": {"state": "unheard_of"}}},
        {"version": 1, "answers": {"a": {"state": "routed_out"}}},
        {"version": 1, "answers": {"a": {"state": "answered"}}},
        {"version": 1, "answers": {"a": {"state": "dont_know", "value": "yes"}}},
        {"version": 1, "answers": {"a": {"state": "answered", "value": 1.5}}},
        {"version": 1, "answers": {"a": {"state": "answered", "value": True}}},
        {"version": 1, "answers": {"a": {"state": "answered", "value": [1]}}},
    ],
)
def test_a_document_that_no_version_wrote_is_refused(document: dict[str, object]) -> None:
    with pytest.raises(StoredAnswersError):
        from_stored(document)


def test_a_reason_is_stored_with_the_answer_it_confirms() -> None:
    answers = {"a": Answer(State.ANSWERED, 500, reason="Two years at once"), "b": Answer(State.ANSWERED, 1)}

    document = to_stored(answers)

    assert from_stored(json.loads(json.dumps(document))) == answers
    assert document["answers"]["b"] == {"state": "answered", "value": 1}  # type: ignore[index]
    with pytest.raises(StoredAnswersError, match="reason is not a text"):
        from_stored({"version": 1, "answers": {"a": {"state": "dont_know", "reason": 3}}})


def test_what_a_document_shows_is_said_with_its_reference() -> None:
    value = {"finding": "partly", "title": "Minutes", "where": "p. 3"}

    assert shown(question(Kind.DOCUMENT), Answer(State.ANSWERED, value)) == "In part, Minutes, p. 3"


def test_amounts_below_nothing_keep_their_pence() -> None:
    assert shown(question(Kind.AMOUNT), Answer(State.ANSWERED, -150)) == "-£1.50"
