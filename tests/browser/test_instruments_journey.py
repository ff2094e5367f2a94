"""A module in a real browser: uploaded, composed, tried, agreed by both sectors, published, answered."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select

from survey_app.clock import at
from survey_app.models.people.accounts import Person
from survey_app.services.people.grants import give_role
from survey_app.services.responses.seats import seat_for_code, sheet_of
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import RoundPlan
from tests.browser.conftest import Installation, Looker, answer_first, follow, spills
from tests.fixtures.module_text import drafted, module_text, published
from tests.fixtures.world import DATES

Contexts = Callable[..., BrowserContext]
CODE = re.compile(r"Your access code: (\S+)")
TITLE = "Trust between us"
MAX_PAGES = 60


def bring(staff: Looker, folder: Path, text: str, name: str) -> None:
    """Choose a file and send it."""
    file = folder / name
    file.write_text(text, encoding="utf-8")
    staff.page.get_by_label("The questionnaire").set_input_files(file)
    staff.press("Upload")


def upload(staff: Looker, folder: Path) -> str:
    """The address of the draft, after a file with faults was refused with all of them."""
    staff.visit("/questionnaires")
    follow(staff.page.get_by_role("button", name="Upload a questionnaire"))
    staff.page.get_by_label("What is new in it?").fill("Asks about trust")
    bring(
        staff,
        folder,
        module_text(wording="Do <b>you</b> trust?").replace("schema: 1", "schema: 7"),
        "bad.yaml",
    )
    expect(staff.page.get_by_role("alert")).to_contain_text("schema 7 is newer")
    assert staff.page.get_by_label("What is new in it?").input_value() == "Asks about trust"
    assert "bad.yaml" in staff.page.locator("main").inner_text()
    staff.inspect("upload-refused")
    bring(staff, folder, module_text(), "trust.yaml")
    staff.inspect("draft")
    return staff.page.url.removesuffix("/progress")


def move(staff: Looker, version: str, button: str) -> None:
    staff.page.goto(f"{version}/progress")
    staff.press(button)
    staff.inspect(f"after-{button}")


def compose(staff: Looker, round_id: int) -> None:
    """Choose the module for the round, see what it costs, and try the whole with an organisation's facts."""
    page = staff.page
    staff.visit(f"/rounds/{round_id}", "round-planned")
    follow(page.get_by_role("link", name="Choose what this round asks"))
    page.get_by_label(f"{TITLE}, version 1").check()
    staff.press("Work out minutes and faults")
    assert "0.8 of 10 minutes for modules" in page.locator("main").inner_text()
    page.get_by_label(f"What would raise it ({TITLE})").check()
    staff.inspect("composing")
    staff.press("Save the choice")
    staff.visit(f"/rounds/{round_id}/questionnaire", "composed")
    follow(page.get_by_role("link", name="Read and try out what voluntary organisations would be asked"))
    page.get_by_label("Take the facts of an organisation on the frame").fill("Charity 0000")
    staff.press("Show what is asked")
    page.get_by_label(re.compile("Charity 00003")).check()
    page.get_by_label("Heard of the agreement").select_option("No")
    staff.press("Show what is asked")
    words = page.locator("main").inner_text()
    assert "Facts of Charity 00003" in words
    assert "Not asked because “Heard of the agreement” is “No”." in words
    staff.inspect("tried")
    page.goto(f"/rounds/{round_id}/check")
    expect(page.locator("main")).to_contain_text(f"“{TITLE}”, version 1, is in test, not published.")


def sign(signatory: Looker, sector: str, *, objects: str = "") -> None:
    """Find what waits on the list of questionnaires, read it, and decide."""
    page = signatory.page
    signatory.visit("/questionnaires", f"waiting-{sector}")
    follow(page.get_by_role("link", name=f"{TITLE}, version 1").first)
    if objects:
        page.get_by_label("We object to it").check()
        page.get_by_label("Reason or comment").fill(objects)
    else:
        page.get_by_label("We agree to this text").check()
    signatory.press("Sign")
    signatory.inspect(f"signed-{sector}")


def planned(here: Installation) -> int:
    with here.world.database.writing() as session:
        plan = RoundPlan("Annual survey 2026", here.world.panel_id, DATES)
        return lifecycle.plan_round(session, plan=plan, context=here.world.context())


def answered(here: Installation, page: Page) -> None:
    """A respondent without a script, on a phone, answers the questionnaire up to the check and sends it."""
    letter = next(one for one in here.letters() if "charities" in str(one["To"]))
    code = CODE.search(letter.get_content())
    assert code is not None
    page.goto("/start")
    page.get_by_label("Access code").fill(code[1])
    follow(page.get_by_role("button", name="Continue"))
    follow(page.get_by_role("button", name="Start"))
    met = []
    for _ in range(MAX_PAGES):
        if "/question/" not in page.url:
            break
        met.append(page.url.rsplit("/", 1)[-1])
        page.wait_for_load_state()
        assert not spills(page), page.url
        answer_first(page)
        follow(page.get_by_role("button", name="Save and continue"))
    assert "module-trust-trusted" in met
    follow(page.get_by_role("button", name="Send the answers"))
    world = here.world
    sheet = world.read(lambda s: sheet_of(s, world.keys, seat=seat_for_code(s, world.keys, code=code[1])))
    assert sheet.answers["module-trust-trusted"].value == "yes"
    assert "module-trust-why" not in sheet.answers


def another(contexts: Contexts, email: str) -> Looker:
    looker = Looker(contexts().new_page())
    looker.sign_in(email)
    return looker


@pytest.mark.slow
def test_a_module_is_composed_tried_agreed_published_pinned_and_answered(
    installation: Installation, contexts: Contexts, tmp_path: Path
) -> None:
    here, world = installation, installation.world
    round_id = planned(here)
    staff = another(contexts, world.person("coordinator"))
    version = upload(staff, tmp_path)
    for tail in ("", "/try", "/compare", "/languages", "/replace"):
        staff.visit(version + tail, f"version{tail}")
    move(staff, version, "Send to test")
    compose(staff, round_id)

    voluntary = another(contexts, world.person("signatory_voluntary"))
    sign(voluntary, "voluntary")
    assert voluntary.page.request.get(f"{here.address}/rounds").status == 403
    move(staff, version, "Mark as agreed")
    expect(staff.page.get_by_role("alert")).to_contain_text("No signatory for public bodies has agreed")
    reviewer = world.person("reviewer")
    person_id = world.read(lambda s: s.scalars(select(Person.id).filter_by(email=reviewer)).one())
    with world.database.writing() as session:
        give_role(session, person_id=person_id, role="signatory_public", context=world.context())
    public = another(contexts, reviewer)
    sign(public, "public", objects="The second question leads.")
    sign(public, "public")
    assert public.page.request.get(f"{here.address}/frame").status == 403

    move(staff, version, "Mark as agreed")
    move(staff, version, "Publish")
    staff.visit(f"/rounds/{round_id}/check", "check-composed")
    staff.press("Launch the round")
    here.tick()
    staff.visit(f"/rounds/{round_id}", "round-composed")
    expect(staff.page.locator("main")).to_contain_text(f"{TITLE}, version 1")
    world.clock.advance_to(at(DATES.opens_on, 9))
    here.tick()
    answered(here, contexts(script=False).new_page())


@pytest.mark.slow
def test_versions_beside_each_other_and_languages_that_are_not_ready_bar_nobody(
    installation: Installation, contexts: Contexts, tmp_path: Path
) -> None:
    world = installation.world
    published(world, module_text(wording="Do you trust them to keep promises?"))
    text = module_text(version=2, wording="Do you trust them to keep their word?", extra="languages: [cy]\n")
    version = f"/questionnaires/{drafted(world, text)}"
    staff = another(contexts, world.person("coordinator"))
    page = staff.page

    staff.visit(f"{version}/compare", "compared")
    expect(page.locator("del")).to_contain_text("promises")
    staff.visit(f"{version}/languages", "languages-missing")
    with page.expect_download() as waited:
        page.get_by_role("link", name="Download a file to translate in (Welsh)").click()
    page.get_by_label("The translation").set_input_files(waited.value.path())
    staff.press("Upload the translation")
    page.get_by_text("texts to correct").click()
    staff.inspect("languages-unreviewed")
    staff.visit(f"{version}/progress", "progress-of-two")
    page.get_by_label("Your comment").fill("Is the second question needed?\nI am not sure.")
    staff.press("Add the comment")
    page.goto(f"{version}/replace")
    bring(staff, tmp_path, text.replace("Trust between us", "Trust"), "again.yaml")
    staff.inspect("replaced")
    assert "about text 1, replaced since" in page.locator("main").inner_text()

    administrator = another(contexts, world.person("administrator"))
    administrator.visit("/people")
    follow(administrator.page.get_by_role("link", name="Change the roles of Coordinator"))
    administrator.inspect("roles")
    administrator.visit("/people")
    follow(administrator.page.get_by_role("link", name="Send a link for a password to Coordinator"))
    administrator.inspect("new-password")
    administrator.page.locator("summary", has_text="Signed in as").click()
    follow(administrator.page.get_by_role("link", name="Password", exact=True))
    administrator.press("Change the password")
    administrator.inspect("own-password")
