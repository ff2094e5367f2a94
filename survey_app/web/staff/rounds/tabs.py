"""The tabs of a round, the same on each of its pages; a person sees those that their role opens."""

from dataclasses import dataclass

from flask import request, url_for

from survey_app.services.people.permissions import Permission
from survey_app.services.rounds.lifecycle import RoundView
from survey_app.web.site import person

P = Permission


@dataclass(frozen=True)
class Tab:
    """One part of a round: its first page, and how the endpoints of its other pages begin."""

    text: str
    endpoint: str
    permission: Permission
    others: tuple[str, ...] = ()

    @property
    def is_first_page(self) -> bool:
        return request.endpoint == self.endpoint

    @property
    def is_open(self) -> bool:
        return self.is_first_page or (request.endpoint or "").startswith(self.others)


OF_OVERVIEW = (
    "rounds.check",
    "rounds.launch",
    "rounds.withdraw",
    "rounds.editing.",
    "rounds.objecting.",
    "rounds.destroying.",
)
TABS = (
    Tab(
        "Overview",
        "rounds.page",
        P.SEE_ROUND,
        OF_OVERVIEW,
    ),
    Tab("Cases", "rounds.cases.listing", P.SEE_CASES, ("rounds.cases.", "added.", "back_checks.")),
    Tab("Letters", "rounds.parts.letters", P.SEE_CASES, ("printed.",)),
    Tab("Reserve", "reserves.page", P.LAUNCH_ROUND, ("reserves.",)),
    Tab("Questions", "rounds.parts.questions", P.SEE_ROUND, ("rounds.compose.",)),
    Tab(
        "Dates",
        "rounds.parts.dates",
        P.SEE_ROUND,
        ("rounds.moving.", "rounds.extending.", "rounds.reopening."),
    ),
    Tab("Results", "rounds.parts.results", P.SEE_RESULTS, ("results.freezing.",)),
)


@dataclass(frozen=True)
class TabLink:
    """A tab as a page shows it; `current` is what aria-current says of it, empty for the other tabs."""

    text: str
    href: str
    current: str


def tabs_of(round_view: RoundView) -> list[TabLink]:
    """The tabs of a round that the person who is signed in may open."""
    someone = person()
    return [
        TabLink(
            tab.text,
            url_for(tab.endpoint, round_id=round_view.id),
            "page" if tab.is_first_page else "true" if tab.is_open else "",
        )
        for tab in TABS
        if someone.may(tab.permission) and not (tab.text == "Reserve" and round_view.panel_id is None)
    ]
