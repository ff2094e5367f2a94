"""Questionnaires on the screen: uploaded, moved on, signed, compared, tried, translated, composed."""

import io
import re
from html import unescape

import pytest
import yaml
from sqlalchemy import select
from werkzeug.test import TestResponse

from instruments.library import read
from instruments.states import VersionState as State
from sampling.frame import Sector
from survey_app.models.questionnaires import InstrumentTranslation, InstrumentVersion
from survey_app.services import questionnaire_compositions as compositions
from survey_app.services import questionnaires
from tests.integration.web.staff import Visitor, words
from tests.module_text import advanced, agreed, drafted, module_text, published
from tests.world import World

UPLOAD = "/questionnaires/upload"


@pytest.fixture
def world(embedded_world: World) -> World:
    return embedded_world.founded()


@pytest.fixture
def planned(embedded_world: World) -> World:
    return embedded_world.planned(bodies=4, charities=16)


def file(text: str | bytes, name: str = "trust.yaml") -> tuple[io.BytesIO, str]:
    return io.BytesIO(text if isinstance(text, bytes) else text.encode()), name


def field(answer: TestResponse, name: str) -> str:
    """What an input of a page holds."""
    tag = re.search(rf'<input[^>]*name="{name}"[^>]*>', answer.text)
    assert tag is not None, name
    found = re.search(r'value="([^"]*)"', tag[0])
    assert found is not None
    return unescape(found[1])


def state(world: World, version_id: int) -> State:
    return world.read(lambda session: session.get_one(InstrumentVersion, version_id).state)


def newest(world: World, name: str) -> int:
    lines = world.read(questionnaires.versions)
    return next(line.id for line in lines if line.name == name)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (module_text().replace("schema: 1", "schema: 9"), "Line 1, schema: schema 9 is newer than 1"),
        (module_text().replace("title: Trust\n", "title: &x Trust\n"), "the anchor &x is not allowed"),
        (module_text().replace("role: module", "role: module\nrole: module"), "role is given twice"),
        (module_text().replace("  - id", "\t- id"), "the line holds a tab"),
        (module_text(wording="Is it <i>kept</i>?"), "<i> is markup"),
        (module_text().replace("item: module-trust-trusted", "item: nowhere"), "nowhere"),
        (b"title: \xff\xfe", "is not UTF-8 text: line 1"),
        ("", "line 1"),
        (module_text(version=7), "The next version of module-trust is 1"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_and_the_note_and_its_name_stay(
    world: World, text: str | bytes, said: str
) -> None:
    coordinator = Visitor(world, "coordinator")

    answer = coordinator.send(UPLOAD, form_at=UPLOAD, file=file(text, "mine.yaml"), note="What is <new>")

    assert answer.status_code == 422
    assert said.lower() in words(answer).lower()
    assert "What is &lt;new&gt;" in answer.text
    assert "mine.yaml" in words(answer)


def test_a_file_of_ten_megabytes_is_not_read(world: World) -> None:
    coordinator = Visitor(world, "coordinator")

    answer = coordinator.send(UPLOAD, form_at=UPLOAD, file=file(b"#" * 10_000_000), note="All of it")
    answer.request.environ["wsgi.input"].close()

    assert answer.status_code == 422
    assert "larger than 1,000,000 bytes" in words(answer)
    assert "All of it" in answer.text


def test_a_draft_is_uploaded_and_its_state_findings_and_note_are_told(world: World) -> None:
    coordinator = Visitor(world, "coordinator")

    answer = coordinator.send(UPLOAD, form_at=UPLOAD, file=file(module_text()), note="About trust")
    said = words(coordinator.open(answer.location))

    assert answer.status_code == 302
    for told in ("Draft", "No fault and no warning", "Text 1 uploaded: trust.yaml", "About trust"):
        assert told in said
    again = coordinator.send(UPLOAD, form_at=UPLOAD, file=file(module_text()))
    assert again.status_code == 409
    assert "Open it and replace its text there" in words(again)


def test_of_two_who_replace_one_draft_the_later_is_told_and_keeps_the_note(world: World) -> None:
    version_id = drafted(world, module_text())
    coordinator = Visitor(world, "coordinator")
    address = f"/questionnaires/{version_id}/replace"
    revision = field(coordinator.open(address), "revision")
    first = module_text(wording="Do they keep promises?")
    assert coordinator.send(address, form_at=address, file=file(first), revision=revision).status_code == 302

    late = coordinator.send(
        address, form_at=address, file=file(module_text()), revision=revision, note="My note"
    )

    assert late.status_code == 409
    assert "changed by somebody else" in words(late)
    assert "My note" in late.text
    assert coordinator.open(f"/questionnaires/{version_id}/file").text == first
    assert coordinator.open(f"/questionnaires/{version_id}/file?text=1").text == module_text()
    assert coordinator.open(f"/questionnaires/{version_id}/file?text=9").status_code == 404


def test_of_two_who_move_one_draft_the_later_is_told_and_keeps_the_note(world: World) -> None:
    version_id = drafted(world, module_text())
    coordinator = Visitor(world, "coordinator")
    page, address = f"/questionnaires/{version_id}/progress", f"/questionnaires/{version_id}/move"
    revision = field(coordinator.open(page), "revision")
    moved = coordinator.send(address, form_at=page, revision=revision, wanted="draft")

    late = coordinator.send(
        address, form_at=page, revision=revision, wanted="retired", note="Not needed any more"
    )

    assert moved.status_code == 302
    assert late.status_code == 409
    assert "Nothing of yours was done" in words(late)
    assert "Not needed any more" in late.text
    assert state(world, version_id) is State.DRAFT


def test_a_move_that_is_none_and_one_too_early_are_refused_in_words(world: World) -> None:
    version_id = drafted(world, module_text())
    coordinator = Visitor(world, "coordinator")
    page, address = f"/questionnaires/{version_id}/progress", f"/questionnaires/{version_id}/move"
    revision = field(coordinator.open(page), "revision")

    nonsense = coordinator.send(address, form_at=page, revision=revision, wanted="queen")
    early = coordinator.send(address, form_at=page, revision=revision, wanted="agreed")
    unseen = coordinator.send(address, form_at=page, revision="x", wanted="draft")

    assert [answer.status_code for answer in (nonsense, early, unseen)] == [422, 422, 409]
    assert "No signatory for public bodies has agreed" in words(early)
    assert state(world, version_id) is State.IN_TEST


def test_signatories_find_what_waits_and_sign_for_their_own_sector_alone(world: World) -> None:
    version_id = drafted(world, module_text())
    public = Visitor(world, "signatory_public")
    page = f"/questionnaires/{version_id}/progress"

    assert "Waiting for your agreement" in words(public.open("/questionnaires"))
    number = field(public.open(page), "text_number")
    mine, other = (
        f"/questionnaires/{version_id}/sign/{sector}"
        for sector in ("public-bodies", "voluntary-organisations")
    )
    nothing = public.send(mine, form_at=page, text_number=number)
    unreasoned = public.send(mine, form_at=page, text_number=number, verdict="objects")
    signed = public.send(mine, form_at=page, text_number=number, verdict="agrees", words="Fair")
    theirs = public.send(other, form_at=page, text_number=number, verdict="agrees")

    assert [one.status_code for one in (nothing, unreasoned, signed, theirs)] == [422, 422, 302, 403]
    assert "Say what you object to" in words(unreasoned)
    assert "Agreed Signatory_Public: Fair" in words(public.open(page))
    for path in ("/rounds", "/frame", "/results", UPLOAD):
        assert public.open(path).status_code == 403


def test_who_signs_a_text_that_was_replaced_is_told(world: World) -> None:
    version_id = drafted(world, module_text())
    public, coordinator = Visitor(world, "signatory_public"), Visitor(world, "coordinator")
    page, replace = (f"/questionnaires/{version_id}/{name}" for name in ("progress", "replace"))
    number = field(public.open(page), "text_number")
    coordinator.send(
        replace,
        form_at=replace,
        file=file(module_text(wording="Do they keep promises?")),
        revision=field(coordinator.open(replace), "revision"),
    )

    late = public.send(
        f"/questionnaires/{version_id}/sign/public-bodies",
        form_at=page,
        text_number=number,
        verdict="agrees",
        words="As it stands",
    )

    assert late.status_code == 409
    assert "The text was replaced since you opened this page" in words(late)


def test_a_reviewer_reads_and_changes_nothing(world: World) -> None:
    version_id = drafted(world, module_text())
    reviewer = Visitor(world, "reviewer")
    page = f"/questionnaires/{version_id}/progress"

    said = words(reviewer.open(page))

    assert "Agreement of both sectors" in said
    assert "Move it on" not in said
    assert "Waiting for your agreement" not in words(reviewer.open("/questionnaires"))
    for action in ("move", "comments", "sign/public-bodies", "languages"):
        assert reviewer.send(f"/questionnaires/{version_id}/{action}").status_code == 403


def test_comments_are_shown_as_they_were_typed(world: World) -> None:
    version_id = drafted(world, module_text())
    public = Visitor(world, "signatory_public")
    page, address = f"/questionnaires/{version_id}/progress", f"/questionnaires/{version_id}/comments"

    public.send(address, form_at=page, words="Is <b>this</b> fair?\nI think so.")
    empty = public.send(address, form_at=page, words="  ")

    shown = public.open(page)
    assert "Is &lt;b&gt;this&lt;/b&gt; fair?" in shown.text
    assert "Signatory_Public" in words(shown)
    assert empty.status_code == 422


def test_publishing_over_a_live_round_says_what_goes_on_unchanged(embedded_world: World) -> None:
    world = embedded_world.opened(bodies=4, charities=16)
    coordinator = Visitor(world, "coordinator")
    text = read("annual-vco", 1).text.replace("version: 1", "version: 2", 1)
    version_id = drafted(world, text)
    advanced(world, version_id, State.AGREED)
    page = f"/questionnaires/{version_id}/progress"

    coordinator.send(
        f"/questionnaires/{version_id}/move",
        form_at=page,
        revision=field(coordinator.open(page), "revision"),
        wanted="published",
    )

    said = words(coordinator.open(page))
    assert "“Annual survey 2026” goes on with version 1, which it was launched with." in said
    changed = coordinator.send(UPLOAD, form_at=UPLOAD, file=file(read("annual-vco", 1).text))
    assert changed.status_code == 409
    assert "its text cannot change. “Annual survey 2026” goes on with it unchanged" in words(changed)


def test_two_versions_stand_side_by_side_with_their_differences_in_words(world: World) -> None:
    published(world, module_text(wording="Do you trust them to keep promises?"))
    later = drafted(world, module_text(version=2, wording="Do you trust them to keep their word?"))
    reviewer = Visitor(world, "reviewer")

    answer = reviewer.open(f"/questionnaires/{later}/compare")
    said = words(answer)

    assert "From module-trust 1 to module-trust 2" in said
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

    found = coordinator.open(address)
    [organisation] = re.findall(
        r'name="organisation" type="radio" value="(\d+)"[^>]*><label[^>]*>Charity 00003', found.text
    )
    told = words(coordinator.open(f"{address}&organisation={organisation}"))

    assert "Facts of Charity 00003 : North West, £10,000 to £100,000" in told
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
        ({"language": "W"}, 422, "is no language"),
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
    module = drafted(planned, module_text())
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

    saved = coordinator.send(page, form_at=page, **cores, modules=[str(module)], seen=seen, save="save")
    assert saved.status_code == 302
    assert "Trust between us, version 1" in words(coordinator.open(f"/rounds/{planned.round_id}"))
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
        chosen = compositions.choice_of(session, planned.round_id)
        compositions.choose(
            session,
            round_id=planned.round_id,
            choice=compositions.Choice(chosen.cores, (module,)),
            seen=chosen.mark,
            act=planned.act(),
        )
    planned.launch()
    version = planned.read(lambda s: compositions.choice_of(s, planned.round_id).cores[Sector.VOLUNTARY])
    reviewer = Visitor(planned, "reviewer")

    said = words(reviewer.open(f"/questionnaires/{version}"))

    assert "Composed for a round of Annual survey of voluntary" in said
    assert "Do you trust the other sector to keep its promises?" in said
    assert reviewer.open(f"/questionnaires/{version}/try").status_code == 200
    assert reviewer.open(f"/questionnaires/{version}/progress").status_code == 404
