"""The planner: what a plan would ask, give and cost, seen before anything is drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from sampling.frame import Sector
from sampling.panels.outcome import DomainOutcome, LastRound, PlanOutcome, outcome
from sampling.panels.planning import unmet_in_words
from sampling.panels.reasons import group_in_words
from sampling.panels.rotation import Outlook, StratumOutlook, expected_kept, outlook
from sampling.panels.stratification import Flag, Screening
from sampling.strata import Stratum
from survey_app.services.burden.ceilings import asked_before, too_much
from survey_app.services.burden.spread import Share, Spread, expected_minutes, spread_of
from survey_app.services.frames.cells import cells_of
from survey_app.services.panels.basis import Basis, LastReplies, PanelRequest, basis_of
from survey_app.services.panels.cautions import beyond, wider
from survey_app.services.panels.plan import PanelPlan, PlanTarget
from survey_app.services.panels.strata import counts_of, domain_keys, flags_of, screening


@dataclass(frozen=True, kw_only=True)
class PlanLine:
    """One stratum of a plan.

    Args:
        response, replies: the share expected to answer, and the answers that makes.
        half_width: of an interval for a share of one half. None: too few would answer.
        start: where the draw begins. kept: last year's members expected again. reserve: drawn on top.
        rotation: years in and out, and whether the rest promised can be given.
        overasked: organisations that this survey would take over a ceiling; they go to the back.
    """

    stratum: Stratum
    pop_size: int
    sample_size: int
    response: float
    replies: float
    half_width: float | None
    minutes: float
    pence: int
    start: float
    reserve: int
    rotation: StratumOutlook
    overasked: int


@dataclass(frozen=True)
class GroupLine:
    """One group to report on: what the plan gives it, and what was aimed at."""

    key: str
    outcome: DomainOutcome
    target: PlanTarget | None


@dataclass(frozen=True, kw_only=True)
class PlanView:
    """Everything that the planner shows of a plan.

    Args:
        previous_year: of the panel that it follows.
        unmet, notes, rests: aims missed, what to know before drawing, who cannot be given a rest; in words.
        flags: VCOs by the minority-ethnic-led flag. screening: why a boost of these will not do.
        spread: who would be asked how much in the year; None where there is no ceiling.
    """

    request: PanelRequest
    lines: tuple[PlanLine, ...]
    groups: tuple[GroupLine, ...]
    outlook: Outlook
    previous_id: int | None
    previous_year: int | None
    last: LastReplies | None
    holiday: int
    unmet: tuple[str, ...]
    notes: tuple[str, ...]
    rests: tuple[str, ...]
    joined: tuple[str, ...]
    flags: Mapping[Flag, int]
    screening: Screening | None
    spread: Spread | None

    @property
    def warnings(self) -> tuple[str, ...]:
        """Whatever a coordinator ought to know before drawing."""
        return (*self.notes, *self.rests)

    @property
    def ask(self) -> int:
        return sum(line.sample_size for line in self.lines)

    @property
    def replies(self) -> float:
        return sum(line.replies for line in self.lines)

    @property
    def minutes(self) -> float:
        return sum(line.minutes for line in self.lines)

    @property
    def pence(self) -> int:
        return sum(line.pence for line in self.lines)

    @property
    def overasked(self) -> int:
        return sum(line.overasked for line in self.lines)

    @property
    def reserve(self) -> int:
        return sum(line.reserve for line in self.lines)

    def asked(self, sector: Sector) -> int:
        return sum(line.sample_size for line in self.lines if line.stratum.sector is sector)


def look_at(session: Session, *, request: PanelRequest, programme_id: int) -> PlanView:
    """What a plan would give; nothing is drawn or stored. Its time does not depend on the frame's size.

    Raises:
        As `basis_of`.
    """
    return view_of(session, basis_of(session, request=request, programme_id=programme_id))


def groups_of(session: Session, *, frame_id: int) -> list[str]:
    """The keys of the groups that a plan from this frame can aim at.

    Raises:
        InvalidError: nothing of the frame is in scope.
    """
    return domain_keys(cells_of(session, frame_id))


def view_of(session: Session, basis: Basis) -> PlanView:
    """What a plan would give, from what it rests on."""
    plan, previous = basis.request.plan, basis.previous
    before = previous.states if previous else {}
    moved = previous.moved if previous else {}
    expected = outlook(before, basis.states, rate=plan.rotation_share, holiday=basis.holiday, moved=moved)
    given = outcome(basis.known, basis.sizes.ask, list(basis.groups.values()), last=_last_round(basis))
    asked = _asked_before(session, basis)
    lines = _lines(basis, given, expected, _overasked(asked))
    counts = counts_of(basis.cells)
    return PlanView(
        request=basis.request,
        lines=lines,
        groups=_groups(basis.groups, given.domains, plan),
        outlook=expected,
        previous_id=previous.panel_id if previous else None,
        previous_year=previous.year if previous else None,
        last=basis.last,
        holiday=basis.holiday,
        unmet=tuple(unmet_in_words(one) for one in basis.sizes.unmet),
        notes=(*notes(basis), *wider(basis, given)),
        rests=tuple(_rests(basis, expected)),
        joined=basis.strata.joined,
        flags=flags_of(counts),
        screening=screening(plan, counts),
        spread=_spread(basis, asked),
    )


def _last_round(basis: Basis) -> LastRound | None:
    if basis.last is None or basis.previous is None:
        return None
    both: dict[str, int] = {}
    for (_, now), count in basis.previous.moved.items():
        both[now] = both.get(now, 0) + count
    states = basis.previous.states
    return LastRound(
        {name: state.pop_size for name, state in states.items()},
        basis.last.asked,
        basis.last.replied,
        both,
        expected_kept(states, basis.states, basis.previous.moved),
    )


def _asked_before(session: Session, basis: Basis) -> dict[str, dict[tuple[int, bool], int]]:
    """By sampled stratum: (minutes that other surveys ask, whether this one is too much) -> organisations."""
    rule, survey = basis.rules[Sector.VOLUNTARY], basis.survey
    by_stratum: dict[str, dict[tuple[int, bool], int]] = {}
    for line in asked_before(session, survey=survey, frame_id=basis.request.frame_id):
        stratum = basis.strata.of_cell.get(line.cell)
        if stratum is not None and not stratum.certainty:
            over = too_much(rule, minutes=line.minutes + survey.minutes, invitations=line.invitations + 1)
            counts = by_stratum.setdefault(stratum.name, {})
            counts[line.minutes, over] = counts.get((line.minutes, over), 0) + line.count
    return by_stratum


def _overasked(before: Mapping[str, Mapping[tuple[int, bool], int]]) -> dict[str, int]:
    return {
        name: sum(count for (_, over), count in counts.items() if over) for name, counts in before.items()
    }


def _spread(basis: Basis, before: Mapping[str, Mapping[tuple[int, bool], int]]) -> Spread | None:
    shares = [
        Share(count, basis.order.sizes[stratum.name], basis.survey.minutes, before.get(stratum.name, {}))
        for stratum, count in basis.strata.counts.items()
        if not stratum.certainty
    ]
    ceiling = basis.rules[Sector.VOLUNTARY].max_minutes
    return spread_of(expected_minutes(shares), year=basis.request.year, ceiling=ceiling)


def _lines(
    basis: Basis, given: PlanOutcome, expected: Outlook, over: Mapping[str, int]
) -> tuple[PlanLine, ...]:
    return tuple(
        PlanLine(
            stratum=stratum,
            pop_size=line.pop_size,
            sample_size=line.ask,
            response=known.response,
            replies=line.replies,
            half_width=line.half_width,
            minutes=line.minutes,
            pence=line.pence,
            start=basis.order.starts[line.name],
            reserve=basis.order.reserves.get(line.name, 0),
            rotation=rotation,
            overasked=over.get(line.name, 0),
        )
        for stratum, known, line, rotation in zip(
            basis.strata.counts, basis.known, given.strata, expected.strata, strict=True
        )
    )


def _groups(
    keys: Mapping[str, object], given: Sequence[DomainOutcome], plan: PanelPlan
) -> tuple[GroupLine, ...]:
    targets = {target.domain: target for target in plan.targets}
    return tuple(GroupLine(key, one, targets.get(key)) for key, one in zip(keys, given, strict=True))


def notes(basis: Basis) -> tuple[str, ...]:
    """What a coordinator ought to know before drawing this plan, beside the rests."""
    return tuple([*beyond(basis), *_rotation(basis.request.plan), *_ceilings(basis), *_left_out(basis)])


def _rotation(plan: PanelPlan) -> list[str]:
    if plan.rotation_share == 0:
        return ["Nobody is replaced: the same organisations are asked every year, and none ever rests."]
    if plan.rotation_share == 1:
        return ["Everybody is replaced, so no organisation answers twice and change is measured poorly."]
    return []


def _rests(basis: Basis, expected: Outlook) -> list[str]:
    lacking = expected.without_holiday
    if not lacking:
        return []
    named = "; ".join(
        f"{group_in_words(line.stratum)} "
        f"({line.state.sample_size:,} of {line.state.pop_size:,}, at most {line.largest:,})"
        for line in lacking[:8]
    )
    more = f"; and {len(lacking) - 8} more" if len(lacking) > 8 else ""
    return [f"A rest of {basis.holiday} years cannot be given to everybody in: {named}{more}."]


def _left_out(basis: Basis) -> list[str]:
    if basis.request.plan.boosts.keys() == basis.strata.boosts.keys():
        return []
    return [
        "Minority-ethnic-led organisations are not boosted: for most of the frame it is not known who leads "
        "them. Ask in the questionnaire instead, or bring in a list that says so."
    ]


def _ceilings(basis: Basis) -> list[str]:
    sentences = []
    for sector, words in ((Sector.PUBLIC, "Public bodies"), (Sector.VOLUNTARY, "Voluntary organisations")):
        ceiling, minutes = basis.rules[sector].max_minutes, basis.minutes[sector]
        asked = any(stratum.sector is sector for stratum in basis.strata.counts)
        if ceiling is None or not asked or minutes <= ceiling:
            continue
        meaning = (
            "They are all asked all the same, because a census is exempt"
            if sector is Sector.PUBLIC
            else "Every one that is asked will be a breach"
        )
        sentences.append(
            f"{words} may be asked for {ceiling:,} minutes a year, and this survey alone takes {minutes:,}. "
            f"{meaning}. Raise the ceiling or shorten the questionnaire."
        )
    return sentences
