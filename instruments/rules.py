"""The rules of a questionnaire as values: conditions on routes, checks on answers, formulas of values.

Subjects are items, or ids of computed values. Numbers are in stored units.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum


class Relation(StrEnum):
    """How a condition compares an earlier answer, or a fact, with what the file says."""

    IS = "is"
    INCLUDES = "includes"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    ANSWERED = "answered"


@dataclass(frozen=True)
class Comparison:
    """One earlier answer or one fact compared: `values` for `is` and `includes`, else `number`.

    `number` is in stored units. `is` may name one of ESCAPES: the respondent passed the item so.
    """

    subject: str
    relation: Relation
    of_fact: bool = False
    values: tuple[str, ...] = ()
    number: int = 0


@dataclass(frozen=True)
class All:
    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class AnyOf:
    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class Not:
    part: "Condition"


Condition = Comparison | All | AnyOf | Not


@dataclass(frozen=True)
class SumCheck:
    """The numbers given for `items` must equal, or be at most, `bound`: a number, item or computed value.

    A soft check, of any sort, may be confirmed by the respondent with a reason.
    """

    items: tuple[str, ...]
    exact: bool
    bound: int | str
    message: str = ""
    soft: bool = False


@dataclass(frozen=True)
class OrderCheck:
    """The date given must be that of the earlier `item`, or on the side of it that `after` says."""

    item: str
    after: bool
    message: str = ""
    soft: bool = False


@dataclass(frozen=True)
class ConditionCheck:
    """The condition, over this answer and earlier ones, must hold; `message` is what is told if not."""

    condition: Condition
    message: str
    soft: bool = False


Check = SumCheck | OrderCheck | ConditionCheck


@dataclass(frozen=True)
class Total:
    """The sum of the numbers given; items that were not asked add nothing."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    item: str
    less: str


@dataclass(frozen=True)
class Ratio:
    """`part` in per cent of `whole`, rounded to a whole number."""

    part: str
    whole: str


@dataclass(frozen=True)
class Tally:
    """How many of the items were answered with one of `values`; of multiple choices, how many were chosen."""

    items: tuple[str, ...]
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Holds:
    """Yes where the condition holds, else no."""

    condition: Condition


Formula = Total | Difference | Ratio | Tally | Holds

Names = Mapping[str, str]


def subjects(rule: Condition | Check | Formula) -> tuple[str, ...]:
    """Every item or computed value that a rule names, facts left out."""
    match rule:
        case SumCheck():
            return (*rule.items, rule.bound) if isinstance(rule.bound, str) else rule.items
        case Total() | Tally():
            return rule.items
        case OrderCheck():
            return (rule.item,)
        case Difference():
            return (rule.item, rule.less)
        case Ratio():
            return (rule.part, rule.whole)
        case ConditionCheck() | Holds():
            return _compared(rule.condition)
        case _:
            return _compared(rule)


def _compared(condition: Condition) -> tuple[str, ...]:
    match condition:
        case Comparison():
            return () if condition.of_fact else (condition.subject,)
        case Not():
            return _compared(condition.part)
        case _:
            return tuple(name for part in condition.parts for name in _compared(part))


def condition_with(condition: Condition, names: Names) -> Condition:
    """The condition about other items: each subject is looked up in `names`; one not there is kept."""
    match condition:
        case Comparison():
            kept = condition.of_fact or condition.subject not in names
            return condition if kept else replace(condition, subject=names[condition.subject])
        case Not():
            return Not(condition_with(condition.part, names))
        case _:
            return replace(condition, parts=tuple(condition_with(part, names) for part in condition.parts))


def check_with(check: Check, names: Names, several: Mapping[str, tuple[str, ...]]) -> Check:
    """The check about other items; a sum over an item that is asked `several` times is over all of them."""
    match check:
        case ConditionCheck():
            return replace(check, condition=condition_with(check.condition, names))
        case OrderCheck():
            return replace(check, item=names.get(check.item, check.item))
        case SumCheck():
            bound = names.get(check.bound, check.bound) if isinstance(check.bound, str) else check.bound
            return replace(check, items=_spread(check.items, names, several), bound=bound)


def formula_with(formula: Formula, names: Names, several: Mapping[str, tuple[str, ...]]) -> Formula:
    """The formula about other items, as `check_with`."""
    match formula:
        case Holds():
            return Holds(condition_with(formula.condition, names))
        case Total() | Tally():
            return replace(formula, items=_spread(formula.items, names, several))
        case Difference():
            return Difference(names.get(formula.item, formula.item), names.get(formula.less, formula.less))
        case Ratio():
            return Ratio(names.get(formula.part, formula.part), names.get(formula.whole, formula.whole))


def _spread(items: tuple[str, ...], names: Names, several: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(each for item in items for each in several.get(item, (names.get(item, item),)))
