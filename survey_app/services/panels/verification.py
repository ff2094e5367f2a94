"""A drawn panel worked out again from what is kept: the same members, with the same probabilities, or not."""

from dataclasses import dataclass

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from sampling.arrays import Flags, Ints
from sampling.panels.selection import select_prn
from scheduler.strands import Strand
from survey_app.models.panels import (
    Panel,
    PanelCell,
    PanelMember,
    PanelPass,
    PanelReserve,
    PanelStratum,
    ReserveRelease,
)
from survey_app.services.frames.cells import Units, cells_of, columns, units_of
from survey_app.services.owned import owned

MAX_NAMED = 10


@dataclass(frozen=True, kw_only=True)
class Verification:
    """What was found; no fault: the panel is the one that the numbers give."""

    panel_id: int
    strand: Strand
    year: int
    strata: int
    members: int
    reserve: int
    faults: tuple[str, ...]

    @property
    def sound(self) -> bool:
        return not self.faults


@dataclass(frozen=True)
class _Kept:
    """A panel's strata, and its frame's organisations with the number of their stratum; -1: none."""

    strata: list[PanelStratum]
    units: Units
    stratum: Ints


def verify_panel(session: Session, *, panel_id: int, programme_id: int) -> Verification:
    """Draw a panel again from frame, random numbers, starts and sizes, and compare.

    Raises:
        NotFoundError: no such panel in this programme.
    """
    panel = owned(session, Panel, panel_id, programme_id=programme_id)
    kept = _kept(session, panel)
    again = _drawn_again(session, panel_id, kept)
    members = columns(
        session,
        select(
            PanelMember.organisation_id,
            PanelMember.panel_stratum_id,
            PanelMember.prn,
            PanelMember.inclusion_probability,
            PanelMember.design_weight,
        ).where(PanelMember.panel_id == panel_id),
        (np.int64, np.int64, np.float64, np.float64, np.float64),
    )
    waiting = columns(
        session,
        select(PanelReserve.organisation_id).where(
            PanelReserve.panel_id == panel_id, PanelReserve.release_id.is_(None)
        ),
        (np.int64,),
    )[0]
    faults = [
        *_sizes(session, kept),
        *_differences("member", again[0], members[0]),
        *_differences("organisation of the reserve", again[1], waiting),
        *_numbers(kept, members),
    ]
    return Verification(
        panel_id=panel_id,
        strand=panel.strand,
        year=panel.year,
        strata=len(kept.strata),
        members=members[0].size,
        reserve=waiting.size,
        faults=tuple(faults),
    )


def _kept(session: Session, panel: Panel) -> _Kept:
    cells = cells_of(session, panel.frame_id)
    units = units_of(session, panel.frame_id, cells)
    strata = list(
        session.scalars(
            select(PanelStratum).where(PanelStratum.panel_id == panel.id).order_by(PanelStratum.name)
        )
    )
    number = {row.id: place for place, row in enumerate(strata)}
    placed = select(PanelCell.frame_cell_id, PanelCell.panel_stratum_id).where(PanelCell.panel_id == panel.id)
    of_cell = {cell: number[stratum] for cell, stratum in session.execute(placed)}
    return _Kept(strata, units, np.array([of_cell.get(cell.id, -1) for cell in cells])[units.cell])


def _drawn_again(session: Session, panel_id: int, kept: _Kept) -> tuple[Ints, Ints]:
    """Ids of members and of the waiting reserve, as the numbers give them."""
    reserved: dict[int, int] = {}
    waiting = select(PanelReserve.panel_stratum_id).where(
        PanelReserve.panel_id == panel_id, PanelReserve.release_id.is_(None)
    )
    for stratum in session.scalars(waiting):
        reserved[stratum] = reserved.get(stratum, 0) + 1
    names = [row.name for row in kept.strata]
    there = np.bincount(kept.stratum[kept.stratum >= 0], minlength=len(names))
    sizes = np.minimum([row.sample_size for row in kept.strata], there)
    both = np.minimum(sizes + [reserved.get(row.id, 0) for row in kept.strata], there)
    selection = select_prn(
        kept.units.prn,
        np.array([*names, ""], dtype=object)[kept.stratum].tolist(),
        dict(zip(names, both.tolist(), strict=True)),
        start={row.name: row.start for row in kept.strata},
        ids=kept.units.identity,
        resting=_deprioritised(session, panel_id, kept.units),
    )
    at = kept.stratum[selection.indices]
    place = np.arange(at.size) - np.repeat(np.cumsum(both) - both, both)
    chosen = kept.units.organisation_id[selection.indices]
    return chosen[place < sizes[at]], chosen[place >= sizes[at]]


def _deprioritised(session: Session, panel_id: int, units: Units) -> Flags:
    """Those who went to the back of the queue: passed over, or taken all the same."""
    query = select(PanelPass.organisation_id).where(PanelPass.panel_id == panel_id)
    (held,) = columns(session, query, (np.int64,))
    return np.isin(units.organisation_id, held)


def _sizes(session: Session, kept: _Kept) -> list[str]:
    there = np.bincount(kept.stratum[kept.stratum >= 0], minlength=len(kept.strata)).tolist()
    released: dict[int, int] = {}
    ids = [row.id for row in kept.strata]
    for one in session.scalars(select(ReserveRelease).where(ReserveRelease.panel_stratum_id.in_(ids))):
        released[one.panel_stratum_id] = released.get(one.panel_stratum_id, 0) + one.count
    faults = []
    for row, count in zip(kept.strata, there, strict=True):
        if row.pop_size != count:
            faults.append(f"{row.name}: {row.pop_size:,} organisations are noted, the frame has {count:,}.")
        if row.sample_size != row.drawn_size + released.get(row.id, 0):
            faults.append(
                f"{row.name}: {row.sample_size:,} members are noted; {row.drawn_size:,} were drawn and "
                f"{released.get(row.id, 0):,} released."
            )
    return faults


def _differences(what: str, again: Ints, noted: Ints) -> list[str]:
    faults = []
    for words, extra in (
        ("is noted, and the numbers do not take it", np.setdiff1d(noted, again)),
        ("is taken by the numbers, and not noted", np.setdiff1d(again, noted)),
    ):
        faults += [f"The {what} with id {one} {words}." for one in extra[:MAX_NAMED].tolist()]
        if extra.size > MAX_NAMED:
            faults.append(f"So it is with {extra.size - MAX_NAMED:,} more.")
    return faults


def _numbers(kept: _Kept, members: tuple[np.ndarray, ...]) -> list[str]:
    """Random numbers, probabilities and weights of the members, each against where it comes from."""
    organisation_id, stratum_id, prn, probability, weight = members
    order = np.argsort(kept.units.organisation_id)
    ids = kept.units.organisation_id[order]
    at = np.minimum(np.searchsorted(ids, organisation_id), max(ids.size - 1, 0))
    born = kept.units.prn[order][at]
    by_id = {row.id: row for row in kept.strata}
    rows = [by_id[one] for one in stratum_id.tolist()]
    expected = np.array([row.sample_size / row.pop_size for row in rows])
    inverse = np.array([row.pop_size / row.sample_size for row in rows])
    checks = {
        "random number is not the one of its birth": (prn != born) | (ids[at] != organisation_id),
        "inclusion probability is not n/N of its stratum": probability != expected,
        "design weight is not N/n of its stratum": weight != inverse,
    }
    return [
        f"Of {wrong.sum():,} members the {words}; the first has id {organisation_id[wrong][0]}."
        for words, wrong in checks.items()
        if wrong.any()
    ]
