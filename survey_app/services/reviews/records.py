"""The record of a review as it is read: its parts, what was sent to both sides, what they said, its PDF."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from sampling.frame import Sector
from survey_app.clock import london_date
from survey_app.crypto import Keyring
from survey_app.errors import NotFoundError
from survey_app.models.people.accounts import Person
from survey_app.models.reviews.records import (
    Part,
    RecordState,
    ReviewRecord,
    ReviewRecordText,
    ReviewRecordVerdict,
)
from survey_app.models.rounds import Round
from survey_app.reports.reviews.contents import Agreed, RecordContents, record_from
from survey_app.services import stored_files
from survey_app.services.audit import AuditContext, record
from survey_app.services.reviews.issues import review_of
from survey_app.services.stored_files import FileContent, Owner

HEADINGS = {
    Part.TALKED: "What was talked about",
    Part.SECTORS: "Where the sectors see it differently",
    Part.PLACES: "Where places differ",
}
RECORD, PDF = "review_record", "record_pdf"


@dataclass(frozen=True)
class PartView:
    """A part as it stands; number 0 is one that nobody has written yet."""

    part: Part
    heading: str
    number: int
    words: str
    written_by: str


@dataclass(frozen=True)
class VerdictView:
    """What a side said of an edition, and who spoke for it."""

    sector: Sector
    agrees: bool
    words: str
    name: str
    said_at: datetime


@dataclass(frozen=True, kw_only=True)
class EditionView:
    """What was sent to both sides, and what they said of it; `has_file` once its PDF is made."""

    id: int
    round_id: int
    number: int
    state: RecordState
    corrects: str
    taken_back_why: str
    sent_at: datetime
    contents: RecordContents
    verdicts: tuple[VerdictView, ...]
    has_file: bool

    def verdict_of(self, sector: Sector) -> VerdictView | None:
        """What a side said of it, if it has spoken."""
        return next((one for one in self.verdicts if one.sector is sector), None)


@dataclass(frozen=True)
class RecordView:
    """The record of a review: its parts as they stand, and what was sent, the newest first."""

    parts: tuple[PartView, ...]
    editions: tuple[EditionView, ...]

    @property
    def is_sent(self) -> bool:
        """Whether it is before both sides: then nobody writes on it."""
        return bool(self.editions) and self.editions[0].state is RecordState.SENT

    @property
    def agreed(self) -> EditionView | None:
        """The newest edition that both sides agreed to."""
        return next((one for one in self.editions if one.state is RecordState.AGREED), None)


def record_of(session: Session, *, round_id: int) -> RecordView:
    """The record of a review as it stands."""
    rows = session.scalars(
        select(ReviewRecord).where(ReviewRecord.round_id == round_id).order_by(ReviewRecord.number.desc())
    ).all()
    return RecordView(tuple(_parts(session, round_id)), tuple(_editions(session, rows)))


def edition_of(session: Session, *, record_id: int, programme_id: int | None) -> EditionView:
    """One edition of a record.

    Raises:
        NotFoundError: the programme has none of this id.
    """
    row = session.get(ReviewRecord, record_id)
    if row is None:
        raise NotFoundError("record", record_id)
    review_of(session, round_id=row.round_id, programme_id=programme_id)
    return _editions(session, [row])[0]


def _parts(session: Session, round_id: int) -> list[PartView]:
    newest = (
        select(ReviewRecordText.part, func.max(ReviewRecordText.number).label("number"))
        .where(ReviewRecordText.round_id == round_id)
        .group_by(ReviewRecordText.part)
    ).subquery()
    rows = session.scalars(
        select(ReviewRecordText)
        .join(
            newest,
            (newest.c.part == ReviewRecordText.part) & (newest.c.number == ReviewRecordText.number),
        )
        .where(ReviewRecordText.round_id == round_id)
    )
    there = {row.part: row for row in rows}
    return [
        PartView(part, heading, there[part].number, there[part].words, there[part].written_by)
        if part in there
        else PartView(part, heading, 0, "", "")
        for part, heading in HEADINGS.items()
    ]


def _editions(session: Session, rows: Sequence[ReviewRecord]) -> list[EditionView]:
    ids = [row.id for row in rows]
    said = verdicts_of(session, ids)
    files = stored_files.files_of(session, owner_kind=RECORD, owner_ids=ids, kinds=(PDF,))
    return [
        EditionView(
            id=row.id,
            round_id=row.round_id,
            number=row.number,
            state=row.state,
            corrects=row.corrects,
            taken_back_why=row.taken_back_why,
            sent_at=row.sent_at,
            contents=record_from(row.contents),
            verdicts=tuple(said[row.id]),
            has_file=row.id in files,
        )
        for row in rows
    ]


def verdicts_of(session: Session, ids: Sequence[int]) -> dict[int, list[VerdictView]]:
    """What both sides said of some editions, in the order in which they spoke."""
    said: dict[int, list[VerdictView]] = {key: [] for key in ids}
    rows = session.execute(
        select(ReviewRecordVerdict, Person.name)
        .join(Person, Person.id == ReviewRecordVerdict.person_id)
        .where(ReviewRecordVerdict.record_id.in_(ids))
        .order_by(ReviewRecordVerdict.said_at, ReviewRecordVerdict.sector)
    )
    for row, name in rows:
        said[row.record_id].append(VerdictView(row.sector, row.agrees, row.words, name, row.said_at))
    return said


def agreements(edition: EditionView) -> tuple[Agreed, ...]:
    """Which sides agreed to an edition, as it is printed: no person is named."""
    return tuple(
        Agreed(sector=one.sector, day=london_date(one.said_at), dissent=one.words)
        for sector in Sector
        for one in edition.verdicts
        if one.sector is sector and one.agrees
    )


@dataclass(frozen=True)
class Waiting:
    """A record that waits for a side: of which review."""

    round_id: int
    title: str


def waiting_for(session: Session, *, programme_id: int, sectors: Sequence[Sector]) -> list[Waiting]:
    """Records before both sides on which one of some sides has not spoken."""
    rows = session.execute(
        select(ReviewRecord.id, ReviewRecord.round_id, Round.title)
        .join(Round, Round.id == ReviewRecord.round_id)
        .where(Round.programme_id == programme_id, ReviewRecord.state == RecordState.SENT)
        .order_by(ReviewRecord.id)
    ).all()
    said = verdicts_of(session, [row.id for row in rows])
    return [
        Waiting(row.round_id, row.title)
        for row in rows
        if set(sectors) - {one.sector for one in said[row.id]}
    ]


def file_of(session: Session, keys: Keyring, *, record_id: int, context: AuditContext) -> FileContent:
    """The PDF of a record that both sides agreed to, for whoever may see reviews. Audited.

    Raises:
        NotFoundError: no such record in the programme, it is not agreed, or its file is not made yet.
    """
    edition = edition_of(session, record_id=record_id, programme_id=context.programme_id)
    handed = stored_files.content_of(session, keys, owner=Owner(RECORD, edition.id), kind=PDF)
    record(session, context, "file downloaded", "review", edition.round_id, kind=PDF, sha256=handed.sha256)
    return handed
