"""What an edition of a list changes against the one before it: who is new, changed and gone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import Session, aliased

from survey_app.models.frames.lists import SourceList, SourceRecord
from survey_app.services.audit import AuditContext, record
from survey_app.services.owned import owned

# A share of the edition before: whoever takes an edition that differs by more gives a reason.
USUAL = 0.2
IDENTIFIER = "source_id"


class Way(StrEnum):
    """How a row of an edition stands to the edition before."""

    NEW = "new"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One organisation that an edition brings, changes or leaves out; `was` by column, where it changed."""

    way: Way
    organisation_id: int
    identifier: str
    name: str
    now: Mapping[str, str]
    was: Mapping[str, str]

    @property
    def words(self) -> str:
        """What is different, for somebody who knows the list's columns."""
        said = (
            f"{column.replace('_', ' ')}: {self.was.get(column) or 'nothing'} → "
            f"{self.now.get(column) or 'nothing'}"
            for column in _differing(self.was, self.now)
        )
        return "; ".join(said) if self.way is Way.CHANGED else ""


@dataclass(frozen=True, kw_only=True)
class Differences:
    """An edition against the one before it; `before` and `before_rows` are none and 0 for a first one."""

    before: date | None
    before_rows: int
    rows: int
    lines: tuple[Line, ...]

    def of(self, way: Way) -> tuple[Line, ...]:
        """The lines of one way, by name."""
        return tuple(line for line in self.lines if line.way is way)

    @property
    def unusual(self) -> tuple[str, ...]:
        """What is so much that somebody owes a reason; empty for an edition as usual, and for a first one."""
        counts = {way: len(self.of(way)) for way in Way}
        return tuple(
            f"{count:,} of {self.before_rows:,} organisations are {way.value}"
            for way, count in counts.items()
            if self.before_rows and count > USUAL * self.before_rows
        )


def differences(session: Session, *, list_id: int, programme_id: int) -> Differences:
    """An edition, taken or waiting, against the one of its name that is before it.

    Raises:
        NotFoundError: no such list in this programme.
    """
    edition = owned(session, SourceList, list_id, programme_id=programme_id)
    before = session.scalar(
        select(SourceList)
        .where(
            SourceList.programme_id == programme_id,
            SourceList.name == edition.name,
            SourceList.dated < edition.dated,
            SourceList.arriving_until.is_(None),
        )
        .order_by(SourceList.dated.desc())
        .limit(1)
    )
    # No list has this key: of a first edition everybody is new.
    before_id = before.id if before else 0
    lines = [
        *(_line(Way.NEW, row, row, {}) for row in _alone(session, list_id, than=before_id)),
        *_changed(session, list_id, before_id),
        *(_line(Way.GONE, row, {}, row) for row in _alone(session, before_id, than=list_id)),
    ]
    return Differences(
        before=before.dated if before else None,
        before_rows=_count(session, before_id),
        rows=_count(session, list_id),
        lines=tuple(sorted(lines, key=lambda line: (line.name.casefold(), line.identifier))),
    )


def export(session: Session, *, list_id: int, context: AuditContext) -> Differences:
    """The same, to be taken away as a file; that it left is audited.

    Raises:
        NotFoundError: no such list in this programme.
    """
    differing = differences(session, list_id=list_id, programme_id=context.programme_id or 0)
    record(session, context, "list differences exported", "source_list", list_id, rows=len(differing.lines))
    return differing


def _count(session: Session, list_id: int) -> int:
    rows = select(func.count(SourceRecord.id)).where(SourceRecord.source_list_id == list_id)
    return session.scalar(rows) or 0


def _alone(session: Session, list_id: int, *, than: int) -> list[dict[str, str]]:
    """The rows of one edition whose organisations are not on another."""
    other = select(SourceRecord.organisation_id).where(SourceRecord.source_list_id == than)
    rows = session.execute(
        select(SourceRecord.organisation_id, SourceRecord.fields).where(
            SourceRecord.source_list_id == list_id, SourceRecord.organisation_id.not_in(other)
        )
    )
    return [{**fields, "": str(owner)} for owner, fields in rows]


def _changed(session: Session, list_id: int, before_id: int) -> list[Line]:
    now, was = aliased(SourceRecord), aliased(SourceRecord)
    rows = (
        select(now.organisation_id, now.fields, was.fields)
        .join(was, was.organisation_id == now.organisation_id)
        .where(
            now.source_list_id == list_id,
            was.source_list_id == before_id,
            # Most rows are the same letter by letter, and need not be read.
            cast(now.fields, String) != cast(was.fields, String),
        )
    )
    pairs = [({**new, "": str(owner)}, old) for owner, new, old in session.execute(rows)]
    return [_line(Way.CHANGED, new, new, old) for new, old in pairs if _differing(old, new)]


def _line(way: Way, row: Mapping[str, str], now: Mapping[str, str], was: Mapping[str, str]) -> Line:
    return Line(
        way=way,
        organisation_id=int(row[""]),
        identifier=row[IDENTIFIER],
        name=row["name"],
        now=now,
        was=was,
    )


def _differing(was: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """The columns that say something else; one that is not there says nothing."""
    columns = dict.fromkeys([*was, *now])
    return [one for one in columns if one and (was.get(one) or "") != (now.get(one) or "")]
