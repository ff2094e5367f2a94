"""Acts that need a second person, on both engines: who asks never decides, and all can be read later."""

import pytest
from sqlalchemy import select, update

from survey_app.errors import ConflictError, InvalidError, NotAllowedError, NotFoundError, TakenError
from survey_app.models.audit import AuditEntry
from survey_app.models.people.accounts import Person
from survey_app.models.people.approvals import Approval, Decision
from survey_app.services.audit import AuditContext
from survey_app.services.people import accounts, approvals
from survey_app.services.people.approvals import ApprovalView, Request
from survey_app.services.people.permissions import Permission
from survey_app.services.programmes import registry
from survey_app.services.programmes.registry import NewProgramme
from tests.fixtures.world import World, made

PUBLISH = Request(
    act="publish_release",
    permission=Permission.FREEZE_RELEASE,
    subject_kind="release",
    subject_id=7,
    detail={"title": "Annual survey 2026"},
)
ASKER, SECOND, REVIEWER, THIRD = 1, 2, 3, 4


@pytest.fixture
def staffed(world: World) -> World:
    """Three coordinators, and a reviewer who may decide nothing."""
    world.founded()
    with world.database.writing() as session:
        for name, role in (
            ("asker", "coordinator"),
            ("second", "coordinator"),
            ("reviewer", "reviewer"),
            ("third", "coordinator"),
        ):
            accounts.add_person(
                session,
                email=f"{name}@compact.invalid",
                name=name.title(),
                made=made(),
                role=role,
                context=world.context(),
            )
    return world


def asked(world: World, request: Request = PUBLISH, *, person: int = ASKER) -> int:
    with world.database.writing() as session:
        return approvals.ask(session, request=request, person_id=person, context=world.context())


def agreed(world: World, approval_id: int, *, person: int = SECOND) -> ApprovalView:
    with world.database.writing() as session:
        return approvals.agree(session, approval_id=approval_id, person_id=person, context=world.context())


def waiting(world: World, person: int) -> list[int]:
    views = world.read(lambda s: approvals.waiting_for(s, person_id=person, programme_id=world.programme))
    return [view.id for view in views]


def is_agreed(world: World) -> bool:
    return world.read(lambda s: approvals.is_agreed(s, request=PUBLISH, context=world.context()))


def test_a_request_waits_for_everybody_who_may_decide_but_not_for_whoever_asked(staffed: World) -> None:
    approval = asked(staffed)

    assert [waiting(staffed, person) for person in (ASKER, SECOND, REVIEWER, THIRD)] == [
        [],
        [approval],
        [],
        [approval],
    ]
    assert not is_agreed(staffed)


def test_what_a_second_person_agreed_to_is_agreed_and_waits_no_more(staffed: World) -> None:
    decided = agreed(staffed, asked(staffed))

    assert (decided.decision, decided.asked_by, decided.decided_by) == (Decision.AGREED, "Asker", "Second")
    assert decided.detail == {"title": "Annual survey 2026"}
    assert is_agreed(staffed)
    assert waiting(staffed, THIRD) == []


def test_nobody_agrees_whose_account_the_asker_made_alone_but_they_may_refuse(staffed: World) -> None:
    with staffed.database.writing() as session:
        session.get_one(Person, SECOND).made_alone_by_id = ASKER
    approval = asked(staffed)

    with pytest.raises(NotAllowedError, match="One of you added the other"):
        agreed(staffed, approval)
    assert not is_agreed(staffed)
    with staffed.database.writing() as session:
        approvals.refuse(
            session, approval_id=approval, person_id=SECOND, reason="No.", context=staffed.context()
        )
    with pytest.raises(NotAllowedError):
        agreed(staffed, asked(staffed, person=SECOND), person=ASKER)
    agreed(staffed, waiting(staffed, THIRD)[0], person=THIRD)


def test_whoever_asked_can_never_agree_whatever_they_may_do_otherwise(staffed: World) -> None:
    approval = asked(staffed)

    with pytest.raises(NotAllowedError, match="somebody else"):
        agreed(staffed, approval, person=ASKER)

    assert not is_agreed(staffed)


def test_the_database_itself_refuses_that_one_person_asks_and_decides(staffed: World) -> None:
    approval = asked(staffed)

    with pytest.raises(TakenError), staffed.database.writing() as session:
        session.execute(
            update(Approval)
            .where(Approval.id == approval)
            .values(decision="agreed", decided_by_person_id=ASKER, decided_at=staffed.clock.now())
        )


def test_whoever_lacks_the_permission_or_is_deactivated_decides_nothing(staffed: World) -> None:
    approval = asked(staffed)
    with staffed.database.writing() as session:
        accounts.deactivate(session, person_id=SECOND, context=staffed.context())

    for person in (REVIEWER, SECOND, 99):
        with pytest.raises(NotAllowedError, match="role does not include"):
            agreed(staffed, approval, person=person)


def test_nothing_is_decided_twice(staffed: World) -> None:
    approval = asked(staffed)
    agreed(staffed, approval)

    with pytest.raises(ConflictError, match="agreed already"):
        agreed(staffed, approval, person=THIRD)


def test_the_same_is_asked_once_at_a_time_and_again_after_a_refusal(staffed: World) -> None:
    approval = asked(staffed)
    with pytest.raises(ConflictError, match="waits for a second person"):
        asked(staffed, person=THIRD)

    with staffed.database.writing() as session:
        approvals.refuse(
            session,
            approval_id=approval,
            person_id=SECOND,
            reason="A table is missing",
            context=staffed.context(),
        )
    again = asked(staffed)
    agreed(staffed, again)

    history = staffed.read(
        lambda s: approvals.history_of(
            s, subject_kind="release", subject_id=7, programme_id=staffed.programme
        )
    )
    assert [(view.decision, view.reason) for view in history] == [
        (Decision.REFUSED, "A table is missing"),
        (Decision.AGREED, ""),
    ]
    assert is_agreed(staffed)


def test_a_refusal_says_why(staffed: World) -> None:
    approval = asked(staffed)

    with pytest.raises(InvalidError, match="Say why"), staffed.database.writing() as session:
        approvals.refuse(
            session, approval_id=approval, person_id=SECOND, reason=" ", context=staffed.context()
        )


def test_only_whoever_asked_withdraws_a_request(staffed: World) -> None:
    approval = asked(staffed)
    for person in (SECOND, ASKER):
        with staffed.database.writing() as session:
            if person == SECOND:
                with pytest.raises(NotAllowedError, match="Only whoever asked"):
                    approvals.withdraw(
                        session, approval_id=approval, person_id=person, context=staffed.context()
                    )
                continue
            view = approvals.withdraw(
                session, approval_id=approval, person_id=person, context=staffed.context()
            )

    assert view.decision is Decision.WITHDRAWN
    assert not is_agreed(staffed)


def test_another_programme_neither_sees_nor_decides_a_request(staffed: World) -> None:
    approval = asked(staffed)
    with staffed.database.writing() as session:
        new = NewProgramme(code="dorset", name="Dorset", agreement_word="Compact")
        dorset = registry.add_locality(session, programme=new, context=staffed.context())
    elsewhere = AuditContext("second@compact.invalid", staffed.clock.now(), dorset.id)

    with pytest.raises(NotFoundError), staffed.database.writing() as session:
        approvals.agree(session, approval_id=approval, person_id=SECOND, context=elsewhere)
    with pytest.raises(NotAllowedError), staffed.database.writing() as session:
        approvals.ask(session, request=PUBLISH, person_id=ASKER, context=elsewhere)


def test_asking_and_deciding_are_on_the_audit_trail(staffed: World) -> None:
    agreed(staffed, asked(staffed))

    rows = staffed.read(
        lambda s: s.execute(
            select(AuditEntry.act, AuditEntry.detail).where(AuditEntry.subject == "approval")
        ).all()
    )

    assert sorted(act for act, _ in rows) == ["approval agreed", "approval asked for"]
    assert rows[0].detail == {"request": "publish_release", "about": "release 7"}
