"""Releases of any shares, gaps, changes and marks, and what has to hold in each of them."""

import re
from collections.abc import Callable
from dataclasses import replace

from hypothesis import strategies as st

from survey_app.reports.contents import Cell, Change, Contents, DifferencesTested, Gap, ItemResult, Mark
from survey_app.reports.digits import as_printed
from survey_app.reports.printed import change_with_interval, is_clear, percent, visible
from survey_app.reports.round_summary import statements
from survey_app.reports.round_summary.findings import headline_findings
from survey_app.reports.round_summary.tables import gap_cell
from tests.unit.reports import sample

BASE = sample.compared()
SHARES = st.floats(0.0, 1.0).map(lambda share: round(share, 4))
HALVES = st.floats(0.001, 0.2)
MARKS = st.sampled_from((Mark.NONE, Mark.NONE, Mark.NONE, Mark.UNRELIABLE, Mark.WITHHELD))
TESTS = DifferencesTested(made=100, clear=10, changes=40)


@st.composite
def releases(draw: st.DrawFn) -> Contents:
    """A release of one to all of the sample's items, each with numbers of its own; as it is stored."""
    chosen = draw(st.lists(st.sampled_from(BASE.items), min_size=1, unique_by=lambda item: item.item))
    items = tuple(_item(draw, item) for item in chosen)
    findings = headline_findings(items, agreement="Compact", since="2025", tests=TESTS)
    return as_printed(replace(BASE, items=items, findings=findings))


def _item(draw: st.DrawFn, item: ItemResult) -> ItemResult:
    unit = 1.0 if item.statistic == "proportion" else 4.0
    public, voluntary = _cell(draw, item.public, unit), _cell(draw, item.voluntary, unit)
    gap = None
    if visible(public) is not None and visible(voluntary) is not None and item.gap is not None:
        apart, half = (public.estimate or 0) - (voluntary.estimate or 0), draw(HALVES) * unit
        gap = Gap(apart, apart - half, apart + half, clear=draw(st.booleans()))
    change = item.change
    if change is not None:
        change = replace(
            change,
            public=_change(draw, public, change.public, unit),
            voluntary=_change(draw, voluntary, change.voluntary, unit),
        )
    return replace(item, public=public, voluntary=voluntary, gap=gap, change=change)


def _cell(draw: st.DrawFn, cell: Cell, unit: float) -> Cell:
    if cell.mark is Mark.NOT_APPLICABLE:
        return cell
    mark = draw(MARKS)
    if mark is Mark.WITHHELD:
        return sample.WITHHELD
    share, half = draw(SHARES), draw(HALVES)
    low, high = max(share - half, 0.0), min(share + half, 1.0)
    least = 0.0 if unit == 1.0 else 1.0
    return Cell(*(least + unit * each for each in (share, low, high)), draw(st.integers(10, 9999)), mark)


def _change(draw: st.DrawFn, now: Cell, change: Change, unit: float) -> Change:
    if visible(now) is None or change.estimate is None:
        return change
    then, half = draw(SHARES) * unit + (0.0 if unit == 1.0 else 1.0), draw(HALVES) * unit
    moved = (now.estimate or 0) - then
    return Change(
        then=replace(now, estimate=then, lci=None, uci=None),
        estimate=moved,
        lci=moved - half,
        uci=moved + half,
        clear=draw(st.booleans()),
        overlap=120,
        mark=draw(st.sampled_from((Mark.NONE, Mark.UNRELIABLE))),
    )


def no_figure_contradicts_a_sentence(contents: Contents) -> None:
    """Hold every sentence of a release against the figures that its tables print."""
    assert len(contents.findings) <= 6
    for finding in contents.findings:
        for said, holds in SENTENCES.items():
            if matched := re.search(said, finding.statement):
                holds(contents, matched)
    _lead_holds(contents)
    _changes_lead_holds(contents)


def _shares(contents: Contents) -> list[ItemResult]:
    return [item for item in contents.items if item.statistic == "proportion"]


def _size(printed: str) -> int:
    return abs(int(printed.split(" ")[0].lstrip("+").replace("−", "-")))


WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def _number(word: str) -> int:
    return WORDS.index(word) if word in WORDS else int(word)


def _most(sizes: list[int], said: int, *, rank: str, of: str, place: int = 0) -> None:
    """A size is the largest of a set as the words of its rank have it."""
    assert sorted(sizes, reverse=True)[place] == said
    alike = sizes.count(said)
    if matched := re.match(r"one of the (\w+) ", rank):
        assert alike > 1
        assert _number(matched[1]) == alike + sum(size > said for size in sizes)
    elif rank != "the only":
        assert alike == 1
    assert len(sizes) == (1 if rank == "the only" else _number(of))


def _gap_holds(contents: Contents, matched: re.Match[str]) -> None:
    certain = [
        item for item in _shares(contents) if Mark.UNRELIABLE not in (item.public.mark, item.voluntary.mark)
    ]
    cells = [gap_cell(item) for item in certain]
    sizes = [_size(cell) for cell in cells if cell.endswith(" clear")]
    _most(sizes, int(matched["size"]), rank=matched["rank"], of=matched["of"] or "one")


def _change_holds(contents: Contents, matched: re.Match[str]) -> None:
    down = matched["way"] == "fall"
    cells = [
        change_with_interval(change, "proportion")
        for item in _shares(contents)
        for change in statements.published_changes(item)
        if is_clear(change) and change.mark is Mark.NONE
    ]
    sizes = [_size(cell) for cell in cells if cell.startswith("−" if down else "+")]
    place = int("second" in matched["rank"])
    if matched["rank"].startswith("one of"):
        place = sorted(sizes, reverse=True).index(int(matched["size"]))
    _most(sizes, int(matched["size"]), rank=matched["rank"], of=matched["of"] or "one", place=place)


def _share_holds(contents: Contents, matched: re.Match[str]) -> None:
    whole = [item.voluntary for item in _shares(contents) if "." not in item.item]
    shown = [percent(cell.estimate or 0) for cell in whole if visible(cell) is not None]
    said = f"{matched['size']}%" if matched["size"].isdigit() else "less than 1%"
    ends = {"lowest": min, "highest": max}[matched["end"]]
    sizes = [0 if each == "less than 1%" else int(each[:-1]) for each in shown]
    assert (0 if said == "less than 1%" else int(said[:-1])) == ends(sizes)
    assert len(shown) == _number(matched["of"])
    alike = shown.count(said)
    assert (alike > 1) == matched["rank"].startswith("one of the")


def _lead_holds(contents: Contents) -> None:
    shown = statements.shares_of_both(contents.items)
    cells = {item.item: gap_cell(item) for item in shown}
    asked = {key.partition(".")[0] for key, cell in cells.items() if "(" in cell}
    clear = {key.partition(".")[0] for key, cell in cells.items() if cell.endswith(" clear")}
    lead = statements.gaps_lead(shown)
    if asked:
        assert lead.startswith(f"On {len(clear)} of {len(asked)} questions put to both sectors")


def _changes_lead_holds(contents: Contents) -> None:
    tested = [item for item in contents.items if statements.published_changes(item)]
    lead = statements.changes_lead(contents.items)
    clear = [change for item in tested for change in statements.published_changes(item) if is_clear(change)]
    if matched := re.search(r": (\w+) figures? fell and (\w+) rose\.", lead):
        assert _number(matched[1]) == sum((change.estimate or 0) < 0 for change in clear)
        assert _number(matched[1]) + _number(matched[2]) == len(clear)
    else:
        assert not clear


RANK = r"(?P<rank>the only|the (?:second )?(?:largest|widest)|one of the \w+ (?:largest|widest))"
SENTENCES: dict[str, Callable[[Contents, re.Match[str]], None]] = {
    rf"(?P<size>\d+) points apart .*, {RANK}(?: of (?P<of>\w+))? clear gaps? between their shares": (
        _gap_holds
    ),
    rf"by (?P<size>\d+) points .*, {RANK}(?: of (?P<of>\w+))? clear (?P<way>fall|rise)s? in a share": (
        _change_holds
    ),
    r": (?P<size>\d+|less than 1)% of voluntary organisations .*, (?P<rank>the|one of the \w+) "
    r"(?P<end>lowest|highest) of their shares on (?P<of>\w+) questions": _share_holds,
}
