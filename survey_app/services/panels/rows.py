"""A draw as rows: strata, members, reserve, those passed over, and the breaches of a rule."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from survey_app.database import insert_many
from survey_app.models.base import table
from survey_app.models.burden import BurdenBreach
from survey_app.models.panels import PanelCell, PanelMember, PanelPass, PanelReserve, PanelStratum
from survey_app.services.audit import AuditContext
from survey_app.services.panels.selection import RULES, Drawn

UNAVOIDABLE = "The others in its stratum did not suffice."
MAX_WHY_LENGTH = 400


def store(
    session: Session,
    panel_id: int,
    drawn: Drawn,
    *,
    expected_response: Mapping[str, float],
    why: str,
    context: AuditContext,
) -> None:
    """Write a draw down, in a few large statements.

    Args:
        expected_response: the share of each stratum that is expected to answer, by its name.
    """
    strata = _strata(session, panel_id, drawn, expected_response)
    of_cell = drawn.order.strata.of_cell
    insert_many(
        session,
        table(PanelCell),
        [
            {"panel_id": panel_id, "frame_cell_id": cell, "panel_stratum_id": strata[stratum.name].id}
            for cell, stratum in of_cell.items()
        ],
    )
    insert_many(session, table(PanelMember), _members(panel_id, drawn, strata))
    insert_many(session, table(PanelReserve), _reserve(panel_id, drawn, strata))
    insert_many(session, table(PanelPass), _passes(panel_id, drawn))
    insert_many(session, table(BurdenBreach), _breaches(panel_id, drawn, why, context))


def _strata(
    session: Session, panel_id: int, drawn: Drawn, expected_response: Mapping[str, float]
) -> dict[str, PanelStratum]:
    rows = [
        PanelStratum(
            panel_id=panel_id,
            name=stratum.name,
            sector=stratum.sector,
            region=stratum.region,
            band=stratum.band,
            pop_size=count,
            sample_size=drawn.order.sizes[stratum.name],
            drawn_size=drawn.order.sizes[stratum.name],
            start=drawn.order.starts[stratum.name],
            certainty=stratum.certainty,
            expected_response=expected_response[stratum.name],
        )
        for stratum, count in drawn.order.strata.counts.items()
    ]
    session.add_all(rows)
    session.flush()
    return {row.name: row for row in rows}


def _members(panel_id: int, drawn: Drawn, strata: Mapping[str, PanelStratum]) -> list[dict[str, Any]]:
    rows = [strata[name] for name in drawn.names]
    of_stratum = [
        {
            "panel_id": panel_id,
            "panel_stratum_id": row.id,
            "inclusion_probability": row.sample_size / row.pop_size,
            "design_weight": row.pop_size / row.sample_size if row.sample_size else 0.0,
            "route": "census" if row.certainty else "probability",
        }
        for row in rows
    ]
    members = drawn.members
    columns = (drawn.stratum[members], drawn.units.organisation_id[members], drawn.units.prn[members])
    return [
        {**of_stratum[number], "organisation_id": organisation_id, "prn": prn}
        for number, organisation_id, prn in zip(*(column.tolist() for column in columns), strict=True)
    ]


def _reserve(panel_id: int, drawn: Drawn, strata: Mapping[str, PanelStratum]) -> list[dict[str, Any]]:
    spare = ~drawn.sampled
    chosen = drawn.chosen[spare]
    sizes = np.array([strata[name].sample_size for name in drawn.names], dtype=np.int64)
    number = drawn.stratum[chosen]
    columns = (
        number,
        drawn.place[spare] - sizes[number],
        drawn.units.organisation_id[chosen],
        drawn.units.prn[chosen],
    )
    return [
        {
            "panel_id": panel_id,
            "organisation_id": organisation_id,
            "panel_stratum_id": strata[drawn.names[which]].id,
            "place": place,
            "prn": prn,
            "release_id": None,
        }
        for which, place, organisation_id, prn in zip(*(column.tolist() for column in columns), strict=True)
    ]


def _passes(panel_id: int, drawn: Drawn) -> list[dict[str, Any]]:
    # Those taken from the back of the queue are kept here too: the order cannot be repeated without.
    spare = drawn.chosen[~drawn.sampled]
    passed = np.concatenate([drawn.passed_over, drawn.breaches, spare[drawn.deprioritised[spare] > 0]])
    return [
        {"panel_id": panel_id, "organisation_id": organisation_id, "rule": RULES[rule], "excess": excess}
        for organisation_id, rule, excess in zip(
            drawn.units.organisation_id[passed].tolist(),
            drawn.deprioritised[passed].tolist(),
            drawn.excess[passed].tolist(),
            strict=True,
        )
    ]


def _breaches(panel_id: int, drawn: Drawn, why: str, context: AuditContext) -> list[dict[str, Any]]:
    broken = drawn.breaches
    return [
        {
            "panel_id": panel_id,
            "organisation_id": organisation_id,
            "rule": RULES[rule],
            "excess": excess,
            "allowed_at": context.now,
            "allowed_by": context.actor,
            "why": (why.strip() or UNAVOIDABLE)[:MAX_WHY_LENGTH],
        }
        for organisation_id, rule, excess in zip(
            drawn.units.organisation_id[broken].tolist(),
            drawn.deprioritised[broken].tolist(),
            drawn.excess[broken].tolist(),
            strict=True,
        )
    ]
