"""Releases as reviewers read them: words, drawings, tables and files, and nothing of another programme."""

from dataclasses import replace

import pytest

from survey_app.models.audit import AuditEntry
from tests.fixtures.answering import Browser, application
from tests.fixtures.world import World
from tests.integration.results.conftest import published
from tests.unit.reports.sample import compared, contents


@pytest.fixture
def planned(embedded_world: World) -> World:
    return embedded_world.planned(bodies=4, charities=16)


@pytest.fixture
def reviewer(planned: World) -> Browser:
    return Browser(application(planned)).sign_in(planned, "reviewer")


def test_a_release_is_listed_and_read_with_its_findings_drawings_and_tables(
    planned: World, reviewer: Browser
) -> None:
    published(planned, contents())

    reviewer.get("/results")
    assert "Annual survey 2026, release 1" in reviewer.text

    reviewer.get(reviewer.page.xpath("//main//h2/a")[0].get("href"))

    assert reviewer.heading == "Working together 2026"
    assert "The sectors are far apart on consultation" in reviewer.text
    assert "95% interval 25 to 33 points" in reviewer.text
    titles = [title.text for title in reviewer.page.xpath("//main//svg/title")]
    assert titles.count("Drawing 2") == titles.count("Drawing 2-phone") == 1
    assert len(reviewer.page.xpath("//main//table")) == len(set(reviewer.page.xpath("//main//table/@id")))
    assert "81 (78 to 84)" in reviewer.text


def test_a_release_with_an_earlier_round_shows_what_changed_and_how_that_was_estimated(
    planned: World, reviewer: Browser
) -> None:
    reviewer.get(f"/results/{published(planned, compared())}")

    headings = [
        " ".join(heading.text_content().split()) for heading in reviewer.page.xpath("//main//h2 | //main//h3")
    ]
    assert "Change since 2025" in headings
    assert "Compared with 2025" in headings
    assert "would look clear by chance" in reviewer.text
    assert "402 replied in 2025, 418 in 2026, 290 in both" in reviewer.text
    assert "+5 (2 to 8) clear" in reviewer.text
    assert "For public bodies the question was worded differently in 2025." in reviewer.text
    targets = [link.removeprefix("#") for link in reviewer.page.xpath("//main//a/@href") if link[0] == "#"]
    assert set(targets) <= set(reviewer.page.xpath("//main//@id"))


def test_a_first_round_is_called_the_baseline_and_nothing_else_is_added(
    planned: World, reviewer: Browser
) -> None:
    reviewer.get(f"/results/{published(planned, replace(contents(), baseline=True))}")

    assert "first round of its kind" in reviewer.text
    assert "Change since" not in reviewer.text


def test_every_reference_to_a_table_leads_to_one_on_the_page(planned: World, reviewer: Browser) -> None:
    reviewer.get(f"/results/{published(planned, contents())}")

    targets = [link.removeprefix("#") for link in reviewer.page.xpath("//main//a/@href") if link[0] == "#"]

    assert targets
    assert set(targets) <= set(reviewer.page.xpath("//main//@id"))


def test_without_drawings_the_page_says_that_they_are_being_made_and_shows_the_tables(
    planned: World, reviewer: Browser
) -> None:
    reviewer.get(f"/results/{published(planned, contents(), files=False)}")

    assert reviewer.status == 200
    assert "are being made" in reviewer.text
    assert reviewer.page.xpath("//main//table")
    assert not reviewer.page.xpath("//main//svg[@class='chart']")


def test_words_of_a_release_stay_words(planned: World, reviewer: Browser) -> None:
    said = replace(contents(), title="<script>alert(1)</script>")

    reviewer.get(f"/results/{published(planned, said)}")

    assert reviewer.heading == "<script>alert(1)</script>"


def test_a_file_is_downloaded_under_its_name_and_the_audit_trail_knows(
    planned: World, reviewer: Browser
) -> None:
    release = published(planned, contents())

    got = reviewer.get(f"/results/{release}/summary_pdf").response

    assert got is not None
    assert got.data == b"%PDF-1.7 test"
    assert got.mimetype == "application/pdf"
    assert got.headers["Content-Disposition"] == "attachment; filename=working-together.pdf"
    acts = planned.read(lambda session: [row.act for row in session.query(AuditEntry)])
    assert acts.count("file downloaded") == 1


@pytest.mark.parametrize("address", ["9", "1/figures_json", "1/none", "99999999999999999999", "0", "1/<b>"])
def test_what_is_not_there_is_a_page_that_says_so(planned: World, reviewer: Browser, address: str) -> None:
    published(planned, contents())

    assert reviewer.get(f"/results/{address}").status == 404


def test_somebody_without_the_permission_sees_no_results(planned: World) -> None:
    release = published(planned, contents())
    browser = Browser(application(planned)).sign_in(planned, "interviewer")

    assert {
        browser.get(f"/results{end}").status for end in ("", f"/{release}", f"/{release}/tables_csv")
    } == {403}
