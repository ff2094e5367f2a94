"""The task `suppress`: which cells of tables to suppress, and what an outsider can still work out."""

import numpy as np

from sampling.arrays import Flags
from sampling.disclosure.linked_tables import suppress_linked
from sampling.disclosure.suppression import Suppressed, suppress_table
from survey_app.analysis.answer import Answer, answer
from survey_app.analysis.faults import Faults
from survey_app.analysis.specification.contents import SuppressTask, Table


def suppress(spec: SuppressTask, faults: Faults) -> Answer:
    """Suppress every table, those that are linked together."""
    faults.stop()
    suppressed: dict[str, Suppressed] = {}
    for group in _groups(spec):
        place = spec.tables.index(group[0])
        path = f"tables[{place}]" if len(group) == 1 else "linked"
        if len({table.margins for table in group}) > 1:
            faults.add(path, "linked tables have different margins", "give all of them the same")
            continue
        with faults.caught(path, "link tables that show the same figures"):
            suppressed |= _protected(spec, group)
    faults.stop()
    return answer(
        "suppress", {"tables": [_record(table, suppressed[table.name]) for table in spec.tables]}, messages=()
    )


def _groups(spec: SuppressTask) -> list[list[Table]]:
    """The tables that must be treated together, each table once."""
    groups = [{table.name} for table in spec.tables]
    for link in spec.linked:
        touched = [group for group in groups if group & set(link)]
        groups = [group for group in groups if not group & set(link)] + [set().union(*touched)]
    ordered = [[table for table in spec.tables if table.name in group] for group in groups]
    return sorted(ordered, key=lambda group: spec.tables.index(group[0]))


def _protected(spec: SuppressTask, group: list[Table]) -> dict[str, Suppressed]:
    suppress_margins = group[0].margins == "hideable"
    if len(group) == 1:
        table = group[0]
        done = suppress_table(
            table.counts,
            threshold=spec.threshold,
            protection=spec.protection,
            suppress_margins=suppress_margins,
        )
        return {table.name: done}
    names = {table.name for table in group}
    links = [tuple(dict.fromkeys(link)) for link in spec.linked if names & set(link)]
    return suppress_linked(
        {table.name: table.counts for table in group},
        links,
        threshold=spec.threshold,
        protection=spec.protection,
        suppress_margins=suppress_margins,
    )


def _record(table: Table, done: Suppressed) -> dict[str, object]:
    return {
        "name": table.name,
        "primary": _cells(done.primary),
        "secondary": _cells(done.secondary),
        "cost": done.cost,
        "audit": [
            {"cell": [cell.row, cell.column], "lower": cell.lower, "upper": cell.upper} for cell in done.audit
        ],
    }


def _cells(mask: Flags) -> list[list[int]]:
    return np.argwhere(mask).tolist()
