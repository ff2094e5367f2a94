"""People, the audit trail and the published questionnaires on the screen."""

import pytest

from instruments.answering.words import words_of
from instruments.rules import All, AnyOf, Comparison, Not, Relation
from instruments.schema import Questionnaire
from sampling.frame import Sector
from survey_app.services.people import accounts
from survey_app.services.people.accounts import PersonLine
from survey_app.services.questionnaires import versions
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import PASSWORD, World

NEW = {"name": "Ada", "email": "ada@council.invalid", "role": "interviewer"}


@pytest.fixture
def world(embedded_world: World) -> World:
    return embedded_world.founded()


def listed(world: World, name: str) -> PersonLine | None:
    people = world.read(lambda session: accounts.listing(session, programme_id=world.programme))
    return next((line for line in people if line.name == name), None)


def questionnaire(world: World) -> Questionnaire:
    return world.read(
        lambda session: versions.questionnaire_of(session, versions.newest_version(session, Sector.VOLUNTARY))
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"email": "ada\x00"}, "has no @"),
        ({"role": "queen"}, "choose one from the list"),
        ({"name": "x" * 10_000}, "1 to 120 characters"),
    ],
)
def test_somebody_who_cannot_be_added_is_not_and_the_reason_is_said(
    world: World, change: dict[str, str], said: str
) -> None:
    answer = Visitor(world, "administrator").send("/people/add", **NEW | change)

    assert answer.status_code == 422
    assert said in words(answer)
    assert PASSWORD not in answer.text
    assert listed(world, "Ada") is None


def test_somebody_is_deactivated_reactivated_and_signed_out(world: World) -> None:
    administrator, coordinator = Visitor(world, "administrator"), Visitor(world, "coordinator")
    line = listed(world, "Coordinator")
    assert line is not None

    administrator.send(f"/people/{line.id}/sign-out", form_at="/people")
    assert coordinator.open("/rounds").location.startswith("/sign-in")
    administrator.send(f"/people/{line.id}/deactivate", form_at="/people")
    assert coordinator.send("/sign-in", email=coordinator.email, password=PASSWORD).status_code == 422
    administrator.send(f"/people/{line.id}/reactivate", form_at="/people")
    assert coordinator.send("/sign-in", email=coordinator.email, password=PASSWORD).status_code == 302


def test_somebody_is_given_a_second_role_and_loses_it_again(world: World) -> None:
    administrator, reviewer = Visitor(world, "administrator"), Visitor(world, "reviewer")
    line = listed(world, "Reviewer")
    assert line is not None
    address = f"/people/{line.id}/roles"

    both = administrator.send(address, form_at=address, roles=["reviewer", "signatory_public"])
    assert both.location == "/people"
    assert "Reviewer Signatory for public bodies" in words(administrator.open("/people"))
    assert reviewer.open("/questionnaires").status_code == 302
    reviewer.sign_in(world)
    assert "Waiting for your agreement" in words(reviewer.open("/questionnaires"))
    administrator.send(address, form_at=address, roles=["reviewer"])
    reviewer.sign_in(world)
    assert "Waiting for your agreement" not in words(reviewer.open("/questionnaires"))
    said = words(administrator.open("/audit"))
    assert "Roles changed person" in said


def test_roles_that_would_leave_nobody_in_charge_are_refused(world: World) -> None:
    administrator = Visitor(world, "administrator")
    own, other = listed(world, "Administrator"), Visitor(world, "reviewer")
    reviewer = listed(world, "Reviewer")
    assert own is not None
    assert reviewer is not None

    for person, roles, said in (
        (own, ["reviewer"], "cannot take your own administrator role"),
        (reviewer, [], "Choose at least one role"),
        (reviewer, ["queen"], "There is a problem"),
    ):
        address = f"/people/{person.id}/roles"
        answer = administrator.send(address, form_at=address, roles=roles)
        assert answer.status_code == 422
        assert said in words(answer)
    assert administrator.open("/people/999/roles").status_code == 404
    assert other.open(f"/people/{own.id}/roles").status_code == 403


def test_nobody_keeps_themselves_out(world: World) -> None:
    administrator = Visitor(world, "administrator")
    own = listed(world, "Administrator")
    assert own is not None

    assert administrator.send(f"/people/{own.id}/deactivate", form_at="/people").status_code == 409
    assert administrator.open("/people").status_code == 200


def test_the_audit_trail_shows_who_did_what_and_no_password(world: World) -> None:
    administrator = Visitor(world, "administrator")
    administrator.send("/people/add", **NEW)

    said = words(administrator.open("/audit"))

    assert "administrator@compact.invalid Approval asked for" in said
    assert PASSWORD not in said


def test_a_reviewer_reads_every_question_of_a_version_with_its_route(world: World) -> None:
    wording = questionnaire(world)
    reviewer = Visitor(world, "reviewer")
    version = world.read(lambda session: versions.newest_version(session, Sector.VOLUNTARY))

    said = words(reviewer.open(f"/questionnaires/{version}"))

    for question in wording.questions:
        assert " ".join(question.text.split()) in said
        for option in question.options:
            assert option.label in said
    assert "Asked if “Heard of the agreement” is “Yes”" in said


def test_conditions_read_as_sentences(world: World) -> None:
    wording = questionnaire(world)
    heard = Comparison("heard-of", Relation.IS, values=("yes", "dont_know"))
    near = Comparison("region", Relation.IS, of_fact=True, values=("London",))
    answered = Comparison("relationship", Relation.ANSWERED)

    assert words_of(heard, wording) == "“Heard of the agreement” is “Yes” or “I am not sure”"
    assert words_of(All((near, Not(heard))), wording).startswith("the region is “London” and not (“Heard")
    assert words_of(All((near, AnyOf((answered, near)))), wording).count("(") == 1
