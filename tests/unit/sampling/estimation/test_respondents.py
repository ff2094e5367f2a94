"""Those who responded carry the weight of all, in cells that are large enough."""

import numpy as np
import pytest

from sampling.errors import CellError
from sampling.estimation.respondents import respondent_design

WEIGHTS = np.array([2.0, 2.0, 2.0, 3.0, 3.0, 3.0])
STRATA = ["a", "a", "a", "b", "b", "b"]
POP = {"a": 6.0, "b": 9.0}


def test_each_stratum_keeps_its_weight_when_enough_responded() -> None:
    answer = respondent_design(WEIGHTS, STRATA, [True, True, False, True, True, True], pop_size=POP)

    assert answer.weights.tolist() == [3, 3, 3, 3, 3]
    assert answer.cells.tolist() == STRATA
    assert answer.cell_sizes == POP


def test_a_sparse_stratum_joins_and_its_frame_is_added() -> None:
    answer = respondent_design(
        WEIGHTS,
        STRATA,
        [True, False, False, True, True, True],
        pop_size=POP,
        min_respondents=2,
        collapse={"a": "all", "b": "all"},
    )

    assert answer.weights.sum() == pytest.approx(WEIGHTS.sum())
    assert answer.cells.tolist() == ["all"] * 6
    assert answer.cell_sizes == {"all": 15}
    assert answer.design.structure.pop is not None
    assert answer.design.structure.pop.tolist() == [15]


def test_a_sparse_stratum_without_a_target_is_refused() -> None:
    with pytest.raises(CellError, match="cell 'a'"):
        respondent_design(
            WEIGHTS, STRATA, [True, False, False, True, True, True], pop_size=POP, min_respondents=2
        )
