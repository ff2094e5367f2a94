"""What an address names is loaded by `survey_app.web.staff.loading` alone, which knows the programme."""

import ast
from collections.abc import Iterator
from pathlib import Path

from survey_app.web.staff import loading
from survey_app.web.staff.loading import Subject
from tests.guards.test_tree import ROOT, modules, text_of, where

STAFF = ROOT / "survey_app" / "web" / "staff"
SUBJECTS = [subject for subject in vars(loading).values() if isinstance(subject, Subject)]
KEYS = {subject.key for subject in SUBJECTS}


def views() -> list[Path]:
    return [path for path in modules() if path.is_relative_to(STAFF) and path.name != "loading.py"]


def looked_up() -> set[str]:
    """The functions by which `loading` looks things up: get_round, panel_page and the like."""
    tree = ast.parse(text_of(STAFF / "loading.py"))
    # Called there, or handed to what calls them.
    named = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return {
        name for name in named if name.endswith(("_page", "_view", "_history", "_of")) or name == "get_round"
    }


def own_look_ups(path: Path) -> Iterator[str]:
    """Calls of those functions with the very name that stands in an address."""
    for node in ast.walk(ast.parse(text_of(path))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        handed = [*node.args, *(keyword.value for keyword in node.keywords)]
        named = {argument.id for argument in handed if isinstance(argument, ast.Name)}
        if node.func.attr in looked_up() and named & KEYS:
            yield f"{where(path)}:{node.lineno}"


def test_no_view_looks_up_by_itself_what_its_address_names() -> None:
    assert [place for path in views() for place in own_look_ups(path)] == [], "let @loads(...) hand it over"
    assert {"get_round", "case_view", "panel_page", "plan_of", "release_page", "line_of"} <= looked_up()


def test_a_subject_is_named_by_one_part_of_an_address() -> None:
    assert len(KEYS) == len(SUBJECTS) >= 8
