"""A core that was written here is asked once somebody who did not write it has read it, on both engines."""

import pytest
from sqlalchemy import select

from instruments.states import VersionState as State
from survey_app.errors import ConflictError, InvalidError, NotAllowedError, StageError
from survey_app.models.people.accounts import Person
from survey_app.services.people import accounts
from survey_app.services.questionnaires import second_readers, translations, versions
from survey_app.services.rounds import lifecycle
from tests.fixtures.drafting import moved, seen, uploaded
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import World, made
from tests.integration.results.test_left_out import CORE

UNREAD = (
    "“Annual survey of public bodies”, version 1, was written here. "
    "Somebody who did not write it has to read it and agree."
)


def written(world: World, *states: State) -> int:
    """That core, brought in by the coordinator and moved on."""
    version_id = uploaded(world, CORE)
    moved(world, version_id, *states)
    return version_id


def person_id(world: World, email: str) -> int:
    return world.read(lambda session: session.scalars(select(Person.id).filter_by(email=email)).one())


def another(world: World, role: str) -> int:
    """Somebody else of a role."""
    with world.database.writing() as session:
        return accounts.add_person(
            session, email=f"second-{role}@compact.invalid", name="Second", role=role, made=made(),
            context=world.context(),
        )  # fmt: skip


def faults(world: World) -> tuple[str, ...]:
    return world.read(
        lambda session: (
            lifecycle.check_round(session, round_id=world.round_id, context=world.context()).faults
        )
    )


def asked(world: World, version_id: int, asker_id: int) -> int:
    with world.database.writing() as session:
        return second_readers.ask(session, version_id=version_id, person_id=asker_id, context=world.context())


def agree(world: World, version_id: int, approval_id: int, reader_id: int) -> None:
    with world.database.writing() as session:
        second_readers.agree(
            session,
            version_id=version_id,
            approval_id=approval_id,
            person_id=reader_id,
            context=world.context(),
        )


def test_a_round_does_not_ask_a_core_that_its_writer_alone_has_read(world: World) -> None:
    world.drawn()
    writer = person_id(world, world.person("coordinator"))
    version_id = written(world, State.IN_TEST, State.AGREED, State.PUBLISHED)
    world.plan_round()
    assert [fault for fault in faults(world) if fault.startswith(UNREAD)] == [
        f"{UNREAD} Ask for it on its page."
    ]
    with pytest.raises(InvalidError) as refused:
        world.launch()
    assert UNREAD in str(refused.value.faults)

    request = asked(world, version_id, writer)
    with pytest.raises(NotAllowedError):
        agree(world, version_id, request, writer)
    signatory = another(world, "signatory_public")
    agree(world, version_id, request, signatory)

    assert faults(world) == ()
    world.launch()


def test_whoever_wrote_a_text_does_not_read_it_for_somebody_else(world: World) -> None:
    world.founded()
    writer = person_id(world, world.person("coordinator"))
    version_id = written(world, State.IN_TEST, State.AGREED)
    request = asked(world, version_id, another(world, "coordinator"))

    with pytest.raises(NotAllowedError, match="You wrote or translated this version"):
        agree(world, version_id, request, writer)


def translated(world: World, version_id: int, person: str, line: str = "") -> None:
    """The version's words in Welsh, as one person uploads them."""
    with world.database.writing() as session:
        document = translations.to_translate(session, version_id, "cy") + line
        translations.upload_translation(
            session, seen=seen(world, version_id), document=document, context=world.context(person)
        )


def test_whoever_translated_a_core_is_not_its_reader_and_a_later_translation_asks_anew(world: World) -> None:
    world.founded()
    writer, reader = person_id(world, world.person("coordinator")), another(world, "coordinator")
    version_id = written(world, State.IN_TEST, State.AGREED)
    translated(world, version_id, "second-coordinator@compact.invalid")
    request = asked(world, version_id, writer)
    with pytest.raises(NotAllowedError, match="You wrote or translated this version"):
        agree(world, version_id, request, reader)

    translated(world, version_id, "second-coordinator@compact.invalid", "# another wording\n")
    signatory = another(world, "signatory_public")
    with pytest.raises(ConflictError, match="A translation came since"):
        agree(world, version_id, request, signatory)
    agree(world, version_id, asked(world, version_id, writer), signatory)
    assert not unread(world, version_id)
    translated(world, version_id, "signatory_public@compact.invalid", "# and another\n")
    assert unread(world, version_id).startswith(UNREAD)


def unread(world: World, version_id: int) -> str:
    return world.read(
        lambda session: second_readers.unread(session, version_id=version_id, programme_id=world.programme)
    )


def test_a_text_that_can_still_change_is_not_read_and_what_ships_needs_no_reader(world: World) -> None:
    world.founded()
    writer = person_id(world, world.person("coordinator"))
    version_id = written(world, State.IN_TEST)
    with pytest.raises(StageError, match="when its text is fixed"):
        asked(world, version_id, writer)
    shipped = world.read(
        lambda session: [line.id for line in versions.versions(session) if line.id != version_id]
    )
    with pytest.raises(ConflictError):
        asked(world, shipped[0], writer)


def test_the_page_of_a_version_asks_for_a_reader_and_lets_them_agree(embedded_world: World) -> None:
    world = embedded_world.founded()
    coordinator, signatory = Visitor(world, "coordinator"), Visitor(world, "signatory_voluntary")
    version_id = written(world, State.IN_TEST, State.AGREED)
    page = f"/questionnaires/{version_id}/progress"

    coordinator.send(f"/questionnaires/{version_id}/second-reader", form_at=page)
    assert "Do not ask for it any more" in words(coordinator.open(page))
    assert "Read a questionnaire that was written here" in words(signatory.open("/today"))
    signatory.send(f"/questionnaires/{version_id}/second-reader/1", form_at=page, agree="1")

    assert "read this text and agreed to it" in words(coordinator.open(page))
