"""The logs from a CSV file, one row an entry: all of it is taken, or nothing and every fault is told."""

import re

from sqlalchemy.orm import Session

from sampling.texts import one_spelling
from survey_app.services.audit import AuditContext
from survey_app.services.logs.about import KEYS, faults_about, named
from survey_app.services.logs.checking import faults_of
from survey_app.services.logs.entries import add_entry
from survey_app.services.logs.entry import NewEntry
from survey_app.services.logs.shapes import SHAPES, Asked, Kept
from survey_app.services.logs.vocabulary import LogKind
from survey_app.services.sheets import Line, lines_of, refuse_faulty

NEEDED = ("kind", "title", "began_on", "source")
# In the order in which the kinds ask for them, each once.
SAID = tuple(dict.fromkeys(asked.name for shape in SHAPES.values() for asked in shape.asked))
OPTIONAL = (*KEYS, "state", "ended_on", "due_on", "account", *SAID)
_TOTALS = re.compile(r"(grand |sub-? ?)?totals?|sum", re.IGNORECASE)


def import_logs(session: Session, content: bytes, *, context: AuditContext) -> int:
    """Take entries of the logs; how many were taken.

    Raises:
        InvalidError: with every fault of the file by row and column; nothing was taken.
    """
    lines = lines_of(content, needed=NEEDED, optional=OPTIONAL)
    entries = [_entry(session, line, context.programme_id or 0) for line in lines]
    refuse_faulty(lines)
    for entry in entries:
        if entry is not None:
            add_entry(session, new=entry, context=context)
    return len(lines)


def _entry(session: Session, line: Line, programme_id: int) -> NewEntry | None:
    title = line.text("title", needed=True)
    if _TOTALS.fullmatch(title):
        line.fault("title", "looks like a row of totals; remove it")
    kind, began_on = line.choice("kind", LogKind), line.day("began_on", needed=True)
    ended_on, due_on = line.day("ended_on"), line.day("due_on")
    if line.faults or kind is None or began_on is None:
        return None
    about = named(session, {name: line.text(name) for name in KEYS}, day=began_on, programme_id=programme_id)
    new = NewEntry(
        kind=kind, title=title, began_on=began_on, ended_on=ended_on, due_on=due_on, **about.keys,
        state=_state(line, kind), source=line.text("source"), account=line.text("account", longest=2000),
        said=_said(line, kind),
    )  # fmt: skip
    faults = [*about.faults, *faults_of(new)]
    # What names nothing is one fault, and not also that nothing was named.
    faults += [] if about.faults else faults_about(session, new, programme_id=programme_id)
    for fault in faults if not line.faults else ():
        line.fault(fault.field, fault.words)
    return new


def _state(line: Line, kind: LogKind) -> str:
    states = SHAPES[kind].states
    return one_spelling(line.text("state"), [] if states is None else list(states))


def _said(line: Line, kind: LogKind) -> dict[str, str | int]:
    """What a row says in the columns that some kinds ask for; those of other kinds are faults later."""
    asked = {one.name: one for one in SHAPES[kind].asked}
    said = {}
    for name in SAID:
        if line.text(name, longest=2000):
            said[name] = _answer(line, name, asked.get(name))
    return said


def _answer(line: Line, name: str, asked: Asked | None) -> str | int:
    words = line.text(name, longest=2000)
    if asked is None:
        return words
    if asked.answers is not None:
        return one_spelling(words, list(asked.answers))
    if asked.kept in (Kept.COUNT, Kept.POUNDS):
        if not (words.isascii() and words.isdigit() and len(words) <= 10):
            line.fault(name, "must be a whole number without commas, like 1200")
            return 0
        return int(words)
    return words
