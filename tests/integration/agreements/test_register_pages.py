"""The register on the screen: a county's stalled agreement with two districts, entered and corrected."""

import pytest

from survey_app.services.places import areas
from survey_app.services.programmes import registry
from tests.fixtures.staff import Visitor
from tests.fixtures.world import World

SINCE = {"began_on-day": "1", "began_on-month": "4", "began_on-year": "2020"}
KNOWN = {**SINCE, "precision": "day", "source": "a letter"}


@pytest.fixture
def clerk(embedded_world: World) -> Visitor:
    world = embedded_world
    world.founded()
    with world.database.writing() as session:
        areas.load_shipped(session, context=world.context())
    return Visitor(world, "register_clerk")


def entered(clerk: Visitor, kind: str, **fields: str) -> None:
    path = f"/agreements/2/add/{kind}"
    sent = clerk.send(path, form_at=path, **KNOWN, **fields)
    assert sent.status_code == 302, sent.text


def kent(clerk: Visitor) -> None:
    path = "/agreements/add"
    sent = clerk.send(path, form_at=path, title="Kent Compact", called="Compact", level="local")
    assert sent.location == "/agreements/2"
    entered(clerk, "stage", choice="being developed")
    entered(clerk, "flag", choice="stalled", reason="The officer left")
    for area in ("Kent", "Ashford", "E07000106"):
        entered(clerk, "area", what=area)
    entered(clerk, "signatory", what="Kent CVS", state="signed", field="voluntary and community sector")
    entered(clerk, "code-of-practice", what="funding", state="being developed")


def test_a_stalled_county_agreement_with_two_districts_is_entered_and_counted(clerk: Visitor) -> None:
    kent(clerk)

    page, play = clerk.open("/agreements/2").text, clerk.open("/agreements").text
    for words in (
        "Being developed",
        "stalled",
        "Ashford, Canterbury, Kent",
        "Kent CVS",
        "funding: being developed",
    ):
        assert words in page
    assert "2 of them share the agreement of their county" in play
    assert "0 include all districts, 1 include some districts" in play


def test_the_page_of_a_day_before_it_began_shows_nothing_of_it(clerk: Visitor) -> None:
    kent(clerk)

    page = clerk.open("/agreements/2?on=2020-03-31").text
    assert "None entered" in page.split("History")[0]
    assert "That is not a day we can show" in clerk.open("/agreements/2?on=yesterday").text


def test_an_entry_that_was_corrected_stays_in_the_history(clerk: Visitor) -> None:
    kent(clerk)
    path = "/agreements/entries/1"

    clerk.send(path, form_at=path, choice="in place", **KNOWN)
    again = clerk.send(f"{path}/take-back", form_at=f"{path}/take-back", why="the wrong county")

    page = clerk.open("/agreements/2").text
    assert "In place" in page.split("History")[0]
    assert page.count(">Corrected<") == 1
    assert (again.status_code, "Look at it again" in again.text) == (422, True)


@pytest.mark.parametrize(
    ("kind", "fields", "said"),
    [
        ("area", {"what": "West Midlands"}, "No one area is called"),
        ("area", {"what": ""}, "Enter the name or code of an area"),
        ("stage", {}, "Choose one"),
        ("code-of-practice", {"what": "gardens", "state": "being developed"}, "none of the five codes"),
        ("flag", {"choice": "stalled", "began_on-year": "20"}, "year"),
        ("review", {"what": "yearly", "source": ""}, "how we know"),
    ],
)
def test_what_cannot_be_entered_is_told_and_what_was_typed_stays(
    clerk: Visitor, kind: str, fields: dict[str, str], said: str
) -> None:
    clerk.send("/agreements/add", form_at="/agreements/add", title="Kent Compact", called="C", level="local")
    path = f"/agreements/2/add/{kind}"

    refused = clerk.send(path, form_at=path, **KNOWN | {"reason": "As I typed it"} | fields)

    assert refused.status_code == 422
    assert said in refused.text
    assert "As I typed it" in refused.text


def test_two_agreements_of_one_title_are_refused_in_words(clerk: Visitor) -> None:
    new = {"title": "Kent Compact", "called": "Compact", "level": "local"}
    clerk.send("/agreements/add", form_at="/agreements/add", **new)

    again = clerk.send("/agreements/add", form_at="/agreements/add", **new)

    assert (again.status_code, "Give another title" in again.text) == (422, True)


def test_the_rule_changes_with_a_reason_alone(clerk: Visitor) -> None:
    path, rule = "/agreements/rule", {"min_codes": "2", "review_years": "3", "both_sectors": "y"}

    refused = clerk.send(path, form_at=path, **rule, why="")
    clerk.send(path, form_at=path, **rule, why="Agreed by both sides")

    assert "Say why the rule changes" in refused.text
    assert "at least 2 codes of practice" in clerk.open("/agreements").text


def test_a_reviewer_reads_the_register_and_changes_nothing(embedded_world: World, clerk: Visitor) -> None:
    kent(clerk)
    reviewer = Visitor(embedded_world, "reviewer")

    page = reviewer.open("/agreements/2")

    assert (page.status_code, "Add what is known" in page.text, "Correct" in page.text) == (200, False, False)
    assert reviewer.open("/agreements/2/add/stage").status_code == 403


def test_a_register_clerk_opens_no_case_list_panel_or_result(clerk: Visitor) -> None:
    for page in ("/rounds", "/organisations", "/frame", "/panels", "/results", "/people", "/audit"):
        assert clerk.open(page).status_code == 403, page
    for page in ("/today", "/agreements", "/agreements/waiting", "/logs", "/forms"):
        assert clerk.open(page).status_code == 200, page


def test_the_search_at_the_head_leads_to_an_agreement(clerk: Visitor) -> None:
    kent(clerk)

    assert (
        '<a class="govuk-link" href="/agreements/2">Kent Compact</a>' in clerk.open("/search?text=KENT").text
    )
    assert "Nothing matches" in clerk.open("/search?text=Rutland").text


def test_the_search_at_the_head_leads_to_a_round_by_its_title(embedded_world: World) -> None:
    embedded_world.planned()

    page = Visitor(embedded_world, "coordinator").open("/search?text=ANNUAL survey").text

    assert '<a class="govuk-link" href="/rounds/1">Annual survey 2026</a>' in page


def test_another_programmes_agreement_is_a_page_that_does_not_exist(
    embedded_world: World, clerk: Visitor
) -> None:
    world = embedded_world
    new = registry.NewProgramme(code="dorset", name="Dorset", agreement_word="Compact")
    with world.database.writing() as session:
        made = registry.add_locality(session, programme=new, context=world.context())
        agreement = registry.add_agreement(
            session, programme_id=made.id, title="Poole Compact", name="Compact", context=world.context()
        )

    assert clerk.open(f"/agreements/{agreement}").status_code == 404
    assert clerk.open(f"/agreements/{agreement}/add/stage").status_code == 404
