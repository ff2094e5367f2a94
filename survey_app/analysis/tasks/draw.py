"""The task `draw`: the units whose permanent random numbers follow the start of their stratum."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sampling.arrays import Floats, Ints
from sampling.panels.selection import assign_prn, select_coded
from survey_app.analysis.answer import Answer, answer
from survey_app.analysis.faults import Faults, nearest, some
from survey_app.analysis.names import Names
from survey_app.analysis.rows.columns import Columns, Levels, Request
from survey_app.analysis.rows.source import (
    Source,
    complete_levels,
    no_repeats,
    selected,
    where_requests,
    whole_counts,
)
from survey_app.analysis.specification.contents import DrawTask, SizesFile


def draw(spec: DrawTask, source: Source, faults: Faults) -> Answer:
    """Select the units of every stratum that has a size, strata in the order of their names."""
    named = spec.columns
    requests = [
        Request(named.id, "name", "columns.id"),
        Request(named.stratum, "level", "columns.stratum"),
        *([Request(named.prn, "number", "columns.prn")] if named.prn is not None else []),
        *where_requests(spec.where, "where"),
    ]
    data = source.main(spec.data, requests, faults)
    sizes = _sizes(spec, source, faults)
    if data is None or sizes is None:
        faults.refuse()
    strata = complete_levels(data, named.stratum, "columns.stratum", faults)
    no_repeats(data, named.id, "columns.id", faults)
    inside = selected(data, spec.where, "where", faults)
    prn = _numbers(spec, data, faults)
    faults.stop()
    pop = np.bincount(strata.codes[inside], minlength=len(strata.names)).astype(np.int64)
    _check_sizes(sizes, dict(zip(strata.names, pop.tolist(), strict=True)), faults)
    starts = _starts(spec, strata.names, faults)
    faults.stop()
    frame = _Frame(data.names[named.id], strata, np.flatnonzero(inside), prn)
    rows = frame.drawn(sizes, starts)
    drawn = [
        {"stratum": name, "pop_size": pop[h], "sample_size": sizes[name], "start": starts[h]}
        for h, name in enumerate(strata.names)
        if name in sizes
    ]
    out = [name for h, name in enumerate(strata.names) if pop[h] and name not in sizes]
    messages = [f"strata {', '.join(out)} have no size and were left out"] if out else []
    if named.prn is not None and spec.key is not None:
        messages.append(f"key is not looked at: the numbers are those of the column {named.prn}")
    return answer("draw", {"selected": data.names[named.id].at(rows), "strata": drawn}, messages=messages)


@dataclass(frozen=True)
class _Frame:
    """The columns of all units, shape (n,), and the rows of those that may be drawn, shape (m,)."""

    ids: Names
    strata: Levels
    rows: Ints
    prn: Floats

    def drawn(self, sizes: Mapping[str, int], starts: Floats) -> Ints:
        """The rows drawn by stratum, then in order of selection; `starts` has shape (H,)."""
        chosen = select_coded(
            self.prn[self.rows],
            self.strata.codes[self.rows].astype(np.int64),
            [sizes.get(name, 0) for name in self.strata.names],
            start=starts,
            ids=self.ids.at(self.rows),
        )
        return self.rows[chosen]


def _sizes(spec: DrawTask, source: Source, faults: Faults) -> dict[str, int] | None:
    """Units to take by stratum, from the specification or from a file such as a plan."""
    if not isinstance(spec.sizes, SizesFile):
        return dict(spec.sizes)
    named = spec.sizes
    requests = [
        Request(named.stratum, "name", "sizes.stratum"),
        Request(named.sample_size, "number", "sizes.sample_size"),
    ]
    data = source.other(named.data, "sizes.data", requests, faults)
    if data is None:
        return None
    no_repeats(data, named.stratum, "sizes.stratum", faults)
    counts = whole_counts(data, named.sample_size, "sizes.sample_size", faults)
    return dict(zip(data.names[named.stratum], counts.tolist(), strict=True))


def _check_sizes(sizes: Mapping[str, int], pop: Mapping[str, int], faults: Faults) -> None:
    unknown = [name for name, n in sizes.items() if name not in pop and n > 0]
    for name in unknown[:3]:
        faults.add("sizes", f"stratum {name} is not in the frame", f"the nearest is {nearest(name, pop)}")
    short = [name for name, n in sizes.items() if name in pop and n > pop[name]]
    for name in short:
        faults.add(
            "sizes", f"stratum {name} has {pop[name]} units, {sizes[name]} are wanted", "lower the size"
        )


def _starts(spec: DrawTask, names: tuple[str, ...], faults: Faults) -> Floats:
    if not isinstance(spec.start, Mapping):
        return np.full(len(names), spec.start)
    unknown = [name for name in spec.start if name not in names]
    if unknown:
        correction = f"the nearest is {nearest(unknown[0], names)}"
        faults.add("start", f"strata {some(unknown)} are not in the frame", correction)
    return np.array([spec.start.get(name, 0.0) for name in names])


def _numbers(spec: DrawTask, data: Columns, faults: Faults) -> Floats:
    """The permanent random number of every unit of the frame."""
    if spec.columns.prn is None:
        if spec.key is None:
            faults.refuse()  # told when the specification was read
        return assign_prn(data.names[spec.columns.id], spec.key.encode())
    prn = data.numbers[spec.columns.prn]
    wrong = ~((prn >= 0) & (prn < 1))
    if wrong.any():
        what = (
            f"{data.file} column {spec.columns.prn} is missing or outside 0 to 1 in {data.row_numbers(wrong)}"
        )
        faults.add("columns.prn", what, "give every unit a number from 0 to below 1")
    return prn
