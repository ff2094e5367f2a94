"""A round at a glance: replies by sector and stratum, letters, events, and what lags behind."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sampling.frame import Sector
from sampling.vocabulary import INCOME_BANDS, NOT_KNOWN
from scheduler.stages import Stage
from survey_app.models.cases.casework import Case, Outcome
from survey_app.models.panels import PanelMember, PanelStratum
from survey_app.services import jobs as work
from survey_app.services.cases.launch import SETTLE
from survey_app.services.fieldwork import letters as fieldwork_letters
from survey_app.services.fieldwork.curve import expected_by
from survey_app.services.jobs import JobView
from survey_app.services.rounds import lifecycle
from survey_app.services.rounds.lifecycle import EVENTS, RoundView

# Behind when replies fall short of what is expected by now by more than this, and that is not too little.
TOLERANCE = 0.85
MIN_EXPECTED = 10


@dataclass(frozen=True, kw_only=True)
class SectorProgress:
    """Where one sector stands."""

    sector: Sector
    asked: int
    complete: int
    started: int
    refused: int
    not_eligible: int
    non_contact: int

    @property
    def not_started(self) -> int:
        return self.asked - self.complete - self.started - self.refused - self.not_eligible - self.non_contact

    @property
    def in_scope(self) -> int:
        return self.asked - self.not_eligible

    @property
    def rate(self) -> float | None:
        return self.complete / self.in_scope if self.in_scope else None


@dataclass(frozen=True, kw_only=True)
class StratumProgress:
    """Where one group of cases stands.

    `target` is the replies that the plan hopes for by the last day, `expected` those by today (`curve`).
    """

    group: str
    label: str
    sector: Sector
    asked: int
    complete: int
    started: int
    target: int
    expected: int
    state: str


@dataclass(frozen=True)
class Dashboard:
    """Everything that a round's page shows, as the last pass left it."""

    round: RoundView
    jobs: dict[str, JobView]
    letters: dict[str, int]
    sectors: tuple[SectorProgress, ...]
    strata: tuple[StratumProgress, ...]


@dataclass(frozen=True)
class _Count:
    sector: Sector
    region: str
    band: str
    expected_response: float
    outcome: Outcome
    cases: int


def dashboard(session: Session, *, round_id: int, programme_id: int, now: datetime) -> Dashboard:
    """The state of a round now, from one grouped count.

    Raises:
        NotFoundError: no such round in this programme.
    """
    round_view = lifecycle.get_round(session, round_id=round_id, programme_id=programme_id)
    counts = _counts(session, round_id)
    return Dashboard(
        round=round_view,
        jobs=work.jobs_of(session, kinds=(*EVENTS, SETTLE), subject_kind=work.ROUND, subject_id=round_id),
        letters=fieldwork_letters.count_by_state(session, round_id=round_id),
        sectors=tuple(_sector(sector, counts) for sector in Sector),
        strata=tuple(_groups(counts, round_view, expected_by(session, round_view=round_view, now=now))),
    )


def _counts(session: Session, round_id: int) -> list[_Count]:
    stratum = (PanelStratum.sector, PanelStratum.region, PanelStratum.band, PanelStratum.expected_response)
    rows = session.execute(
        select(*stratum, Case.outcome, func.count())
        .join(PanelMember, PanelMember.id == Case.panel_member_id)
        .join(PanelStratum, PanelStratum.id == PanelMember.panel_stratum_id)
        .where(Case.round_id == round_id)
        .group_by(*stratum, Case.outcome)
    )
    return [_Count(*row) for row in rows]


def _sector(sector: Sector, counts: list[_Count]) -> SectorProgress:
    cases: Counter[Outcome] = Counter()
    for count in counts:
        if count.sector is sector:
            cases[count.outcome] += count.cases
    return SectorProgress(
        sector=sector,
        asked=cases.total(),
        complete=cases[Outcome.COMPLETE],
        started=cases[Outcome.STARTED],
        refused=cases[Outcome.REFUSED],
        not_eligible=cases[Outcome.NOT_ELIGIBLE],
        non_contact=cases[Outcome.NON_CONTACT],
    )


def _groups(
    counts: list[_Count], round_view: RoundView, shares: Mapping[Sector, float]
) -> list[StratumProgress]:
    def by(group: str, sector: Sector, label: Callable[[_Count], str]) -> list[StratumProgress]:
        mine = [count for count in counts if count.sector is sector]
        labels = sorted({label(count) for count in mine}, key=_band_order)
        return [
            _progress(
                group, name, sector, [c for c in mine if label(c) == name], round_view.stage, shares[sector]
            )
            for name in labels
        ]

    return [
        *by("Public bodies, by kind", Sector.PUBLIC, lambda count: count.band),
        *by("Voluntary organisations, by yearly income", Sector.VOLUNTARY, lambda count: count.band),
        *by("Public bodies, by region", Sector.PUBLIC, lambda count: count.region),
        *by("Voluntary organisations, by region", Sector.VOLUNTARY, lambda count: count.region),
    ]


def _band_order(label: str) -> tuple[int, str]:
    order = (*INCOME_BANDS, NOT_KNOWN)
    return (order.index(label) if label in order else 0, label)


def _progress(
    group: str, label: str, sector: Sector, counts: list[_Count], stage: Stage, share: float
) -> StratumProgress:
    asked = sum(count.cases for count in counts)
    complete = sum(count.cases for count in counts if count.outcome is Outcome.COMPLETE)
    started = sum(count.cases for count in counts if count.outcome is Outcome.STARTED)
    target = round(sum(count.cases * count.expected_response for count in counts))
    expected = round(target * share)
    return StratumProgress(
        group=group,
        label=label,
        sector=sector,
        asked=asked,
        complete=complete,
        started=started,
        target=target,
        expected=expected,
        state=_state(stage, complete, expected, target),
    )


def _state(stage: Stage, complete: int, expected: int, target: int) -> str:
    if stage not in (Stage.OPEN, Stage.CLOSED):
        return "Not open"
    if complete >= target:
        return "Reached"
    if stage is Stage.CLOSED:
        return "Fell short"
    too_few = expected >= MIN_EXPECTED and complete < TOLERANCE * expected
    return "Behind" if too_few else "On course"
