"""What stands at the top of every page: product, search, menu with its tabs, the person's own pages.

A menu item is a subject; its tabs are the subject's parts. A new strand is a tab, never an item. A person
sees the tabs that their role opens, and the items that have a tab to show; a subject that has nothing to show
yet (`survey_app.services.today`) stays out of the menu.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flask import Flask, request, url_for
from sqlalchemy.orm import Session

from survey_app.services import search, today
from survey_app.services.people.accounts import SignedIn
from survey_app.services.people.permissions import Permission
from survey_app.web.site import reading, site, whole_person

Link = tuple[str, str, bool]
P = Permission


@dataclass(frozen=True)
class Tab:
    """A part of a subject: its first page, and how the endpoints of its pages begin.

    `permission` None opens it to everybody who is signed in; `has_any`, where given, says whether there is
    anything to show. A page `by_strand` opens to whoever holds the permission for one strand, too.
    """

    text: str
    endpoint: str
    prefixes: tuple[str, ...]
    permission: Permission | None
    has_any: Callable[..., bool] | None = None
    by_strand: bool = False

    def opens_to(self, someone: SignedIn) -> bool:
        """Whether the person may open its first page."""
        if self.permission is None or someone.may(self.permission):
            return True
        return self.by_strand and bool(someone.strands_of(self.permission))

    @property
    def is_open(self) -> bool:
        """Whether the page that is shown belongs to it."""
        return (request.endpoint or "").startswith(self.prefixes)


@dataclass(frozen=True)
class Item:
    """A subject in the menu."""

    text: str
    tabs: tuple[Tab, ...]


MENU = (
    Item("Today", (Tab("Today", "today.page", ("today.", "owning."), None),)),
    Item(
        "Calendar",
        (
            Tab("Dates", "calendar.page", ("calendar.",), P.SEE_ROUND, today.has_rounds, by_strand=True),
            Tab("Ten-year cycle", "cycle.page", ("cycle.",), P.SEE_ROUND, today.has_cycle, by_strand=True),
        ),
    ),
    Item(
        "Surveys",
        (
            Tab(
                "Annual survey",
                "rounds.listing",
                ("rounds.", "reserves.", "printed.", "added.", "second_person.", "back_checks."),
                P.SEE_ROUND,
                by_strand=True,
            ),
        ),
    ),
    Item(
        "Reviews and groups",
        (
            Tab(
                "Annual review",
                "reviews.listing",
                ("reviews.",),
                P.SEE_REVIEWS,
                today.has_reviews,
                by_strand=True,
            ),
            Tab("Check a text", "texts.check", ("texts.",), P.KEEP_REVIEWS, today.has_reviews),
        ),
    ),
    Item(
        "Organisations",
        (
            Tab(
                "Directory",
                "organisations.listing",
                ("organisations.listing", "organisations.page", "organisations.areas.", "contacts."),
                P.SEE_PANEL,
            ),
            Tab("Lists and frame", "frames.page", ("frames.",), P.SEE_FRAME),
            Tab(
                "Panels",
                "panels.listing",
                ("panels.", "plans.", "saved_plans.", "plan_compare."),
                P.SEE_PANEL,
            ),
            Tab("Limits", "organisations.rules", ("organisations.rules",), P.DRAW_PANEL),
        ),
    ),
    Item(
        "Agreements",
        (
            Tab("Register", "agreements.listing", ("agreements.",), P.SEE_REGISTER),
            Tab("Forms", "forms.listing", ("forms.",), P.SEE_FORMS),
            Tab("Logs", "logs.listing", ("logs.",), P.SEE_LOGS),
        ),
    ),
    Item(
        "Questionnaires",
        (Tab("All", "questionnaires.listing", ("questionnaires.",), P.SEE_QUESTIONNAIRES),),
    ),
    Item(
        "Results",
        (
            Tab("Releases", "results.listing", ("results.",), P.SEE_RESULTS, today.has_releases),
            Tab("Indicators", "indicators.listing", ("indicators.",), P.SEE_RESULTS, today.has_releases),
        ),
    ),
)
# Under the person's name.
OWN = (
    Tab("Letters of all rounds", "outbox.page", ("outbox.",), P.RUN_OUTBOX),
    Tab("People", "people.listing", ("people.",), P.MANAGE_PEOPLE),
    Tab("Audit trail", "audit.listing", ("audit.",), P.SEE_AUDIT),
    Tab("Second factor", "second_factor.own", ("second_factor.",), None),
    Tab("Sessions", "sessions.listing", ("sessions.",), None),
    Tab("Password", "account.password", ("account.password",), None),
)


def init_navigation(app: Flask) -> None:
    """Give every template what its frame reads (`survey_app.web.markup`)."""
    app.context_processor(frame_of_page)


def frame_of_page() -> dict[str, object]:
    """The context of `base/page.html`; a respondent's pages have no navigation and no name."""
    someone = None if _is_respondents() else whole_person()
    frame: dict[str, object] = {
        "product": site().settings.product,
        "synthetic": site().synthetic,
        "home_url": url_for("account.home") if someone else url_for("respondent.start"),
        "sign_out_url": url_for("account.sign_out"),
        "signed_in_name": someone.name if someone else None,
    }
    return frame | (_menu(someone) if someone else {"navigation": [], "tabs": []})


def _is_respondents() -> bool:
    return (request.endpoint or "").startswith("respondent.")


def _menu(someone: SignedIn) -> dict[str, object]:
    with reading() as session:
        shown = [(item, _tabs(session, item.tabs, someone)) for item in MENU]
    items = [(item, tabs) for item, tabs in shown if tabs]
    here = next(((item, tabs) for item, tabs in items if any(tab.is_open for tab in tabs)), None)
    return {
        "navigation": [(item.text, url_for(tabs[0].endpoint), here == (item, tabs)) for item, tabs in items],
        "tabs_of": here[0].text if here else "",
        "tabs": [_link(tab) for tab in here[1]] if here and len(here[1]) > 1 else [],
        "own_pages": list(_own_pages(someone)),
        "search_url": url_for("search.page") if search.searches(someone) else "",
        "searched": request.args.get("text", "") if request.endpoint == "search.page" else "",
    }


def _own_pages(someone: SignedIn) -> Iterator[Link]:
    """The programme where there are several, and what else the person alone is concerned with."""
    if len(someone.programmes) > 1:
        yield (
            f"Programme: {someone.programme}",
            url_for("programme.choose"),
            request.endpoint == "programme.choose",
        )
    yield from (_link(tab) for tab in OWN if tab.permission is None or someone.may(tab.permission))


def _tabs(session: Session, tabs: tuple[Tab, ...], someone: SignedIn) -> list[Tab]:
    """Those that the person may open and that have something to show."""
    return [
        tab
        for tab in tabs
        if tab.opens_to(someone)
        if tab.has_any is None or tab.has_any(session, programme_id=someone.programme_id)
    ]


def _link(tab: Tab) -> Link:
    return tab.text, url_for(tab.endpoint), tab.is_open
