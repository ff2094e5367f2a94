"""Who stays in a panel, who leaves and who enters, and the numbers that prove why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import compress

import numpy as np

from sampling.arrays import Flags, Floats
from sampling.errors import SamplingError
from sampling.panels.rotation import StratumState
from sampling.panels.selection import Selection


class Way(StrEnum):
    """What a unit did between two panels."""

    STAYS = "stays"
    LEAVES = "leaves"
    ENTERS = "enters"


class Reason(StrEnum):
    """Why; which reasons a way can have is said beside each."""

    KEPT = "kept"  # stays
    CENSUS = "census"  # stays, enters
    CHANGED_STRATUM = "changed_stratum"  # all
    STRATA_REDRAWN = "strata_redrawn"  # leaves, enters: its stratum of last year is no more
    ROTATED_OUT = "rotated_out"  # leaves
    STRATUM_SHRUNK = "stratum_shrunk"  # leaves
    RESTING = "resting"  # leaves
    GONE_FROM_FRAME = "gone_from_frame"  # leaves
    MERGED_INTO = "merged_into"  # leaves
    ROTATED_IN = "rotated_in"  # enters
    STRATUM_GREW = "stratum_grew"  # enters
    RELEASED_BY_REST = "released_by_rest"  # enters: it was passed over last year, and is no longer
    BIRTH = "birth"  # enters


@dataclass(frozen=True)
class SelectionInterval:
    """The random numbers that a draw takes in one stratum: from `start` on for `reach`, 1 for all."""

    start: float
    reach: float
    sample_size: int
    pop_size: int

    @property
    def end(self) -> float:
        return (self.start + self.reach) % 1.0

    @property
    def whole(self) -> bool:
        return self.sample_size == self.pop_size

    def after(self, prn: float) -> float:
        """How far a number lies after the start, in [0, 1)."""
        return (prn - self.start) % 1.0

    def takes(self, prn: float) -> bool:
        return self.sample_size > 0 and self.after(prn) <= self.reach


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """What one unit did, with its number and the selection intervals of its strata in both years.

    `stratum` and `now` are None when it is on this year's frame no longer, `stratum_before` and `before` when
    it was not on last year's. `breach`: taken although it was owed a rest.
    """

    unit: str
    way: Way
    reason: Reason
    prn: float
    stratum_before: str | None
    stratum: str | None
    before: SelectionInterval | None
    now: SelectionInterval | None
    successor: str | None = None
    breach: bool = False


@dataclass(frozen=True)
class LastYear:
    """Last year's panel.

    Args:
        members: unit -> stratum. prn: unit -> random number, of every member.
        strata: the strata it was drawn from.
        frame: unit -> stratum on last year's frame, for those at least who enter this year: who is not in it
            is a birth.
    """

    members: Mapping[str, str]
    prn: Mapping[str, float]
    strata: Mapping[str, StratumState]
    frame: Mapping[str, str]


@dataclass(frozen=True)
class ThisYear:
    """This year's frame and draw: shape (n,) each but `selection`, which `select_prn` made from them."""

    ids: Sequence[str]
    stratum: Sequence[str]
    prn: Floats
    selection: Selection
    resting: Flags | None = None


def moves(
    last: LastYear,
    this: ThisYear,
    *,
    merged: Mapping[str, str] | None = None,
    origins: Mapping[str, str] | None = None,
) -> tuple[Move, ...]:
    """Every unit of either panel, once: last year's members in their order, then those who enter.

    Args:
        last, this: the two years.
        merged: unit -> the unit it has become part of.
        origins: the stratum of last year that each new one continues (`rotation.origins`): units that came
            from there have not changed stratum.

    Raises:
        SamplingError: a member has no random number or no stratum.
    """
    _check(last, this)
    return tuple(_Years(last, this, merged or {}, origins or {}).moves())


def _check(last: LastYear, this: ThisYear) -> None:
    if not len(this.ids) == len(this.stratum) == len(this.prn):
        raise SamplingError(
            f"ids, stratum and prn: {len(this.ids)}, {len(this.stratum)} and {len(this.prn)} values"
        )
    for unit, stratum in last.members.items():
        if unit not in last.prn or stratum not in last.strata:
            raise SamplingError(f"last year's member {unit!r}: its random number or stratum is missing")


def selection_intervals(this: ThisYear) -> dict[str, SelectionInterval]:
    """What this year's draw took in each stratum.

    An interval ends at the last unit taken that was owed no rest; a stratum taken whole has all the circle.
    """
    reach = {draw.stratum: 0.0 for draw in this.selection.strata}
    starts = {draw.stratum: draw.start for draw in this.selection.strata}
    chosen = this.selection.indices
    rest = np.zeros(chosen.size, dtype=np.bool_) if this.resting is None else this.resting[chosen]
    for i, prn in zip(chosen[~rest].tolist(), this.prn[chosen[~rest]].tolist(), strict=True):
        name = this.stratum[i]
        reach[name] = max(reach[name], (prn - starts[name]) % 1.0)
    return {
        draw.stratum: SelectionInterval(
            draw.start,
            1.0 if draw.breaches or draw.sample_size == draw.pop_size else reach[draw.stratum],
            draw.sample_size,
            draw.pop_size,
        )
        for draw in this.selection.strata
    }


def selection_intervals_before(last: LastYear) -> dict[str, SelectionInterval]:
    """What last year's draw took, by the numbers of its members."""
    reach = dict.fromkeys(last.strata, 0.0)
    for unit, name in last.members.items():
        reach[name] = max(reach[name], (last.prn[unit] - last.strata[name].start) % 1.0)
    return {
        name: SelectionInterval(
            state.start, 1.0 if state.whole else reach[name], state.sample_size, state.pop_size
        )
        for name, state in last.strata.items()
    }


class _Years:
    """Both years side by side; finds the reason of each move."""

    def __init__(
        self, last: LastYear, this: ThisYear, merged: Mapping[str, str], origins: Mapping[str, str]
    ) -> None:
        self.last, self.this, self.merged, self.origins = last, this, merged, origins
        self.before, self.now = selection_intervals_before(last), selection_intervals(this)
        self.chosen = {this.ids[i]: i for i in this.selection.indices.tolist()}
        # Looked up without a loop of our own: the frame may hold a million units.
        here = compress(range(len(this.ids)), map(last.members.__contains__, this.ids))
        self.still = {this.ids[i]: i for i in here}

    def moves(self) -> Iterator[Move]:
        for unit, stratum in self.last.members.items():
            if unit in self.chosen:
                yield self._stays(unit, stratum)
            elif unit in self.still:
                yield self._leaves(unit, stratum)
            else:
                yield self._gone(unit, stratum)
        for unit, i in self.chosen.items():
            if unit not in self.last.members:
                yield self._enters(unit, i)

    def _gone(self, unit: str, stratum: str) -> Move:
        successor = self.merged.get(unit)
        reason = Reason.GONE_FROM_FRAME if successor is None else Reason.MERGED_INTO
        before = self.before[stratum]
        return Move(
            unit=unit,
            way=Way.LEAVES,
            reason=reason,
            prn=self.last.prn[unit],
            stratum_before=stratum,
            stratum=None,
            before=before,
            now=None,
            successor=successor,
        )

    def _stays(self, unit: str, then: str) -> Move:
        i = self.chosen[unit]
        now = self.now[self.this.stratum[i]]
        reason = Reason.CENSUS if now.whole else Reason.KEPT
        if not now.whole and not self._continues(then, self.this.stratum[i]):
            reason = Reason.CHANGED_STRATUM
        return self._move(unit, Way.STAYS, reason, then, i)

    def _leaves(self, unit: str, then: str) -> Move:
        i = self.still[unit]
        stratum, prn = self.this.stratum[i], float(self.this.prn[i])
        return self._move(unit, Way.LEAVES, self._why_out(then, stratum, prn, self._rests(i)), then, i)

    def _why_out(self, then: str, stratum: str, prn: float, rests: bool) -> Reason:
        if not self._continues(then, stratum):
            return self._elsewhere(then)
        before, now = self.before[then], self.now.get(stratum)
        if now is None:
            return Reason.STRATUM_SHRUNK
        if rests and now.takes(prn):
            return Reason.RESTING
        passed = before.after(prn) < (now.start - before.start) % 1.0
        return Reason.ROTATED_OUT if passed else Reason.STRATUM_SHRUNK

    def _enters(self, unit: str, i: int) -> Move:
        then = self.last.frame.get(unit)
        return self._move(unit, Way.ENTERS, self._why_in(then, i), then, i)

    def _why_in(self, then: str | None, i: int) -> Reason:
        stratum, prn = self.this.stratum[i], float(self.this.prn[i])
        now = self.now[stratum]
        if now.whole:
            return Reason.CENSUS
        if then is None:
            return Reason.BIRTH
        if not self._continues(then, stratum):
            return self._elsewhere(then)
        before = self.before.get(then)
        return Reason.ROTATED_IN if before is None else _why_reached(before, now, prn)

    def _origin(self, stratum: str) -> str:
        return stratum if stratum in self.last.strata else self.origins.get(stratum, "")

    def _continues(self, then: str, now: str) -> bool:
        return then == now or self._origin(now) == then

    def _elsewhere(self, then: str) -> Reason:
        return Reason.CHANGED_STRATUM if then in self.now else Reason.STRATA_REDRAWN

    def _rests(self, i: int) -> bool:
        return self.this.resting is not None and bool(self.this.resting[i])

    def _move(self, unit: str, way: Way, reason: Reason, then: str | None, i: int) -> Move:
        stratum = self.this.stratum[i]
        now = self.now.get(stratum)
        before = None if then is None else self.before.get(then)
        breach = way is not Way.LEAVES and now is not None and not now.whole and self._rests(i)
        return Move(
            unit=unit,
            way=way,
            reason=reason,
            prn=float(self.this.prn[i]),
            stratum_before=then,
            stratum=stratum,
            before=before,
            now=now,
            breach=breach,
        )


def _why_reached(before: SelectionInterval, now: SelectionInterval, prn: float) -> Reason:
    """Why a number is reached this year that its own stratum did not take last year.

    As far as last year's reach from this year's start, rotation explains it; beyond that, a larger share.
    Without one it is chance: the interval is as long as the numbers there make it, and rotation goes on.
    """
    if before.takes(prn):
        return Reason.RELEASED_BY_REST
    grew = now.sample_size * before.pop_size > before.sample_size * now.pop_size
    return Reason.STRATUM_GREW if grew and now.after(prn) > before.reach else Reason.ROTATED_IN
