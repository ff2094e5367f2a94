"""A draw, worked out and not yet stored: who is taken, who comes next, who is passed over and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from sampling.arrays import Flags, Ints
from sampling.panels.burden import resting
from sampling.panels.rotation import StratumState, next_starts, origins, separate_start
from sampling.panels.selection import Selection, select_prn
from survey_app.models.panels import Panel, PanelMember, PanelStratum
from survey_app.services.burden.ceilings import Survey, overasked, years_asked
from survey_app.services.burden.ledger import Rule
from survey_app.services.frames.cells import (
    Cell,
    Units,
    by_stratum,
    cell_flows,
    columns,
    panel_cells,
    units_of,
)
from survey_app.services.panels.plan import PanelPlan
from survey_app.services.panels.strata import Strata

# Why an organisation goes to the back of the queue; 0 is none.
RULES = ("", "holiday", "minutes", "invitations", "overlap")
HOLIDAY, MINUTES, INVITATIONS, OVERLAP = range(1, 5)
# Another strand also avoids those whom the survey's next rotation will reach.
ROTATIONS_AVOIDED = 1


@dataclass(frozen=True)
class Past:
    """The panel that this one follows, or avoids: its strata, and the flows from its frame, by stratum."""

    panel_id: int
    year: int
    states: Mapping[str, StratumState]
    moved: Mapping[tuple[str, str], int]


@dataclass(frozen=True)
class Order:
    """What a draw is made from: sizes, reserves and starts of each stratum, by name."""

    strata: Strata
    sizes: Mapping[str, int]
    reserves: Mapping[str, int]
    starts: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A draw. Arrays of units have shape (n,), arrays of the chosen (m,), in the order of selection.

    Args:
        order: what was asked. units: the frame. stratum: number of each unit's stratum; -1: none.
        names: the strata by number.
        chosen: positions of those taken and of the reserve. place: from 1 on in the stratum.
        deprioritised: number of the rule that sends a unit to the back of the queue; 0: none.
        excess: by how much the rule is broken if it is taken: years, minutes, invitations.
    """

    order: Order
    units: Units
    names: tuple[str, ...]
    stratum: Ints
    chosen: Ints
    place: Ints
    deprioritised: Ints
    excess: Ints

    @property
    def sampled(self) -> Flags:
        """Which of the chosen are members; the others are the reserve."""
        sizes = np.array([self.order.sizes[name] for name in self.names], dtype=np.int64)
        return np.asarray(self.place <= sizes[self.stratum[self.chosen]])

    @property
    def members(self) -> Ints:
        return self.chosen[self.sampled]

    @property
    def breaches(self) -> Ints:
        """Members taken from the back of the queue; where all are taken no rest was promised."""
        members: Ints = self.members
        rule = self.deprioritised[members]
        counts = np.bincount(self.stratum[self.stratum >= 0], minlength=len(self.names))
        whole = np.array([self.order.sizes[name] for name in self.names]) >= counts
        promised = ~((rule == HOLIDAY) & whole[self.stratum[members]])
        return np.asarray(members[(rule > 0) & promised])

    @property
    def passed_over(self) -> Ints:
        """Units that would have been chosen, had no rule sent them to the back."""
        start = np.array([self.order.starts.get(name, 0.0) for name in self.names])
        after = (self.units.prn - start[self.stratum]) % 1.0
        reach = np.full(len(self.names), -1.0)
        key = after[self.chosen] + (self.deprioritised[self.chosen] > 0)
        np.maximum.at(reach, self.stratum[self.chosen], key)
        waiting = (self.deprioritised > 0) & (self.stratum >= 0)
        waiting[self.chosen] = False
        return np.asarray(np.flatnonzero(waiting & (after < reach[self.stratum])))


def draw(session: Session, *, cells: list[Cell], frame_id: int, order: Order, back: "Back") -> Drawn:
    """Take the next units of each stratum after its start, those deprioritised last."""
    units = units_of(session, frame_id, cells)
    names = tuple(stratum.name for stratum in order.strata.counts)
    number = {name: place for place, name in enumerate(names)}
    of_cell = np.array(
        [number[order.strata.of_cell[c.id].name] if c.id in order.strata.of_cell else -1 for c in cells]
    )
    stratum = of_cell[units.cell]
    deprioritised, excess = back.of(units, _sampled_sector(order.strata)[stratum] & (stratum >= 0))
    labels = np.array([*names, ""], dtype=object)[stratum].tolist()
    selection = select_prn(
        units.prn,
        labels,
        {name: order.sizes[name] + order.reserves.get(name, 0) for name in names},
        start=order.starts,
        ids=units.identity,
        resting=deprioritised > 0,
    )
    place = _places(selection, len(names), stratum)
    return Drawn(
        order=order,
        units=units,
        names=names,
        stratum=stratum,
        chosen=selection.indices,
        place=place,
        deprioritised=deprioritised,
        excess=excess,
    )


def _sampled_sector(strata: Strata) -> Flags:
    return np.array([not stratum.certainty for stratum in strata.counts], dtype=np.bool_)


def _places(selection: Selection, strata: int, stratum: Ints) -> Ints:
    """The place of each chosen unit in its stratum, from 1 on; the selection has them in this order."""
    held = np.bincount(stratum[selection.indices], minlength=strata)
    return np.arange(selection.indices.size) - np.repeat(np.cumsum(held) - held, held) + 1


@dataclass(frozen=True)
class Back:
    """Who goes to the back of the queue.

    Args:
        rested: years asked by organisation, with `year`, `holiday` and `term` as `burden.resting` has them.
        over: (organisation, minutes over, invitations over). avoided: organisations of another panel.
    """

    years: Mapping[str, list[int]]
    year: int
    holiday: int
    term: int | None
    over: tuple[Ints, Ints, Ints]
    avoided: Ints

    def of(self, units: Units, sampled: Flags) -> tuple[Ints, Ints]:
        """The rule that holds each unit back, and by how much it would be broken; shape (n,) each.

        Where several do, the ceilings come before the rest, and the rest before the other panel.
        """
        rule = np.zeros(units.prn.size, dtype=np.int64)
        excess = np.zeros(units.prn.size, dtype=np.int64)
        places = _Places(units.organisation_id)
        rule[places.of(self.avoided)] = OVERLAP
        due, left = self._resting()
        at = places.of(due)
        rule[at], excess[at] = HOLIDAY, left[places.known(due)]
        organisation_id, minutes, invitations = self.over
        here = places.known(organisation_id)
        at = places.of(organisation_id)
        for number, amount in ((INVITATIONS, invitations[here]), (MINUTES, minutes[here])):
            rule[at[amount > 0]], excess[at[amount > 0]] = number, amount[amount > 0]
        return np.where(sampled, rule, 0), np.where(sampled, excess, 0)

    def _resting(self) -> tuple[Ints, Ints]:
        """Organisations that are due a rest, and the years of it that are left."""
        ids = list(self.years)
        if self.holiday == 0 and self.term is None:
            ids = []
        due = resting(ids, self.years, year=self.year, holiday=self.holiday, term=self.term)
        mine = [one for one, rests in zip(ids, due.tolist(), strict=True) if rests]
        left = [max(self.years[one]) + self.holiday - self.year + 1 for one in mine]
        return np.array(list(map(int, mine)), dtype=np.int64), np.array(left, dtype=np.int64)


class _Places:
    """Where organisations stand among the units."""

    def __init__(self, organisation_id: Ints) -> None:
        self._order = np.argsort(organisation_id)
        self._sorted = organisation_id[self._order]

    def known(self, wanted: Ints) -> Flags:
        at = np.searchsorted(self._sorted, wanted)
        at[at == self._sorted.size] = 0
        return np.asarray(self._sorted[at] == wanted) if self._sorted.size else np.zeros(0, np.bool_)

    def of(self, wanted: Ints) -> Ints:
        """Positions of those that are units, in their order."""
        return self._order[np.searchsorted(self._sorted, wanted[self.known(wanted)])]


def deprioritised(
    session: Session, *, survey: Survey, plan: PanelPlan, rule: Rule, avoid: int | None
) -> Back:
    """Who goes to the back of the queue for this survey, by the rules and by what was asked so far."""
    holiday = rule.holiday_years if plan.holiday is None else plan.holiday
    far = None if plan.term is not None else holiday
    over = overasked(session, survey=survey, rule=rule)
    avoided = np.empty(0, dtype=np.int64)
    if avoid is not None:
        query = select(PanelMember.organisation_id).where(PanelMember.panel_id == avoid)
        (avoided,) = columns(session, query, (np.int64,))
    return Back(
        years_asked(session, survey=survey, back=far),
        survey.year,
        holiday,
        plan.term,
        (over.organisation_id, over.minutes, over.invitations),
        avoided,
    )


def past_of(session: Session, *, panel_id: int, frame_id: int, strata: Strata) -> Past:
    """An earlier panel as a new one on this frame sees it."""
    panel = session.get_one(Panel, panel_id)
    rows = session.scalars(select(PanelStratum).where(PanelStratum.panel_id == panel_id))
    moved = by_stratum(
        cell_flows(session, then_frame=panel.frame_id, now_frame=frame_id),
        panel_cells(session, panel_id),
        {cell: stratum.name for cell, stratum in strata.of_cell.items()},
    )
    states = {row.name: StratumState(row.pop_size, row.sample_size, row.start) for row in rows}
    return Past(panel_id, panel.year, states, moved)


def order_of(
    strata: Strata, sizes: Mapping[str, int], plan: PanelPlan, *, previous: Past | None, avoided: Past | None
) -> Order:
    """Sizes, reserves and starts: on from the panel before, or behind the panel to be avoided."""
    names = [stratum.name for stratum in strata.counts]
    starts = dict.fromkeys(names, plan.start)
    if previous is not None:
        starts = next_starts(
            previous.states,
            rate=plan.rotation_share,
            strata=names,
            origins=origins(previous.moved),
            default=plan.start,
        )
    if avoided is not None:
        starts |= _behind(avoided, sizes, plan)
    reserves = {
        stratum.name: min(ceil(plan.reserve_share * sizes[stratum.name] - 1e-9), count - sizes[stratum.name])
        for stratum, count in strata.counts.items()
        if not stratum.certainty
    }
    return Order(strata, sizes, reserves, starts)


def _behind(avoided: Past, sizes: Mapping[str, int], plan: PanelPlan) -> dict[str, float]:
    starts = {}
    for name, origin in origins(avoided.moved).items():
        state = avoided.states[name if name in avoided.states else origin]
        size = min(sizes[name], state.pop_size)
        starts[name] = separate_start(
            state, sample_size=size, rate=plan.rotation_share, years=ROTATIONS_AVOIDED
        ).start
    return starts
