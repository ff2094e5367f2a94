"""What files say beside each other: items under one name, mirrored pairs, and who can tell an indicator."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from instruments.checking.findings import Draft, Finding
from instruments.indicators.catalogue import Catalogue
from instruments.indicators.summary import mirror_shape
from instruments.schema import Audience, Changed, Question, Questionnaire
from instruments.versions.lineage import ItemChange, Verdict, compare

RESEARCHER = "documentary"


def newest(drafts: Sequence[Draft]) -> list[Draft]:
    """The newest version of each name."""
    latest: dict[str, Draft] = {}
    for draft in drafts:
        known = latest.get(draft.questionnaire.name)
        if known is None or draft.questionnaire.version > known.questionnaire.version:
            latest[draft.questionnaire.name] = draft
    return list(latest.values())


def reuse_findings(drafts: Sequence[Draft]) -> Iterator[Finding]:
    """Items that an earlier file, or version, uses for another kind of question."""
    first: dict[str, tuple[Draft, str]] = {}
    for draft in drafts:
        for about, item, kind in _items(draft.questionnaire):
            before, known = first.setdefault(item, (draft, kind))
            if known != kind:
                other = f"{before.questionnaire.name}@{before.questionnaire.version}"
                message = f"the item {item!r} is {kind} here and {known} in {other}: give it another name"
                yield draft.fault("reused-item", message, about)


def _items(questionnaire: Questionnaire) -> Iterator[tuple[str, str, str]]:
    """Each item with the id it stands under, and its kind in words."""
    for section in questionnaire.written:
        for question in section.questions:
            repeated = "a repeated " if question.repeat or section.repeat else ""
            yield question.id, question.item, f"{repeated}{question.kind}"
        for value in section.computed:
            yield value.id, value.id, f"a computed {value.kind}"


def lineage_findings(drafts: Sequence[Draft]) -> Iterator[Finding]:
    """What versions say of themselves against the one before, where the two files say something else."""
    versions: dict[str, list[Draft]] = {}
    for draft in drafts:
        versions.setdefault(draft.questionnaire.name, []).append(draft)
    for of_name in versions.values():
        for old, new in pairwise(sorted(of_name, key=lambda draft: draft.questionnaire.version)):
            for change in compare(old.questionnaire, new.questionnaire):
                yield from _claim(old, new, change)


def _claim(old: Draft, new: Draft, change: ItemChange) -> Iterator[Finding]:
    if change.old is None or change.new is None or change.verdict is Verdict.SAME:
        return
    said, before = change.new.changed, old.questionnaire.version
    what = ", ".join(difference.what for difference in change.differences)
    if said is None or said.from_version != before:
        message = f"against version {before} it has other {what}: say with `changed` whether it compares"
        yield new.warning("unexplained-change", message, change.new.id)
    elif said.kind is Changed.SAME and change.verdict is Verdict.CHANGED:
        message = f"it cannot be the same as in version {before}, with other {what}: say it is new"
        yield new.fault("wrong-claim", message, change.new.id)


def mirror_findings(drafts: Sequence[Draft]) -> Iterator[Finding]:
    """Mirrored items of the newest versions that the other sector is not asked, or not in the same way."""
    latest = newest(drafts)
    for draft in latest:
        for question in _mirrored(draft.questionnaire):
            for sector in set(Audience) - set(draft.questionnaire.audiences):
                yield from _partner(draft, question, sector, latest)


def _mirrored(questionnaire: Questionnaire) -> Iterator[Question]:
    return (q for section in questionnaire.written for q in section.questions if q.mirrored)


def _partner(
    draft: Draft, question: Question, sector: Audience, latest: Sequence[Draft]
) -> Iterator[Finding]:
    partners = [
        other
        for each in latest
        if sector in each.questionnaire.audiences
        for other in _mirrored(each.questionnaire)
        if other.item == question.item
    ]
    if not partners:
        message = (
            f"the mirrored item {question.item!r} is not asked of {sector}: ask it there, or do not mirror it"
        )
        yield draft.fault("missing-mirror", message, question.id)
    elif all(mirror_shape(other) != mirror_shape(question) for other in partners):
        message = (
            f"the mirrored item {question.item!r} is asked of {sector} in another way: make the two alike"
        )
        yield draft.fault("missing-mirror", message, question.id)


def sector_findings(draft: Draft, catalogue: Catalogue) -> Iterator[Finding]:
    """Indicators that the catalogue does not ask of this file's sectors, nor of documents."""
    asked = {*draft.questionnaire.audiences, RESEARCHER}
    for section in draft.questionnaire.written:
        for question in section.questions:
            for indicator in dict.fromkeys([question.indicator, *(row.indicator for row in question.rows)]):
                if indicator in catalogue.ids and not asked & {*catalogue.indicator(indicator).answered_by}:
                    who = " and ".join(catalogue.indicator(indicator).answered_by)
                    message = f"{indicator} is for {who}: take another indicator, or ask them"
                    yield draft.warning("other-sector", message, question.id)
