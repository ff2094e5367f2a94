"""The checker: every fault and warning about questionnaires, at once, before anybody answers.

What the language refuses comes first, file by file; a file that can be read is then checked by
itself and beside the others. Faults have to be corrected. A warning may stand if the file, or the file
EXPLAINED.yaml on the shelf for versions that can no longer be edited, says why.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from instruments.checking.burden import burden_findings
from instruments.checking.families import (
    lineage_findings,
    mirror_findings,
    reuse_findings,
    sector_findings,
)
from instruments.checking.findings import Draft, Finding, Severity, places_of
from instruments.checking.routes import route_findings
from instruments.checking.wording import wording_findings
from instruments.checking.words_of_facts import fact_findings
from instruments.errors import QuestionnaireFaults
from instruments.indicators.catalogue import Catalogue, shipped_catalogue
from instruments.indicators.coverage import uncovered
from instruments.language.document import read_document
from instruments.language.questionnaire import read_questionnaire
from instruments.language.translation import Translation, parse_translation
from instruments.schema import Explanation
from instruments.versions.translation import translation_faults

Explained = Mapping[tuple[str, int], Sequence[Explanation]]


@dataclass(frozen=True)
class Source:
    """A file to be checked: its name for messages, its text, and its translations by language."""

    file: str
    text: str
    translations: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """What was found, in the order of the files; `explained` are warnings that are meant to stand."""

    findings: tuple[Finding, ...]
    explained: tuple[tuple[Finding, Explanation], ...]

    @property
    def faults(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.severity is Severity.FAULT)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """The warnings that nothing explains."""
        return tuple(one for one in self.findings if one.severity is Severity.WARNING)


def check(
    sources: Sequence[Source],
    *,
    beside: Sequence[Source] = (),
    explained: Explained | None = None,
    catalogue: Catalogue | None = None,
    whole: bool = False,
) -> Report:
    """Check some files.

    Args:
        sources: what to check.
        beside: files that are not checked themselves, but that the checked ones have to agree with.
        explained: further explanations, by name and version.
        catalogue: the shipped one unless given.
        whole: the files are all there is, so that every indicator should be measured by one of them.
    """
    known = catalogue or shipped_catalogue()
    faults, drafts = _read_all(sources, known)
    _, others = _read_all(beside, known)
    findings = list(faults)
    for draft, source in drafts:
        findings += _of_file(draft, source, known)
    mine = [draft for draft, _ in drafts]
    all_drafts = [*_without([draft for draft, _ in others], mine), *mine]
    beside_each_other = (
        *reuse_findings(all_drafts),
        *lineage_findings(all_drafts),
        *mirror_findings(all_drafts),
    )
    files = {draft.file for draft in mine}
    findings += [finding for finding in beside_each_other if finding.file in files]
    if whole:
        findings += _uncovered(mine, known)
    order = {source.file: place for place, source in enumerate(sources)}
    findings = sorted(dict.fromkeys(findings), key=lambda one: (order.get(one.file, len(order)), one))
    return _explained(findings, mine, explained or {})


def _without(others: Sequence[Draft], mine: Sequence[Draft]) -> list[Draft]:
    """The other files save for earlier states of those that are checked."""
    checked = {(draft.questionnaire.name, draft.questionnaire.version) for draft in mine}
    return [one for one in others if (one.questionnaire.name, one.questionnaire.version) not in checked]


def _read_all(
    sources: Iterable[Source], catalogue: Catalogue
) -> tuple[list[Finding], list[tuple[Draft, Source]]]:
    faults: list[Finding] = []
    drafts = []
    for source in sources:
        try:
            root = read_document(source.text)
            questionnaire = read_questionnaire(root, catalogue.ids)
        except QuestionnaireFaults as refused:
            faults += [
                Finding(
                    file=source.file, line=fault.line, path=fault.path, code="language", message=fault.message
                )
                for fault in refused.faults
            ]
        else:
            drafts.append((Draft(source.file, questionnaire, places_of(root)), source))
    return faults, drafts


def _of_file(draft: Draft, source: Source, catalogue: Catalogue) -> Iterator[Finding]:
    yield from route_findings(draft)
    yield from wording_findings(draft)
    yield from fact_findings(draft)
    yield from burden_findings(draft)
    yield from sector_findings(draft, catalogue)
    for language in draft.questionnaire.languages:
        if language in source.translations:
            yield from _of_translation(draft, language, source.translations[language])
        else:
            message = f"the language {language} is promised, and its file is not there: add it"
            yield draft.fault("missing-translation", message)


def _of_translation(draft: Draft, language: str, text: str) -> Iterator[Finding]:
    try:
        translation = parse_translation(text)
    except QuestionnaireFaults as refused:
        for fault in refused.faults:
            yield draft.fault("language", f"translation {language}: {fault}")
        return
    questionnaire = draft.questionnaire
    if not _is_of(translation, draft, language):
        belongs = f"{translation.name}@{translation.version} in {translation.language}"
        expected = f"{questionnaire.name}@{questionnaire.version} in {language}"
        yield draft.fault("language", f"translation {language}: it says it is of {belongs}, not {expected}")
    for lack in translation_faults(questionnaire, translation):
        about = lack.path.partition(".")[0]
        yield draft.fault(f"{lack.lack}-translation", f"{language}, {lack.path}: {lack.message}", about)


def _is_of(translation: Translation, draft: Draft, language: str) -> bool:
    said = (translation.name, translation.version, translation.language)
    return said == (draft.questionnaire.name, draft.questionnaire.version, language)


def _uncovered(drafts: Sequence[Draft], catalogue: Catalogue) -> Iterator[Finding]:
    for indicator in uncovered([draft.questionnaire for draft in drafts], catalogue):
        message = f"no instrument measures {indicator.id}, “{indicator.text}”: ask it, or say why not"
        yield Finding(
            file="catalogue",
            line=1,
            path="",
            code="not-covered",
            message=message,
            severity=Severity.WARNING,
            about=indicator.id,
        )


def _explained(findings: Sequence[Finding], drafts: Sequence[Draft], beside: Explained) -> Report:
    explanations = {
        draft.file: [
            *draft.questionnaire.explained,
            *beside.get((draft.questionnaire.name, draft.questionnaire.version), ()),
        ]
        for draft in drafts
    }
    unexplained, standing, used = [], [], set()
    for finding in findings:
        why = next((one for one in explanations.get(finding.file, ()) if _explains(one, finding)), None)
        if why is None:
            unexplained.append(finding)
        else:
            standing.append((finding, why))
            used.add((finding.file, why))
    for draft in drafts:
        for one in explanations[draft.file]:
            if (draft.file, one) not in used:
                message = f"there is no warning {one.warning} here that needs to be explained: take it away"
                unexplained.append(draft.warning("idle-explanation", message, one.at))
    return Report(tuple(unexplained), tuple(standing))


def _explains(explanation: Explanation, finding: Finding) -> bool:
    return (
        finding.severity is Severity.WARNING
        and explanation.warning == finding.code
        and explanation.at in ("", finding.about)
    )
