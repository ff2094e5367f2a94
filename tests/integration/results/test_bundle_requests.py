"""Nobody alone has single answers beside a list of who was asked: a role apart, and a second person."""

from datetime import timedelta

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from survey_app.errors import InvalidError
from survey_app.models.audit import AuditEntry
from survey_app.models.people.accounts import Grant
from survey_app.services.material import ensured_key
from survey_app.services.people import accounts, grants
from survey_app.services.people.permissions import NAMES_BODIES, ROLES, Permission
from survey_app.services.stored_files import NewFile, Owner
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import World
from tests.integration.results.conftest import published
from tests.unit.reports.sample import contents

PAGE = "/results/1/bundle"
FILE = f"{PAGE}/file"
REQUEST = "/results/bundle-requests/1"
WHY = "To work the figures out again"


@pytest.fixture
def released(embedded_world: World) -> World:
    """A round with a release; its answers lie in a bundle."""
    world = embedded_world.planned(bodies=4, charities=16)
    sealed = (Owner("round", world.round_id),)
    with world.database.writing() as session:
        ensured_key(session, world.keys, subject_kind="round", subject_id=world.round_id)
    published(world, contents(), more=(NewFile("bundle_zip", "b.zip", "application/zip", b"PK", sealed),))
    return world


def given(world: World, email: str, role: str) -> None:
    with world.database.writing() as session:
        person_id = accounts.person_of(session, email=email)
        grants.give_role(session, person_id=person_id, role=role, context=world.context())


def downloads(session: Session) -> list[str]:
    taken = select(AuditEntry.actor).where(AuditEntry.act == "file downloaded")
    return list(session.scalars(taken))


def test_no_role_has_single_answers_beside_a_list_of_who_was_asked() -> None:
    both = {role for role, held in ROLES.items() if Permission.SEE_BUNDLE in held and held & NAMES_BODIES}

    assert both == set()
    assert Permission.FREEZE_RELEASE not in ROLES["analyst"], "who takes it does not agree to it"


def test_a_coordinator_who_knows_the_panel_gets_no_bundle_of_any_kind(released: World) -> None:
    coordinator = Visitor(released, "coordinator")

    assert coordinator.open(PAGE).status_code == 403
    assert coordinator.send(FILE, form_at="/programme").status_code == 403
    assert "Bundle" not in words(coordinator.open("/results/1"))
    assert coordinator.open("/results/1/bundle_zip").status_code == 404
    assert released.read(downloads) == []


def test_an_analyst_takes_a_bundle_once_when_a_coordinator_agreed(released: World) -> None:
    analyst, coordinator = Visitor(released, "analyst"), Visitor(released, "coordinator")
    assert analyst.send(FILE, form_at=PAGE).status_code == 403
    assert analyst.send(PAGE, form_at=PAGE).status_code == 422
    assert analyst.send(PAGE, form_at=PAGE, reason=WHY).location == PAGE
    assert analyst.send(FILE, form_at=PAGE).status_code == 403
    assert analyst.open(REQUEST).status_code == 403
    assert "Agree or refuse that single answers are taken" in words(coordinator.open("/today"))
    assert WHY in words(coordinator.open(REQUEST))

    assert coordinator.send(REQUEST, form_at=REQUEST, agree="1").location == "/today"
    taken = analyst.send(FILE, form_at=PAGE)

    assert taken.data.startswith(b"PK")
    assert released.read(downloads) == ["analyst@compact.invalid"]
    assert analyst.send(FILE, form_at=PAGE).status_code == 403, "an agreement is for one time"


def test_an_agreement_ends_after_a_week_and_is_nobody_elses(released: World) -> None:
    analyst, coordinator = Visitor(released, "analyst"), Visitor(released, "coordinator")
    other = Visitor(released, "signatory_public")
    released.clock.advance_to(released.clock.now() + timedelta(days=1))
    with released.database.writing() as session:
        person_id = accounts.person_of(session, email=other.email)
        roles = frozenset({"analyst"})
        grants.set_roles(session, person_id=person_id, roles=roles, context=released.context())
    for one in (analyst, coordinator, other):
        one.sign_in(released)
    analyst.send(PAGE, form_at=PAGE, reason=WHY)
    coordinator.send(REQUEST, form_at=REQUEST, agree="1")

    assert other.send(FILE, form_at=PAGE).status_code == 403
    released.clock.advance_to(released.clock.now() + timedelta(days=7, seconds=1))
    analyst.sign_in(released)

    assert analyst.send(FILE, form_at=PAGE).status_code == 403
    assert "You can take the bundle" not in words(analyst.open(PAGE))


def test_a_request_is_refused_with_a_reason_which_the_analyst_reads_or_withdrawn(released: World) -> None:
    analyst, coordinator = Visitor(released, "analyst"), Visitor(released, "coordinator")
    analyst.send(PAGE, form_at=PAGE, reason=WHY)
    assert coordinator.send(REQUEST, form_at=REQUEST, refuse="1").status_code == 422
    assert coordinator.send(REQUEST, form_at=REQUEST, refuse="1", reason="Not now").location == "/today"
    assert "refused: Not now" in words(analyst.open(PAGE))

    analyst.send(PAGE, form_at=PAGE, reason=WHY)
    analyst.send(PAGE, form_at=PAGE, withdraw="1")

    assert "single answers" not in words(coordinator.open("/today"))
    assert analyst.send(FILE, form_at=PAGE).status_code == 403


@pytest.mark.parametrize("role", ["coordinator", "interviewer"])
def test_nobody_is_given_both_sides(embedded_world: World, role: str) -> None:
    world = embedded_world.founded()
    analyst, other = world.person("analyst"), world.person(role)

    with pytest.raises(InvalidError, match="nobody is one who also"):
        given(world, analyst, role)
    with pytest.raises(InvalidError, match="nobody is one who also"):
        given(world, other, "analyst")


def test_an_account_that_holds_both_all_the_same_takes_nothing(released: World) -> None:
    analyst, coordinator = Visitor(released, "analyst"), Visitor(released, "coordinator")
    analyst.send(PAGE, form_at=PAGE, reason=WHY)
    coordinator.send(REQUEST, form_at=REQUEST, agree="1")
    with released.database.writing() as session:
        person_id = accounts.person_of(session, email=analyst.email)
        session.execute(
            insert(Grant).values(
                person_id=person_id,
                programme_id=released.programme,
                permission="see_cases",
                role="coordinator",
                granted_at=released.clock.now(),
                granted_by="somebody",
            )
        )

    refused = analyst.send(FILE, form_at=PAGE)

    assert refused.status_code == 422
    assert "nobody is one who also sees" in words(refused)
    assert released.read(downloads) == []
