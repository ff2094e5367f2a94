"""The nine points of a rating from 1 to 5 by halves, and what is added up from them."""

from collections.abc import Sequence

from survey_app.reports.contents import RatingShares
from survey_app.reports.printed import SUPPRESSING

POINTS = ("1", "1½", "2", "2½", "3", "3½", "4", "4½", "5")
MIDDLE = 4


def sums(shares: Sequence[float]) -> tuple[float, float]:
    """The shares below and above the middle rating of 3."""
    return sum(shares[:MIDDLE]), sum(shares[MIDDLE + 1 :])


def totals(row: RatingShares) -> tuple[float, float]:
    """The same as a release tells them: rounded once, where its shares are rounded."""
    if row.totals is None:
        return sums(row.shares)
    below, above = row.totals
    return below, above


def suppressed(row: RatingShares) -> bool:
    """Whether the sector's ratings may not be shown, or are not there."""
    return row.mark in SUPPRESSING or not row.shares
