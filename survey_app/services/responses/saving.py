"""Saving and sending: every page is saved, nothing is overwritten, a questionnaire is sent once.

Nothing beside the answers is written with them: what a case, its letters and the ledger say of them follows
in `settling`, for many at a time.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import bindparam, update
from sqlalchemy.orm import Session

from instruments.answering import answers as stored_answers
from instruments.answering.answers import Answer
from instruments.schema import Questionnaire
from survey_app.clock import london_date
from survey_app.crypto import padded, seal
from survey_app.errors import ConflictError, InvalidError, StageError, TakenError
from survey_app.models.base import table
from survey_app.models.responses import Response
from survey_app.services.responses import calls, histories, open_sections
from survey_app.services.responses.after_calls import taken_of
from survey_app.services.responses.checking import Sent, validated
from survey_app.services.responses.journey import Journey, to_confirm_again
from survey_app.services.responses.moments import BY_TELEPHONE, Moments, Step, Taken, seal_moments
from survey_app.services.responses.open_sections import parted
from survey_app.services.responses.seats import (
    Seat,
    Sheet,
    check_open,
    digest,
    own_sheet,
    place_of,
    questionnaire_for,
)

# Bytes. Most questionnaires fill one block, whatever was answered.
DOCUMENT_BLOCK = 4096


class StaleAnswerError(ConflictError):
    """The answer was changed elsewhere since the page was shown: a person has to choose."""

    title = "This answer was changed elsewhere"

    def __init__(self, question_ids: Sequence[str]) -> None:
        super().__init__("This answer was changed in another window or by a colleague since you opened it.")
        self.question_ids = tuple(question_ids)


class RacedError(ConflictError):
    """Two saves met in the same moment; taking up the page again settles it."""


class UnfinishedError(InvalidError):
    """A question on the route has no answer yet, or one that has to be corrected or confirmed."""

    def __init__(self, question_id: str) -> None:
        super().__init__("There is a question still to answer.")
        self.question_id = question_id


_RESPONSE = table(Response)
# Built once: they run at every page of every respondent.
_SAVE = (
    update(_RESPONSE)
    .where(
        _RESPONSE.c.id == bindparam("id_"),
        _RESPONSE.c.revision == bindparam("read"),
        # Sending does not change the revision; a save that began before it must not come after it.
        _RESPONSE.c.sent.is_(False),
    )
    .values(revision=bindparam("revision"), document=bindparam("document"), moments=bindparam("moments"))
)
_SUBMIT = (
    update(_RESPONSE)
    .where(
        _RESPONSE.c.id == bindparam("id_"),
        _RESPONSE.c.sent.is_(False),
        # What is sent is what was checked just now, and nothing saved since.
        _RESPONSE.c.revision == bindparam("read"),
    )
    .values(sent=True, moments=bindparam("moments"))
)


@dataclass(frozen=True)
class Save:
    """How a save is made: by whom, in which mode, when; of a call, which of the staff called, by id."""

    now: datetime
    mode: str = "web"
    by: str = "respondent"
    caller_id: int | None = None

    @property
    def step(self) -> Step:
        """The same, as it is kept beside the answers."""
        return Step(self.now, self.mode, self.by)


@dataclass(frozen=True)
class Taking:
    """What a page changes: where the answers lead with it, and each item that becomes another."""

    journey: Journey
    changes: Mapping[str, Answer | None]


@dataclass(frozen=True)
class Saved:
    """The sheet as it is now, and where its answers lead."""

    sheet: Sheet
    journey: Journey


def save_page(
    session: Session,
    seat: Seat,
    sheet: Sheet,
    *,
    journey: Journey,
    sent: Sequence[Sent],
    save: Save,
    confirm_later: bool = False,
) -> Saved:
    """Take one page, all of it or nothing. The same answers again change nothing.

    What is taken in a call stands on its sheet, which is the one returned, and goes on to the seat's own.

    Args:
        sheet: read in this transaction or before it; where another save came between, this one is refused.
        journey: where the answers of the sheet lead, as the page that was sent was made from it.
        sent: the questions of the page.
        confirm_later: take answers that a soft check asks about as they are; sending asks about them.

    Raises:
        UnsoundError: something sent is not an answer, is refused by a hard check, or is not confirmed.
        StaleAnswerError: an answer was changed elsewhere since the page was shown.
        RacedError: another save came between reading the sheet and writing it.
        NotInTimeError: the round does not take answers.
        StageError: the answers were sent already.
    """
    check_open(seat)
    if sheet.submitted_on is not None:
        raise StageError("Your answers were sent already. Nothing was changed.")
    page = taking(journey, sheet, sent, confirm_later=confirm_later)
    if page is None:
        return Saved(sheet, journey)
    after = page.journey
    if sheet.call:
        said = {each.question.item for each in sent}
        changes = {item: answer for item, answer in page.changes.items() if item in said}
        _check_alone(session, seat, sheet)
        _go_on(session, seat, own_sheet(session, seat, sheet), journey=after, changes=changes, save=save)
        return Saved(calls.keep(session, seat, sheet, answers=after.answers, now=save.now), after)
    return Saved(_write(session, seat, sheet, dict(after.answers), page.changes, save), after)


def taking(
    journey: Journey, sheet: Sheet, sent: Sequence[Sent], *, confirm_later: bool = False
) -> Taking | None:
    """What a page changes in a sheet, whoever fills it in; None where it says what is there already.

    Raises:
        UnsoundError: something sent is not an answer, is refused by a hard check, or is not confirmed.
        StaleAnswerError: an answer was changed elsewhere since the page was shown.
    """
    page = validated(journey, sent, confirm_later=confirm_later)
    changes = {item: answer for item, answer in page.answers.items() if answer != sheet.answers.get(item)}
    if not changes:
        return None
    _check_fresh(sheet, sent, changes)
    unconfirmed = to_confirm_again(journey, page.journey)
    again = {item: answer for item, answer in unconfirmed.items() if item not in page.answers}
    return Taking(page.journey.with_answers({**page.journey.answers, **again}), changes | again)


def _check_alone(session: Session, seat: Seat, sheet: Sheet) -> None:
    """Let pass where no second window of a call saved since its sheet was read."""
    if calls.sheet_of_call(session, seat, sheet, call=sheet.call).answers != sheet.answers:
        raise RacedError("Another window of this call saved at this moment. Nothing was lost: try again.")


def _go_on(
    session: Session,
    seat: Seat,
    own: Sheet,
    *,
    journey: Journey,
    changes: Mapping[str, Answer | None],
    save: Save,
) -> None:
    """Carry what was said in a call to the seat's own sheet, where it counts; not once that was sent."""
    if own.submitted_on is not None:
        return
    said = {**own.answers, **changes}
    answers = {item: answer for item, answer in said.items() if answer is not None}
    before = Journey(journey.questionnaire, own.answers, journey.facts)
    again = to_confirm_again(before, before.with_answers(answers))
    answers |= {item: answer for item, answer in again.items() if item not in changes}
    _rewrite(session, seat, own, answers, save)


def _rewrite(session: Session, seat: Seat, own: Sheet, answers: dict[str, Answer], save: Save) -> Sheet:
    """Let a sheet hold these answers, where it does not yet."""
    touched = {item: answers.get(item) for item in own.answers.keys() | answers.keys()}
    changes = {item: answer for item, answer in touched.items() if answer != own.answers.get(item)}
    # A call counts also where it took what was there already: nobody is to learn that a guess was right.
    if not changes and _taken(seat, own, save) == taken_of(own):
        return own
    return _write(session, seat, own, answers, changes, save)


def _taken(seat: Seat, sheet: Sheet, save: Save) -> Taken | None:
    """The latest call that took answers of this seat, once this is saved."""
    if save.mode == BY_TELEPHONE:
        return Taken(seat.generation, london_date(save.now), save.caller_id)
    return taken_of(sheet)


def _check_fresh(sheet: Sheet, sent: Sequence[Sent], changes: Mapping[str, Answer | None]) -> None:
    stale = [
        each.question.id
        for each in sent
        if each.question.item in changes and digest(sheet.answers.get(each.question.item)) != each.seen
    ]
    if stale:
        raise StaleAnswerError(stale)


def _write(
    session: Session,
    seat: Seat,
    sheet: Sheet,
    answers: dict[str, Answer],
    changes: Mapping[str, Answer | None],
    save: Save,
) -> Sheet:
    if sheet.response_id is None:
        sheet = _begin(session, seat, sheet, save)
    open_items = questionnaire_for(session, seat).open_items
    confidential, in_open = parted(answers, open_items)
    changed = {item: answer for item, answer in changes.items() if item not in open_items}
    written = write(session, sheet, confidential, changed, save, taken=_taken(seat, sheet, save))
    if open_items:
        open_sections.keep(session, place_of(seat, sheet), in_open)
    return replace(written, answers=answers)


def write(
    session: Session,
    sheet: Sheet,
    answers: Mapping[str, Answer],
    changes: Mapping[str, Answer | None],
    save: Save,
    *,
    taken: Taken | None = None,
) -> Sheet:
    """Let a response that was begun hold these answers, and its history say what changed.

    Raises:
        RacedError: another save, or the sending, came between reading the sheet and now.
    """
    assert sheet.response_id is not None
    assert sheet.moments is not None
    revision, moments = fresh_revision(), replace(sheet.moments, saved=save.step, taken=taken)
    written = session.execute(
        _SAVE,
        {
            "id_": sheet.response_id,
            "read": sheet.revision,
            "revision": revision,
            "document": sealed_document(sheet.key, sheet.response_id, answers),
            "moments": seal_moments(sheet.moments_key, moments, sheet.response_id),
        },
    )
    if written.rowcount != 1:  # type: ignore[attr-defined]
        raise RacedError("Somebody else saved an answer at this moment. Nothing was lost: try again.")
    changed = {
        item: None if answer is None else stored_answers.to_stored({item: answer})
        for item, answer in changes.items()
    }
    histories.add(session, sheet, step=save.step, changed=changed)
    return replace(sheet, revision=revision, answers=answers, moments=moments, saved_at=save.now)


def fresh_revision() -> int:
    """Another number at each save, above 0: a save compares it, and nobody counts saves by it."""
    return 1 + secrets.randbelow(2**31 - 1)


def _begin(session: Session, seat: Seat, sheet: Sheet, save: Save) -> Sheet:
    identity, moments = _response_id(seat), Moments(save.step, save.step)
    response = Response(
        id=identity,
        round_id=seat.round_id,
        seat_pseudonym=seat.seat_pseudonym,
        seat_label=seat.kind,
        instrument_version_id=seat.version_id,
        revision=0,
        moments=seal_moments(sheet.moments_key, moments, identity),
        document=sealed_document(sheet.key, identity, {}),
    )
    try:
        with session.begin_nested():
            session.add(response)
    except TakenError as taken:
        raise RacedError(str(taken)) from None
    return replace(sheet, response_id=identity, moments=moments)


def _response_id(seat: Seat) -> str:
    # Derived from the pseudonym, so that two first saves at once meet in one row.
    return hashlib.sha256(f"response|{seat.seat_pseudonym}".encode()).hexdigest()[:36]


def sealed_document(key: bytes, response_id: str, answers: Mapping[str, Answer]) -> bytes:
    """Answers as they are stored under a key."""
    document = json.dumps(stored_answers.to_stored(answers), separators=(",", ":"))
    return seal(key, padded(document.encode(), DOCUMENT_BLOCK), f"response {response_id}")


def submit(session: Session, seat: Seat, sheet: Sheet, *, questionnaire: Questionnaire, save: Save) -> Sheet:
    """Send the answers; sending them again changes nothing.

    Raises:
        UnfinishedError: a question on the route has no answer, or one that a check does not
            take beside the others.
        NotInTimeError: the round does not take answers.
        RacedError: an answer was saved, or all were sent, between reading the sheet and now.
    """
    if sheet.submitted_on is not None:
        return sheet
    check_open(seat)
    settle = Journey(questionnaire, sheet.answers, seat.facts).open
    if settle or not (sheet.answers if sheet.call else sheet.response_id):
        raise UnfinishedError((settle[0].question if settle else questionnaire.questions[0]).id)
    if sheet.call:
        return _submit_call(session, seat, sheet, questionnaire=questionnaire, save=save)
    return mark_sent(session, sheet, save)


def _submit_call(
    session: Session, seat: Seat, sheet: Sheet, *, questionnaire: Questionnaire, save: Save
) -> Sheet:
    """Send what was said in a call, and what was given before where it fits; it is sent once, as ever."""
    own = own_sheet(session, seat, sheet)
    if own.submitted_on is None:
        said = calls.fitting(questionnaire, seat.facts, said=sheet.answers, before=own.answers)
        mark_sent(session, _rewrite(session, seat, own, said, save), save)
    calls.end(session, seat, sheet)
    return replace(sheet, submitted_on=london_date(save.now))


def mark_sent(session: Session, sheet: Sheet, save: Save) -> Sheet:
    """Mark a response as sent, whose answers stand as the sheet has them.

    Raises:
        RacedError: an answer was saved, or all were sent, since the sheet was read.
    """
    assert sheet.response_id is not None
    assert sheet.moments is not None
    moments = replace(sheet.moments, sent=save.step)
    sealed = seal_moments(sheet.moments_key, moments, sheet.response_id)
    sent = session.execute(_SUBMIT, {"id_": sheet.response_id, "read": sheet.revision, "moments": sealed})
    if sent.rowcount != 1:  # type: ignore[attr-defined]
        raise RacedError("Somebody else saved or sent these answers at this moment. Look again.")
    return replace(sheet, submitted_on=london_date(save.now), moments=moments)
