"""The audit trail: looked through by person, act, subject and day, a page at a time, and taken as a file."""

from datetime import date

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from survey_app.clock import FIRST_DAY, LAST_DAY, LONDON
from survey_app.services.people.permissions import Permission
from survey_app.services.trail import rows
from survey_app.services.trail.rows import AuditLine, Sought
from survey_app.web.downloads import csv_response
from survey_app.web.forms.fields import plain
from survey_app.web.site import context, person, reading, requires, writing
from survey_app.web.urls import number

bp = Blueprint("audit", __name__)
COLUMNS = ("when", "who", "from", "what", "on", "number", "detail")
MAX_LENGTH = 100
FIELDS = ("person", "act", "subject", "day")


@bp.get("/audit")
@requires(Permission.SEE_AUDIT)
def listing() -> ResponseReturnValue:
    """The rows that were sought, the newest first."""
    sought, fault = _sought()
    with reading() as session:
        page = rows.page_of(session, sought=sought, page=_page())
        choices = rows.choices(session, programme_id=person().programme_id)
    return render_template(
        "staff/audit/listing.html",
        page=page,
        lines=[(line.at.astimezone(LONDON), line) for line in page.lines],
        choices=choices,
        sought=sought,
        typed_day=request.args.get("day", "")[:MAX_LENGTH],
        fault=fault,
        asked={
            name: request.args[name] for name in ("person", "act", "subject", "day") if request.args.get(name)
        },
    ), 422 if fault else 200


@bp.get("/audit/rows.csv")
@requires(Permission.SEE_AUDIT)
def download() -> ResponseReturnValue:
    """The rows that were sought, as a file; that somebody took them is a row of its own."""
    sought, _ = _sought()
    with writing() as session:
        lines = rows.exported(session, sought=sought, context=context())
    return csv_response("audit-trail", [_row(line) for line in lines], COLUMNS)


def _row(line: AuditLine) -> dict[str, object]:
    moment = line.at.astimezone(LONDON)
    return {
        "when": f"{moment:%Y-%m-%d}" if line.by_day else f"{moment:%Y-%m-%d %H:%M:%S}",
        "who": line.actor,
        "from": line.address,
        "what": line.act,
        "on": line.subject,
        "number": line.subject_id,
        "detail": line.detail,
    }


def _sought() -> tuple[Sought, str]:
    """What is looked for, and what is wrong with the day that was typed, or ""."""
    person_, act, subject, typed = (plain(request.args.get(name, ""))[:MAX_LENGTH] for name in FIELDS)
    day, fault = None, ""
    if typed:
        try:
            day = date.fromisoformat(typed)
        except ValueError:
            fault = "Enter the day like 2026-11-30, or leave it empty"
        if day is not None and not FIRST_DAY <= day <= LAST_DAY:
            day, fault = None, f"Enter a day from {FIRST_DAY.year} to {LAST_DAY.year}, or leave it empty"
    return (
        Sought(programme_id=person().programme_id, person=person_, act=act, subject=subject, day=day),
        fault,
    )


def _page() -> int:
    try:
        return number(request.args.get("page", "1"))
    except ValueError:
        return 1
