"""Synthetic respondents: they answer through the same use cases as real ones.

Chance is an argument. Each has a leaning; public bodies report more of everything than
voluntary organisations, as the report found (chapter 4), so that the results have a shape.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from math import sqrt

import numpy as np
from sqlalchemy.orm import Session

from instruments.answering.routing import MODE
from instruments.kinds.table import kind_of
from instruments.schema import Kind, Question
from sampling.frame import Sector
from survey_app.crypto import Keyring
from survey_app.services.responses import saving, seats
from survey_app.services.responses.checking import Sent, UnsoundError
from survey_app.services.responses.journey import Journey
from survey_app.services.responses.saving import Save
from survey_app.services.responses.seats import Seat

Raw = dict[str, list[str]]
REPLY = {Sector.PUBLIC: 0.52, Sector.VOLUNTARY: 0.36}
BY_SIZE = {"under 10k": -0.07, "0": -0.08, "1m-10m": 0.06, "10m-100m": 0.1, "100m+": 0.12, "not known": -0.02}
BY_KIND = {"NHS trust": -0.1, "local authority": 0.08, "police": -0.04}
LEANING = {Sector.PUBLIC: 0.66, Sector.VOLUNTARY: 0.45}
# What a year changes: voluntary organisations find things a little better each time.
YEARLY = {Sector.PUBLIC: 0.01, Sector.VOLUNTARY: 0.04}
# How far an organisation's own leaning, and its willingness to reply, last from year to year.
SAME_LEAN, SAME_MOOD, SPREAD = 0.85, 0.7, 0.16
SEED = 20_050_201
DOES_NOT_KNOW = 0.06
COMMENTS = (
    "Synthetic comment: meetings at short notice shut small groups out.",
    "Synthetic comment: the yearly event helps, more follow-up would help more.",
    "Synthetic comment: we were asked early and told what changed.",
)

REASON = "Synthetic reason: this was an unusual year."
DOCUMENT = {
    "answer-title": ["Synthetic document"],
    "answer-dated": ["March 2025"],
    "answer-where": ["page 3"],
}


@dataclass(frozen=True)
class Character:
    """One synthetic respondent: how inclined to say yes, and where its answers come from."""

    leaning: float
    rng: np.random.Generator


@dataclass(frozen=True)
class Nature:
    """One organisation in one wave: what lasts over its waves, and what is drawn anew in each.

    `mood` in [0, 1) decides whether it replies, `lean` (standard normal) how inclined to say yes it is.
    """

    mood: float
    lean: float
    wave: int

    @classmethod
    def of(cls, organisation: str, wave: int) -> "Nature":
        """The nature of an organisation by its UUID: the same on every machine."""
        key = int(organisation.replace("-", ""), 16) % 2**32
        # Seeds that end in nought are those without it, so waves count from one here.
        lasting, fresh = np.random.default_rng([SEED, key]), np.random.default_rng([SEED, key, wave + 1])
        own, now = lasting.random(), fresh.random(2)
        mood = float(own if now[0] < SAME_MOOD else now[1])
        lean = sqrt(SAME_LEAN) * lasting.normal() + sqrt(1 - SAME_LEAN) * fresh.normal()
        return cls(mood, float(lean), wave)

    def replies(self, sector: Sector, band: str) -> bool:
        return self.mood < reply_chance(sector, band)


def reply_chance(sector: Sector, band: str) -> float:
    """How likely an organisation of this kind is to reply."""
    shift = BY_KIND.get(band, 0.0) if sector is Sector.PUBLIC else BY_SIZE.get(band, 0.0)
    return REPLY[sector] + shift


def character(seat: Seat, nature: Nature, rng: np.random.Generator) -> Character:
    """Somebody who answers for a seat."""
    centre = LEANING[seat.sector] + (0.06 if seat.facts["region"] in ("North East", "South West") else 0.0)
    leaning = centre + YEARLY[seat.sector] * nature.wave + SPREAD * nature.lean
    return Character(float(np.clip(leaning, 0.03, 0.97)), rng)


def stranger(rng: np.random.Generator) -> Nature:
    """Somebody without a past."""
    return Nature(0.0, float(rng.normal()), 0)


def answer_all(
    session: Session,
    keys: Keyring,
    *,
    case_id: int,
    save: Save,
    rng: np.random.Generator,
    nature: Nature | None = None,
    stop_after: int = 99,
    seat_id: int | None = None,
) -> None:
    """Answer as a case's lead, or at another seat of it, and send it, or stop after so many questions.

    All that is known to be asked is answered at once, then what these answers lead to, and so on.
    """
    if seat_id is None:
        seat = seats.lead_seat_of(session, keys, case_id=case_id)
    else:
        seat = seats.seat_of(session, keys, seat_id=seat_id)
    questionnaire = seats.questionnaire_for(session, seat)
    seat = replace(seat, facts={**seat.facts, MODE: save.mode})
    sheet = seats.sheet_of(session, keys, seat=seat)
    who = character(seat, nature or stranger(rng), rng)
    journey = Journey(questionnaire, sheet.answers, seat.facts)
    while stop_after > 0:
        asked = next_asked(journey)[:stop_after]
        if not asked:
            saving.submit(session, seat, sheet, questionnaire=questionnaire, save=save)
            return
        raw = {question.id: made_up(question, who) for question in asked}
        save_page = partial(saving.save_page, session, seat, sheet, journey=journey, save=save)
        try:
            saved = save_page(sent=sent(asked, raw))
        except UnsoundError as unsound:
            saved = save_page(sent=sent(asked, raw | second_thoughts(asked, unsound)))
        sheet, journey = saved.sheet, saved.journey
        stop_after -= len(asked)


def next_asked(journey: Journey) -> list[Question]:
    """All that is known to be asked and has no answer yet, worded; nothing at the end."""
    return [journey.worded(one) for one in journey.asked if one.required and one.item not in journey.answers]


def sent(asked: list[Question], raw: Mapping[str, Raw]) -> list[Sent]:
    """A page of questions that nobody has answered before."""
    return [Sent(question, raw[question.id], seats.digest(None)) for question in asked]


def second_thoughts(asked: list[Question], unsound: UnsoundError) -> dict[str, Raw]:
    """Other answers for those that were refused, by the id of the question."""
    return {question.id: smallest(question) for question in asked if question.id in unsound.answers_at_fault}


def made_up(question: Question, who: Character) -> Raw:
    """An answer as a screen sends it, with the reason that an unlikely one needs."""
    return {**_answered(question, who), "reason": [REASON]}


def _answered(question: Question, who: Character) -> Raw:
    if question.dont_know is not None and who.rng.random() < DOES_NOT_KNOW:
        return {"answer" if kind_of(question).passes_among_options else "pass": ["dont_know"]}
    if question.kind is Kind.GRID:
        return {f"answer-{row.value}": [_choice(question, who)] for row in question.rows}
    if question.kind is Kind.MULTI_CHOICE:
        return {"answer": _choices(question, who)}
    if question.kind in (Kind.YES_NO, Kind.SINGLE_CHOICE):
        return {"answer": [_choice(question, who)]}
    if question.kind is Kind.RATING:
        point = float(np.clip(who.rng.normal(1.6 + 3.0 * who.leaning, 0.8), 1, 5))
        return {"answer": [str(round(point * 2))]}
    if question.kind is Kind.DOCUMENT:
        return {"answer": [_choice(question, who)]} | DOCUMENT
    return {"answer": [_written(question, who)]}


def smallest(question: Question) -> Raw:
    """The smallest number that may be given, for where an answer beside it refuses a larger one."""
    scale = kind_of(question).scale
    return {"answer": [str((question.minimum or 0) // scale)], "reason": [REASON]}


def _choice(question: Question, who: Character) -> str:
    counting = [option.value for option in question.options if option.value in question.counts_as]
    others = [option.value for option in question.options if option.value not in question.counts_as]
    pool = counting if counting and who.rng.random() < _tilted(question, who) else others or counting
    return str(pool[int(who.rng.integers(len(pool)))])


def _tilted(question: Question, who: Character) -> float:
    # Each item has a difficulty of its own, the same for everybody and on every machine.
    difficulty = (sum(map(ord, question.item)) % 41) / 100 - 0.2
    return float(np.clip(who.leaning + difficulty, 0.04, 0.96))


def _choices(question: Question, who: Character) -> list[str]:
    usual = [option.value for option in question.options if not option.exclusive]
    chosen = [value for value in usual if who.rng.random() < 0.35]
    alone = [option.value for option in question.options if option.exclusive]
    return chosen or alone[:1] or usual[:1]


def _written(question: Question, who: Character) -> str:
    if question.kind is Kind.LONG_TEXT:
        return COMMENTS[int(who.rng.integers(len(COMMENTS)))]
    if question.kind is Kind.SHORT_TEXT:
        return "Synthetic text"
    if question.kind is Kind.DATE:
        return "2025-03-31"
    if question.kind is Kind.PROPORTION:
        return str(int(100 * who.rng.beta(2, 3)))
    minimum = question.minimum or 0
    maximum = question.maximum if question.maximum is not None else 100
    scale = kind_of(question).scale
    return str(minimum // scale + int(who.rng.poisson(2.0)) % (max(1, (maximum - minimum) // scale) + 1))
