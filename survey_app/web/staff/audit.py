"""The audit trail: its newest rows."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from survey_app.clock import LONDON
from survey_app.services import audit
from survey_app.services.people.permissions import Permission
from survey_app.web.site import person, reading, requires

bp = Blueprint("audit", __name__)
SHOWN = 200


@bp.get("/audit")
@requires(Permission.SEE_AUDIT)
def listing() -> ResponseReturnValue:
    with reading() as session:
        newest = audit.latest(session, programme_id=person().programme_id, limit=SHOWN)
    rows = [(line.at.astimezone(LONDON), line) for line in newest]
    return render_template("staff/audit/listing.html", rows=rows, shown=SHOWN)
