"""Filling in: what an edition holds so far, and how a page of it is saved, with the checks of respondents."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from instruments.answering.answers import Answer
from instruments.conduct import Mode, SeatKind
from instruments.schema import Questionnaire
from sampling.vocabulary import NOT_KNOWN
from survey_app.crypto import Keyring
from survey_app.errors import ConflictError, StageError
from survey_app.models.base import fresh_uuid
from survey_app.models.questionnaires import InstrumentVersion
from survey_app.models.records.forms import FormEdition
from survey_app.models.responses import Response, ResponseKind, ResponseSignature
from survey_app.services.audit import AuditContext, record
from survey_app.services.forms.listed import FILLABLE, EditionLine, FormLine, form_key
from survey_app.services.programmes.registry import agreements_of
from survey_app.services.questionnaires.texts import sha256_of
from survey_app.services.responses.checking import Sent
from survey_app.services.responses.histories import History, history_of
from survey_app.services.responses.journey import Journey
from survey_app.services.responses.moments import Moments, Step, open_moments, seal_moments
from survey_app.services.responses.pinned import about_one
from survey_app.services.responses.saving import Save, Saved, sealed_document, taking, write
from survey_app.services.responses.seats import Sheet, opened

MODE = Mode.DOCUMENTS.value


class NotFillableError(StageError):
    """This edition takes no answers: it was submitted, reviewed or set aside."""

    title = "This form cannot be changed now"

    def __init__(self) -> None:
        super().__init__(
            "It was submitted, reviewed or set aside since you opened the page. What you entered just now is "
            "not saved. Look at the form: where it is sent back or corrected, you can go on."
        )


@dataclass(frozen=True)
class Author:
    """A member of staff who fills in or reviews."""

    id: int
    name: str


def facts_of(session: Session, form: FormLine) -> dict[str, str]:
    """What routing and wording may know of a form's subject."""
    subject = form.subject
    named = subject.called or next((name for _, name in agreements_of(session, form.programme_id)), "")
    return {
        "agreement": named or "agreement",
        "organisation": subject.name,
        "sector": subject.sector.value if subject.sector else "",
        "region": NOT_KNOWN,
        "body_type": "",
        "income_band": "",
    }


def questionnaire_of(session: Session, edition: EditionLine, facts: Mapping[str, str]) -> Questionnaire:
    """The version that an edition was begun with, checked against its hash.

    Raises:
        ConflictError: the text is another by now, which no screen can bring about.
    """
    row = session.get_one(FormEdition, edition.id)
    document = session.get_one(InstrumentVersion, edition.version_id).document
    if sha256_of(document) != row.sha256:
        raise ConflictError("The questionnaire is not the one that this form was begun with.")
    return about_one(document, facts["agreement"])


def begin(
    session: Session, keys: Keyring, *, form_id: int, edition: FormEdition, author: Author, save: Save
) -> Sheet:
    """An empty response for an edition that was just made."""
    key, identity = form_key(session, keys, form_id), fresh_uuid()
    moments = Moments(_step(save, author), _step(save, author))
    session.add(
        Response(
            id=identity,
            kind=ResponseKind.OPEN,
            edition_id=edition.id,
            seat_label=SeatKind.PERSON_IN_CHARGE,
            instrument_version_id=edition.instrument_version_id,
            revision=0,
            moments=seal_moments(keys.moments_key(key), moments, identity),
            document=sealed_document(key, identity, {}),
        )
    )
    session.flush()
    return Sheet(identity, 0, {}, None, key, keys.moments_key(key), moments)


def sheet_of(session: Session, keys: Keyring, *, form: FormLine, edition: EditionLine) -> Sheet:
    """What an edition holds.

    Raises:
        DestroyedError: the form's key was destroyed.
    """
    row = session.scalars(select(Response).where(Response.edition_id == edition.id)).one()
    session.refresh(row)
    key = form_key(session, keys, form.id)
    moments = open_moments(keys.moments_key(key), row.moments, row.id)
    saved_at = moments.saved.at if row.revision else None
    return Sheet(row.id, row.revision, opened(row, key), None, key, keys.moments_key(key), moments, saved_at)


def history(session: Session, sheet: Sheet) -> History:
    """Every save of an edition: when, by whom, and what changed."""
    return history_of(session, sheet)


def save_page(
    session: Session,
    sheet: Sheet,
    *,
    form: FormLine,
    journey: Journey,
    sent: Sequence[Sent],
    author: Author,
    context: AuditContext,
    confirm_later: bool = False,
) -> Saved:
    """Take one page of a form, all of it or nothing; whoever saves an answer signs the edition.

    Raises:
        UnsoundError: something sent is not an answer, is refused by a hard check, or is not confirmed.
        StaleAnswerError: an answer was changed by somebody else since the page was shown.
        RacedError: another save came between reading the sheet and writing it.
        NotFillableError: the edition was submitted, reviewed or set aside.
    """
    check_fillable(session, form.edition)
    page = taking(journey, sheet, sent, confirm_later=confirm_later)
    if page is None:
        return Saved(sheet, journey)
    saved = save_answers(session, sheet, page.journey.answers, page.changes, author=author, context=context)
    pages = sorted(each.question.id for each in sent)
    record(session, context, "form filled in", "form", form.id, edition=form.edition.number, page=pages[0])
    return Saved(saved, page.journey)


def check_fillable(session: Session, edition: EditionLine) -> None:
    """Let pass while an edition takes answers.

    Raises:
        NotFillableError: it does not.
    """
    state = session.scalar(select(FormEdition.state).where(FormEdition.id == edition.id))
    if state not in FILLABLE:
        raise NotFillableError


def save_answers(
    session: Session,
    sheet: Sheet,
    answers: Mapping[str, Answer],
    changes: Mapping[str, Answer | None],
    *,
    author: Author,
    context: AuditContext,
) -> Sheet:
    """Let an edition hold these answers, signed by whoever saves them."""
    save = Save(now=context.now, mode=MODE, by=author.name)
    saved = write(session, sheet, answers, changes, save)
    sign(session, sheet, author, context)
    return saved


def sign(session: Session, sheet: Sheet, author: Author, context: AuditContext) -> None:
    """Keep whose answers an edition's are; signing again changes nothing."""
    if session.get(ResponseSignature, (sheet.response_id, author.id)) is None:
        assert sheet.response_id is not None
        session.add(
            ResponseSignature(
                response_id=sheet.response_id,
                person_id=author.id,
                name=author.name,
                signed_at=context.now,
            )
        )
        session.flush()


def _step(save: Save, author: Author) -> Step:
    return Step(save.now, save.mode, author.name)
