"""Two years of one panel over strata that both share, so that who stays in place is not taken for a mover.

Each year joins strata with few replies in its own way, and strata may be drawn otherwise. For a change both
years take the same strata, the finest that are whole strata of either; weights stay what they were.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from sampling.arrays import Coded, coded, floats
from sampling.errors import SamplingError
from sampling.estimation.change import Wave
from sampling.estimation.design import SurveyDesign


@dataclass(frozen=True)
class OneWave:
    """One year's rows before anything is asked of them.

    Args:
        design: the rows, shape (n,), and their design.
        ids: identity of each row, shape (n,), the same in every year; of its cluster when there are clusters.
    """

    design: SurveyDesign
    ids: Sequence[str]

    @property
    def strata(self) -> tuple[str, ...]:
        """The strata that have rows, sorted."""
        return tuple(coded(self.design.strata)[0])

    @property
    def pop_size(self) -> dict[str, float] | None:
        """Stratum -> units of the frame; None where the design has no frame counts."""
        pop = self.design.pop_size
        if pop is None or isinstance(pop, Mapping):
            return None if pop is None else dict(pop)
        return dict(zip(self.design.stratum_names.tolist(), np.asarray(pop).tolist(), strict=True))

    def over(self, common: Mapping[str, str]) -> "OneWave":
        """The same rows over joined strata: frame counts add, weights stay.

        Args:
            common: stratum -> the stratum it becomes, for every stratum with rows.

        Raises:
            SamplingError: a stratum is not in `common`.
        """
        names, codes = coded(self.design.strata)
        absent = [name for name in names if name not in common]
        if absent:
            raise SamplingError(f"common strata: none is given for {', '.join(absent)}")
        pop = self.pop_size
        joined = replace(
            self.design,
            strata=Coded(tuple(common[name] for name in names), codes),
            pop_size=None if pop is None else summed(pop, common),
        )
        return replace(self, design=joined)

    def of(self, y: ArrayLike, *, x: ArrayLike | None = None, inside: ArrayLike | None = None) -> Wave:
        """The wave of one item.

        Args:
            y: shape (n,), NaN missing. x: the denominator of a ratio, shape (n,).
            inside: True for the rows of the domain, shape (n,); default all.
        """
        design = self.design if inside is None else self.design.within(inside)
        return Wave(design, self.ids, floats(y, "y", length=design.size), x)


@dataclass(frozen=True)
class TwoWaves:
    """Both years over the same strata; `pop_both`: stratum -> units in both frames, None without counts."""

    first: OneWave
    second: OneWave
    pop_both: Mapping[str, float] | None


def over_shared_strata(
    first: OneWave,
    second: OneWave,
    *,
    collapse: Mapping[str, str] | None,
    pop_both: Mapping[str, float] | None,
) -> TwoWaves:
    """Both waves over the strata that either one's joins leave; as they are where neither joined any.

    Args:
        first, second: designs whose `lonely_psu` may have joined strata by `collapse`.
        collapse: stratum -> target, the map declared for both years.
        pop_both: stratum of either year -> units in both frames and in it both times.
    """
    needed = {join.target for wave in (first, second) for join in wave.design.structure.joins}
    if not needed:
        return TwoWaves(first, second, None if pop_both is None else dict(pop_both))
    names = {*first.strata, *second.strata, *(pop_both or {})}
    common = {name: _farthest(name, collapse or {}, needed) for name in names}
    both = None if pop_both is None else summed(pop_both, common)
    return TwoWaves(first.over(common), second.over(common), both)


def over_common_cells(
    first: OneWave,
    second: OneWave,
    common: Mapping[str, str],
    *,
    moved: Mapping[tuple[str, str], float],
) -> TwoWaves:
    """Both waves over common cells, with the units of both frames counted in them.

    Args:
        common: stratum or cell of either year -> common cell (`common_cells`).
        moved: (stratum then, stratum now) -> units in both frames. A unit whose strata are in different
            common cells has moved, and is in none of the counts.
    """
    waves = first.over(common), second.over(common)
    both = dict.fromkeys((*waves[0].strata, *waves[1].strata), 0.0)
    for (then, now), count in moved.items():
        if then in common and common[then] == common.get(now):
            both[common[then]] += count
    return TwoWaves(*waves, both)


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


def summed(counts: Mapping[str, float], common: Mapping[str, str]) -> dict[str, float]:
    """Counts by stratum, added up by what each stratum becomes."""
    sums: dict[str, float] = {}
    for name, count in counts.items():
        sums[common[name]] = sums.get(common[name], 0.0) + count
    return sums


def _farthest(name: str, collapse: Mapping[str, str], needed: Iterable[str]) -> str:
    """The farthest target that a stratum leads to and some wave needs; itself without one."""
    chain = [name]
    while (above := collapse.get(chain[-1])) is not None:
        chain.append(above)
    return next((step for step in reversed(chain) if step in needed), name)


def _widest(names: set[str], collapse: Mapping[str, str]) -> str:
    fewest = min(_steps_up(name, collapse) for name in names)
    return " + ".join(sorted(name for name in names if _steps_up(name, collapse) == fewest))


def _steps_up(name: str, collapse: Mapping[str, str]) -> int:
    steps = 0
    while name in collapse:
        name, steps = collapse[name], steps + 1
    return steps
