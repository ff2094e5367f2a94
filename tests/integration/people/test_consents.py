"""Notices and consents, on both engines: which wording was shown, who said yes, and nothing in the open."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, update

from scheduler.stages import Stage
from survey_app.errors import ConflictError, InvalidError, NotFoundError, StageError
from survey_app.models.audit import AuditEntry
from survey_app.models.people.consents import NoticeVersion
from survey_app.models.rounds import Round
from survey_app.services.audit import AuditContext
from survey_app.services.people import consents, notices
from survey_app.services.people.consents import ConsentView, NewConsent
from tests.fixtures.world import World, voluntary

ENGLISH, WELSH = "We record what you say.", "Rydym yn recordio."
CONSENT = NewConsent(
    subject_kind="session",
    subject_id=5,
    purpose="recording",
    notice_version_id=1,
    mode="face_to_face",
    label="Jo Bird",
)


def published(world: World, text: str = ENGLISH, *, kind: str = "recording", **others: str) -> int:
    with world.database.writing() as session:
        return notices.publish(session, kind=kind, texts={"en": text, **others}, context=world.context())


def pinned(world: World, version: int) -> None:
    with world.database.writing() as session:
        notices.pin(
            session, round_id=world.round_id, kind="recording", version=version, context=world.context()
        )


def shown(world: World, language: str = "en") -> str:
    view = world.read(
        lambda s: notices.shown_in(s, round_id=world.round_id, kind="recording", language=language)
    )
    return "" if view is None else view.text


def given(world: World, consent: NewConsent = CONSENT, context: AuditContext | None = None) -> int:
    with world.database.writing() as session:
        return consents.give(session, world.keys, consent=consent, context=context or world.context())


def withdrawn(world: World, consent_id: int) -> None:
    with world.database.writing() as session:
        consents.withdraw(session, consent_id=consent_id, context=world.context())


def kept(world: World) -> tuple[ConsentView, ...]:
    return world.read(
        lambda s: consents.consents_of(
            s, world.keys, subject_kind="session", subject_id=5, programme_id=world.programme
        )
    )


@pytest.fixture
def informed(world: World) -> World:
    """A programme with one published notice."""
    world.founded()
    published(world)
    return world


def test_another_wording_is_a_next_version_and_the_same_is_not(informed: World) -> None:
    assert published(informed) == 1
    assert published(informed, ENGLISH + " ") == 1
    assert published(informed, "We record and keep what you say.") == 2

    newest = informed.read(
        lambda s: notices.newest_wording(s, kind="recording", programme_id=informed.programme)
    )
    assert newest is not None
    assert (newest.version, newest.text) == (2, "We record and keep what you say.")
    assert (
        informed.read(lambda s: notices.wording(s, notice_version_id=1, programme_id=informed.programme).text)
        == ENGLISH
    )


def test_a_translation_belongs_to_the_version_and_english_stands_in_for_a_missing_one(world: World) -> None:
    world.founded()

    assert published(world, cy=WELSH) == 1

    for language, text in (("cy", WELSH), ("en", ENGLISH), ("pl", ENGLISH)):
        view = world.read(
            lambda s, language=language: notices.newest_wording(
                s, kind="recording", language=language, programme_id=world.programme
            )
        )
        assert view is not None
        assert view.text == text


@pytest.mark.parametrize(
    ("kind", "texts", "said"),
    [
        ("recording", {"cy": WELSH}, "Give the English text"),
        ("recording", {"en": " "}, "give a text"),
        ("recording", {"en": ENGLISH, "Welsh!": WELSH}, "code of a language"),
        ("What we keep", {"en": ENGLISH}, "kind of notice"),
    ],
    ids=["no English", "empty", "no language", "no kind"],
)
def test_a_notice_that_makes_no_sense_is_refused(
    world: World, kind: str, texts: dict[str, str], said: str
) -> None:
    world.founded()

    with pytest.raises(InvalidError) as refusal, world.database.writing() as session:
        notices.publish(session, kind=kind, texts=texts, context=world.context())

    assert said in str(refusal.value)


def test_a_round_shows_the_version_that_it_pinned_whatever_is_published_later(world: World) -> None:
    world.planned()
    pinned(world, published(world, cy=WELSH))

    published(world, "Something else.")

    assert (shown(world), shown(world, "cy"), shown(world, "pl")) == (ENGLISH, WELSH, ENGLISH)


def test_a_pin_can_be_moved_until_the_round_opens(world: World) -> None:
    world.planned()
    pinned(world, published(world, cy=WELSH))
    newer = published(world, "Something else.")

    pinned(world, newer)

    assert (shown(world), shown(world, "cy")) == ("Something else.", "Something else.")
    with world.database.writing() as session:
        session.execute(update(Round).where(Round.id == world.round_id).values(stage=Stage.OPEN))
    with pytest.raises(StageError, match="notices are fixed"):
        pinned(world, 1)
    assert shown(world) == "Something else."


def test_what_is_not_there_cannot_be_pinned(world: World) -> None:
    world.planned()

    with pytest.raises(NotFoundError):
        pinned(world, 1)
    assert shown(world) == ""


def test_a_consent_says_who_to_what_and_shown_which_wording(informed: World) -> None:
    given(informed)

    (consent,) = kept(informed)
    assert (consent.label, consent.purpose, consent.mode) == ("Jo Bird", "recording", "face_to_face")
    assert (consent.notice_version_id, consent.given_at) == (1, informed.clock.now())
    assert consent.withdrawn_at is None


def test_the_same_yes_said_twice_stands_once(informed: World) -> None:
    assert given(informed) == given(informed, replace(CONSENT, label=" jo bird"))
    assert given(informed, replace(CONSENT, purpose="quotation")) != 1

    assert len(kept(informed)) == 2


def test_a_consent_can_be_withdrawn_once_and_given_again(informed: World) -> None:
    consent_id = given(informed)

    withdrawn(informed, consent_id)

    with pytest.raises(ConflictError, match="withdrawn already"):
        withdrawn(informed, consent_id)
    assert given(informed) != consent_id
    assert [consent.withdrawn_at is None for consent in kept(informed)] == [False, True]


def test_a_yes_to_one_wording_is_no_yes_to_the_next(informed: World) -> None:
    given(informed)
    published(informed, "Something else.")

    with pytest.raises(ConflictError, match="another wording"):
        given(informed, replace(CONSENT, notice_version_id=2))


def test_a_contact_consents_under_its_number(informed: World) -> None:
    informed.imported("Charities", voluntary(1))

    given(informed, replace(CONSENT, contact_id=1, label=""))

    (consent,) = kept(informed)
    assert (consent.contact_id, consent.label) == (1, "")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"label": ""}, "Say who consents"),
        ({"contact_id": 1}, "Say who consents"),
        ({"mode": "telepathy"}, "Say how"),
        ({"purpose": " "}, "what they consent to"),
    ],
    ids=["nobody", "two people", "no such mode", "no purpose"],
)
def test_a_consent_that_makes_no_sense_is_refused(
    informed: World, change: dict[str, object], said: str
) -> None:
    with pytest.raises(InvalidError) as refusal:
        given(informed, replace(CONSENT, **change))

    assert said in str(refusal.value)


def test_a_consent_names_a_wording_and_a_contact_that_are_there(informed: World) -> None:
    for change in ({"notice_version_id": 9}, {"contact_id": 9, "label": ""}):
        with pytest.raises(NotFoundError):
            given(informed, replace(CONSENT, **change))
    with pytest.raises(NotFoundError):
        given(informed, context=replace(informed.context(), programme_id=99))


def test_notices_and_consents_are_on_the_audit_trail_without_a_name(informed: World) -> None:
    withdrawn(informed, given(informed))

    rows = informed.read(lambda s: s.execute(select(AuditEntry.act, AuditEntry.detail)).all())
    acts = [act for act, _ in rows]
    assert {"notice published", "consent given", "consent withdrawn"} <= set(acts)
    assert not any("Jo" in str(detail) for _, detail in rows)


def test_the_hash_of_a_wording_is_kept_with_it(informed: World) -> None:
    row = informed.read(lambda s: s.scalars(select(NoticeVersion)).one())

    assert len(row.sha256) == 64
    assert row.published_by == "coordinator@compact.invalid"


def test_the_file_of_the_database_holds_no_name_of_anybody_who_consented(embedded_world: World) -> None:
    world = embedded_world.founded()
    published(world)
    withdrawn(world, given(world))
    given(world, replace(CONSENT, label="Alex Wren"))
    path = Path(str(world.database.engine.url.database))
    world.database.close()

    content = b"".join(
        each.read_bytes() for each in path.parent.iterdir() if each.name.startswith(path.name)
    ).lower()
    assert b"recording" in content
    for plain in (b"jo bird", b"alex wren"):
        assert plain not in content
