"""Every form by instrument, subject and state; one of them read on one page."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from instruments.states import VersionState
from survey_app.clock import london_date
from survey_app.services.forms import listed, sources, starting
from survey_app.services.forms.listed import EditionLine, FormLine, FormState
from survey_app.services.forms.subjects import KINDS, Key, ended
from survey_app.services.people.permissions import Permission
from survey_app.web.answering.listing import listed as answers_of
from survey_app.web.forms.fields import plain
from survey_app.web.site import person, reading, requires, site
from survey_app.web.staff.forms import beginning, deciding, filling, papers
from survey_app.web.staff.forms.seated import seat_of
from survey_app.web.staff.forms.wording import STATES, STEPS, TONES
from survey_app.web.staff.loading import FORM, loads
from survey_app.web.urls import NUMBER, number

bp = Blueprint("forms", __name__)
for part in (beginning, filling, deciding, papers):
    bp.register_blueprint(part.bp)


@bp.get("/forms")
@requires(Permission.SEE_FORMS)
def listing() -> ResponseReturnValue:
    """Every form, or those of one instrument, state or subject."""
    state = next((one for one in FormState if one.value == request.args.get("state")), None)
    kind = plain(request.args.get("kind", ""))[:80]
    with reading() as session:
        papers = listed.forms_of(
            session, programme_id=person().programme_id, instrument=kind, state=state, subject=_subject()
        )
        kinds = starting.instruments_for_forms(session)
    return render_template(
        "staff/forms/listing.html",
        papers=papers,
        kinds=kinds,
        kind=kind,
        state=state,
        states=STATES,
        tones=TONES,
        about=request.args.get("about", "") if _subject() else "",
        someone=person(),
    )


def _subject() -> Key | None:
    """The subject in the address, as `agreement:12`; None where there is none that can be meant."""
    kind, _, key = request.args.get("about", "").partition(":")
    known = next((one for one in KINDS if one.value == kind), None)
    if known is None or not (key.isascii() and key.isdigit() and len(key) <= 9):
        return None
    return known, int(key)


@bp.get(f"/forms/<{NUMBER}:form_id>")
@requires(Permission.SEE_FORMS)
@loads(FORM)
def page(paper: FormLine) -> ResponseReturnValue:
    """One form as it is or as an earlier edition was: answers, sources, who did what and when."""
    edition = _edition(paper)
    now = site().clock.now()
    with reading() as session:
        here = seat_of(session, paper, edition)
        steps = listed.steps_of(session, site().keys, form=paper)
        rests_on = sources.sources_of(session, site().keys, form=paper)
        over = ended(session, paper.subject, day=london_date(now), known_by=now)
        writers = listed.writers_of(session, edition.id)
    as_of = edition.reviewed_at
    return render_template(
        "staff/forms/page.html",
        here=here,
        paper=paper,
        edition=edition,
        sections=answers_of(here.journey),
        steps=steps,
        sources=[one for one in rests_on if one.stood(as_of)],
        over=over,
        retired=edition.version_state is VersionState.RETIRED,
        writers=list(writers.values()),
        states=STATES,
        tones=TONES,
        step_words=STEPS,
        someone=person(),
        form=papers.NothingTyped(),
    )


def _edition(paper: FormLine) -> EditionLine:
    """The edition that the address asks for; the newest where it asks for none.

    Raises:
        NotFound: there is none of this number.
    """
    if "edition" not in request.args:
        return paper.edition
    wanted = request.args.get("edition", type=number)
    edition = next((one for one in paper.editions if one.number == wanted), None)
    if edition is None:
        raise NotFound
    return edition
