"""Ten years of rounds from a few rules: when, why, and what a change leaves alone."""

from dataclasses import replace
from datetime import date, timedelta
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.cycle import Cycle, KnownRound, Occurrence, derive
from scheduler.rules import After, Anchor, OnDay, Rule, check_rules, rule_faults, usual_rules
from scheduler.stages import CycleError, Stage
from scheduler.strands import Strand
from scheduler.timetable import RoundDates, date_faults, usual_timetable
from scheduler.working_days import england

TODAY = date(2026, 1, 5)
SURVEY, REVIEW, GROUPS, DEEP = list(Strand)[:4]
RULES = usual_rules(2026)


def cycle(
    rules: tuple[Rule, ...] = RULES,
    known: tuple[KnownRound, ...] = (),
    *,
    years: int = 10,
    today: date = TODAY,
) -> Cycle:
    return derive(rules, known, today=today, first_year=2026, years=years, calendar=england())


def of(rounds: Cycle, strand: Strand) -> list[Occurrence]:
    return [one for one in rounds.occurrences if one.strand is strand]


def slots(rounds: Cycle, strand: Strand) -> list[int]:
    return [one.slot for one in of(rounds, strand)]


def there(strand: Strand, slot: int, stage: Stage, **more: object) -> KnownRound:
    dates = usual_timetable(strand, date(slot, 3, 1), england())
    known = KnownRound(id=slot, strand=strand, slot=slot, number=slot - 2025, stage=stage, dates=dates)
    return replace(known, **more)  # type: ignore[arg-type]


def changed(strand: Strand, **values: object) -> tuple[Rule, ...]:
    return tuple(replace(rule, **values) if rule.strand is strand else rule for rule in RULES)  # type: ignore[arg-type]


def test_six_years_hold_six_surveys_six_reviews_three_rounds_of_groups_and_two_deep_reviews() -> None:
    rounds = cycle(years=6)

    assert [slots(rounds, strand) for strand in (SURVEY, REVIEW, GROUPS, DEEP)] == [
        [2026, 2027, 2028, 2029, 2030, 2031],
        [2026, 2027, 2028, 2029, 2030, 2031],
        [2027, 2029, 2031],
        [2027, 2030],
    ]
    assert rounds.gaps == ()


def test_every_round_says_because_of_what_it_comes_then() -> None:
    rounds = cycle()
    survey, review, groups = (of(rounds, strand)[0] for strand in (SURVEY, REVIEW, GROUPS))

    assert survey.because == "because it comes every year, on 1 March, which is no working day in 2026"
    assert review.because == (
        "because the results of the annual survey of 2026 are planned for 30 June 2026, "
        "and this follows 6 weeks later"
    )
    assert review.waits_for == "the results of the annual survey of 2026"
    assert groups.because.startswith("because the end of the annual review of 2026 is planned for")
    assert [one.name for one in (survey, review, groups)] == [
        "Annual survey 2026",
        "Annual review 2026",
        "Focus groups 2027",
    ]


def test_what_has_been_takes_the_place_of_what_was_planned() -> None:
    published = there(SURVEY, 2026, Stage.CLOSED, released_on=date(2026, 9, 1))

    review = of(cycle(known=(published,)), REVIEW)[0]

    assert review.dates.opens_on == date(2026, 10, 13)
    assert review.because == (
        "because the results of the annual survey of 2026 were published on 1 September 2026, "
        "and this follows 6 weeks later"
    )
    assert review.waits_for == ""


def test_a_round_never_follows_results_that_are_late_by_less_than_its_weeks() -> None:
    closed = there(SURVEY, 2026, Stage.CLOSED)

    review = of(cycle(known=(closed,), today=date(2026, 12, 1)), REVIEW)[0]

    assert review.dates.opens_on == date(2027, 1, 12)
    assert "results of the annual survey of 2026 are late: due on 30 June 2026" in review.because


def test_a_change_of_cadence_never_touches_a_round_that_has_begun() -> None:
    begun = there(DEEP, 2030, Stage.OPEN)

    rounds = cycle(changed(DEEP, every=2), (begun,))

    assert slots(rounds, DEEP) == [2030, 2032, 2034]
    assert of(rounds, DEEP)[0].dates == begun.dates
    assert of(rounds, DEEP)[1].number == begun.number + 1


def test_a_plan_that_the_cycle_no_longer_has_stays_and_says_so() -> None:
    planned = there(DEEP, 2030, Stage.PLANNED)

    rounds = cycle(changed(DEEP, every=2), (there(DEEP, 2027, Stage.CLOSED), planned))

    assert slots(rounds, DEEP) == [2027, 2029, 2030, 2031, 2033, 2035]
    assert "the cycle as it is now has no round here" in of(rounds, DEEP)[2].because


def test_a_second_round_of_a_year_that_somebody_planned_by_hand_is_shown_too() -> None:
    first, second = there(SURVEY, 2026, Stage.CLOSED), there(SURVEY, 2026, Stage.PLANNED, id=9999, number=2)

    rounds = cycle(known=(first, second))

    assert slots(rounds, SURVEY).count(2026) == 2


def test_a_strand_that_is_switched_off_keeps_its_open_round_and_gets_no_other() -> None:
    rounds = cycle(changed(GROUPS, active=False), (there(GROUPS, 2027, Stage.OPEN),))

    assert slots(rounds, GROUPS) == [2027]


def test_a_round_whose_predecessor_was_withdrawn_waits_for_a_decision_and_the_slot_stays_empty() -> None:
    rounds = cycle(known=(there(SURVEY, 2027, Stage.WITHDRAWN),))

    assert slots(rounds, SURVEY) == [2026, 2028, 2029, 2030, 2031, 2032, 2033, 2034, 2035]
    assert of(rounds, REVIEW)[1].blocked == (
        "The annual survey of 2027 was withdrawn: decide whether this round still has a purpose"
    )


def test_what_follows_a_round_that_itself_follows_another_waits_for_a_decision_when_that_was_withdrawn() -> (
    None
):
    withdrawn = there(REVIEW, 2026, Stage.WITHDRAWN)
    rounds = cycle(known=(there(SURVEY, 2026, Stage.CLOSED), withdrawn))

    first = of(rounds, GROUPS)[0]
    assert (first.slot, rounds.gaps) == (2027, ())
    assert first.blocked == (
        "The annual review of 2026 was withdrawn: decide whether this round still has a purpose"
    )
    assert first.dates.opens_on > withdrawn.dates.closes_on


def test_a_round_that_would_follow_nothing_is_a_gap_in_words() -> None:
    rounds = cycle(changed(SURVEY, active=False), years=1)

    assert of(rounds, REVIEW) == []
    assert rounds.gaps == (
        "Annual review 2026: it follows the annual survey of 2026, and the cycle has none",
    )


def test_series_of_localities_stand_beside_each_other_and_end_with_their_last_year() -> None:
    local = Rule(
        strand=Strand.LOCAL_SURVEY,
        title="Local survey of Leeds",
        every=2,
        first_year=2026,
        last_year=2029,
        opens=OnDay(9, 6),
    )
    rounds = cycle((*RULES, local, replace(local, title="Local survey of Hull", every=1, last_year=2026)))

    assert [(one.title, one.slot) for one in of(rounds, Strand.LOCAL_SURVEY)] == [
        ("Local survey of Hull", 2026),
        ("Local survey of Leeds", 2026),
        ("Local survey of Leeds", 2028),
    ]


@pytest.mark.parametrize(
    ("strand", "values", "sentence"),
    [
        (DEEP, {"every": 0}, "The strand “Deep review” may come every 2 to 5 years, not every 0."),
        (DEEP, {"every": 50}, "The strand “Deep review” may come every 2 to 5 years, not every 50."),
        (SURVEY, {"every": 2}, "The strand “Annual survey” comes every year, not every 2."),
        (GROUPS, {"every": 3}, "may come every year, or at most 2 years apart, not every 3."),
        (SURVEY, {"opens": OnDay(2, 29)}, "29 February comes only every fourth year."),
        (SURVEY, {"opens": OnDay(6, 31)}, "There is no day 31 in month 6."),
        (SURVEY, {"opens": OnDay(13, 1)}, "There is no day 1 in month 13."),
        (SURVEY, {"first_year": 26}, "Give a first year between 2000 and 2100, not 26."),
        (SURVEY, {"last_year": 2020}, "The last year, 2020, has to be 2026 or later"),
        (REVIEW, {"opens": After(REVIEW, Anchor.CLOSE, 1)}, "cannot wait for itself"),
        (REVIEW, {"opens": After(SURVEY, Anchor.CLOSE, 200)}, "Give 0 to 104 weeks, not 200."),
        (Strand.LOCAL_SURVEY, {}, "can have several series: give this one a title."),
    ],
)
def test_a_rule_that_cannot_be_followed_is_refused_in_words(
    strand: Strand, values: dict[str, object], sentence: str
) -> None:
    sound = Rule(strand=strand, every=3 if strand is DEEP else 1, first_year=2026, opens=OnDay(3, 1))
    rule = replace(sound, **values)  # type: ignore[arg-type]

    assert any(sentence in fault for fault in rule_faults(rule))
    with pytest.raises(CycleError):
        check_rules([rule])


def test_rules_that_wait_for_one_another_are_refused() -> None:
    ring = changed(SURVEY, opens=After(REVIEW, Anchor.CLOSE, 1))

    with pytest.raises(CycleError, match="Annual survey waits for Annual review waits for Annual survey"):
        check_rules(ring)
    with pytest.raises(CycleError, match="Two rules are for “Annual survey”"):
        check_rules([RULES[0], RULES[0]])


def test_ten_years_are_worked_out_in_under_ten_milliseconds() -> None:
    cycle()
    start = process_time()
    for _ in range(10):
        cycle()

    assert (process_time() - start) / 10 < 0.010


days = st.builds(lambda n: date(2026, 1, 1) + timedelta(days=n), st.integers(0, 364))


@given(
    opens=days.filter(lambda day: (day.month, day.day) != (2, 29)),
    groups=st.sampled_from((1, 2)),
    deep=st.sampled_from((2, 3, 4, 5)),
    begun=st.dictionaries(st.sampled_from((SURVEY, GROUPS, DEEP)), st.integers(2026, 2033)),
    today=st.dates(date(2026, 1, 1), date(2036, 1, 1)),
)
def test_no_slot_is_doubled_and_all_dates_are_sound_whatever_the_rules(
    opens: date, groups: int, deep: int, begun: dict[Strand, int], today: date
) -> None:
    rules = usual_rules(2026, opens=OnDay(opens.month, opens.day))
    rules = (*rules[:2], replace(rules[2], every=groups), replace(rules[3], every=deep))
    known = tuple(there(strand, slot, Stage.OPEN) for strand, slot in begun.items())

    rounds = cycle(rules, known, today=today)

    keys = [(one.strand, one.slot) for one in rounds.occurrences]
    assert len(keys) == len(set(keys))
    for one in rounds.occurrences:
        if one.round_id is None:
            assert date_faults(one.dates, today=one.dates.opens_on) == []
            assert england().is_working(one.dates.opens_on)
            assert england().is_working(one.dates.closes_on)
            assert one.because.startswith("because ")
    for one in known:
        assert [there.dates for there in of(rounds, one.strand) if there.round_id == one.id] == [one.dates]


def test_dates_of_a_round_that_begins_are_those_it_has() -> None:
    moved = RoundDates(date(2027, 5, 4), date(2027, 5, 18), date(2027, 6, 8), date(2027, 7, 30))

    rounds = cycle(known=(there(SURVEY, 2027, Stage.PLANNED, dates=moved),))

    assert of(rounds, SURVEY)[1].dates == moved
    assert slots(rounds, SURVEY).count(2027) == 1
