"""What a plan asks for beyond what there is, or far away, and why its interval is wider than last year's."""

from datetime import date
from math import ceil

from sampling.frame import Sector
from sampling.panels.outcome import PlanOutcome
from survey_app.services.panels.basis import Basis

ALL = "vco"
# In points, below which two intervals look the same on the page.
SAME = 0.05
POINTS = 100


def far_away(year: int, *, today: date) -> str:
    """A year that is neither this nor the next, which has to be given once more; else nothing."""
    return "" if year in (today.year, today.year + 1) else str(year)


def beyond(basis: Basis) -> list[str]:
    """Where more is asked for than there is: how much that is, and what is done instead."""
    plan, sentences = basis.request.plan, []
    voluntary = [one for one in basis.strata.counts if one.sector is Sector.VOLUNTARY]
    there = sum(basis.strata.counts[one] for one in voluntary)
    asked = sum(basis.sizes.ask.get(one.name, 0) for one in voluntary)
    if not plan.targets and plan.voluntary_total > there:
        sentences.append(
            f"{plan.voluntary_total:,} voluntary organisations are to be asked, and the frame has {there:,}. "
            f"{asked:,} are asked."
        )
    wanted = sum(
        ceil(plan.reserve_share * basis.order.sizes[one.name] - 1e-9)
        for one in basis.strata.counts
        if not one.certainty
    )
    reserve = sum(basis.order.reserves.values())
    if reserve < wanted:
        sentences.append(
            f"The reserve is to be {wanted:,}, and in some strata fewer are left after the draw. "
            f"It is {reserve:,}."
        )
    return sentences


def wider(basis: Basis, given: PlanOutcome) -> list[str]:
    """Why the interval for all voluntary organisations would be wider than last year's; or nothing."""
    everyone = dict(zip(basis.groups, given.domains, strict=True)).get(ALL)
    if everyone is None or everyone.half_width is None or everyone.half_width_before is None:
        return []
    if basis.last is None:
        return []
    now, before = POINTS * everyone.half_width, POINTS * everyone.half_width_before
    if now - before < SAME:
        return []
    last = basis.last
    names = [one.name for one in last.strata if one.sector is Sector.VOLUNTARY]
    asked, replied = (sum(counts.get(name, 0) for name in names) for counts in (last.asked, last.replied))
    return [
        f"The interval for all voluntary organisations would be wider than that of {last.year}: "
        f"±{now:.1f} points instead of ±{before:.1f}. "
        + _because(round(everyone.ask), asked, round(everyone.replies), replied)
    ]


def _because(ask: int, asked: int, replies: int, replied: int) -> str:
    if replies >= replied:
        return (
            f"There would be no fewer replies ({replies:,}, {replied:,} then), but they would be shared out "
            "less like the frame, so that some stand for many more than others."
        )
    fewer = f"{replies:,} replies are expected, and {replied:,} came then"
    if ask < asked:
        return f"{fewer}, because {ask:,} are asked instead of {asked:,}. Ask more to have it as narrow."
    return f"{fewer}, because more of those who are asked are of kinds that reply less often."
