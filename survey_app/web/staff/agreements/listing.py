"""The state of play on a day, and the agreements behind it."""

from datetime import date

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from survey_app.clock import FIRST_DAY, LAST_DAY, london_date
from survey_app.reports import printed
from survey_app.services.agreements.compiled import turnover
from survey_app.services.agreements.overview import overview
from survey_app.services.agreements.proposals import proposals as proposals_of
from survey_app.services.agreements.register import AgreementLine, entries_of
from survey_app.services.agreements.rules import LIVE, lacks
from survey_app.services.agreements.vocabulary import Standing
from survey_app.services.indicators.disagreement import both_sides
from survey_app.services.people.permissions import Permission
from survey_app.services.places.areas import names_of_areas
from survey_app.web.forms.fields import plain
from survey_app.web.site import person, reading, requires, site
from survey_app.web.staff.agreements import entries, proposals, settings, waiting
from survey_app.web.staff.loading import AGREEMENT, loads
from survey_app.web.urls import NUMBER

bp = Blueprint("agreements", __name__)
for part in (entries, proposals, settings, waiting):
    bp.register_blueprint(part.bp)
PARTS = (Standing.IN_PLACE, Standing.DEVELOPING, Standing.NONE)


@bp.get("/agreements")
@requires(Permission.SEE_REGISTER)
def listing() -> ResponseReturnValue:
    """Counts of a day that reconcile, regions without ranks, and every agreement."""
    day, misread = day_asked()
    text = plain(request.args.get("text", ""))[:100]
    with reading() as session:
        seen = overview(session, programme_id=person().programme_id, day=day, known_by=site().clock.now())
    return render_template(
        "staff/agreements/listing.html",
        seen=seen,
        lines=[one for one in seen.agreements if text.casefold() in one.title.casefold()],
        text=text,
        misread=misread,
        parts=PARTS,
        live=LIVE,
        turnover=turnover(seen.agreements),
        lacks={one.id: lacks(seen.rule, one, day=day) for one in seen.agreements},
        someone=person(),
    )


@bp.get(f"/agreements/<{NUMBER}:agreement_id>")
@requires(Permission.SEE_REGISTER)
@loads(AGREEMENT)
def page(agreement: AgreementLine) -> ResponseReturnValue:
    """One agreement as at a day, and every entry that was ever made of it."""
    day, misread = day_asked()
    with reading() as session:
        seen = overview(session, programme_id=person().programme_id, day=day, known_by=site().clock.now())
        entries = entries_of(session, [agreement.id])
        proposed = proposals_of(session, programme_id=agreement.programme_id, agreement_id=agreement.id)
        areas = names_of_areas(session, [entry.area_id for entry in entries if entry.area_id])
        sides = (
            both_sides(session, agreement_id=agreement.id, programme_id=agreement.programme_id)
            if person().may(Permission.SEE_RESULTS)
            else None
        )
    state = next(one for one in seen.agreements if one.id == agreement.id)
    return render_template(
        "staff/agreements/page.html",
        agreement=agreement,
        state=state,
        entries=entries[::-1],
        proposed=proposed,
        sides=sides,
        printed=printed,
        areas=areas,
        replaced={entry.replaces_id for entry in entries},
        day=day,
        misread=misread,
        live=LIVE,
        turnover=turnover([state]),
        lacks=lacks(seen.rule, state, day=day),
        rule=seen.rule,
        someone=person(),
    )


def day_asked() -> tuple[date, bool]:
    """The day in the address, else today; and whether what stands there is no day that can be meant."""
    today = london_date(site().clock.now())
    words = request.args.get("on", "").strip()
    try:
        day = date.fromisoformat(words) if words else today
    except ValueError:
        return today, True
    return (day, False) if FIRST_DAY <= day <= LAST_DAY else (today, True)
