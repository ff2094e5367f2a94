"""When and how answers were begun, saved and sent: sealed under LINK_KEY and the round's key together.

A day in clear beside answers would be joined to the day that stands beside a case, and so would one that the
key of the answers opened. One key alone reads neither.
"""

import json
from dataclasses import dataclass
from datetime import datetime

from survey_app.crypto import padded, seal, unseal

# Bytes: every response has as many, however far it has come, and so has every save.
MOMENTS_BLOCK, STEP_BLOCK = 256, 64


@dataclass(frozen=True)
class Step:
    """One act of whoever answered: at which second, in which mode, by which kind of person."""

    at: datetime
    mode: str
    by: str


@dataclass(frozen=True)
class Moments:
    """How a response came to be what it is: its first save, its last, and its sending."""

    started: Step
    saved: Step
    sent: Step | None = None


def seal_moments(key: bytes, moments: Moments, response_id: str) -> bytes:
    """As they are stored; `key` is `Keyring.moments_key`."""
    steps = {"started": _listed(moments.started), "saved": _listed(moments.saved)}
    if moments.sent is not None:
        steps["sent"] = _listed(moments.sent)
    return seal(key, padded(json.dumps(steps).encode(), MOMENTS_BLOCK), f"moments {response_id}")


def open_moments(key: bytes, sealed: bytes, response_id: str) -> Moments:
    """Undo `seal_moments`.

    Raises:
        DestroyedError: another key, or the moments of another response.
    """
    steps = json.loads(unseal(key, sealed, f"moments {response_id}"))
    sent = steps.get("sent")
    return Moments(_step(steps["started"]), _step(steps["saved"]), _step(sent) if sent else None)


def seal_step(key: bytes, step: Step, response_id: str, revision: int) -> bytes:
    """The step of one save, as it is stored with what the save changed."""
    return seal(key, padded(json.dumps(_listed(step)).encode(), STEP_BLOCK), _of_save(response_id, revision))


def open_step(key: bytes, sealed: bytes, response_id: str, revision: int) -> Step:
    """Undo `seal_step`.

    Raises:
        DestroyedError: another key, or the step of another save.
    """
    return _step(json.loads(unseal(key, sealed, _of_save(response_id, revision))))


def _of_save(response_id: str, revision: int) -> str:
    return f"moment {response_id} {revision}"


def _listed(step: Step) -> list[str]:
    return [step.at.isoformat(timespec="seconds"), step.mode, step.by]


def _step(listed: list[str]) -> Step:
    moment, mode, by = listed
    return Step(datetime.fromisoformat(moment), mode, by)
