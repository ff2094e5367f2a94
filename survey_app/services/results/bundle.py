"""The release bundle: what anybody who may hold it needs to work every number out again.

Rows have numbers of their own, given after sorting by stratum and answers, so that neither
their order nor their number leads back to a case. `compact analyse --spec estimates.yaml`
recomputes the estimates without this application's database.
"""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import yaml

from sampling.estimation.frame_margins import BOUNDS, GROUP, REGION, FrameFit
from sampling.estimation.frame_margins import MIN_REPLIES as LEVEL_REPLIES
from sampling.estimation.frame_weights import MIN_REPLIES
from survey_app.reports.contents import Contents, since_baseline
from survey_app.reports.frozen import to_json
from survey_app.services.results.coarse import Places, large_groups, numbered
from survey_app.services.results.earlier.changes import Comparison
from survey_app.services.results.earlier.waves import RoundWave, Waves, WeightedRound
from survey_app.services.results.estimates import keys_of
from survey_app.services.results.protection import Protection
from survey_app.services.results.replies import OtherReplies, Reply, RoundReplies
from survey_app.services.results.weighting import RESOLVED, WeightedReplies

MARGINS = (REGION, GROUP)
NO_LEVELS = ("",) * len(MARGINS)
# A zip file records times; the same release is to give the same bytes.
EPOCH = (1980, 1, 1, 0, 0, 0)
DESIGN_COLUMNS = (
    "row",
    "sector",
    "region",
    "stratum",
    "pop_size",
    "design_weight",
    "cell",
    "cell_size",
    "outcome",
    "resolved",
    *MARGINS,
)

README = """Release bundle: {title}, release {release}
{synthetic}
units.csv       one row per organisation asked, without names: stratum, weight, outcome, and the
                number that each answer gives (1 or 0 for a share, 1 to 5 for a rating)
                (stratum is where it was drawn, cell where it was weighted, frame_region and
                frame_group the levels whose counts in the frame its weight was calibrated to;
                regions and strata with fewer than {threshold} replies are "other", cells have numbers;
                by_kind and the like are the groups of the tables, none where the sector is not divided so)
estimates.yaml  how the estimates are made: compact analyse --spec estimates.yaml
method.json     which strata have a name, how many replies a cell has at least, how levels were joined
                before weights were calibrated to them, and what was given up where that failed
contents.json   what was published, after small numbers were withheld, with all digits
withheld.csv    what was withheld of which group, and why; bands ("fewer than 3") are not withheld
{more}
NOT FOR PUBLICATION. These rows are single answers. Who holds them promises what the
survey promised: nothing that identifies an organisation leaves the team.
"""


OTHERS_README = """others.csv      one row per organisation that no draw chose: what its answers give, without
                a weight; the figures of other routes are plain means of these
"""
BASELINE = "baseline-"
BASELINE_README = """baseline-*.*    the same three files for the baseline, where it is not the round before
"""
PANEL_README = """panel.csv       one row per organisation and round whose state is known, with the numbers of
                its answers (unit is the same in both rounds and is used nowhere else; stratum is the
                number of the cell that both rounds share, weight that before it was calibrated)
strata.csv      per stratum: organisations of the earlier frame, of this one, and of both
changes.yaml    how changes are estimated: compact analyse --spec changes.yaml
"""
WITHHELD_COLUMNS = ("sector", "item", "breakdown", "group", "reason")
PANEL_COLUMNS = ("unit", "wave", "sector", "stratum", "pop_size", "weight", *MARGINS)
THEN, NOW = "earlier", "this"


def make_bundle(
    now: WeightedRound,
    comparisons: tuple[Comparison | None, Comparison | None],
    contents: Contents,
    protection: Protection,
    *,
    others: OtherReplies,
    threshold: int,
) -> bytes:
    """The bundle as a zip file; the same release gives the same bytes.

    Regions and strata with fewer replies than `threshold` have no name in it, and cells none at all.

    Args:
        comparisons: with the round before, and with the baseline.
    """
    replies, weighted = now.replies, now.weighted
    keys = keys_of(replies)
    places = Places.of(replies.rows, threshold=threshold)
    groups = {
        name: large_groups(replies.rows, column, threshold=threshold)
        for name, column in protection.groups(len(replies.rows)).items()
    }
    synthetic = "SYNTHETIC DATA: every answer is made up." if contents.synthetic else ""
    more = OTHERS_README if others.routes else ""
    comparison, baseline = comparisons
    more += PANEL_README if comparison else ""
    more += BASELINE_README if baseline else ""
    files = {
        "README.txt": README.format(
            title=contents.title,
            release=contents.release,
            synthetic=synthetic,
            more=more,
            threshold=threshold,
        ),
        "units.csv": _units(replies, weighted, keys, places, groups),
        "estimates.yaml": yaml.safe_dump(
            _specification(contents, weighted, protection), sort_keys=False, width=100
        ),
        "method.json": json.dumps(_method(weighted, places), indent=1),
        "contents.json": json.dumps(to_json(contents), indent=1),
        "withheld.csv": _csv(WITHHELD_COLUMNS, _withheld(protection)),
        **({"others.csv": _others(others.replies, keys)} if others.routes else {}),
        **(_panel_files(comparison.waves, contents) if comparison else {}),
        **(_panel_files(baseline.waves, since_baseline(contents), BASELINE) if baseline else {}),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, EPOCH), text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _withheld(protection: Protection) -> Iterator[tuple[str, ...]]:
    for cell in protection.log():
        yield cell.sector.value, cell.item, cell.partition, cell.group, cell.reason.value


def _units(
    replies: RoundReplies,
    weighted: WeightedReplies,
    keys: Sequence[str],
    places: Places,
    groups: Mapping[str, Sequence[str]],
) -> str:
    levels = levels_of(weighted)
    placed = [(row, cell) for row, cell in zip(replies.rows, weighted.cells, strict=True) if cell]
    numbers = numbered(_said(placed))
    cells = {cell: (number, weighted.cell_sizes[cell]) for cell, number in numbers.items()}
    in_groups = {
        row.unit: tuple(column[place] for column in groups.values()) for place, row in enumerate(replies.rows)
    }
    rows = sorted(
        _row(
            reply,
            places,
            cells[cell],
            (*levels.get(reply.unit, NO_LEVELS), *in_groups[reply.unit]),
            keys,
        )
        for reply, cell in placed
    )
    return _csv((*DESIGN_COLUMNS, *groups, *keys), ([str(n), *row] for n, row in enumerate(rows, start=1)))


def _said(placed: Iterable[tuple[Reply, str]]) -> dict[str, list[object]]:
    """What the rows of each cell, or stratum, say; by its name."""
    said: dict[str, list[object]] = {}
    for row, name in placed:
        said.setdefault(name, []).append((row.outcome.value, sorted(row.values.items())))
    return said


def _others(replies: RoundReplies, keys: Sequence[str]) -> str:
    """Without the route: few came by some of them, and no figure needs it."""
    rows = sorted(
        [row.stratum.sector.value, *("" if (v := row.values.get(key)) is None else repr(v) for key in keys)]
        for row in replies.rows
        if row.values
    )
    return _csv(("row", "sector", *keys), ([str(n), *row] for n, row in enumerate(rows, start=1)))


def levels_of(weighted: WeightedReplies) -> dict[str, tuple[str, ...]]:
    """Unit -> the levels that its weight was calibrated to, in the order of `MARGINS`."""
    if weighted.fit is None:
        return {}
    columns = (weighted.fit.margins[margin].tolist() for margin in MARGINS)
    return {row.unit: tuple(levels) for row, *levels in zip(weighted.rows, *columns, strict=True)}


def _row(
    reply: Reply, places: Places, cell: tuple[str, float], levels: Sequence[str], keys: Sequence[str]
) -> list[str]:
    values = (reply.values.get(key) for key in keys)
    number, size = cell
    return [
        reply.stratum.sector.value,
        places.region(reply),
        *places.stratum(reply),
        repr(reply.design_weight),
        number,
        repr(size),
        reply.outcome.value,
        "1" if reply.outcome in RESOLVED else "0",
        *levels,
        *("" if value is None else repr(value) for value in values),
    ]


def _method(weighted: WeightedReplies, places: Places) -> dict[str, Any]:
    """Which strata have a name, how small a cell may be, and levels from regions, kinds and incomes."""
    made: dict[str, Any] = {"min_respondents": MIN_REPLIES, "named_strata": sorted(places.strata)}
    if weighted.fit is not None:
        made["calibration"] = {
            "min_respondents": LEVEL_REPLIES,
            "reached": {sector.value: way.value for sector, way in weighted.fit.reached.items()},
            "levels": {
                margin: {f"{sector.value} | {name}": level for (sector, name), level in joined.items()}
                for margin, joined in weighted.fit.joined.items()
            },
        }
    return made


def calibration_of(fit: FrameFit) -> dict[str, Any]:
    """The calibration as a specification says it."""
    return {
        "method": "logit",
        "bounds": list(BOUNDS),
        "margins": {margin: dict(totals) for margin, totals in fit.totals.items()},
    }


def _specification(contents: Contents, weighted: WeightedReplies, protection: Protection) -> dict[str, Any]:
    divided = ({"by": [name, "sector"]} for name in protection.groups(0))
    by = ({}, {"by": ["sector"]}, {"by": ["region", "sector"]}, *divided)
    calibration = {} if weighted.fit is None else {"calibration": calibration_of(weighted.fit)}
    return {
        "task": "estimate",
        "data": "units.csv",
        "design": {
            "id": "row",
            "strata": "cell",
            "weights": "design_weight",
            "pop_size": "cell_size",
            "responded": "resolved",
            "lonely_psu": "remove",
        },
        **calibration,
        "estimates": [
            {"statistic": statistic, "of": keys, **each}
            for statistic, keys in _by_statistic(contents).items()
            for each in by
        ],
    }


def _by_statistic(contents: Contents) -> dict[str, list[str]]:
    by_statistic: dict[str, list[str]] = {}
    for item in contents.items:
        by_statistic.setdefault(item.statistic, []).append(item.item)
    return by_statistic


def _panel_files(waves: Waves, contents: Contents, name: str = "") -> dict[str, str]:
    """What changes are recomputed from: the answers of both rounds, unit by unit."""
    keys = _compared(waves, contents)
    numbers = _numbers(waves)
    return {
        f"{name}panel.csv": _panel(waves, [key for of in keys.values() for key in of], numbers),
        f"{name}strata.csv": _strata(waves, numbers),
        f"{name}changes.yaml": yaml.safe_dump(
            _change_specification(keys, waves, name), sort_keys=False, width=100
        ),
    }


def _compared(waves: Waves, contents: Contents) -> dict[str, list[str]]:
    """The items of both rounds by statistic, without those that nobody answered in either."""
    there = {key for wave in (waves.then, waves.now) for row in wave.rows for key in row.values}
    items = (item for item in contents.items if item.change is not None and item.item in there)
    by_statistic: dict[str, list[str]] = {}
    for item in items:
        by_statistic.setdefault(item.statistic, []).append(item.item)
    return by_statistic


def _numbers(waves: Waves) -> dict[str, str]:
    """A number for each stratum that the rounds share, whether anybody replied in it or not."""
    rows = [
        (row, str(name))
        for wave in (waves.then, waves.now)
        for row, name in zip(wave.rows, wave.wave.design.stratum_names, strict=True)
    ]
    return numbered({**dict.fromkeys(waves.pop_both, ()), **_said(rows)})


def _panel(waves: Waves, keys: list[str], numbers: Mapping[str, str]) -> str:
    rows: dict[str, list[tuple[str, ...]]] = {}
    for name, wave in ((NOW, waves.now), (THEN, waves.then)):
        levels = levels_of(wave.weighted)
        for place, reply in enumerate(wave.rows):
            row = _panel_row(wave, place, levels.get(reply.unit, NO_LEVELS), keys, numbers)
            rows.setdefault(reply.unit, []).append((name, *row))
    # Numbered by what the rows say, so that neither number nor order leads back to a pseudonym.
    by_content = sorted(rows.values())
    return _csv(
        (*PANEL_COLUMNS, *keys),
        ((str(unit), *row) for unit, its_rows in enumerate(by_content, start=1) for row in its_rows),
    )


def _panel_row(
    wave: RoundWave, place: int, levels: Sequence[str], keys: list[str], numbers: Mapping[str, str]
) -> tuple[str, ...]:
    reply, stratum = wave.rows[place], str(wave.wave.design.stratum_names[place])
    values = (reply.values.get(key) for key in keys)
    return (
        reply.stratum.sector.value,
        numbers[stratum],
        repr(wave.pop_size[stratum]),
        repr(float(wave.weighted.base[place])),
        *levels,
        *("" if value is None else repr(value) for value in values),
    )


def _strata(waves: Waves, numbers: Mapping[str, str]) -> str:
    sizes = waves.then.pop_size, waves.now.pop_size
    return _csv(
        ("stratum", "pop_then", "pop_now", "pop_both"),
        (
            (numbers[name], *(repr(size.get(name, 0.0)) for size in sizes), repr(both))
            for name, both in sorted(waves.pop_both.items(), key=lambda pair: int(numbers[pair[0]]))
        ),
    )


def _csv(header: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def _change_specification(keys: dict[str, list[str]], waves: Waves, name: str) -> dict[str, Any]:
    fits = {THEN: waves.then.weighted.fit, NOW: waves.now.weighted.fit}
    return {
        "task": "change",
        "data": f"{name}panel.csv",
        "design": {
            "id": "unit",
            "wave": "wave",
            "strata": "stratum",
            "weights": "weight",
            "pop_size": "pop_size",
            "lonely_psu": "remove",
        },
        "calibration": {wave: calibration_of(fit) for wave, fit in fits.items() if fit is not None},
        "waves": [THEN, NOW],
        "overlap": {"data": f"{name}strata.csv", "stratum": "stratum", "pop_both": "pop_both"},
        "estimates": [
            {"statistic": statistic, "of": of, **by}
            for statistic, of in keys.items()
            for by in ({}, {"by": ["sector"]})
        ],
    }
