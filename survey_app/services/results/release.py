"""Releases as they are read: lists, one release as a page, what it says."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from survey_app.crypto import Keyring
from survey_app.errors import NotFoundError
from survey_app.models.results import Release, ReleaseRound, ReleaseState
from survey_app.models.rounds import Round
from survey_app.reports.contents import Contents
from survey_app.reports.frozen import from_json
from survey_app.services import jobs, stored_files
from survey_app.services.jobs import JobView
from survey_app.services.results.files import DOWNLOADS, FIGURES, READ, RELEASE
from survey_app.services.stored_files import FileLine, Owner

SAYING = tuple(state for state in ReleaseState if state is not ReleaseState.DRAFT)


@dataclass(frozen=True, kw_only=True)
class ReleaseLine:
    """A release as lists show it; without files its report is still being made.

    A draft has no time of freezing yet. `job` is what is being done for it: its freezing, then its report.
    """

    id: int
    round_id: int
    round_title: str
    number: int
    state: ReleaseState
    reason: str
    frozen_at: datetime | None
    files: tuple[FileLine, ...]
    job: JobView | None

    @property
    def is_draft(self) -> bool:
        return self.state is ReleaseState.DRAFT

    @property
    def is_published(self) -> bool:
        return self.state in READ


@dataclass(frozen=True)
class ReleasePage:
    """A release as a web page: what it says, and its pictures by name, wide and for phones.

    A draft has no contents.
    """

    line: ReleaseLine
    contents: Contents | None
    charts: dict[str, str]


def releases_of(session: Session, programme_id: int) -> list[ReleaseLine]:
    """Every published release of a programme, newest first."""
    return _lines(session, programme_id, Release.state.in_(READ))


def releases_of_round(session: Session, *, round_id: int, programme_id: int) -> list[ReleaseLine]:
    """Every release that is about one round, a draft too, newest first."""
    about = select(ReleaseRound.release_id).where(ReleaseRound.round_id == round_id)
    return _lines(session, programme_id, Release.id.in_(about))


def release_line(session: Session, *, release_id: int, programme_id: int | None) -> ReleaseLine:
    """One release in any state.

    Raises:
        NotFoundError: no such release in this programme.
    """
    lines = _lines(session, programme_id, Release.id == release_id)
    if not lines:
        raise NotFoundError("release", release_id)
    return lines[0]


def _lines(session: Session, programme_id: int | None, which: ColumnElement[bool]) -> list[ReleaseLine]:
    """Three queries for any number of releases; what they say may be large and is not asked for."""
    rows = session.execute(
        select(
            Release.id,
            ReleaseRound.round_id,
            Round.title.label("round_title"),
            Release.number,
            Release.state,
            Release.reason,
            Release.frozen_at,
        )
        .join(ReleaseRound, (ReleaseRound.release_id == Release.id) & (ReleaseRound.position == 1))
        .join(Round, Round.id == ReleaseRound.round_id)
        .where(Release.programme_id == programme_id, which)
        .order_by(Release.id.desc())
    ).all()
    ids = [row.id for row in rows]
    files = stored_files.files_of(session, owner_kind=RELEASE, owner_ids=ids, kinds=DOWNLOADS)
    work = jobs.jobs_of_many(session, kinds=("freeze", "report"), subject_kind=jobs.RELEASE, subject_ids=ids)
    return [
        ReleaseLine(
            **row._mapping, files=files.get(row.id, ()), job=_in_hand(row.state, work.get(row.id, {}))
        )
        for row in rows
    ]


def _in_hand(state: ReleaseState, work: dict[str, JobView]) -> JobView | None:
    return work.get("freeze" if state is ReleaseState.DRAFT else "report")


def release_contents(
    session: Session,
    *,
    release_id: int,
    programme_id: int | None,
    states: tuple[ReleaseState, ...] = READ,
) -> Contents:
    """What a release says.

    Raises:
        NotFoundError: no such release in this programme, or it is in none of these states.
    """
    contents = session.scalar(
        select(Release.contents).where(
            Release.id == release_id, Release.programme_id == programme_id, Release.state.in_(states)
        )
    )
    if contents is None:
        raise NotFoundError("release", release_id)
    return from_json(contents)


def release_page(
    session: Session, keys: Keyring, *, release_id: int, programme_id: int | None, drafts: bool = False
) -> ReleasePage:
    """Everything the page of a release shows; without charts while its report is being made.

    Args:
        drafts: hand a draft too, for somebody who may freeze it; it says nothing yet.

    Raises:
        NotFoundError: no such release in this programme, or it is not published.
    """
    line = release_line(session, release_id=release_id, programme_id=programme_id)
    if drafts and line.is_draft:
        return ReleasePage(line, None, {})
    contents = release_contents(session, release_id=release_id, programme_id=programme_id)
    charts = {}
    if line.files:
        drawn = stored_files.content_of(session, keys, owner=Owner(RELEASE, release_id), kind=FIGURES)
        charts = json.loads(drawn.content)
    return ReleasePage(line, contents, charts)
