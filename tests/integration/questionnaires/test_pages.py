"""Drafts on the screen: uploaded, replaced, moved on, signed and published."""

import pytest
from sqlalchemy.orm import Session

from instruments.schema import Questionnaire
from instruments.states import VersionState as State
from instruments.versions.library import read
from survey_app.models.questionnaires import InstrumentVersion
from survey_app.services.questionnaires import drafts
from survey_app.services.questionnaires.checker import Validation, validate
from tests.fixtures.module_text import advanced, drafted, module_text, published
from tests.fixtures.staff import Visitor, words
from tests.fixtures.uploading import field, file, newest
from tests.fixtures.world import World

UPLOAD = "/questionnaires/upload"


@pytest.fixture
def world(embedded_world: World) -> World:
    return embedded_world.founded()


def state(world: World, version_id: int) -> State:
    return world.read(lambda session: session.get_one(InstrumentVersion, version_id).state)


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


def test_of_thousands_of_faults_the_first_are_told_and_the_others_counted(world: World) -> None:
    coordinator = Visitor(world, "coordinator")

    answer = coordinator.send(UPLOAD, form_at=UPLOAD, file=file("\t\n" * 100_000), note="")

    assert answer.status_code == 422
    assert "line 200: the line holds a tab: use spaces and 99,800 more" in words(answer).lower()
    assert len(answer.text) < 100_000


def test_a_draft_is_uploaded_and_its_state_findings_and_note_are_told(world: World) -> None:
    coordinator = Visitor(world, "coordinator")

    answer = coordinator.send(UPLOAD, form_at=UPLOAD, file=file(module_text()), note="About trust")
    said = words(coordinator.open(answer.location))

    assert answer.status_code == 302
    for shown in ("Draft", "No fault and no warning", "Text 1 uploaded: trust.yaml", "About trust"):
        assert shown in said
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


def test_a_version_is_retired_only_when_what_follows_was_seen(world: World) -> None:
    version_id = published(world, module_text())
    coordinator = Visitor(world, "coordinator")
    page, address = f"/questionnaires/{version_id}/progress", f"/questionnaires/{version_id}/move"
    form = {"form_at": page, "revision": field(coordinator.open(page), "revision"), "wanted": "retired"}

    asked = words(coordinator.send(address, **form, sure=""))
    assert "No round that is launched from now on asks it. No round under way asks it." in asked
    assert "Retiring cannot be taken back" in asked
    assert state(world, version_id) is State.PUBLISHED

    assert coordinator.send(address, **form).status_code == 302
    assert state(world, version_id) is State.RETIRED


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


def test_a_text_is_checked_before_anything_is_written(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    coordinator = Visitor(world, "coordinator")
    begun: list[object] = []

    def watched(session: Session, document: str, questionnaire: Questionnaire) -> Validation:
        begun.append(session.connection().get_execution_options().get("begin"))
        return validate(session, document, questionnaire)

    monkeypatch.setattr(drafts, "validate", watched)
    coordinator.send(UPLOAD, form_at=UPLOAD, file=file(module_text()), note="")
    page = f"/questionnaires/{newest(world, 'module-trust')}/replace"
    revision = field(coordinator.open(page), "revision")
    coordinator.send(page, form_at=page, file=file(module_text()), note="Again", revision=revision)

    # A transaction that writes begins IMMEDIATE, and whoever saves an answer waits for its end.
    assert begun == [None, None]
