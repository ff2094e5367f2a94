"""A telephone call has a sheet of its own: empty when it begins, and all that whoever takes it meets.

Routes and checks of a call are worked out from that sheet. What is taken goes on to the answers of the seat
at each save, and the call shows none of those: what was said in it counts. What does not fit with an answer
that was given before is shown to the respondent alone, or left out when the call sends.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from instruments.answering import answers as stored_answers
from instruments.answering.answers import Answer
from instruments.schema import Questionnaire
from survey_app.services.responses import drafts, open_sections
from survey_app.services.responses.journey import Journey, Why
from survey_app.services.responses.open_sections import Place, answers_at, parted
from survey_app.services.responses.seats import Seat, Sheet, questionnaire_for

# What confirms, for the data, an answer of a call that nobody could lay beside one given before.
NOT_COMPARED = "Taken by telephone, without the answers given before in sight"


def sheet_of_call(session: Session, seat: Seat, before: Sheet, *, call: str) -> Sheet:
    """What was taken in one call, `call` being its word; `before` lends its keys and nothing else."""
    named = _named(seat, before.key, call)
    kept = drafts.call_of(session, named, key=before.key)
    empty = Sheet(None, 0, {}, None, before.key, before.moments_key, call=call)
    if kept is None:
        return empty
    answers, saved_at = kept
    in_open = answers_at(session, _place(named, before)) if _open_items(session, seat) else {}
    return replace(
        empty,
        revision=1,
        answers=stored_answers.from_stored(answers) | in_open,
        saved_at=datetime.fromisoformat(saved_at),
    )


def keep(
    session: Session, seat: Seat, sheet: Sheet, *, answers: Mapping[str, Answer], now: datetime
) -> Sheet:
    """The sheet of a call with what is taken now."""
    open_items = _open_items(session, seat)
    confidential, in_open = parted(answers, open_items)
    stored = stored_answers.to_stored(confidential)
    named = _named(seat, sheet.key, sheet.call)
    if open_items:
        open_sections.keep(session, _place(named, sheet), in_open)
    drafts.keep_call(session, named, stored, at=now.isoformat(timespec="seconds"), key=sheet.key)
    return replace(sheet, revision=1, answers=answers, saved_at=now)


def end(session: Session, seat: Seat, sheet: Sheet) -> None:
    """Forget the sheet of a call that is over; what was taken stands with the answers of the seat."""
    named = _named(seat, sheet.key, sheet.call)
    drafts.drop(session, named)
    open_sections.drop(session, _place(named, sheet))


def fitting(
    questionnaire: Questionnaire,
    facts: Mapping[str, str],
    *,
    said: Mapping[str, Answer],
    before: Mapping[str, Answer],
) -> dict[str, Answer]:
    """What is sent when a call sends: all that was said in it, and what was given before where that fits.

    `said` is complete by itself. Where a soft check asks about both together, the answer is marked.
    """
    merged = {**before, **said}
    if not _fits(questionnaire, facts, merged):
        merged = dict(said)
        for item in (item for item in before if item not in said):
            if _fits(questionnaire, facts, {**merged, item: before[item]}):
                merged[item] = before[item]
    journey = Journey(questionnaire, merged, facts)
    marked = {
        each.question.item: replace(merged[each.question.item], reason=NOT_COMPARED) for each in journey.open
    }
    return {**merged, **marked}


def _fits(questionnaire: Questionnaire, facts: Mapping[str, str], answers: Mapping[str, Answer]) -> bool:
    still_open = Journey(questionnaire, answers, facts).open
    return all(each.why is Why.SOFT_CHECK for each in still_open)


def _open_items(session: Session, seat: Seat) -> frozenset[str]:
    return questionnaire_for(session, seat).open_items


def _place(named: Seat, sheet: Sheet) -> Place:
    """Where a call keeps its answers to open sections; it has no open form, for its seat has that."""
    return Place(named.seat_pseudonym, named.round_id, sheet.key, sheet.moments_key)


def _named(seat: Seat, key: bytes, call: str) -> Seat:
    """The seat under a name of this call alone: its sheet is nowhere taken for what was typed on the web."""
    named = hmac.new(key, f"call|{seat.seat_pseudonym}|{call}".encode(), hashlib.sha256).hexdigest()
    return replace(seat, seat_pseudonym=named[:32])
