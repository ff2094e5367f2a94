"""Drafts and signatures in tests: brought in, replaced, moved on and signed, each in its own transaction."""

from sqlalchemy import select

from instruments.states import VersionState as State
from sampling.frame import Sector
from survey_app.models.people import Person
from survey_app.models.questionnaires import InstrumentVersion
from survey_app.services import questionnaire_signoffs as signoffs
from survey_app.services import questionnaire_versions as versions
from survey_app.services.questionnaire_signoffs import Signature
from survey_app.services.questionnaire_states import Seen
from survey_app.services.questionnaire_versions import Brought
from tests.module_text import module_text
from tests.world import World


def uploaded(world: World, text: str = "", note: str = "") -> int:
    with world.database.writing() as session:
        brought = Brought(text or module_text(), "trust.yaml", note)
        return versions.upload(session, brought=brought, act=world.act())


def seen(world: World, version_id: int) -> Seen:
    return world.read(
        lambda session: Seen(version_id, session.get_one(InstrumentVersion, version_id).revision)
    )


def moved(world: World, version_id: int, *wanted: State) -> None:
    for state in wanted:
        with world.database.writing() as session:
            versions.move(session, seen=seen(world, version_id), wanted=state, act=world.act())


def replaced(world: World, version_id: int, text: str) -> None:
    with world.database.writing() as session:
        versions.replace_text(session, seen=seen(world, version_id), brought=Brought(text), act=world.act())


def row(world: World, version_id: int) -> InstrumentVersion:
    return world.read(lambda session: session.get_one(InstrumentVersion, version_id))


def signatory(world: World, role: str) -> int:
    email = world.person(role)
    return world.read(lambda session: session.scalars(select(Person.id).filter_by(email=email)).one())


def signed(
    world: World, version_id: int, sector: Sector, person_id: int, *, agrees: bool = True, words: str = ""
) -> None:
    text_number = row(world, version_id).text_number
    with world.database.writing() as session:
        signature = Signature(version_id, text_number, sector, agrees, words)
        signoffs.sign(session, signature=signature, person_id=person_id, act=world.act("signatory"))
