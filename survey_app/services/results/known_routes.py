"""Which items a round puts to few or leaves few out of, by facts that everybody knows of an organisation."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from instruments.answering.routing import walked
from instruments.schema import Questionnaire
from sampling.disclosure.left_out import Routed, items_left_out
from sampling.disclosure.marking import WHOLE
from sampling.frame import Sector
from survey_app.services.cases.units import Who
from survey_app.services.results.replies import AskedItem, RoundReplies

Ints = NDArray[np.int64]


def left_out_by(
    replies: RoundReplies,
    sector: Sector,
    rows: Ints,
    partitions: Mapping[str, Ints],
    threshold: int,
) -> dict[str, frozenset[str]]:
    """Key of an item -> partitions, "" for the whole, by which it would tell of few who can be named.

    Args:
        rows: the cases of the sector that answered, by their places in the round, shape (n,).
        partitions: name -> the group of each of these, shape (n,).
    """
    routed = dict(_routed(replies, sector, rows))
    whole = {WHOLE: np.zeros(rows.size, dtype=np.int64)}
    by_partition = {
        name: items_left_out(routed, groups, threshold) for name, groups in {**whole, **partitions}.items()
    }
    return {key: frozenset(name for name, keys in by_partition.items() if key in keys) for key in routed}


def _routed(replies: RoundReplies, sector: Sector, rows: Ints) -> Iterator[tuple[str, Routed]]:
    questionnaire, asked = replies.questionnaires[sector], replies.asked[sector]
    who = [replies.rows[row].routed_by for row in rows.tolist()]
    standing = {each: _standing(questionnaire, asked, each) for each in dict.fromkeys(who)}
    for key in asked:
        known = np.array([standing[each][key] for each in who], dtype=np.float64)
        yield key, Routed(known != 0, known == 1, ~np.isnan(replies.column(key)[rows]))


def _standing(questionnaire: Questionnaire, asked: Mapping[str, AskedItem], who: Who) -> dict[str, float]:
    """Key -> 1 where the facts alone say that it is asked, 0 that it is not, NaN where answers decide."""
    known = walked(questionnaire, {}, who.facts("agreement")).asked
    return {key: _number(known[each.item.item]) for key, each in asked.items()}


def _number(asked: bool | None) -> float:
    return float("nan") if asked is None else float(asked)
