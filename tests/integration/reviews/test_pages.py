"""The annual review on the screen: a figure put forward, decided, followed up; who may do what."""

import pytest

from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import World
from tests.integration.results.conftest import published
from tests.integration.reviews.worlds import met, raised, reviewed
from tests.unit.reports.sample import contents

TODAY = {"day-day": "24", "day-month": "8", "day-year": "2026"}


@pytest.fixture
def world(embedded_world: World) -> World:
    return embedded_world.planned()


def test_a_figure_becomes_an_issue_a_decision_and_an_action_that_waits_on_today(world: World) -> None:
    said = contents()
    released, review = published(world, said, files=False), reviewed(world)
    clerk, item = Visitor(world, "coordinator"), said.findings[0].item

    assert f"/reviews/from-release/{released}/{item}" in clerk.open(f"/results/{released}").text
    path = f"/reviews/from-release/{released}/{item}"
    empty = clerk.send(path, form_at=path, review=str(review), sector="staff", title="", words="", who="")
    assert empty.status_code == 422
    assert "Say what the issue is" in words(empty)
    sent = clerk.send(
        path,
        form_at=path,
        review=str(review),
        sector="staff",
        title="Too far apart",
        words="Why?",
        who="Dorset CVS",
    )
    assert sent.status_code == 302, sent.text
    thread = words(clerk.open("/reviews/issues/1"))
    assert "public bodies" in thread
    assert "The release that says so" in thread
    assert "Too far apart" in words(clerk.open(f"/reviews/from-release/{released}"))

    path = "/reviews/issues/1/decide"
    assert clerk.send(path, form_at=path, words="Ask again", **TODAY).status_code == 302
    path = "/reviews/decisions/1/dissent"
    quoted = {"sector": "vco", "who": "A small charity", "words": "It's <late>"}
    assert clerk.send(path, form_at=path, **quoted).status_code == 302
    path = "/reviews/decisions/1/action"
    due = {key.replace("day-", "due_on-", 1): value for key, value in TODAY.items()}
    assert clerk.send(path, form_at=path, what="Write the guide", owner="Council", **due).status_code == 302
    thread = words(clerk.open("/reviews/issues/1"))
    assert "It's <late>" in thread
    assert "Follow up actions: 1 action" in words(clerk.open("/today"))
    assert "Agreed in annual reviews" in (listed := words(clerk.open("/logs?kind=action&due=1")))
    assert "Write the guide Council" in listed
    path = "/reviews/actions/1"
    assert clerk.send(path, form_at=path, state="done", note="Sent").status_code == 302
    assert "Follow up actions" not in words(clerk.open("/today"))
    assert "Write the guide" not in words(clerk.open("/logs?kind=action"))


def test_pages_of_a_review_show_what_each_role_may_do(world: World) -> None:
    review = reviewed(world)
    issue, meeting = raised(world, review, "Three-year funding"), met(world, review)
    reader, leader = Visitor(world, "reviewer"), Visitor(world, "facilitator")

    for path in (
        f"/reviews/{review}",
        f"/reviews/issues/{issue}",
        f"/reviews/sessions/{meeting}",
        "/reviews",
    ):
        assert reader.open(path).status_code == 200, path
        assert leader.open(path).status_code == 200, path
    assert reader.open(f"/reviews/issues/{issue}/decide").status_code == 403
    assert leader.open(f"/reviews/issues/{issue}/decide").status_code == 200
    assert leader.open(f"/reviews/issues/{issue}/close").status_code == 403
    assert "Record a decision" not in words(reader.open(f"/reviews/issues/{issue}"))


def test_a_session_is_planned_changed_and_attended_on_the_screen(world: World) -> None:
    review = reviewed(world)
    clerk, path = Visitor(world, "coordinator"), f"/reviews/{review}/sessions/add"
    typed = {
        "title": "Dorset", "scope": "local", "area": "Dorset", "starts": "10:00", "place": "Hall",
        "facilitator": "Fay", **TODAY,
    }  # fmt: skip
    faulty = clerk.send(path, form_at=path, **typed | {"starts": "ten"})
    assert "24-hour clock" in words(faulty)
    assert clerk.send(path, form_at=path, **typed).status_code == 302
    twice = clerk.send(path, form_at=path, **typed)
    assert "has a session of this title already" in words(twice)
    path = "/reviews/sessions/1/invite"
    invited = {"organisation": "Body 001", "role": "Lead", "level": "local"}
    assert clerk.send(path, form_at=path, **invited | {"organisation": "No such"}).status_code == 422
    assert clerk.send(path, form_at=path, **invited).status_code == 302
    assert "Dorset" in words(clerk.open("/reviews/sessions/1"))


def test_nothing_of_another_programme_is_shown(world: World) -> None:
    issue = raised(world, reviewed(world), "Three-year funding")

    clerk = Visitor(world, "coordinator")
    assert clerk.open(f"/reviews/issues/{issue + 1}").status_code == 404
    assert clerk.open(f"/reviews/{world.round_id}").status_code == 404
