"""The states of a version, the transitions between them, and how two people do not undo each other."""

from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.orm import Session

from instruments.answering.piping import in_general
from instruments.states import TRANSITIONS
from instruments.states import VersionState as State
from survey_app.errors import ConflictError, NotFoundError, StageError
from survey_app.models.questionnaires import InstrumentTransition, InstrumentVersion
from survey_app.services.audit import AuditContext, record

WORDS: dict[State, str] = {
    State.DRAFT: "a draft",
    State.IN_TEST: "in test",
    State.AGREED: "agreed",
    State.PUBLISHED: "published",
    State.RETIRED: "retired",
}


def named(version: InstrumentVersion) -> str:
    """A version as a sentence begins with it; its title may hold pipes, which nobody should read."""
    return f"Version {version.version} of “{in_general(version.title)}”"


class ChangedMeanwhileError(ConflictError):
    """Somebody else changed the version since the page was shown."""

    def __init__(self, version: InstrumentVersion) -> None:
        super().__init__(
            f"{named(version)} was changed by somebody else meanwhile. "
            f"It is {WORDS[version.state]} now, with text {version.text_number}. "
            "Nothing of yours was done. Look at it again, then decide."
        )


@dataclass(frozen=True)
class Seen:
    """Which version somebody acts on, and at which revision they saw it."""

    version_id: int
    revision: int


def hold(session: Session, seen: Seen) -> InstrumentVersion:
    """Take a version for a change: nobody else can change it before this transaction ends.

    Raises:
        NotFoundError: no such version.
        ChangedMeanwhileError: it is not as it was seen.
    """
    taken = session.execute(
        update(InstrumentVersion)
        .where(InstrumentVersion.id == seen.version_id, InstrumentVersion.revision == seen.revision)
        .values(revision=seen.revision + 1)
    )
    version = session.get(InstrumentVersion, seen.version_id, populate_existing=True)
    if version is None:
        raise NotFoundError("questionnaire version", seen.version_id)
    if taken.rowcount != 1:  # type: ignore[attr-defined]
        raise ChangedMeanwhileError(version)
    return version


def check_transition(version: InstrumentVersion, wanted: State) -> None:
    """Let an allowed transition pass.

    Raises:
        StageError: it is not one.
    """
    if wanted not in TRANSITIONS[version.state]:
        onward = " or ".join(WORDS[state] for state in TRANSITIONS[version.state]) or "nothing else"
        raise StageError(
            f"{named(version)} is {WORDS[version.state]}. "
            f"From there it can become {onward}, not {WORDS[wanted]}."
        )


def step(
    session: Session, version: InstrumentVersion, wanted: State, *, note: str, context: AuditContext
) -> None:
    """Put a version into a state, with a line of its history; whether it may is decided before."""
    before = None if wanted is version.state else version.state
    transition = InstrumentTransition(
        version_id=version.id, before=before, after=wanted, note=note, at=context.now, actor=context.actor
    )
    session.add(transition)
    version.state = wanted
    if wanted is State.PUBLISHED:
        version.published_at, version.published_by = context.now, context.actor
    detail = {"state": wanted.value, "sha256": version.sha256}
    record(
        session,
        context,
        f"questionnaire {wanted.replace('_', ' ')}",
        "instrument_version",
        version.id,
        **detail,
    )
