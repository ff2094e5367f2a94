"""The pack of a review: made from a published release, kept as it was made, read by whoever sees reviews."""

from dataclasses import replace

import pytest

from survey_app.errors import NotFoundError
from survey_app.models.results import Release, ReleaseState
from survey_app.services.reviews import packs
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import World
from tests.integration.results.conftest import published
from tests.integration.reviews.worlds import met, raised, reviewed
from tests.unit.reports.sample import compared
from tests.unit.reports.tagged import pages_of

FEW = replace(compared(), items=compared().items[:2], findings=compared().findings[:1])


@pytest.fixture
def world(embedded_world: World) -> World:
    return embedded_world.planned()


def test_a_pack_is_made_from_a_release_and_read_by_whoever_sees_reviews(world: World) -> None:
    review = reviewed(world, title="Annual review 2026")
    clerk, path = Visitor(world, "coordinator"), f"/reviews/{review}/pack"
    assert "No release is published yet" in words(clerk.open(path))
    released = published(world, FEW, files=False)
    raised(world, review, "Three-year funding")
    met(world, review)
    leader = Visitor(world, "facilitator")
    assert leader.open(path).status_code == 403

    assert clerk.send(path, form_at=path, release="99").status_code == 422
    assert clerk.send(path, form_at=path, release=str(released)).status_code == 302
    assert "Pack 1 is being made" in words(leader.open(f"/reviews/{review}"))
    assert leader.open("/reviews/packs/1/pdf").status_code == 404
    world.tick()

    got = leader.open("/reviews/packs/1/pdf")
    said = " ".join(" ".join(pages_of(got.data)).split())
    for printed in ("Three-year funding", FEW.findings[0].statement, "Town hall, Dorchester"):
        assert printed in said, printed
    # Who leads a session and who put an issue forward are nobody's to print.
    assert "Fay Facilitator" not in said
    assert "Dorset CVS" not in said


def test_a_pack_is_read_no_more_once_its_release_is_withdrawn(world: World) -> None:
    review, released = reviewed(world), published(world, FEW, files=False)
    clerk, path = Visitor(world, "coordinator"), f"/reviews/{review}/pack"
    clerk.send(path, form_at=path, release=str(released))
    world.tick()
    assert clerk.open("/reviews/packs/1/pdf").status_code == 200
    with world.database.writing() as session:
        session.get_one(Release, released).state = ReleaseState.WITHDRAWN

    assert clerk.open("/reviews/packs/1/pdf").status_code == 404
    with pytest.raises(NotFoundError), world.database.writing() as session:
        packs.make_pack(
            session, round_id=review, release_id=released, product="Compact", context=world.context()
        )
