"""What both sectors say of an agreement on its page: side by side, from published releases alone."""

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from survey_app.models.cases.casework import Case, CaseAgreement
from survey_app.models.results import Release, ReleaseState
from survey_app.reports.contents import Contents
from survey_app.services.agreements.register import agreements_titled
from survey_app.services.indicators.disagreement import BothSides, both_sides
from survey_app.services.programmes import registry
from tests.fixtures.staff import Visitor, words
from tests.fixtures.world import World
from tests.integration.results.conftest import published
from tests.unit.reports.sample import contents

HEADING = "What the two sides say"


@pytest.fixture
def asked(embedded_world: World) -> World:
    """A launched round whose cases are all about the programme's one agreement, and another agreement."""
    world = embedded_world.launched(bodies=4, charities=16)
    world.tick()
    with world.database.writing() as session:
        registry.add_agreement(
            session, programme_id=world.programme, title="Kent Compact", name="Compact",
            context=world.context(),
        )  # fmt: skip
    return world


def sides(world: World, agreement_id: int = 1) -> BothSides | None:
    return world.read(lambda s: both_sides(s, agreement_id=agreement_id, programme_id=world.programme))


def of_both(said: Contents) -> list[bool]:
    """Whether the gap is clear, of each item that both were asked alike and that both have a figure of."""
    return [item.gap.clear for item in said.items if item.mirrored and item.gap is not None]


def test_where_the_two_sides_clearly_differ_their_figures_stand_side_by_side(asked: World) -> None:
    published(asked, contents())

    both, page = sides(asked), words(Visitor(asked, "coordinator").open("/agreements/1"))

    assert both is not None
    assert (len(both.apart), both.alike) == (sum(of_both(contents())), of_both(contents()).count(False))
    shares = [abs(item.gap.estimate) for item in both.apart if item.gap and item.statistic == "proportion"]
    assert shares == sorted(shares, reverse=True)
    assert f"They clearly differ in {len(both.apart)}" in page
    assert both.apart[0].short in page


def test_a_question_of_which_one_side_has_no_figure_is_not_set_side_by_side(asked: World) -> None:
    first = next(item for item in contents().items if item.gap is not None and item.gap.clear)
    bare = [replace(item, gap=None) if item.item == first.item else item for item in contents().items]
    published(asked, replace(contents(), items=tuple(bare)))

    both = sides(asked)

    assert both is not None
    assert first.item not in {item.item for item in both.apart}


@pytest.mark.parametrize("state", [ReleaseState.FROZEN, ReleaseState.APPROVED, ReleaseState.WITHDRAWN])
def test_a_release_that_is_not_published_says_nothing_of_an_agreement(
    asked: World, state: ReleaseState
) -> None:
    published(asked, contents())
    with asked.database.writing() as session:
        session.execute(update(Release).values(state=state))

    assert sides(asked) is None


def test_a_release_speaks_of_the_agreement_that_all_cases_were_asked_about_first(asked: World) -> None:
    published(asked, contents())
    (kent,) = asked.read(lambda s: agreements_titled(s, "Kent", programme_id=asked.programme))
    assert sides(asked, kent.id) is None

    with asked.database.writing() as session:
        one = session.scalars(select(Case.id)).first()
        session.execute(
            update(CaseAgreement).where(CaseAgreement.case_id == one).values(agreement_id=kent.id)
        )

    assert sides(asked) is None
    assert sides(asked, kent.id) is None


def test_a_register_clerk_who_sees_no_results_sees_none_here(asked: World) -> None:
    published(asked, contents())

    assert HEADING in Visitor(asked, "reviewer").open("/agreements/1").text
    assert HEADING not in Visitor(asked, "register_clerk").open("/agreements/1").text
