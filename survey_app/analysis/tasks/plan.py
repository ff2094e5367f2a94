"""The task `plan`: sizes per stratum."""

import re

import numpy as np

from sampling.arrays import Floats, Ints
from sampling.panels.allocation import allocate, variance_of_total
from survey_app.analysis.answer import Answer, answer
from survey_app.analysis.faults import Faults
from survey_app.analysis.rows.columns import Columns, Request
from survey_app.analysis.rows.source import Source, complete_flags, no_repeats, whole_counts
from survey_app.analysis.specification.contents import PlanTask

TOTAL = re.compile(r"(grand |sub-? ?|overall )?totals?:?|sum|all strata")


def plan(spec: PlanTask, source: Source, faults: Faults) -> Answer:
    """Share the total among the strata of the file, in its order."""
    named = spec.columns
    numeric = {
        "pop_size": named.pop_size,
        "sd": named.sd,
        "size": named.size,
        "cv": named.cv,
        "certainty": named.certainty,
    }
    data = source.main(
        spec.data,
        [
            Request(named.stratum, "name", "columns.stratum"),
            *(
                Request(column, "number", f"columns.{key}")
                for key, column in numeric.items()
                if column is not None
            ),
        ],
        faults,
    )
    if data is None:
        faults.refuse()
    no_repeats(data, named.stratum, "columns.stratum", faults)
    pop = whole_counts(data, named.pop_size, "columns.pop_size", faults)
    _refuse_totals(list(data.names[named.stratum]), pop, data.file, faults)
    sure = (
        None
        if named.certainty is None
        else complete_flags(data, named.certainty, "columns.certainty", faults)
    )
    sd, size, cv = (_measure(data, numeric[key], f"columns.{key}", faults) for key in ("sd", "size", "cv"))
    faults.stop()
    rule = spec.allocation
    with faults.caught("allocation"):
        allocation = allocate(
            pop,
            rule.n,
            method=rule.method,
            sd=sd,
            power=rule.power,
            size=size,
            cv=cv,
            min_n=rule.min_n,
            certainty=sure,
            cap=rule.cap,
        )
    faults.stop()
    names = list(data.names[named.stratum])
    strata = [
        {"stratum": name, "pop_size": big_n, "sample_size": n, "continuous": exact}
        for name, big_n, n, exact in zip(
            names, pop, allocation.sample_size, allocation.continuous, strict=True
        )
    ]
    values: dict[str, object] = {"strata": strata}
    messages = list(allocation.notes)
    if sd is not None:
        variance = variance_of_total(pop, allocation.sample_size, sd)
        values["variance_of_total"] = variance
        if not np.isfinite(variance):
            messages.append(
                "variance_of_total is not defined: a stratum with spread gets no unit; raise min_n"
            )
    return answer("plan", values, messages=messages)


def _refuse_totals(names: list[str], pop: Ints, file: str, faults: Faults) -> None:
    """A row that sums up the others would get half of the sample."""
    for i, (name, size) in enumerate(zip(names, pop.tolist(), strict=True)):
        called = TOTAL.fullmatch(name.strip().casefold())
        if called or (len(names) > 2 and size > 0 and 2 * size == pop.sum()):
            why = "by its name" if called else "being the sum of all others"
            what = f"{file} row {i + 2}, {name}, is a row of totals {why}"
            faults.add("columns.stratum", what, "leave rows of totals out: each unit is in one stratum")


def _measure(data: Columns, column: str | None, path: str, faults: Faults) -> Floats | None:
    if column is None:
        return None
    values = data.numbers[column]
    wrong = ~(values >= 0)
    if wrong.any():
        what = f"{data.file} column {column} is missing or below 0 in {data.row_numbers(wrong)}"
        faults.add(path, what, "give every stratum a number of 0 or more")
    return values
