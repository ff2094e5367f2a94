"""The stages of a round and the transitions allowed between them."""

from enum import StrEnum


class CycleError(Exception):
    """A transition that the cycle does not allow."""


class Stage(StrEnum):
    """PLANNED -> LAUNCHING (cases are made) -> READY -> OPEN -> CLOSED; a plan may be withdrawn."""

    PLANNED = "planned"
    LAUNCHING = "launching"
    READY = "ready"
    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"

    @property
    def is_before_opening(self) -> bool:
        """Whether answers will be taken, but are not yet."""
        return self in (Stage.PLANNED, Stage.LAUNCHING, Stage.READY)

    @property
    def is_launched(self) -> bool:
        """Whether people are asked, will be on their day, or were: the launch is past."""
        return self in (Stage.LAUNCHING, Stage.READY, Stage.OPEN, Stage.CLOSED)

    @property
    def is_live(self) -> bool:
        """Whether a launched round still goes on."""
        return self.is_launched and self is not Stage.CLOSED

    @property
    def takes_cases(self) -> bool:
        """Whether cases may be added: those of the launch are made, and answers still count."""
        return self in (Stage.READY, Stage.OPEN)

    @property
    def is_over(self) -> bool:
        """Whether nothing comes after it."""
        return self in (Stage.CLOSED, Stage.WITHDRAWN)


TRANSITIONS: dict[Stage, frozenset[Stage]] = {
    Stage.PLANNED: frozenset({Stage.LAUNCHING, Stage.WITHDRAWN}),
    Stage.LAUNCHING: frozenset({Stage.READY}),
    Stage.READY: frozenset({Stage.OPEN}),
    Stage.OPEN: frozenset({Stage.CLOSED}),
    Stage.CLOSED: frozenset(),
    Stage.WITHDRAWN: frozenset(),
}


def check_transition(current: Stage, wanted: Stage) -> None:
    """Let an allowed transition pass.

    Raises:
        CycleError: `wanted` does not follow `current`; the message names what does.
    """
    if wanted in TRANSITIONS[current]:
        return
    following = ", ".join(sorted(TRANSITIONS[current])) or "nothing"
    raise CycleError(f"a round that is {current} cannot become {wanted}; what can follow is {following}")
