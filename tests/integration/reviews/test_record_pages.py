"""The record of a review on the screen: two who write it, both who agree, its PDF and who gets it."""

import io

import pytest
from pypdf import PdfReader

from sampling.frame import Sector
from survey_app.services.reviews import sessions
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import World
from tests.integration.reviews.worlds import met, raised, reviewed


@pytest.fixture
def world(embedded_world: World) -> World:
    return embedded_world.founded()


def ready(world: World) -> int:
    """A review with a session that was held."""
    review = reviewed(world, title="Annual review 2026")
    raised(world, review, "Three-year funding", sector=Sector.VOLUNTARY)
    meeting = met(world, review)
    with world.database.writing() as session:
        sessions.hold(session, session_id=meeting, context=world.context())
    return review


def test_who_saves_second_sees_both_texts_and_loses_neither(world: World) -> None:
    review = ready(world)
    clerk, leader = Visitor(world, "coordinator"), Visitor(world, "facilitator")
    path = f"/reviews/{review}/record/parts/talked"
    assert clerk.send(path, form_at=path, words="Of the clerk", seen="0").status_code == 302

    late = leader.send(path, form_at=path, words="Of the leader", seen="0")

    assert late.status_code == 422
    for said in ("Of the clerk", "Of the leader", "Saved meanwhile by coordinator@compact.invalid"):
        assert said in words(late), said
    assert 'name="seen" type="hidden" value="1"' in late.text
    assert leader.send(path, form_at=path, words="Of both", seen="1").status_code == 302
    assert leader.send(path, form_at=path, words="x", seen="twelve").status_code == 422
    assert leader.open(f"/reviews/{review}/record/parts/elsewhere").status_code == 404
    assert "Of both" in words(clerk.open(f"/reviews/{review}/record"))


def test_both_signatories_agree_and_whoever_sees_reviews_gets_the_pdf(world: World) -> None:
    review = ready(world)
    clerk = Visitor(world, "coordinator")
    path = f"/reviews/{review}/record"
    empty = clerk.send(f"{path}/send", form_at=f"{path}/send")
    assert empty.status_code == 422
    assert "Write the part “What was talked about”" in words(empty)
    part = f"{path}/parts/talked"
    clerk.send(part, form_at=part, words="Funding & <care>", seen="0")
    assert clerk.send(f"{path}/send", form_at=f"{path}/send").status_code == 302
    public, voluntary = Visitor(world, "signatory_public"), Visitor(world, "signatory_voluntary")
    assert "Agree to the record of a review, or return it: Annual review 2026" in words(public.open("/today"))
    assert public.open("/reviews/records/1/agree/voluntary").status_code == 403
    assert clerk.open("/reviews/records/1/agree/public").status_code == 403
    assert "Three-year funding" in words(public.open(path))

    for visitor, side in ((public, "public"), (voluntary, "voluntary")):
        act = f"/reviews/records/1/agree/{side}"
        assert clerk.open("/reviews/records/1/pdf").status_code == 404
        assert visitor.send(act, form_at=act, dissent=f"Not of {side}").status_code == 302

    assert "Annual review 2026" not in words(public.open("/today"))
    twice = public.send("/reviews/records/1/return/public", form_at=path, words="Late")
    assert (twice.status_code, "agreed already" in words(twice)) == (422, True)
    world.tick()
    got = Visitor(world, "reviewer").open("/reviews/records/1/pdf")
    assert (
        got.headers["Content-Disposition"] == "attachment; filename=synthetic-annual-review-2026-record-1.pdf"
    )
    said = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(got.data)).pages)
    for printed in ("Funding & <care>", "Not of voluntary", "Three-year funding"):
        assert printed in said, printed
    assert "Signatory_Public" not in said
    assert "Its PDF" not in words(clerk.open(path))


def test_a_returned_record_says_why_and_can_be_sent_again(world: World) -> None:
    review = ready(world)
    clerk, voluntary = Visitor(world, "coordinator"), Visitor(world, "signatory_voluntary")
    path = f"/reviews/{review}/record"
    clerk.send(f"{path}/parts/talked", form_at=f"{path}/parts/talked", words="Funding", seen="0")
    clerk.send(f"{path}/send", form_at=f"{path}/send")
    act = "/reviews/records/1/return/voluntary"
    assert voluntary.send(act, form_at=act, words="").status_code == 422
    assert voluntary.send(act, form_at=act, words="The guide was ours").status_code == 302
    assert "The guide was ours" in words(clerk.open(path))
    assert clerk.send(f"{path}/send", form_at=f"{path}/send").status_code == 302
    act = "/reviews/records/2/take-back"
    assert clerk.send(act, form_at=act, why="A day is wrong").status_code == 302
    assert "Taken back: A day is wrong" in words(clerk.open(path))
    assert clerk.send(act, form_at=path, why="Again").status_code == 422
