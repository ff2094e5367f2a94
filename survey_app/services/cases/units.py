"""What is known of the organisation of a case: as its panel's frame has it, or as it was added by hand.

A stratum may hold several regions or income bands, so the organisation's own are read here.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, literal

from instruments.answering.routing import MODE
from instruments.conduct import Mode
from sampling.frame import Sector
from sampling.vocabulary import NOT_KNOWN
from survey_app.models.cases.casework import AddedCase, Case
from survey_app.models.frames.snapshots import FrameEntry
from survey_app.models.panels import Panel


def _known(column: ColumnElement[str]) -> ColumnElement[str]:
    return func.coalesce(func.nullif(column, ""), literal(NOT_KNOWN))


_OWN_BAND = case((FrameEntry.sector == Sector.PUBLIC, FrameEntry.kind), else_=FrameEntry.size)

# Columns for a query on `Case` that joins `FrameEntry` ON_FRAME and `AddedCase` ADDED, both as outer joins.
_ORGANISATION: ColumnElement[str] = func.coalesce(FrameEntry.name, AddedCase.name)
NAME: ColumnElement[str] = case((Case.unit == "", _ORGANISATION), else_=_ORGANISATION + ", " + Case.unit)
# As people look a name up: capitals count as small letters.
BY_NAME = (func.lower(NAME), NAME, Case.id)
REGION = _known(func.coalesce(FrameEntry.region, AddedCase.region))
BAND = _known(case((FrameEntry.id.is_not(None), _OWN_BAND), else_=AddedCase.band))
ON_FRAME = (FrameEntry.frame_id == Panel.frame_id) & (FrameEntry.organisation_id == Case.organisation_id)
ADDED = AddedCase.case_id == Case.id


def facts_of(agreement: str, name: str, sector: Sector, region: str, band: str) -> dict[str, str]:
    """What routing and wording may know of an organisation."""
    public = sector is Sector.PUBLIC
    return {
        "agreement": agreement,
        "organisation": name,
        "sector": sector.value,
        "region": region,
        "body_type": band if public else "",
        "income_band": "" if public else band,
    }


@dataclass(frozen=True)
class Who:
    """What decides how a questionnaire was worded and routed, and what everybody may know of an organisation.

    `mode` is the one in which answers were sent, as the case says it; None while nothing is known of it.
    """

    sector: Sector
    region: str
    band: str
    mode: Mode | None = None

    def facts(self, agreement: str) -> dict[str, str]:
        """As routes take them."""
        facts = facts_of(agreement, "your organisation", self.sector, self.region, self.band)
        return facts if self.mode is None else facts | {MODE: self.mode.value}
