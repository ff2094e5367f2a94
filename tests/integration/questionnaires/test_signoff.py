"""Agreement of both sectors to one text, on both engines: who may sign, what lapses, what stays."""

from collections.abc import Callable
from functools import partial
from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from instruments.states import VersionState as State
from sampling.frame import Sector
from survey_app.errors import CompactError, ConflictError, InvalidError, NotAllowedError, StageError
from survey_app.models.audit import AuditEntry
from survey_app.models.questionnaires import InstrumentText, InstrumentTransition, InstrumentVersion, Verdict
from survey_app.services.people.grants import give_role
from survey_app.services.questionnaires import signoff
from survey_app.services.questionnaires.signoff import Signature
from tests.fixtures.drafting import moved, replaced, row, signatory, signed, uploaded
from tests.fixtures.module_text import module_text
from tests.fixtures.world import World


@pytest.fixture
def founded(world: World) -> World:
    return world.founded()


def test_a_draft_goes_to_test_is_agreed_by_both_sectors_and_published(founded: World) -> None:
    public, voluntary = (signatory(founded, f"signatory_{one}") for one in ("public", "voluntary"))
    version_id = uploaded(founded, note="First go")
    moved(founded, version_id, State.IN_TEST)
    signed(founded, version_id, Sector.PUBLIC, public, words="Well put")
    signed(founded, version_id, Sector.VOLUNTARY, voluntary)
    moved(founded, version_id, State.AGREED, State.PUBLISHED)

    version = row(founded, version_id)
    steps = founded.read(
        lambda s: s.scalars(select(InstrumentTransition.after).filter_by(version_id=version_id)).all()
    )
    audited = founded.read(
        lambda s: s.scalars(select(AuditEntry.act).filter_by(subject_id=str(version_id))).all()
    )
    assert (version.state, version.published_at) == (State.PUBLISHED, founded.clock.now())
    assert steps == [State.DRAFT, State.IN_TEST, State.AGREED, State.PUBLISHED]
    assert sorted(audited) == [
        "questionnaire agreed",
        "questionnaire agrees",
        "questionnaire agrees",
        "questionnaire draft",
        "questionnaire in test",
        "questionnaire published",
    ]


def test_a_module_is_not_agreed_before_both_sectors_are(founded: World) -> None:
    public = signatory(founded, "signatory_public")
    version_id = uploaded(founded)
    moved(founded, version_id, State.IN_TEST)
    signed(founded, version_id, Sector.PUBLIC, public)

    with pytest.raises(InvalidError) as refused:
        moved(founded, version_id, State.AGREED)

    assert refused.value.faults == ("No signatory for voluntary organisations has agreed to this text yet.",)
    assert row(founded, version_id).state is State.IN_TEST


def test_an_objection_stands_until_the_same_person_agrees(founded: World) -> None:
    public, voluntary = (signatory(founded, f"signatory_{one}") for one in ("public", "voluntary"))
    version_id = uploaded(founded)
    moved(founded, version_id, State.IN_TEST)
    signed(founded, version_id, Sector.VOLUNTARY, voluntary)
    signed(founded, version_id, Sector.PUBLIC, public, agrees=False, words="Question 1 leads.")

    with pytest.raises(InvalidError) as refused:
        moved(founded, version_id, State.AGREED)
    assert "Signatory_Public objects for public bodies: Question 1 leads." in refused.value.faults

    signed(founded, version_id, Sector.PUBLIC, public)
    moved(founded, version_id, State.AGREED)


def test_a_new_text_asks_both_sectors_again_and_keeps_what_was_said(founded: World) -> None:
    public, voluntary = (signatory(founded, f"signatory_{one}") for one in ("public", "voluntary"))
    version_id = uploaded(founded)
    moved(founded, version_id, State.IN_TEST)
    signed(founded, version_id, Sector.PUBLIC, public)
    signed(founded, version_id, Sector.VOLUNTARY, voluntary)

    replaced(founded, version_id, module_text(wording="Do you trust them?"))
    # The first text once more: what was agreed to is a text that somebody brought, not its letters.
    replaced(founded, version_id, module_text())
    moved(founded, version_id, State.IN_TEST)

    with pytest.raises(InvalidError) as refused:
        moved(founded, version_id, State.AGREED)
    said = founded.read(lambda s: signoff.remarks(s, s.get_one(InstrumentVersion, version_id)))
    texts = founded.read(
        lambda s: s.scalars(select(InstrumentText.document).filter_by(version_id=version_id)).all()
    )
    assert len(refused.value.faults) == 2
    assert [(one.verdict, one.stands, one.text_number) for one in said] == [(Verdict.AGREES, False, 1)] * 2
    assert texts == [module_text(), module_text(wording="Do you trust them?"), module_text()]


def test_who_read_another_text_signs_nothing(founded: World) -> None:
    public = signatory(founded, "signatory_public")
    version_id = uploaded(founded)
    moved(founded, version_id, State.IN_TEST)
    replaced(founded, version_id, module_text(wording="Do you trust them?"))
    moved(founded, version_id, State.IN_TEST)

    signature = Signature(version_id, 1, Sector.PUBLIC, agrees=True)
    with pytest.raises(ConflictError, match="replaced since"), founded.database.writing() as session:
        signoff.sign(session, signature=signature, person_id=public, context=founded.context())


def test_nobody_signs_for_a_sector_without_its_grant_nor_for_both(founded: World) -> None:
    coordinator, public = signatory(founded, "coordinator"), signatory(founded, "signatory_public")
    version_id = uploaded(founded)
    moved(founded, version_id, State.IN_TEST)

    for person in (coordinator, public):
        with pytest.raises(NotAllowedError, match="not a signatory for voluntary"):
            signed(founded, version_id, Sector.VOLUNTARY, person)

    signed(founded, version_id, Sector.PUBLIC, public)
    with founded.database.writing() as session:
        give_role(session, person_id=public, role="signatory_voluntary", context=founded.context())
    with pytest.raises(ConflictError, match="other sector already"):
        signed(founded, version_id, Sector.VOLUNTARY, public)


def test_an_objection_needs_a_reason_and_a_draft_is_not_signed(founded: World) -> None:
    public = signatory(founded, "signatory_public")
    version_id = uploaded(founded)

    with pytest.raises(StageError, match="while it is in test"):
        signed(founded, version_id, Sector.PUBLIC, public)
    moved(founded, version_id, State.IN_TEST)
    with pytest.raises(InvalidError, match="what you object to"):
        signed(founded, version_id, Sector.PUBLIC, public, agrees=False)


def test_comments_are_kept_in_order_with_the_text_they_are_about(founded: World) -> None:
    public = signatory(founded, "signatory_public")
    version_id = uploaded(founded)

    def say(words: str) -> None:
        with founded.database.writing() as session:
            signoff.comment(
                session, version_id=version_id, words=words, person_id=public, context=founded.context()
            )

    say("First")
    replaced(founded, version_id, module_text(wording="Do you trust them?"))
    say("Second")
    for words, refusal in (("", "Write your comment"), ("x" * 4_001, "the most is 4,000")):
        with pytest.raises(InvalidError, match=refusal):
            say(words)

    said = founded.read(lambda s: signoff.remarks(s, s.get_one(InstrumentVersion, version_id)))
    assert [(one.words, one.text_number, one.name) for one in said] == [
        ("First", 1, "Signatory_Public"),
        ("Second", 2, "Signatory_Public"),
    ]


def test_an_objection_and_the_agreement_that_it_would_stop_never_both_happen(founded: World) -> None:
    public, voluntary = (signatory(founded, f"signatory_{one}") for one in ("public", "voluntary"))
    version_id = uploaded(founded)
    moved(founded, version_id, State.IN_TEST)
    signed(founded, version_id, Sector.PUBLIC, public)
    signed(founded, version_id, Sector.VOLUNTARY, voluntary)
    refused, start = [], Barrier(2)

    def at_once(context: Callable[[], None]) -> None:
        start.wait()
        try:
            context()
        except CompactError as fault:
            refused.append(type(fault))

    objection = partial(
        signed, founded, version_id, Sector.PUBLIC, public, agrees=False, words="On reflection, no."
    )
    people = [
        Thread(target=at_once, args=(context,))
        for context in (objection, partial(moved, founded, version_id, State.AGREED))
    ]
    for each in people:
        each.start()
    for each in people:
        each.join()

    # Whoever was second was told: the state is not what they took it for, or an objection stands.
    assert len(refused) == 1
    assert refused[0] is (StageError if row(founded, version_id).state is State.AGREED else InvalidError)
