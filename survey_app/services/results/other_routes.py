"""Replies of organisations that no draw chose: counted, protected like the rest, and never mixed with them.

They have no probability, so there is no weight, no error and no comparison: what is printed speaks of those
who replied and of nobody else. They share no answer with the tables of the panel, so no equation joins the
two: to be protected by the same rules and the same audit is to be protected in one system.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from sampling.disclosure.items import Rules, Shown
from sampling.disclosure.suppression import suppress_table
from sampling.errors import SamplingError
from sampling.frame import Sector
from survey_app.models.cases.casework import Outcome
from survey_app.reports.contents import Cell, Mark, OtherItem, OtherRoutes, RouteRow
from survey_app.services.cases.added import ROUTES, WORDS
from survey_app.services.results.estimates import BANDS, NO_ANSWER, NOT_ASKED, SUPPRESSED, keys_of
from survey_app.services.results.protection import Protection, protect_round
from survey_app.services.results.replies import Floats, OtherReplies, RoundReplies
from survey_app.services.results.width import unit_of


def other_routes(others: OtherReplies, *, threshold: int) -> OtherRoutes | None:
    """What those who were not drawn said, by sector; None where there are none.

    Where the answers cannot be printed without giving somebody away, all of them are withheld.
    """
    if not others.routes:
        return None
    protection = _protection(others.replies, Rules(threshold=threshold))
    cells = _Cells(others.replies, others.added_by, protection)
    items = tuple(_item(others.replies, key, cells) for key in keys_of(others.replies))
    return OtherRoutes(tuple(_routes(others, threshold)), items)


def _protection(replies: RoundReplies, rules: Rules) -> Protection | None:
    try:
        return protect_round(replies, rules)
    except SamplingError:
        return None


def _routes(others: OtherReplies, threshold: int) -> Iterator[RouteRow]:
    """Asked and replied, route by route, without counts that are too small to publish."""
    rows = list(zip(others.routes, others.replies.rows, strict=True))
    for sector in Sector:
        asked = Counter(route for route, row in rows if row.stratum.sector is sector)
        replied = Counter(
            route for route, row in rows if row.stratum.sector is sector and row.outcome is Outcome.COMPLETE
        )
        present = [route for route in ROUTES if asked[route]]
        hidden = _hidden([replied[route] for route in present], threshold)
        for route, withheld in zip(present, hidden, strict=True):
            yield RouteRow(
                route=WORDS[route],
                sector=sector,
                asked=asked[route],
                replied=None if withheld else replied[route],
                mark=Mark.WITHHELD if withheld else Mark.NONE,
            )


def _hidden(counts: list[int], threshold: int) -> list[bool]:
    if not counts:
        return []
    try:
        done = suppress_table(np.array([counts], dtype=np.float64).T, threshold=threshold)
    except SamplingError:
        return [True] * len(counts)
    return [bool(row.any()) for row in done.suppressed][: len(counts)]


def _item(replies: RoundReplies, key: str, cells: "_Cells") -> OtherItem:
    asked = {sector: items[key] for sector, items in replies.asked.items() if key in items}
    first = next(iter(asked.values()))
    statistic = first.item.statistic.value
    return OtherItem(
        item=key,
        section=first.item.section,
        short=first.item.short,
        statistic=statistic,
        unit=unit_of(first.item.kind, statistic),
        public=cells.of(key, Sector.PUBLIC),
        voluntary=cells.of(key, Sector.VOLUNTARY),
    )


@dataclass(frozen=True)
class _Cells:
    """The cells of each item: an unweighted figure with its base, a band, or a letter."""

    replies: RoundReplies
    added_by: tuple[str, ...]
    protection: Protection | None

    def of(self, key: str, sector: Sector) -> Cell:
        if key not in self.replies.asked.get(sector, {}):
            return NOT_ASKED
        y = self._given(key, sector)
        shown = self._shown(key, sector)
        if self._rests_on_one(key, sector):
            return SUPPRESSED
        if shown in BANDS:
            return Cell(None, None, None, y.size, BANDS[shown])
        if shown is not Shown.FIGURE:
            return SUPPRESSED
        return Cell(float(y.mean()), None, None, y.size) if y.size else NO_ANSWER

    def _given(self, key: str, sector: Sector) -> Floats:
        rows: Iterator[Mapping[str, float]] = (
            row.values for row in self.replies.rows if row.stratum.sector is sector
        )
        return np.array([values[key] for values in rows if key in values])

    def _rests_on_one(self, key: str, sector: Sector) -> bool:
        """Whether one of the staff added most of those who replied: they may know what these said."""
        rows = zip(self.replies.rows, self.added_by, strict=True)
        added = Counter(who for row, who in rows if row.stratum.sector is sector and key in row.values)
        return bool(added) and 2 * max(added.values()) > added.total()

    def _shown(self, key: str, sector: Sector) -> Shown:
        if self.protection is None or sector not in self.protection.marks:
            return Shown.TOO_FEW
        return self.protection.whole(key, sector)
