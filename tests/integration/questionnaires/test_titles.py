"""The title of a questionnaire names the agreement, and never shows its braces, wherever it stands."""

import re

import pytest

from instruments.states import VersionState as State
from sampling.frame import Sector
from survey_app.errors import StageError
from survey_app.models.questionnaires import InstrumentVersion
from survey_app.services.questionnaires.states import ChangedMeanwhileError, check_transition
from tests.fixtures.answering import Browser, application, case_of
from tests.fixtures.every_kind import TEXT, opened_with_every_kind
from tests.fixtures.staff import Visitor
from tests.fixtures.world import World

TITLE = "Every kind of question about the Compact"


@pytest.fixture
def world(embedded_world: World) -> World:
    text = TEXT.replace("title: Numbers", 'title: "Numbers of the {agreement}"')
    return opened_with_every_kind(embedded_world.drawn(bodies=4, charities=16), text=text)


def test_respondents_read_the_name_of_the_agreement_in_the_title(world: World) -> None:
    browser = Browser(application(world)).enter(case_of(world, Sector.VOLUNTARY)[1])

    assert browser.heading == TITLE
    assert browser.page.xpath("//title")[0].text.startswith(TITLE)
    browser.begin(case_of(world, Sector.VOLUNTARY)[1])
    for page in ("/question/share", "/check"):
        assert "Numbers of the Compact" in browser.get(page).text, page


def test_staff_read_a_word_in_its_place_where_no_organisation_is_meant(world: World) -> None:
    visitor = Visitor(world, "coordinator")
    questions = visitor.open(f"/rounds/{world.round_id}/questions")
    version = re.findall(r'href="(/questionnaires/[0-9]+)">Every kind', questions.text)[0]

    for page in ("/questionnaires", f"/rounds/{world.round_id}", version):
        text = visitor.open(page).text
        assert "Every kind of question about the agreement" in text, page
        assert "about the {" not in text, page
    assert "Numbers of the " in (tried := visitor.open(f"{version}/try").text)
    assert "of the {" not in tried


def test_a_refusal_names_a_questionnaire_without_braces() -> None:
    version = InstrumentVersion(version=2, title="About the {agreement}", state=State.RETIRED, text_number=1)

    with pytest.raises(StageError, match=r"^Version 2 of “About the agreement” is retired\."):
        check_transition(version, State.PUBLISHED)
    assert "Version 2 of “About the agreement” was changed" in str(ChangedMeanwhileError(version))
