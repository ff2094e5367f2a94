"""Two rounds of a strand as two waves of one panel: who answered in both, in cells that both years share.

A round is weighted in cells of its own; `sampling.estimation.waves` joins those of two rounds. Here the
rounds are found, and rows of replies become what it takes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from sampling.disclosure.overlap import Shared, shared_answers
from sampling.estimation.change import Change, Wave, change
from sampling.estimation.waves import OneWave, common_cells, over_common_cells
from sampling.frame import Sector
from sampling.panels.stratification import Features
from sampling.strata import collapse_map
from scheduler.stages import Stage
from scheduler.timetable import EventKind
from survey_app.crypto import Keyring
from survey_app.errors import DestroyedError, InvalidError
from survey_app.models.cases.casework import Outcome
from survey_app.models.panels import Panel
from survey_app.models.rounds import Round, day_of
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
        return {name: cell for name, cell in zip(names, self.weighted.cells, strict=True) if cell}


@dataclass(frozen=True)
class RoundWave:
    """The resolved cases of one round over the common cells; `weighted` is how the round weighted them."""

    weighted: WeightedReplies
    wave: OneWave

    @property
    def rows(self) -> tuple[Reply, ...]:
        return self.weighted.rows

    @property
    def cells(self) -> list[str]:
        """The cells in which the round weighted its resolved cases."""
        cells: list[str] = self.weighted.design.stratum_names.tolist()
        return cells

    @property
    def pop_size(self) -> Mapping[str, float]:
        """Organisations of the frame by common cell."""
        return self.wave.pop_size or {}

    def of(self, key: str, sector: Sector | None) -> Wave:
        """One item's answers, of everyone or of one sector."""
        y = np.array([row.values.get(key, np.nan) for row in self.rows])
        inside = np.array([sector in (None, row.stratum.sector) for row in self.rows])
        return self.wave.of(y, inside=inside)

    def answers(self, key: str, sector: Sector | None) -> dict[str, float]:
        """What each unit answered to an item."""
        rows = (row for row in self.rows if sector in (None, row.stratum.sector))
        return {row.unit: row.values[key] for row in rows if key in row.values}

    def senders(self, sector: Sector) -> set[str]:
        """The units that sent answers."""
        rows = (row for row in self.rows if row.stratum.sector is sector)
        return {row.unit for row in rows if row.outcome is Outcome.COMPLETE}


@dataclass(frozen=True)
class Waves:
    """Both rounds over the same cells; `pop_both` counts the organisations of both frames, cell by cell."""

    then: RoundWave
    now: RoundWave
    pop_both: Mapping[str, float]

    def change(self, key: str, sector: Sector | None) -> Change:
        """This round's mean (a share where answers are 0 and 1) less the earlier one's."""
        return change(self.then.of(key, sector), self.now.of(key, sector), pop_both=self.pop_both)

    def shared(self, key: str, sector: Sector | None) -> Shared:
        """Who gave an answer to an item."""
        return shared_answers(self.then.answers(key, sector), self.now.answers(key, sector))

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
            day_of(EventKind.OPEN) < round_view.dates.opens_on,
        )
        .order_by(day_of(EventKind.OPEN).desc(), Round.id.desc())
    )
    for round_id in earlier.all():
        view = lifecycle.get_round(session, round_id=round_id, programme_id=round_view.programme_id)
        try:
            return weighted_round(session, keys, view)
        except (DestroyedError, InvalidError):
            continue
    return None


def weighted_round(session: Session, keys: Keyring, round_view: RoundView) -> WeightedRound:
    """A round with its answers, weighted as rounds are today.

    Raises:
        DestroyedError: its answers were destroyed.
        InvalidError: nobody answered, or the weights cannot be made.
    """
    replies = replies_of(session, keys, round_view=round_view)
    return WeightedRound(round_view, replies, weight_replies(replies))


def two_waves(session: Session, then: WeightedRound, now: WeightedRound) -> Waves:
    """Both rounds over common cells."""
    panels = then.round_view.asked_panel_id, now.round_view.asked_panel_id
    overlap = panel_flows(session, then_panel=panels[0], now_panel=panels[1])
    return join_waves(then, now, overlap, redefined(session, *panels))


def join_waves(
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
    own = [_own_wave(one.weighted) for one in (then, now)]
    joint = over_common_cells(own[0].wave, own[1].wave, common, moved=overlap)
    return Waves(replace(own[0], wave=joint.first), replace(own[1], wave=joint.second), joint.pop_both or {})


def _own_wave(weighted: WeightedReplies) -> RoundWave:
    wave = OneWave(weighted.design, [row.unit for row in weighted.rows])
    return RoundWave(weighted, wave)


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
