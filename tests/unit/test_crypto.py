"""Keys: codes, pseudonyms, sealed contacts, passwords."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_app.crypto import (
    ALPHABET,
    Keyring,
    hash_password,
    is_slip,
    new_key,
    normal_code,
    password_matches,
    seal,
    unseal,
)
from survey_app.errors import DestroyedError

KEYS = Keyring("p" * 40, "l" * 40, "c" * 40, "d" * 40)
CASE = "7d9a3a6e-3c6c-5b0e-8a51-0c6f0c1f8b11"


def test_a_code_is_twelve_letters_and_numbers_that_cannot_be_misread() -> None:
    code = KEYS.access_code(CASE, 1)

    assert re.fullmatch(f"([{ALPHABET}]{{4}}-){{2}}[{ALPHABET}]{{4}}", code)
    assert not set("ILOU") & set(code)


@given(st.uuids(), st.integers(1, 50))
def test_a_code_is_the_same_each_time_and_differs_by_case_generation_and_key(
    case: object, generation: int
) -> None:
    code = KEYS.access_code(str(case), generation)

    assert code == KEYS.access_code(str(case), generation)
    assert code != KEYS.access_code(str(case), generation + 1)
    assert code != replace(KEYS, code_key="x" * 40).access_code(str(case), generation)


@pytest.mark.parametrize(
    "typed", ["KX4M20VB9QZT", " kx4m-20vb-9qzt ", "KX4M 2OVB 9QZT", "kx4m\u201320ub–9qzt"]
)
def test_a_code_is_known_however_it_is_typed(typed: str) -> None:
    assert normal_code(typed) == "KX4M20VB9QZT"
    assert KEYS.code_hash(typed) == KEYS.code_hash("KX4M-20VB-9QZT")


@given(st.uuids(), st.integers(0, 11), st.sampled_from(ALPHABET))
def test_one_wrong_symbol_or_two_exchanged_are_a_slip(case: object, place: int, other: str) -> None:
    code = normal_code(KEYS.access_code(str(case), 1))
    wrong = code[:place] + other + code[place + 1 :]
    exchanged = code[:place] + code[place : place + 2][::-1] + code[place + 2 :]

    assert not is_slip(code)
    assert is_slip(wrong) or wrong == code
    assert is_slip(exchanged) or exchanged == code
    assert is_slip(code[1:])
    assert is_slip(code + "A")


def test_a_code_from_before_the_check_symbol_is_made_as_it_was_sent() -> None:
    known = [KEYS.access_code(CASE, 3)[:-1] + last for last in ALPHABET]
    sent = [code for code in known if KEYS.code_behind(CASE, 3, KEYS.code_hash(code)) == code]

    assert len(sent) == 2
    assert KEYS.access_code(CASE, 3) in sent
    assert not any(KEYS.code_behind(CASE, 2, KEYS.code_hash(code)) for code in sent)


def test_what_is_stored_of_a_code_does_not_tell_the_code() -> None:
    code = KEYS.access_code(CASE, 1)

    assert normal_code(code).lower() not in KEYS.code_hash(code)
    assert KEYS.code_hash(code) != replace(KEYS, code_key="x" * 40).code_hash(code)


def test_a_pseudonym_is_stable_in_a_strand_and_another_in_the_next() -> None:
    unit = KEYS.unit_pseudonym("england", "annual_survey", CASE)

    assert unit == KEYS.unit_pseudonym("england", "annual_survey", CASE, "")
    others = {
        unit,
        KEYS.unit_pseudonym("england", "local_survey", CASE),
        KEYS.unit_pseudonym("leeds", "annual_survey", CASE),
        KEYS.unit_pseudonym("england", "annual_survey", CASE, "Housing"),
    }
    assert len(others) == 4
    assert CASE[:8] not in unit


def test_the_pseudonym_of_a_seat_says_nothing_of_its_unit_and_is_another_in_the_next_round() -> None:
    seat = KEYS.seat_pseudonym("round", CASE)

    assert seat not in {KEYS.seat_pseudonym("next round", CASE), KEYS.unit_pseudonym("round", CASE, "")}
    assert seat != replace(KEYS, link_key="x" * 40).seat_pseudonym("round", CASE)


@given(st.text())
def test_what_is_sealed_is_read_again_with_the_same_key_and_context_only(plain: str) -> None:
    sealed = KEYS.encrypt(plain, "contact 1")

    assert KEYS.decrypt(sealed, "contact 1") == plain
    with pytest.raises(DestroyedError):
        KEYS.decrypt(sealed, "contact 2")
    with pytest.raises(DestroyedError):
        replace(KEYS, data_key="x" * 40).decrypt(sealed, "contact 1")


def test_a_sealed_text_that_was_touched_is_refused_and_two_are_never_alike() -> None:
    key = new_key()
    sealed = seal(key, b"answers", "response 1")

    assert sealed != seal(key, b"answers", "response 1")
    for place in (0, 15, len(sealed) - 1):
        touched = bytearray(sealed)
        touched[place] ^= 1
        with pytest.raises(DestroyedError):
            unseal(key, bytes(touched), "response 1")


def test_a_wrapped_key_comes_back_whole() -> None:
    key = new_key()

    assert KEYS.unwrap(KEYS.wrap(key, "round 1"), "round 1") == key


def test_an_address_is_found_whatever_its_case_and_spaces() -> None:
    assert KEYS.lookup(" A.B@Council.gov.uk") == KEYS.lookup("a.b@council.GOV.UK ")


def test_a_password_is_stored_as_argon2id_and_matched() -> None:
    stored = hash_password("a password that is long")

    assert stored.startswith("$argon2id$")
    assert password_matches(stored, "a password that is long")
    assert not password_matches(stored, "another")
    assert not password_matches(None, "a password that is long")
    assert not password_matches("no hash at all", "a password that is long")


def test_a_ring_shows_no_key() -> None:
    assert "pppp" not in repr(KEYS)
