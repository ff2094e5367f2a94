"""A constraint that refuses a row answers with its sentence, on both engines, to screens and commands."""

import pytest
from click.testing import CliRunner
from flask_wtf import FlaskForm
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from wtforms import StringField

from survey_app.application import create_app
from survey_app.cli.main import compact
from survey_app.errors import TakenError
from survey_app.models.base import table
from survey_app.models.burden import BurdenRule
from survey_app.models.organisations import Organisation, OrganisationLink
from survey_app.models.people.accounts import Grant, Person
from survey_app.web.forms.fields import correcting
from tests.conftest import KEYS
from tests.fixtures.world import World


class NameForm(FlaskForm):
    """A form that knows the field, whose name the table of sentences gives."""

    email = StringField("Email address")


def add_again(world: World) -> None:
    """Add somebody whose address is there, as one of two administrators does who are equally quick."""
    email = world.person("coordinator")
    with world.database.writing() as session:
        session.add(Person(email=email, name="Other", password_hash="", created_at=world.clock.now()))


def test_a_key_that_is_taken_answers_with_field_and_sentence(world: World) -> None:
    with pytest.raises(TakenError, match="Somebody with this email address is there already") as caught:
        add_again(world.founded())

    assert caught.value.field == "email"


def test_a_check_that_a_person_runs_into_answers_with_its_sentence(world: World) -> None:
    world.framed()
    one = world.read(lambda session: session.query(Organisation.id).limit(1).scalar())
    link = insert(table(OrganisationLink)).values(
        predecessor_id=one,
        successor_id=one,
        kind="merged",
        happened_on=world.clock.now().date(),
        source="It",
        recorded_at=world.clock.now(),
        recorded_by="it",
    )

    with (
        pytest.raises(TakenError, match="Name two different organisations"),
        world.database.writing() as session,
    ):
        session.execute(link)


def test_a_primary_key_that_two_people_choose_answers_with_its_sentence(world: World) -> None:
    world.founded().person("reviewer")
    given = world.read(lambda session: session.execute(select(table(Grant)).limit(1)).mappings().one())

    with pytest.raises(TakenError, match="Somebody else gave this role"), world.database.writing() as session:
        session.execute(insert(table(Grant)).values(**given))


def test_a_constraint_of_the_program_stays_a_fault_of_the_program(world: World) -> None:
    rule = insert(table(BurdenRule)).values(
        sector="vco", term_years=0, holiday_years=0, changed_at=world.clock.now(), changed_by="it"
    )

    with pytest.raises(IntegrityError, match="ck_burden_rule_years"), world.database.writing() as session:
        session.execute(rule)


def test_a_form_shows_the_sentence_at_its_field_and_keeps_what_was_typed(embedded_world: World) -> None:
    world = embedded_world.founded()
    app = create_app(world.settings, clock=world.clock)
    with app.test_request_context(method="POST", data={"email": "typed@council.invalid"}):
        form = NameForm(meta={"csrf": False})
        with correcting(form):
            add_again(world)

        assert form.errors == {"email": ["Somebody with this email address is there already."]}
        assert form.email.data == "typed@council.invalid"
    app.extensions["compact"].database.close()


def test_a_form_without_the_field_shows_the_sentence_at_its_head(embedded_world: World) -> None:
    app = create_app(embedded_world.settings, clock=embedded_world.clock)
    with app.test_request_context(method="POST"):
        form = FlaskForm(meta={"csrf": False})
        with correcting(form):
            add_again(embedded_world.founded())

        assert form.form_errors == ["Somebody with this email address is there already."]
    app.extensions["compact"].database.close()


def test_a_command_says_the_sentence_too(embedded_world: World) -> None:
    world = embedded_world.drawn()
    environment = KEYS | {"DATABASE_URL": world.settings.database_url}
    link = ["organisation", "link", "1", "2", "--on", "2026-05-01", "--source", "The annual report"]

    first, second = (CliRunner().invoke(compact, link, env=environment) for _ in range(2))

    assert first.exit_code == 0, first.output
    assert second.exit_code == 2
    assert "These two organisations are linked already." in second.output
