"""The same shares with R's survey and with svy, where the machine has them, beside ours.

`benchmarks.sampling` calls it. A peer is given a few items, since it takes seconds for each, and is compared
by the time of one item. R's numbers are compared with ours before any time is told.
"""

import csv
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from sampling.estimation.tabulation import ProportionTable

Floats = NDArray[np.float64]
OTHERS = Path(__file__).resolve().parent / "other_packages"
PATIENCE = 600


@dataclass(frozen=True)
class Answers:
    """What a peer is given: the file of one tabulation. `margin` is the class calibrated to."""

    y: Floats
    stratum: NDArray[np.str_]
    domain: NDArray[np.str_]
    margin: NDArray[np.int64]
    base: Floats
    weight: Floats
    pop: Floats


@dataclass(frozen=True)
class Ours:
    """Our tables before and after calibration, and the seconds each took for all items."""

    plain: ProportionTable
    calibrated: ProportionTable
    seconds: tuple[float, float]


def side_by_side(answers: Answers, ours: Ours, items: int, svy_python: str) -> Iterator[str]:
    """A line for each peer and work; one that is not there is named as such."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "answers.csv"
        _write(file, answers, items)
        yield from _survey(file, ours, items)
        yield from _svy(file, ours, items, svy_python)


def _write(file: Path, answers: Answers, items: int) -> None:
    header = ["stratum", "domain", "margin", "base", "weight", "pop", *(f"i{k + 1}" for k in range(items))]
    columns = [answers.stratum, answers.domain, answers.margin, answers.base, answers.weight, answers.pop]
    rows = zip(*(column.tolist() for column in columns), *answers.y[:, :items].T.tolist(), strict=True)
    with file.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(header)
        writer.writerows(rows)


def _survey(file: Path, ours: Ours, items: int) -> Iterator[str]:
    rscript = which("Rscript")
    theirs = file.with_name("found.csv")
    said = rscript and _said([rscript, str(OTHERS / "survey_shares.R"), str(file), str(items), str(theirs)])
    if not said:
        yield "R survey: not on this machine"
        return
    version, *seconds = said.split()
    _agree(theirs, ours, items)
    for work, theirs, mine in zip(("", ", calibrated"), seconds, ours.seconds, strict=True):
        yield _line(f"R survey {version}{work}", float(theirs) / items, mine / ours.plain.estimate.shape[1])


def _svy(file: Path, ours: Ours, items: int, python: str) -> Iterator[str]:
    said = _said([python, str(OTHERS / "svy_shares.py"), str(file), str(items)])
    if not said:
        yield "svy: not on this machine"
        return
    version, seconds = said.split()
    yield _line(f"svy {version}", float(seconds) / items, ours.seconds[0] / ours.plain.estimate.shape[1])


def _said(command: list[str]) -> str:
    """What a peer printed; nothing when it is not installed."""
    if which(command[0]) is None:
        return ""
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    return done.stdout if done.returncode == 0 else ""


def _agree(file: Path, ours: Ours, items: int) -> None:
    theirs = np.loadtxt(file, delimiter=",", skiprows=1)
    tables = (ours.plain, ours.calibrated)
    mine = [values[:, :items] for table in tables for values in (table.estimate, table.se)]
    for name, value, expected in zip(
        ("share", "error", "calibrated share", "calibrated error"),
        mine,
        np.hsplit(theirs, len(mine)),
        strict=True,
    ):
        np.testing.assert_allclose(value, expected, rtol=1e-6 if "calibrated" in name else 1e-9, err_msg=name)


def _line(name: str, theirs: float, mine: float) -> str:
    return f"{name:48} {theirs * 1e3:10.2f} ms {mine * 1e3:10.2f} ms   x {theirs / mine:.0f}"
