"""The waves of a panel as the file has them, over strata that both share, and the words that say so."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from sampling.arrays import Flags
from sampling.estimation.waves import OneWave, over_shared_strata
from survey_app.analysis.rows.columns import Levels


@dataclass(frozen=True)
class FileWave:
    """The rows of one wave in the file, shape (rows of the file,), with its design, strata and messages."""

    rows: Flags
    wave: OneWave
    strata: Levels
    messages: tuple[str, ...]


def with_common_strata(
    first: FileWave, second: FileWave, collapse: Mapping[str, str] | None, both: Mapping[str, float] | None
) -> tuple[FileWave, FileWave, Mapping[str, float] | None]:
    """Both waves, and the units in both frames, over the strata that either wave's joins leave.

    Args:
        collapse: stratum -> target, the map by which strata were joined.
        both: per stratum of either wave, the units in both frames.
    """
    joint = over_shared_strata(first.wave, second.wave, collapse=collapse, pop_both=both)
    return _with_wave(first, joint.first), _with_wave(second, joint.second), joint.pop_both


def _with_wave(wave: FileWave, joined: OneWave) -> FileWave:
    if joined is wave.wave:
        return wave
    return replace(wave, wave=joined, messages=(*wave.messages, *_joined_for_the_other(wave.wave, joined)))


def _joined_for_the_other(before: OneWave, after: OneWave) -> Iterator[str]:
    """The joins that this wave did not need itself."""
    members: dict[str, list[str]] = {}
    for name, target in _renamed(before, after):
        members.setdefault(target, []).append(name)
    own = {join.target: list(join.members) for join in before.design.structure.joins}
    for target, names in members.items():
        if names not in ([target], own.get(target)):
            yield f"strata {', '.join(names)} were joined as {target}, as the other wave needs"


def _renamed(before: OneWave, after: OneWave) -> Iterable[tuple[str, str]]:
    """Every stratum with rows and what it has become, sorted."""
    pairs = zip(before.design.stratum_names.tolist(), after.design.stratum_names.tolist(), strict=True)
    return sorted(set(pairs))
