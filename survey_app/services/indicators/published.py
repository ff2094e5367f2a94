"""What published releases say of an indicator: only what they print, and nothing that is not released."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.models.results import Release, ReleaseRound
from survey_app.models.rounds import Round
from survey_app.reports.contents import ItemResult
from survey_app.reports.frozen import indicators_of, items_of, opened_on
from survey_app.services.results.files import READ


@dataclass(frozen=True, kw_only=True)
class Published:
    """One item of a published release, in the year in which its round opened."""

    year: int
    release_id: int
    round_title: str
    item: ItemResult


@dataclass(frozen=True)
class Document:
    """What a published release holds, as it is stored."""

    release_id: int
    round_id: int
    round_title: str
    contents: dict[str, Any]


def published_items(session: Session, *, programme_id: int, indicator: str) -> list[Published]:
    """Every item of an indicator in the newest published release of each round, the newest round first."""
    return [
        Published(
            year=opened_on(one.contents).year,
            release_id=one.release_id,
            round_title=one.round_title,
            item=item,
        )
        for one in newest_documents(session, programme_id)
        for item in items_of(one.contents, indicator)
    ]


def first_year(session: Session, *, programme_id: int) -> int | None:
    """The year of the first round with a published release: the baseline from which years are shown."""
    years = [opened_on(one.contents).year for one in newest_documents(session, programme_id)]
    return min(years, default=None)


def published_indicators(session: Session, *, programme_id: int) -> frozenset[str]:
    """The indicators of which some published release says anything."""
    documents = newest_documents(session, programme_id)
    return frozenset().union(*(indicators_of(one.contents) for one in documents))


def newest_documents(session: Session, programme_id: int) -> list[Document]:
    """The contents of the newest published release of each round, the newest round first."""
    rows = session.execute(
        select(Release.id, ReleaseRound.round_id, Round.title, Release.contents)
        .join(ReleaseRound, (ReleaseRound.release_id == Release.id) & (ReleaseRound.position == 1))
        .join(Round, Round.id == ReleaseRound.round_id)
        .where(Release.programme_id == programme_id, Release.state.in_(READ))
        .order_by(Release.id)
    )
    newest = {
        round_id: Document(release_id, round_id, title, contents)
        for release_id, round_id, title, contents in rows
        if contents is not None
    }
    return sorted(newest.values(), key=lambda one: (opened_on(one.contents), one.release_id), reverse=True)
