"""The benchmarks run, and compare like with like."""

from argparse import Namespace
from pathlib import Path

import numpy as np

from benchmarks import coverage, sampling


def test_library_and_bound_answer_alike_before_they_are_timed() -> None:
    rng = np.random.default_rng(3)

    for work, size in (
        (sampling.draw, 20_000),
        (sampling.tabulation, 1500),
        (sampling.calibrated, 1500),
    ):
        library, minimum = work(size, rng, 1)
        assert library > 0
        assert minimum > 0


def test_coverage_counts_where_the_truth_lies() -> None:
    tally = coverage.Tally()
    for low, high in ((1, 3), (2.5, 3), (0, 1), (None, None)):
        tally.take(2, low, high)

    assert (tally.inside, tally.below, tally.above, len(tally.widths)) == (1, 1, 1, 3)


def test_intervals_hold_the_truth_in_most_of_a_few_draws() -> None:
    tallies = coverage.measure(12, seed=5)

    assert all(len(tally.widths) == 12 for tally in tallies.values())
    assert min(tallies[name].inside for name in ("mean", "change of the mean", "half, logit")) >= 9


def test_a_peer_that_is_not_there_is_named_and_one_that_is_agrees(tmp_path: Path) -> None:
    nowhere = str(tmp_path / "no-python")
    asked = Namespace(peer_items=2, svy_python=nowhere)

    lines = list(sampling.peers_beside(1500, np.random.default_rng(3), 1, asked))

    assert lines[-1] == "svy: not on this machine"
    assert lines[0].startswith("R survey")
