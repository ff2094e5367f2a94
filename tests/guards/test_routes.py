"""Every address of the website and who may open it, in one table: a change here is a change of policy."""

import pytest
from flask import Flask

from survey_app.application import create_app
from survey_app.services.people.permissions import ROLES, Permission
from survey_app.web.navigation import MENU, OWN
from tests.fixtures.world import World
from tests.guards.route_table import TABLE

# Pages that no tab leads to: for everybody, for respondents, or reached from the head of every page.
ELSEWHERE = ("health.", "static", "account.", "programme.", "password_links.", "respondent.", "search.")


@pytest.fixture
def app(embedded_world: World) -> Flask:
    return create_app(embedded_world.settings)


def test_every_route_has_the_rule_that_the_table_gives_it(app: Flask) -> None:
    actual = sorted(
        f"{rule.rule} [{' '.join(sorted((rule.methods or set()) & {'GET', 'POST'}))}] "
        + str(getattr(app.view_functions[rule.endpoint], "rule", "no rule"))
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
    )
    app.extensions["compact"].database.close()

    assert actual == TABLE, "the table as it is now:\n" + "\n".join(f'    "{line}",' for line in actual)


def test_every_page_of_the_staff_belongs_to_one_tab_of_the_menu(app: Flask) -> None:
    tabs = [*(tab for item in MENU for tab in item.tabs), *OWN]
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if not rule.endpoint.startswith(ELSEWHERE)}
    app.extensions["compact"].database.close()

    owners = {page: [tab.text for tab in tabs if page.startswith(tab.prefixes)] for page in pages}

    assert {page: held for page, held in owners.items() if len(held) != 1} == {}


def test_every_permission_is_held_by_a_role() -> None:
    assert set().union(*ROLES.values()) == set(Permission)


def test_an_administrator_sees_no_case_and_no_answer() -> None:
    assert not ROLES["administrator"] & {
        Permission.SEE_CASES,
        Permission.EXPORT_CASES,
        Permission.ENTER_ANSWERS,
        Permission.SEE_BUNDLE,
    }


def test_an_interviewer_takes_no_list_of_cases_home() -> None:
    assert Permission.EXPORT_CASES not in ROLES["interviewer"]
