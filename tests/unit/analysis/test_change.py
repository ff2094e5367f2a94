"""The task `change`."""

from pathlib import Path

import numpy as np
import pytest

from sampling.estimation.calibration import rake
from sampling.estimation.change import Wave, change
from sampling.estimation.design import SurveyDesign
from tests.unit.analysis.asking import ask, fault_of, faults

RNG = np.random.default_rng(5)
POP = {"A": (30, 33), "B": (20, 20)}
BOTH = "stratum,n_both\nA,28\nB,19\n"


def panel() -> str:
    lines = ["id,year,stratum,big_n,area,y,x,z"]
    for year, first in ((1, 0), (2, 3)):
        for h in "AB":
            for unit in range(first, first + 8):
                y, x = RNG.normal(5 + year, 2), RNG.normal(9, 1)
                lines.append(
                    f"{h}{unit},{year},{h},{POP[h][year - 1]},{'pq'[unit % 2]},{y!r},{x!r},{unit % 2}"
                )
    return "\n".join(lines) + "\n"


PANEL = panel()
SPEC = """
task: change
data: panel.csv
design: {id: id, wave: year, strata: stratum, pop_size: big_n}
waves: [1, 2]
overlap: {data: both.csv, stratum: stratum, pop_both: n_both}
estimates:
  - {statistic: mean, of: [y, x], by: [area]}
  - {statistic: total, of: y}
  - {statistic: ratio, of: y, over: x}
"""


def theirs(statistic: str, area: str | None, column: int = 5):  # type: ignore[no-untyped-def]
    waves = []
    for year in ("1", "2"):
        rows = [line.split(",") for line in PANEL.splitlines()[1:] if line.split(",")[1] == year]
        pop = {h: float(POP[h][int(year) - 1]) for h in POP}
        design = SurveyDesign(np.array([r[2] for r in rows]), np.array([pop[r[2]] / 8 for r in rows]), pop)
        part = design.within([area in (None, r[4]) for r in rows])
        x = [float(r[6]) for r in rows] if statistic == "ratio" else None
        waves.append(Wave(part, [r[0] for r in rows], [float(r[column]) for r in rows], x))
    return change(waves[0], waves[1], pop_both={"A": 28.0, "B": 19.0}, statistic=statistic)  # type: ignore[arg-type]


def test_every_change_is_that_of_the_library(tmp_path: Path) -> None:
    answer = ask(tmp_path, SPEC, panel=PANEL, both=BOTH)

    asked = [
        ("mean", "p", 5),
        ("mean", "q", 5),
        ("mean", "p", 6),
        ("mean", "q", 6),
        ("total", None, 5),
        ("ratio", None, 5),
    ]
    assert len(answer["estimates"]) == len(asked)
    for record, (statistic, area, column) in zip(answer["estimates"], asked, strict=True):
        expected = theirs(statistic, area, column)
        assert record["by"] == ({"area": area} if area else {})
        for key in ("estimate_1", "estimate_2", "change", "se_1", "se_2", "covariance", "se", "lci", "uci"):
            assert record[key] == pytest.approx(getattr(expected, key), rel=1e-12)
        assert (record["df"], record["n_1"], record["n_overlap"]) == (
            expected.df,
            expected.n_1,
            expected.n_overlap,
        )


def test_a_proportion_is_a_mean_of_0_and_1(tmp_path: Path) -> None:
    spec = SPEC.replace("statistic: total, of: y", "statistic: proportion, of: z")

    record = ask(tmp_path, spec, panel=PANEL, both=BOTH)["estimates"][4]

    assert record["change"] == pytest.approx(theirs("mean", None, 7).change)
    assert "numbers other than 0 and 1" in fault_of(
        tmp_path, spec.replace("of: z", "of: y"), panel=PANEL, both=BOTH
    )


def test_without_frame_counts_no_overlap_of_frames_is_needed(tmp_path: Path) -> None:
    spec = SPEC.replace("pop_size: big_n", "weights: big_n").replace(
        "overlap: {data: both.csv, stratum: stratum, pop_both: n_both}", ""
    )

    assert ask(tmp_path, spec, panel=PANEL)["estimates"][0]["se"] > 0


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("overlap:", "overlaps:", "overlaps: unknown key, the nearest known key is overlap"),
        ("waves: [1, 2]", "waves: [1, 3]", "waves[1]: panel.csv has no year 3, the nearest is"),
        ("waves: [1, 2]", "waves: [1]", "waves: 1 values are given, give 2"),
        ("waves: [1, 2]", "waves: [1, 1]", "waves: the two waves are the same"),
        ("of: y}", "of: area}", "estimates[1].of: panel.csv column area holds what is not a number"),
    ],
)
def test_what_cannot_be_compared_is_reported(old: str, new: str, fault: str, tmp_path: Path) -> None:
    assert faults(tmp_path, SPEC.replace(old, new), panel=PANEL, both=BOTH)[0].startswith(fault)


def test_counts_of_both_frames_must_cover_the_strata_and_fit_them(tmp_path: Path) -> None:
    assert "strata B have no count" in fault_of(tmp_path, SPEC, panel=PANEL, both="stratum,n_both\nA,28\n")
    assert "stratum A has 31 units in both frames and 30 in one" in fault_of(
        tmp_path, SPEC, panel=PANEL, both=BOTH.replace("28", "31")
    )


def test_a_unit_is_once_in_a_wave(tmp_path: Path) -> None:
    assert "the ids A0 occur more than once" in fault_of(
        tmp_path, SPEC, panel=PANEL.replace("A1,1,", "A0,1,"), both=BOTH
    )


def test_the_covariance_by_regression_needs_no_count_of_both_frames(tmp_path: Path) -> None:
    rows = "id,wave,s,n,q\n" + "".join(
        f"{i},{wave},{'AB'[i % 2]},40,{i * wave % 7}\n" for i in range(12) for wave in (1, 2) if i + wave != 5
    )
    spec = """
task: change
data: rows.csv
design: {id: id, wave: wave, strata: s, pop_size: n}
waves: [1, 2]
estimates: [{statistic: mean, of: q, covariance: %s}]
"""
    (record,) = ask(tmp_path, spec % "berger_priam", rows=rows)["estimates"]

    assert record["covariance"] != 0
    assert record["n_overlap"] == 10
    assert fault_of(tmp_path, spec % "overlap", rows=rows).startswith("overlap: is missing")


JOINED = """
task: change
data: rows.csv
design: {id: id, wave: wave, strata: s, pop_size: n, lonely_psu: collapse, collapse: {A: D, D: E}}
waves: [1, 2]
overlap: {data: both.csv, stratum: s, pop_both: n}
estimates: [{statistic: mean, of: q}]
"""
SIZES = {"A": 10, "D": 10, "E": 20}


def waves_with(answers: dict[str, tuple[int, int]], name: dict[str, str] | None = None) -> str:
    """Rows of both waves: per stratum the units answering in each; `name` gives strata another name."""
    lines, shown = ["id,wave,s,n,w,q"], name or {}
    for h, counts in answers.items():
        pop = sum(size for other, size in SIZES.items() if shown.get(other, other) == shown.get(h, h))
        for wave, count in enumerate(counts, start=1):
            lines += [
                f"{h}{i},{wave},{shown.get(h, h)},{pop},{SIZES[h] / count!r},{(i * i + wave * i) % 7}"
                for i in range(count)
            ]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize(
    ("answers", "cell"),
    [
        ({"A": (6, 1), "D": (5, 5), "E": (8, 8)}, {"A": "D"}),
        ({"A": (1, 6), "D": (5, 5), "E": (8, 8)}, {"A": "D"}),
        # One year A needs D, the other year D needs E.
        ({"A": (1, 6), "D": (5, 1), "E": (8, 8)}, {"A": "E", "D": "E"}),
    ],
)
def test_strata_joined_in_one_wave_are_one_in_both(
    answers: dict[str, tuple[int, int]], cell: dict[str, str], tmp_path: Path
) -> None:
    """As if the strata had been one from the start, with the weights of their own."""
    both = {h: size - 1 for h, size in SIZES.items()}
    lines = [f"{h},{count}" for h, count in both.items()]
    spec = JOINED.replace("pop_size: n,", "pop_size: n, weights: w,")

    answer = ask(tmp_path, spec, rows=waves_with(answers), both="\n".join(["s,n", *lines]) + "\n")

    whole = {cell.get(h, h): 0 for h in both}
    for h, count in both.items():
        whole[cell.get(h, h)] += count
    lines = [f"{h},{count}" for h, count in whole.items()]
    at_once = ask(tmp_path, spec, rows=waves_with(answers, cell), both="\n".join(["s,n", *lines]) + "\n")
    (record,), (expected,) = answer["estimates"], at_once["estimates"]
    for key in ("change", "se_1", "se_2", "covariance", "se", "lci", "df", "n_overlap"):
        assert record[key] == pytest.approx(expected[key], rel=1e-12), key
    assert record["flags"] == []
    target = cell["A"]
    members = ", ".join(sorted(h for h in SIZES if cell.get(h, h) == target))
    for wave in (1, 2):
        assert any(
            message.startswith(f"wave {wave}: strata {members} were joined as {target}")
            for message in answer["messages"]
        )


def test_units_seen_in_both_waves_must_have_been_in_both_frames(tmp_path: Path) -> None:
    fault = fault_of(tmp_path, SPEC, panel=PANEL, both=BOTH.replace("28", "4"))

    assert fault == (
        "overlap: stratum A has 4 units in both frames and 5 that answered in both waves, "
        "correct one of the two counts"
    )


def test_a_cluster_of_a_panel_is_in_one_stratum(tmp_path: Path) -> None:
    rows = "id,wave,s,c,n,q\n" + "".join(
        f"{i},{wave},{'AB'[i // 4]},{i % 2},40,{i * wave % 7}\n" for i in range(8) for wave in (1, 2)
    )
    spec = """
task: change
data: rows.csv
design: {id: id, wave: wave, strata: s, psu: c, weights: n}
waves: [1, 2]
estimates: [{statistic: mean, of: q}]
"""
    assert fault_of(tmp_path, spec, rows=rows) == (
        "design.psu: the clusters 0, 1 are in more than one stratum of a wave, "
        "give every cluster a label of its own"
    )


CALIBRATED = (
    SPEC
    + """
calibration:
  1: {method: logit, bounds: [0.3, 3], margins: {stratum: {A: 30, B: 20}, area: {p: 30, q: 20}}}
  2: {method: logit, bounds: [0.3, 3], margins: {stratum: {A: 33, B: 20}, area: {p: 30, q: 23}}}
"""
)


def test_weights_of_each_wave_can_be_calibrated_and_errors_follow_their_residuals(tmp_path: Path) -> None:
    answer = ask(tmp_path, CALIBRATED, panel=PANEL, both=BOTH)

    waves = []
    for year, areas in (("1", {"p": 30.0, "q": 20.0}), ("2", {"p": 30.0, "q": 23.0})):
        rows = [line.split(",") for line in PANEL.splitlines()[1:] if line.split(",")[1] == year]
        pop = {h: float(POP[h][int(year) - 1]) for h in POP}
        strata, area = np.array([r[2] for r in rows]), np.array([r[4] for r in rows])
        margins, totals = {"stratum": strata, "area": area}, {"stratum": pop, "area": areas}
        base = [pop[r[2]] / 8 for r in rows]
        fitted = rake(base, margins, totals, method="logit", bounds=(0.3, 3))
        design = SurveyDesign(strata, fitted.weights, pop, calibration=fitted.fit)
        waves.append(Wave(design, [r[0] for r in rows], [float(r[5]) for r in rows]))
    total = change(waves[0], waves[1], pop_both={"A": 28.0, "B": 19.0}, statistic="total")
    record = next(each for each in answer["estimates"] if each["statistic"] == "total")
    assert record["change"] == pytest.approx(total.change, rel=1e-9)
    assert (record["se"], record["covariance"]) == pytest.approx((total.se, total.covariance), rel=1e-9)
    plain = next(
        e for e in ask(tmp_path, SPEC, panel=PANEL, both=BOTH)["estimates"] if e["statistic"] == "total"
    )
    assert record["se"] != pytest.approx(plain["se"], rel=1e-3)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("  2: {", "  3: {", "calibration.2: is missing"),
        ("  2: {", "  3: {", "calibration.3: is no wave"),
        ("q: 23", "q: 23, r: 0, s: 4", "calibration.2.margins"),
        ("[0.3, 3], margins: {stratum: {A: 33", "[0.99, 1.01], margins: {stratum: {A: 33", "calibration.2: "),
    ],
)
def test_a_calibration_that_cannot_be_done_is_a_fault_that_names_its_wave(
    old: str, new: str, fault: str, tmp_path: Path
) -> None:
    lines = faults(tmp_path, CALIBRATED.replace(old, new), panel=PANEL, both=BOTH)

    assert any(line.startswith(fault) for line in lines), lines
