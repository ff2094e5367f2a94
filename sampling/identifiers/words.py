"""The lists of words in `words.yaml`, ready to be looked into."""

from pathlib import Path

import yaml

_LISTS = yaml.safe_load((Path(__file__).parent / "words.yaml").read_text(encoding="utf-8"))
LEFT_OFF_BEFORE: tuple[str, ...] = tuple(_LISTS["left_off_before"])
LEFT_OFF_AFTER: tuple[str, ...] = tuple(_LISTS["left_off_after"])
ORDINARY: frozenset[str] = frozenset(_LISTS["ordinary"].split())
GENERAL: frozenset[str] = frozenset(_LISTS["general"].split())
FIELD: frozenset[str] = frozenset(_LISTS["field"].split())
LETTERS: frozenset[str] = frozenset(_LISTS["letters"].split())
