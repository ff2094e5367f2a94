"""A version from draft to publication, on both engines: what follows what, who is told when two meet."""

from threading import Barrier, Thread

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from instruments.states import VersionState as State
from instruments.versions.library import read
from sampling.frame import Sector
from survey_app.errors import CompactError, ConflictError, InvalidError, StageError
from survey_app.models.questionnaires import InstrumentText
from survey_app.services.questionnaires import drafts
from survey_app.services.questionnaires import versions as questionnaire_versions
from survey_app.services.questionnaires.checker import from_json
from survey_app.services.questionnaires.drafts import Upload
from survey_app.services.questionnaires.states import ChangedMeanwhileError
from survey_app.services.questionnaires.texts import FaultyTextError
from survey_app.services.rounds import lifecycle
from tests.fixtures.drafting import moved, replaced, row, seen, uploaded
from tests.fixtures.module_text import module_text
from tests.fixtures.world import World

FORM = module_text("notes-on-trust", role="topic_guide").replace(
    "expects: [{item: heard-of, kind: yes_no, passes: [dont_know]}]\n", ""
)


@pytest.fixture
def founded(world: World) -> World:
    return world.founded()


def test_publishing_too_early_tells_everything_that_is_missing(founded: World) -> None:
    version_id = uploaded(founded)

    with pytest.raises(InvalidError, match="cannot be published yet") as refused:
        moved(founded, version_id, State.PUBLISHED)

    assert len(refused.value.faults) == 3
    assert refused.value.faults[-1] == "It is not agreed yet."


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ((), State.AGREED),
        ((), State.DRAFT),
        ((State.IN_TEST, State.AGREED), State.IN_TEST),
        ((State.IN_TEST, State.AGREED, State.PUBLISHED), State.DRAFT),
        ((State.IN_TEST, State.AGREED, State.PUBLISHED, State.RETIRED), State.PUBLISHED),
        ((State.RETIRED,), State.IN_TEST),
    ],
)
def test_a_move_that_is_not_on_the_way_is_refused(
    founded: World, path: tuple[State, ...], wanted: State
) -> None:
    version_id = uploaded(founded, FORM)
    moved(founded, version_id, *path)

    with pytest.raises(StageError, match="From there it can become"):
        moved(founded, version_id, wanted)


def test_from_agreed_on_a_text_is_fixed_and_the_next_version_is_named(founded: World) -> None:
    version_id = uploaded(founded, FORM)
    moved(founded, version_id, State.IN_TEST, State.AGREED)
    before = row(founded, version_id).sha256

    with pytest.raises(ConflictError, match=r"agreed; its text cannot change\. Give .* version 2"):
        replaced(founded, version_id, FORM.replace("Trust between us", "Trust"))

    assert row(founded, version_id).sha256 == before


def test_a_published_text_that_a_round_is_running_with_names_the_round(world: World) -> None:
    world.opened(bodies=4, charities=16)
    text = read("annual-vco", 1).text.replace("title:", "title: Changed,", 1)

    for bring in (
        lambda session: questionnaire_versions.publish(session, document=text, context=world.context()),
        lambda session: drafts.upload_draft(session, upload=Upload(text), context=world.context()),
    ):
        with pytest.raises(ConflictError, match="“Annual survey 2026”"), world.database.writing() as session:
            bring(session)


def test_a_version_published_over_a_live_round_changes_nothing_there(world: World) -> None:
    world.opened(bodies=4, charities=16)
    before = world.read(lambda s: questionnaire_versions.newest_version(s, Sector.VOLUNTARY))
    text = read("annual-vco", 1).text.replace("version: 1", "version: 2", 1)
    version_id = uploaded(world, text)
    moved(world, version_id, State.IN_TEST, State.AGREED)
    world.clock.advance_to(world.clock.now().replace(hour=23))
    moved(world, version_id, State.PUBLISHED)

    running = world.read(
        lambda s: lifecycle.get_round(s, round_id=world.round_id, programme_id=world.programme)
    )
    assert running.instruments[Sector.VOLUNTARY] == before
    assert world.read(lambda s: questionnaire_versions.newest_version(s, Sector.VOLUNTARY)) == version_id
    assert world.read(lambda s: drafts.live_rounds(s, before)) == ["Annual survey 2026"]
    assert world.read(lambda s: drafts.live_rounds(s, version_id)) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (module_text().replace("schema: 1", "schema: 2"), "schema 2 is newer than 1"),
        (module_text() + "#" * 1_000_000, "the most is 1,000,000"),
        (module_text().replace("title: Trust\n", "title: &a Trust\n"), "the anchor &a is not allowed"),
        (module_text().replace("role: module", "role: module\nrole: core"), "role is given twice"),
        (module_text().replace("  - id", "\t- id"), "the line holds a tab"),
        (module_text(wording="Is it <b>kept</b>?"), "<b> is markup"),
        (module_text().replace("item: module-trust-trusted", "item: nowhere"), "nowhere"),
    ],
)
def test_a_text_that_cannot_be_read_is_refused_by_line(founded: World, text: str, said: str) -> None:
    with pytest.raises(FaultyTextError) as refused:
        uploaded(founded, text)

    assert any(said in fault and fault.startswith("line ") for fault in refused.value.faults)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (module_text(version=3), "The next version of module-trust is 1"),
        (module_text(name="annual-vco", version=2), "annual-vco is a core and stays one"),
        (module_text(name="m" * 81), "name: at most 80 characters"),
        (
            module_text().replace("title: Trust\n", "title: Trust\n    origin: a@1\n"),
            "origin: they are written",
        ),
    ],
)
def test_a_version_that_does_not_fit_what_is_there_is_refused(founded: World, text: str, said: str) -> None:
    with pytest.raises(InvalidError, match=said):
        uploaded(founded, text)


def test_a_draft_with_faults_is_taken_and_does_not_go_to_test(founded: World) -> None:
    no, yes = (f'{{item: module-trust-trusted, is: ["{said}"]}}' for said in ("no", "yes"))
    contradictory = module_text().replace(f"ask_if: {no}", f"ask_if: {{all: [{no}, {yes}]}}")
    version_id = uploaded(founded, contradictory)

    kept = founded.read(
        lambda s: from_json(s.scalars(select(InstrumentText).filter_by(version_id=version_id)).one().findings)
    )
    with pytest.raises(InvalidError) as refused:
        moved(founded, version_id, State.IN_TEST)

    assert [fault.code for fault in kept.faults] == ["unreachable"]
    assert "nobody can ever be asked this" in refused.value.faults[0]


def test_of_two_who_move_one_draft_at_once_one_is_told(founded: World) -> None:
    version_id = uploaded(founded, FORM)
    both_saw, refusals, start = seen(founded, version_id), [], Barrier(2)

    def press(wanted: State) -> None:
        start.wait()
        try:
            with founded.database.writing() as session:
                drafts.transition(session, seen=both_saw, wanted=wanted, context=founded.context())
        except CompactError as fault:
            refusals.append(fault)

    people = [Thread(target=press, args=(state,)) for state in (State.IN_TEST, State.RETIRED)]
    for each in people:
        each.start()
    for each in people:
        each.join()

    assert [type(fault) for fault in refusals] == [ChangedMeanwhileError]
    assert "changed by somebody else" in str(refusals[0])
    assert row(founded, version_id).revision == both_saw.revision + 1


def test_who_replaces_a_draft_that_was_replaced_is_told_and_loses_nothing_of_the_others(
    founded: World,
) -> None:
    version_id = uploaded(founded)
    before = seen(founded, version_id)
    replaced(founded, version_id, module_text(wording="Do you trust them?"))

    with pytest.raises(ChangedMeanwhileError, match="text 2"), founded.database.writing() as session:
        drafts.replace_text(
            session, seen=before, upload=Upload(module_text(wording="Mine?")), context=founded.context()
        )

    assert "Do you trust them?" in row(founded, version_id).document


def test_a_draft_is_replaced_only_by_a_text_of_its_own_name_and_version(founded: World) -> None:
    version_id = uploaded(founded)

    with pytest.raises(InvalidError, match="calls itself module-other version 1"):
        replaced(founded, version_id, module_text("module-other"))
    with pytest.raises(ConflictError, match="Open it and replace its text there"):
        uploaded(founded)


def test_what_comes_with_the_product_is_published_save_for_modules(founded: World) -> None:
    listed = founded.read(questionnaire_versions.versions)

    def take_in(session: Session) -> list[int]:
        return questionnaire_versions.publish_shipped(session, context=founded.context())

    with founded.database.writing() as session:
        again = take_in(session)
    states = {(line.role in ("module", "local_module")): line.state for line in listed}
    assert states == {True: State.IN_TEST, False: State.PUBLISHED}
    assert sorted(again) == sorted(line.id for line in listed)
    assert {line.name for line in listed if line.role == "core"} == {"annual-public-body", "annual-vco"}


def test_a_file_with_a_module_is_not_published_past_the_signatories(founded: World) -> None:
    with pytest.raises(InvalidError, match="both sectors have to agree"), founded.database.writing() as s:
        questionnaire_versions.publish(s, document=module_text(), context=founded.context())

    assert "module-trust" not in {line.name for line in founded.read(questionnaire_versions.versions)}
