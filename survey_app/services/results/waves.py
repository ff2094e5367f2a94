"""Two rounds of a strand as two waves of one panel: who answered in both, in cells that both years share.

A round is weighted in cells of its own: strata with few replies were joined, and not always the same
ones as the year before; strata themselves may be drawn otherwise. For a change both years take the
finest cells that are whole cells of either (`common_cells`); weights, and so the estimates, stay what
they were.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from sampling.estimation.change import Change, Wave, change
from sampling.estimation.design import SurveyDesign
from sampling.frame import Sector
from sampling.panels.stratification import Features
from sampling.strata import collapse_map
from scheduler.stages import Stage
from survey_app.crypto import Keyring
from survey_app.errors import DestroyedError, InvalidError
from survey_app.models.cases import Outcome
from survey_app.models.panels import Panel
from survey_app.models.rounds import Round
from survey_app.services.frames.cells import cells_of, panel_cells, panel_flows
from survey_app.services.results.replies import Reply, RoundReplies, replies_of
from survey_app.services.results.weighting import WeightedReplies, weight_replies
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import RoundView


@dataclass(frozen=True)
class WeightedRound:
    """A round with its replies and their weights."""

    round_view: RoundView
    replies: RoundReplies
    weighted: WeightedReplies

    @property
    def cell_of(self) -> dict[str, str]:
        """The cell in which each stratum was weighted."""
        names = (row.stratum.name for row in self.replies.rows)
        return dict(zip(names, self.weighted.cells, strict=True))


@dataclass(frozen=True)
class OneWave:
    """The resolved cases of one round over the common cells; their weights are the round's own.

    `cells` are those in which the round weighted them; `pop_size` counts the frame by common cell.
    """

    rows: tuple[Reply, ...]
    design: SurveyDesign
    cells: tuple[str, ...]
    pop_size: Mapping[str, float]

    def of(self, key: str, sector: Sector | None) -> Wave:
        """One item's answers, of everyone or of one sector."""
        y = np.array([row.values.get(key, np.nan) for row in self.rows])
        inside = np.array([sector in (None, row.stratum.sector) for row in self.rows])
        return Wave(self.design.within(inside), [row.unit for row in self.rows], y)

    def answers(self, key: str, sector: Sector | None) -> dict[str, float]:
        """What each unit answered to an item."""
        rows = (row for row in self.rows if sector in (None, row.stratum.sector))
        return {row.unit: row.values[key] for row in rows if key in row.values}

    def senders(self, sector: Sector) -> set[str]:
        """The units that sent answers."""
        rows = (row for row in self.rows if row.stratum.sector is sector)
        return {row.unit for row in rows if row.outcome is Outcome.COMPLETE}


@dataclass(frozen=True)
class Shared:
    """How many answered then, now and both times.

    `alike`: the same organisations answered both times and all moved by the same amount.
    """

    then: int
    now: int
    both: int
    alike: bool = False


@dataclass(frozen=True)
class Waves:
    """Both rounds over the same cells; `pop_both` counts the organisations of both frames, cell by cell."""

    then: OneWave
    now: OneWave
    pop_both: Mapping[str, float]

    def change(self, key: str, sector: Sector | None) -> Change:
        """This round's mean (a share where answers are 0 and 1) less the earlier one's."""
        return change(self.then.of(key, sector), self.now.of(key, sector), pop_both=self.pop_both)

    def shared(self, key: str, sector: Sector | None) -> Shared:
        """Who gave an answer to an item."""
        before, after = self.then.answers(key, sector), self.now.answers(key, sector)
        both = before.keys() & after.keys()
        moves = {after[unit] - before[unit] for unit in both}
        alike = len(moves) == 1 and before.keys() == after.keys()
        return Shared(len(before), len(after), len(both), alike)

    def replied(self, sector: Sector) -> Shared:
        """Who sent answers at all."""
        before, after = self.then.senders(sector), self.now.senders(sector)
        return Shared(len(before), len(after), len(before & after))


def earlier_round(session: Session, keys: Keyring, *, round_view: RoundView) -> WeightedRound | None:
    """The newest closed round of the same strand that opened before this one and can be weighted.

    A round whose answers were destroyed, or that has too few of them, is passed over.
    """
    earlier = session.scalars(
        select(Round.id)
        .where(
            Round.programme_id == round_view.programme_id,
            Round.strand == round_view.strand,
            Round.stage == Stage.CLOSED,
            Round.opens_on < round_view.dates.opens_on,
        )
        .order_by(Round.opens_on.desc(), Round.id.desc())
    )
    for round_id in earlier.all():
        view = lifecycle.get_round(session, round_id=round_id, programme_id=round_view.programme_id)
        try:
            replies = replies_of(session, keys, round_view=view)
            return WeightedRound(view, replies, weight_replies(replies))
        except (DestroyedError, InvalidError):
            continue
    return None


def two_waves(session: Session, then: WeightedRound, now: WeightedRound) -> Waves:
    """Both rounds over common cells."""
    panels = then.round_view.panel_id, now.round_view.panel_id
    overlap = panel_flows(session, then_panel=panels[0], now_panel=panels[1])
    return over_common_cells(then, now, overlap, redefined(session, *panels))


def over_common_cells(
    then: WeightedRound,
    now: WeightedRound,
    overlap: Mapping[tuple[str, str], int],
    redrawn: Iterable[tuple[str, str]] = (),
) -> Waves:
    """Both rounds over common cells.

    Args:
        overlap: (stratum then, stratum now) -> organisations in both frames.
        redrawn: strata of the two rounds that are made of the same features.
    """
    strata = {row.stratum for one in (then, now) for row in one.replies.rows}
    joined = (pair for one in (then, now) for pair in one.cell_of.items())
    common = common_cells((*joined, *redrawn), collapse_map(sorted(strata)))
    waves = [_wave(one.weighted, common) for one in (then, now)]
    both = dict.fromkeys((*waves[0].pop_size, *waves[1].pop_size), 0.0)
    for (before, after), count in overlap.items():
        if before in common and common[before] == common.get(after):
            both[common[before]] += count
    return Waves(waves[0], waves[1], both)


def common_cells(joined: Iterable[tuple[str, str]], collapse: Mapping[str, str]) -> dict[str, str]:
    """The finest cells that are whole cells of every year.

    Args:
        joined: what belongs together: a stratum and the cell in which a year weighted it, or two strata.
        collapse: stratum or cell -> what it would have joined next.

    Returns:
        Every stratum and every cell -> its common cell, named as the widest in it.
    """
    group: dict[str, set[str]] = {}
    for one, other in joined:
        merged = group.get(one, {one}) | group.get(other, {other})
        group.update(dict.fromkeys(merged, merged))
    return {name: _widest(members, collapse) for name, members in group.items()}


def _widest(names: set[str], collapse: Mapping[str, str]) -> str:
    fewest = min(_steps_up(name, collapse) for name in names)
    return " + ".join(sorted(name for name in names if _steps_up(name, collapse) == fewest))


def _steps_up(name: str, collapse: Mapping[str, str]) -> int:
    steps = 0
    while name in collapse:
        name, steps = collapse[name], steps + 1
    return steps


def _wave(weighted: WeightedReplies, common: Mapping[str, str]) -> OneWave:
    sizes: dict[str, float] = {}
    for cell, size in weighted.cell_sizes.items():
        sizes[common[cell]] = sizes.get(common[cell], 0.0) + size
    own = tuple(str(cell) for cell in weighted.design.stratum_names)
    cells = [common[cell] for cell in own]
    design = SurveyDesign(
        strata=np.array(cells), weights=weighted.weights, pop_size=np.array([sizes[cell] for cell in cells])
    )
    return OneWave(weighted.rows, design, own, sizes)


def redefined(session: Session, then_panel: int, now_panel: int) -> set[tuple[str, str]]:
    """Strata of two panels that are made of the same features: (then, now); equal names where none changed.

    An organisation that is in another stratum only because strata were drawn otherwise has not moved.
    """
    then, now = (_by_features(session, panel_id) for panel_id in (then_panel, now_panel))
    return {(then[features], now[features]) for features in then.keys() & now.keys()}


def _by_features(session: Session, panel_id: int) -> dict[Features, str]:
    names = panel_cells(session, panel_id)
    cells = cells_of(session, session.get_one(Panel, panel_id).frame_id)
    return {cell.features: names[cell.id] for cell in cells if cell.id in names}
