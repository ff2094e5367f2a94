"""A whole round in a real browser: from the plan to the PDF, and nobody's way is barred on any page."""

import io
import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import numpy as np
import pikepdf
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from scheduler.timetable import RoundDates
from survey_app.clock import at, end_of
from survey_app.demo.respondents import answer_all
from survey_app.services.cases import casework
from survey_app.services.responses.saving import Save
from survey_app.services.rounds import lifecycle
from survey_app.worker.passes import settle_round
from tests.browser.conftest import Installation, Looker, answer_first, be_signed_in, follow, shoot, spills
from tests.fixtures.world import DATES

Contexts = Callable[..., BrowserContext]
CODE = re.compile(r"Your access code: (\S+)")
MAX_QUESTIONS = 40
COORDINATOR = "coordinator@compact.invalid"


def code_in(letter: EmailMessage) -> str:
    code = CODE.search(letter.get_content())
    assert code is not None
    return code[1]


def recipients(letters: list[EmailMessage]) -> Counter[str]:
    return Counter(str(letter["To"]) for letter in letters)


def plan_and_launch(here: Installation, staff: Looker) -> int:
    """The round's id; its calendar is DATES."""
    page = staff.page
    staff.visit("/frame")
    staff.visit("/panels")
    follow(page.locator("main a[href^='/panels/']").last)
    staff.inspect("panel")
    staff.visit("/rounds/plan")
    staff.page.get_by_label("Title").fill("")
    staff.press("Plan the round")
    expect(page.get_by_role("link", name="Enter a title")).to_have_attribute("href", "#title")
    staff.inspect("plan-refused")
    page.get_by_label("Title").fill("Annual survey 2026")
    for legend, day in zip(
        ("Opens on", "First reminder on", "Second reminder on", "Last day for replies"),
        (DATES.opens_on, DATES.first_reminder_on, DATES.second_reminder_on, DATES.closes_on),
        strict=True,
    ):
        group = page.get_by_role("group", name=legend)
        for part, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
            group.get_by_label(part).fill(str(value))
    staff.press("Plan the round")
    staff.inspect("round-planned")
    follow(page.get_by_role("button", name="Check and launch"))
    staff.inspect("round-check")
    staff.press("Launch the round")
    staff.inspect("round-launching")
    here.tick()
    page.reload()
    staff.inspect("round-ready")
    return int(page.url.split("/rounds/")[1].split("#")[0])


def opened(here: Installation, dates: RoundDates) -> list[EmailMessage]:
    """The invitations, as the mail server took them on the morning of the opening."""
    assert here.letters() == []
    here.world.clock.advance_to(at(dates.opens_on, 9))
    here.tick()
    return here.letters()


def enter(page: Page, code: str) -> None:
    page.goto("/start")
    page.get_by_label("Access code").fill(code)
    follow(page.get_by_role("button", name="Continue"))


def go_on(page: Page) -> None:
    follow(page.get_by_role("button", name="Save and continue"))


def heading(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


def begin_without_script(page: Page, code: str) -> None:
    """Enter the code in small letters, err once, go back once, and stop after the fourth page."""
    enter(page, "not a code")
    assert page.get_by_role("heading", name="There is a problem").is_visible()
    enter(page, code.lower().replace("-", " "))
    follow(page.get_by_role("button", name="Start"))
    first = heading(page)
    go_on(page)
    assert_fault_leads_to_its_input(page)
    answer_first(page)
    go_on(page)
    second = heading(page)
    follow(page.get_by_role("link", name="Back", exact=True))
    assert heading(page) == first
    assert page.locator("input[type=radio]").first.is_checked()
    go_on(page)
    assert heading(page) == second
    answer_first(page)
    follow(page.get_by_role("button", name="Save and come back later"))
    assert heading(page) == "Come back when it suits you"


def assert_fault_leads_to_its_input(page: Page) -> None:
    target = page.locator(".govuk-error-summary a").first.get_attribute("href") or ""
    assert page.locator(target).evaluate("it => it.tagName") == "INPUT"
    group = page.locator("fieldset").filter(has=page.locator(target))
    described_by = (group.get_attribute("aria-describedby") or "").split()
    assert any("Error" in page.locator(f"#{each}").inner_text() for each in described_by)


def finish_without_script(page: Page, code: str) -> list[str]:
    """Go on with the same code in another browser up to the check; the pages answered here."""
    enter(page, code)
    follow(page.get_by_role("button", name="Continue"))
    met = []
    for _ in range(MAX_QUESTIONS):
        if "/question/" not in page.url:
            break
        met.append(page.url)
        assert not spills(page), page.url
        answer_first(page)
        shoot(page, f"phone-{page.url.rsplit('/')[-1]}")
        go_on(page)
    assert heading(page) == "Check your answers"
    assert not spills(page)
    shoot(page, "phone-check")
    return met


def look_again_with_script(colleague: Looker, code: str, pages: list[str]) -> None:
    """Every page of the questionnaire once more, for a tool that needs a script."""
    colleague.visit("/start")
    enter(colleague.page, "not a code")
    colleague.inspect("start-wrong")
    enter(colleague.page, code)
    colleague.inspect("welcome")
    for url in pages:
        colleague.visit(f"{url}?change=1", url.rsplit("/", 1)[-1])
    colleague.visit("/check")
    follow(colleague.page.get_by_role("link", name=re.compile("public")).first)
    before = colleague.page.locator("input[name=answer]").first.input_value()
    colleague.page.locator("input[name=answer]").first.fill("a third")
    go_on(colleague.page)
    colleague.inspect("question-fault")
    # What is left unfinished is kept, and has to be settled before anybody sends.
    colleague.page.locator("input[name=answer]").first.fill(before)
    go_on(colleague.page)


def send(page: Page) -> str:
    """The reference on the receipt; sending again shows the same one."""
    page.goto("/check")
    token = page.locator("main input[name=csrf_token]").first.get_attribute("value") or ""
    follow(page.get_by_role("button", name="Send the answers"))
    assert heading(page) == "Your answers were sent"
    shown = page.locator(".app-notice strong, main strong").first.inner_text()
    again = page.request.post("/check", form={"csrf_token": token})
    assert (again.status, shown in again.text()) == (200, True)
    page.goto("/check")
    assert shown in page.locator("main").inner_text()
    return shown


def others_answer(here: Installation, round_id: int, share: slice) -> None:
    with here.world.database.writing() as session:
        for case_id, *_ in casework.open_cases(session, round_id=round_id)[share]:
            rng = np.random.default_rng(case_id)
            save = Save(here.world.clock.now())
            answer_all(session, here.world.keys, case_id=case_id, rng=rng, save=save)
    settle_round(here.world.database, here.world.keys, round_id=round_id, now=here.world.clock.now())


def waiting(here: Installation, round_id: int) -> int:
    return here.world.read(lambda session: len(casework.open_cases(session, round_id=round_id)))


def run_to_the_close(here: Installation, round_id: int, asked: int) -> set[str]:
    """Reminders leave for those who have not answered; who had not in the end."""
    everybody = set(recipients(here.letters()))
    others_answer(here, round_id, slice(0, 40))
    since = len(here.letters())
    here.world.clock.advance_to(at(DATES.first_reminder_on, 9))
    here.tick()
    first = set(recipients(here.letters(since)))
    assert (len(everybody), len(first)) == (asked, asked - 41)
    others_answer(here, round_id, slice(0, -4))
    since = len(here.letters())
    here.world.clock.advance_to(at(DATES.second_reminder_on, 9))
    here.tick()
    second = set(recipients(here.letters(since)))
    assert second < first
    assert len(second) == waiting(here, round_id) == 4
    here.world.clock.advance_to(end_of(DATES.closes_on) + timedelta(minutes=1))
    here.tick()
    return second


def freeze(here: Installation, staff: Looker, round_id: int) -> str:
    """The address of the release."""
    be_signed_in(staff.page, here.world, COORDINATOR)  # the session of weeks ago is over
    staff.visit(f"/rounds/{round_id}", "round-closed")
    staff.visit(f"/rounds/{round_id}/releases", "round-results")
    staff.press("Freeze the results")
    staff.inspect("freeze-asked-first")
    staff.press("Freeze the results")
    staff.inspect("release-being-made")
    release = staff.page.url
    here.tick()
    staff.visit(f"/rounds/{round_id}", "round-frozen")
    assert staff.page.request.get(f"{release}/bundle").status == 403
    staff.visit(f"/rounds/{round_id}/cases", "cases")
    follow(staff.page.locator("table a").first)
    staff.inspect("case")
    return release


def review(reader: Looker, release: str, round_id: int) -> None:
    reader.visit("/results")
    follow(reader.page.get_by_role("link", name="Annual survey 2026, release 1", exact=True))
    reader.inspect("release-reviewed")
    with pikepdf.open(io.BytesIO(download(reader.page, "Summary (PDF)"))) as pdf:
        assert "2026" in str(pdf.docinfo["/Title"])
        assert len(pdf.pages) > 1
    lines = download(reader.page, "Tables (CSV)").decode("utf-8-sig").splitlines()
    assert lines[0].startswith("item")
    assert len(lines) > 100
    for path in (f"{release}/bundle", f"/rounds/{round_id}/cases", f"/rounds/{round_id}"):
        assert reader.page.goto(path).status == 403  # type: ignore[union-attr]
    reader.inspect("not-for-you")


def take_single_answers(staff: Looker, analyst: Looker, release: str) -> None:
    """The bundle is asked for by one and agreed to by another, and taken once."""
    analyst.visit(f"{release}/bundle", "bundle")
    analyst.press("Ask a coordinator to agree")
    analyst.inspect("bundle-refused")
    analyst.page.get_by_label("What do you need").fill("To work the figures out again")
    analyst.press("Ask a coordinator to agree")
    analyst.inspect("bundle-asked")
    staff.visit("/today")
    follow(staff.page.get_by_role("link", name="single answers are taken"))
    staff.inspect("bundle-request")
    staff.press("Agree, for one time")
    analyst.visit(f"{release}/bundle", "bundle-agreed")
    with analyst.page.expect_download() as waited:
        analyst.page.get_by_role("button", name="Take the bundle (ZIP)").click()
    assert Path(waited.value.path()).read_bytes().startswith(b"PK")


def download(page: Page, link: str) -> bytes:
    with page.expect_download() as waited:
        page.get_by_role("link", name=link).first.click()
    content = Path(waited.value.path()).read_bytes()
    assert content.startswith(b"%PDF") == ("PDF" in link)
    return content


@pytest.mark.slow
def test_a_round_goes_from_its_plan_to_its_summary(installation: Installation, contexts: Contexts) -> None:
    here = installation
    staff = Looker(contexts().new_page())
    staff.sign_in(here.world.person("coordinator"))
    staff.inspect("home")
    round_id = plan_and_launch(here, staff)
    dates = here.world.read(
        lambda s: lifecycle.get_round(s, round_id=round_id, programme_id=here.world.programme).dates
    )
    assert dates == DATES

    invitations = opened(here, dates)
    letter = next(each for each in invitations if "charities" in str(each["To"]))
    assert f"{here.address}/start" in letter.get_content()
    be_signed_in(staff.page, here.world, COORDINATOR)
    staff.visit(f"/rounds/{round_id}", "round-open")
    for part in ("letters", "questions", "dates"):
        staff.visit(f"/rounds/{round_id}/{part}", f"round-{part}")
    code = code_in(letter)

    begin_without_script(contexts(script=False).new_page(), code)
    second = contexts(script=False).new_page()
    met = finish_without_script(second, code)
    colleague = Looker(contexts().new_page())
    look_again_with_script(colleague, code, met)
    reference = send(second)
    enter(colleague.page, code)
    assert reference in colleague.page.locator("main").inner_text()
    colleague.inspect("receipt")

    late = run_to_the_close(here, round_id, asked=len(invitations))
    assert str(letter["To"]) not in late
    enter(colleague.page, code_in(next(each for each in invitations if str(each["To"]) in late)))
    assert "closed for replies on 19 November 2026" in colleague.page.locator("main").inner_text()
    colleague.inspect("closed")

    release = freeze(here, staff, round_id)
    reader = Looker(contexts().new_page())
    reader.sign_in(here.world.person("reviewer"))
    review(reader, release, round_id)
    analyst = Looker(contexts().new_page())
    analyst.sign_in(here.world.person("analyst"))
    take_single_answers(staff, analyst, release)
