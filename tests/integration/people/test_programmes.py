"""Programmes and who may do what in them, on both engines: several for one person, for one strand, closed."""

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from scheduler.strands import Strand
from survey_app.cli.main import compact
from survey_app.errors import InvalidError, NotFoundError
from survey_app.models.audit import AuditEntry
from survey_app.services.audit import AuditContext
from survey_app.services.people import accounts, grants
from survey_app.services.people.accounts import SignedIn
from survey_app.services.people.permissions import LOOKING, ROLES, Permission
from survey_app.services.programmes import registry
from survey_app.services.programmes.registry import NewProgramme, ProgrammeView
from tests.conftest import KEYS
from tests.fixtures.staff import Visitor, through_the_door, words
from tests.fixtures.world import PASSWORD, World


def locality(world: World, code: str = "dorset", *, agreement: str = "Compact") -> ProgrammeView:
    """A locality's programme below the national one."""
    new = NewProgramme(code=code, name=code.title(), agreement_word=agreement, parent_id=world.programme)
    with world.database.writing() as session:
        return registry.add_locality(session, programme=new, context=world.context())


def within(world: World, programme: ProgrammeView) -> AuditContext:
    return AuditContext("coordinator@compact.invalid", world.clock.now(), programme.id)


def given(world: World, programme: ProgrammeView, role: str, *, strand: Strand | None = None) -> None:
    """The first person gets a role in a programme."""
    with world.database.writing() as session:
        grants.give_role(session, person_id=1, role=role, strand=strand, context=within(world, programme))


def known(world: World, programme: ProgrammeView | None = None) -> SignedIn | None:
    programme_id = None if programme is None else programme.id
    return world.read(lambda s: accounts.signed_in(s, person_id=1, programme_id=programme_id))


def test_somebody_with_roles_in_two_programmes_is_offered_both_and_works_in_one(world: World) -> None:
    world.founded().person("coordinator")
    dorset = locality(world)
    given(world, dorset, "reviewer")

    first, there = known(world), known(world, dorset)

    assert first is not None
    assert there is not None
    assert [(one.name, one.active) for one in first.programmes] == [("England", True), ("Dorset", True)]
    assert (first.programme, there.programme) == ("England", "Dorset")
    assert first.may(Permission.PLAN_ROUND)
    assert {p for p in Permission if there.may(p)} == ROLES["reviewer"]


def test_nobody_is_moved_to_another_programme_when_a_role_ends(world: World) -> None:
    world.founded().person("coordinator")

    assert known(world, locality(world)) is None
    assert known(world) is not None


def test_a_role_for_one_strand_holds_in_that_strand_and_nowhere_else(world: World) -> None:
    world.founded().person("reviewer")
    national = world.read(registry.find_programme)
    given(world, national, "interviewer", strand=Strand.FOCUS_GROUPS)

    someone = known(world)

    assert someone is not None
    assert someone.may(Permission.SEE_CASES, Strand.FOCUS_GROUPS)
    assert not someone.may(Permission.SEE_CASES, Strand.ANNUAL_SURVEY)
    assert not someone.may(Permission.SEE_CASES)
    assert someone.strands_of(Permission.SEE_CASES) == {Strand.FOCUS_GROUPS}
    assert someone.strands_of(Permission.SEE_RESULTS) == set(Strand)
    (line,) = world.read(lambda s: accounts.listing(s, programme_id=national.id))
    assert (line.roles, line.limited) == (("reviewer",), ((Strand.FOCUS_GROUPS, "interviewer"),))


def test_roles_are_set_for_one_strand_without_touching_the_others(world: World) -> None:
    world.founded().person("reviewer")
    with world.database.writing() as session:
        for strand, roles in ((Strand.LOCAL_SURVEY, {"interviewer"}), (None, set())):
            grants.set_roles(
                session, person_id=1, roles=frozenset(roles), strand=strand, context=world.context()
            )

    someone = known(world)
    assert someone is not None
    assert not someone.may(Permission.SEE_RESULTS)
    assert someone.may(Permission.SEE_CASES, Strand.LOCAL_SURVEY)
    with pytest.raises(InvalidError, match="at least one role"), world.database.writing() as session:
        grants.set_roles(
            session,
            person_id=1,
            roles=frozenset(),
            strand=Strand.LOCAL_SURVEY,
            context=world.context(),
        )


def test_in_a_closed_programme_people_look_and_change_nothing(world: World) -> None:
    world.founded().person("coordinator")
    dorset = locality(world)
    given(world, dorset, "coordinator")
    for active, permissions in (
        (False, ROLES["coordinator"] & LOOKING),
        (True, ROLES["coordinator"]),
    ):
        with world.database.writing() as session:
            registry.set_active(session, programme_id=dorset.id, active=active, context=within(world, dorset))
        someone = known(world, dorset)
        assert someone is not None
        assert {p for p in Permission if someone.may(p)} == permissions


def test_a_closed_programme_is_never_where_somebody_begins(world: World) -> None:
    world.founded().person("coordinator")
    given(world, locality(world), "coordinator")
    with world.database.writing() as session:
        registry.set_active(session, programme_id=world.programme, active=False, context=world.context())

    someone = known(world)
    assert someone is not None
    assert someone.programme == "Dorset"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"code": "england"}, "already"),
        ({"code": "Dorset!"}, "small letters"),
        ({"name": " "}, "Give a name"),
        ({"agreement_word": ""}, "what it calls its agreement"),
    ],
    ids=["taken", "no code", "no name", "no word"],
)
def test_a_programme_that_makes_no_sense_is_refused(world: World, change: dict[str, str], said: str) -> None:
    world.founded()
    new = NewProgramme(**({"code": "dorset", "name": "Dorset", "agreement_word": "Compact"} | change))

    with pytest.raises(InvalidError) as refusal, world.database.writing() as session:
        registry.add_locality(session, programme=new, context=world.context())

    assert said in str(refusal.value)
    assert len(world.read(registry.programmes)) == 1


def test_a_programme_below_none_is_refused(world: World) -> None:
    world.founded()
    orphan = NewProgramme(code="dorset", name="Dorset", agreement_word="Compact", parent_id=99)

    with pytest.raises(NotFoundError), world.database.writing() as session:
        registry.add_locality(session, programme=orphan, context=world.context())


def test_two_agreements_may_both_be_called_compact_and_each_has_its_own_title(world: World) -> None:
    world.founded()

    def add(title: str) -> int:
        with world.database.writing() as session:
            return registry.add_agreement(
                session, programme_id=world.programme, title=title, name="Compact", context=world.context()
            )

    add("Poole Compact")
    with pytest.raises(InvalidError, match="Give another title"):
        add("Poole Compact")
    with pytest.raises(InvalidError, match="Give a title"):
        add("")

    names = world.read(lambda s: [name for _, name in registry.agreements_of(s, world.programme)])
    assert names == ["Compact", "Compact"]


def test_an_installation_made_again_gives_its_programmes_the_same_identity(world: World) -> None:
    world.founded()

    assert locality(world).uuid == registry.programme_uuid("dorset")
    assert world.read(registry.find_programme).uuid == registry.programme_uuid("england")


def test_what_happens_to_programmes_and_roles_is_on_the_audit_trail(world: World) -> None:
    world.founded().person("reviewer")
    dorset = locality(world)
    given(world, dorset, "interviewer", strand=Strand.FOCUS_GROUPS)

    acts = world.read(lambda s: s.scalars(select(AuditEntry.act)).all())

    assert {"programme made", "agreement added", "person added", "role given"} <= set(acts)


def test_somebody_with_several_programmes_chooses_after_signing_in(embedded_world: World) -> None:
    world = embedded_world.founded()
    email = world.person("coordinator")
    given(world, locality(world), "reviewer")
    visitor = Visitor(world)

    choice = "/programme?next=/frame"
    assert f'href="{choice}"' in through_the_door(visitor, email, PASSWORD, "/sign-in?next=/frame").text
    page = words(visitor.open(choice))
    assert "Which programme will you work in?" in page
    assert visitor.send(choice, form_at="/programme", programme="1").location == "/frame"


def test_switching_changes_what_is_seen_and_ends_nothing_else(embedded_world: World) -> None:
    world = embedded_world.founded()
    visitor = Visitor(world, "coordinator")
    dorset = locality(world)
    given(world, dorset, "reviewer")
    visitor.sign_in(world)
    with visitor.client.session_transaction() as session:
        session["kept"] = "something of the session"
    assert visitor.open("/frame").status_code == 200

    answer = visitor.send("/programme", form_at="/programme", programme=str(dorset.id))

    assert answer.location == "/"
    assert visitor.open("/frame").status_code == 403
    assert "You are working in Dorset now." in words(visitor.open("/results"))
    with visitor.client.session_transaction() as session:
        assert session["kept"] == "something of the session"
    visitor.send("/programme", form_at="/programme", programme="1")
    assert visitor.open("/frame").status_code == 200


@pytest.mark.parametrize("chosen", ["", "2", "99", "x", "1; DROP TABLE programme"])
def test_a_programme_that_is_not_ones_own_cannot_be_chosen(embedded_world: World, chosen: str) -> None:
    world = embedded_world.founded()
    visitor = Visitor(world, "coordinator")
    locality(world)

    answer = visitor.send("/programme", form_at="/programme", programme=chosen)

    assert answer.status_code == 422
    assert visitor.open("/frame").status_code == 200


def test_whoever_has_lost_the_programme_they_work_in_signs_in_again(embedded_world: World) -> None:
    world = embedded_world.founded()
    visitor = Visitor(world, "coordinator")
    with visitor.client.session_transaction() as session:
        session["programme_id"] = locality(world).id

    assert visitor.open("/frame").location == "/sign-in?next=/frame"


def test_programmes_and_roles_in_them_are_given_on_the_command_line(embedded_world: World) -> None:
    world = embedded_world.founded()
    email = world.person("reviewer")
    environment = KEYS | {"DATABASE_URL": world.settings.database_url}

    def run(*arguments: str) -> str:
        done = CliRunner().invoke(compact, arguments, env=environment)
        assert done.exit_code == 0, done.output
        return done.output

    run("programme", "add", "--code", "dorset", "--name", "Dorset", "--agreement", "Covenant")
    run("programme", "agreement", "--code", "dorset", "--title", "Poole Compact", "--name", "Compact")
    run(
        *("people", "give", "--email", email, "--role", "interviewer", "--programme", "dorset"),
        *("--strand", "focus_groups"),
    )
    run("programme", "close", "--code", "dorset")
    assert run("programme", "list") == (
        "england: England, the Compact\ndorset: Dorset, the Covenant (closed)\n"
    )
    assert "interviewer (focus_groups)" in run("people", "list", "--programme", "dorset")
    run("programme", "reopen", "--code", "dorset")
    assert "closed" not in run("programme", "list")
