"""From replies to a survey design: who is counted, with which weight, in which stratum."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sampling.errors import SamplingError
from sampling.estimation.design import SurveyDesign
from sampling.estimation.frame_margins import FrameFit
from sampling.estimation.frame_weights import weight_to_frame
from survey_app.errors import InvalidError
from survey_app.models.cases.casework import Outcome
from survey_app.services.results.replies import Floats, Reply, RoundReplies

# Their state is known, so they share in the weight; those not eligible have no answer and so
# count in no estimate, which takes their share out of the population.
RESOLVED = (Outcome.COMPLETE, Outcome.NOT_ELIGIBLE)


@dataclass(frozen=True)
class WeightedReplies:
    """The resolved cases with their design; every array of estimates has their shape.

    `base` are their weights before calibration, `fit` says what these were calibrated to. `cells` are those
    of all cases, resolved or not, empty in a sector of which nobody replied; `cell_sizes` the frame counts.
    """

    rows: tuple[Reply, ...]
    design: SurveyDesign
    base: Floats
    cells: tuple[str, ...]
    cell_sizes: Mapping[str, float]
    fit: FrameFit | None

    @property
    def weights(self) -> Floats:
        """Final weights, shape (n,)."""
        return self.design.weights


def weight_replies(replies: RoundReplies) -> WeightedReplies:
    """Hand the weight of those who did not answer to those like them who did, and calibrate to the frame.

    Raises:
        InvalidError: nobody answered, or the weights cannot be made.
    """
    resolved = np.array([row.outcome in RESOLVED for row in replies.rows], dtype=np.bool_)
    if not any(row.outcome is Outcome.COMPLETE for row in replies.rows):
        raise InvalidError("Nobody has sent answers, so there is nothing to estimate.")
    try:
        weighted = weight_to_frame(
            np.array([row.design_weight for row in replies.rows]),
            [row.stratum for row in replies.rows],
            resolved,
            pop_size={row.stratum.name: float(row.pop_size) for row in replies.rows},
            own=[row.own for row in replies.rows],
            frame=replies.frame,
        )
    except SamplingError as fault:
        raise InvalidError(f"The replies cannot be weighted: {fault}") from None
    rows = tuple(row for row, kept in zip(replies.rows, resolved, strict=True) if kept)
    return WeightedReplies(
        rows, weighted.design, weighted.base, weighted.cells, weighted.cell_sizes, weighted.fit
    )
