"""One entry of the logs, and what follows from it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from survey_app.services.logs.vocabulary import WEEKS_ASKED_FOR, ActionState, LogKind

Said = Mapping[str, str | int]


@dataclass(frozen=True, kw_only=True)
class NewEntry:
    """What is to be entered; `said` holds what its kind asks besides, by the names of its shape.

    `ended_on` is the last day of it, or the day on which it was settled or done. `upstream_id` is a body of
    the directory that left no other way.
    """

    kind: LogKind
    title: str
    began_on: date
    source: str
    area_id: int | None = None
    agreement_id: int | None = None
    organisation_id: int | None = None
    upstream_id: int | None = None
    state: str = ""
    ended_on: date | None = None
    due_on: date | None = None
    account: str = ""
    said: Said = field(default_factory=dict)

    @property
    def weeks(self) -> int | None:
        """Full weeks from the first day to the last, both counted; None while there is no last day."""
        return None if self.ended_on is None else ((self.ended_on - self.began_on).days + 1) // 7

    @property
    def is_short(self) -> bool:
        """Whether it is a consultation of less than 12 weeks (R69)."""
        return self.kind is LogKind.CONSULTATION and self.weeks is not None and self.weeks < WEEKS_ASKED_FOR

    @property
    def indicators(self) -> tuple[str, ...]:
        """The indicators of the catalogue that it speaks to, as it says itself."""
        return tuple(str(self.said.get("indicators", "")).split())

    def waits(self, day: date) -> bool:
        """Whether it is an action that is due by a day and neither done nor dropped."""
        is_open = self.state not in (ActionState.DONE, ActionState.DROPPED)
        return self.kind is LogKind.ACTION and is_open and self.due_on is not None and self.due_on <= day


@dataclass(frozen=True, kw_only=True)
class Entry(NewEntry):
    """An entry that was recorded."""

    id: int
    recorded_at: datetime
    recorded_by: str
    replaces_id: int | None = None
    void: bool = False
