"""The states of a round and the moves allowed between them."""

from enum import StrEnum


class CycleError(Exception):
    """A move that the cycle does not allow."""


class Stage(StrEnum):
    """PLANNED -> LAUNCHING (cases are made) -> READY -> OPEN -> CLOSED; a plan may be withdrawn."""

    PLANNED = "planned"
    LAUNCHING = "launching"
    READY = "ready"
    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


MOVES: dict[Stage, frozenset[Stage]] = {
    Stage.PLANNED: frozenset({Stage.LAUNCHING, Stage.WITHDRAWN}),
    Stage.LAUNCHING: frozenset({Stage.READY}),
    Stage.READY: frozenset({Stage.OPEN}),
    Stage.OPEN: frozenset({Stage.CLOSED}),
    Stage.CLOSED: frozenset(),
    Stage.WITHDRAWN: frozenset(),
}


def check_move(current: Stage, wanted: Stage) -> None:
    """Let an allowed move pass.

    Raises:
        CycleError: `wanted` does not follow `current`; the message names what does.
    """
    if wanted in MOVES[current]:
        return
    following = ", ".join(sorted(MOVES[current])) or "nothing"
    raise CycleError(f"a round that is {current} cannot become {wanted}; what can follow is {following}")
