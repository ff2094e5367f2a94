"""Reading the texts of one questionnaire in another language."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from instruments.errors import Fault, QuestionnaireFaults
from instruments.language.document import Node, read_document
from instruments.language.fields import Fields
from instruments.language.questionnaire import LANGUAGE
from instruments.schema import SCHEMA

PATH = re.compile(r"[a-z0-9][a-z0-9_.-]*")
SHORT = 12
_DIGEST = re.compile(rf"[0-9a-f]{{{SHORT}}}")


@dataclass(frozen=True)
class Wording:
    """One text in another language, and the digest of the source text that it was made from."""

    text: str
    of: str
    reviewed: bool


@dataclass(frozen=True)
class Translation:
    """The texts of one version in one language, by the paths of `instruments.texts`."""

    name: str
    version: int
    language: str
    texts: Mapping[str, Wording]


def digest(wording: str) -> str:
    """A short mark of a source text, which changes when the text does."""
    return hashlib.sha256(wording.encode()).hexdigest()[:SHORT]


def parse_translation(text: str) -> Translation:
    """The translation that a YAML text holds.

    Raises:
        QuestionnaireFaults: with every fault found, each by line and path.
    """
    faults: list[Fault] = []
    fields = Fields(read_document(text), faults)
    schema = fields.whole("schema", needed=True)
    if schema is not None and schema > SCHEMA:
        fields.fault(f"schema {schema} is newer than {SCHEMA}: update the software", fields.take("schema"))
    language = fields.text("language", needed=True)
    if language and not LANGUAGE.fullmatch(language):
        fields.fault(
            f"{language!r} is not a language: write its short name, like cy", fields.take("language")
        )
    translation = Translation(
        fields.name("name", needed=True),
        fields.whole("version", needed=True) or 0,
        language,
        _texts(fields, faults),
    )
    fields.finish()
    if faults:
        raise QuestionnaireFaults(faults)
    return translation


def _texts(fields: Fields, faults: list[Fault]) -> dict[str, Wording]:
    node = fields.take("texts", needed=True)
    if node is None:
        return {}
    if not isinstance(node.value, dict):
        fields.fault("write texts by path, like heard-of.text", node)
        return {}
    return {path: _wording(fields, path, child, faults) for path, child in node.value.items()}


def _wording(fields: Fields, path: str, node: Node, faults: list[Fault]) -> Wording:
    if not PATH.fullmatch(path):
        fields.fault(f"{path!r} is not the path of a text, like heard-of.text", node)
    given = Fields(node, faults)
    of = given.text("of", needed=True)
    if of and not _DIGEST.fullmatch(of):
        given.fault(f"write the digest of the source text, {SHORT} hexadecimal digits", given.take("of"))
    wording = Wording(given.text("text", needed=True), of, given.flag("reviewed"))
    given.finish()
    return wording
