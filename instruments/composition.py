"""One questionnaire for a round: a core, the modules chosen for it, and questions left out of the modules.

The core comes first and as it is, so that what modules ask cannot change how it is answered; nothing of it
can be left out or reworded. The result is a document like any other: it is read and checked as a
whole, and stored and pinned by its hash.
"""

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import yaml

from instruments.answering.minutes import minutes, section_minutes
from instruments.checking.checker import Source, check
from instruments.checking.findings import Finding
from instruments.conduct import CEILING, MODULES, Role
from instruments.errors import CompositionFaults, QuestionnaireFaults
from instruments.indicators.catalogue import shipped_catalogue
from instruments.language.document import Node, read_document
from instruments.language.questionnaire import read_questionnaire
from instruments.language.translation import Translation
from instruments.schema import Question, Questionnaire

ELSEWHERE = frozenset({"missing-mirror", "missing-translation"})
"""Faults that can be told only beside the other sector's questionnaire, or the translations."""

_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

Plain = str | int | bool | list["Plain"] | dict[str, "Plain"]


@dataclass(frozen=True)
class Recipe:
    """What to compose: documents as they are stored, and what to call the result.

    `without` names items of the modules, or their computed values, that are left out.
    """

    name: str
    version: int
    title: str
    core: str
    modules: tuple[str, ...] = ()
    without: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Composed:
    """The composed document, with the minutes of the whole and of what was added to the core.

    `warnings` are what the checker has to say of the whole, explained in none of its parts.
    """

    text: str
    sha256: str
    questionnaire: Questionnaire
    minutes: float
    module_minutes: float
    warnings: tuple[Finding, ...]


@dataclass(frozen=True)
class _Part:
    """One document of a recipe, read."""

    text: str
    root: Node
    questionnaire: Questionnaire

    @property
    def origin(self) -> str:
        return f"{self.questionnaire.name}@{self.questionnaire.version}"


def compose(recipe: Recipe) -> Composed:
    """Compose a round's questionnaire.

    Raises:
        CompositionFaults: a part cannot be read, the parts do not go together, or the modules take
            over ten minutes together; every reason is told.
    """
    core, modules = _read(recipe)
    faults = [*_together(core, modules), *_left_out(recipe, core, modules)]
    if faults:
        raise CompositionFaults(faults)
    sections = _sections(core, core, ())
    for module in modules:
        sections += _sections(module, core, recipe.without)
    text = _written(_head(recipe, core, modules) | {"sections": sections})
    return _composed(text, core, modules)


def translated(composed: Questionnaire, parts: Sequence[Translation]) -> Translation:
    """The texts of a composed questionnaire in the language that its parts were translated into.

    Its own title is not among them unless it is that of a part: the checks for going live tell so.
    """
    texts = {path: text for part in reversed(parts) for path, text in part.texts.items()}
    return Translation(composed.name, composed.version, parts[0].language, texts)


def _read(recipe: Recipe) -> tuple[_Part, list[_Part]]:
    parts, faults = [], []
    for place, text in enumerate((recipe.core, *recipe.modules)):
        try:
            root = read_document(text)
            parts.append(_Part(text, root, read_questionnaire(root)))
        except QuestionnaireFaults as refused:
            which = f"module {place}" if place else "the core"
            faults += [f"{which} cannot be read: {fault}" for fault in refused.faults]
    if faults:
        raise CompositionFaults(faults)
    return parts[0], parts[1:]


def _together(core: _Part, modules: Sequence[_Part]) -> Iterator[str]:
    """Why these parts are not a core with its modules."""
    if core.questionnaire.role is not Role.CORE:
        yield f"{core.origin} is a {core.questionnaire.role}: start from a core"
    names: dict[str, str] = dict.fromkeys(_names(core.questionnaire), core.origin)
    for module in modules:
        added = module.questionnaire
        if added.role not in MODULES:
            yield f"{module.origin} is a {added.role}: only modules can be added to a core"
        if not set(core.questionnaire.audiences) <= set(added.audiences):
            yield f"{module.origin} is not for {', '.join(core.questionnaire.audiences)}: take another module"
        if not set(core.questionnaire.modes) & set(added.modes):
            yield f"{module.origin} is for {', '.join(added.modes)} only, which the core is not"
        for name in _names(added):
            if name in names:
                yield f"{name!r} is in {names[name]} and again in {module.origin}: leave one of them out"
            names.setdefault(name, module.origin)
        yield from _expectations(core, module)


def _names(questionnaire: Questionnaire) -> list[str]:
    """Ids and items that must be there once; sections are told apart from questions."""
    names = []
    for section in questionnaire.written:
        names.append(f"section {section.id}")
        names += dict.fromkeys(name for q in section.questions for name in (q.id, q.item))
        names += [value.id for value in section.computed]
    return names


def _expectations(core: _Part, module: _Part) -> Iterator[str]:
    for expected in module.questionnaire.expects:
        asked = core.questionnaire.items.get(expected.item)
        if asked is None:
            yield f"{module.origin} expects {expected.item!r}, which {core.origin} does not ask"
        elif lacking := _lacking(expected, asked):
            yield f"{module.origin} expects {expected.item!r} with {lacking}, which {core.origin} has not"


def _lacking(expected: Question, asked: Question) -> str:
    """What an item of the core lacks to be what a module expects, or ""."""
    if asked.kind is not expected.kind:
        return f"kind {expected.kind}"
    if not asked.required:
        return "an answer from everybody who is asked"
    offered = {option.value for option in (*asked.options, *asked.escapes)}
    wanted = [option.value for option in (*expected.options, *expected.escapes)]
    return ", ".join(value for value in wanted if value not in offered)


def _left_out(recipe: Recipe, core: _Part, modules: Sequence[_Part]) -> Iterator[str]:
    of_core = set(_names(core.questionnaire))
    of_modules = {name for module in modules for name in _names(module.questionnaire)}
    for name in recipe.without:
        if name in of_core:
            yield f"{name!r} is of the core, which is asked unchanged: it cannot be left out"
        elif name not in of_modules or name.startswith("section "):
            yield f"{name!r} is in none of the modules, so it cannot be left out: correct the name"


def _head(recipe: Recipe, core: _Part, modules: Sequence[_Part]) -> dict[str, Plain]:
    """The fields of the composed document in front of its sections."""
    asked = core.questionnaire
    head: dict[str, Plain] = {
        "schema": asked.schema,
        "name": recipe.name,
        "version": recipe.version,
        "title": recipe.title,
        "audience": _each(asked.audiences),
        "estimated_minutes": asked.estimated_minutes + math.ceil(_minutes(modules, recipe.without)),
        "strands": _each(asked.strands),
        "modes": _each(asked.modes),
    }
    if asked.answered_by:
        head["answered_by"] = _each(asked.answered_by)
    languages = [one for one in asked.languages if all(one in m.questionnaire.languages for m in modules)]
    if languages:
        head["languages"] = _each(languages)
    explained = [entry for part in (core, *modules) for entry in _plain_list(part.root, "explained")]
    if explained:
        head["explained"] = explained
    head["composed_of"] = [_pinned(part) for part in (core, *modules)]
    if recipe.without:
        head["left_out"] = _each(recipe.without)
    return head


def _pinned(part: _Part) -> dict[str, Plain]:
    sha256 = hashlib.sha256(part.text.encode()).hexdigest()
    return {"name": part.questionnaire.name, "version": part.questionnaire.version, "sha256": sha256}


def _minutes(modules: Sequence[_Part], without: Sequence[str]) -> float:
    total = 0.0
    for module in modules:
        items = {q.item: q for section in module.questionnaire.written for q in section.questions}
        for section in module.questionnaire.written:
            kept = tuple(q for q in section.questions if not {q.id, q.item} & set(without))
            if kept:
                total += section_minutes(replace(section, questions=kept), items)
    return total


def _sections(part: _Part, core: _Part, without: Sequence[str]) -> list[Plain]:
    """The sections of a part as plain values, without what is left out, marked with where they come from."""
    sections: list[Plain] = []
    for node in _nodes(part.root, "sections"):
        section = _plain(node)
        assert isinstance(section, dict)
        entries = section["questions"]
        assert isinstance(entries, list)
        kept = [one for one in entries if isinstance(one, dict) and not _is_left_out(one, without)]
        if any("compute" not in one for one in kept):
            sections.append(section | {"origin": part.origin, "questions": [*kept]})
            if part is not core:
                _limit(section=sections[-1], part=part, core=core)
    return sections


def _is_left_out(entry: Mapping[str, Plain], without: Sequence[str]) -> bool:
    return entry["id"] in without or entry.get("item") in without


def _limit(*, section: Plain, part: _Part, core: _Part) -> None:
    """Write on a module's section what the module said as a whole; modes the core lacks are taken out."""
    assert isinstance(section, dict)
    module, asked = part.questionnaire, core.questionnaire
    if module.answered_by:
        section.setdefault("answered_by", _each(module.answered_by))
    if set(module.modes) != set(asked.modes):
        section.setdefault("modes", _each(module.modes))
    entries = section["questions"]
    for entry in (section, *(entries if isinstance(entries, list) else ())):
        if isinstance(entry, dict) and "modes" in entry:
            given = entry["modes"]
            modes = given if isinstance(given, list) else [given]
            entry["modes"] = [mode for mode in modes if mode in asked.modes]


def _composed(text: str, core: _Part, modules: Sequence[_Part]) -> Composed:
    try:
        questionnaire = read_questionnaire(read_document(text), shipped_catalogue().ids)
    except QuestionnaireFaults as refused:
        faults = [f"put together, {fault.path or 'the whole'}: {fault.message}" for fault in refused.faults]
        raise CompositionFaults(faults) from None
    report = check([Source(questionnaire.name, text)])
    if wrong := [str(one) for one in report.faults if one.code not in ELSEWHERE]:
        raise CompositionFaults(wrong)
    whole = minutes(questionnaire)
    added = whole - minutes(core.questionnaire)
    if modules and added > CEILING:
        raise CompositionFaults(
            [f"the modules take {added:.1f} minutes together, and the most is {CEILING}: ask less"]
        )
    return Composed(
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        questionnaire=questionnaire,
        minutes=whole,
        module_minutes=added,
        warnings=report.warnings,
    )


def _each(words: Iterable[str]) -> list[Plain]:
    return [str(word) for word in words]


def _nodes(root: Node, key: str) -> tuple[Node, ...]:
    held = root.value.get(key) if isinstance(root.value, dict) else None
    return held.value if held and isinstance(held.value, tuple) else ()


def _plain_list(root: Node, key: str) -> list[Plain]:
    return [_plain(node) for node in _nodes(root, key)]


def _plain(node: Node) -> Plain:
    """A node as a value that YAML writes out again with the same words."""
    if isinstance(node.value, tuple):
        return [_plain(part) for part in node.value]
    if isinstance(node.value, str):
        return _scalar(node.value)
    return {key: _plain(part) for key, part in node.value.items()}


def _scalar(text: str) -> Plain:
    if text in ("true", "false"):
        return text == "true"
    return int(text) if text.isascii() and text.isdecimal() and str(int(text)) == text else text


def _written(document: dict[str, Plain]) -> str:
    text = yaml.dump(document, Dumper=_DUMPER, allow_unicode=True, sort_keys=False, width=110)
    return f"# Composed; the parts are named under composed_of. Never edit it.\n{text}"
