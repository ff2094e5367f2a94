"""What else goes on beside a round: others that ask the same, or at the same time, or much within a year."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from scheduler.stages import Stage
from scheduler.strands import SURVEYS, WORDS
from scheduler.timetable import EventKind, spoken
from survey_app.models.burden import BurdenEntry
from survey_app.models.organisations import Organisation
from survey_app.models.panels import PanelMember
from survey_app.models.programmes import Programme
from survey_app.models.rounds import Round, RoundEvent
from survey_app.services.burden.ceilings import ASKED
from survey_app.services.burden.ledger import rules
from survey_app.services.questionnaires import composition
from survey_app.services.questionnaires.composition import SPOKEN, SectorQuestionnaire

if TYPE_CHECKING:
    from survey_app.services.rounds.lifecycle import RoundView

YEAR = timedelta(days=365)


def hold(session: Session, programme_id: int) -> None:
    """Let no other round of the programme begin until this transaction ends."""
    session.get(Programme, programme_id, with_for_update=True)


def against(session: Session, one: RoundView) -> list[str]:
    """Live rounds that ask the same: of surveys the same panel, of all others the same title and year."""
    live = [f"{other.title} ({other.stage})" for other in _alike(session, one) if other.stage.is_live]
    if one.panel_id is None:
        return [
            f"{other} is under way: one round of this title and year at a time. Withdraw this plan, or wait "
            "until that one has closed."
            for other in live
        ]
    panel = f"that of the {WORDS[one.strand].lower()} of {one.year}"
    return [
        f"{other} asks the same panel, {panel}. Nobody is asked twice at a time: withdraw this plan, or "
        "choose the panel of another year."
        for other in live
    ]


def to_think_of(session: Session, one: RoundView) -> list[str]:
    """What speaks against the round and does not forbid it: who asked, who asks then, how much in a year."""
    asked = [
        f"{other.title} asked the same panel, that of {one.year}, and is closed: everybody in it would be "
        "asked a second time."
        for other in _alike(session, one)
        if other.stage is Stage.CLOSED and one.panel_id is not None
    ]
    return [*asked, *_overlaps(session, one), *_within_a_year(session, one)]


def _alike(session: Session, one: RoundView) -> list[Round]:
    query = select(Round).where(Round.programme_id == one.programme_id, Round.id != one.id)
    if one.panel_id is not None:
        return list(session.scalars(query.where(Round.panel_id == one.panel_id)))
    if one.strand in SURVEYS:
        return []
    same = query.where(
        Round.strand == one.strand,
        Round.year == one.year,
        func.lower(func.trim(Round.title)) == one.title.strip().lower(),
    )
    return list(session.scalars(same))


def _overlaps(session: Session, one: RoundView) -> Iterator[str]:
    """Other rounds, of every strand, that are in the field at the same time, with whom they ask too."""
    opens, closes = aliased(RoundEvent), aliased(RoundEvent)
    rows = session.execute(
        select(Round, opens.day, closes.day)
        .join(opens, (opens.round_id == Round.id) & (opens.kind == EventKind.OPEN))
        .join(closes, (closes.round_id == Round.id) & (closes.kind == EventKind.CLOSE))
        .where(
            Round.programme_id == one.programme_id,
            Round.id != one.id,
            Round.stage.not_in((Stage.CLOSED, Stage.WITHDRAWN)),
            opens.day <= one.dates.closes_on,
            closes.day >= one.dates.opens_on,
        )
        .order_by(opens.day, Round.id)
    )
    for other, first, last in rows:
        both = _in_both(session, one.panel_id, other.panel_id) if other.panel_id != one.panel_id else 0
        asked = f" {both:,} of the panel {'is' if both == 1 else 'are'} asked by both." if both else ""
        yield (
            f"{other.title} ({WORDS[other.strand].lower()}) is in the field at the same time, "
            f"{spoken(first)} to {spoken(last)}.{asked}"
        )


def _in_both(session: Session, panel_id: int | None, other_id: int | None) -> int:
    others = select(PanelMember.organisation_id).where(PanelMember.panel_id == other_id)
    query = (
        select(func.count())
        .select_from(PanelMember)
        .where(PanelMember.panel_id == panel_id, PanelMember.organisation_id.in_(others))
    )
    return session.scalar(query) or 0


def _within_a_year(session: Session, one: RoundView) -> Iterator[str]:
    """How many of the panel would be asked too much by the days on which they are, whatever year counts."""
    if one.panel_id is None or one.stage is not Stage.PLANNED:
        return
    for asked in composition.preview(session, one.id, composition.choice_of(session, one.id)):
        ceiling = rules(session)[asked.sector].max_minutes
        if ceiling is not None and (count := _over(session, one, asked, ceiling)):
            first = one.dates.opens_on - YEAR + timedelta(days=1)
            are = "1 organisation" if count == 1 else f"{count:,} organisations"
            yield (
                f"{are} of the panel would be asked for more than {ceiling} minutes within twelve months, "
                f"{spoken(first)} to {spoken(one.dates.opens_on)} ({SPOKEN[asked.sector]})."
            )


def _over(session: Session, one: RoundView, asked: SectorQuestionnaire, ceiling: int) -> int:
    before: date = one.dates.opens_on - YEAR
    members = (
        select(PanelMember.organisation_id)
        .join(Organisation, Organisation.id == PanelMember.organisation_id)
        .where(PanelMember.panel_id == one.panel_id, Organisation.sector == asked.sector)
    )
    too_much = (
        select(BurdenEntry.organisation_id)
        .where(
            BurdenEntry.kind.in_(ASKED),
            BurdenEntry.day > before,
            BurdenEntry.day <= one.dates.opens_on,
            BurdenEntry.organisation_id.in_(members),
        )
        .group_by(BurdenEntry.organisation_id)
        .having(func.sum(BurdenEntry.minutes) + asked.minutes > ceiling)
        .subquery()
    )
    return session.scalar(select(func.count()).select_from(too_much)) or 0
