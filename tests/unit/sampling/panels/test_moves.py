"""Who stays, leaves and enters, and why: every unit once, with numbers that prove it."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sampling.errors import SamplingError
from sampling.panels.moves import LastYear, Move, Reason, ThisYear, Way, moves
from sampling.panels.reasons import band_in_words, group_in_words, reason_in_words
from sampling.panels.rotation import StratumState, flows, next_starts, origins
from sampling.panels.selection import select_prn


@dataclass
class Year:
    """A frame (unit -> stratum), its sizes, and who rests; drawn from the numbers given."""

    frame: dict[str, str]
    sizes: dict[str, int]
    starts: dict[str, float] = field(default_factory=dict)
    resting: set[str] = field(default_factory=set)

    def drawn(self, prn: dict[str, float]) -> ThisYear:
        ids, strata = list(self.frame), list(self.frame.values())
        numbers = np.array([prn[unit] for unit in ids])
        rest = np.array([unit in self.resting for unit in ids], dtype=np.bool_)
        chosen = select_prn(numbers, strata, self.sizes, start=self.starts, ids=ids, resting=rest)
        return ThisYear(ids, strata, numbers, chosen, rest)

    def past(self, prn: dict[str, float]) -> LastYear:
        drawn = self.drawn(prn)
        members = {drawn.ids[i]: drawn.stratum[i] for i in drawn.selection.indices.tolist()}
        states = {d.stratum: StratumState(d.pop_size, d.sample_size, d.start) for d in drawn.selection.strata}
        return LastYear(members, prn, states, self.frame)


PRN = {letter: (i + 0.5) / 10 for i, letter in enumerate("abcdefghij")}
TEN = dict.fromkeys(PRN, "s")
LAST = Year(TEN, {"s": 4})


def moves_of(last: Year, this: Year, prn: dict[str, float] | None = None, **more: object) -> dict[str, Move]:
    numbers = prn or PRN
    answered = moves(last.past(numbers), this.drawn(numbers), **more)  # type: ignore[arg-type]
    return {move.unit: move for move in answered}


def reasons(by_unit: dict[str, Move]) -> dict[str, Reason]:
    return {unit: move.reason for unit, move in by_unit.items()}


def test_rotation_sends_away_the_lowest_numbers_and_brings_in_the_next() -> None:
    by_unit = moves_of(LAST, Year(TEN, {"s": 4}, {"s": 0.2}))

    assert reasons(by_unit) == {
        "a": Reason.ROTATED_OUT,
        "b": Reason.ROTATED_OUT,
        "c": Reason.KEPT,
        "d": Reason.KEPT,
        "e": Reason.ROTATED_IN,
        "f": Reason.ROTATED_IN,
    }
    assert reason_in_words(by_unit["a"]) == (
        "Its random number is 0.050. Last year its stratum (s) took 0.000 to 0.350; "
        "this year it takes 0.200 to 0.550, so it leaves by rotation."
    )


def test_a_smaller_sample_stops_before_the_last_and_a_larger_one_goes_on() -> None:
    assert reasons(moves_of(LAST, Year(TEN, {"s": 3})))["d"] is Reason.STRATUM_SHRUNK
    grown = moves_of(LAST, Year(TEN, {"s": 5}))["e"]
    assert grown.reason is Reason.STRATUM_GREW
    assert reason_in_words(grown) == (
        "Its random number is 0.450. Its stratum (s) takes more than last year: 0.000 to 0.450, 5 of 10, "
        "where it took 0.000 to 0.350, 4 of 10."
    )


def test_those_gone_and_those_merged_are_kept_apart() -> None:
    rest = {unit: "s" for unit in PRN if unit not in "ab"}

    by_unit = moves_of(LAST, Year(rest, {"s": 4}), merged={"b": "c"})

    assert by_unit["a"].reason is Reason.GONE_FROM_FRAME
    assert (by_unit["b"].reason, by_unit["b"].successor) == (Reason.MERGED_INTO, "c")
    assert "become part of another" in reason_in_words(by_unit["b"])


def test_who_was_not_on_last_years_frame_is_a_birth() -> None:
    numbers = PRN | {"new": 0.01}
    by_unit = moves_of(LAST, Year(TEN | {"new": "s"}, {"s": 4}), numbers)

    assert by_unit["new"].reason is Reason.BIRTH
    assert reason_in_words(by_unit["new"]) == (
        "It is new on the frame. Its random number is 0.010. This year its stratum (s) takes 0.000 to 0.250."
    )


def test_movers_between_strata_say_where_they_were() -> None:
    before = Year(TEN | dict.fromkeys("hij", "t"), {"s": 3, "t": 1})
    now = Year(TEN | {"i": "t", "j": "t", "a": "t", "h": "s"}, {"s": 3, "t": 1}, {"t": 0.85})

    by_unit = moves_of(before, now)

    assert (by_unit["a"].way, by_unit["a"].reason) == (Way.LEAVES, Reason.CHANGED_STRATUM)
    assert reason_in_words(by_unit["a"]) == (
        "Its random number is 0.050. "
        "It was in s and is now in t, which takes 0.850 to 0.850, so not its number."
    )


def test_a_mover_whose_number_is_taken_there_too_stays() -> None:
    by_unit = moves_of(LAST, Year(TEN | {"a": "t", "j": "t"}, {"s": 3, "t": 1}))

    assert (by_unit["a"].way, by_unit["a"].reason) == (Way.STAYS, Reason.CHANGED_STRATUM)


def test_a_stratum_redrawn_is_no_ones_move_but_those_of_its_origin_go_on() -> None:
    before = Year(TEN | dict.fromkeys("hij", "t"), {"s": 4, "t": 2})
    now = Year(dict.fromkeys(PRN, "u"), {"u": 5})
    moved = flows(before.frame, now.frame.items())

    by_unit = moves_of(before, now, origins=origins(moved))

    assert by_unit["a"].reason is Reason.KEPT
    assert (by_unit["h"].way, by_unit["h"].reason) == (Way.LEAVES, Reason.STRATA_REDRAWN)
    assert "(t) has been divided or joined" in reason_in_words(by_unit["h"])


def test_a_stratum_taken_whole_is_a_census() -> None:
    by_unit = moves_of(LAST, Year(TEN, {"s": 10}))

    assert {move.reason for move in by_unit.values()} == {Reason.CENSUS}
    assert reason_in_words(by_unit["j"]) == "Every organisation of its stratum (s) is asked."


def test_who_rests_is_passed_over_and_released_afterwards() -> None:
    passed = moves_of(LAST, Year(TEN, {"s": 4}, resting={"a"}))
    back = moves_of(Year(TEN, {"s": 4}, resting={"a"}), Year(TEN, {"s": 4}))

    assert passed["a"].reason is Reason.RESTING
    assert passed["e"].reason is Reason.ROTATED_IN
    assert back["a"].reason is Reason.RELEASED_BY_REST
    assert "passed over, so as not to ask it too often" in reason_in_words(back["a"])


def test_a_rest_that_must_be_broken_is_said() -> None:
    by_unit = moves_of(LAST, Year(TEN, {"s": 9}, resting={"a", "b"}))

    broken = [unit for unit, move in by_unit.items() if move.breach]
    assert broken == ["a"]
    assert reason_in_words(by_unit["a"]).endswith("but the others in its stratum were too few.")


def test_a_stratum_that_is_not_asked_takes_no_numbers() -> None:
    assert "takes no numbers" in reason_in_words(moves_of(LAST, Year(TEN, {}))["a"])


def test_numbers_are_shown_with_as_many_digits_as_tell_them_apart() -> None:
    numbers = PRN | {"a": 0.19996}
    by_unit = moves_of(LAST, Year(TEN, {"s": 4}, {"s": 0.2}), numbers)

    assert reason_in_words(by_unit["a"]).startswith("Its random number is 0.19996.")
    assert "it takes 0.20000 to" in reason_in_words(by_unit["a"])


def test_an_interval_across_one_is_said_in_two_parts() -> None:
    by_unit = moves_of(LAST, Year(TEN, {"s": 4}, {"s": 0.8}))

    assert "takes 0.800 to 1 and 0 to 0.150" in reason_in_words(by_unit["i"])


def test_the_sector_is_left_out_of_a_groups_words() -> None:
    assert group_in_words("vco | North East | 10k-100k") == "North East, £10,000 to £100,000"
    assert group_in_words("vco | London | not known") == "London, income not known"
    assert group_in_words("vco | not known | not known") == "region and income not known"
    assert group_in_words("public_body | not known | not known") == "region and kind not known"


@pytest.mark.parametrize(
    ("band", "said"),
    [
        ("0", "no income"),
        ("0, rural", "no income, rural"),
        ("0 or not known", "no income or not known"),
        ("0 to 10k", "£0 to £10,000"),
        ("under 10k", "under £10,000"),
        ("10k-1m, elsewhere", "£10,000 to £1 million, elsewhere"),
        ("100m+", "£100 million and over"),
        ("not known", "not known"),
        ("any income", "any income"),
        ("non-departmental body", "non-departmental body"),
    ],
)
def test_a_band_is_said_in_pounds(band: str, said: str) -> None:
    assert band_in_words(band) == said


def test_a_member_without_number_is_refused() -> None:
    last = LAST.past(PRN)
    with pytest.raises(SamplingError, match="'a'"):
        moves(
            LastYear(last.members, {}, last.strata, TEN),
            LAST.drawn(PRN),
        )


def test_a_frame_of_uneven_length_is_refused() -> None:
    this = LAST.drawn(PRN)
    with pytest.raises(SamplingError, match="10, 9 and 10"):
        moves(LAST.past(PRN), ThisYear(this.ids, this.stratum[:-1], this.prn, this.selection))


@st.composite
def two_years(draw: st.DrawFn) -> tuple[Year, Year, dict[str, float]]:
    """A frame of up to sixty in strata that come, go and move, up to half of it lost, and any rate."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    old, new = draw(st.integers(1, 60)), draw(st.integers(0, 20))
    ids = [f"u{i:02d}" for i in range(old + new)]
    before = {unit: f"s{rng.integers(0, 4)}" for unit in ids[:old]}
    kept = [unit for unit in ids[:old] if rng.random() < draw(st.sampled_from([0.5, 0.95]))]
    redrawn = draw(st.booleans())
    moving = draw(st.sampled_from([0.0, 0.3]))
    now = {u: before[u] if rng.random() > moving else f"s{rng.integers(0, 5)}" for u in kept}
    now |= {unit: f"s{rng.integers(0, 5)}" for unit in ids[old:]}
    if redrawn:
        now = {unit: "s9" if name in ("s0", "s1") else name for unit, name in now.items()}

    def sizes(frame: dict[str, str]) -> dict[str, int]:
        names = sorted(set(frame.values()))
        return {name: int(rng.integers(0, list(frame.values()).count(name) + 1)) for name in names}

    first = Year(before, sizes(before), {f"s{h}": float(rng.random()) for h in range(4)})
    rest = {unit for unit in now if rng.random() < draw(st.sampled_from([0.0, 0.4]))}
    prn = {unit: float(rng.random()) for unit in ids}
    rate = draw(st.sampled_from([0.0, 0.25, 0.5, 1.0]))
    old_states = first.past(prn).strata
    starts = next_starts(
        old_states, rate=rate, strata=set(now.values()), origins=origins(flows(before, now.items()))
    )
    return first, Year(now, sizes(now), starts, rest), prn


@settings(deadline=None)
@given(years=two_years())
def test_moves_are_both_panels_exactly(years: tuple[Year, Year, dict[str, float]]) -> None:
    first, second, prn = years
    last, this = first.past(prn), second.drawn(prn)

    all_moves = moves(last, this, origins=origins(flows(first.frame, second.frame.items())))

    ways = {way: [move.unit for move in all_moves if move.way is way] for way in Way}
    drawn = {this.ids[i] for i in this.selection.indices.tolist()}
    assert sorted(ways[Way.STAYS] + ways[Way.LEAVES]) == sorted(last.members)
    assert sorted(ways[Way.STAYS] + ways[Way.ENTERS]) == sorted(drawn)
    assert all(reason_in_words(move) for move in all_moves)


@settings(deadline=None)
@given(years=two_years())
def test_every_reason_is_borne_out_by_its_numbers(years: tuple[Year, Year, dict[str, float]]) -> None:
    first, second, prn = years
    all_moves = moves(
        first.past(prn), second.drawn(prn), origins=origins(flows(first.frame, second.frame.items()))
    )

    for move in all_moves:
        assert move.prn == prn[move.unit]
        if move.way is not Way.LEAVES:
            assert move.now is not None
            assert move.now.takes(move.prn)
        if move.reason in (Reason.ROTATED_OUT, Reason.STRATUM_SHRUNK) and move.now is not None:
            assert not move.now.takes(move.prn)
            assert move.before is not None
            assert move.before.takes(move.prn)
        if move.reason is Reason.BIRTH:
            assert move.unit not in first.frame
        if move.reason is Reason.GONE_FROM_FRAME:
            assert move.unit not in second.frame
        if move.reason is Reason.CHANGED_STRATUM:
            assert first.frame[move.unit] != second.frame[move.unit]
        if move.breach or move.reason is Reason.RESTING:
            assert move.unit in second.resting
