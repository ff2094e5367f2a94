"""Who stays in a panel, who leaves and who enters against the year before, and why, in words."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from sampling.arrays import Flags, Floats, Ints
from sampling.panels.moves import LastYear, Move, Reason, ThisYear, Way, moves
from sampling.panels.reasons import reason_in_words
from sampling.panels.rotation import Flows, StratumState, expected_kept, origins
from sampling.panels.selection import Selection, StratumDraw
from survey_app.models.burden import BurdenBreach
from survey_app.models.frames.snapshots import FrameEntry
from survey_app.models.organisations import Organisation, OrganisationLink
from survey_app.models.panels import Panel, PanelMember, PanelPass, PanelStratum
from survey_app.services.frames.cells import columns, panel_cells, panel_flows
from survey_app.services.owned import owned
from survey_app.services.panels.basis import PanelRequest, basis_of, drawn_from
from survey_app.services.panels.selection import RULES

PER_QUERY = 10_000
ENOUGH = {
    "minutes": "It has been asked for enough minutes this year, and its stratum has others.",
    "invitations": "It has been invited often enough this year, and its stratum has others.",
    "overlap": "It belongs to the panel of another survey, which this one leaves alone.",
}


@dataclass(frozen=True, kw_only=True)
class MoveLine:
    """What one organisation did between two panels."""

    organisation_id: int
    name: str
    way: Way
    reason: Reason
    words: str
    stratum_before: str | None
    stratum: str | None
    prn: float
    breach: bool
    successor: str


@dataclass(frozen=True)
class StratumMoves:
    """The moves of one stratum, by its name this year; `expected` is how many were expected to stay."""

    name: str
    stays: int
    enters: int
    expected: float


@dataclass(frozen=True, kw_only=True)
class Moves:
    """Two panels side by side: how many stay, leave and enter and why, and each organisation.

    `expected_kept` is what rotation shares, sizes and frames lead one to expect of `kept`.
    """

    previous_id: int
    previous_year: int
    before: int
    now: int
    kept: int
    expected_kept: float
    counts: Mapping[tuple[Way, Reason], int]
    by_stratum: tuple[StratumMoves, ...]
    lines: tuple[MoveLine, ...]

    @property
    def overlap(self) -> float | None:
        """Share of this panel that was in the one before."""
        return self.kept / self.now if self.now else None


@dataclass(frozen=True)
class _Year:
    """One draw: shape (m,) each; `held` is the rule that sent a member, or one passed over, to the back."""

    organisation_id: Ints
    stratum: Sequence[str]
    prn: Floats
    states: Mapping[str, StratumState]
    held: Mapping[int, str]
    breaches: Mapping[int, str]


def panel_moves(session: Session, *, panel_id: int, programme_id: int) -> Moves | None:
    """A drawn panel against the one that it follows; None when it is the first.

    Raises:
        NotFoundError: no such panel in this programme.
    """
    panel = owned(session, Panel, panel_id, programme_id=programme_id)
    if panel.previous_panel_id is None:
        return None
    moved = panel_flows(session, then_panel=panel.previous_panel_id, now_panel=panel_id)
    cells = panel_cells(session, panel_id)
    return _moves(session, panel.previous_panel_id, panel.frame_id, cells, _drawn(session, panel_id), moved)


def planned_moves(session: Session, *, request: PanelRequest, programme_id: int) -> Moves | None:
    """The same for a plan: drawn in memory, nothing stored; None when there is no panel before.

    Raises:
        As `plan_basis.basis_of`.
    """
    basis = basis_of(session, request=request, programme_id=programme_id)
    if basis.previous is None:
        return None
    drawn = drawn_from(session, basis)
    members, ids = drawn.members, drawn.units.organisation_id
    held = np.concatenate([drawn.passed_over, members[drawn.deprioritised[members] > 0]])
    rules = {int(ids[i]): RULES[drawn.deprioritised[i]] for i in held.tolist()}
    year = _Year(
        ids[members],
        [drawn.names[number] for number in drawn.stratum[members].tolist()],
        drawn.units.prn[members],
        basis.states,
        rules,
        {int(ids[i]): RULES[drawn.deprioritised[i]] for i in drawn.breaches.tolist()},
    )
    cells = {cell: stratum.name for cell, stratum in basis.strata.of_cell.items()}
    return _moves(session, basis.previous.panel_id, request.frame_id, cells, year, basis.previous.moved)


def _drawn(session: Session, panel_id: int) -> _Year:
    """A panel as it was drawn and filled up since."""
    strata = session.scalars(select(PanelStratum).where(PanelStratum.panel_id == panel_id)).all()
    names = {row.id: row.name for row in strata}
    query = (
        select(PanelMember.organisation_id, PanelMember.panel_stratum_id, PanelMember.prn)
        .where(PanelMember.panel_id == panel_id)
        .order_by(PanelMember.id)
    )
    organisation_id, stratum, prn = columns(session, query, (np.int64, np.int64, np.float64))
    passed = select(PanelPass.organisation_id, PanelPass.rule).where(PanelPass.panel_id == panel_id)
    broken = select(BurdenBreach.organisation_id, BurdenBreach.rule).where(BurdenBreach.panel_id == panel_id)
    breaches = dict(session.execute(broken).all())
    return _Year(
        organisation_id,
        [names[one] for one in stratum.tolist()],
        prn,
        {row.name: StratumState(row.pop_size, row.sample_size, row.start) for row in strata},
        dict(session.execute(passed).all()) | breaches,
        breaches,
    )


def _moves(
    session: Session, previous_id: int, frame_id: int, cells: Mapping[int, str], year: _Year, moved: Flows
) -> Moves:
    before = _drawn(session, previous_id)
    previous = session.get_one(Panel, previous_id)
    entered = np.setdiff1d(year.organisation_id, before.organisation_id)
    frame_then = _strata_on(session, previous.frame_id, panel_cells(session, previous_id), entered)
    left = np.setdiff1d(before.organisation_id, year.organisation_id)
    still = _strata_on(session, frame_id, cells, left)
    made = moves(
        LastYear(
            dict(zip(map(str, before.organisation_id.tolist()), before.stratum, strict=True)),
            dict(zip(map(str, before.organisation_id.tolist()), before.prn.tolist(), strict=True)),
            before.states,
            {str(one): stratum for one, stratum in frame_then.items()},
        ),
        _this_year(year, before, still),
        merged=_merged(session, left),
        origins=origins(moved),
    )
    expected = expected_kept(before.states, year.states, moved)
    return Moves(
        previous_id=previous_id,
        previous_year=previous.year,
        before=int(before.organisation_id.size),
        now=int(year.organisation_id.size),
        kept=sum(one.way is Way.STAYS for one in made),
        expected_kept=sum(expected.values()),
        counts=Counter((one.way, one.reason) for one in made),
        by_stratum=_by_stratum(made, expected),
        lines=_lines(session, made, year),
    )


def _this_year(year: _Year, before: _Year, still: Mapping[int, str]) -> ThisYear:
    """This year's members, then last year's who are still on the frame: all that moves are made of."""
    numbers = dict(zip(before.organisation_id.tolist(), before.prn.tolist(), strict=True))
    ids = [*year.organisation_id.tolist(), *still]
    strata = [*year.stratum, *still.values()]
    held: Flags = np.array([one in year.held for one in ids], dtype=np.bool_)
    taken = Counter(stratum for one, stratum in zip(ids, year.stratum, strict=False) if one in year.breaches)
    draws = tuple(
        StratumDraw(name, state.pop_size, state.sample_size, state.start, taken[name])
        for name, state in year.states.items()
    )
    return ThisYear(
        [str(one) for one in ids],
        strata,
        np.array([*year.prn.tolist(), *(numbers[one] for one in still)]),
        Selection(np.arange(year.organisation_id.size), draws),
        held,
    )


def _strata_on(
    session: Session, frame_id: int, cells: Mapping[int, str], organisations: Ints
) -> dict[int, str]:
    """The strata of those organisations that are in scope of a frame."""
    strata: dict[int, str] = {}
    for start in range(0, organisations.size, PER_QUERY):
        rows = session.execute(
            select(FrameEntry.organisation_id, FrameEntry.frame_cell_id).where(
                FrameEntry.frame_id == frame_id,
                FrameEntry.in_scope,
                FrameEntry.organisation_id.in_(organisations[start : start + PER_QUERY].tolist()),
            )
        )
        strata |= {one: cells[cell] for one, cell in rows if cell is not None and cell in cells}
    return strata


def _merged(session: Session, left: Ints) -> dict[str, str]:
    """Into what those who left were merged."""
    rows = session.execute(select(OrganisationLink.predecessor_id, OrganisationLink.successor_id))
    gone = set(left.tolist())
    return {str(one): str(successor) for one, successor in rows if one in gone}


def _by_stratum(made: Sequence[Move], expected: Mapping[str, float]) -> tuple[StratumMoves, ...]:
    counts = Counter((one.stratum, one.way) for one in made)
    return tuple(
        StratumMoves(name, counts[name, Way.STAYS], counts[name, Way.ENTERS], kept)
        for name, kept in sorted(expected.items())
    )


def _lines(session: Session, made: Sequence[Move], year: _Year) -> tuple[MoveLine, ...]:
    ids = {int(one.unit) for one in made} | {int(one.successor) for one in made if one.successor}
    names = _names(session, sorted(ids))
    return tuple(
        MoveLine(
            organisation_id=int(one.unit),
            name=names[int(one.unit)],
            way=one.way,
            reason=one.reason,
            words=_words(one, year),
            stratum_before=one.stratum_before,
            stratum=one.stratum,
            prn=one.prn,
            breach=int(one.unit) in year.breaches,
            successor=names[int(one.successor)] if one.successor else "",
        )
        for one in made
    )


def _words(move: Move, year: _Year) -> str:
    rule = year.held.get(int(move.unit), "")
    if move.reason is Reason.RESTING and rule in ENOUGH:
        return ENOUGH[rule]
    return reason_in_words(move)


def _names(session: Session, ids: Sequence[int]) -> dict[int, str]:
    names: dict[int, str] = {}
    for start in range(0, len(ids), PER_QUERY):
        batch = ids[start : start + PER_QUERY]
        rows = session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(batch)))
        names |= {one: name for one, name in rows}
    return names
