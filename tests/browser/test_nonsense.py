"""Nonsense in every form and in every part of an address: a page of ours each time, and no fault of ours."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import APIRequestContext, APIResponse, BrowserContext, Dialog

from scheduler.strands import Strand
from survey_app.clock import at
from survey_app.services.audit import AuditContext
from survey_app.services.cases import added as added_cases
from survey_app.services.cases import casework, codes
from survey_app.services.cases.added import NewCase
from survey_app.services.panels import saved_plans
from survey_app.services.panels.basis import PanelRequest
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import RoundPlan
from tests.browser.conftest import PLAN, Installation, Looker, follow
from tests.fixtures.world import DATES, World

NONSENSE = (
    "x" * 5_000,
    "a\x00b",
    "\U0001f600\u202e",
    "<script>alert(1)</script>",
    "-1",
    "9" * 40,
    "{{ 7*7 }}",
)
FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
FIELD = re.compile(r"<(?:input|select|textarea|button)\b([^>]*)>")
LINK = re.compile(r'href="(/[^"#]*)')
# Signing out would end the visit; the pages behind it are then nobody's.
LEFT_ALONE = ("/sign-out", "/static", "/not-us")
# Pages and forms that each role reaches at least, so that a walk that ends early is noticed.
MIN_PAGES = {"coordinator": (20, 6), "interviewer": (8, 3), "administrator": (6, 2), "reviewer": (5, 0)}
# Pages that a walk meets only where there is something to show.
MET = {
    "coordinator": {
        "/panels/plan",
        "/panels/plans/N",
        "/panels/N/moves",
        "/organisations/N",
        "/burden",
        "/rounds/N/reserve",
        "/rounds/N/cases/add",
    },
    "interviewer": {"/rounds/N/cases/add"},
}
Fields = dict[str, str]


def given(attributes: str, name: str) -> str:
    value = re.search(rf'\b{name}="([^"]*)"', attributes)
    return unescape(value[1]) if value else ""


def kind_of(path: str) -> str:
    """An address without its numbers: one kind of page, or of form."""
    return re.sub(r"\d+", "N", path)


@dataclass
class Vandal:
    """Somebody who goes everywhere and types nonsense; `met` holds each status, `faults` what went wrong."""

    request: APIRequestContext
    met: set[int] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    forms: int = 0

    def note(self, what: str, answer: APIResponse) -> APIResponse:
        self.met.add(answer.status)
        text = answer.text() if "html" in answer.headers.get("content-type", "") else ""
        if answer.status >= 500 or "Traceback (most recent" in text or "<script>alert(1)" in text:
            self.faults.append(f"{what[:120]}: {answer.status}")
        return answer

    def open(self, path: str) -> str:
        answer = self.note(path, self.request.get(path, max_redirects=3))
        return answer.text() if "html" in answer.headers.get("content-type", "") else ""

    def everywhere(self, start: str) -> dict[str, str]:
        """Two pages of every kind that can be reached from `start`, by their addresses."""
        pages: dict[str, str] = {}
        kinds: Counter[str] = Counter()
        waiting = [start]
        while waiting:
            path = waiting.pop(0)
            kind = kind_of(path)
            if path not in pages and kinds[kind] < 2 and not path.startswith(LEFT_ALONE):
                kinds[kind] += 1
                pages[path] = self.open(path)
                waiting += [unescape(link) for link in LINK.findall(pages[path])]
        return pages

    def spoil_addresses(self, pages: dict[str, str]) -> None:
        """Each part of each kind of address, and each word that a page asks to be sent in one."""
        tried: set[str] = set()
        for path, page in pages.items():
            address = urlsplit(path).path
            kind = kind_of(address)
            parts = address.strip("/").split("/")
            for place in range(len(parts)) if kind not in tried else ():
                for typed in NONSENSE:
                    spoilt = [*parts[:place], quote(typed[:500], safe=""), *parts[place + 1 :]]
                    self.open("/" + "/".join(spoilt))
            for name in _asked_for(page) if kind not in tried else ():
                for typed in NONSENSE:
                    self.open(f"{address}?{name}={quote(typed[:2000], safe='')}")
            tried.add(kind)

    def spoil_forms(self, pages: dict[str, str]) -> None:
        """Every form once for each kind of nonsense, in all of its fields but the token."""
        tried: set[str] = set()
        for path, page in pages.items():
            for action, fields in _forms(page, path):
                kind = kind_of(action) + " ".join(sorted(fields))
                if kind in tried or action.startswith(LEFT_ALONE):
                    continue
                tried.add(kind)
                self.forms += 1
                for typed in NONSENSE:
                    sent = {name: value if name == "csrf_token" else typed for name, value in fields.items()}
                    self.note(
                        f"POST {action} {typed[:20]!r}",
                        self.request.post(action, form=dict(sent), max_redirects=0),
                    )


def _asked_for(page: str) -> set[str]:
    """What a page's searches send in an address; every list may be turned by page."""
    return {"page", "change"} | {
        name for attributes, body in FORM.findall(page) if "post" not in attributes for name in _names(body)
    }


def _forms(page: str, path: str) -> Iterator[tuple[str, Fields]]:
    for attributes, body in FORM.findall(page):
        if 'method="post"' in attributes:
            yield given(attributes, "action") or path, _names(body)


def _names(body: str) -> Fields:
    """The fields of a form, and the value of each token."""
    return {given(each, "name"): given(each, "value") for each in FIELD.findall(body) if given(each, "name")}


def code_for(world: World, place: int) -> str:
    with world.database.writing() as session:
        case_id = casework.open_cases(session, round_id=world.round_id)[place][0]
        context = AuditContext("test", world.clock.now(), world.programme)
        return codes.code_of(session, world.keys, case_id=case_id, context=context)


@pytest.fixture
def asked(installation: Installation) -> Installation:
    """A round that is open, with an added case; two saved plans; letters are in the pigeonhole."""
    world = installation.world
    with world.database.writing() as session:
        plan = RoundPlan("Annual survey 2026", world.panel_id, DATES)
        world.round_id = lifecycle.plan_round(session, plan=plan, context=world.context())
        for year in (2027, 2028):
            request = PanelRequest(world.frame_id, Strand.ANNUAL_SURVEY, year, PLAN)
            saved_plans.save_plan(session, name="Next", request=request, context=world.context())
    world.launch()
    world.tick()
    world.move_to(at(DATES.opens_on, 9))
    added = NewCase("outreach", name="Sought out", region="London", band="under 10k")
    with world.database.writing() as session:
        added_cases.add_case(
            session, world.keys, round_id=world.round_id, added=added, context=world.context()
        )
    return installation


@pytest.mark.slow
@pytest.mark.parametrize("role", ["coordinator", "interviewer", "administrator", "reviewer"])
def test_nonsense_from_staff_meets_a_page_of_ours(
    asked: Installation, contexts: Callable[..., BrowserContext], role: str
) -> None:
    somebody = Looker(contexts().new_page())
    somebody.sign_in(asked.world.person(role))
    vandal = Vandal(somebody.page.request)
    pages = vandal.everywhere("/")

    vandal.spoil_addresses(pages)
    vandal.spoil_forms(pages)

    assert vandal.faults == []
    assert len(pages) >= MIN_PAGES[role][0]
    assert MET.get(role, set()) <= {kind_of(urlsplit(path).path) for path in pages}
    assert vandal.forms >= MIN_PAGES[role][1]
    assert {200, 404} <= vandal.met


@pytest.mark.slow
def test_nonsense_from_a_respondent_meets_a_page_of_ours(
    asked: Installation, contexts: Callable[..., BrowserContext]
) -> None:
    page = contexts(script=False).new_page()
    page.goto("/start")
    page.get_by_label("Access code").fill(code_for(asked.world, 50))
    follow(page.get_by_role("button", name="Continue"))
    vandal = Vandal(page.request)
    pages = vandal.everywhere("/welcome") | {path: vandal.open(path) for path in ("/check", "/sign-in")}

    vandal.spoil_addresses(pages)
    vandal.spoil_forms(pages)

    assert vandal.faults == []
    assert {200, 404, 422} <= vandal.met


@pytest.mark.slow
def test_what_was_typed_as_markup_is_shown_as_text(
    asked: Installation, contexts: Callable[..., BrowserContext]
) -> None:
    page = contexts().new_page()
    heard: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        heard.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.goto("/start")
    for typed in NONSENSE:
        page.get_by_label("Access code").fill(typed)
        follow(page.get_by_role("button", name="Continue"))
        assert (
            page.get_by_role("heading", name="There is a problem")
            .or_(page.get_by_role("heading", name="Too many"))
            .first.is_visible()
        ), typed

    assert heard == []
