"""The design that estimates are computed from: those who responded, in cells that can carry their weights."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from numpy.typing import ArrayLike

from sampling.arrays import Coded, Flags, Floats, Labels, flags
from sampling.estimation.design import SurveyDesign, joined_counts
from sampling.estimation.weights import adjust_nonresponse


@dataclass(frozen=True)
class RespondentDesign:
    """Respondents as a design, and how all sampled units came to their cells. n sampled units, r respondents.

    Args:
        design: of the respondents, shape (r,), in the order of the sampled units; its strata are the cells.
        cells: the cell that each sampled unit ended in, shape (n,).
        cell_sizes: cell -> units of the frame.
    """

    design: SurveyDesign
    cells: Labels
    cell_sizes: Mapping[str, float]

    @property
    def weights(self) -> Floats:
        """Final weights of the respondents, shape (r,)."""
        return self.design.weights


def respondent_design(
    weights: ArrayLike,
    strata: ArrayLike | Sequence[str] | Coded,
    responded: ArrayLike,
    *,
    pop_size: Mapping[str, float],
    min_respondents: int = 1,
    collapse: Mapping[str, str] | None = None,
) -> RespondentDesign:
    """Hand the weight of those who did not respond to those of their stratum who did, and count the frame.

    Args:
        weights: design weights of all sampled units, shape (n,), > 0.
        strata: stratum of each sampled unit, shape (n,).
        responded: True where the unit's answers, or its having none, are known, shape (n,).
        pop_size: stratum -> units of the frame; every stratum has a sampled unit.
        min_respondents: a stratum with fewer joins others. collapse: stratum or cell -> what it joins.

    Raises:
        CellError: a stratum must join others and the map has no target for it.
        SamplingError: shapes differ, or a weight is not a positive finite number.

    Source:
        Lohr (2022), Sampling: Design and Analysis, 3rd edn, ch. 8, weighting-class adjustment.
    """
    answered: Flags = flags(responded, "responded")
    adjusted = adjust_nonresponse(
        weights, strata, answered, min_respondents=min_respondents, collapse=collapse
    )
    sizes = joined_counts(pop_size, adjusted.joins)
    design = SurveyDesign(adjusted.cells[answered], adjusted.weights[answered], pop_size=sizes)
    return RespondentDesign(design, adjusted.cells, sizes)
