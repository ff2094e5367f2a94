"""Which agreements a case is asked about: the programme's first, then those of the area of its organisation.

All cases of a round have the first in common, and its results are about it. Then come the agreements that are
in place, or being developed, on the day on which the round opens: of the organisation's own areas before
those of what these lie in as a whole. The launch fixes them, as the register was known then (R74).
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.models.panels import Panel
from survey_app.models.places import AreaMembership, Extent
from survey_app.services.agreements.compiled import AgreementState
from survey_app.services.agreements.register import agreements_on
from survey_app.services.agreements.vocabulary import Standing
from survey_app.services.panels.areas import areas_of
from survey_app.services.places.areas import on_day
from survey_app.services.programmes.registry import agreements_of
from survey_app.services.rounds.lifecycle import RoundView

# Beside the first; whoever lies in more is asked about the nearest.
MAX_LOCAL = 4


def agreements_to_ask(
    session: Session, round_view: RoundView, organisation_ids: Collection[int], *, known_by: datetime
) -> dict[int, tuple[int, ...]]:
    """The agreements that each organisation is asked about in a round, in the order of naming."""
    first = tuple(one for one, _ in agreements_of(session, round_view.programme_id))[:1]
    local = _in_force(session, round_view, first, known_by) if first else []
    if not local:
        return dict.fromkeys(organisation_ids, first)
    frame_id = session.scalar(select(Panel.frame_id).where(Panel.id == round_view.panel_id))
    areas = areas_of(session, organisation_ids, frame_id=frame_id, day=round_view.dates.opens_on)
    wholes = _wholes(session, round_view.dates.opens_on)
    near = {own: tuple(nearest(own, wholes, local))[:MAX_LOCAL] for own in set(areas.values())}
    return {one: first + near.get(areas.get(one, frozenset()), ()) for one in organisation_ids}


def nearest(
    own: frozenset[int], wholes: Mapping[int, frozenset[int]], agreements: Iterable[AgreementState]
) -> Iterable[int]:
    """The agreements that cover areas, or what these lie in, the nearest first and then by title. Pure.

    Args:
        wholes: by area, what it lies in as a whole.
        agreements: by title.
    """
    steps, level = dict[int, int](), own
    while level:
        steps |= dict.fromkeys(level, len(steps))
        level = frozenset(above for area in level for above in wholes.get(area, ())) - steps.keys()
    far = {one.id: min((steps[area] for area in one.areas & steps.keys()), default=-1) for one in agreements}
    return sorted((one for one, step in far.items() if step >= 0), key=far.__getitem__)


def _in_force(
    session: Session, round_view: RoundView, first: tuple[int, ...], known_by: datetime
) -> list[AgreementState]:
    known = agreements_on(
        session, programme_id=round_view.programme_id, day=round_view.dates.opens_on, known_by=known_by
    )
    return [one for one in known if one.id not in first and one.standing.counted_as is not Standing.NONE]


def _wholes(session: Session, day: date) -> dict[int, frozenset[int]]:
    lies = select(AreaMembership.area_id, AreaMembership.whole_id).where(
        on_day(AreaMembership.began_on, AreaMembership.ended_on, day), AreaMembership.extent == Extent.WHOLE
    )
    wholes: dict[int, set[int]] = {}
    for area_id, whole_id in session.execute(lies):
        wholes.setdefault(area_id, set()).add(whole_id)
    return {area: frozenset(above) for area, above in wholes.items()}
