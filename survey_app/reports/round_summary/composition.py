"""Which rows stand in one drawing of gaps: those of one subject, options under their question.

`rows_of_before` composes drawings as those were that a release of before has kept: its page says beside them
what they show, and their numbers must be theirs.
"""

from collections.abc import Iterator
from itertools import groupby

from survey_app.reports.contents import Contents, ItemResult
from survey_app.reports.round_summary.statements import shares_of_both
from survey_app.reports.round_summary.words import is_option, question_of

MAX_ROWS = 10  # of one gap chart, so that two of them share a page
MIN_ROWS = 3

Rows = tuple[str, tuple[ItemResult, ...]]


def gap_rows(contents: Contents) -> Iterator[Rows]:
    """Headings with the rows of one drawing each: whole questions first, then each question with options."""
    for section, members in _by_section(contents):
        of_one = _packed(_blocks(shares_of_both(members)))
        for place, items in enumerate(of_one, start=1):
            yield section if len(of_one) == 1 else f"{section}, part {place}", items


def _by_section(contents: Contents) -> Iterator[tuple[str, tuple[ItemResult, ...]]]:
    """The sections in the order in which each comes first, one that comes twice as one."""
    sections: dict[str, list[ItemResult]] = {}
    for item in contents.items:
        sections.setdefault(item.section, []).append(item)
    yield from ((section, tuple(items)) for section, items in sections.items())


def _blocks(items: tuple[ItemResult, ...]) -> Iterator[tuple[ItemResult, ...]]:
    """Rows that stay together: whole questions ten at a time, and the options of one question."""
    whole = tuple(item for item in items if not is_option(item))
    yield from (whole[at : at + MAX_ROWS] for at in range(0, len(whole), MAX_ROWS))
    options: dict[str, list[ItemResult]] = {}
    for item in items:
        if is_option(item):
            options.setdefault(question_of(item), []).append(item)
    for of_one in options.values():
        yield from (tuple(of_one[at : at + MAX_ROWS]) for at in range(0, len(of_one), MAX_ROWS))


def _packed(blocks: Iterator[tuple[ItemResult, ...]]) -> list[tuple[ItemResult, ...]]:
    """Blocks put together as long as they fit into one drawing."""
    packed: list[tuple[ItemResult, ...]] = []
    for block in blocks:
        if packed and len(packed[-1]) + len(block) <= MAX_ROWS:
            packed[-1] = (*packed[-1], *block)
        else:
            packed.append(block)
    return packed


def rows_of_before(contents: Contents) -> Iterator[Rows]:
    """Sections, short ones joined and long ones parted, widest gap first."""
    for names, members in _joined(contents):
        items = shares_of_both(members)
        parts = -(-len(items) // MAX_ROWS)
        size = -(-len(items) // parts)
        for part in range(parts):
            heading = names if parts == 1 else f"{names}, part {part + 1}"
            yield heading, items[part * size : (part + 1) * size]


def _joined(contents: Contents) -> list[Rows]:
    """Sections with rows to draw, each of fewer than `MIN_ROWS` joined to the one before it."""
    joined: list[Rows] = []
    for section, members in groupby(contents.items, key=lambda item: item.section):
        items = shares_of_both(tuple(members))
        if joined and items and min(len(items), len(joined[-1][1])) < MIN_ROWS:
            name, earlier = joined.pop()
            joined.append((f"{name}; {section[0].lower()}{section[1:]}", (*earlier, *items)))
        elif items:
            joined.append((section, items))
    return joined
