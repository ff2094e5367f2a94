"""A text is checked on its page: what could name somebody is marked, and nothing of it is kept."""

from pathlib import Path

import pytest
from sqlalchemy import select

from survey_app.models.organisations import OrganisationName
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import World
from tests.integration.reviews.worlds import reviewed

PATH = "/texts/check"


@pytest.fixture
def world(embedded_world: World) -> World:
    world = embedded_world.planned()
    reviewed(world)
    return world


def checked(world: World, text: str, *, role: str = "coordinator") -> str:
    return words(Visitor(world, role).send(PATH, form_at=PATH, text=text))


def test_names_of_areas_and_of_the_frame_are_marked_with_what_they_may_tell(world: World) -> None:
    name = world.read(lambda session: session.scalars(select(OrganisationName.name)).first())
    page = checked(world, f"It was in Derby, and {name} was there.\r\nNobody else came.")
    assert "2 places to decide" in page
    assert "Derby (mark 1)" in page
    assert "The name of an area." in page
    assert f"{name} (mark 2)" in page
    assert "The name of an organisation of the frame." in page


def test_a_kind_of_area_with_its_region_says_how_few_there_are(world: World) -> None:
    assert "areas of the gazetteer: in East Midlands, unitary." in checked(
        world, "We are a unitary in the East Midlands."
    )


def test_a_text_of_everyday_words_says_that_nothing_is_marked(world: World) -> None:
    assert "Nothing is marked" in checked(world, "We were asked too late and heard nothing.")


def test_marked_up_text_is_shown_and_never_run(world: World) -> None:
    clerk = Visitor(world, "coordinator")
    answer = clerk.send(PATH, form_at=PATH, text="<script>alert(1)</script> in Derby <b>today</b>")
    assert "<script>alert" not in answer.text
    assert "&lt;b&gt;today" in answer.text


@pytest.mark.parametrize(("text", "fault"), [("", "Paste the text"), ("a" * 100_001, "at most 100,000")])
def test_no_text_and_too_long_a_text_are_refused_in_words(world: World, text: str, fault: str) -> None:
    clerk = Visitor(world, "coordinator")
    answer = clerk.send(PATH, form_at=PATH, text=text)
    assert answer.status_code == 422
    assert fault in words(answer)


def test_what_was_checked_stands_nowhere_afterwards(world: World) -> None:
    checked(world, "Planted words of Zebediah Quixworth in Derby.")
    folder = Path(str(world.settings.database_url).removeprefix("sqlite:///")).parent
    files = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    assert files
    assert not any(b"Quixworth" in content for content in files)
