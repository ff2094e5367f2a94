"""The register from a CSV file, one row an entry: all of it is taken, or nothing and every fault is told."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.errors import InvalidError
from survey_app.models.agreements import Agreement, EntryKind, Level, Precision
from survey_app.services.agreements.compiled import NewEntry
from survey_app.services.agreements.register import add_entry
from survey_app.services.agreements.vocabulary import Field
from survey_app.services.audit import AuditContext
from survey_app.services.places.areas import codes_of_areas
from survey_app.services.programmes.registry import add_agreement
from survey_app.services.sheets import Line, lines_of, refuse_faulty

NEEDED = ("agreement", "kind", "what", "began_on", "source")
OPTIONAL = (
    "level", "name", "state", "area", "field", "department", "languages", "pounds", "local", "precision",
    "ended_on", "reason",
)  # fmt: skip
_TOTALS = re.compile(r"(grand |sub-? ?)?totals?|sum", re.IGNORECASE)
_POUNDS = re.compile(r"[0-9]{1,9}(\.[0-9]{2})?")
_NO, _YES = ("", "no"), "yes"


@dataclass(frozen=True)
class Taken:
    """What came of a file."""

    agreements: int
    entries: int


def import_register(session: Session, content: bytes, *, word: str, context: AuditContext) -> Taken:
    """Take entries of the register; an agreement that is not there yet is added by a row with its level.

    Args:
        word: what a new agreement is called in sentences where its row gives no name.

    Raises:
        InvalidError: with every fault of the file; nothing was taken.
    """
    lines = lines_of(content, needed=NEEDED, optional=OPTIONAL)
    titles = _titles(session, context)
    new = _new_agreements(lines, titles)
    areas = codes_of_areas(session)
    entries = [_entry(line, areas) for line in lines]
    refuse_faulty(lines)
    for title, (level, name) in new.items():
        titles[title] = add_agreement(
            session, programme_id=context.programme_id or 0, title=title, name=name or word, level=level,
            context=context,
        )  # fmt: skip
    for line, entry in zip(lines, entries, strict=True):
        _take(session, line, titles, entry, context)
    refuse_faulty(lines)
    return Taken(len(new), len(lines))


def _titles(session: Session, context: AuditContext) -> dict[str, int]:
    rows = select(Agreement.title, Agreement.id).where(Agreement.programme_id == context.programme_id)
    return {title: agreement_id for title, agreement_id in session.execute(rows)}


def _new_agreements(lines: list[Line], titles: Mapping[str, int]) -> dict[str, tuple[Level, str]]:
    new: dict[str, tuple[Level, str]] = {}
    for line in lines:
        title = line.text("agreement", needed=True)
        if _TOTALS.fullmatch(title):
            line.fault("agreement", "looks like a row of totals; remove it")
        elif title and title not in titles and title not in new:
            level = line.choice("level", Level)
            if level is not None:
                new[title] = (level, line.text("name", longest=120))
    return new


def _entry(line: Line, areas: Mapping[str, int]) -> NewEntry | None:
    kind = line.choice("kind", EntryKind)
    began_on, ended_on = line.day("began_on", needed=True), line.day("ended_on")
    field = line.choice("field", Field) if line.text("field") else None
    precision = line.choice("precision", Precision, otherwise=Precision.DAY)
    area, local = line.text("area", longest=60), line.text("local").lower()
    if area and area not in areas:
        line.fault("area", "is the code of no area; `compact places find` shows the codes")
    if local not in (*_NO, _YES):
        line.fault("local", "must be yes, no or empty")
    pence = _pence(line)
    if line.faults or kind is None or began_on is None or precision is None:
        return None
    return NewEntry(
        kind=kind, what=line.text("what"), state=line.text("state"), area_id=areas.get(area), field=field,
        department=line.text("department"), languages=tuple(line.text("languages").split()), pence=pence,
        local=local == _YES, began_on=began_on, precision=precision, ended_on=ended_on,
        reason=line.text("reason", longest=2000), source=line.text("source", longest=400),
    )  # fmt: skip


def _pence(line: Line) -> int | None:
    words = line.text("pounds")
    if words and not _POUNDS.fullmatch(words):
        line.fault("pounds", "must be pounds without commas, like 1200 or 1200.50")
        return None
    return round(float(words) * 100) if words else None


def _take(
    session: Session, line: Line, titles: Mapping[str, int], new: NewEntry | None, context: AuditContext
) -> None:
    """Enter one row; what the register finds wrong with it is a fault of the row."""
    try:
        if new is not None:
            add_entry(session, agreement_id=titles[line.text("agreement")], new=new, context=context)
    except InvalidError as refusal:
        for fault in refusal.faults:
            line.fault("what", fault)
