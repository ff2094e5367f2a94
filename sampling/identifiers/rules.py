"""Rules that mark by what words look like, read from `rules.yaml`: a kind, patterns, and why it may tell."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from sampling.identifiers.hits import Hit, MarkKind

_FILE = Path(__file__).parent / "rules.yaml"
_PART = re.compile(r"\{([A-Z]+)\}")


@dataclass(frozen=True)
class Rule:
    """Marks what its pattern matches, or the pattern's group `mark`."""

    kind: MarkKind
    why: str
    pattern: re.Pattern[str]

    def hits(self, text: str) -> Iterator[Hit]:
        """Its marks, in the order of the text."""
        for match in self.pattern.finditer(text):
            group = "mark" if match.groupdict().get("mark") is not None else 0
            start, words = match.start(group), match[group].rstrip()
            yield Hit(start, start + len(words), words, (self.kind,), self.why)


@cache
def rules() -> tuple[Rule, ...]:
    """All rules of the file, their parts put in."""
    content = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    parts: dict[str, str] = content["parts"]
    return tuple(
        Rule(MarkKind(entry["kind"]), entry["why"], re.compile(_whole(pattern, parts), flags))
        for entry in content["rules"]
        for field, flags in (("patterns", re.IGNORECASE), ("capitals", 0))
        for pattern in entry.get(field, ())
    )


def _whole(pattern: str, parts: dict[str, str]) -> str:
    """A pattern with its parts, and theirs, in place."""
    while _PART.search(pattern):
        pattern = _PART.sub(lambda match: parts[match[1]], pattern)
    return pattern
