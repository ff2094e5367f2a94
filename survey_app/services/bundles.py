"""The release bundle: what anybody who may hold it needs to work every number out again.

Rows have numbers of their own, given after sorting by stratum and answers, so that neither
their order nor their number leads back to a case. `compact analyse --spec estimates.yaml`
recomputes the estimates without this application's database.
"""

import csv
import io
import json
import zipfile
from typing import Any

import yaml

from sampling.strata import collapse_map
from survey_app.reports.contents import Contents
from survey_app.reports.frozen import to_json
from survey_app.services.replies import Reply, RoundReplies
from survey_app.services.weighting import FEWEST_REPLIES, RESOLVED, WeightedReplies

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
)

README = """Release bundle: {title}, release {release}
{synthetic}
units.csv       one row per organisation asked, without names: stratum, weight, outcome, and the
                number that each answer gives (1 or 0 for a share, 1 to 5 for a rating)
                (stratum is where it was drawn, cell where it was weighed)
estimates.yaml  how the estimates are made: compact analyse --spec estimates.yaml
method.json     how strata with few replies were joined into cells
contents.json   what was published, after small numbers were withheld

NOT FOR PUBLICATION. These rows are single answers. Who holds them promises what the
survey promised: nothing that identifies an organisation leaves the team.
"""


def make_bundle(replies: RoundReplies, weighted: WeightedReplies, contents: Contents) -> bytes:
    """The bundle as a zip file; the same release gives the same bytes."""
    keys = _keys(replies)
    synthetic = "SYNTHETIC DATA: every answer is made up." if contents.synthetic else ""
    files = {
        "README.txt": README.format(title=contents.title, release=contents.release, synthetic=synthetic),
        "units.csv": _units(replies, weighted, keys),
        "estimates.yaml": yaml.safe_dump(_specification(contents), sort_keys=False, width=100),
        "method.json": json.dumps(_method(replies), indent=1),
        "contents.json": json.dumps(to_json(contents), indent=1),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(name, EPOCH), text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _keys(replies: RoundReplies) -> list[str]:
    return list(dict.fromkeys(key for asked in replies.asked.values() for key in asked))


def _units(replies: RoundReplies, weighted: WeightedReplies, keys: list[str]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*DESIGN_COLUMNS, *keys])
    rows = sorted(
        _row(reply, cell, weighted.cell_sizes[cell], keys)
        for reply, cell in zip(replies.rows, weighted.cells, strict=True)
    )
    for number, row in enumerate(rows, start=1):
        writer.writerow([number, *row])
    return out.getvalue()


def _row(reply: Reply, cell: str, cell_size: float, keys: list[str]) -> list[str]:
    stratum = reply.stratum
    values = (reply.values.get(key) for key in keys)
    return [
        stratum.sector.value,
        stratum.region,
        stratum.name,
        str(reply.pop_size),
        repr(reply.design_weight),
        cell,
        repr(cell_size),
        reply.outcome.value,
        "1" if reply.outcome in RESOLVED else "0",
        *("" if value is None else repr(value) for value in values),
    ]


def _method(replies: RoundReplies) -> dict[str, Any]:
    """How `cell` came from `stratum`: strata with too few replies join all that share their target."""
    return {
        "min_respondents": FEWEST_REPLIES,
        "collapse": collapse_map(sorted({row.stratum for row in replies.rows})),
    }


def _specification(contents: Contents) -> dict[str, Any]:
    return {
        "task": "estimate",
        "data": "units.csv",
        "design": {
            "id": "row",
            "strata": "cell",
            "weights": "design_weight",
            "pop_size": "cell_size",
            "responded": "resolved",
        },
        "estimates": [
            {"statistic": statistic, "of": keys, **by}
            for statistic, keys in _by_statistic(contents).items()
            for by in ({}, {"by": ["sector"]}, {"by": ["region"]}, {"by": ["region", "sector"]})
        ],
    }


def _by_statistic(contents: Contents) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for item in contents.items:
        found.setdefault(item.statistic, []).append(item.item)
    return found
