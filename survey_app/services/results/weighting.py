"""From replies to a survey design: who is counted, with which weight, in which stratum."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sampling.errors import SamplingError
from sampling.estimation.design import SurveyDesign
from sampling.estimation.respondents import respondent_design
from sampling.strata import collapse_map
from survey_app.errors import InvalidError
from survey_app.models.cases.casework import Outcome
from survey_app.services.results.replies import Floats, Reply, RoundReplies

# A stratum with fewer replies joins others by `sampling.strata.collapse_map`.
MIN_REPLIES = 5
# Their state is known, so they share in the weight; those not eligible have no answer and so
# count in no estimate, which takes their share out of the population.
RESOLVED = (Outcome.COMPLETE, Outcome.NOT_ELIGIBLE)


@dataclass(frozen=True)
class WeightedReplies:
    """The resolved cases with their design; every array of estimates has their shape.

    `cells` are those of all cases, resolved or not; `cell_sizes` the frame counts of the cells.
    """

    rows: tuple[Reply, ...]
    design: SurveyDesign
    weights: Floats
    cells: tuple[str, ...]
    cell_sizes: Mapping[str, float]


def weight_replies(replies: RoundReplies) -> WeightedReplies:
    """Hand the weight of those who did not answer to those of their stratum who did.

    Raises:
        InvalidError: nobody answered, or not even the widest class has enough replies.
    """
    resolved = np.array([row.outcome in RESOLVED for row in replies.rows], dtype=np.bool_)
    if not any(row.outcome is Outcome.COMPLETE for row in replies.rows):
        raise InvalidError("Nobody has sent answers, so there is nothing to estimate.")
    try:
        weighted = respondent_design(
            np.array([row.design_weight for row in replies.rows]),
            [row.stratum.name for row in replies.rows],
            resolved,
            pop_size={row.stratum.name: float(row.pop_size) for row in replies.rows},
            min_respondents=MIN_REPLIES,
            collapse=collapse_map(row.stratum for row in replies.rows),
        )
    except SamplingError as fault:
        raise InvalidError(f"There are too few replies to weight: {fault}") from None
    rows = tuple(row for row, kept in zip(replies.rows, resolved, strict=True) if kept)
    return WeightedReplies(
        rows, weighted.design, weighted.weights, tuple(weighted.cells), weighted.cell_sizes
    )
