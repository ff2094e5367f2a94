"""How many to ask: totals and targets kept, limits never broken, and what cannot be had is named."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sampling.errors import CeilingError, SamplingError, ShortfallError
from sampling.estimation.change import Wave, change
from sampling.estimation.design import SurveyDesign
from sampling.estimation.estimators import proportion
from sampling.panels.grid import Boost, Domain, Limits, PlanStratum
from sampling.panels.outcome import LastRound, outcome
from sampling.panels.planning import Target, Unmet, sizes_by_targets, sizes_by_total, unmet_in_words

BODIES = PlanStratum("bodies", 40, 0.6, certainty=True, minutes=30, pence=500)
STRATA = (
    BODIES,
    PlanStratum("small", 4000, 0.3, minutes=20, pence=200),
    PlanStratum("middle", 900, 0.4, minutes=20, pence=200),
    PlanStratum("large", 100, 0.5, minutes=20, pence=200),
)
COUNTS = {stratum.name: stratum.pop_size for stratum in STRATA}
VCOS = Domain("All VCOs", {name: count for name, count in COUNTS.items() if name != "bodies"})
LARGE = Domain("Large", {"large": 100})
RURAL = Domain("Rural", {"small": 800, "middle": 90})

plans = st.lists(
    st.builds(
        PlanStratum,
        st.uuids().map(str),
        st.integers(1, 3000),
        st.floats(0.05, 1.0),
        certainty=st.sampled_from([False, False, True]),
    ),
    min_size=1,
    max_size=12,
)


def test_a_total_is_shared_among_strata_that_are_not_certain() -> None:
    sizes = sizes_by_total(STRATA, 500, limits=Limits(minimum=30))

    assert sizes.ask == {"bodies": 40, "small": 384, "middle": 86, "large": 30}


def test_the_methods_of_allocation_can_be_had() -> None:
    def ask(method: str, **more: object) -> dict[str, int]:
        return dict(sizes_by_total(STRATA, 300, method=method, **more).ask)  # type: ignore[arg-type]

    assert ask("equal") == {"bodies": 40, "small": 100, "middle": 100, "large": 100}
    assert ask("power", power=0.0) == ask("equal")
    sure = ask("neyman", shares={"small": 0.01})
    assert sure["small"] < ask("neyman")["small"]


def test_sizes_set_by_hand_are_kept_and_count_towards_the_total() -> None:
    sizes = sizes_by_total(STRATA, 500, limits=Limits(maximum=400, fixed={"large": 90}))

    assert sizes.ask == {"bodies": 40, "small": 335, "middle": 75, "large": 90}


def test_boosts_come_on_top_in_proportion_and_within_the_stratum() -> None:
    boost = Boost("larger ones", frozenset({"middle", "large"}), 200)

    sizes = sizes_by_total(STRATA, 500, limits=Limits(boosts=(boost,)))

    assert sizes.ask == {"bodies": 40, "small": 400, "middle": 180, "large": 20}


@pytest.mark.parametrize(
    ("total", "limits", "error", "message"),
    [
        (50, Limits(minimum=30), ShortfallError, "40 short"),
        (10, Limits(fixed={"large": 20}), ShortfallError, "10 short"),
        (900, Limits(maximum=100), CeilingError, "600 too many"),
        (500, Limits(fixed={"large": 101}), SamplingError, "'large' is set to 101, and it has 100"),
        (500, Limits(fixed={"bodies": 39}), SamplingError, "asked in full"),
        (500, Limits(fixed={"huge": 1}), SamplingError, "no such stratum"),
        (500, Limits(boosts=(Boost("b", frozenset({"large"}), 101),)), SamplingError, "strata allow 100"),
        (500, Limits(boosts=(Boost("b", frozenset({"huge"}), 1),)), SamplingError, "no stratum huge"),
        (500, Limits(minimum=5, maximum=4), SamplingError, "minimum <= maximum"),
    ],
)
def test_limits_that_cannot_be_kept_are_refused_by_name(
    total: int, limits: Limits, error: type[SamplingError], message: str
) -> None:
    with pytest.raises(error, match=message):
        sizes_by_total(STRATA, total, limits=limits)


def test_a_stratum_that_answers_never_or_is_empty_cannot_be_planned() -> None:
    for size, response in ((0, 0.5), (10, 0.0), (10, 1.1)):
        with pytest.raises(SamplingError, match="it needs a unit"):
            PlanStratum("s", size, response)
    with pytest.raises(SamplingError, match="twice"):
        sizes_by_total([BODIES, BODIES], 1)


@settings(deadline=None)
@given(
    strata=plans, minimum=st.integers(0, 40), maximum=st.none() | st.integers(40, 500), share=st.floats(0, 1)
)
def test_a_total_within_the_limits_is_met_and_no_limit_is_broken(
    strata: list[PlanStratum], minimum: int, maximum: int | None, share: float
) -> None:
    free = [stratum for stratum in strata if not stratum.certainty]
    fewest = sum(min(minimum, stratum.pop_size) for stratum in free)
    most = sum(stratum.pop_size if maximum is None else min(maximum, stratum.pop_size) for stratum in free)
    total = fewest + int(share * (most - fewest))

    ask = sizes_by_total(strata, total, limits=Limits(minimum, maximum)).ask

    assert sum(ask[stratum.name] for stratum in free) == total
    for stratum in strata:
        low, high = min(minimum, stratum.pop_size), min(maximum or stratum.pop_size, stratum.pop_size)
        assert (
            ask[stratum.name] == stratum.pop_size if stratum.certainty else low <= ask[stratum.name] <= high
        )


def test_one_target_asks_no_more_than_it_needs() -> None:
    target = Target(LARGE, 0.12)

    ask = dict(sizes_by_targets(STRATA, [target]).ask)

    width = outcome(STRATA, ask, [LARGE]).domains[0].half_width
    short = outcome(STRATA, ask | {"large": ask["large"] - 1}, [LARGE]).domains[0].half_width
    assert width is not None
    assert short is not None
    assert width <= 0.12 * 1.0001 < short


@settings(deadline=None)
@given(
    strata=plans,
    widths=st.tuples(st.floats(0.01, 0.4), st.floats(0.01, 0.4)),
    maximum=st.none() | st.integers(5, 200),
)
def test_every_target_is_met_or_named_with_what_can_be_had(
    strata: list[PlanStratum], widths: tuple[float, float], maximum: int | None
) -> None:
    everybody = Domain("everybody", {stratum.name: stratum.pop_size for stratum in strata})
    first = Domain("first", {strata[0].name: max(1, strata[0].pop_size // 2)})
    targets = [Target(everybody, widths[0]), Target(first, widths[1])]

    sizes = sizes_by_targets(strata, targets, limits=Limits(maximum=maximum))

    lines = outcome(strata, sizes.ask, [everybody, first]).domains
    named = {unmet.domain: unmet for unmet in sizes.unmet}
    for line, target in zip(lines, targets, strict=True):
        if line.name in named:
            assert line.half_width == named[line.name].best
        else:
            assert line.half_width is not None
            assert line.half_width <= target.half_width * 1.0002


def test_cheaper_strata_are_asked_more() -> None:
    dear = [PlanStratum("a", 1000, 0.5, pence=900), PlanStratum("b", 1000, 0.5, pence=100)]
    both = Domain("both", {"a": 1000, "b": 1000})

    ask = sizes_by_targets(dear, [Target(both, 0.05)]).ask

    assert ask["b"] / ask["a"] == pytest.approx(3, rel=0.05)


def test_an_unmet_target_says_by_how_much_and_what_would_meet_it() -> None:
    target = Target(LARGE, 0.05)

    sizes = sizes_by_targets(STRATA, [target, Target(VCOS, 0.06)])

    (unmet,) = sizes.unmet
    assert sizes.ask["large"] == 100
    assert unmet.best == pytest.approx(2.00958 * (0.25 * 100 / 99 * (1 / 50 - 1 / 100)) ** 0.5, rel=1e-5)
    assert unmet.response is not None
    better = [PlanStratum(s.name, s.pop_size, max(s.response, unmet.response)) for s in STRATA]
    assert not sizes_by_targets(better, [target]).unmet
    assert unmet_in_words(unmet) == (
        "Large: ±5 points cannot be had; asking all that the plan allows gives ±10.1. "
        "It could be had if 81% of its organisations answered, or with a target of ±10.1."
    )
    assert not sizes_by_targets(STRATA, [Target(LARGE, 0.101)]).unmet


def test_a_maximum_in_the_way_is_named() -> None:
    (unmet,) = sizes_by_targets(STRATA, [Target(VCOS, 0.02)], limits=Limits(maximum=20)).unmet

    assert unmet.response is None
    assert "a higher maximum" in unmet_in_words(unmet)


def test_a_domain_that_may_not_be_asked_has_no_interval_to_name() -> None:
    (unmet,) = sizes_by_targets(STRATA, [Target(LARGE, 0.05)], limits=Limits(fixed={"large": 0})).unmet

    assert unmet.best is None
    assert "too few could answer" in unmet_in_words(unmet)
    assert "too few" in unmet_in_words(Unmet("x", 0.05, None, 0.5))


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (Target(LARGE, 0.0), "between 0 and 1"),
        (Target(LARGE, 0.05, share=1.0), "between 0 and 1"),
        (Target(Domain("gone", {}), 0.05), "counts are not"),
        (Target(Domain("other", {"huge": 3}), 0.05), "counts are not"),
        (Target(Domain("more", {"large": 101}), 0.05), "counts are not"),
    ],
)
def test_a_target_that_means_nothing_is_refused(target: Target, message: str) -> None:
    with pytest.raises(SamplingError, match=message):
        sizes_by_targets(STRATA, [target])


def test_no_targets_are_no_plan() -> None:
    with pytest.raises(SamplingError, match="at least one"):
        sizes_by_targets(STRATA, [])


def test_the_interval_planned_is_the_interval_that_such_replies_give() -> None:
    strata = [PlanStratum("a", 400, 0.5), PlanStratum("b", 100, 0.8)]
    whole = Domain("whole", {"a": 400, "b": 100})
    planned = outcome(strata, {"a": 160, "b": 50}, [whole]).domains[0]

    y = np.tile([0.0, 1.0], 60)
    names = np.repeat(["a", "b"], [80, 40])
    design = SurveyDesign(names, np.where(names == "a", 5.0, 2.5), {"a": 400.0, "b": 100.0})
    given = proportion(design, y, ci="wald")

    assert planned.replies == pytest.approx(120)
    # The sample's own variance has divisor r - 1, the frame's N - 1.
    assert planned.half_width == pytest.approx((given.uci - given.lci) / 2, rel=0.01)


def test_a_domain_within_strata_is_wider_than_its_replies_alone_would_be() -> None:
    ask = {"bodies": 40, "small": 1000, "middle": 500, "large": 50}

    rural = outcome(STRATA, ask, [RURAL]).domains[0]

    assert (rural.ask, rural.replies) == pytest.approx((250, 0.2 * 300 + 0.1 * 200))
    assert rural.half_width is not None
    assert 1.96 * 0.5 / 80**0.5 < rural.half_width < 0.16


def test_more_asked_never_widens_an_interval() -> None:
    widths = [
        outcome(STRATA, {"bodies": 40, "small": n, "middle": n, "large": min(n, 100)}, [VCOS])
        .domains[0]
        .half_width
        for n in (20, 60, 100, 400, 900)
    ]
    assert all(wide is not None and near is not None and wide > near for wide, near in pairwise(widths))


def test_too_few_replies_have_no_interval() -> None:
    planned = outcome(STRATA, {"bodies": 40, "small": 3, "middle": 0, "large": 9}, [VCOS])

    assert [line.half_width is None for line in planned.strata] == [False, True, True, False]
    assert planned.domains[0].half_width is None


def test_minutes_and_pence_are_those_asked_of_everybody() -> None:
    planned = outcome(STRATA, {"bodies": 40, "small": 10, "middle": 0, "large": 0}, [])

    assert (planned.ask, planned.replies, planned.minutes, planned.pence) == (
        50,
        pytest.approx(27),
        1400,
        22_000,
    )


def last(kept: float, *, again: float = 1.0, correlation: float = 0.5, both: int = 1000) -> LastRound:
    return LastRound({"s": 1000}, {"s": 200}, {"s": 200}, {"s": both}, {"s": kept}, again, correlation)


def planned_change(before: LastRound, ask: int = 200) -> float:
    strata, whole = [PlanStratum("s", 1000, 1.0)], Domain("whole", {"s": 1000})
    planned = outcome(strata, {"s": ask}, [whole], last=before).domains[0].change
    assert planned is not None
    return planned


def test_overlap_makes_smaller_changes_visible() -> None:
    assert planned_change(last(150)) < planned_change(last(100)) < planned_change(last(20))


def test_answers_that_have_nothing_to_do_with_last_years_are_two_samples() -> None:
    strata, whole = [PlanStratum("s", 1000, 1.0)], Domain("whole", {"s": 1000})
    line = outcome(strata, {"s": 200}, [whole], last=last(150, correlation=0.0)).domains[0]

    assert line.half_width_before is not None
    assert line.change == pytest.approx(2**0.5 * line.half_width_before)
    assert line.visible == pytest.approx(line.change * (1.96 + 0.8416) / 1.96, rel=1e-4)


def test_two_full_censuses_see_every_change() -> None:
    strata, whole = [PlanStratum("s", 10, 1.0)], Domain("whole", {"s": 10})
    before = LastRound({"s": 10}, {"s": 10}, {"s": 10}, {"s": 10}, {"s": 10}, again=1.0)

    assert outcome(strata, {"s": 10}, [whole], last=before).domains[0].change == pytest.approx(0, abs=1e-9)


def test_a_domain_that_nobody_answered_for_last_year_has_no_change() -> None:
    strata, whole = [PlanStratum("new", 10, 1.0)], Domain("whole", {"new": 10})

    line = outcome(strata, {"new": 8}, [whole], last=last(0)).domains[0]

    assert (line.change, line.visible, line.half_width_before) == (None, None, None)


def test_strata_that_were_joined_or_divided_carry_last_years_replies_with_them() -> None:
    moved = {("a", "ab"): 80, ("b", "ab"): 40, ("c", "c1"): 30, ("c", "c2"): 10, ("gone", "c2"): 0}
    past = {"a": 100, "b": 50, "c": 40, "gone": 9}

    carried = LastRound.carried(past, past, {"a": 10, "b": 5, "c": 8}, moved=moved, kept={"ab": 7.0})

    assert carried.pop_size == pytest.approx({"ab": 150, "c1": 30, "c2": 10})
    assert carried.replies == pytest.approx({"ab": 15, "c1": 6, "c2": 2})
    assert (carried.both, carried.kept) == ({"ab": 120, "c1": 30, "c2": 10}, {"ab": 7.0})


def test_the_change_planned_is_the_change_that_such_a_panel_gives() -> None:
    rng = np.random.default_rng(3)
    shared = rng.integers(0, 2, 300)
    y1 = np.where(rng.random(300) < 0.5, shared, rng.integers(0, 2, 300)).astype(np.float64)
    y2 = np.where(rng.random(300) < 0.5, shared, rng.integers(0, 2, 300)).astype(np.float64)
    ids = [str(i) for i in range(300)]
    design = SurveyDesign(np.full(200, "s"), np.full(200, 5.0), {"s": 1000.0})
    given = change(Wave(design, ids[:200], y1[:200]), Wave(design, ids[100:], y2[100:]), pop_both={"s": 1000})
    correlation = float(np.corrcoef(y1[100:200], y2[100:200])[0, 1])

    assert given.se is not None
    assert planned_change(last(100, correlation=correlation)) / 1.96 == pytest.approx(given.se, rel=0.02)
