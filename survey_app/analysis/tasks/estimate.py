"""The task `estimate`: means, totals, proportions, ratios and quantiles, by domain."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from sampling.arrays import Flags, Floats, Ints
from sampling.estimation.design import SurveyDesign
from sampling.estimation.estimators import Estimate, mean, ratio, total
from sampling.estimation.quantiles import quantiles
from survey_app.analysis.answer import Answer, Units, answer, numbers_of
from survey_app.analysis.faults import Faults, some
from survey_app.analysis.names import Names
from survey_app.analysis.rows.columns import Columns, Request, as_number
from survey_app.analysis.rows.source import (
    Source,
    by_route,
    crossings,
    level_requests,
    no_repeats,
    selected,
    where_requests,
)
from survey_app.analysis.specification.contents import EstimateRequest, EstimateTask
from survey_app.analysis.specification.shapes import join
from survey_app.analysis.tasks.calibrating import calibration_requests
from survey_app.analysis.tasks.domains import Domain, proportions
from survey_app.analysis.tasks.weighting import (
    Weighted,
    design_requests,
    nonresponse_requests,
    sampled_units,
    weight_units,
)


@dataclass(frozen=True)
class Item:
    """One column of an estimate, over the units used; a level of a text column is an item of its own."""

    of: str
    y: Floats
    category: str | None = None
    x: Floats | None = None


Answered = tuple[Item, Domain, float | None, Estimate]
DEFAULT_CI: Final = "korn_graubard"


def estimate(spec: EstimateTask, source: Source, faults: Faults) -> Answer:
    """Answer a specification of estimates; every fault is told before it stops."""
    requests = [
        *design_requests(spec.design, "design"),
        *nonresponse_requests(spec.nonresponse),
        *calibration_requests(spec.calibration),
        *(
            request
            for i, wanted in enumerate(spec.estimates)
            for request in _requests(wanted, f"estimates[{i}]")
        ),
    ]
    read = source.main(spec.data, requests, faults)
    if read is None:
        faults.refuse()
    routes = by_route(read, spec.design.route, "design.route", faults)
    data = routes.drawn
    if spec.design.id is not None:
        no_repeats(data, spec.design.id, "design.id", faults)
    weighted = weight_units(
        data,
        sampled_units(data, spec.design, "design", faults),
        spec.design,
        faults,
        nonresponse=spec.nonresponse,
        calibration=spec.calibration,
    )
    records, messages = _records(spec, data, weighted, faults)
    faults.stop()
    weights = weighted.design.weights
    summary = {"n": weights.size, "sum": weights.sum(), "min": weights.min(), "max": weights.max()}
    values: dict[str, object] = {"estimates": records, "weights": summary}
    if spec.design.route is not None:
        values["apart"] = [_apart(spec, route, rows) for route, rows in routes.apart.items()]
    units = Units(_ids(data, spec, weighted.used), weighted.base, weights)
    warnings = [*routes.messages, *weighted.messages, *messages]
    return answer("estimate", values, messages=warnings, units=units)


def _apart(spec: EstimateTask, route: str, data: Columns) -> dict[str, object]:
    """What those say who came by another route than chance: unweighted, and with no sampling error."""
    used = np.ones(data.rows, dtype=np.bool_)
    if spec.design.responded is not None:
        used = data.numbers[spec.design.responded] == 1
    alone = SurveyDesign(np.full(int(used.sum()), "apart"), np.ones(int(used.sum())), lonely_psu="remove")
    # A domain without such units, or an item that none of them answered, is null here and no fault.
    records, _ = _records(spec, data, Weighted(alone, used, alone.weights, ()), Faults())
    return {"route": route, "n": data.rows, "estimates": [{**one, **_unweighted(one)} for one in records]}


def _unweighted(record: Mapping[str, object]) -> dict[str, object]:
    """What is left of a record without a probability: no total of the population, no error, no interval."""
    gone: dict[str, object] = dict.fromkeys(("se", "cv", "lci", "uci", "weighted_n", "deff"))
    estimate = None if record["statistic"] == "total" else record["estimate"]
    empty = ("empty",) if record["n"] == 0 else ()
    return {**gone, "estimate": estimate, "df": 0, "flags": (*empty, "not_probability", "no_sampling_error")}


def _ids(data: Columns, spec: EstimateTask, used: Flags) -> Names | Ints:
    """The ids of the units used; without such a column, their rows in the file."""
    if spec.design.id is not None:
        return data.names[spec.design.id].within(used)
    return data.rows_of(used)


def _requests(wanted: EstimateRequest, path: str) -> list[Request]:
    kind = "level" if wanted.statistic == "proportion" else "number"
    requests = [Request(column, kind, join(path, "of")) for column in wanted.of]  # type: ignore[arg-type]
    if wanted.over is not None and "over" not in wanted.unused:
        requests.append(Request(wanted.over, "number", join(path, "over")))
    return [
        *requests,
        *level_requests(wanted.by, join(path, "by")),
        *where_requests(wanted.where, join(path, "where")),
    ]


def _records(
    spec: EstimateTask, data: Columns, weighted: Weighted, faults: Faults
) -> tuple[list[dict[str, object]], list[str]]:
    records: list[dict[str, object]] = []
    messages = []
    for i, wanted in enumerate(spec.estimates):
        path = f"estimates[{i}]"
        unused = f"is not looked at: the statistic is {wanted.statistic}"
        messages += [f"{join(path, key)} {unused}" for key in wanted.unused]
        inside = selected(data, wanted.where, join(path, "where"), faults)
        items = list(_items(wanted, data, weighted.used, path, faults))
        crossed = crossings(data, wanted.by, inside)
        place = crossed.place[weighted.used]
        nowhere = int((inside[weighted.used] & (place < 0)).sum())
        if nowhere:
            levels = " or ".join(wanted.by)
            messages.append(f"{join(path, 'by')}: {nowhere} units without {levels} are in no record")
        domains = [Domain(by, place, code, weighted.design) for code, by in enumerate(crossed.by)]
        with faults.caught(path):
            answered = _answered(wanted, items, domains)
            records += [_record(wanted, *one) for one in answered]
    return records, messages


def _answered(wanted: EstimateRequest, items: list[Item], domains: list[Domain]) -> Iterator[Answered]:
    if wanted.statistic == "proportion":
        shares = proportions(
            [item.y for item in items], domains, ci=wanted.ci or DEFAULT_CI, level=wanted.level
        )
        for item, row in zip(items, shares, strict=True):
            yield from ((item, domain, None, share) for domain, share in zip(domains, row, strict=True))
        return
    by_domain = [_of_domain(wanted, items, domain) for domain in domains]
    for k in range(len(items)):
        yield from (one for estimates in by_domain for one in estimates[k])


def _of_domain(wanted: EstimateRequest, items: list[Item], domain: Domain) -> list[list[Answered]]:
    """What is asked of every item in one domain, whose design is made once."""
    part = domain.part()
    if wanted.statistic != "quantile":
        return [[(item, domain, None, _single(wanted, item, part))] for item in items]
    return [
        [
            (item, domain, at, one)
            for at, one in zip(wanted.at, quantiles(part, item.y, wanted.at, level=wanted.level), strict=True)
        ]
        for item in items
    ]


def _items(wanted: EstimateRequest, data: Columns, used: Flags, path: str, faults: Faults) -> Iterator[Item]:
    for column in wanted.of:
        if wanted.statistic == "proportion":
            yield from proportion_items(data, column, used, join(path, "of"), faults)
            continue
        y = data.numbers[column][used]
        _check_not_empty(bool(np.isnan(y).all()), column, join(path, "of"), faults)
        over = None if wanted.statistic != "ratio" or wanted.over is None else data.numbers[wanted.over][used]
        yield Item(column, y, x=over)


def proportion_items(data: Columns, column: str, used: Flags, path: str, faults: Faults) -> Iterator[Item]:
    """A column of 0 and 1 as it is; of a column of text every level, 1 where a unit has it.

    Args:
        used: True for the rows that are used, shape (rows,).
    """
    levels = data.levels[column]
    codes = levels.codes[used]
    _check_not_empty(bool(np.all(codes < 0)), column, path, faults)
    values = [as_number(name) for name in levels.names]
    numbers = [value for value in values if value is not None]
    if len(numbers) == len(values):
        others = [name for name, value in zip(levels.names, numbers, strict=True) if value not in (0.0, 1.0)]
        if others:
            what = f"{column} is a column of numbers other than 0 and 1 ({some(others)})"
            faults.add(path, what, "recode it to 0 and 1, or ask for its mean")
            return
        yield Item(column, np.array([*numbers, np.nan])[codes])
        return
    for code in np.unique(codes[codes >= 0]).tolist():
        yield Item(column, np.where(codes < 0, np.nan, codes == code), levels.names[code])


def _check_not_empty(empty: bool, column: str, path: str, faults: Faults) -> None:
    if empty:
        what = f"every value of {column} is missing among the units used"
        faults.add(path, what, "leave the column out or fill it in")


def _single(wanted: EstimateRequest, item: Item, part: SurveyDesign) -> Estimate:
    if wanted.statistic == "ratio" and item.x is not None:
        return ratio(part, item.y, item.x, level=wanted.level)
    return (total if wanted.statistic == "total" else mean)(part, item.y, level=wanted.level)


def _record(
    wanted: EstimateRequest, item: Item, domain: Domain, at: float | None, result: Estimate
) -> dict[str, object]:
    return {
        "statistic": wanted.statistic,
        "of": item.of,
        "category": item.category,
        "over": wanted.over if wanted.statistic == "ratio" else None,
        "at": at,
        "by": domain.by,
        "where": dict(wanted.where or {}),
        **numbers_of(result),
    }
