"""After midnight in summer London's day is not UTC's: no day is taken from an instant but by the clock."""

import re
from datetime import UTC, datetime
from itertools import chain

import pytest
from flask import Flask

from survey_app.web.markup import init_markup
from tests.guards.test_tree import ROOT, modules, text_of, where

# An instant's own day, month or year, its `date()`, or its letters without a place.
UTC_DAY = re.compile(
    r"\bnow(?:\(\))?\.(?:date\(\)|year|month|day|strftime)|_at\.(?:date\(\)|year|month|day|strftime)|_?\bat:%[dYHB]"
)
TEMPLATES = ROOT / "survey_app" / "templates"
# `now` of a summary is the newer of two releases, and no instant.
CLOCK = {"survey_app/clock.py", "survey_app/reports/printed.py"}


def test_no_day_is_that_of_utc() -> None:
    ours = [
        path for path in modules() if path.is_relative_to(ROOT / "survey_app") and where(path) not in CLOCK
    ]
    lines = [
        f"{where(path)}: {line.strip()}"
        for path in chain(ours, TEMPLATES.rglob("*.html"), TEMPLATES.rglob("*.txt"))
        for line in text_of(path).splitlines()
        if UTC_DAY.search(line)
    ]

    assert lines == []


@pytest.mark.parametrize(
    ("macro", "said"),
    [
        ("spoken", "2 July 2027"),
        ("short_day", "2&nbsp;Jul&nbsp;2027"),
        ("moment", "2&nbsp;Jul&nbsp;2027, 00:30"),
    ],
)
def test_pages_show_an_instant_as_london_does(macro: str, said: str) -> None:
    app = Flask(__name__)
    init_markup(app)
    template = app.jinja_env.from_string(
        "{% from 'staff/_parts.html' import " + macro + " %}{{ " + macro + "(when) }}"
    )

    with app.app_context():
        assert template.render(when=datetime(2027, 7, 1, 23, 30, tzinfo=UTC)) == said
