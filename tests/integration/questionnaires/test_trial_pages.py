"""Questionnaires on the screen: compared, tried, translated, and composed for a round."""

import re

import pytest
import yaml
from sqlalchemy import select
from werkzeug.test import TestResponse

from instruments.states import VersionState as State
from sampling.frame import Sector
from survey_app.models.questionnaires import InstrumentTranslation, InstrumentVersion
from survey_app.services.questionnaires import composition
from tests.fixtures.module_text import advanced, agreed, drafted, module_text, published
from tests.fixtures.staff import Visitor, words
from tests.fixtures.uploading import field, file, newest
from tests.fixtures.world import World

UPLOAD = "/questionnaires/upload"


@pytest.fixture
def world(embedded_world: World) -> World:
    return embedded_world.founded()


@pytest.fixture
def planned(embedded_world: World) -> World:
    return embedded_world.planned(bodies=4, charities=16)


def test_two_versions_stand_side_by_side_with_their_differences_in_words(world: World) -> None:
    published(world, module_text(wording="Do you trust them to keep promises?"))
    later = drafted(world, module_text(version=2, wording="Do you trust them to keep their word?"))
    reviewer = Visitor(world, "reviewer")

    answer = reviewer.open(f"/questionnaires/{later}/compare")
    said = words(answer)

    assert "From version 1 to version 2" in said
    assert "Reworded: 1 item" in said
    assert "Its trend breaks here: tables mark it [b]." in said
    assert re.search(r"<del[^>]*>.*?promises.*?</del>", answer.text)
    assert re.search(r"<ins[^>]*>.*?their word.*?</ins>", answer.text)
    assert "[taken out: promises ]" in said
    assert reviewer.open(f"/questionnaires/{later}/compare?with=2").status_code == 200
    assert "There is no earlier version" in words(reviewer.open("/questionnaires/1/compare"))


def test_a_version_is_tried_with_typed_facts_and_every_hidden_question_says_why(world: World) -> None:
    version_id = newest(world, "annual-vco")
    reviewer = Visitor(world, "reviewer")

    said = words(reviewer.open(f"/questionnaires/{version_id}/try?answer.heard-of=no&region=London"))

    assert "Not asked because “Heard of the agreement” is “No”. The rule: asked if" in said
    assert "Take the facts of an organisation" not in said
    unanswered = words(reviewer.open(f"/questionnaires/{version_id}/try"))
    assert "Waits because “Heard of the agreement” has no answer yet" in unanswered


@pytest.mark.parametrize(
    "typed",
    [
        "answer.heard-of=queen",
        "organisation=999999&region=%00&answer.heard-of=%F0%9F%98%80",
        "sector=moon&mode=flying&income_band=" + "x" * 5_000,
        "search=" + "%25" * 300,
    ],
)
def test_a_trial_takes_whatever_is_typed(planned: World, typed: str) -> None:
    version_id = newest(planned, "annual-vco")
    coordinator = Visitor(planned, "coordinator")

    assert coordinator.open(f"/questionnaires/{version_id}/try?{typed}").status_code in (200, 404)


def test_a_trial_takes_the_facts_of_an_organisation_for_those_who_may_see_the_frame(planned: World) -> None:
    version_id = newest(planned, "annual-vco")
    coordinator, reviewer = Visitor(planned, "coordinator"), Visitor(planned, "reviewer")
    address = f"/questionnaires/{version_id}/try?search=charity+0000"

    page = coordinator.open(address)
    [organisation] = re.findall(
        r'name="organisation" type="radio" value="(\d+)"[^>]*><label[^>]*>Charity 00003', page.text
    )
    shown = words(coordinator.open(f"{address}&organisation={organisation}"))

    assert "Facts of Charity 00003 : North West, £10,000 to £100,000" in shown
    assert "Charity 00003" not in words(reviewer.open(f"{address}&organisation={organisation}"))


def test_a_language_goes_live_only_when_it_is_whole_fresh_and_reviewed(world: World) -> None:
    version_id = drafted(world, module_text(extra="languages: [cy]\n"))
    agreed(world, version_id)
    advanced(world, version_id, State.AGREED)
    coordinator = Visitor(world, "coordinator")
    page, progress = (f"/questionnaires/{version_id}/{name}" for name in ("languages", "progress"))
    assert "The Welsh translation is promised and not uploaded yet." in words(coordinator.open(progress))

    blank = yaml.safe_load(coordinator.open(f"{page}/to-translate?language=cy").text)

    def send(document: dict[str, object]) -> TestResponse:
        return coordinator.send(
            page,
            form_at=page,
            file=file(yaml.safe_dump(document, allow_unicode=True), "module-trust-1.cy.yaml"),
            revision=field(coordinator.open(page), "revision"),
        )

    assert send(blank).status_code == 302
    said = words(coordinator.open(page))
    assert "Not ready Promised by the questionnaire." in said
    assert "is unreviewed: nobody has reviewed it" in said
    assert "The Welsh translation cannot go live" in words(coordinator.open(progress))

    for text in blank["texts"].values():
        text["reviewed"] = True
    blank["texts"]["title"]["of"] = "0" * 12
    assert send(blank).status_code == 302
    assert "title is stale: the source text has changed since" in words(coordinator.open(page))

    fresh = yaml.safe_load(coordinator.open(f"{page}/to-translate?language=cy").text)
    assert fresh["texts"]["title"]["reviewed"] is False
    for text in fresh["texts"].values():
        text["reviewed"] = True
    assert send(fresh).status_code == 302
    assert "Ready Promised" in words(coordinator.open(page))
    advanced(world, version_id, State.PUBLISHED)
    revision = world.read(lambda s: s.get_one(InstrumentVersion, version_id).revision)
    late = coordinator.send(
        page, form_at=UPLOAD, file=file(yaml.safe_dump(fresh, allow_unicode=True)), revision=str(revision)
    )
    assert late.status_code == 409
    assert "before it is published" in words(late)


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"name": "module-other"}, 422, "The file is of module-other version 1"),
        ({"schema": 9}, 422, "schema 9 is newer"),
        ({"language": "W"}, 422, "is not a language"),
        ({"texts": "none"}, 422, "write texts by path"),
    ],
)
def test_a_translation_that_cannot_be_taken_is_refused(
    world: World, change: dict[str, object], status: int, said: str
) -> None:
    version_id = drafted(world, module_text())
    coordinator = Visitor(world, "coordinator")
    page = f"/questionnaires/{version_id}/languages"
    blank = yaml.safe_load(coordinator.open(f"{page}/to-translate?language=ur").text) | change

    answer = coordinator.send(
        page,
        form_at=page,
        file=file(yaml.safe_dump(blank)),
        revision=field(coordinator.open(page), "revision"),
    )

    assert answer.status_code == status
    assert said in words(answer)
    assert world.read(lambda s: s.scalars(select(InstrumentTranslation)).all()) == []
    for language in ("", "../x", "x" * 30):
        assert coordinator.open(f"{page}/to-translate?language={language}").status_code == 422
    assert coordinator.open(f"{page}/file?language=ur").status_code == 404


def test_modules_are_chosen_for_a_round_seen_and_saved(planned: World) -> None:
    module = drafted(planned, module_text().replace("Trust between us", '"Trust in the {agreement}"'))
    coordinator = Visitor(planned, "coordinator")
    page = f"/rounds/{planned.round_id}/questionnaire"
    cores = {"core_public_body": "", "core_vco": ""}
    shown = coordinator.open(page)
    for name in cores:
        cores[name] = re.findall(
            rf'<select[^>]*name="{name}".*?value="(\d+)" selected', shown.text, re.DOTALL
        )[0]
    seen = field(shown, "seen")

    looked = coordinator.send(page, form_at=page, **cores, modules=[str(module)], seen=seen, look="look")
    assert looked.status_code == 200
    assert "Not saved yet" in words(looked)
    assert "0.8 of 10 minutes for modules" in words(looked)
    assert "Trusted (Trust in the agreement)" in words(looked)

    saved = coordinator.send(page, form_at=page, **cores, modules=[str(module)], seen=seen, save="save")
    assert saved.status_code == 302
    assert "Trust in the agreement, version 1" in words(coordinator.open(f"/rounds/{planned.round_id}"))
    assert "is in test, not published" in words(coordinator.open(f"/rounds/{planned.round_id}/check"))

    late = coordinator.send(page, form_at=page, **cores, seen=seen, save="save")
    assert late.status_code == 409
    assert "Somebody else changed what this round asks" in words(late)
    forged = coordinator.send(page, form_at=page, **cores, modules=["99999"], seen=seen, save="save")
    assert forged.status_code == 422


def test_what_a_sector_would_be_asked_is_read_and_tried_before_the_launch_and_not_after(
    planned: World,
) -> None:
    coordinator = Visitor(planned, "coordinator")
    address = f"/rounds/{planned.round_id}/questionnaire"

    assert "27 questions" in words(coordinator.open(f"{address}/vco"))
    planned.launch()

    for path in (address, f"{address}/vco"):
        answer = coordinator.open(path)
        assert answer.status_code == 409
        assert "what it asks was pinned then" in words(answer)


def test_a_composed_questionnaire_is_read_and_tried_after_the_launch(planned: World) -> None:
    module = published(planned, module_text())
    with planned.database.writing() as session:
        chosen = composition.choice_of(session, planned.round_id)
        composition.choose(
            session,
            round_id=planned.round_id,
            choice=composition.Choice(chosen.cores, (module,)),
            seen=chosen.mark,
            context=planned.context(),
        )
    planned.launch()
    version = planned.read(lambda s: composition.choice_of(s, planned.round_id).cores[Sector.VOLUNTARY])
    reviewer = Visitor(planned, "reviewer")

    said = words(reviewer.open(f"/questionnaires/{version}"))

    assert "Composed for a round of Annual survey of voluntary" in said
    assert "Do you trust the other sector to keep its promises?" in said
    assert reviewer.open(f"/questionnaires/{version}/try").status_code == 200
    assert reviewer.open(f"/questionnaires/{version}/progress").status_code == 404


@pytest.mark.parametrize("query", ["try?organisation={}", "file?text={}"])
@pytest.mark.parametrize("number", [10**20, -(10**20)])
def test_a_number_that_no_record_has_is_a_page_that_is_not_there(
    world: World, query: str, number: int
) -> None:
    version = drafted(world, module_text())

    answer = Visitor(world, "coordinator").open(f"/questionnaires/{version}/{query.format(number)}")

    assert answer.status_code == 404
