"""Strata that one wave had to join are one in the other wave too, or their units would count as moved."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from sampling.arrays import Coded, Flags
from sampling.estimation.design import SurveyDesign
from survey_app.analysis.rows.columns import Levels
from survey_app.analysis.tasks.weighting import Weighted


@dataclass(frozen=True)
class OneWave:
    """The rows of one wave in the file, their design, and the identity of each row."""

    rows: Flags
    weighted: Weighted
    ids: list[str]
    strata: Levels


def with_common_strata(
    first: OneWave, second: OneWave, collapse: Mapping[str, str] | None, both: Mapping[str, float] | None
) -> tuple[OneWave, OneWave, dict[str, float] | None]:
    """Both waves, and the units in both frames, over the strata that either wave's joins leave.

    Args:
        collapse: stratum -> target, the map by which strata were joined.
        both: per stratum of either wave, the units in both frames.
    """
    wanted = {join.target for wave in (first, second) for join in wave.weighted.design.structure.joins}
    if not wanted:
        return first, second, None if both is None else dict(both)
    names = {*first.strata.names, *second.strata.names, *(both or {})}
    final = {name: _final(name, collapse or {}, wanted) for name in names}
    summed = None if both is None else _summed(both, final)
    return _over(first, final), _over(second, final), summed


def _final(name: str, collapse: Mapping[str, str], wanted: Iterable[str]) -> str:
    """The farthest target that a stratum leads to and some wave needs; itself without one."""
    chain = [name]
    while (above := collapse.get(chain[-1])) is not None:
        chain.append(above)
    return next((step for step in reversed(chain) if step in wanted), name)


def _summed(counts: Mapping[str, float], final: Mapping[str, str]) -> dict[str, float]:
    sums: dict[str, float] = {}
    for name, count in counts.items():
        sums[final[name]] = sums.get(final[name], 0.0) + count
    return sums


def _over(wave: OneWave, final: Mapping[str, str]) -> OneWave:
    """The wave with its strata joined; the weights of its units stay."""
    design, strata = wave.weighted.design, wave.strata
    pop = _summed(design.pop_size, final) if isinstance(design.pop_size, Mapping) else None
    names = tuple(final[name] for name in strata.names)
    joined = replace(design, strata=Coded(names, strata.codes), pop_size=pop)
    more = tuple(_joined_for_the_other(strata.names, names, design))
    return replace(
        wave, weighted=replace(wave.weighted, design=joined, messages=wave.weighted.messages + more)
    )


def _joined_for_the_other(before: Iterable[str], after: Iterable[str], design: SurveyDesign) -> Iterator[str]:
    """The joins that this wave did not need itself."""
    members: dict[str, list[str]] = {}
    for name, target in zip(before, after, strict=True):
        members.setdefault(target, []).append(name)
    own = {join.target: list(join.members) for join in design.structure.joins}
    for target, names in members.items():
        if names not in ([target], own.get(target)):
            yield f"strata {', '.join(names)} were joined as {target}, as the other wave needs"
