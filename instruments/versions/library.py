"""The questionnaires that come with the software; each published version is locked by its hash."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from instruments.errors import Fault, LibraryError, QuestionnaireFaults
from instruments.language.document import read_document
from instruments.language.fields import Fields
from instruments.language.origins import read_explanations
from instruments.language.questionnaire import parse
from instruments.schema import Explanation, Questionnaire

SHELF = Path(__file__).parents[1] / "questionnaires"


@dataclass(frozen=True)
class Locked:
    """One line of LOCK: a published version and the SHA-256 of its file, in hex."""

    name: str
    version: int
    sha256: str


@dataclass(frozen=True)
class Published:
    """A questionnaire with the exact text it was read from and that text's SHA-256."""

    questionnaire: Questionnaire
    text: str
    sha256: str


def shipped(shelf: Path = SHELF) -> tuple[Locked, ...]:
    """Every published version on the shelf, in the order of LOCK.

    Raises:
        LibraryError: LOCK is missing, or a line of it is not `name version sha256`.
    """
    lock = shelf / "LOCK"
    if not lock.is_file():
        raise LibraryError(f"{shelf.name} has no LOCK")
    return tuple(_locked(line) for line in lock.read_text(encoding="utf-8").splitlines() if line.strip())


def read(name: str, version: int, shelf: Path = SHELF) -> Published:
    """A published version, if its file is the one that was locked.

    Raises:
        LibraryError: not in LOCK, not on the shelf, or changed since it was locked.
        QuestionnaireFaults: the file is not a questionnaire.
    """
    locked = next((one for one in shipped(shelf) if (one.name, one.version) == (name, version)), None)
    if locked is None:
        raise LibraryError(f"{name}@{version} is not published: LOCK does not name it")
    file = shelf / name / f"{version}.yaml"
    if not file.is_file():
        raise LibraryError(f"{name}@{version} is in LOCK, but its file is missing")
    content = file.read_bytes()
    if hashlib.sha256(content).hexdigest() != locked.sha256:
        raise LibraryError(f"{name}@{version} was changed after it was published: restore it")
    text = content.decode()
    questionnaire = parse(text)
    if (questionnaire.name, questionnaire.version) != (name, version):
        raise LibraryError(f"{name}@{version} calls itself {questionnaire.name}@{questionnaire.version}")
    return Published(questionnaire, text, locked.sha256)


def translations(name: str, version: int, shelf: Path = SHELF) -> dict[str, str]:
    """The texts of the translations of a version that are on the shelf, by language."""
    return {
        file.name.split(".")[1]: file.read_text(encoding="utf-8")
        for file in sorted((shelf / name).glob(f"{version}.*.yaml"))
    }


def explanations(shelf: Path = SHELF) -> dict[tuple[str, int], tuple[Explanation, ...]]:
    """Why warnings about published versions are meant to stand, by name and version, from EXPLAINED.yaml.

    Raises:
        LibraryError: the file is not lists of explanations under `name@version`.
    """
    file = shelf / "EXPLAINED.yaml"
    if not file.is_file():
        return {}
    faults: list[Fault] = []
    try:
        root = read_document(file.read_text(encoding="utf-8"))
    except QuestionnaireFaults as refused:
        raise LibraryError(f"EXPLAINED.yaml cannot be read: {refused}") from None
    fields, explained = Fields(root, faults), {}
    for key in root.value if isinstance(root.value, dict) else ():
        name, _, version = key.rpartition("@")
        if not name or not version.isdecimal():
            raise LibraryError(f"EXPLAINED.yaml has {key!r}, which is not name@version")
        explained[name, int(version)] = read_explanations(fields.sequence(key), faults)
    if faults:
        raise LibraryError(f"EXPLAINED.yaml cannot be read: {QuestionnaireFaults(faults)}")
    return explained


def _locked(line: str) -> Locked:
    words = line.split()
    if len(words) != 3 or not words[1].isdecimal():
        raise LibraryError(f"LOCK holds a line that is not `name version sha256`: {line!r}")
    return Locked(words[0], int(words[1]), words[2])
