"""Two versions side by side: what became of each item, and where a trend breaks."""

from collections import Counter

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from instruments.versions.lineage import ItemChange, Verdict, compare
from survey_app.services.people.permissions import Permission
from survey_app.services.questionnaires import versions
from survey_app.services.questionnaires.versions import VersionLine
from survey_app.web.site import person, reading, requires
from survey_app.web.staff.loading import VERSION, loads
from survey_app.web.staff.questionnaires.wording import STATES, TONES, VERDICTS, pieces, place_in_words
from survey_app.web.urls import NUMBER

bp = Blueprint("compare", __name__)


@bp.get(f"/questionnaires/<{NUMBER}:version_id>/compare")
@requires(Permission.SEE_QUESTIONNAIRES)
@loads(VERSION)
def page(line: VersionLine) -> ResponseReturnValue:
    """This version beside another, the one before it unless `with` names one."""
    with reading() as session:
        others = [other for other in versions.versions(session) if other.id != line.id]
        beside = _beside(line, others, request.args.get("with", type=int))
        changes: tuple[ItemChange, ...] = ()
        if beside is not None:
            old, new = (versions.questionnaire_of(session, one.id) for one in (beside, line))
            changes = compare(old, new)
    return render_template(
        "staff/questionnaires/comparison.html",
        line=line,
        beside=beside,
        others=sorted(others, key=lambda other: (other.name != line.name, other.name, -other.version)),
        changes=[change for change in changes if change.verdict is not Verdict.SAME],
        counts=Counter(change.verdict for change in changes),
        verdicts=VERDICTS,
        pieces=pieces,
        place_in_words=place_in_words,
        states=STATES,
        tones=TONES,
        someone=person(),
    )


def _beside(line: VersionLine, others: list[VersionLine], wanted: int | None) -> VersionLine | None:
    chosen = next((other for other in others if other.id == wanted), None)
    earlier = [other for other in others if other.name == line.name and other.version < line.version]
    return chosen or max(earlier, key=lambda other: other.version, default=None)
