"""Every fault of a specification and its data, gathered so that a person can correct them all at once."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import SequenceMatcher
from typing import NoReturn

from sampling.errors import (
    CalibrationError,
    CeilingError,
    CellError,
    LonelyStratumError,
    SamplingError,
    SeparationError,
    ShortfallError,
    SuppressionError,
)
from survey_app.errors import InvalidError

SHOWN = 3

CORRECTIONS: dict[type[SamplingError], str] = {
    CalibrationError: "or use another method",
    CeilingError: "raise cap or lower n",
    CellError: "give it a target in collapse",
    LonelyStratumError: "set lonely_psu to adjust, average, remove, or collapse with a map",
    SeparationError: "or give another model",
    ShortfallError: "raise n or lower min_n",
    SuppressionError: "lower the protection, join rows or columns, or let margins be suppressed",
}


class Faults:
    """The faults found so far, each as `path: what, how to correct it`; `stop` raises them together."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        # Values that gave way to their default: rules that would look at them are not applied.
        self.defaulted = 0

    def add(self, path: str, what: str, correction: str) -> None:
        line = f"{path}: {what}, {correction}"
        if line not in self.lines:
            self.lines.append(line)

    def stop(self) -> None:
        """Raises InvalidError, with every fault, when there is any."""
        if self.lines:
            self.refuse()

    def refuse(self) -> NoReturn:
        """Raises InvalidError with every fault; only for where one was added."""
        raise InvalidError("The specification or its data cannot be answered.", tuple(self.lines))

    @contextmanager
    def caught(
        self, path: str, correction: str = "correct the specification or the data there"
    ) -> Iterator[None]:
        """Turn what sampling refuses inside the block into a fault at `path`; `correction`: the default."""
        try:
            yield
        except SamplingError as error:
            self.add(path, str(error), CORRECTIONS.get(type(error), correction))


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word most like `word`, whatever its case; empty when none is known."""
    matcher = SequenceMatcher(b=word.casefold())

    def likeness(candidate: str) -> float:
        matcher.set_seq1(candidate.casefold())
        return matcher.ratio()

    return max(known, key=likeness, default="")


def some(words: Iterable[object]) -> str:
    """The first few of many, with how many more there are."""
    listed = [str(word) for word in words]
    rest = len(listed) - SHOWN
    return ", ".join(listed[:SHOWN]) + (f" and {rest} more" if rest > 0 else "")
