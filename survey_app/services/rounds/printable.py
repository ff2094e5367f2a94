"""Whether anything of a round could be printed: a figure rests on so many replies, or is withheld."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import Settings
from sampling.frame import Sector
from survey_app.models.panels import PanelMember, PanelStratum

MIN_REPLIES = Settings.disclosure_threshold
SPOKEN = {
    Sector.PUBLIC: ("public body", "public bodies"),
    Sector.VOLUNTARY: ("voluntary organisation", "voluntary organisations"),
}


def members(session: Session, *, panel_id: int | None) -> int:
    """How many a panel asks; none where there is no panel."""
    query = select(func.count()).select_from(PanelMember).where(PanelMember.panel_id == panel_id)
    return session.scalar(query) or 0


def too_few(session: Session, *, panel_id: int | None, fewest: int) -> tuple[list[str], list[str]]:
    """Why nothing of a round of this panel could be printed though all replied, and what will be withheld.

    What only shows when results are frozen comes too late: the round has been asked by then.
    """
    rows = session.execute(
        select(
            PanelStratum.sector,
            func.sum(PanelStratum.sample_size),
            func.sum(PanelStratum.sample_size * PanelStratum.expected_response),
        )
        .where(PanelStratum.panel_id == panel_id, PanelStratum.sample_size > 0)
        .group_by(PanelStratum.sector)
    ).all()
    asked = sum(members for _, members, _ in rows)
    if 0 < asked < fewest:
        many = _counted(asked, "organisation", "organisations")
        return [
            f"It asks {many}. A figure needs {fewest} replies, so nothing of this round could be printed, "
            "even if all replied. Draw a larger panel."
        ], []
    return [], [_of_sector(*row, fewest) for row in rows if row[2] < fewest]


def _of_sector(sector: Sector, members: int, expected: float, fewest: int) -> str:
    asked = _counted(members, *SPOKEN[sector])
    if members < fewest:
        return f"It asks {asked}. A figure needs {fewest} replies, so none of theirs will be printed."
    return (
        f"It asks {asked}, of whom about {round(expected)} are expected to reply. A figure needs {fewest} "
        "replies, so it may be that none of theirs is printed."
    )


def _counted(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"
