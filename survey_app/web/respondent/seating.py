"""Who sits at this browser: the case that a code opened, kept in the signed session and read anew each time.

The session holds ids alone: no answer, no name. A code that was replaced ends the sitting, and so does an
interviewer's loss of the permission to enter answers.
"""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property, wraps
from typing import Any

from flask import abort, flash, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from instruments.answering.routing import MODE
from instruments.schema import Questionnaire
from survey_app.clock import london_date
from survey_app.errors import ConflictError, NotFoundError, StageError
from survey_app.services.people import sessions
from survey_app.services.people.permissions import Permission
from survey_app.services.responses.after_calls import AnsweredByCallError, check_newer
from survey_app.services.responses.calls import sheet_of_call
from survey_app.services.responses.drafts import Unfinished, unfinished
from survey_app.services.responses.journey import Journey
from survey_app.services.responses.moments import Moments, Step
from survey_app.services.responses.saving import Save
from survey_app.services.responses.seats import Seat, Sheet, check_open, questionnaire_for, seat_of, sheet_of
from survey_app.web.site import View, current_person, reading, site, writing

KEY = "seat"
WEB = ("web", "respondent")
TELEPHONE = ("telephone", "interviewer")
PAGE_OF_ANSWERS = "respondent.answer"
# Bytes. The longest answer is a few thousand letters; lists of 50 MB are for other people's pages.
MAX_PAGE_SIZE = 500_000


class SeatLostError(ConflictError):
    """Nobody sits here any more: the sitting ended, or the code was replaced."""

    title = "Enter your code again to go on"

    def __init__(self) -> None:
        super().__init__(
            "Since you opened the page, this browser has forgotten the code: it was not used for some hours, "
            "somebody pressed “Come back later” or sent the answers, or a new code was sent. "
            "What you saved before is kept. What you sent just now is not saved yet."
        )


class AnotherSeatError(ConflictError):
    """The page belongs to another questionnaire than the one that is open in this browser."""

    title = "Another questionnaire is open in this browser"

    def __init__(self, organisation: str) -> None:
        super().__init__(
            "The page you sent belongs to another access code than the one entered last. The questionnaire "
            f"open now is that of {organisation}. To keep the two apart, nothing was saved.\n"
            "Enter the code of the other questionnaire to go on with that one."
        )


class SentMeanwhileError(StageError):
    """The answers were sent since the page was opened."""

    title = "The answers were sent already"

    def __init__(self) -> None:
        super().__init__(
            "Since you opened the page, they were sent in another window or by a colleague. They were sent "
            "as they stood, and what you entered here is not among them.\n"
            "If something has to be corrected, reply to one of our letters and quote the reference."
        )


@dataclass(frozen=True)
class Sitting:
    """What a page needs of whoever answers: seat, what is answered so far, the questionnaire.

    The sheet of an interviewer is that of their call, and nothing that was saved before or elsewhere.
    """

    seat: Seat
    sheet: Sheet
    questionnaire: Questionnaire
    mode: str
    by: str
    # On the web: what was typed and is no answer yet, and where to go on.
    unfinished: Unfinished = field(default_factory=Unfinished)
    # Came in with a code on paper, which opens together with a word alone.
    on_paper: bool = False

    @cached_property
    def journey(self) -> Journey:
        """Where the answers so far lead."""
        return Journey(self.questionnaire, self.sheet.answers, self.seat.facts)

    @property
    def by_telephone(self) -> bool:
        return self.mode == TELEPHONE[0]

    @property
    def page_ref(self) -> str:
        """What binds a page to this seat."""
        return page_ref(self.seat)

    @property
    def version_id(self) -> int:
        return self.seat.version_id

    @property
    def room(self) -> str:
        return "respondent"

    @property
    def reads_guidance(self) -> bool:
        """An interviewer reads what a respondent is not to."""
        return self.by_telephone

    def address(self, question_id: str, *, change: bool = False) -> str:
        """The page that asks one question."""
        return url_for("respondent.question", question_id=question_id, change=1 if change else None)

    def check_address(self) -> str:
        """The page that lists every answer."""
        return url_for("respondent.check")

    def start_address(self) -> str:
        """The page in front of the first question."""
        return url_for("respondent.welcome")

    def save(self) -> Save:
        """How what is sent now is to be written down."""
        caller = current_person() if self.by_telephone else None
        caller_id = caller.id if caller else None
        return Save(now=site().clock.now(), mode=self.mode, by=self.by, caller_id=caller_id)


def page_ref(seat: Seat) -> str:
    """Binds a page to the seat it was made for, so that two open questionnaires cannot mix."""
    return site().keys.code_hash(f"page {seat.uuid}")[:12]


def sit_down(
    writer: Session, seat: Seat, *, mode: str, by: str, sent: bool = False, on_paper: bool = False
) -> None:
    """Seat whoever uses this browser, in place of anybody who sat here before.

    Once the answers were sent, only whoever sends them or comes in with the code after that is shown the
    receipt: `sent`. The row of the sitting, written here, names nobody.
    """
    _end(writer)
    now = site().clock.now()
    lasts = sessions.RECEIPT_LASTS if sent else sessions.SITTING_LASTS
    held = {
        "until": int((now + lasts).timestamp()),
        "seat_id": seat.id,
        "generation": seat.generation,
        "mode": mode,
        "by": by,
        "sent": sent,
        "on_paper": on_paper,
    }
    session[KEY] = {**held, "token": sessions.sit(writer, site().keys, place=_place(held), now=now)}


def _place(held: dict[str, Any]) -> str:
    """All that a cookie says of a sitting, in one text that its row is bound to."""
    return json.dumps({key: value for key, value in sorted(held.items()) if key != "token"})


def _end(writer: Session) -> None:
    held = session.get(KEY)
    if isinstance(held, dict) and "token" in held:
        sessions.stand(writer, site().keys, token=held["token"], place=_place(held))


def sits_until() -> datetime:
    """The moment at which this sitting ends, used or not."""
    return datetime.fromtimestamp(session[KEY]["until"], UTC)


def stand_up() -> None:
    """End who sat here, on the server too; somebody signed in stays so."""
    if KEY in session:
        with writing() as writer:
            _end(writer)
        session.pop(KEY)


def sitting() -> Sitting:
    """Who sits here; only for views that are marked `respondent`."""
    here: Sitting = g.sitting
    return here


def load(reader: Session) -> Sitting | None:
    """Who sits here, read in one transaction; None when nobody does, or no longer may.

    Raises:
        AnsweredByCallError: they came in with a code that is older than a call which took answers.
    """
    held = session.get(KEY)
    if not isinstance(held, dict) or not _stands(reader, held) or not _may_sit(held):
        return None
    try:
        seat = seat_of(reader, site().keys, seat_id=held["seat_id"])
    except NotFoundError:
        return None
    if seat.generation != held["generation"]:
        return None
    # The route leaves out what is not asked in this mode.
    seat = replace(seat, facts={**seat.facts, MODE: held["mode"]})
    sheet = sheet_of(reader, site().keys, seat=seat)
    if held["mode"] == TELEPHONE[0]:
        sheet = _of_call(reader, seat, sheet, held)
    else:
        check_newer(seat, sheet)
    if sheet.submitted_on is not None and not held["sent"]:
        return None
    kept = unfinished(reader, seat, key=sheet.key) if held["mode"] == WEB[0] else Unfinished()
    return Sitting(
        seat,
        sheet,
        questionnaire_for(reader, seat),
        held["mode"],
        held["by"],
        kept,
        held.get("on_paper", False),
    )


def _of_call(reader: Session, seat: Seat, own: Sheet, held: dict[str, Any]) -> Sheet:
    """The sheet of the call that this sitting is; after it sent it is empty, and says when that was."""
    sheet = sheet_of_call(reader, seat, own, call=held["token"])
    if not held["sent"]:
        return sheet
    sent = Step(sits_until() - sessions.RECEIPT_LASTS, *TELEPHONE)
    return replace(sheet, submitted_on=london_date(sent.at), moments=Moments(sent, sent, sent))


def sheet_now(reader: Session, here: Sitting) -> Sheet:
    """The sheet that is filled in here, as it is by now.

    Raises:
        AnsweredByCallError: a call took answers at this moment.
    """
    own = sheet_of(reader, site().keys, seat=here.seat)
    if here.by_telephone:
        return sheet_of_call(reader, here.seat, own, call=here.sheet.call)
    check_newer(here.seat, own)
    return own


def _stands(reader: Session, held: dict[str, Any]) -> bool:
    """Whether a sitting was neither ended nor has lasted too long."""
    if "token" not in held or held["until"] <= site().clock.now().timestamp():
        return False
    return sessions.still_sits(reader, site().keys, token=held["token"], place=_place(held))


def _may_sit(held: dict[str, Any]) -> bool:
    if held["mode"] != TELEPHONE[0]:
        return True
    someone = current_person()
    return someone is not None and bool(someone.strands_of(Permission.ENTER_ANSWERS))


def respondent(view: View) -> View:
    """Only whoever has been seated by an access code, or by an interviewer, may open this page."""

    @wraps(view)
    def seated(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        if (request.content_length or 0) > MAX_PAGE_SIZE:
            abort(413)
        here = _read()
        if here is None:
            return _out_of_seat()
        g.sitting = here
        session.modified = True  # each page renews the time after which an unused sitting ends
        return view(*args, **kwargs)

    seated.rule = "respondent"  # type: ignore[attr-defined]
    return seated


def _read() -> Sitting | None:
    try:
        with reading() as reader:
            return load(reader)
    except AnsweredByCallError:
        stand_up()
        raise


def _out_of_seat() -> ResponseReturnValue:
    """Ask for the code again.

    Raises:
        SeatLostError: something was sent, and its words have to be shown.
    """
    left = KEY in session
    stand_up()
    if request.endpoint == PAGE_OF_ANSWERS and request.method == "POST":
        raise SeatLostError
    if left:
        flash("Enter your code again to go on. What you saved or sent is kept.", "info")
    return redirect(url_for("respondent.start"))


def unsent(view: View) -> View:
    """While answers can be given; once they were sent there is nothing to see but the receipt.

    Raises:
        NotInTimeError: the round does not take answers.
        SentMeanwhileError: a page of answers came after they were sent.
    """

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        if sitting().sheet.submitted_on is not None:
            if request.endpoint == PAGE_OF_ANSWERS:
                raise SentMeanwhileError
            return redirect(url_for("respondent.receipt"))
        check_open(sitting().seat)
        return view(*args, **kwargs)

    return guarded
