"""The two annual cores that come with the software."""

import re

import pytest

from instruments.answering.answers import Answer
from instruments.answering.piping import filled, pipe_values
from instruments.answering.routing import route
from instruments.indicators.catalogue import shipped_catalogue
from instruments.indicators.summary import analysed_items, mirrored_pairs
from instruments.kinds.table import KINDS
from instruments.schema import Audience, Kind, Questionnaire, State, Statistic
from instruments.versions.library import SHELF, read, shipped

PUBLIC = read("annual-public-body", 1).questionnaire
VCO = read("annual-vco", 1).questionnaire
CORES = [PUBLIC, VCO]
FACTS = {"agreement": "Compact", "organisation": "Hull Aid", "sector": "vco"}

both = pytest.mark.parametrize("core", CORES, ids=lambda core: core.name)


def test_every_file_on_the_shelf_is_locked_and_unchanged() -> None:
    versions = [file for file in SHELF.glob("*/*.yaml") if "." not in file.stem]
    files = {(file.parent.name, int(file.stem)) for file in versions}

    assert {(one.name, one.version) for one in shipped()} == files
    for one in shipped():
        assert read(one.name, one.version).sha256 == one.sha256


def test_each_sector_has_its_core() -> None:
    assert (PUBLIC.audience, VCO.audience) == (Audience.PUBLIC_BODY, Audience.VCO)


@both
def test_a_core_is_about_25_questions_and_15_minutes(core: Questionnaire) -> None:
    assert 23 <= len(core.questions) <= 27
    assert core.estimated_minutes == 15


@both
def test_every_indicator_is_in_the_catalogue_and_may_be_asked_of_this_sector(core: Questionnaire) -> None:
    for question in core.questions:
        for indicator in [question.indicator, *(row.indicator for row in question.rows)]:
            if indicator is not None:
                assert core.audience in shipped_catalogue().indicator(indicator).answered_by, question.id


def test_mirrored_pairs_agree_and_share_their_labels_in_charts() -> None:
    pairs = mirrored_pairs(PUBLIC, VCO)

    assert len(pairs) >= 12
    assert all((one.short, one.measured) == (other.short, other.measured) for one, other in pairs)


def test_at_least_eight_mirrored_items_are_shares_of_a_single_answer() -> None:
    shares = [
        one
        for one, _ in mirrored_pairs(PUBLIC, VCO)
        if one.statistic is Statistic.PROPORTION
        and (
            one.kind is Kind.YES_NO
            or [o.value for o in one.options] == ["always", "mostly", "sometimes", "never"]
        )
    ]

    assert len(shares) >= 8


@both
def test_the_name_is_recognised_and_the_meaning_is_verified_apart(core: Questionnaire) -> None:
    heard, knows = core.question("heard-of"), core.question("knows-what")

    assert heard.kind is Kind.YES_NO
    assert "tenants" in {option.value for option in knows.options}
    assert knows.counts_as == ("both-sectors",)
    assert knows.dont_know is None
    assert "not-sure" in {option.value for option in knows.options}


@both
def test_the_relationship_is_rated_now_and_a_year_ago_by_half_points(core: Questionnaire) -> None:
    now, before = core.question("relationship"), core.question("relationship-year-ago")

    assert (now.kind, before.kind) == (Kind.RATING, Kind.RATING)
    assert (now.retrospective, before.retrospective) == (False, True)
    assert len(now.options) == 9
    assert KINDS[Kind.RATING].scale == 2


@both
def test_nobody_is_asked_about_an_agreement_they_have_not_heard_of(core: Questionnaire) -> None:
    unaware = route(core, {"heard-of": Answer(State.ANSWERED, "no")}, FACTS)

    assert [q.id for q in unaware if "{agreement}" in q.text and q.id != "heard-of"] == []
    assert {"consulted", "funded", "independence", "relationship"} <= {q.id for q in unaware}


@both
def test_every_question_can_be_passed_or_skipped_or_holds_not_knowing_itself(core: Questionnaire) -> None:
    for question in core.questions:
        unsure = {option.value for option in question.options} & {"not-sure"}
        assert question.escapes or not question.required or unsure, question.id


@both
def test_no_pipe_is_left_when_the_usual_facts_are_known(core: Questionnaire) -> None:
    values = pipe_values(core, {}, FACTS)

    for question in core.questions:
        done = filled(question, values)
        labels = [option.label for option in done.options] + [row.label for row in done.rows]
        assert not re.search(r"[{}]", " ".join([done.text, done.hint, done.short, *labels]))


@both
def test_wording_is_short(core: Questionnaire) -> None:
    for question in core.questions:
        assert len(question.text.split()) <= 26, question.id
        assert len(question.short) <= 50, question.id


@both
def test_labels_for_charts_hold_no_pipe(core: Questionnaire) -> None:
    for item in analysed_items(core):
        assert "{" not in item.section + item.short + item.measured


@both
def test_analysed_items_have_keys_of_their_own(core: Questionnaire) -> None:
    keys = [item.key for item in analysed_items(core)]

    assert len(set(keys)) == len(keys)


def test_public_bodies_say_at_which_tier_they_answer() -> None:
    assert [option.value for option in PUBLIC.question("your-tier").options] == [
        "chief_executive",
        "second_tier",
        "third_tier",
        "below_third_tier",
    ]


def test_public_bodies_tell_stage_and_flags_of_the_agreement_apart() -> None:
    assert PUBLIC.question("status").kind is Kind.SINGLE_CHOICE
    assert PUBLIC.question("status-notes").kind is Kind.MULTI_CHOICE


def test_codes_without_a_main_agreement_are_still_asked_about() -> None:
    answers = {
        "heard-of": Answer(State.ANSWERED, "yes"),
        "status": Answer(State.ANSWERED, "none"),
        "status-notes": Answer(State.ANSWERED, ("codes_only",)),
    }

    assert "codes" in {question.id for question in route(PUBLIC, answers, FACTS)}
