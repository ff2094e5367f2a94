"""A round's answers as the sheets that disclosure control works on, and its verdict for every cell.

One sheet to a sector: its regions, the other groups that it is divided into, and the items it was asked.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from instruments.conduct import Mode
from instruments.kinds.numbers import Amount
from instruments.kinds.ratings import Rating
from instruments.kinds.table import kind_of
from instruments.schema import Question, Questionnaire
from sampling.disclosure.in_turn import Cost, protect_in_turn
from sampling.disclosure.items import (
    Bound,
    Choices,
    Filter,
    Implied,
    Item,
    Known,
    Marks,
    Rules,
    Sheet,
    Shown,
)
from sampling.disclosure.marking import mark_sheet, unsafe_average
from sampling.disclosure.protect import reasons
from sampling.frame import Sector
from survey_app.services.results.follow_ups import choices_of, ties_of
from survey_app.services.results.known_routes import left_out_by
from survey_app.services.results.partitions import Partition, partitions_of
from survey_app.services.results.replies import AskedItem, Floats, RoundReplies

# What a bundle says of a case whose sector is not divided so.
UNDIVIDED = "none"
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Suppressed:
    """One withheld cell: `partition` and `group` are empty for the whole."""

    sector: Sector
    item: str
    partition: str
    group: str
    reason: Shown


@dataclass(frozen=True)
class Protection:
    """What may be shown of a round: by sector, with its partitions, the groups in the order of the marks.

    `costs` says what each partition beside regions shows, and what it costs them; of those left out too.
    """

    marks: Mapping[Sector, Marks]
    partitions: Mapping[Sector, tuple[Partition, ...]]
    sheets: Mapping[Sector, Sheet]
    costs: Mapping[Sector, tuple[Cost, ...]] = field(default_factory=dict)

    @property
    def regions(self) -> dict[Sector, tuple[str, ...]]:
        """The regions of each sector."""
        return {sector: parts[0].labels for sector, parts in self.partitions.items()}

    def whole(self, key: str, sector: Sector) -> Shown:
        return self.marks[sector].whole[key]

    def in_group(self, key: str, sector: Sector, partition: str, group: str) -> Shown:
        """The mark of a group of a partition that is printed of the sector."""
        labels = self.named(sector, partition).labels
        return self.marks[sector].groups[key, partition][labels.index(group)]

    def named(self, sector: Sector, partition: str) -> Partition:
        """One partition of a sector by its name."""
        return next(each for each in self.partitions[sector] if each.name == partition)

    def groups(self, rows: int) -> dict[str, list[str]]:
        """`by_kind` and the like -> the group of each case, for what is printed beside regions."""
        columns: dict[str, list[str]] = {}
        for each in (one for parts in self.partitions.values() for one in parts[1:]):
            column = columns.setdefault(f"by_{each.name}", [UNDIVIDED] * rows)
            for place, group in enumerate(each.group[:rows].tolist()):
                if group >= 0:
                    column[place] = each.labels[group]
        return columns

    def log(self) -> Iterator[Suppressed]:
        """Every withheld cell and why."""
        for sector, marks in self.marks.items():
            for item, partition, group, reason in reasons(self.sheets[sector], marks):
                label = self.named(sector, partition).labels[group] if partition else ""
                yield Suppressed(sector, item, partition, label, reason)


def protect_round(replies: RoundReplies, rules: Rules) -> Protection:
    """Decide for every item, sector and group what may be shown, and prove that it tells nothing protected.

    Raises:
        DisclosureError: no way to print the round was found that tells nothing protected.
    """
    divided = _divided(replies)
    done = {
        sector: protect_in_turn(sheet, rules) for sector, sheet in _sheets(replies, divided, rules).items()
    }
    return Protection(
        {sector: turn.protected.marks for sector, turn in done.items()},
        {
            sector: tuple(each for each in divided[sector] if each.name in turn.sheet.partitions)
            for sector, turn in done.items()
        },
        {sector: turn.sheet for sector, turn in done.items()},
        {sector: turn.costs for sector, turn in done.items()},
    )


def mark_round(replies: RoundReplies, rules: Rules) -> Protection:
    """What the rules alone say, by region; for figures of the whole, which no audit changes."""
    divided = {sector: parts[:1] for sector, parts in _divided(replies).items()}
    sheets = _sheets(replies, divided, rules)
    return Protection(
        {sector: mark_sheet(sheet, rules) for sector, sheet in sheets.items()},
        {sector: divided[sector] for sector in sheets},
        sheets,
    )


def sheets_of(replies: RoundReplies, rules: Rules) -> dict[Sector, tuple[Sheet, tuple[Partition, ...]]]:
    """What there is to print of each sector, by every partition that might be."""
    divided = _divided(replies)
    sheets = _sheets(replies, divided, rules)
    return {sector: (sheet, divided[sector]) for sector, sheet in sheets.items()}


def _divided(replies: RoundReplies) -> dict[Sector, tuple[Partition, ...]]:
    asked = (sector for sector in Sector if replies.asked.get(sector))
    parts = {sector: partitions_of(replies, sector) for sector in asked}
    return {sector: each for sector, each in parts.items() if each[0].labels}


def _sheets(
    replies: RoundReplies, divided: Mapping[Sector, tuple[Partition, ...]], rules: Rules
) -> dict[Sector, Sheet]:
    return {sector: _sheet(replies, sector, parts, rules) for sector, parts in divided.items()}


@dataclass(frozen=True)
class _Cases:
    """The cases of a sector that answered: their places in the round, atoms, and group by partition.

    `taken` has, for each of the staff who called some of these, whom they called, each of shape (n,).
    """

    rows: Ints
    atom: Ints
    atoms: int
    groups: Mapping[str, tuple[Ints, int]]
    taken: tuple[Flags, ...]


def _cases(replies: RoundReplies, partitions: tuple[Partition, ...]) -> tuple[_Cases, dict[str, Ints]]:
    """Who answered, and the group of each atom: those that occur, and one for a group that nobody is in."""
    inside = (partitions[0].group >= 0) & ~np.isnan(replies.answers).all(axis=1)
    rows = np.flatnonzero(inside)
    codes = np.stack([each.group[rows] for each in partitions])
    there, atom = np.unique(codes, axis=1, return_inverse=True)
    for number, each in enumerate(partitions):
        for group in set(range(len(each.labels))) - set(there[number].tolist()):
            alone = np.zeros((len(partitions), 1), dtype=np.int64)
            alone[number] = group
            there = np.concatenate([there, alone], axis=1)
    groups = {each.name: (each.group[rows], len(each.labels)) for each in partitions}
    of_atom = {each.name: there[number] for number, each in enumerate(partitions)}
    return _Cases(rows, atom.ravel(), there.shape[1], groups, _taken(replies, rows)), of_atom


def _taken(replies: RoundReplies, rows: Ints) -> tuple[Flags, ...]:
    """Of each who called: all whom they called, and whose answers they surely took, where that differs."""
    answered = [replies.rows[row] for row in rows.tolist()]
    flags = []
    for caller in sorted(frozenset().union(*(row.callers for row in answered))):
        called = np.array([caller in row.callers for row in answered])
        alone = [row.callers == {caller} and row.routed_by.mode is Mode.TELEPHONE for row in answered]
        flags += [called, np.array(alone)]
    return tuple({each.tobytes(): each for each in flags if each.any()}.values())


def _sheet(replies: RoundReplies, sector: Sector, partitions: tuple[Partition, ...], rules: Rules) -> Sheet:
    questionnaire, asked = replies.questionnaires[sector], replies.asked[sector]
    families: dict[bytes, str] = {}
    cases, of_atom = _cases(replies, partitions)
    by_case = {name: of_row for name, (of_row, _) in cases.groups.items()}
    left_out = left_out_by(replies, sector, cases.rows, by_case, rules.threshold)
    items = tuple(
        replace(
            _item(questionnaire, each, replies.column(key)[cases.rows], cases, families, rules),
            left_out=left_out[key],
        )
        for key, each in asked.items()
    )
    return Sheet(
        name="public bodies" if sector is Sector.PUBLIC else "voluntary organisations",
        partitions=of_atom,
        items=items,
        filters=tuple(_filters(questionnaire, asked, {item.name: item.family for item in items})),
        choices=tuple(_choices(questionnaire, asked)),
        implied=tuple(_implied(asked)),
    )


def _item(
    questionnaire: Questionnaire,
    asked: AskedItem,
    y: Floats,
    cases: _Cases,
    families: dict[bytes, str],
    rules: Rules,
) -> Item:
    answered = ~np.isnan(y)
    family = families.setdefault(answered.tobytes(), f"base {len(families) + 1}")
    question = questionnaire.by_item(asked.item.item)
    is_share = asked.item.statistic == "proportion"
    lowest, step, top = (0.0, 1.0, 1.0) if is_share else _scale(question, y[answered])
    above = np.round((y[answered] - lowest) / step)
    alike = None if is_share else _alike(y, cases, rules, amount=isinstance(kind_of(question), Amount))
    atom = cases.atom[answered]

    def summed(whose: Flags) -> Known:
        counts = np.bincount(atom[whose], weights=above[whose], minlength=cases.atoms)
        return Known(np.bincount(atom[whose], minlength=cases.atoms), counts.astype(np.float64))

    every = summed(np.ones(atom.size, dtype=np.bool_))
    return Item(
        name=asked.item.key,
        family=family,
        bases=every.bases,
        counts=every.counts,
        top=top,
        alike=alike,
        known=tuple(summed(taken[answered]) for taken in cases.taken) if is_share else (),
    )


def _scale(question: Question, given: Floats) -> tuple[float, float, float]:
    """The lowest answer, the step between answers, and how many steps there are from lowest to highest."""
    kind = kind_of(question)
    stored = [int(option.value) for option in question.options] if isinstance(kind, Rating) else []
    low = min(stored) if stored else question.minimum or 0
    high = max(stored) if stored else question.maximum or kind.top
    lowest = min(low / kind.scale, float(given.min(initial=0.0))) if not stored else low / kind.scale
    highest = max((high or 0) / kind.scale, float(given.max(initial=0.0)))
    return lowest, 1 / kind.scale, max(round((highest - lowest) * kind.scale), 1)


def _alike(y: Floats, cases: _Cases, rules: Rules, *, amount: bool) -> dict[str, Flags]:
    groups = {
        name: [_unsafe(y, of_row == group, cases, rules, amount=amount) for group in range(count)]
        for name, (of_row, count) in cases.groups.items()
    }
    every = np.ones(y.size, dtype=np.bool_)
    return {name: np.array(unsafe) for name, unsafe in groups.items()} | {
        "": np.array([_unsafe(y, every, cases, rules, amount=amount)])
    }


def _unsafe(y: Floats, here: Flags, cases: _Cases, rules: Rules, *, amount: bool) -> bool:
    """Whether the average of some tells too much of them, to all or to one who took the other answers."""
    given = here & ~np.isnan(y)
    parts = [given & ~taken for taken in cases.taken if np.any(given & taken) and np.any(given & ~taken)]
    return any(unsafe_average(y[part], rules, amount=amount) for part in (here, *parts))


def _filters(
    questionnaire: Questionnaire, asked: Mapping[str, AskedItem], families: Mapping[str, str]
) -> Iterator[Filter]:
    """Each tie once: items of one family may be asked by the same filter.

    The base of an item on which the unaware count is no number that was asked, and its rest holds some who
    were asked nothing more.
    """
    ties = (
        Filter(tie.parent, families[key], tie.bound)
        for key, each in asked.items()
        if each.item.heard is None
        for tie in ties_of(questionnaire, questionnaire.by_item(each.item.item))
        if tie.parent in families and not (tie.bound is Bound.REST_AT_MOST and asked[tie.parent].item.heard)
    )
    yield from dict.fromkeys(ties)


def _implied(asked: Mapping[str, AskedItem]) -> Iterator[Implied]:
    """Who knows the agreement had heard of it, where the unaware count as not knowing."""
    for key, each in asked.items():
        heard = each.item.heard
        if heard is not None and heard in asked:
            yield Implied(key, heard)


def _choices(questionnaire: Questionnaire, asked: Mapping[str, AskedItem]) -> Iterator[Choices]:
    questions = dict.fromkeys(each.item.item for each in asked.values())
    for name in questions:
        choices = choices_of(questionnaire.by_item(name))
        if choices is not None and set(choices.items) <= asked.keys():
            yield choices
