"""A move in one plain sentence or two, with the numbers by which a coordinator can follow it."""

from collections.abc import Callable

from sampling.moves import Move, Reason, Stretch, Way
from sampling.strata import SEPARATOR

FEWEST_DIGITS, MOST_DIGITS = 3, 7


def reason_in_words(move: Move) -> str:
    """Why a unit stays, leaves or enters: its number, and the numbers that its stratum takes."""
    text = WORDS[move.reason](move)
    if move.breach:
        text += " It was owed a rest, but the others in its stratum were too few."
    return text


def group_in_words(stratum: str | None) -> str:
    """A stratum's name without its sector: "North East, 10k-100k"."""
    parts = (stratum or "").split(SEPARATOR)
    return ", ".join(parts[1:] or parts)


def stretch_in_words(stretch: Stretch, *beside: float) -> str:
    """ "0.140 to 0.310", with as many digits as tell its ends from the numbers `beside` it."""
    if stretch.sample_size == 0:
        return "no numbers"
    if stretch.whole or stretch.reach >= 1.0:
        return "all numbers"
    digits = _digits(stretch, beside)
    low, high = f"{stretch.start:.{digits}f}", f"{stretch.end:.{digits}f}"
    return f"{low} to {high}" if stretch.start <= stretch.end else f"{low} to 1 and 0 to {high}"


def _digits(stretch: Stretch, beside: tuple[float, ...]) -> int:
    values = (stretch.start, stretch.end, *beside)
    for digits in range(FEWEST_DIGITS, MOST_DIGITS):
        shown = {f"{value:.{digits}f}" for value in values}
        if len(shown) == len(set(values)):
            return digits
    return MOST_DIGITS


def _number(move: Move) -> str:
    stretches = [stretch for stretch in (move.before, move.now) if stretch is not None]
    digits = max((_digits(stretch, (move.prn,)) for stretch in stretches), default=FEWEST_DIGITS)
    return f"Its random number is {move.prn:.{digits}f}."


def _takes(move: Move) -> str:
    return "no numbers" if move.now is None else stretch_in_words(move.now, move.prn)


def _took(move: Move) -> str:
    return "no numbers" if move.before is None else stretch_in_words(move.before, move.prn)


def _kept(move: Move) -> str:
    return f"{_number(move)} This year its stratum ({group_in_words(move.stratum)}) takes {_takes(move)}."


def _census(move: Move) -> str:
    return f"Every organisation of its stratum ({group_in_words(move.stratum)}) is asked."


def _changed(move: Move) -> str:
    then, now = group_in_words(move.stratum_before), group_in_words(move.stratum)
    moved = f"{_number(move)} It was in {then} and is now in {now}, which takes {_takes(move)}"
    return f"{moved}." if move.way is not Way.LEAVES else f"{moved}: not its number."


def _redrawn(move: Move) -> str:
    then = group_in_words(move.stratum_before)
    return f"Its stratum of last year ({then}) is drawn differently now. {_changed(move)}"


def _rotated_out(move: Move) -> str:
    return (
        f"{_number(move)} Last year its stratum took {_took(move)}; "
        f"this year it takes {_takes(move)}, so its turn is over."
    )


def _shrunk(move: Move) -> str:
    return (
        f"{_number(move)} Last year its stratum took {_took(move)} ({_share(move.before)}); "
        f"this year it takes {_takes(move)} ({_share(move.now)}) and ends before its number."
    )


def _share(stretch: Stretch | None) -> str:
    return "nobody" if stretch is None else f"{stretch.sample_size:,} of {stretch.pop_size:,}"


def _resting(move: Move) -> str:
    return (
        f"It is owed a rest. {_number(move)} Its stratum takes {_takes(move)} this year, "
        "but passes over organisations that rest."
    )


def _gone(move: Move) -> str:
    return "It is no longer on the frame."


def _merged(move: Move) -> str:
    return "It has become part of another organisation, which keeps its own random number."


def _rotated_in(move: Move) -> str:
    return (
        f"{_number(move)} This year its stratum ({group_in_words(move.stratum)}) takes {_takes(move)}; "
        f"last year it took {_took(move)}."
        if move.before
        else _kept(move)
    )


def _grew(move: Move) -> str:
    return (
        f"{_number(move)} Its stratum takes a longer stretch than last year: {_takes(move)} "
        f"({_share(move.now)}), where it was {_took(move)} ({_share(move.before)})."
    )


def _released(move: Move) -> str:
    return f"Last year it was passed over so that it could rest; its rest is over. {_kept(move)}"


def _birth(move: Move) -> str:
    return f"It is new on the frame. {_kept(move)}"


WORDS: dict[Reason, Callable[[Move], str]] = {
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
