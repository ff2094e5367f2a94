"""What a form is about: found by what somebody typed, named, and whether it is no more on a day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sampling.frame import Sector
from sampling.texts import folded
from scheduler.stages import Stage
from survey_app.clock import in_words
from survey_app.errors import InvalidError
from survey_app.models.agreements import Agreement
from survey_app.models.cases import casework
from survey_app.models.organisations import Organisation, OrganisationLink
from survey_app.models.places import Area
from survey_app.models.rounds import Round
from survey_app.services import names
from survey_app.services.agreements.compiled import compiled, known
from survey_app.services.agreements.register import agreements_titled, entries_of
from survey_app.services.agreements.vocabulary import Standing
from survey_app.services.places.areas import area_named

# Screens name it too, and know no table.
SubjectKind = casework.SubjectKind
KINDS = (SubjectKind.AGREEMENT, SubjectKind.AREA, SubjectKind.ORGANISATION, SubjectKind.ROUND)
MAX_CHOICES = 8
Key = tuple[SubjectKind, int]


@dataclass(frozen=True, kw_only=True)
class FormSubject:
    """An agreement, an area, an organisation or a round, by its id; `sector` is an organisation's.

    `called` is what sentences call an agreement: Compact.
    """

    kind: SubjectKind
    id: int
    name: str
    called: str = ""
    sector: Sector | None = None

    @property
    def ref(self) -> str:
        """The subject as one text."""
        return f"{self.kind}:{self.id}"


def subject_typed(
    session: Session, *, kind: SubjectKind, text: str, day: date, programme_id: int
) -> FormSubject:
    """The one subject of a kind that somebody named.

    Raises:
        InvalidError: none is called so, or several are; those that come near are named.
    """
    words = " ".join(text.split())
    if not words:
        raise InvalidError("Enter which one the form is about.")
    if kind is SubjectKind.AREA:
        area = area_named(session, words, day=day)
        return FormSubject(kind=kind, id=area.id, name=area.name)
    near = _near(session, kind, words, programme_id)
    same = [one for one in near if folded(one.name) == folded(words)]
    if len(same) == 1 or len(near) == 1:
        return (same or near)[0]
    choices = "; ".join(one.name for one in near[:MAX_CHOICES])
    hint = f" Enter the whole name of one of these: {choices}." if choices else " Look up what it is called."
    raise InvalidError(f"No one {kind} is called {words!r}.{hint}")


def _near(session: Session, kind: SubjectKind, words: str, programme_id: int) -> list[FormSubject]:
    if kind is SubjectKind.AGREEMENT:
        ids = [one.id for one in agreements_titled(session, words, programme_id=programme_id)]
    elif kind is SubjectKind.ORGANISATION:
        ids = list(session.scalars(names.called(words).distinct().limit(MAX_CHOICES * 5)))
    else:
        rows = session.execute(select(Round.id, Round.title).where(Round.programme_id == programme_id))
        ids = [round_id for round_id, title in rows if folded(words) in folded(title)]
    named = subjects_of(session, [(kind, one) for one in ids])
    return sorted(named.values(), key=lambda one: folded(one.name))


def subjects_of(session: Session, keys: Iterable[Key]) -> dict[Key, FormSubject]:
    """Subjects by kind and id, in one query a kind."""
    wanted = list(keys)
    subjects: dict[Key, FormSubject] = {}
    for kind in {kind for kind, _ in wanted}:
        ids = [one for of, one in wanted if of is kind]
        subjects |= {(kind, one.id): one for one in _named(session, kind, ids)}
    return subjects


def _named(session: Session, kind: SubjectKind, ids: Sequence[int]) -> list[FormSubject]:
    if kind is SubjectKind.AGREEMENT:
        agreements = session.scalars(select(Agreement).where(Agreement.id.in_(ids)))
        return [FormSubject(kind=kind, id=one.id, name=one.title, called=one.name) for one in agreements]
    if kind is SubjectKind.ORGANISATION:
        bodies = session.scalars(select(Organisation).where(Organisation.id.in_(ids)))
        return [FormSubject(kind=kind, id=one.id, name=one.name, sector=one.sector) for one in bodies]
    column, other = (Area.id, Area.name) if kind is SubjectKind.AREA else (Round.id, Round.title)
    rows = session.execute(select(column, other).where(column.in_(ids)))
    return [FormSubject(kind=kind, id=key, name=name) for key, name in rows]


def ended(session: Session, subject: FormSubject, *, day: date, known_by: datetime) -> str:
    """Why there is nothing to say of a subject as at a day, in a sentence; "" where there is."""
    if subject.kind is SubjectKind.AGREEMENT:
        return _agreement_ended(session, subject, day, known_by)
    if subject.kind is SubjectKind.ROUND:
        withdrawn = session.get_one(Round, subject.id).stage is Stage.WITHDRAWN
        return f"“{subject.name}” was called off." if withdrawn else ""
    over = _over(session, subject)
    if over is None or day < over:
        return ""
    return f"{subject.name} was no more from {in_words(over)} on. Name what took its place."


def _over(session: Session, subject: FormSubject) -> date | None:
    """The first day on which an area or an organisation was no more."""
    if subject.kind is SubjectKind.AREA:
        return session.get_one(Area, subject.id).ended_on
    followed = select(func.min(OrganisationLink.happened_on))
    return session.scalar(followed.where(OrganisationLink.predecessor_id == subject.id))


def _agreement_ended(session: Session, subject: FormSubject, day: date, known_by: datetime) -> str:
    row = session.get_one(Agreement, subject.id)
    entries = known(entries_of(session, [row.id]), by=known_by)
    state = compiled(entries, agreement_id=row.id, title=row.title, level=row.level, day=day, gone={})
    if state.standing is not Standing.ENDED:
        return ""
    return f"The agreement had ended by {in_words(day)}, says the register."
