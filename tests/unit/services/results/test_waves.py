"""Two rounds as two waves: whether the error of a change is the true one."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

import numpy as np
import pytest
from numpy.typing import NDArray

from sampling.estimation.change import Change
from sampling.frame import Sector
from sampling.panels.selection import select_prn
from sampling.strata import Stratum
from scheduler.stages import Stage
from scheduler.strands import Strand
from scheduler.timetable import RoundDates
from survey_app.models.cases.casework import Outcome
from survey_app.services.results.earlier.waves import WeightedRound, join_waves
from survey_app.services.results.replies import Reply, RoundReplies
from survey_app.services.results.weighting import weight_replies
from survey_app.services.rounds.lifecycle import RoundView

REGIONS, BANDS = ("North East", "North West"), ("under 10k", "10k-100k", "100k-1m")
DAY = date(2026, 9, 1)
ROUND = RoundView(
    id=1,
    uuid="",
    programme_id=1,
    strand=Strand.ANNUAL_SURVEY,
    number=1,
    year=2026,
    follows_id=None,
    title="A round",
    panel_id=1,
    stage=Stage.CLOSED,
    dates=RoundDates(DAY, DAY, DAY, DAY),
    instruments={},
)


@dataclass(frozen=True)
class Population:
    """740 organisations over two years: births and deaths, changes of band, answers that mostly stay."""

    then: tuple[Stratum, ...]
    now: tuple[Stratum, ...]
    there: NDArray[np.bool_]  # (2, n)
    answers: NDArray[np.float64]  # (2, n)

    @classmethod
    def made(
        cls, rng: np.random.Generator, n: int = 740, turnover: int = 40, moved: int = 30
    ) -> "Population":
        region, band = rng.integers(0, 2, n), rng.choice(3, n, p=[0.55, 0.3, 0.15])
        later = band.copy()
        later[rng.choice(n, moved, replace=False)] = rng.integers(0, 3, moved)
        there = np.ones((2, n), dtype=np.bool_)
        there[0, n - turnover :] = False
        there[1, rng.choice(n - turnover, turnover, replace=False)] = False
        leaning, draw = 0.35 + 0.1 * region + 0.12 * band, rng.random((2, n))
        steady = np.where(rng.random(n) < 0.8, draw[0], draw[1])
        answers = np.stack([draw[0] < leaning, steady < leaning + 0.06]).astype(np.float64)
        return cls(_strata(region, band), _strata(region, later), there, answers)

    def overlap(self) -> Counter[tuple[str, str]]:
        both = np.flatnonzero(self.there.all(axis=0))
        return Counter((self.then[i].name, self.now[i].name) for i in both)

    def moved(self) -> float:
        means = [float(y[there].mean()) for y, there in zip(self.answers, self.there, strict=True)]
        return means[1] - means[0]


def _strata(region: NDArray[np.int64], band: NDArray[np.int64]) -> tuple[Stratum, ...]:
    pairs = zip(region.tolist(), band.tolist(), strict=True)
    return tuple(Stratum(Sector.VOLUNTARY, REGIONS[r], BANDS[b]) for r, b in pairs)


def one_round(
    people: Population, year: int, numbers: NDArray[np.float64], start: float, replies: NDArray[np.bool_]
) -> WeightedRound:
    """A quarter of each stratum drawn from `start` on, and those who replied weighted."""
    strata = (people.then, people.now)[year]
    members = np.flatnonzero(people.there[year])
    names = [strata[i].name for i in members]
    sizes = Counter(names)
    taken = {name: max(4, round(size / 4)) for name, size in sizes.items()}
    ids = [f"u{i:04}" for i in members]
    chosen = members[select_prn(numbers[members], names, taken, start=start, ids=ids).indices]
    rows = tuple(
        Reply(
            stratum=strata[i],
            pop_size=sizes[strata[i].name],
            design_weight=sizes[strata[i].name] / taken[strata[i].name],
            outcome=Outcome.COMPLETE if replies[i] else Outcome.NOT_STARTED,
            values={"y": people.answers[year, i]} if replies[i] else {},
            unit=f"u{i:04}",
            region=strata[i].region,
            band=strata[i].band,
        )
        for i in chosen
    )
    replied = RoundReplies(rows, {}, {}, Counter(strata[i] for i in members))
    return WeightedRound(ROUND, replied, weight_replies(replied))


def repeated(people: Population, rng: np.random.Generator, *, rotated: float, times: int) -> list[Change]:
    """Both rounds drawn and answered again and again; `rotated` is the share of the sample replaced."""
    changes, overlap = [], people.overlap()
    for _ in range(times):
        numbers = rng.random(len(people.then))
        # Half are willing, and mostly the same half both times.
        willing = rng.random((3, len(people.then)))
        replies = np.where(willing[2] < 0.5, willing[:2] < 0.85, willing[:2] < 0.15)
        waves = [
            one_round(people, year, numbers, start, replies[year])
            for year, start in ((0, 0.0), (1, rotated / 4))
        ]
        changes.append(join_waves(waves[0], waves[1], overlap).change("y", None))
    return changes


@pytest.mark.slow
@pytest.mark.parametrize("rotated", [0.0, 0.5])
def test_the_error_of_a_change_is_that_of_repeated_draws_and_replies(rotated: float) -> None:
    """Cells join differently in the two years, organisations change stratum, are born and die."""
    rng = np.random.default_rng(29)
    people = Population.made(rng)

    moves = repeated(people, rng, rotated=rotated, times=250)

    changes = np.array([one.change for one in moves], dtype=np.float64)
    variance = np.array([(one.se or 0.0) ** 2 for one in moves])
    apart = np.array([(one.se_1 or 0.0) ** 2 + (one.se_2 or 0.0) ** 2 for one in moves])
    assert changes.mean() == pytest.approx(people.moved(), abs=0.02)
    assert variance.mean() / changes.var(ddof=1) == pytest.approx(1, abs=0.2)
    assert apart.mean() > 1.15 * variance.mean(), "years taken as apart overstate it"
    held = np.mean([(one.lci or 0) <= people.moved() <= (one.uci or 0) for one in moves])
    assert 0.91 <= held <= 0.99
    assert any("movers" in one.flags for one in moves)
