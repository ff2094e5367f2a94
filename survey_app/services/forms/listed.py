"""Forms as lists and pages show them: subject, editions, who did what, and the key that seals them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from instruments.answering.piping import in_general
from instruments.conduct import Role
from instruments.states import VersionState
from survey_app.crypto import Keyring, unseal
from survey_app.errors import NotFoundError
from survey_app.models.cases.casework import SubjectKind
from survey_app.models.questionnaires import Instrument, InstrumentVersion
from survey_app.models.records import forms as tables
from survey_app.models.records.forms import FormEdition, FormStep, StaffForm
from survey_app.models.responses import Response, ResponseSignature
from survey_app.services import material
from survey_app.services.forms.subjects import FormSubject, Key, subjects_of

# Screens name it too, and know no table.
FormState = tables.FormState
UNFINISHED = (FormState.DRAFT, FormState.SUBMITTED, FormState.SENT_BACK)
FILLABLE = (FormState.DRAFT, FormState.SENT_BACK)


@dataclass(frozen=True, kw_only=True)
class EditionLine:
    """One edition of a form, and the instrument's version that it was begun with."""

    id: int
    number: int
    state: FormState
    version_id: int
    version: int
    title: str
    version_state: VersionState
    submitted_by_id: int | None
    reviewed_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class FormLine:
    """A form as a list shows it; `editions` are in order, and the last is the one at hand."""

    id: int
    programme_id: int
    instrument: str
    role: Role
    subject: FormSubject
    day: date
    label: str
    created_at: datetime
    created_by: str
    editions: tuple[EditionLine, ...]

    @property
    def edition(self) -> EditionLine:
        """The newest edition."""
        return self.editions[-1]

    @property
    def state(self) -> FormState:
        return self.edition.state

    @property
    def title(self) -> str:
        """What kind of form it is, in words."""
        return self.edition.title

    @property
    def reviewed(self) -> EditionLine | None:
        """The newest edition that was reviewed, which is what the form says until another is."""
        return next((one for one in self.editions[::-1] if one.state is FormState.REVIEWED), None)


@dataclass(frozen=True, kw_only=True)
class StepLine:
    """One step of an edition: who took it, when, and the reason that was given."""

    at: datetime
    name: str
    after: FormState
    reason: str


def form_of(session: Session, *, form_id: int, programme_id: int) -> FormLine:
    """One form of a programme.

    Raises:
        NotFoundError: the programme has none of this id.
    """
    lines = forms_of(session, programme_id=programme_id, form_id=form_id)
    if not lines:
        raise NotFoundError("form", form_id)
    return lines[0]


def forms_of(
    session: Session,
    *,
    programme_id: int,
    form_id: int | None = None,
    instrument: str = "",
    state: FormState | None = None,
    subject: Key | None = None,
) -> list[FormLine]:
    """The forms of a programme, the newest day first, all or those of an instrument, state or subject."""
    query = select(StaffForm, Instrument).join(Instrument, Instrument.id == StaffForm.instrument_id)
    query = query.where(StaffForm.programme_id == programme_id)
    if form_id is not None:
        query = query.where(StaffForm.id == form_id)
    if instrument:
        query = query.where(Instrument.name == instrument)
    if subject is not None:
        query = query.where(StaffForm.subject_ref == f"{subject[0]}:{subject[1]}")
    rows = session.execute(query.order_by(StaffForm.day.desc(), StaffForm.id.desc())).all()
    lines = _lines(session, [(form, of) for form, of in rows])
    return [line for line in lines if state is None or line.state is state]


def _lines(session: Session, rows: Sequence[tuple[StaffForm, Instrument]]) -> Iterator[FormLine]:
    editions = _editions(session, [form.id for form, _ in rows])
    subjects = subjects_of(session, (key_of(form) for form, _ in rows))
    for form, instrument in rows:
        yield FormLine(
            id=form.id,
            programme_id=form.programme_id,
            instrument=instrument.name,
            role=instrument.role,
            subject=subjects[key_of(form)],
            day=form.day,
            label=form.label,
            created_at=form.created_at,
            created_by=form.created_by,
            editions=tuple(editions[form.id]),
        )


def key_of(form: StaffForm) -> Key:
    """What a form is about."""
    ids = {
        SubjectKind.AGREEMENT: form.agreement_id,
        SubjectKind.AREA: form.area_id,
        SubjectKind.ORGANISATION: form.organisation_id,
        SubjectKind.ROUND: form.round_id,
    }
    kind = SubjectKind(form.subject_kind)
    return kind, ids[kind] or 0


def _editions(session: Session, form_ids: Sequence[int]) -> dict[int, list[EditionLine]]:
    lines: dict[int, list[EditionLine]] = {one: [] for one in form_ids}
    query = (
        select(FormEdition, InstrumentVersion)
        .join(InstrumentVersion, InstrumentVersion.id == FormEdition.instrument_version_id)
        .where(FormEdition.form_id.in_(form_ids))
        .order_by(FormEdition.form_id, FormEdition.number)
    )
    for edition, version in session.execute(query):
        line = EditionLine(
            id=edition.id,
            number=edition.number,
            state=edition.state,
            version_id=version.id,
            version=version.version,
            title=in_general(version.title),
            version_state=version.state,
            submitted_by_id=edition.submitted_by_id,
            reviewed_at=edition.reviewed_at,
        )
        lines[edition.form_id].append(line)
    return lines


def form_key(session: Session, keys: Keyring, form_id: int) -> bytes:
    """The key that a form is sealed under.

    Raises:
        DestroyedError: it was destroyed.
    """
    return material.material_key(session, keys, subject_kind=material.FORM, subject_id=form_id)


def reason_context(edition_id: int) -> str:
    """What the reason of a step is sealed for."""
    return f"form step of {edition_id}"


def steps_of(session: Session, keys: Keyring, *, form: FormLine) -> dict[int, list[StepLine]]:
    """Every step of a form's editions, by edition, the first first."""
    key = form_key(session, keys, form.id)
    steps: dict[int, list[StepLine]] = {one.id: [] for one in form.editions}
    query = select(FormStep).where(FormStep.edition_id.in_(steps)).order_by(FormStep.id)
    for row in session.scalars(query):
        sealed = row.reason_sealed
        reason = unseal(key, sealed, reason_context(row.edition_id)).decode() if sealed else ""
        steps[row.edition_id].append(StepLine(at=row.at, name=row.name, after=row.after, reason=reason))
    return steps


def writers_of(session: Session, edition_id: int) -> dict[int, str]:
    """Everybody who saved an answer of an edition or submitted it, by id, as they were called then."""
    rows = session.execute(
        select(ResponseSignature.person_id, ResponseSignature.name)
        .join(Response, Response.id == ResponseSignature.response_id)
        .where(Response.edition_id == edition_id)
        .order_by(ResponseSignature.signed_at, ResponseSignature.person_id)
    )
    return {person_id: name for person_id, name in rows}
