"""By what a sector's organisations are divided in a release: regions first, then kind or income, and more.

Each partition covers every case of the sector, "not known" too, and is made of what the frame says, before
anybody looks at an answer. Groups of which few were asked are joined to their neighbours.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sampling.frame import Sector
from sampling.strata import BAND_ORDER, FAMILIES
from sampling.vocabulary import INCOME_BANDS, NO, NOT_KNOWN, REGIONS, YES
from survey_app.reports.round_summary.method import group_label
from survey_app.services.results.replies import Reply, RoundReplies

Ints = NDArray[np.int64]
REGION = "region"
# A group of which fewer were asked is joined to another.
MIN_ASKED = 30
# Groups of two partitions are the same, or are this many organisations apart.
MIN_APART = 10
NATIONAL, LOCAL = "national", "local"
SMALL = INCOME_BANDS[:2]


@dataclass(frozen=True)
class Partition:
    """One way to divide a sector.

    Args:
        name: `region`, `kind`; the column of the bundle. title: what tables call it.
        labels: the groups in the order of tables. group: of each case of the round, its group counted from
            0, and -1 for a case of the other sector, shape (n,).
    """

    name: str
    title: str
    labels: tuple[str, ...]
    group: Ints = field(repr=False)


@dataclass(frozen=True)
class _Trait:
    """What an organisation is by one partition: its word, the words in order, and how each is called."""

    name: str
    title: str
    word: Callable[[Reply], str]
    order: tuple[str, ...]
    label: Callable[[str], str]


def partitions_of(replies: RoundReplies, sector: Sector) -> tuple[Partition, ...]:
    """The partitions of a sector: regions, then others of two groups or more.

    Where a group of one and a group of another differ by a few organisations alone, the later partition is
    left out, since the difference would be as good as printed.
    """
    made = [_regions(replies, sector)]
    cases = [row for row in replies.rows if row.stratum.sector is sector]
    for trait in TRAITS[sector]:
        one = _partition(replies, sector, trait, _joined(trait, cases))
        if one is not None and not any(_too_alike(one, before) for before in made[1:]):
            made.append(one)
    return tuple(made)


def _regions(replies: RoundReplies, sector: Sector) -> Partition:
    """The regions where the frame has some of the sector or somebody was asked."""
    present = {row.region for row in replies.rows}
    there = {row.region for row in replies.rows if row.stratum.sector is sector}
    there |= {of.region for of in replies.frame if of.sector is sector}
    names = tuple(name for name in (*REGIONS, NOT_KNOWN) if name in present & there)
    return Partition(REGION, "Region", names, _placed(replies, sector, lambda row: row.region, names))


def _partition(
    replies: RoundReplies, sector: Sector, trait: _Trait, joined: Sequence[tuple[str, ...]]
) -> Partition | None:
    if len(joined) < 2 or any({YES, NO} <= set(words) for words in joined):
        return None
    group_of = {word: place for place, words in enumerate(joined) for word in words}
    places = tuple(str(place) for place in range(len(joined)))
    group = _placed(replies, sector, lambda row: str(group_of[trait.word(row)]), places)
    return Partition(trait.name, trait.title, tuple(_label(trait, words) for words in joined), group)


def _placed(
    replies: RoundReplies, sector: Sector, word: Callable[[Reply], str], names: Sequence[str]
) -> Ints:
    place = {name: number for number, name in enumerate(names)}
    return np.array(
        [place[word(row)] if row.stratum.sector is sector else -1 for row in replies.rows], dtype=np.int64
    )


def _joined(trait: _Trait, cases: Iterable[Reply]) -> list[tuple[str, ...]]:
    """The words of a trait in groups of which enough were asked: the smallest joins its smaller neighbour."""
    asked = dict.fromkeys(trait.order, 0)
    for row in cases:
        word = trait.word(row)
        asked[word] = asked.get(word, 0) + 1
    groups: list[tuple[tuple[str, ...], int]] = [((word,), n) for word, n in asked.items() if n]
    while len(groups) > 1 and min(count for _, count in groups) < MIN_ASKED:
        least = min(range(len(groups)), key=lambda place: groups[place][1])
        beside = [place for place in (least - 1, least + 1) if 0 <= place < len(groups)]
        other = min(beside, key=lambda place: groups[place][1])
        low, high = sorted((least, other))
        groups[low : high + 1] = [(groups[low][0] + groups[high][0], groups[low][1] + groups[high][1])]
    return [words for words, _ in groups]


def _label(trait: _Trait, words: Sequence[str]) -> str:
    *first, last = (trait.label(word) for word in words)
    last = last[:1].lower() + last[1:] if first else last
    return f"{', '.join(first)} and {last}" if first else last


def _too_alike(one: Partition, before: Partition) -> bool:
    """Whether a group of either lies in one of the other and lacks only a few of it."""
    pairs = (
        (one.group == a, before.group == b) for a in range(len(one.labels)) for b in range(len(before.labels))
    )
    return any(_nearly_same(a, b) for a, b in pairs)


def _nearly_same(a: NDArray[np.bool_], b: NDArray[np.bool_]) -> bool:
    apart = int((a != b).sum())
    nested = not (a & ~b).any() or not (b & ~a).any()
    return nested and 0 < apart < MIN_APART


def _level(row: Reply) -> str:
    return NATIONAL if FAMILIES.get(row.band, "") == "central" else LOCAL


def _small(row: Reply) -> str:
    return NOT_KNOWN if row.band == NOT_KNOWN else YES if row.band in SMALL else NO


def _named(names: Mapping[str, str]) -> Callable[[str], str]:
    return lambda word: names.get(word, group_label(word))


def _kinds() -> Iterator[str]:
    """Kinds of body, those that are alike beside each other, so that they are joined first."""
    yield from sorted(FAMILIES, key=lambda kind: (tuple(FAMILIES.values()).index(FAMILIES[kind]), kind))


TRAITS: Mapping[Sector, tuple[_Trait, ...]] = {
    Sector.PUBLIC: (
        _Trait("kind", "Kind of body", lambda row: row.band, tuple(_kinds()), group_label),
        _Trait(
            "level",
            "Level of government",
            _level,
            (NATIONAL, LOCAL),
            _named({NATIONAL: "National bodies", LOCAL: "Local and regional bodies"}),
        ),
    ),
    Sector.VOLUNTARY: (
        _Trait("income", "Yearly income", lambda row: row.band, BAND_ORDER, group_label),
        _Trait(
            "small",
            "Small organisations",
            _small,
            (YES, NO, NOT_KNOWN),
            _named(
                {YES: "Under £10,000 a year", NO: "£10,000 a year and over", NOT_KNOWN: "Income not known"}
            ),
        ),
        _Trait(
            "rural",
            "Rural or urban",
            lambda row: row.rural,
            (YES, NO, NOT_KNOWN),
            _named({YES: "Rural", NO: "Urban", NOT_KNOWN: "Place not known"}),
        ),
        _Trait(
            "bme_led",
            "Leadership",
            lambda row: row.bme_led,
            (YES, NO, NOT_KNOWN),
            _named(
                {
                    YES: "Led by people from black and minority ethnic groups",
                    NO: "Led by others",
                    NOT_KNOWN: "Leadership not known",
                }
            ),
        ),
    ),
}
