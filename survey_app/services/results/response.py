"""Who was asked and who replied: the steps from frame to full reply, and response rates by group."""

from collections import Counter
from collections.abc import Iterator

import numpy as np

from sampling.disclosure.suppression import suppress_table
from sampling.estimation.quality import OutcomeCounts, response_rates
from sampling.frame import Sector
from sampling.strata import Stratum
from sampling.vocabulary import INCOME_BANDS, NOT_KNOWN
from survey_app.models.cases.casework import Outcome
from survey_app.reports.contents import Mark, ResponseRow, SectorResponse
from survey_app.reports.round_summary.method import GROUPS, group_label
from survey_app.services.results.replies import Reply, RoundReplies

# Which state of a case is which letter of AAPOR's; not eligible cases are in no rate.
AAPOR = {
    Outcome.COMPLETE: "I",
    Outcome.STARTED: "P",
    Outcome.REFUSED: "R",
    Outcome.NON_CONTACT: "NC",
    Outcome.NOT_STARTED: "UO",
}


def sectors_of(replies: RoundReplies) -> list[Sector]:
    """The sectors that the round's panel was drawn from."""
    return [sector for sector in Sector if any(stratum.sector is sector for stratum in replies.frame_sizes)]


def sector_response(replies: RoundReplies, sector: Sector) -> SectorResponse:
    """The steps from frame to full reply, for one sector."""
    rows = [row for row in replies.rows if row.stratum.sector is sector]
    outcomes = Counter(row.outcome for row in rows)
    began = outcomes[Outcome.STARTED] + outcomes[Outcome.COMPLETE]
    return SectorResponse(
        sector=sector,
        on_frame=sum(size for stratum, size in replies.frame_sizes.items() if stratum.sector is sector),
        asked=len(rows),
        in_scope=len(rows) - outcomes[Outcome.NOT_ELIGIBLE],
        began=began,
        replied=outcomes[Outcome.COMPLETE],
        rate=_rate(rows, weighted=False),
        weighted_rate=_rate(rows, weighted=True),
    )


def _rate(rows: list[Reply], *, weighted: bool) -> float:
    """AAPOR RR1: full replies over all but those known not to be eligible."""
    counts = dict.fromkeys(("I", "P", "R", "NC", "O", "UH", "UO"), 0.0)
    for row in rows:
        if row.outcome in AAPOR:
            counts[AAPOR[row.outcome]] += row.design_weight if weighted else 1.0
    # RR1 counts every unknown case as eligible, so e does not touch it.
    return (
        response_rates(
            OutcomeCounts(**counts), e=1.0, e_method="every unknown case counts as eligible"
        ).rates["RR1"]
        or 0.0
    )


def response_rows(replies: RoundReplies, *, threshold: int) -> Iterator[ResponseRow]:
    """Asked and replied, group by group, without the counts that are too small to publish.

    Raises:
        SuppressionError: no pattern of suppressed counts protects everybody.
    """
    for sector in sectors_of(replies):
        labels = sorted({s.band for s in replies.frame_sizes if s.sector is sector}, key=_band_order)
        rows = [[row for row in replies.rows if _is(row.stratum, sector, label)] for label in labels]
        replied = [sum(row.outcome is Outcome.COMPLETE for row in members) for members in rows]
        protected = suppress_table(np.array([replied], dtype=np.float64).T, threshold=threshold)
        suppressed = [bool(row.any()) for row in protected.suppressed]
        # The last row of the pattern is the margin, which is published with the sector.
        for label, members, withheld in zip(labels, rows, suppressed[: len(labels)], strict=True):
            size = sum(n for s, n in replies.frame_sizes.items() if _is(s, sector, label))
            yield _row(sector, label, size, members, withheld=withheld)


def _row(sector: Sector, label: str, size: int, members: list[Reply], *, withheld: bool) -> ResponseRow:
    replied = sum(row.outcome is Outcome.COMPLETE for row in members)
    return ResponseRow(
        group=GROUPS[sector],
        label=group_label(label),
        on_frame=size,
        asked=len(members),
        replied=None if withheld else replied,
        rate=None if withheld else _rate(members, weighted=False),
        mark=Mark.WITHHELD if withheld else Mark.NONE,
    )


def _is(stratum: Stratum, sector: Sector, band: str) -> bool:
    return stratum.sector is sector and stratum.band == band


def _band_order(label: str) -> tuple[int, str]:
    order = (*INCOME_BANDS, NOT_KNOWN)
    return (order.index(label) if label in order else 0, label)
