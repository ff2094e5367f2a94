"""The task `draw`."""

from pathlib import Path

import numpy as np
import pytest

from sampling.panels.selection import assign_prn
from tests.unit.analysis.asking import ask, fault_of, faults

FRAME = "id,stratum,u,in_frame\n" + "".join(
    f"{name},{stratum},{u},{inside}\n"
    for name, stratum, u, inside in [
        ("e", "S2", 0.9, 1),
        ("a", "S1", 0.5, 1),
        ("b", "S1", 0.03, 1),
        ("c", "S1", 0.041, 1),
        ("d", "S1", 0.045, 0),
        ("g", "S2", 0.2, 1),
        ("f", "S2", 0.2, 1),
    ]
)
SPEC = """
task: draw
data: frame.csv
columns: {id: id, stratum: stratum, prn: u}
where: {in_frame: 1}
sizes: {S2: 2, S1: 2}
start: 0.04
"""


def test_the_smallest_numbers_after_the_start_are_taken_ties_by_id(tmp_path: Path) -> None:
    answer = ask(tmp_path, SPEC, frame=FRAME)

    assert answer["selected"] == ["c", "a", "f", "g"]
    assert answer["strata"] == [
        {"stratum": "S1", "pop_size": 3, "sample_size": 2, "start": 0.04},
        {"stratum": "S2", "pop_size": 3, "sample_size": 2, "start": 0.04},
    ]


def test_each_stratum_may_have_a_start_of_its_own(tmp_path: Path) -> None:
    answer = ask(tmp_path, SPEC.replace("start: 0.04", "start: {S2: 0.3}"), frame=FRAME)

    assert answer["selected"] == ["b", "c", "e", "f"]


def test_sizes_may_come_from_a_plan_and_strata_without_one_are_mentioned(tmp_path: Path) -> None:
    spec = SPEC.replace("{S2: 2, S1: 2}", "{data: plan.csv, stratum: h, sample_size: n}")

    answer = ask(tmp_path, spec, frame=FRAME, plan="h,n\nS2,3\n")

    assert answer["selected"] == ["f", "g", "e"]
    assert answer["messages"] == ["strata S1 have no size and were left out"]


def test_numbers_are_assigned_from_the_key_and_do_not_depend_on_the_order(tmp_path: Path) -> None:
    spec = SPEC.replace(", prn: u", "") + "key: secret\n"
    header, *rows = FRAME.splitlines()

    first = ask(tmp_path, spec, frame=FRAME)
    second = ask(tmp_path, spec, frame="\n".join([header, *reversed(rows)]))

    ids = ["a", "b", "c"]
    distance = (assign_prn(ids, b"secret") - 0.04) % 1
    assert first["selected"][:2] == [ids[i] for i in np.argsort(distance)[:2]]
    assert first == second


def test_a_large_draw_is_the_definition(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    u, stratum = rng.random(5000), rng.integers(0, 9, 5000)
    frame = "id,stratum,u\n" + "".join(
        f"{i:04},{h},{v!r}\n" for i, (h, v) in enumerate(zip(stratum, u.tolist(), strict=True))
    )
    spec = (
        "{task: draw, data: frame.csv, columns: {id: id, stratum: stratum, prn: u}, start: 0.37, sizes: %s}"
    )

    answer = ask(tmp_path, spec % {str(h): 40 + h for h in range(9)}, frame=frame)

    expected = []
    for h in range(9):
        here = np.flatnonzero(stratum == h)
        expected += [f"{i:04}" for i in here[np.argsort((u[here] - 0.37) % 1)][: 40 + h]]
    assert answer["selected"] == expected


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("{S2: 2, S1: 2}", "{S2: 4, S9: 1}", "sizes: stratum S9 is not in the frame"),
        ("{S2: 2, S1: 2}", "{S2: 4}", "sizes: stratum S2 has 3 units, 4 are wanted"),
        ("{S2: 2, S1: 2}", "{S2: -1}", "sizes.S2: -1 is out of range"),
        ("start: 0.04", "start: {S3: 0.1}", "start: strata S3 are not in the frame"),
        ("in_frame: 1", "in_frame: 2", "where.in_frame: frame.csv has no in_frame 2"),
        (", prn: u", "", "columns.prn: is missing"),
    ],
)
def test_what_cannot_be_drawn_is_reported(old: str, new: str, fault: str, tmp_path: Path) -> None:
    lines = faults(tmp_path, SPEC.replace(old, new), frame=FRAME)

    assert lines[0].startswith(fault)


def test_numbers_outside_0_to_1_and_repeated_ids_are_reported(tmp_path: Path) -> None:
    assert "missing or outside 0 to 1 in rows 2" in fault_of(
        tmp_path, SPEC, frame=FRAME.replace("0.9", "1.0")
    )
    assert "the ids a occur more than once" in fault_of(tmp_path, SPEC, frame=FRAME.replace("\nb,", "\na,"))
