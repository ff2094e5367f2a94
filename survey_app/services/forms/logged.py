"""A reviewed consultation log becomes an entry of the logs: one place for one fact."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from instruments.kinds.values import Value
from survey_app.crypto import Keyring
from survey_app.errors import InvalidError
from survey_app.models.cases.casework import SubjectKind
from survey_app.services.audit import AuditContext
from survey_app.services.forms.listed import FormLine
from survey_app.services.forms.reviewed import AnswerFilter, CodedAnswer, reviewed_answers
from survey_app.services.logs.about import organisation_called
from survey_app.services.logs.entries import add_entry, made_of, replace_entry
from survey_app.services.logs.entry import NewEntry
from survey_app.services.logs.vocabulary import Changed, Feedback, LogKind, ShortReason

INSTRUMENT = "consultation-log"
_ABOUT = {
    SubjectKind.AREA: "area_id",
    SubjectKind.AGREEMENT: "agreement_id",
    SubjectKind.ORGANISATION: "organisation_id",
}
_CHANGED = {"yes": Changed.YES.value, "no": Changed.NO.value}


@dataclass(frozen=True)
class _Answers:
    """What a form says, by item; what was passed over is not there."""

    by_item: Mapping[str, Value]

    def words(self, item: str) -> str:
        value = self.by_item.get(item)
        return value if isinstance(value, str) else ""

    def count(self, item: str) -> str | int:
        value = self.by_item.get(item)
        return int(value) if isinstance(value, int) else ""


def keep_in_log(session: Session, keys: Keyring, *, form: FormLine, context: AuditContext) -> int | None:
    """Make the entry of a consultation log that was just reviewed, or renew the one that was made before.

    Days decide how long it was open, whatever weeks the form says. Nothing is made of other instruments, of
    a form about a round, which lies in no area, and of an entry that somebody took back.
    """
    if form.instrument != INSTRUMENT or form.subject.kind not in _ABOUT:
        return None
    wanted = AnswerFilter(instrument=INSTRUMENT, subject=(form.subject.kind, form.subject.id))
    every = reviewed_answers(session, keys, programme_id=context.programme_id or 0, wanted=wanted)
    new = _entry(session, form, [answer for answer in every if answer.form_id == form.id])
    origin = f"form {form.id}"
    before = made_of(session, origin=origin, programme_id=context.programme_id or 0)
    if before is None:
        return add_entry(session, new=new, context=context, origin=origin)
    if before.void:
        return None
    return replace_entry(session, entry_id=before.id, new=new, context=context)


def _entry(session: Session, form: FormLine, answers: list[CodedAnswer]) -> NewEntry:
    said = _Answers({one.item: one.value for one in answers if one.value is not None})
    upstream, above = _above(session, said.words("log-upstream"))
    about: dict[str, Any] = {_ABOUT[form.subject.kind]: form.subject.id}
    new = NewEntry(
        kind=LogKind.CONSULTATION,
        title=said.words("log-title")[:200],
        began_on=date.fromisoformat(said.words("log-opened")),
        ended_on=date.fromisoformat(said.words("log-closed")),
        account="\n".join(filter(None, (said.words("log-changed-what"), above))),
        source=f"consultation log, form {form.id}, reviewed",
        **about,
    )
    return _with_answers(new, said, upstream)


def _above(session: Session, words: str) -> tuple[int | None, str]:
    """The body of the directory that set the timetable; where it is none of it, a line that names it."""
    if not words:
        return None, ""
    try:
        return organisation_called(session, words), ""
    except InvalidError:
        return None, f"The timetable was set by: {words}"


def _with_answers(new: NewEntry, said: _Answers, upstream: int | None) -> NewEntry:
    reason = said.words("log-reason").upper() or ShortReason.NO_REASON.name
    feedback = said.words("log-feedback")
    answers: dict[str, str | int] = {
        "reason": ShortReason[reason].value if new.is_short else "",
        "replies": said.count("log-replies"),
        "replies_voluntary": said.count("log-replies-voluntary"),
        "feedback": Feedback[feedback.upper()].value if feedback else "",
        "changed": _CHANGED.get(said.words("log-changed"), ""),
    }
    is_above = answers["reason"] == ShortReason.CENTRAL_TIMETABLE
    kept = {name: answer for name, answer in answers.items() if answer != ""}
    return replace(new, said=kept, upstream_id=upstream if is_above else None)
