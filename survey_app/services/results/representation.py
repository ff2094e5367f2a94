"""How those who replied differ from the frame: kept with a release, for whoever reads how it was done."""

from collections.abc import Iterator

import numpy as np

from sampling.arrays import Floats
from sampling.errors import SamplingError
from sampling.estimation.frame_margins import GROUP, REGION, FrameFit
from sampling.estimation.representativity import Representativity, r_indicator
from sampling.estimation.weights import kish_deff
from sampling.frame import Sector
from survey_app.reports.contents import GroupShare, Representation
from survey_app.services.results.replies import RoundReplies
from survey_app.services.results.response import sectors_of
from survey_app.services.results.weighting import RESOLVED, WeightedReplies

MARGINS = {REGION: "region", GROUP: "group"}


def representation_of(replies: RoundReplies, weighted: WeightedReplies) -> Iterator[Representation]:
    """One record for each sector of which somebody replied."""
    for sector in sectors_of(replies):
        here = np.array([row.stratum.sector is sector for row in weighted.rows], dtype=np.bool_)
        if not here.any():
            continue
        response = _response(replies, sector)
        yield Representation(
            sector=sector,
            design_effect=kish_deff(weighted.weights[here]),
            r_indicator=None if response is None else response.r,
            r_adjusted=None if response is None else response.r_adjusted,
            partial=() if response is None else tuple((p.variable, p.value) for p in response.partial),
            groups=() if weighted.fit is None else tuple(_groups(weighted, weighted.fit, sector)),
        )


def _response(replies: RoundReplies, sector: Sector) -> Representativity | None:
    """How evenly a sector replied by region and by kind or income; None where levels tell who replied."""
    rows = [row for row in replies.rows if row.stratum.sector is sector]
    variables = {"region": [row.region for row in rows], "group": [row.band for row in rows]}
    several = {name: np.array(levels) for name, levels in variables.items() if len(set(levels)) > 1}
    if not several:
        return None
    answered = [row.outcome in RESOLVED for row in rows]
    try:
        return r_indicator(answered, [row.design_weight for row in rows], several)
    except SamplingError:
        return None


def _groups(weighted: WeightedReplies, fit: FrameFit, sector: Sector) -> Iterator[GroupShare]:
    """Each level of the frame: its share there, and of the replies before and after calibration."""
    for margin, name in MARGINS.items():
        levels = fit.margins[margin]
        frame = {level: size for level, size in fit.totals[margin].items() if level.startswith(sector.value)}
        whole = sum(frame.values())
        for level, size in frame.items():
            here = levels == level
            shares = (_share(weights, here, whole) for weights in (weighted.base, weighted.weights))
            yield GroupShare(name, level.rpartition(" | ")[2], size / whole, *shares)


def _share(weights: Floats, here: np.ndarray, whole: float) -> float:
    return float(weights[here].sum() / whole)
