"""Every address that takes a form: what cannot be undone is asked first, or its own page says what it does.

A new address is in none of these lists, and red until somebody has thought about how it is taken back.
"""

import re

import pytest
from flask import Flask

from survey_app.application import create_app
from tests.fixtures.world import World
from tests.guards.route_table import TABLE

# Cannot be undone: the view asks first (`survey_app/web/confirming.py`).
ASKS_FIRST = {
    "/burden",
    "/questionnaires/<version_id>/move",
    "/calendar/work/<job_id>/leave-out",
    "/cases/<case_id>/code",
    "/frame",
    "/frame/<frame_id>/discard",
    "/frame/lists/<list_id>/give-back",
    "/organisations/areas/<stay_id>/take-away",
    "/panels/<panel_id>/undraw",
    "/panels/plan",
    "/panels/plans/<plan_id>/draw",
    "/people/<person_id>/deactivate",
    "/rounds/<round_id>/jobs/<job_id>/leave-out",
    "/rounds/<round_id>/reserve/release",
}
# Cannot be undone: the page whose button it is says what will happen. By address: that page.
OWN_PAGE = {
    "/addresses": "/addresses",
    "/rounds/<round_id>/launch": "/rounds/<round_id>/check",
    "/rounds/<round_id>/calls/<case_id>": "/rounds/<round_id>/calls",
    "/rounds/<round_id>/calls/<case_id>/seen": "/rounds/<round_id>/calls",
    "/rounds/<round_id>/prepare": "/rounds/<round_id>",
    "/rounds/<round_id>/withdraw": "/rounds/<round_id>/withdraw",
    "/rounds/<round_id>/destroy": "/rounds/<round_id>/destroy",
    "/rounds/<round_id>/destroy/<approval_id>": "/rounds/<round_id>/destroy",
    "/rounds/<round_id>/dates/move": "/rounds/<round_id>/dates/move",
    "/rounds/<round_id>/dates/more-time": "/rounds/<round_id>/dates/more-time",
    "/rounds/<round_id>/reopen": "/rounds/<round_id>/reopen",
    "/rounds/<round_id>/reopen/<approval_id>": "/rounds/<round_id>/reopen",
    "/rounds/<round_id>/results": "/rounds/<round_id>/results",
    "/rounds/<round_id>/cases/add": "/rounds/<round_id>/cases/add",
    "/rounds/<round_id>/letters/again": "/rounds/<round_id>/letters",
    "/frame/lists/<list_id>/give-up": "/frame/lists/<list_id>",
    "/frame/lists/<list_id>/take": "/frame/lists/<list_id>",
    "/cases/<case_id>/code/<approval_id>": "/cases/<case_id>",
    "/people/requests/<approval_id>": "/people",
    "/results/<release_id>/bundle/file": "/results/<release_id>/bundle",
    "/results/bundle-requests/<approval_id>": "/results/bundle-requests/<approval_id>",
    "/questionnaires/<version_id>/second-reader/<approval_id>": "/questionnaires/<version_id>/progress",
    "/questionnaires/<version_id>/sign/public-bodies": "/questionnaires/<version_id>/progress",
    "/questionnaires/<version_id>/sign/voluntary-organisations": "/questionnaires/<version_id>/progress",
}
OWN_PAGE |= {
    f"/reviews/ballots/<ballot_id>/{act}": "/reviews/ballots/<ballot_id>"
    for act in ("again", "close", "open")
}
OWN_PAGE |= {
    f"/reviews/sessions/<session_id>/{act}": "/reviews/sessions/<session_id>" for act in ("hold", "write")
}
OWN_PAGE |= {f"/forms/<form_id>/{act}": f"/forms/<form_id>/{act}" for act in ("review", "set-aside")}
OWN_PAGE |= {"/agreements/proposals/<proposal_id>/refuse": "/agreements/proposals/<proposal_id>"}
OWN_PAGE |= {
    page: page
    for page in (
        "/reviews/<review_id>/record/send",
        "/reviews/decisions/<decision_id>/withdraw",
        "/reviews/records/<record_id>/agree/public",
        "/reviews/records/<record_id>/agree/voluntary",
        "/reviews/records/<record_id>/return/public",
        "/reviews/records/<record_id>/return/voluntary",
        "/reviews/records/<record_id>/take-back",
        "/reviews/sessions/<session_id>/cancel",
        "/reviews/steps/<step_id>/drop",
        "/calendar/cycle/start",
        "/calendar/cycle/rules/add",
        "/calendar/cycle/rules/<rule_id>",
    )
}
# Can be undone by the same people on the same page, or changes nothing that others rest on.
TAKEN_BACK = [
    "/calendar/costs",
    "/agreements/<agreement_id>/add/<kind_word>",
    "/agreements/add",
    "/agreements/entries/<entry_id>",
    "/agreements/entries/<entry_id>/take-back",
    "/agreements/entries/<entry_id>/successor",
    "/agreements/proposals/<proposal_id>",
    "/agreements/rule",
    "/calendar/feed",
    "/calendar/rehearsals",
    "/calendar/rehearsals/<rehearsal_id>/resume",
    "/calendar/rehearsals/<rehearsal_id>/stop",
    "/calendar/work/<job_id>/resume",
    "/cases/<case_id>/outcome",
    "/cases/<case_id>/said",
    "/cases/<case_id>/telephone",
    "/choose-password/<token>",
    "/contacts/<contact_id>",
    "/contacts/<contact_id>/end",
    "/forms/<form_id>/check",
    "/forms/<form_id>/correct",
    "/forms/<form_id>/question/<question_id>",
    "/forms/<form_id>/send-back",
    "/forms/<form_id>/sources/<source_id>/remove",
    "/forms/<form_id>/sources/add",
    "/forms/add",
    "/frame/list",
    "/logs/<log_entry_id>/replace",
    "/logs/<log_entry_id>/take-back",
    "/logs/add/<kind_word>",
    "/logs/file",
    "/organisations/<organisation_id>/areas/add",
    "/organisations/<organisation_id>/contacts/add",
    "/organisations/areas/<stay_id>",
    "/outbox/clock",
    "/outbox/pause",
    "/outbox/resume",
    "/panels/plan/save",
    "/panels/plans/<plan_id>/delete",
    "/password",
    "/people/<person_id>/password",
    "/people/<person_id>/reactivate",
    "/people/<person_id>/roles",
    "/people/<person_id>/second-factor",
    "/people/<person_id>/sign-out",
    "/people/<person_id>/unlock",
    "/people/add",
    "/programme",
    "/questionnaires/<version_id>/comments",
    "/questionnaires/<version_id>/languages",
    "/questionnaires/<version_id>/replace",
    "/questionnaires/<version_id>/second-reader",
    "/questionnaires/upload",
    "/results/<release_id>/baseline",
    "/results/<release_id>/bundle",
    "/results/<release_id>/resume",
    "/results/<release_id>/stop",
    "/reviews/<review_id>/issues/add",
    "/reviews/<review_id>/pack",
    "/reviews/<review_id>/record/parts/<part>",
    "/reviews/<review_id>/sessions/add",
    "/reviews/actions/<action_id>",
    "/reviews/ballots/<ballot_id>/codes",
    "/reviews/ballots/<ballot_id>/replace",
    "/reviews/ballots/<ballot_id>/voters",
    "/reviews/sessions/<session_id>/ballots/add",
    "/reviews/decisions/<decision_id>/action",
    "/reviews/decisions/<decision_id>/dissent",
    "/reviews/from-release/<release_id>/<item>",
    "/reviews/invitations/<invitation_id>/came",
    "/reviews/invitations/<invitation_id>/reply",
    "/reviews/invitations/<invitation_id>/take-off",
    "/reviews/issues/<issue_id>/close",
    "/reviews/issues/<issue_id>/decide",
    "/reviews/issues/<issue_id>/follow",
    "/reviews/issues/<issue_id>/merge",
    "/reviews/issues/<issue_id>/reopen",
    "/reviews/sessions/<session_id>/change",
    "/reviews/sessions/<session_id>/hand-over",
    "/reviews/sessions/<session_id>/invite",
    "/reviews/sessions/<session_id>/uninvited",
    "/reviews/steps/<step_id>/answer",
    "/reviews/steps/<step_id>/take-up",
    "/rounds/<round_id>/edit",
    "/rounds/<round_id>/jobs/<job_id>/resume",
    "/rounds/<round_id>/jobs/<job_id>/stop",
    "/rounds/<round_id>/object",
    "/rounds/<round_id>/printed",
    "/rounds/<round_id>/printed/<batch_id>",
    "/rounds/<round_id>/questionnaire",
    "/rounds/<round_id>/reserve/rule",
    "/rounds/<round_id>/reserve/rule/remove",
    "/rounds/plan",
    "/second-factor",
    "/sessions/<key>/end",
    "/sessions/end-others",
    "/sign-in",
    "/sign-in/code",
    "/sign-in/set-up",
    "/sign-out",
    "/texts/check",
    "/today/back",
    "/today/tasks/<wait>/<key>/give-back",
    "/today/tasks/<wait>/<key>/hand-on",
    "/today/tasks/<wait>/<key>/take",
    "/today/who",
]
# Of respondents: sending is asked about on the page of the check, declining and "not us" on theirs.
RESPONDENTS = [
    "/check",
    "/decline",
    "/not-us",
    "/question/<question_id>",
    "/start",
    "/stop",
    "/invited/<code>",
    "/vote",
    "/vote/leave",
    "/vote/word",
]


def plain(address: str) -> str:
    """An address without what its numbers may be."""
    return re.sub(r"<[^<>:]*(?:\([^)]*\))?:", "<", address)


@pytest.fixture
def app(embedded_world: World) -> Flask:
    return create_app(embedded_world.settings)


def test_every_address_that_takes_a_form_is_sorted_by_how_it_is_taken_back() -> None:
    forms = {plain(line.split()[0]) for line in TABLE if "POST" in line}
    sorted_out = [*ASKS_FIRST, *OWN_PAGE, *TAKEN_BACK, *RESPONDENTS]

    assert sorted(forms - set(sorted_out)) == [], "say how each is taken back, or let it ask first"
    assert sorted(set(sorted_out) - forms) == []
    assert len(sorted_out) == len(set(sorted_out))


def test_what_asks_first_does_and_its_own_page_is_one(app: Flask) -> None:
    asking, pages = set(), set()
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if "GET" in (rule.methods or ()):
            pages.add(plain(rule.rule))
        if getattr(view, "asks_first", False):
            asking.add(plain(rule.rule))
    app.extensions["compact"].database.close()

    assert asking == ASKS_FIRST
    assert set(OWN_PAGE.values()) - pages == set()
