"""The frame, the parts and the vendored files are what the look asks for."""

import re
from pathlib import Path

import pytest
from flask import Flask, render_template_string
from fontTools.ttLib import TTFont
from lxml import html

from tests.unit.web.kitchen_sink import STATIC, kitchen_sink

PAGES = STATIC.parent / "templates"


@pytest.fixture
def app() -> Flask:
    return kitchen_sink()


def part(app: Flask, call: str) -> str:
    with app.test_request_context():
        return render_template_string('{% import "macros/parts.html" as parts %}{{ parts.' + call + " }}")


def width_of(bar: str, css_class: str) -> float:
    drawn = re.search(rf'<rect class="{css_class}"[^>]* width="([0-9.]+)"', bar)
    assert drawn
    return float(drawn[1])


def test_the_frame_has_one_of_each_landmark_and_a_way_to_skip_to_the_content(app: Flask) -> None:
    page = html.fromstring(app.test_client().get("/dashboard").text)

    assert [len(page.xpath(f"//{tag}")) for tag in ("header", "main", "footer", "h1")] == [1, 1, 1, 1]
    assert page.xpath("//a[@class='govuk-skip-link']/@href") == ["#main-content"]
    assert page.xpath("//main/@id") == ["main-content"]


def test_the_page_being_read_is_marked_in_the_navigation(app: Flask) -> None:
    page = html.fromstring(app.test_client().get("/dashboard").text)

    # Once along the page, and once in the menu that folds out where there is no room for that.
    assert [a.text_content().strip() for a in page.xpath("//nav//a[@aria-current]")] == ["Rounds", "Rounds"]


def test_respondents_are_given_no_navigation(app: Flask) -> None:
    page = html.fromstring(app.test_client().get("/question").text)

    assert not page.xpath("//nav")


def test_made_up_data_are_said_to_be_made_up_and_real_data_are_not(app: Flask) -> None:
    template = '{% extends "base/page.html" %}{% block title %}T{% endblock %}'
    with app.test_request_context():
        made_up = render_template_string(template, synthetic=True)
        real = render_template_string(template, synthetic=False)

    assert "Synthetic data: every answer here is made up." in made_up
    assert "Synthetic data" not in real


def test_the_frame_needs_nothing_but_a_title() -> None:
    app = kitchen_sink()
    app.template_context_processors[None].pop()
    template = '{% extends "base/page.html" %}{% block title %}T{% endblock %}'
    with app.test_request_context():
        page = html.fromstring(render_template_string(template))

    assert page.findtext(".//title") == "T – Compact Monitor"
    assert page.xpath("//footer//a/@href") == ["/help", "/accessibility", "/privacy"]
    assert not page.xpath("//form")


def test_help_and_contact_stand_on_every_page() -> None:
    """Every page is drawn in the one frame, whose foot leads to help; none has a foot of its own."""
    texts = {path.relative_to(PAGES).as_posix(): path.read_text() for path in PAGES.rglob("*.html")}

    documents = {name for name, text in texts.items() if "<html" in text}
    assert {name for name in documents if not name.startswith("reports/")} == {"base/page.html"}
    assert [name for name, text in texts.items() if re.search(r"block\s+footer", text)] == ["base/page.html"]
    assert "Help and contact" in html.fromstring(texts["base/page.html"]).xpath("//footer//a/text()")


def test_an_error_page_says_what_happened_and_what_to_do_next(app: Flask) -> None:
    page = html.fromstring(app.test_client().get("/error").text)

    assert page.findtext(".//h1") == "This page has moved"
    assert "Go back to the list of rounds." in page.xpath("//main//li[1]")[0].text_content()


def test_a_state_is_a_word_whose_tone_follows_from_it_or_is_given(app: Flask) -> None:
    assert "app-tag--short" in part(app, "tag('Will fall short')")
    assert "app-tag--good" in part(app, "tag('On course')")
    assert "app-tag--plain" in part(app, "tag('To do')")
    assert "app-tag--behind" in part(app, "tag('To do', tone='behind')")


def test_a_bar_grows_with_replies_and_stops_at_its_end(app: Flask) -> None:
    half = width_of(part(app, "target_bar(100, 200, 150)"), "app-public-body")
    full = width_of(part(app, "target_bar(200, 200, 150)"), "app-public-body")
    beyond = width_of(part(app, "target_bar(9000, 200, 150, 'vco')"), "app-vco")

    assert full == pytest.approx(2 * half)
    assert beyond == 186


def test_no_target_gives_no_bar_and_no_expectation_no_triangle(app: Flask) -> None:
    assert "svg" not in part(app, "target_bar(3, 0, 0)")
    assert "app-bar__expected" not in part(app, "target_bar(3, 10)")


def test_small_pictures_are_hidden_from_those_who_hear_the_numbers_beside_them(app: Flask) -> None:
    page = html.fromstring(app.test_client().get("/dashboard").text)

    assert all(
        svg.get("aria-hidden") == "true" for svg in page.xpath("//svg[not(ancestor::*[@aria-hidden])]")
    )


def test_public_bodies_are_circles_and_voluntary_organisations_diamonds(app: Flask) -> None:
    assert "<circle" in part(app, "sector_mark('public_body')")
    assert "<path" in part(app, "sector_mark('vco')")
    assert part(app, "sector_mark('')").strip() == ""


def test_an_interval_that_could_be_chance_is_hollow_and_stays_on_its_scale(app: Flask) -> None:
    hollow = part(app, "interval_bar(-20, 180, 50, sector='vco', clear=false)")

    assert "app-interval__mark--hollow" in hollow
    assert width_of(hollow, "app-interval__box--vco") == 148
    assert "app-interval__mark--hollow" not in part(app, "interval_bar(40, 60, 50, sector='vco')")


def test_the_vendored_styles_hold_no_crest_no_borrowed_typeface_and_no_missing_file() -> None:
    styles = (STATIC / "vendor" / "govuk-frontend.css").read_text()

    assert not re.search(r"url\(|GDS|crest|crown|logotype|copyright-logo|sourceMappingURL", styles)
    assert "Screen,arial,sans-serif" in styles
    assert styles.count("{") == styles.count("}")


def test_every_file_our_styles_and_script_ask_for_is_there() -> None:
    asked = re.findall(r'url\("([^"]+)"\)', (STATIC / "app.css").read_text())
    asked += re.findall(r'from "\./([^"]+)"', (STATIC / "app.js").read_text())

    assert len(asked) == 9
    assert [name for name in asked if not (STATIC / name).is_file()] == []


def test_each_vendored_thing_keeps_its_licence() -> None:
    assert "MIT" in (STATIC / "vendor" / "LICENSE-govuk-frontend.txt").read_text()
    for face in ("source-sans-3", "source-serif-4"):
        assert "SIL Open Font License" in (STATIC / "fonts" / f"OFL-{face}.txt").read_text()


@pytest.mark.parametrize(
    ("file", "family", "weight"),
    [
        ("SourceSans3-Regular.ttf", "Source Sans 3", 400),
        ("SourceSans3-SemiBold.ttf", "Source Sans 3", 600),
        ("SourceSerif4-SemiBold.ttf", "Source Serif 4", 600),
    ],
)
def test_typefaces_for_charts_are_found_by_their_family_and_weight(
    file: str, family: str, weight: int
) -> None:
    with TTFont(Path(STATIC) / "fonts" / "ttf" / file) as font:
        assert font["name"].getDebugName(1) == font["name"].getDebugName(16) == family
        assert font["OS/2"].usWeightClass == weight
