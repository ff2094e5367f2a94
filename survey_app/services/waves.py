"""Two rounds of a strand as two waves of one panel: who answered in both, in cells that both years share.

A round is weighed in cells of its own: strata with few replies were joined, and not always the same
ones as the year before. For a change both years take the finest cells that are whole cells of either
(`common_cells`); weights, and so the estimates, stay what they were.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from sampling.change import Change, Wave, change
from sampling.design import SurveyDesign
from sampling.frame import Sector
from sampling.strata import collapse_map, stratum_of
from scheduler.stages import Stage
from survey_app.crypto import Keyring
from survey_app.errors import DestroyedError, InvalidError
from survey_app.models.cases import Outcome
from survey_app.models.frames import FrameCell, FrameEntry
from survey_app.models.panels import Panel, PanelCell, PanelStratum
from survey_app.models.rounds import Round
from survey_app.services import rounds
from survey_app.services.replies import Reply, RoundReplies, replies_of
from survey_app.services.rounds import RoundView
from survey_app.services.weighting import WeightedReplies, weigh


@dataclass(frozen=True)
class Weighed:
    """A round with its replies and their weights."""

    found: RoundView
    replies: RoundReplies
    weighted: WeightedReplies

    @property
    def cell_of(self) -> dict[str, str]:
        """The cell in which each stratum was weighed."""
        names = (row.stratum.name for row in self.replies.rows)
        return dict(zip(names, self.weighted.cells, strict=True))


@dataclass(frozen=True)
class OneWave:
    """The resolved cases of one round over the common cells; their weights are the round's own.

    `cells` are those in which the round weighed them; `pop_size` counts the frame by common cell.
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


def earlier_round(session: Session, keys: Keyring, *, found: RoundView) -> Weighed | None:
    """The newest closed round of the same strand that opened before this one and can be weighed.

    A round whose answers were destroyed, or that has too few of them, is passed over.
    """
    earlier = session.scalars(
        select(Round.id)
        .where(
            Round.programme_id == found.programme_id,
            Round.strand == found.strand,
            Round.stage == Stage.CLOSED,
            Round.opens_on < found.dates.opens_on,
        )
        .order_by(Round.opens_on.desc(), Round.id.desc())
    )
    for round_id in earlier.all():
        view = rounds.get_round(session, round_id=round_id, programme_id=found.programme_id)
        try:
            replies = replies_of(session, keys, found=view)
            return Weighed(view, replies, weigh(replies))
        except (DestroyedError, InvalidError):
            continue
    return None


def two_waves(session: Session, then: Weighed, now: Weighed) -> Waves:
    """Both rounds over common cells."""
    return over_common_cells(then, now, frame_overlap(session, then.found.panel_id, now.found.panel_id))


def over_common_cells(then: Weighed, now: Weighed, overlap: Mapping[tuple[str, str], int]) -> Waves:
    """Both rounds over common cells.

    Args:
        overlap: (stratum then, stratum now) -> organisations in both frames.
    """
    strata = {row.stratum for one in (then, now) for row in one.replies.rows}
    common = common_cells((then.cell_of, now.cell_of), collapse_map(sorted(strata)))
    waves = [_wave(one.weighted, common) for one in (then, now)]
    both = dict.fromkeys((*waves[0].pop_size, *waves[1].pop_size), 0.0)
    for (before, after), count in overlap.items():
        if before in common and common[before] == common.get(after):
            both[common[before]] += count
    return Waves(waves[0], waves[1], both)


def common_cells(years: Iterable[Mapping[str, str]], collapse: Mapping[str, str]) -> dict[str, str]:
    """The finest cells that are whole cells of every year.

    Args:
        years: of each year, stratum -> the cell in which it was weighed.
        collapse: stratum or cell -> what it would have joined next.

    Returns:
        Every stratum and every cell of any year -> its common cell, named as the widest in it.
    """
    group: dict[str, set[str]] = {}
    for stratum, cell in (pair for year in years for pair in year.items()):
        merged = group.get(stratum, {stratum}) | group.get(cell, {cell})
        group.update(dict.fromkeys(merged, merged))
    return {
        name: min(members, key=lambda one: (_steps_up(one, collapse), one)) for name, members in group.items()
    }


def _steps_up(name: str, collapse: Mapping[str, str]) -> int:
    steps = 0
    while name in collapse:
        name, steps = collapse[name], steps + 1
    return steps


def _wave(weighted: WeightedReplies, common: Mapping[str, str]) -> OneWave:
    sizes: dict[str, float] = {}
    for cell, size in weighted.cell_sizes.items():
        sizes[common[cell]] = sizes.get(common[cell], 0.0) + size
    own = tuple(str(cell) for cell in weighted.design.strata)
    cells = [common[cell] for cell in own]
    design = SurveyDesign(
        strata=np.array(cells), weights=weighted.weights, pop_size=np.array([sizes[cell] for cell in cells])
    )
    return OneWave(weighted.rows, design, own, sizes)


def frame_overlap(session: Session, first_panel: int, second_panel: int) -> dict[tuple[str, str], int]:
    """Organisations in scope of both panels' frames: (stratum then, stratum now) -> how many."""
    first, second = (session.get_one(Panel, panel_id) for panel_id in (first_panel, second_panel))
    names = _stratum_of_cell(session, first), _stratum_of_cell(session, second)
    then, now = aliased(FrameEntry), aliased(FrameEntry)
    rows = session.execute(
        select(then.frame_cell_id, now.frame_cell_id, func.count())
        .join(now, now.organisation_id == then.organisation_id)
        .where(then.frame_id == first.frame_id, now.frame_id == second.frame_id)
        # A frame puts everybody in scope into a group, and nobody else.
        .where(then.frame_cell_id.is_not(None), now.frame_cell_id.is_not(None))
        .group_by(then.frame_cell_id, now.frame_cell_id)
    )
    counts: Counter[tuple[str, str]] = Counter()
    for before, after, count in rows:
        assert before is not None
        assert after is not None
        counts[names[0][before], names[1][after]] += count
    return dict(counts)


def _stratum_of_cell(session: Session, panel: Panel) -> dict[int, str]:
    """The stratum of a panel to which each group of its frame belongs."""
    placed = session.execute(
        select(PanelCell.frame_cell_id, PanelStratum.name)
        .join(PanelStratum, PanelStratum.id == PanelCell.panel_stratum_id)
        .where(PanelCell.panel_id == panel.id)
    )
    usual = {
        cell.id: stratum_of(cell.sector, cell.region, cell.band, cell.band).name
        for cell in session.scalars(select(FrameCell).where(FrameCell.frame_id == panel.frame_id))
    }
    return usual | dict(placed.all())
