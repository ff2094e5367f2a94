"""The task `change`: how much numbers moved between two waves of a panel."""

from collections import Counter
from collections.abc import Iterator, Mapping

import numpy as np

from sampling.arrays import Flags, Floats
from sampling.estimation.change import Change
from sampling.estimation.change import change as estimate_change
from sampling.estimation.waves import OneWave
from sampling.texts import without_zeros
from survey_app.analysis.answer import Answer, answer, numbers_of
from survey_app.analysis.faults import Faults, nearest, some
from survey_app.analysis.rows.columns import Columns, Levels, Request
from survey_app.analysis.rows.source import (
    Source,
    by_route,
    complete_levels,
    crossings,
    level_requests,
    no_repeats,
    selected,
    where_requests,
    whole_counts,
)
from survey_app.analysis.specification.contents import ChangeTask, Moved
from survey_app.analysis.specification.shapes import join
from survey_app.analysis.tasks.calibrating import calibration_requests
from survey_app.analysis.tasks.common_strata import FileWave, with_common_strata
from survey_app.analysis.tasks.weighting import design_requests, sampled_units, weight_units


def change(spec: ChangeTask, source: Source, faults: Faults) -> Answer:
    """Estimate every change that is asked for."""
    requests = [
        Request(spec.design.id, "name", "design.id"),
        Request(spec.design.wave, "level", "design.wave"),
        *design_requests(spec.design.as_design(), "design"),
        *(request for wave in spec.waves for request in calibration_requests(*spec.calibration_of(wave))),
        *(
            request
            for i, moved in enumerate(spec.estimates)
            for request in _requests(moved, f"estimates[{i}]")
        ),
    ]
    read = source.main(spec.data, requests, faults)
    both = _pop_both(spec, source, faults)
    if read is None:
        faults.refuse()
    routes = by_route(read, spec.design.route, "design.route", faults)
    data = routes.drawn
    waves = [_wave(spec, data, level, i, faults) for i, level in enumerate(spec.waves)]
    _tell_renumbered(waves[0], waves[1], faults)
    if both is not None:
        _check_overlap(both, waves[0], waves[1], faults)
    faults.stop()
    *waves, pop_both = with_common_strata(waves[0], waves[1], spec.design.collapse, both)
    records: list[dict[str, object]] = []
    for i, moved in enumerate(spec.estimates):
        records += _records(moved, f"estimates[{i}]", data, (waves[0], waves[1]), pop_both, faults)
    faults.stop()
    warnings = [
        f"wave {level}: {text}"
        for level, wave in zip(spec.waves, waves, strict=True)
        for text in wave.messages
    ]
    values: dict[str, object] = {"waves": spec.waves, "estimates": records}
    if spec.design.route is not None:
        values["apart"] = [{"route": route, "n": rows.rows} for route, rows in routes.apart.items()]
    return answer("change", values, messages=[*routes.messages, *warnings])


def _requests(moved: Moved, path: str) -> list[Request]:
    columns = [*moved.of, *([moved.over] if moved.over is not None else [])]
    return [
        *(Request(column, "number", join(path, "of")) for column in columns),
        *level_requests(moved.by, join(path, "by")),
        *where_requests(moved.where, join(path, "where")),
    ]


def _wave(spec: ChangeTask, data: Columns, level: str, place: int, faults: Faults) -> FileWave:
    column = complete_levels(data, spec.design.wave, "design.wave", faults)
    if level not in column.names:
        correction = f"the nearest is {nearest(level, column.names)}"
        faults.add(f"waves[{place}]", f"{data.file} has no {spec.design.wave} {level}", correction)
    faults.stop()
    rows = np.asarray(column.codes == column.names.index(level))
    if spec.design.psu is None:
        no_repeats(data, spec.design.id, "design.id", faults, rows=rows)
    part = data.within(rows)
    design = spec.design.as_design()
    sampled = sampled_units(part, design, "design", faults)
    if sampled.psu is not None:
        _check_clusters(sampled.strata, sampled.psu, faults)
    calibration, path = spec.calibration_of(level)
    weighted = weight_units(part, sampled, design, faults, calibration=calibration, calibration_path=path)
    ids = list(part.names[spec.design.id]) if sampled.psu is None else sampled.psu.coded.text.tolist()
    return FileWave(rows, OneWave(weighted.design, ids), sampled.strata, weighted.messages)


def _tell_renumbered(first: FileWave, second: FileWave, faults: Faults) -> None:
    """An id that a spreadsheet took the noughts off, or that is spelled otherwise, would be another unit."""
    then, now = set(first.wave.ids), set(second.wave.ids)
    gone = {without_zeros(unit): unit for unit in then - now}
    pairs = [
        f"{gone[without_zeros(unit)]} and {unit}"
        for unit in sorted(now - then)
        if without_zeros(unit) in gone
    ]
    if pairs:
        what = f"the waves have ids that seem to be of one unit each ({some(pairs)})"
        faults.add("design.id", what, "write each in one way, with the noughts it begins with")


def _check_clusters(strata: Levels, psu: Levels, faults: Faults) -> None:
    """A cluster is found again by its label alone, which two strata of a wave cannot share."""
    pairs = np.unique(np.stack([psu.codes, strata.codes]), axis=1)
    clusters, times = np.unique(pairs[0], return_counts=True)
    twice = [psu.names[code] for code in clusters[times > 1].tolist()]
    if twice:
        what = f"the clusters {some(twice)} are in more than one stratum of a wave"
        faults.add("design.psu", what, "give every cluster a label of its own")
    faults.stop()


def _pop_both(spec: ChangeTask, source: Source, faults: Faults) -> dict[str, float] | None:
    if spec.overlap is None:
        return None
    named = spec.overlap
    requests = [
        Request(named.stratum, "name", "overlap.stratum"),
        Request(named.pop_both, "number", "overlap.pop_both"),
    ]
    data = source.other(named.data, "overlap.data", requests, faults)
    if data is None:
        return None
    no_repeats(data, named.stratum, "overlap.stratum", faults)
    counts = whole_counts(data, named.pop_both, "overlap.pop_both", faults)
    return dict(zip(data.names[named.stratum], counts.astype(np.float64).tolist(), strict=True))


def _check_overlap(both: dict[str, float], first: FileWave, second: FileWave, faults: Faults) -> None:
    """Every stratum of both waves has a count; one of a single wave has none in both frames."""
    shared = set(first.strata.names) & set(second.strata.names)
    missing = sorted(shared - both.keys())
    if missing:
        faults.add("overlap", f"strata {some(missing)} have no count", "give the units in both frames")
    known = set(first.strata.names) | set(second.strata.names)
    silent = sorted(name for name, count in both.items() if count > 0 and name not in known)
    if silent:
        what = f"strata {some(silent)} are in the frames and in neither wave"
        faults.add("overlap", what, "give their rows, or leave them out if they were not to be asked")
    for name in known - shared:
        both.setdefault(name, 0.0)
    _check_counts(both, first, second, faults)


def _check_counts(both: Mapping[str, float], first: FileWave, second: FileWave, faults: Faults) -> None:
    """No stratum has more units in both frames than in one, nor fewer than were seen in both waves."""
    for wave in (first, second):
        for name, count in (wave.wave.pop_size or {}).items():
            if both.get(name, 0.0) > count:
                what = f"stratum {name} has {both[name]:g} units in both frames and {count:g} in one of them"
                faults.add("overlap", what, "correct one of the two counts")
    for name, count in sorted(_seen_in_both(first, second).items()):
        if name in both and both[name] < count:
            counts = f"{both[name]:g} units in both frames and {count} that answered in both waves"
            faults.add("overlap", f"stratum {name} has {counts}", "correct one of the two counts")


def _seen_in_both(first: FileWave, second: FileWave) -> Counter[str]:
    """Primary units that answered in both waves and in the same stratum, by stratum."""
    then, now = (
        dict(zip(wave.wave.ids, wave.strata.coded.text.tolist(), strict=True)) for wave in (first, second)
    )
    return Counter(stratum for unit, stratum in now.items() if then.get(unit) == stratum)


def _records(
    moved: Moved,
    path: str,
    data: Columns,
    waves: tuple[FileWave, FileWave],
    both: Mapping[str, float] | None,
    faults: Faults,
) -> Iterator[dict[str, object]]:
    seen = waves[0].rows | waves[1].rows
    inside = selected(data, moved.where, join(path, "where"), faults) & seen
    domains = crossings(data, moved.by, inside)
    for column in moved.of:
        y = data.numbers[column]
        if not _usable(moved, column, y[seen], join(path, "of"), faults):
            continue
        for by, rows in domains:
            with faults.caught(path):
                change_of_rows = _one(moved, data, column, waves, rows, both)
                yield _record(moved, column, by, change_of_rows)


def _usable(moved: Moved, column: str, y: Floats, path: str, faults: Faults) -> bool:
    if np.isnan(y).all():
        faults.add(path, f"every value of {column} is missing", "leave the column out or fill it in")
        return False
    if moved.statistic == "proportion" and not np.all((y == 0) | (y == 1) | np.isnan(y)):
        faults.add(path, f"{column} holds numbers other than 0 and 1", "recode it, or ask for its mean")
        return False
    return True


def _one(
    moved: Moved,
    data: Columns,
    column: str,
    waves: tuple[FileWave, FileWave],
    rows: Flags,
    both: Mapping[str, float] | None,
) -> Change:
    first, second = (
        wave.wave.of(
            data.numbers[column][wave.rows],
            x=None if moved.over is None else data.numbers[moved.over][wave.rows],
            inside=rows[wave.rows],
        )
        for wave in waves
    )
    statistic = "mean" if moved.statistic == "proportion" else moved.statistic
    return estimate_change(
        first,
        second,
        pop_both=both,
        statistic=statistic,
        level=moved.level,
        covariance=moved.covariance,
    )


def _record(moved: Moved, column: str, by: Mapping[str, str], result: Change) -> dict[str, object]:
    return {
        "statistic": moved.statistic,
        "of": column,
        "over": moved.over if moved.statistic == "ratio" else None,
        "by": dict(by),
        "where": dict(moved.where or {}),
        **numbers_of(result),
    }
