"""The logs: entries by their days, never by places, and one of them with its history."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from scheduler.strands import Strand
from survey_app.clock import LAST_DAY, end_of, london_date
from survey_app.services.logs import entries
from survey_app.services.logs.about import names_of
from survey_app.services.logs.entries import SOON, Narrowed
from survey_app.services.logs.entry import Entry
from survey_app.services.logs.shapes import SHAPES
from survey_app.services.logs.vocabulary import LogKind
from survey_app.services.people.permissions import Permission
from survey_app.services.reviews import decisions
from survey_app.services.reviews.decisions import ActionView
from survey_app.web.forms.fields import plain
from survey_app.web.site import person, reading, requires, site
from survey_app.web.staff.agreements.listing import day_asked
from survey_app.web.staff.loading import LOG_ENTRY, loads
from survey_app.web.staff.logs import entering
from survey_app.web.urls import NUMBER, number

bp = Blueprint("logs", __name__)
bp.register_blueprint(entering.bp)
MAX_SHOWN = 200


@bp.get("/logs")
@requires(Permission.SEE_LOGS)
def listing() -> ResponseReturnValue:
    """Entries as known at the end of a day, the newest first: all, of a kind, or about something."""
    day, misread = day_asked()
    text, narrowed = plain(request.args.get("text", ""))[:100], _narrowed()
    with reading() as session:
        chosen = entries.entries_of(
            session, programme_id=person().programme_id, known_by=end_of(day), narrowed=narrowed
        )
        words = names_of(session, list(chosen))
        agreed = _agreed(session, narrowed)
    about = {entry.id: about_of(entry, words) for entry in chosen}
    lines = [entry for entry in chosen if _holds(entry, about[entry.id], text)]
    today, due = london_date(site().clock.now()), request.args.get("due") == "1"
    if due:
        waiting = [entry for entry in lines if entry.waits(today + SOON)]
        lines = sorted(waiting, key=lambda entry: (entry.due_on or today, entry.id))
    return render_template(
        "staff/logs/listing.html",
        lines=lines[:MAX_SHOWN],
        total=len(lines),
        about=about,
        agreed=[one for one in agreed if not due or one.due_on <= today + SOON],
        narrowed=narrowed,
        narrowed_to=_narrowed_to(narrowed, words),
        shapes=SHAPES,
        text=text,
        day=day,
        today=today,
        due=due,
        misread=misread,
        someone=person(),
    )


def _agreed(session: Session, narrowed: Narrowed) -> list[ActionView]:
    """Actions of annual reviews that are still open, beside those of all plans, for whoever sees reviews."""
    if narrowed != Narrowed(kind=LogKind.ACTION):
        return []
    if Strand.ANNUAL_REVIEW not in person().strands_of(Permission.SEE_REVIEWS):
        return []
    return decisions.actions_due(session, programme_id=person().programme_id, by=LAST_DAY)


def _narrowed() -> Narrowed:
    kind = request.args.get("kind", "")
    keys = {}
    for name in ("area", "agreement", "organisation"):
        digits = request.args.get(name, "")
        if digits.isascii() and digits.isdigit():
            keys[f"{name}_id"] = number(digits)
    return Narrowed(kind=next((one for one in LogKind if one.value == kind), None), **keys)


def _narrowed_to(narrowed: Narrowed, words: dict[tuple[str, int], str]) -> str:
    """What entries are shown of alone, in words; nothing where they are of everything."""
    keys = {name: getattr(narrowed, name) for name in ("area_id", "agreement_id", "organisation_id")}
    given = [(name, key) for name, key in keys.items() if key is not None]
    return ", ".join(
        words.get(each, words.get(("upstream_id", each[1]), "something with no entry")) for each in given
    )


def _holds(entry: Entry, about: str, text: str) -> bool:
    return text.casefold() in f"{entry.title} {about}".casefold()


def about_of(entry: Entry, words: dict[tuple[str, int], str]) -> str:
    """What an entry is about, in words."""
    keys = (
        ("agreement_id", entry.agreement_id),
        ("organisation_id", entry.organisation_id),
        ("area_id", entry.area_id),
    )
    return ", ".join(words[column, key] for column, key in keys if key is not None)


@bp.get(f"/logs/<{NUMBER}:log_entry_id>")
@requires(Permission.SEE_LOGS)
@loads(LOG_ENTRY)
def page(entry: Entry) -> ResponseReturnValue:
    """One entry, and all that was ever entered in its place."""
    with reading() as session:
        history = entries.history_of(session, entry_id=entry.id, programme_id=person().programme_id)
        words = names_of(session, list(history))
    newest = history[0]
    return render_template(
        "staff/logs/page.html",
        entry=newest,
        shape=SHAPES[newest.kind],
        about=about_of(newest, words),
        upstream=words.get(("upstream_id", newest.upstream_id or 0), ""),
        history=history,
        today=london_date(site().clock.now()),
        someone=person(),
    )
