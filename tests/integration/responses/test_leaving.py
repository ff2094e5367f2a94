"""After sending, help, and what a page says of whoever runs the survey."""

from dataclasses import replace
from io import BytesIO

import pytest
from flask import Flask
from werkzeug.test import create_environ, run_wsgi_app

from sampling.frame import Sector
from survey_app.application import create_app
from tests.fixtures.answering import Browser, application, case_of
from tests.fixtures.every_kind import ANSWERS, opened_with_every_kind
from tests.fixtures.world import World


@pytest.fixture
def asked(embedded_world: World) -> World:
    return opened_with_every_kind(embedded_world.drawn(bodies=4, charities=16))


@pytest.fixture
def sent(asked: World) -> Browser:
    """Somebody who has sent their answers a moment ago."""
    browser = Browser(application(asked)).begin(case_of(asked, Sector.VOLUNTARY)[1])
    for page, typed in ANSWERS.items():
        browser.get(f"/question/{page}").send(typed)
    return browser.get("/check").send()


def test_whoever_has_sent_can_leave_and_the_browser_forgets(sent: Browser) -> None:
    assert sent.address == "/receipt"

    sent.send()

    assert sent.heading == "You have left"
    assert sent.response is not None
    assert "storage" in sent.response.headers["Clear-Site-Data"]
    assert sent.get("/receipt").address == "/start"


def test_the_mark_leads_back_to_the_page(asked: World) -> None:
    browser = Browser(application(asked)).begin(case_of(asked, Sector.VOLUNTARY)[1])

    browser.get("/question/comments")

    assert browser.page.xpath("//header//a[contains(@class, 'homepage')]/@href") == ["/question/comments"]


def test_a_soft_check_is_announced(asked: World) -> None:
    browser = Browser(application(asked)).begin(case_of(asked, Sector.VOLUNTARY)[1])
    for page, typed in ANSWERS.items():
        if page == "cash.council":
            break
        browser.get(f"/question/{page}").send(typed)

    browser.get("/question/cash.council").send({"answer": "600,000"})

    assert browser.page.xpath("//*[@role='alert']//p[contains(., '600,000')]")


def test_links_come_from_the_settings_and_not_from_who_asked(asked: World) -> None:
    settings = replace(asked.settings, base_url="https://survey.council.example", trusted_proxies=1)
    browser = Browser(create_app(settings, clock=asked.clock)).begin(case_of(asked, Sector.VOLUNTARY)[1])

    browser.send({"later": "1"})

    assert "https://survey.council.example/start" in browser.text
    assert "localhost" not in browser.text


@pytest.mark.parametrize(("proxies", "warned"), [(0, True), (1, False)])
def test_a_website_over_https_that_trusts_no_proxy_is_warned_of_at_its_start(
    embedded_world: World, caplog: pytest.LogCaptureFixture, proxies: int, warned: bool
) -> None:
    settings = replace(
        embedded_world.settings, base_url="https://survey.council.example", trusted_proxies=proxies
    )

    create_app(settings, clock=embedded_world.clock).extensions["compact"].database.close()

    assert ("TRUSTED_PROXIES is 0: all visitors count as one" in caplog.text) is warned


def test_a_page_that_was_refused_can_be_gone_back_to(asked: World) -> None:
    """Neither Back nor a reload meets a page that would have to be sent again."""
    browser = Browser(application(asked)).begin(case_of(asked, Sector.VOLUNTARY)[1])
    browser.get("/question/comments")

    sent = browser.client.post(  # type: ignore[attr-defined]
        "/question/comments", data=browser.hidden() | {"answer": "x" * 5_000}
    )

    assert sent.status_code == 303
    for _ in range(2):
        again = browser.get(sent.headers["Location"])
        assert again.status == 422
        assert again.summary
        assert "x" * 5_000 in again.text


def test_privacy_and_help_name_who_is_responsible_and_how_to_reach_them(asked: World) -> None:
    settings = replace(
        asked.settings, controller="The Council of Voluntary Service", contact_email="help@cvs.example",
        contact_telephone="0300 000 0000", keep_answers_days=1_000,
    )  # fmt: skip
    browser = Browser(create_app(settings, clock=asked.clock)).get("/privacy")

    for words in (
        "controller of the data is The Council of Voluntary Service",
        "Article 6(1)(e)",
        "We keep answers for 1,000 days after a survey closed",
        "Information Commissioner",
        "help@cvs.example",
    ):
        assert words in browser.text, words
    assert "0300 000 0000" in browser.get("/help").text
    assert browser.page.xpath("//footer//a[@href='/help']")


@pytest.fixture
def app(embedded_world: World) -> Flask:
    return application(embedded_world)


@pytest.mark.parametrize("address", ["/start", "/sign-in", "/frame/list", "/question/comments", "/nowhere"])
def test_a_body_of_more_than_a_megabyte_is_refused_unread(app: Flask, address: str) -> None:
    class Unread(BytesIO):
        def read(self, *_: object) -> bytes:
            raise AssertionError("the body was read")

        readline = readinto = read  # type: ignore[assignment]

    environ = create_environ(address, method="POST", content_type="application/x-www-form-urlencoded")
    environ |= {"wsgi.input": Unread(), "CONTENT_LENGTH": "1000001"}

    answer = run_wsgi_app(app, environ)

    assert answer[1][:3] in ("404", "413")
    app.extensions["compact"].database.close()
