"""The indicators of the monitoring cycle, and the lists of codes they are answered with."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from instruments.errors import UnknownIndicatorError

_FILE = Path(__file__).parents[1] / "catalogue.yaml"
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Code:
    """One entry of a code list; `note` says what the report found or how to read it."""

    value: str
    label: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """One thing that the cycle measures, or one supplementary item.

    `component` is baseline, inputs, process, outputs or outcomes. `frequency` is "" for
    supplementary items, which are asked when the signatories choose them. `frequency_source` is
    "report" where the report itself says how often, else "suggested". `source` names its chapter.
    `definition` says what counts, `unit` what the number is of, `denominator` among whom;
    With `unaware_count` who had not heard of the agreement counts as not knowing it. `realistic_after` is
    in years from the baseline (see the head of the file for how it was set).
    """

    id: str
    component: str
    text: str
    answered_by: tuple[str, ...]
    measure: tuple[str, ...]
    source: str
    definition: str
    unit: str
    denominator: str
    realistic_after: int
    group: str = ""
    level: tuple[str, ...] = ()
    frequency: str = ""
    frequency_source: str = ""
    modes: tuple[str, ...] = ()
    code_list: str | None = None
    repeat_over: str | None = None
    respondent_detail: str = ""
    note: str = ""
    core: bool = False
    unaware_count: bool = False
    supplementary: bool = False

    def realistic_by(self, baseline: int) -> int:
        """The year in which a change against the baseline year can first be expected to show."""
        return baseline + self.realistic_after


@dataclass(frozen=True)
class Catalogue:
    indicators: Mapping[str, Indicator]
    code_lists: Mapping[str, tuple[Code, ...]]

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(self.indicators)

    def indicator(self, indicator_id: str) -> Indicator:
        """The indicator or supplementary item; UnknownIndicatorError if there is none."""
        if indicator_id not in self.indicators:
            raise UnknownIndicatorError(f"no indicator {indicator_id!r} in the catalogue")
        return self.indicators[indicator_id]

    def codes(self, code_list: str) -> tuple[Code, ...]:
        """The codes of a list, in order; UnknownIndicatorError if there is no such list."""
        if code_list not in self.code_lists:
            raise UnknownIndicatorError(f"no code list {code_list!r} in the catalogue")
        return self.code_lists[code_list]


@cache
def shipped_catalogue() -> Catalogue:
    """The catalogue that comes with the software: 108 indicators and 22 supplementary items."""
    return read_catalogue(_FILE.read_text(encoding="utf-8"))


def read_catalogue(text: str) -> Catalogue:
    """A catalogue from YAML text in the form of `catalogue.yaml`, which is trusted."""
    written = yaml.load(text, Loader=_LOADER)  # noqa: S506 (a safe loader, in C where there is one)
    entries = [_indicator(entry, supplementary=False) for entry in written["indicators"]]
    entries += [_indicator(entry, supplementary=True) for entry in written["supplementary"]]
    return Catalogue(
        {entry.id: entry for entry in entries},
        {name: tuple(Code(**code) for code in codes) for name, codes in written["code_lists"].items()},
    )


def _indicator(entry: Mapping[str, Any], *, supplementary: bool) -> Indicator:
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in entry.items()
    }
    return Indicator(**values, supplementary=supplementary)
