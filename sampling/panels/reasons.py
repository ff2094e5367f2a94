"""A move in a plain sentence or two, with the numbers by which a coordinator can follow it."""

import re
from collections.abc import Callable

from sampling.frame import Sector
from sampling.panels.moves import Move, Reason, SelectionInterval, Way
from sampling.strata import SEPARATOR
from sampling.vocabulary import NOT_KNOWN

MIN_DIGITS, MAX_DIGITS = 3, 7
KIND_OF = {Sector.PUBLIC.value: "kind", Sector.VOLUNTARY.value: "income"}
AMOUNT = re.compile(r"\b(\d+)([km])\b")


def reason_in_words(move: Move) -> str:
    """Why a unit stays, leaves or enters: its number, and the numbers that its stratum takes."""
    text = TELL[move.reason](_Telling(move))
    if move.breach:
        text += " It was owed a rest, but the others in its stratum were too few."
    return text


def group_in_words(stratum: str | None) -> str:
    """A stratum's name without its sector: "North East, £10,000 to £100,000".

    What is not known is named: "London, income not known", or "region and income not known".
    """
    sector, *parts = (stratum or "").split(SEPARATOR)
    if not parts:
        return band_in_words(sector)
    what = ("region", KIND_OF.get(sector, "kind"))
    if len(parts) > 1 and {*parts[:2]} == {NOT_KNOWN}:
        parts = [f"{what[0]} and {what[1]} {NOT_KNOWN}", *parts[2:]]
        what = ("", "")
    named = (f"{name} {part}" if part == NOT_KNOWN else part for name, part in zip(what, parts, strict=False))
    return ", ".join(map(band_in_words, named))


def band_in_words(band: str) -> str:
    """An income band, or several joined, as people say it; a kind of public body stays as it is."""
    text = re.sub(r"(\d[km])-(?=\d)", r"\1 to ", band)
    text = re.sub(r"^0(?= to )", "£0", text)
    text = re.sub(r"^0(?=$|,| or )", "no income", text)
    text = re.sub(r"(\d[km])\+", r"\1 and over", text)
    return AMOUNT.sub(lambda amount: f"£{amount[1]}{',000' if amount[2] == 'k' else ' million'}", text)


class _Telling:
    """The words of one move; all its numbers have the same digits, enough to tell them apart."""

    def __init__(self, move: Move) -> None:
        self.move = move
        self.then, self.now = group_in_words(move.stratum_before), group_in_words(move.stratum)
        self.digits = _digits(move)

    def number(self) -> str:
        return f"Its random number is {self.move.prn:.{self.digits}f}."

    def takes(self) -> str:
        return self._interval(self.move.now)

    def took(self) -> str:
        return self._interval(self.move.before)

    def _interval(self, interval: SelectionInterval | None) -> str:
        if interval is None or interval.sample_size == 0:
            return "no numbers"
        if interval.whole or interval.reach >= 1.0:
            return "all numbers"
        low, high = f"{interval.start:.{self.digits}f}", f"{interval.end:.{self.digits}f}"
        return f"{low} to {high}" if interval.start <= interval.end else f"{low} to 1 and 0 to {high}"


def _digits(move: Move) -> int:
    """As few as keep the unit's number apart from the ends of both intervals, unless it is an end itself."""
    ends = [end for s in (move.before, move.now) if s is not None for end in (s.start, s.end)]
    for digits in range(MIN_DIGITS, MAX_DIGITS):
        number = f"{move.prn:.{digits}f}"
        if all(f"{end:.{digits}f}" != number or end == move.prn for end in ends):
            return digits
    return MAX_DIGITS


def _share(interval: SelectionInterval | None) -> str:
    return "nobody" if interval is None else f"{interval.sample_size:,} of {interval.pop_size:,}"


def _kept(tell: _Telling) -> str:
    return f"{tell.number()} This year its stratum ({tell.now}) takes {tell.takes()}."


def _census(tell: _Telling) -> str:
    return f"Every organisation of its stratum ({tell.now}) is asked."


def _changed(tell: _Telling) -> str:
    text = f"{tell.number()} It was in {tell.then} and is now in {tell.now}, which takes {tell.takes()}"
    return f"{text}, so not its number." if tell.move.way is Way.LEAVES else f"{text}."


def _redrawn(tell: _Telling) -> str:
    text = f"Its stratum of last year ({tell.then}) has been divided or joined. {tell.number()}"
    return f"{text} Its stratum now ({tell.now}) takes {tell.takes()}."


def _rotated_out(tell: _Telling) -> str:
    return (
        f"{tell.number()} Last year its stratum ({tell.now}) took {tell.took()}; "
        f"this year it takes {tell.takes()}, so it leaves by rotation."
    )


def _shrunk(tell: _Telling) -> str:
    before, now = tell.move.before, tell.move.now
    return (
        f"{tell.number()} Last year its stratum ({tell.now}) took {tell.took()}, {_share(before)}; "
        f"this year it takes {tell.takes()}, {_share(now)}, and stops before its number."
    )


def _resting(tell: _Telling) -> str:
    return (
        f"It is owed a rest. {tell.number()} Its stratum ({tell.now}) takes {tell.takes()} this year, "
        "but passes over organisations that rest."
    )


def _gone(tell: _Telling) -> str:
    return "It is no longer on the frame."


def _merged(tell: _Telling) -> str:
    return "It has become part of another organisation, which keeps its own random number."


def _rotated_in(tell: _Telling) -> str:
    if tell.move.before is None:
        return _kept(tell)
    return (
        f"{tell.number()} Last year its stratum ({tell.now}) took {tell.took()}; "
        f"this year it takes {tell.takes()}, so it enters by rotation."
    )


def _grew(tell: _Telling) -> str:
    before, now = tell.move.before, tell.move.now
    return (
        f"{tell.number()} Its stratum ({tell.now}) takes more than last year: {tell.takes()}, "
        f"{_share(now)}, where it took {tell.took()}, {_share(before)}."
    )


def _released(tell: _Telling) -> str:
    return f"Last year it was passed over, so as not to ask it too often; now it may be asked. {_kept(tell)}"


def _birth(tell: _Telling) -> str:
    return f"It is new on the frame. {_kept(tell)}"


TELL: dict[Reason, Callable[[_Telling], str]] = {
    Reason.KEPT: _kept,
    Reason.CENSUS: _census,
    Reason.CHANGED_STRATUM: _changed,
    Reason.STRATA_REDRAWN: _redrawn,
    Reason.ROTATED_OUT: _rotated_out,
    Reason.STRATUM_SHRUNK: _shrunk,
    Reason.RESTING: _resting,
    Reason.GONE_FROM_FRAME: _gone,
    Reason.MERGED_INTO: _merged,
    Reason.ROTATED_IN: _rotated_in,
    Reason.STRATUM_GREW: _grew,
    Reason.RELEASED_BY_REST: _released,
    Reason.BIRTH: _birth,
}
