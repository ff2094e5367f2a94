"""The forms of the demonstration: sound, reviewed, and labelled as made up."""

from survey_app.demo.agreements import register_text
from survey_app.demo.forms import PLAN, Desk, make_forms
from survey_app.services.agreements.files import import_register
from survey_app.services.forms.listed import FormState, forms_of
from tests.fixtures.world import World
from tests.integration.forms import clerks


def test_made_up_forms_are_sound_reviewed_and_labelled(embedded_world: World) -> None:
    world = clerks.with_forms(embedded_world)
    desk = Desk(
        clerk=clerks.author(world, "interviewer"),
        second=clerks.author(world, "coordinator"),
        context=world.context(),
    )
    with world.database.writing() as session:
        import_register(session, register_text(today=desk.today), word="Compact", context=world.context())
        made = make_forms(session, world.keys, desk=desk)
    forms = world.read(lambda s: forms_of(s, programme_id=world.programme_id or 0))

    assert made == sum(count for _, count, _ in PLAN)
    states = [form.state for form in forms]
    assert (states.count(FormState.REVIEWED), len(states)) == (made, made + 2)
    assert all("Synthetic" in form.label for form in forms)
