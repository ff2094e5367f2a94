"""Trying a questionnaire with the facts of an organisation of the frame; nothing of it is kept."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from sampling.frame import Sector
from sampling.strata import stratum_of
from survey_app.errors import NotFoundError
from survey_app.models.frames.snapshots import FrameEntry
from survey_app.models.organisations import Organisation
from survey_app.services import names
from survey_app.services.frames.snapshots import newest_frame
from survey_app.services.programmes.registry import agreements_of

MAX_ORGANISATIONS = 20


@dataclass(frozen=True)
class TrialOrganisation:
    """An organisation of the newest frame."""

    id: int
    name: str
    sector: Sector
    region: str


def organisations(
    session: Session, *, programme_id: int, search: str, sectors: tuple[Sector, ...]
) -> list[TrialOrganisation]:
    """Up to twenty organisations in scope of the newest frame whose name holds the search, by name."""
    frame_id = newest_frame(session, programme_id)
    if frame_id is None or not search:
        return []
    rows = session.execute(
        select(Organisation.id, FrameEntry.name, Organisation.sector, FrameEntry.region)
        .join(FrameEntry, FrameEntry.organisation_id == Organisation.id)
        .where(
            FrameEntry.frame_id == frame_id,
            FrameEntry.in_scope,
            Organisation.sector.in_(sectors),
            Organisation.id.in_(names.called(search)),
        )
        .order_by(FrameEntry.name, Organisation.id)
        .limit(MAX_ORGANISATIONS)
    )
    return [TrialOrganisation(*row) for row in rows]


def facts_of(session: Session, *, programme_id: int, organisation_id: int) -> dict[str, str]:
    """The facts that routes and wording would have of an organisation of the newest frame.

    Raises:
        NotFoundError: it is not in the programme's newest frame.
    """
    frame_id = newest_frame(session, programme_id)
    row = session.execute(
        select(FrameEntry, Organisation.sector)
        .join(Organisation, Organisation.id == FrameEntry.organisation_id)
        .where(FrameEntry.frame_id == frame_id, FrameEntry.organisation_id == organisation_id)
    ).one_or_none()
    if row is None:
        raise NotFoundError("organisation in the newest frame", organisation_id)
    entry, sector = row
    stratum = stratum_of(sector, entry.region, entry.kind, entry.size)
    public = sector is Sector.PUBLIC
    return {
        "agreement": agreement_of(session, programme_id),
        "organisation": entry.name,
        "sector": sector.value,
        "region": stratum.region,
        "body_type": stratum.band if public else "",
        "income_band": "" if public else stratum.band,
    }


def agreement_of(session: Session, programme_id: int) -> str:
    """What a programme's agreement is called."""
    return next((name for _, name in agreements_of(session, programme_id)), "agreement")
