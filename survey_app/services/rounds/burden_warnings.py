"""Whom a round's questionnaires would ask for more time than the rules of a year allow."""

from collections.abc import Iterable, Iterator

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from sampling.frame import Sector
from survey_app.models.organisations import Organisation
from survey_app.models.panels import PanelMember
from survey_app.services.burden.ceilings import Survey, overasked
from survey_app.services.burden.ledger import rules
from survey_app.services.questionnaires.composition import SPOKEN, SectorQuestionnaire
from survey_app.services.rounds.lifecycle import RoundView


def burden_warnings(
    session: Session, round_view: RoundView, asked: Iterable[SectorQuestionnaire]
) -> tuple[str, ...]:
    """How many of the round's panel these minutes take over their sector's ceiling, as sentences."""
    return tuple(
        warning for one in asked if one.questionnaire for warning in _of_sector(session, round_view, one)
    )


def _of_sector(session: Session, round_view: RoundView, one: SectorQuestionnaire) -> Iterator[str]:
    rule = rules(session)[one.sector]
    if rule.max_minutes is None:
        return
    survey = Survey(round_view.programme_id, round_view.strand, round_view.year, one.minutes)
    over = overasked(session, survey=survey, rule=rule)
    members = _members(session, round_view.panel_id, one.sector)
    count = int(np.isin(over.organisation_id[over.minutes > 0], members).sum())
    if one.minutes > rule.max_minutes:
        yield (
            f"These {one.minutes} minutes alone are more than the {rule.max_minutes} that "
            f"{SPOKEN[one.sector]} may be asked for in a year."
        )
    elif count:
        are = "1 organisation" if count == 1 else f"{count:,} organisations"
        yield (
            f"{are} of the panel would be asked for more than {rule.max_minutes} minutes this year, other "
            f"surveys included ({SPOKEN[one.sector]})."
        )


def _members(session: Session, panel_id: int | None, sector: Sector) -> list[int]:
    query = (
        select(PanelMember.organisation_id)
        .join(Organisation, Organisation.id == PanelMember.organisation_id)
        .where(PanelMember.panel_id == panel_id, Organisation.sector == sector)
    )
    return list(session.scalars(query))
