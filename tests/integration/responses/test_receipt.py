"""The receipt: what arrived and when, until when its copy stands, and a PDF that is kept nowhere."""

import io
from datetime import datetime, timedelta

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select

from sampling.frame import Sector
from survey_app.clock import in_words, london_date, spoken_time
from survey_app.models.files import StoredFile
from survey_app.web.respondent import receipt
from tests.fixtures.answering import Browser, application, case_of
from tests.fixtures.every_kind import opened_with_every_kind
from tests.fixtures.everything import answered
from tests.fixtures.world import World

PDF = "/receipt.pdf"
DAYS_TO_CLOSE = timedelta(days=75)


@pytest.fixture
def world(embedded_world: World) -> World:
    return opened_with_every_kind(embedded_world.drawn(bodies=4, charities=16))


@pytest.fixture
def sent(world: World) -> Browser:
    """Somebody who has sent their answers a moment ago."""
    return answered(Browser(application(world)).begin(case_of(world, Sector.VOLUNTARY)[1])).send()


def reader(browser: Browser) -> PdfReader:
    response = browser.get(PDF).response
    assert response is not None
    assert response.mimetype == "application/pdf"
    return PdfReader(io.BytesIO(response.data))


def spoken(moment: datetime) -> str:
    return f"{in_words(london_date(moment))} at {spoken_time(moment)}"


def test_the_receipt_says_at_which_time_and_until_when_its_copy_is_shown(world: World, sent: Browser) -> None:
    assert f"arrived on {spoken(world.clock.now())}." in sent.text
    assert (
        f"This browser shows your copy until {spoken(world.clock.now() + timedelta(hours=1))}." in sent.text
    )
    assert "With your access code you can see it again until" in sent.text
    assert "After that nobody can show it to you." in sent.text


def test_the_pdf_is_tagged_holds_reference_time_and_answers_and_is_kept_nowhere(
    world: World, sent: Browser
) -> None:
    files = select(func.count()).select_from(StoredFile)
    reference, before = sent.page.xpath("//strong")[0].text, world.read(lambda s: s.scalar(files))

    pdf = reader(sent)

    said = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    assert pdf.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert pdf.trailer["/Root"]["/Lang"] == "en-GB"
    for words in (
        f"Reference: {reference}", f"Sent: {spoken(world.clock.now())}",
        "£1,200.50", "Minutes of the board", "1 of 2: The council",
    ):  # fmt: skip
        assert words in said, words
    assert sent.response is not None
    assert sent.response.headers["Cache-Control"] == "no-store"
    assert world.read(lambda s: s.scalar(files)) == before


def test_so_many_pdfs_at_once_that_others_would_wait_are_refused_and_can_be_asked_for_again(
    sent: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receipt, "MAX_WAIT_SECONDS", 0.0)
    with receipt.press(), receipt.press():
        sent.get(PDF)
        assert sent.status == 503
        assert "Nothing is wrong with your answers: they were sent." in sent.text

    assert sent.get(PDF).status == 200
    assert sent.get("/receipt").heading == "Your answers were sent"


def test_nobody_gets_the_pdf_before_sending_after_the_close_or_without_the_code(
    world: World, sent: Browser
) -> None:
    other = Browser(sent.app)
    assert other.get(PDF).address == "/start"
    assert other.begin(case_of(world, Sector.VOLUNTARY, 1)[1]).get(PDF).address == "/welcome"

    world.wait(DAYS_TO_CLOSE)

    assert sent.enter(case_of(world, Sector.VOLUNTARY)[1]).get(PDF).address == "/receipt"
    assert "download a copy" not in sent.text
