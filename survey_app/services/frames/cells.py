"""A frame as its cells: the few groups that strata are made of, and its organisations as arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any, overload

import numpy as np
from sqlalchemy import Executable, func, insert, select
from sqlalchemy.orm import Session, aliased

from sampling.arrays import Floats, Ints
from sampling.panels.stratification import Features, Flag
from sampling.vocabulary import NOT_KNOWN
from survey_app.errors import InvalidError
from survey_app.models.base import table
from survey_app.models.frames.snapshots import Frame, FrameCell, FrameEntry, FrameFlow
from survey_app.models.organisations import Organisation
from survey_app.models.panels import Panel, PanelCell, PanelStratum

# Rows fetched at a time: enough for speed, and little memory whatever the frame's size.
PER_FETCH = 50_000
CellFlows = dict[tuple[int, int], int]


@dataclass(frozen=True)
class Cell:
    """Organisations of a frame that strata cannot tell apart."""

    id: int
    features: Features
    pop_size: int


class Identities(Sequence[str]):
    """The UUIDs of units in their order, read when the first is asked for: only equal numbers need them."""

    def __init__(self, session: Session, organisation_id: Ints) -> None:
        self._session, self._ids = session, organisation_id

    def __len__(self) -> int:
        return int(self._ids.size)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        if isinstance(index, slice):
            return [self._known[one] for one in self._ids[index].tolist()]
        return self._known[int(self._ids[index])]

    @cached_property
    def _known(self) -> dict[int, str]:
        return dict(self._session.execute(select(Organisation.id, Organisation.uuid)).all())


@dataclass(frozen=True)
class Units:
    """The organisations of a frame that are in scope: shape (n,) each; `cell` counts along `cells_of`."""

    organisation_id: Ints
    prn: Floats
    cell: Ints
    identity: Identities


def cells_of(session: Session, frame_id: int) -> list[Cell]:
    """The cells of a frame, in order.

    Raises:
        InvalidError: nothing of it is in scope.
    """
    cells = [
        Cell(
            row.id,
            Features(
                row.sector,
                row.region or NOT_KNOWN,
                row.band or NOT_KNOWN,
                Flag(row.rural or NOT_KNOWN),
                Flag(row.bme_led or NOT_KNOWN),
            ),
            row.pop_size,
        )
        for row in session.scalars(select(FrameCell).where(FrameCell.frame_id == frame_id))
    ]
    if not cells:
        raise InvalidError("The frame holds no organisation in scope, so there is nothing to draw from.")
    return sorted(cells, key=lambda cell: cell.features)


def units_of(session: Session, frame_id: int, cells: Sequence[Cell]) -> Units:
    """The organisations in scope with their random numbers, in a few large arrays."""
    query = (
        select(FrameEntry.organisation_id, Organisation.prn, FrameEntry.frame_cell_id)
        .join(Organisation, Organisation.id == FrameEntry.organisation_id)
        .where(FrameEntry.frame_id == frame_id, FrameEntry.in_scope)
    )
    organisation_id, prn, cell_id = columns(session, query, (np.int64, np.float64, np.int64))
    ordered = np.array([cell.id for cell in cells], dtype=np.int64)
    places = np.argsort(ordered)
    cell = places[np.searchsorted(ordered, cell_id, sorter=places)]
    return Units(organisation_id, prn, cell, Identities(session, organisation_id))


def columns(session: Session, query: Executable, kinds: tuple[type[np.generic], ...]) -> tuple[Any, ...]:
    """The columns of a query of numbers as arrays, fetched bit by bit.

    The driver's own rows are read, as plain numbers need no conversion, and a million rows no objects. Whole
    numbers pass through 64-bit floats, which hold them up to 2^53.
    """
    session.flush()
    result = session.connection().execute(query)
    cursor = result.cursor
    assert cursor is not None
    parts = [np.empty((0, len(kinds)))]
    while rows := cursor.fetchmany(PER_FETCH):
        values = np.fromiter(chain.from_iterable(rows), np.float64, len(rows) * len(kinds))
        parts.append(values.reshape(-1, len(kinds)))
    result.close()
    whole = np.concatenate(parts)
    return tuple(whole[:, place].astype(kind) for place, kind in enumerate(kinds))


def cell_flows(session: Session, *, then_frame: int, now_frame: int) -> CellFlows:
    """Organisations in scope of both frames: (cell then, cell now) -> how many."""
    if then_frame == now_frame:
        rows = session.execute(
            select(FrameCell.id, FrameCell.pop_size).where(FrameCell.frame_id == now_frame)
        )
        return {(cell, cell): size for cell, size in rows}
    return _stored_flows(session, then_frame, now_frame) or _counted_flows(session, then_frame, now_frame)


def _stored_flows(session: Session, then_frame: int, now_frame: int) -> CellFlows:
    then, now = aliased(FrameCell), aliased(FrameCell)
    rows = session.execute(
        select(FrameFlow.then_cell_id, FrameFlow.now_cell_id, FrameFlow.count)
        .join(then, then.id == FrameFlow.then_cell_id)
        .join(now, now.id == FrameFlow.now_cell_id)
        .where(then.frame_id == then_frame, now.frame_id == now_frame)
    )
    return {(before, after): count for before, after, count in rows}


def _counted_flows(session: Session, then_frame: int, now_frame: int) -> CellFlows:
    then, now = aliased(FrameEntry), aliased(FrameEntry)
    rows = session.execute(
        select(then.frame_cell_id, now.frame_cell_id, func.count())
        .join(now, now.organisation_id == then.organisation_id)
        .where(then.frame_id == then_frame, now.frame_id == now_frame, then.in_scope, now.in_scope)
        .group_by(then.frame_cell_id, now.frame_cell_id)
    )
    return {(before, after): count for before, after, count in rows if before and after}


def flows_into(session: Session, *, frame_id: int) -> list[dict[str, int]]:
    """The flows from the frames of the programme's newest panels into a frame, as rows for its plans."""
    programme_id = session.get_one(Frame, frame_id).programme_id
    newest = (
        select(Panel.strand, func.max(Panel.year).label("year"))
        .where(Panel.programme_id == programme_id)
        .group_by(Panel.strand)
        .subquery()
    )
    earlier = session.scalars(
        select(Panel.frame_id)
        .join(newest, (newest.c.strand == Panel.strand) & (newest.c.year == Panel.year))
        .where(Panel.programme_id == programme_id)
        .distinct()
    ).all()
    return [
        {"then_cell_id": then, "now_cell_id": now, "count": count}
        for then_frame in earlier
        for (then, now), count in _counted_flows(session, then_frame, frame_id).items()
    ]


def keep_flows(session: Session, flows: list[dict[str, int]]) -> None:
    """Store flows; they are counted again for each plan where they are not."""
    if flows:
        session.execute(insert(table(FrameFlow)), flows)


def panel_cells(session: Session, panel_id: int) -> dict[int, str]:
    """The stratum of each cell of a panel's frame, as the panel was drawn."""
    rows = session.execute(
        select(PanelCell.frame_cell_id, PanelStratum.name)
        .join(PanelStratum, PanelStratum.id == PanelCell.panel_stratum_id)
        .where(PanelCell.panel_id == panel_id)
    )
    return {cell: name for cell, name in rows}


def by_stratum(
    moved: CellFlows, then: Mapping[int, str], now: Mapping[int, str]
) -> dict[tuple[str, str], int]:
    """Flows between cells as flows between strata; cells of no stratum are left out."""
    flows: dict[tuple[str, str], int] = {}
    for (before, after), count in moved.items():
        if before in then and after in now:
            pair = then[before], now[after]
            flows[pair] = flows.get(pair, 0) + count
    return flows


def panel_flows(session: Session, *, then_panel: int, now_panel: int) -> dict[tuple[str, str], int]:
    """Organisations on the frames of both panels: (stratum then, stratum now) -> how many."""
    then, now = session.get_one(Panel, then_panel), session.get_one(Panel, now_panel)
    return by_stratum(
        cell_flows(session, then_frame=then.frame_id, now_frame=now.frame_id),
        panel_cells(session, then_panel),
        panel_cells(session, now_panel),
    )
