"""A new access code on the page of its case: asked for by one person, decided by another."""

from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import World
from tests.integration.fieldwork.test_new_codes import begun, generation


def test_two_people_decide_on_the_page_of_the_case(embedded_world: World) -> None:
    world = embedded_world.opened(bodies=4, charities=20)
    case_id = begun(world)
    asker, decider = Visitor(world, "interviewer"), Visitor(world, "coordinator")
    page = f"/cases/{case_id}"

    asker.send(f"{page}/code", form_at=page)
    assert "Agree to a new access code" in words(decider.open("/today"))
    assert "Agree to a new access code" not in words(asker.open("/today"))
    assert "Do not ask for it any more" in words(asker.open(page))
    assert asker.send(f"{page}/code/1", form_at=page, agree="1").status_code == 403
    assert decider.send(f"{page}/code/1", form_at=page, refuse="1").status_code == 422
    decider.send(f"{page}/code/1", form_at=page, agree="1")

    assert "A new code is on its way to the contact." in words(decider.open(page))
    assert generation(world, case_id) == 2
    assert decider.send(f"{page}/code/1", form_at=page, agree="1").status_code == 409
    assert decider.send(f"/cases/{case_id + 1}/code/1", form_at=page, reason="x").status_code == 409
