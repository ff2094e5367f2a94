"""No printed figure contradicts a printed sentence, whatever the numbers of a release are."""

from dataclasses import replace
from os import environ

import pytest
from hypothesis import given, settings

from survey_app.reports.contents import Contents, Finding
from tests.unit.reports import sample
from tests.unit.reports.releases import no_figure_contradicts_a_sentence, releases

# `./run soak soak_instruments` asks for many times as many.
TIMES = int(environ.get("FUZZ_TIMES", "1"))


@settings(max_examples=50 * TIMES)
@given(contents=releases())
def test_no_figure_contradicts_a_sentence(contents: Contents) -> None:
    no_figure_contradicts_a_sentence(contents)


def test_a_sentence_that_is_wrong_is_caught() -> None:
    wrong = Finding(
        item="champion",
        number="51",
        unit="points",
        interval="",
        statement="X: 71% and 19%, 51 points apart (probably 48 to 56), the widest of 12 clear gaps between "
        "their shares",
        detail="",
        care=None,
    )
    with pytest.raises(AssertionError):
        no_figure_contradicts_a_sentence(replace(sample.compared(), findings=(wrong,)))
