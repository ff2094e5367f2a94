"""The stages of a round and the transitions allowed between them."""

from collections.abc import Mapping
from enum import StrEnum

from scheduler.strands import SURVEYS, Strand


class CycleError(Exception):
    """A transition that the cycle does not allow."""


class Stage(StrEnum):
    """Where a round is; a plan may be withdrawn.

    A survey: PLANNED -> LAUNCHING (cases are made) -> READY -> OPEN -> CLOSED.
    Every other strand: PLANNED -> PREPARING -> OPEN -> CLOSED.
    """

    PLANNED = "planned"
    LAUNCHING = "launching"
    READY = "ready"
    PREPARING = "preparing"
    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"

    @property
    def is_before_opening(self) -> bool:
        """Whether answers will be taken, but are not yet."""
        return self in (Stage.PLANNED, Stage.LAUNCHING, Stage.READY, Stage.PREPARING)

    @property
    def is_launched(self) -> bool:
        """Whether the members of a panel are asked, will be on their day, or were."""
        return self in (Stage.LAUNCHING, Stage.READY, Stage.OPEN, Stage.CLOSED)

    @property
    def is_live(self) -> bool:
        """Whether the round is under way: past its plan, and not over."""
        return self is not Stage.PLANNED and not self.is_over

    @property
    def takes_cases(self) -> bool:
        """Whether cases may be added: those of the launch are made, and answers still count."""
        return self in (Stage.READY, Stage.OPEN)

    @property
    def is_over(self) -> bool:
        """Whether nothing comes after it."""
        return self in (Stage.CLOSED, Stage.WITHDRAWN)


Transitions = Mapping[Stage, frozenset[Stage]]

_OF_SURVEYS: Transitions = {
    Stage.PLANNED: frozenset({Stage.LAUNCHING, Stage.WITHDRAWN}),
    Stage.LAUNCHING: frozenset({Stage.READY}),
    Stage.READY: frozenset({Stage.OPEN}),
    Stage.OPEN: frozenset({Stage.CLOSED}),
    Stage.CLOSED: frozenset(),
    Stage.WITHDRAWN: frozenset(),
}
_OF_OTHERS: Transitions = {
    Stage.PLANNED: frozenset({Stage.PREPARING, Stage.WITHDRAWN}),
    Stage.PREPARING: frozenset({Stage.OPEN, Stage.WITHDRAWN}),
    Stage.OPEN: frozenset({Stage.CLOSED}),
    Stage.CLOSED: frozenset(),
    Stage.WITHDRAWN: frozenset(),
}


def transitions_of(strand: Strand) -> Transitions:
    """Which stage may follow which in a round of a strand; a stage that it does not have is not named."""
    return _OF_SURVEYS if strand in SURVEYS else _OF_OTHERS


def check_transition(current: Stage, wanted: Stage, *, strand: Strand) -> None:
    """Let an allowed transition pass.

    Raises:
        CycleError: `wanted` does not follow `current` in this strand; the message names what does.
    """
    allowed = transitions_of(strand).get(current, frozenset())
    if wanted in allowed:
        return
    following = ", ".join(sorted(allowed)) or "nothing"
    raise CycleError(f"a round that is {current} cannot become {wanted}; what can follow is {following}")
