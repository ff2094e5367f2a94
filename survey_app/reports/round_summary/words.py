"""Small words of counting that sentences and titles share."""

from collections.abc import Sequence

from survey_app.reports.contents import ItemResult
from survey_app.reports.printed import both_labels

SMALL_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def spelt(number: int) -> str:
    """`three`; from eleven on in figures."""
    return SMALL_NUMBERS[number] if number < len(SMALL_NUMBERS) else f"{number:,}"


def question_of(item: ItemResult) -> str:
    """The key of the question that an item is, or is an option of."""
    return item.item.partition(".")[0]


def is_option(item: ItemResult) -> bool:
    """Whether this is one choice or line of a question, and not a question by itself."""
    return "." in item.item


def questions(items: Sequence[ItemResult]) -> frozenset[str]:
    """The questions that the items belong to: options of one question count once."""
    return frozenset(question_of(item) for item in items)


def label_of(item: ItemResult) -> str:
    """What was asked, in each sector's own words where they were asked differently."""
    return both_labels(item.short, item.short_voluntary)


def option_of(item: ItemResult) -> str:
    """An option without its question, in each sector's own words; a whole question as it is."""
    own = item.short_voluntary.partition(": ")[2] or item.short_voluntary
    return both_labels(item.short.partition(": ")[2], own) if is_option(item) else label_of(item)
