"""Texts compared as people read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampling.texts import cleaned, damage, folded, one_spelling, without_zeros


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CYMDEITHAS TŶ GŴYR", "Cymdeithas Tŷ Gŵyr"),
        ("Cymdeithas Ty\u0302 Gwyr", "Cymdeithas T\u0177 Gwyr"),
        ("École", "ECOLE"),
        ("O’Neill’s Trust", "O'Neill's  Trust"),
        ("Age\u00a0Concern\u200b Hull\ufeff", "age concern hull"),
        ("10k–100k", "10k-100k"),
        ("Friends of\nHull Park", "Friends of Hull Park"),
        ("Straße", "STRASSE"),
    ],
)
def test_spellings_of_one_name_are_the_same(one: str, other: str) -> None:
    assert folded(one) == folded(other)


def test_names_that_differ_in_a_letter_stay_different() -> None:
    assert folded("Mind in Hull") != folded("Mind in Hall")
    assert folded("हिन्दी") != folded("हनद")


@given(st.text(max_size=60))
def test_cleaning_and_folding_again_change_nothing(text: str) -> None:
    assert cleaned(cleaned(text)) == cleaned(text)
    assert folded(folded(text)) == folded(text)
    assert folded(cleaned(text)) == folded(text)


def test_a_word_of_a_vocabulary_is_known_in_any_spelling_and_no_other_is() -> None:
    regions = ("Yorkshire and The Humber", "London")

    assert one_spelling("yorkshire  and the Humber", regions) == "Yorkshire and The Humber"
    assert one_spelling("Leeds", regions) == "Leeds"


@pytest.mark.parametrize(
    ("identifier", "bare"), [("0212345", "212345"), ("000", "0"), ("SC001", "sc001"), ("0x1", "0x1")]
)
def test_only_identifiers_of_figures_lose_their_noughts(identifier: str, bare: str) -> None:
    assert without_zeros(identifier) == bare


@pytest.mark.parametrize("text", ["Caf\ufffd Society", "CaffÃ© Nero", "Itâ€™s Ours", "TÅ· GÅµyr"])
def test_a_text_that_was_damaged_on_its_way_says_so(text: str) -> None:
    assert "from its source again" in damage(text)


@pytest.mark.parametrize("text", ["Café Society", "“CAFÉ”", "It’s Ours", "TŶ GŴYR", "Ålesund Å’s", "£5 Club"])
def test_sound_names_are_not_taken_for_damaged(text: str) -> None:
    assert damage(text) == ""
