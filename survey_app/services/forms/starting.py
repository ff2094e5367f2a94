"""Beginning a form: of which instrument, about what, as at which day; and a correction of a reviewed one."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from instruments.conduct import OPENLY_FILLED_IN, Role
from instruments.states import VersionState
from survey_app.clock import london_date
from survey_app.crypto import Keyring
from survey_app.errors import InvalidError, NotFoundError, StageError
from survey_app.models.base import fresh_uuid
from survey_app.models.cases.casework import SubjectKind
from survey_app.models.questionnaires import InstrumentVersion
from survey_app.models.records.forms import FormEdition, FormState, StaffForm
from survey_app.services import material
from survey_app.services.audit import AuditContext, record
from survey_app.services.forms.deciding import checked_reason, step
from survey_app.services.forms.filling import Author, begin, save_answers, sheet_of
from survey_app.services.forms.listed import UNFINISHED, FormLine
from survey_app.services.forms.subjects import FormSubject, ended
from survey_app.services.questionnaires.versions import VersionLine, versions
from survey_app.services.responses.saving import Save
from survey_app.services.responses.seats import Sheet

FIRST_YEAR = 1990
MAX_LABEL = 120


@dataclass(frozen=True, kw_only=True)
class NewForm:
    """A form that is to be begun."""

    version_id: int
    subject: FormSubject
    day: date
    label: str = ""


def instruments_for_forms(session: Session) -> list[VersionLine]:
    """The newest published version of each instrument that staff fill in for all to read, by name.

    What people said in confidence, in interviews and groups, is no form: all who see forms would read it.
    """
    newest: dict[str, VersionLine] = {}
    for line in versions(session):
        if line.role in OPENLY_FILLED_IN and line.state is VersionState.PUBLISHED:
            newest.setdefault(line.name, line)
    return list(newest.values())


def begin_form(
    session: Session, keys: Keyring, *, new: NewForm, author: Author, context: AuditContext
) -> int:
    """Begin a form, as a draft under a key of its own; its id. Audited.

    Raises:
        InvalidError: with all that is wrong: the day, the label, a subject that is no more on that day.
        NotFoundError: no such instrument to fill in, or none that is published.
        TakenError: this subject has this form for this year already.
    """
    line = next((one for one in instruments_for_forms(session) if one.id == new.version_id), None)
    if line is None:
        raise NotFoundError("form to fill in", new.version_id)
    if faults := _faults(session, new, context):
        raise InvalidError("This form cannot be begun yet.", tuple(faults))
    version = session.get_one(InstrumentVersion, line.id)
    form = _form(new, version.instrument_id, line.role, context)
    session.add(form)
    session.flush()
    material.make_key(session, keys, subject_kind=material.FORM, subject_id=form.id)
    edition, _ = _edition(session, keys, form.id, 1, version, author, context)
    step(session, edition_id=edition.id, after=FormState.DRAFT, author=author, now=context.now)
    record(session, context, "form begun", "form", form.id, instrument=line.name, of=new.subject.ref)
    return form.id


def _faults(session: Session, new: NewForm, context: AuditContext) -> list[str]:
    today = london_date(context.now)
    if not date(FIRST_YEAR, 1, 1) <= new.day <= today:
        return [f"Enter a day from {FIRST_YEAR} to today: a form says how things stood."]
    faults = []
    if over := ended(session, new.subject, day=new.day, known_by=context.now):
        faults.append(over)
    if len(new.label.strip()) > MAX_LABEL:
        faults.append(f"Enter at most {MAX_LABEL} characters to tell this form from others.")
    return faults


def _form(new: NewForm, instrument_id: int, role: Role, context: AuditContext) -> StaffForm:
    subject = new.subject
    ids = {kind: subject.id if subject.kind is kind else None for kind in SubjectKind}
    return StaffForm(
        programme_id=context.programme_id,
        instrument_id=instrument_id,
        subject_kind=subject.kind,
        organisation_id=ids[SubjectKind.ORGANISATION],
        agreement_id=ids[SubjectKind.AGREEMENT],
        area_id=ids[SubjectKind.AREA],
        round_id=ids[SubjectKind.ROUND],
        subject_ref=subject.ref,
        day=new.day,
        occasion=str(new.day.year) if role is Role.DESK_RESEARCH else fresh_uuid(),
        label=new.label.strip(),
        created_at=context.now,
        created_by=context.actor,
    )


def _edition(
    session: Session,
    keys: Keyring,
    form_id: int,
    number: int,
    version: InstrumentVersion,
    author: Author,
    context: AuditContext,
) -> tuple[FormEdition, Sheet]:
    edition = FormEdition(
        form_id=form_id,
        number=number,
        instrument_version_id=version.id,
        sha256=version.sha256,
        state=FormState.DRAFT,
    )
    session.add(edition)
    session.flush()
    save = Save(now=context.now)
    return edition, begin(session, keys, form_id=form_id, edition=edition, author=author, save=save)


def correct(
    session: Session, keys: Keyring, *, form: FormLine, reason: str, author: Author, context: AuditContext
) -> None:
    """Begin the next edition of a reviewed form with what it says; the earlier is kept. Audited.

    Raises:
        InvalidError: no reason.
        StageError: it was not reviewed, or its correction is under way.
    """
    if form.reviewed is None or form.state in UNFINISHED:
        raise StageError("Only a form that was reviewed is corrected, and once at a time.")
    why = checked_reason(reason, "Say what has to be corrected")
    version = session.get_one(InstrumentVersion, form.reviewed.version_id)
    before = sheet_of(session, keys, form=form, edition=form.reviewed)
    number = form.edition.number + 1
    edition, sheet = _edition(session, keys, form.id, number, version, author, context)
    save_answers(session, sheet, before.answers, before.answers, author=author, context=context)
    step(
        session,
        edition_id=edition.id,
        after=FormState.DRAFT,
        author=author,
        now=context.now,
        key=sheet.key,
        reason=why,
    )
    record(session, context, "form to be corrected", "form", form.id, edition=number)
