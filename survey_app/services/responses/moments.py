"""When and how answers were begun, saved and sent: sealed under LINK_KEY and the round's key together.

A day in clear beside answers would be joined to the day that stands beside a case, and so would one that the
key of the answers opened. One key alone reads neither.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from survey_app.clock import london_date
from survey_app.crypto import padded, seal, unseal

# Bytes: every response has as many, however far it has come.
MOMENTS_BLOCK = 256
BY_TELEPHONE = "telephone"


@dataclass(frozen=True)
class Step:
    """One act of whoever answered: at which second, in which mode, by which kind of person."""

    at: datetime
    mode: str
    by: str


@dataclass(frozen=True)
class Taken:
    """That a call took answers: which code the seat had then, the day, and who of the staff called, by id."""

    generation: int
    day: date
    caller_id: int | None = None


@dataclass(frozen=True)
class Moments:
    """How a response came to be what it is: its first save, its last, its sending, and its latest call."""

    started: Step
    saved: Step
    sent: Step | None = None
    taken: Taken | None = None


def seal_moments(key: bytes, moments: Moments, response_id: str) -> bytes:
    """As they are stored; `key` is `Keyring.moments_key`."""
    steps = {"started": listed(moments.started), "saved": listed(moments.saved)}
    if moments.sent is not None:
        steps["sent"] = listed(moments.sent)
    taken = moments.taken
    said = steps | ({"taken": [taken.generation, taken.day.isoformat(), taken.caller_id]} if taken else {})
    return seal(key, padded(json.dumps(said).encode(), MOMENTS_BLOCK), f"moments {response_id}")


def open_moments(key: bytes, sealed: bytes, response_id: str) -> Moments:
    """Undo `seal_moments`.

    Raises:
        DestroyedError: another key, or the moments of another response.
    """
    steps = json.loads(unseal(key, sealed, f"moments {response_id}"))
    kept = {name: step_of(steps[name]) for name in ("started", "saved", "sent") if name in steps}
    return Moments(kept["started"], kept["saved"], kept.get("sent"), _taken(steps, kept.values()))


def _taken(steps: dict[str, list[Any]], kept: Iterable[Step]) -> Taken | None:
    """The latest call; one of before this was kept is taken for one with a seat's first code."""
    if "taken" in steps:
        # Until callers were kept there were two.
        generation, day, *caller = steps["taken"]
        return Taken(generation, date.fromisoformat(day), *caller)
    calls = [step for step in kept if step.mode == BY_TELEPHONE]
    return Taken(1, london_date(calls[-1].at)) if calls else None


def listed(step: Step) -> list[str]:
    """A step as it is stored."""
    return [step.at.isoformat(timespec="seconds"), step.mode, step.by]


def step_of(stored: Sequence[str]) -> Step:
    """Undo `listed`."""
    moment, mode, by = stored
    return Step(datetime.fromisoformat(moment), mode, by)
