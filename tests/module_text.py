"""A short module for both sectors, as YAML: what tests upload, replace, sign and compose."""

from sqlalchemy import select

from instruments.states import VersionState as State
from sampling.frame import Sector
from survey_app.models.people import Person
from survey_app.models.questionnaires import InstrumentVersion
from survey_app.services import questionnaire_versions as versions
from survey_app.services.questionnaire_signoffs import Signature, sign
from survey_app.services.questionnaire_states import Seen
from survey_app.services.questionnaire_versions import Brought
from tests.world import World

MODULE = """\
schema: 1
name: {name}
version: {version}
title: Trust between us
audience: [public_body, vco]
role: {role}
estimated_minutes: 1
expects: [{{item: heard-of, kind: yes_no, passes: [dont_know]}}]
sections:
  - id: {name}
    title: Trust
    questions:
      - id: {name}-trusted
        kind: yes_no
        text: {wording}
        short: Trusted
        statistic: proportion
        measured: Share answering yes, of those who answered yes or no
        dont_know: true
      - id: {name}-why
        kind: short_text
        text: What would raise your trust most?
        short: What would raise it
        required: false
        ask_if: {{item: {name}-trusted, is: ["no"]}}
"""


def module_text(
    name: str = "module-trust",
    version: int = 1,
    wording: str = "Do you trust the other sector to keep its promises?",
    role: str = "module",
    extra: str = "",
) -> str:
    """The module; `extra` is further lines at its head, each ending with a line break."""
    text = MODULE.format(name=name, version=version, wording=wording, role=role)
    return text.replace("estimated_minutes", f"{extra}estimated_minutes", 1)


def drafted(world: World, text: str) -> int:
    """The module as a draft in test; its id."""
    with world.database.writing() as session:
        version_id = versions.upload(session, brought=Brought(text, "module.yaml"), act=world.act())
    advanced(world, version_id, State.IN_TEST)
    return version_id


def advanced(world: World, version_id: int, *states: State) -> None:
    """Move a version through these states."""
    for wanted in states:
        with world.database.writing() as session:
            revision = session.get_one(InstrumentVersion, version_id).revision
            versions.move(session, seen=Seen(version_id, revision), wanted=wanted, act=world.act())


def agreed(world: World, version_id: int) -> None:
    """Have a signatory of each sector agree to a version in test."""
    for sector, role in ((Sector.PUBLIC, "signatory_public"), (Sector.VOLUNTARY, "signatory_voluntary")):
        email = f"{role}@compact.invalid"
        known = world.read(lambda s, at=email: s.scalar(select(Person.id).where(Person.email == at)))
        if known is None:
            world.person(role)
            known = world.read(lambda s, at=email: s.scalar(select(Person.id).where(Person.email == at)))
        with world.database.writing() as session:
            number = session.get_one(InstrumentVersion, version_id).text_number
            signature = Signature(version_id, number, sector, agrees=True)
            sign(session, signature=signature, person_id=known, act=world.act(email))


def published(world: World, text: str) -> int:
    """The module, agreed by both sectors and published; its id."""
    version_id = drafted(world, text)
    agreed(world, version_id)
    advanced(world, version_id, State.AGREED, State.PUBLISHED)
    return version_id
