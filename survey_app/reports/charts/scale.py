"""Where a value stands on a drawing."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """A straight axis: `low`..`high` in the unit of the data onto `left`..`right` in millimetres."""

    left: float
    right: float
    low: float = 0.0
    high: float = 1.0

    def at(self, value: float) -> float:
        """The place of `value` in millimetres; beyond the ends it stays at the end."""
        held = min(max(value, self.low), self.high)
        return self.left + (held - self.low) / (self.high - self.low) * (self.right - self.left)

    def span(self, limits: tuple[float, float]) -> tuple[float, float]:
        """Both ends of an interval in millimetres."""
        return self.at(limits[0]), self.at(limits[1])
