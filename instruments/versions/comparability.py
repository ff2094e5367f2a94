"""Which items of two rounds may be compared, through every version that lies between their questionnaires."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise

from instruments.schema import Questionnaire
from instruments.versions.lineage import Discontinuity, discontinuities

# The questionnaire of this name and version, if it is there.
Find = Callable[[str, int], Questionnaire | None]


def not_comparable(
    then: Questionnaire, now: Questionnaire, *, find: Find = lambda name, version: None
) -> dict[str, Discontinuity]:
    """The items of `now` whose answers may not be compared with those of `then`, each with what changed.

    What the questionnaires say of their lineage decides. Where versions lie in between, an item may also be
    compared if it may be at each step, from every version to the next.

    Args:
        find: looks up the versions in between.
    """
    if then == now:
        return {}
    changed = {change.item: change for change in _every_discontinuity(then, now, find)}
    # Lineage follows questions as written; a repeated one is asked, and analysed, once for each thing.
    written = {question.id: question.item for section in now.written for question in section.questions}
    return {
        question.item: changed[item]
        for question in now.questions
        if (item := written.get(question.repeat_of or question.id, "")) in changed
    }


def _every_discontinuity(then: Questionnaire, now: Questionnaire, find: Find) -> Iterator[Discontinuity]:
    """Every discontinuity, with what authors say of changes read beside the version of the part it is about.

    A composed questionnaire has a version of its own, and so has each part; `changed` names the part's.
    """
    before, after = _origins(then), _origins(now)
    versions = {
        item: version if after.get(item, ("", 0))[0] == name else 0
        for item, (name, version) in before.items()
    }
    carried = _carried(then, now, find)
    for version in sorted(set(versions.values())):
        for change in discontinuities(replace(then, version=version), now):
            if versions[change.item] == version and change.item not in carried:
                yield change


def _carried(then: Questionnaire, now: Questionnaire, find: Find) -> set[str]:
    """The items that may be compared at each step through the versions that lie in between."""
    before, after = _origins(then), _origins(now)
    comparable: set[str] = set()
    for name, version in set(before.values()):
        latest = max((number for part, number in after.values() if part == name), default=0)
        between = [find(name, number) for number in range(version + 1, latest)]
        known = [one for one in between if one is not None]
        if not between or len(known) < len(between):
            continue
        steps = pairwise([replace(then, version=version), *known, now])
        broken = {change.item for old, new in steps for change in discontinuities(old, new)}
        there = set.intersection(*(set(_origins(one)) for one in known))
        comparable |= {item for item, part in before.items() if part == (name, version)} & there - broken
    return comparable


def _origins(questionnaire: Questionnaire) -> dict[str, tuple[str, int]]:
    """Name and version of the instrument that each item was written for."""
    own = f"{questionnaire.name}@{questionnaire.version}"
    origins: dict[str, tuple[str, int]] = {}
    for section in questionnaire.written:
        name, _, version = (section.origin or own).rpartition("@")
        origins |= {question.item: (name, int(version)) for question in section.questions}
    return origins
