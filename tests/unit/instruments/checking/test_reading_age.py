"""The reading age is about that of published grades, and short texts are not judged."""

import pytest

from instruments.checking.reading_age import reading_age, syllables


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("practice", 2),
        ("agreement", 3),
        ("area", 3),
        ("people's", 2),
        ("changed", 1),
        ("decided", 3),
        ("consultation", 4),
        ("voluntary", 2),
        ("partnership", 3),
        ("sometimes", 2),
        ("the", 1),
        ("science", 2),
        ("national", 3),
        ("places", 2),
    ],
)
def test_syllables_are_counted_by_ear(word: str, number: int) -> None:
    assert syllables(word) == number


def test_long_words_in_long_sentences_need_an_older_reader() -> None:
    easy = reading_age("Did you get a reply? How long did it take to come? Was it kind?")
    hard = reading_age(
        "Does your institution operationalise consultative accountability mechanisms systematically?"
    )

    assert easy is not None
    assert hard is not None
    assert easy < 9
    assert hard > 18


def test_the_formula_is_that_of_flesch_and_kincaid() -> None:
    # Ten words of one syllable in one sentence: grade 0.39 x 10 + 11.8 x 1 - 15.59 = 0.11.
    assert reading_age("the cat sat on the mat and ate the fish") == pytest.approx(5.11)


def test_a_few_words_are_not_judged_and_a_pipe_counts_as_one_short_word() -> None:
    assert reading_age("Is it so?") is None
    assert reading_age("The {agreement} was on the mat and ate fish") == reading_age(
        "The name was on the mat and ate fish"
    )
