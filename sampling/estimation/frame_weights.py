"""From who was asked and who replied to weights that stand for the frame: the weights of a round.

Who did not reply is stood for by those of the same stratum, joined to its nearest neighbour where few
replied; then the weights are calibrated, sector by sector, to the frame.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from sampling.arrays import Flags, Floats, flags, floats
from sampling.errors import SamplingError
from sampling.estimation.design import SurveyDesign
from sampling.estimation.frame_margins import FrameFit, calibrate_to_frame
from sampling.estimation.neighbours import group_name, join_neighbours
from sampling.estimation.respondents import respondent_design
from sampling.frame import Sector
from sampling.strata import Stratum, stratum_distance

# A cell with fewer replies joins its nearest neighbour.
MIN_REPLIES = 5


@dataclass(frozen=True)
class FrameWeights:
    """Weights of the r resolved of n units asked.

    Args:
        design: of the resolved, shape (r,); its strata are the cells.
        base: their weights before calibration, shape (r,).
        cells: the cell of each unit asked, n of them; empty in a sector of which nobody replied.
        cell_sizes: cell -> units of the frame.
        fit: what the weights were calibrated to; None where the frame's counts are not known.
    """

    design: SurveyDesign
    base: Floats
    cells: tuple[str, ...]
    cell_sizes: Mapping[str, float]
    fit: FrameFit | None


def weight_to_frame(
    design_weights: ArrayLike,
    strata: Sequence[Stratum],
    resolved: ArrayLike,
    *,
    pop_size: Mapping[str, float],
    own: Sequence[Stratum] = (),
    frame: Mapping[Stratum, float] | None = None,
) -> FrameWeights:
    """Weight the units whose state is known up to the frame.

    Args:
        design_weights: shape (n,), > 0. strata: of each unit asked. resolved: shape (n,).
        pop_size: name of a stratum -> units of the frame.
        own: sector, region, and kind or income, of each unit itself; needed with `frame`.
        frame: units of the frame by these; without, weights are not calibrated.

    Raises:
        SamplingError: nobody is resolved, or shapes differ.
    """
    known = flags(resolved, "resolved", length=len(strata))
    joined = joined_strata(strata, known)
    if not joined:
        raise SamplingError("nobody replied")
    cells = tuple(joined.get(stratum, "") for stratum in strata)
    inside = np.array([bool(cell) for cell in cells], dtype=np.bool_)
    sizes: dict[str, float] = {}
    for stratum, cell in joined.items():
        sizes[cell] = sizes.get(cell, 0.0) + pop_size[stratum.name]
    weighted = respondent_design(
        floats(design_weights, "design_weights", length=len(strata))[inside],
        np.array(cells, dtype=np.str_)[inside],
        known[inside],
        pop_size=sizes,
    )
    # One reply of a whole sector has no error to measure; its figures are never printed.
    plain = replace(weighted.design, lonely_psu="remove")
    fit = None
    if frame:
        fit = calibrate_to_frame(plain.weights, [own[row] for row in np.flatnonzero(known).tolist()], frame)
    return FrameWeights(_calibrated(plain, fit), plain.weights, cells, sizes, fit)


def joined_strata(strata: Sequence[Stratum], resolved: Flags) -> dict[Stratum, str]:
    """Stratum -> its cell, of the sectors of which somebody replied.

    Cells have at least `MIN_REPLIES` replies, or are a whole sector.
    """
    joined: dict[Stratum, str] = {}
    for sector in Sector:
        counts = dict.fromkeys(sorted({stratum for stratum in strata if stratum.sector is sector}), 0)
        for stratum, known in zip(strata, resolved.tolist(), strict=True):
            if stratum in counts:
                counts[stratum] += known
        if sum(counts.values()):
            groups = join_neighbours(counts, minimum=MIN_REPLIES, distance=stratum_distance)
            joined |= {one: group_name(tuple(s.name for s in group)) for one, group in groups.items()}
    return joined


def _calibrated(design: SurveyDesign, fit: FrameFit | None) -> SurveyDesign:
    if fit is None:
        return design
    return replace(design, weights=fit.calibrated.weights, calibration=fit.calibrated.fit)
