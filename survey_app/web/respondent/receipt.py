"""After sending: what arrived and when, and a copy to print or to keep as a PDF."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import BoundedSemaphore

from flask import Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from scheduler.stages import Stage
from survey_app.clock import end_of, in_words, london_date, spoken_time
from survey_app.errors import BusyError
from survey_app.reports.receipt import Receipt, ReceiptLine, ReceiptSection, receipt_pdf
from survey_app.services.installation import is_synthetic
from survey_app.services.responses import seats
from survey_app.web.answering.listing import Line, Listed, listed
from survey_app.web.respondent.arrival import NothingTyped, openings
from survey_app.web.respondent.blueprint import bp
from survey_app.web.respondent.seating import Sitting, respondent, sits_until, sitting
from survey_app.web.respondent.telephone import case_url
from survey_app.web.site import reading, site

# Of one process. To set a PDF takes a second of a processor, which those who are still answering need too.
MAX_AT_ONCE = 2
MAX_WAIT_SECONDS = 2.0
_PRESS = BoundedSemaphore(MAX_AT_ONCE)


@bp.get("/receipt")
@respondent
def receipt() -> ResponseReturnValue:
    """Say that the answers arrived and when, what they were, and what happens next."""
    here = sitting()
    if here.sheet.submitted_on is None:
        return redirect(url_for("respondent.welcome"))
    return render_template(
        "respondent/receipt.html",
        here=here,
        reference=seats.receipt(site().keys, here.seat),
        sent=_sent(here),
        shown_until=_shown_until(here),
        case_url=case_url(here.seat.case_id) if here.by_telephone else "",
        sections=_copy(here),
        form=NothingTyped(),
        openings=openings(here),
    )


@bp.get("/receipt.pdf")
@respondent
def receipt_file() -> ResponseReturnValue:
    """The receipt as a PDF for whoever has the code while the round is open; it is made now and kept nowhere.

    Raises:
        BusyError: so many are being made that this one had to wait too long.
    """
    here = sitting()
    sections = _copy(here) if here.sheet.submitted_on is not None else []
    if not sections:
        return redirect(url_for("respondent.receipt"))
    with reading() as session:
        synthetic = is_synthetic(session)
    with press():
        pdf = receipt_pdf(_receipt(here, sections, synthetic=synthetic))
    response = Response(pdf, mimetype="application/pdf")
    response.headers["Content-Disposition"] = 'attachment; filename="what-you-sent.pdf"'
    return response


@contextmanager
def press() -> Iterator[None]:
    """Wait for one of the places at which PDFs are set.

    Raises:
        BusyError: all are taken for too long.
    """
    if not _PRESS.acquire(timeout=MAX_WAIT_SECONDS):
        raise BusyError(
            "Many copies are being made at this moment. Nothing is wrong with your answers: they were sent.\n"
            "Wait a minute, go back, and ask for the PDF again. You can also print the page."
        )
    try:
        yield
    finally:
        _PRESS.release()


def _copy(here: Sitting) -> list[Listed]:
    """What was sent, for whoever has the code while the round is open; interviewers only take answers."""
    stands = here.seat.stage is Stage.OPEN and not here.seat.ended
    return listed(here.journey) if stands and not here.by_telephone else []


def _sent(here: Sitting) -> str:
    """When the answers were sent, which is read under the seal: `4 March 2027 at 2:32pm`."""
    assert here.sheet.moments is not None
    assert here.sheet.moments.sent is not None
    return _said(here.sheet.moments.sent.at)


def _shown_until(here: Sitting) -> str:
    """Until when this browser shows the copy: an hour, or until the round closes."""
    return _said(min(sits_until(), end_of(here.seat.closes_on)))


def _said(moment: datetime) -> str:
    return f"{in_words(london_date(moment))} at {spoken_time(moment)}"


def _receipt(here: Sitting, sections: list[Listed], *, synthetic: bool) -> Receipt:
    return Receipt(
        product=site().settings.product,
        organisation=here.seat.organisation,
        round_title=here.seat.round_title,
        reference=seats.receipt(site().keys, here.seat),
        sent=_sent(here),
        synthetic=synthetic,
        sections=[_section(section) for section in sections],
    )


def _section(section: Listed) -> ReceiptSection:
    answered = [
        ReceiptLine(question=line.question.text, caption=line.caption, answers=_answers(line))
        for line in section.lines
    ]
    worked_out = [
        ReceiptLine(question=value.short, caption="Worked out from the answers", answers=[value.value])
        for value in section.worked_out
    ]
    caption = f": {section.caption}" if section.caption else ""
    is_open = " (open section)" if section.is_open else ""
    return ReceiptSection(title=f"{section.title}{caption}{is_open}", lines=[*answered, *worked_out])


def _answers(line: Line) -> list[str]:
    said = [f"{each.about}: {each.text}" if each.about else each.text for each in line.said]
    reason = [f"Confirmed: {line.reason}"] if line.reason else []
    return (said or ["Left empty"]) + reason
