"""What a reader of two versions is told, in words."""

import pytest

from survey_app.web.staff.questionnaires.wording import place_in_words


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("text", "Text"),
        ("hint", "Hint"),
        ("options.none.label", "Answer “none”"),
        ("options.none.hint", "Answer “none”: hint"),
        ("rows.funding.label", "Line “funding”"),
        ("options", "Options"),
    ],
)
def test_the_place_of_a_wording_is_told_without_the_dots_of_its_path(place: str, words: str) -> None:
    assert place_in_words(place) == words
