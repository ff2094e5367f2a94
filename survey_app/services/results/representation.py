"""How those who replied differ from the frame: kept with a release, for whoever reads how it was done."""

from collections.abc import Iterator

import numpy as np

from sampling.arrays import Flags, Floats
from sampling.errors import SamplingError
from sampling.estimation.estimators import Difference, difference
from sampling.estimation.frame_margins import GROUP, REGION, FrameFit
from sampling.estimation.many_tests import clear_ones, p_value
from sampling.estimation.representativity import Representativity, r_indicator
from sampling.estimation.weights import kish_deff
from sampling.frame import Sector
from sampling.strata import BAND_ORDER, FAMILIES, SEPARATOR
from sampling.vocabulary import NOT_KNOWN, REGIONS
from survey_app.models.cases.casework import Outcome
from survey_app.reports.contents import EarlyAndLate, GroupShare, Representation
from survey_app.reports.round_summary.method import level_label
from survey_app.services.results.replies import RoundReplies
from survey_app.services.results.response import sectors_of
from survey_app.services.results.weighting import RESOLVED, WeightedReplies

# Of fewer questions the middle difference would be close to that of one.
MIN_TESTED = 10
MARGINS = {REGION: "region", GROUP: "group"}
# As other tables have them; any other after these.
ORDER = {REGION: (*REGIONS, NOT_KNOWN), GROUP: (*FAMILIES, *BAND_ORDER)}


def representation_of(
    replies: RoundReplies, weighted: WeightedReplies, *, threshold: int
) -> Iterator[Representation]:
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
            timing=early_and_late(replies, weighted, sector, threshold=threshold),
        )


def early_and_late(
    replies: RoundReplies, weighted: WeightedReplies, sector: Sector, *, threshold: int
) -> EarlyAndLate | None:
    """How those who replied before the first reminder differ from those who replied later.

    Numbers of all questions together: none of them tells an answer, as a figure of the early alone would.
    Options of a question are left out, since they are not tests of their own.
    """
    here = [
        row.late if row.stratum.sector is sector and row.outcome is Outcome.COMPLETE else None
        for row in weighted.rows
    ]
    early, late = (np.array([each is when for each in here], dtype=np.bool_) for when in (False, True))
    if not (early | late).any():
        return None
    shares = [key for key, each in replies.asked[sector].items() if each.item.statistic == "proportion"]
    whole = [key for key in shares if "." not in key]
    gaps = [gap for key in whole if (gap := _apart(weighted, key, early, late, threshold)) is not None]
    p = [p_value(gap.difference or 0.0, gap.se or 0.0, gap.df or 0) for gap in gaps]
    counts = (int(early.sum()), int(late.sum()))
    enough = all(n == 0 or n >= threshold for n in counts)
    return EarlyAndLate(
        early=counts[0] if enough else None,
        late=counts[1] if enough else None,
        tested=len(gaps),
        clear=int(clear_ones(p).sum()),
        apart=float(np.median([abs(gap.difference or 0.0) for gap in gaps]))
        if len(gaps) >= MIN_TESTED
        else None,
    )


def _apart(
    weighted: WeightedReplies, key: str, early: Flags, late: Flags, threshold: int
) -> Difference | None:
    """Early less late, where as many of either gave an answer as a figure must rest on."""
    y = np.array([row.values.get(key, np.nan) for row in weighted.rows])
    given = ~np.isnan(y)
    if min(int((given & part).sum()) for part in (early, late)) < threshold:
        return None
    gap = difference(weighted.design, y, early, late)
    return None if gap.se is None or gap.lci is None else gap


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
        for level, size in sorted(frame.items(), key=lambda item: _place(margin, item[0])):
            if level == sector.value:
                continue  # a margin that was given up
            here = levels == level
            shares = (_share(weights, here, whole) for weights in (weighted.base, weighted.weights))
            yield GroupShare(name, level_label(level.rpartition(SEPARATOR)[2]), size / whole, *shares)


def _place(margin: str, level: str) -> tuple[int, str]:
    name, order = level.rpartition(SEPARATOR)[2], ORDER[margin]
    return (order.index(name) if name in order else len(order), name)


def _share(weights: Floats, here: np.ndarray, whole: float) -> float:
    return float(weights[here].sum() / whole)
