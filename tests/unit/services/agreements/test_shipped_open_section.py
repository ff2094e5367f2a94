"""What the shipped module for the register proposes, in the words of the register."""

from instruments.versions.library import read
from survey_app.services.agreements.proposals import KINDS
from survey_app.services.agreements.vocabulary import WHAT

MODULE = read("local-register", 1).questionnaire


def test_all_of_it_is_open_and_asked_for_each_agreement() -> None:
    assert all(section.is_open and section.repeat for section in MODULE.written)


def test_every_option_that_proposes_something_is_a_word_of_the_register() -> None:
    unknown = []
    for question in MODULE.questions:
        words = WHAT[KINDS[question.proposes]] if question.proposes and question.options else None
        spelled = {one.value.replace(" ", "_") for one in words or ()} | {
            one.name.lower() for one in words or ()
        }
        unknown += [option.value for option in question.options if words and option.value not in spelled]

    assert {question.proposes for question in MODULE.questions if question.proposes}
    assert unknown == []
