"""At the door with a code on paper: a word is chosen the first time, and asked for from then on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from flask import request

from survey_app.errors import InvalidError
from survey_app.services.audit import record
from survey_app.services.people.attempts import (
    WORDS_IN_ALL,
    WORDS_PER_NETWORK,
    count_try,
    give_back,
    network_of,
)
from survey_app.services.responses import paper_codes
from survey_app.services.responses.paper_codes import FirstUse
from survey_app.services.responses.seats import Seat, Sheet, begun_of
from survey_app.web.site import reading, site, visitor, writing


class Door(StrEnum):
    """What stands between a code on paper and the questionnaire."""

    CHOOSE = "choose"
    ENTER = "enter"
    SENT = "sent"
    BEGUN = "begun"
    CALLED = "called"


@dataclass(frozen=True)
class Stop:
    """What is asked or said at the door, and what was wrong with the word that was typed.

    `used_on` is the day on which the code was first used, `sent_on` that on which the answers were sent.
    `explained` is what is said of a call that took answers since the code was made.
    """

    door: Door
    used_on: date | None = None
    sent_on: date | None = None
    fault: str = ""
    explained: Sequence[str] = ()


def at_the_door(seat: Seat, sheet: Sheet, word: str) -> Stop | None:
    """What keeps whoever has this code on paper from its questionnaire; None lets them in.

    Raises:
        TooManyAttemptsError: too many words were tried.
    """
    with reading() as session:
        used = paper_codes.first_use(session, seat, sheet)
        begun = seat.id in begun_of(session, [seat])
    if used is not None:
        return _entered(seat, sheet, used, word)
    if sheet.submitted_on is not None:
        return Stop(Door.SENT, sent_on=sheet.submitted_on)
    if begun:
        return Stop(Door.BEGUN)
    return _chosen(seat, sheet, word)


def _chosen(seat: Seat, sheet: Sheet, word: str) -> Stop | None:
    if not word:
        return Stop(Door.CHOOSE)
    try:
        with writing() as session:
            first = paper_codes.choose(session, seat, sheet, word=word, now=site().clock.now())
    except InvalidError as fault:
        return Stop(Door.CHOOSE, fault=str(fault))
    return None if first else at_the_door(seat, sheet, word)


def _entered(seat: Seat, sheet: Sheet, used: FirstUse, word: str) -> Stop | None:
    stop = Stop(Door.ENTER, used.day, sheet.submitted_on)
    if not word:
        return stop
    keys, now = site().keys, site().clock.now()
    # By the name of the answers, which leads nowhere without a key of its own.
    of_code = keys.lookup(f"word of {seat.seat_pseudonym}")
    here = keys.lookup(f"word of {seat.seat_pseudonym} from {network_of(request.remote_addr or '')}")
    with writing() as session:
        count_try(session, here, maximum=WORDS_PER_NETWORK, now=now)
        count_try(session, of_code, maximum=WORDS_IN_ALL, now=now)
    right = paper_codes.is_word(sheet, used, word)
    with writing() as session:
        if right:
            give_back(session, here, now=now)
            give_back(session, of_code, now=now)
        else:
            record(session, visitor(), "word of a printed code refused", "access code", "")
    return None if right else replace(stop, fault="This is not the word that was chosen")
