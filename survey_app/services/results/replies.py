"""The replies of a round as arrays: what estimates are computed from, and what a bundle holds.

Rows are the round's cases in an order that says nothing. Each carries the pseudonym of its
organisation, so that two years can be matched, and nobody prints it; no identity and no access
code gets here.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from instruments.answering.answers import Answer
from instruments.answering.piping import fill
from instruments.answering.routing import counted
from instruments.conduct import SeatKind
from instruments.indicators.summary import AnalysedItem, analysed_items, counted_value
from instruments.schema import Questionnaire
from sampling.frame import Sector
from sampling.routes import is_probability
from sampling.strata import Stratum
from sampling.vocabulary import NOT_KNOWN, rural
from survey_app.clock import london_date
from survey_app.crypto import Keyring
from survey_app.errors import DestroyedError
from survey_app.models.agreements import Agreement
from survey_app.models.cases.casework import AddedCase, Case, CaseAgreement, Outcome, Seat
from survey_app.models.frames.snapshots import FrameCell, FrameEntry
from survey_app.models.organisations import Organisation
from survey_app.models.panels import Panel, PanelCell, PanelMember, PanelStratum
from survey_app.models.programmes import Programme
from survey_app.models.responses import Response
from survey_app.models.rounds import Round
from survey_app.services import material
from survey_app.services.cases.contacts import callers_of
from survey_app.services.cases.subjects import unit_key
from survey_app.services.cases.units import ADDED, BAND, ON_FRAME, REGION, Who
from survey_app.services.questionnaires import versions
from survey_app.services.responses.moments import open_moments
from survey_app.services.responses.seats import opened
from survey_app.services.rounds.lifecycle import RoundView

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One case of a round, with the numbers that its answers give by analysed item.

    `unit` is the organisation's pseudonym, the same in every round of a strand. `region` and `band`, its kind
    or income, are its own: a stratum may hold several. `late` says whether it was sent from the day of the
    first reminder on; None where nothing was sent. `rural` and `bme_led` are yes, no or not known. `who`
    decided its route; None where sector, region and band say all of that. `callers` are those of the staff
    who opened the questionnaire by telephone.
    """

    stratum: Stratum
    pop_size: int
    design_weight: float
    outcome: Outcome
    values: Mapping[str, float]
    unit: str = field(repr=False)
    region: str
    band: str
    late: bool | None = None
    rural: str = NOT_KNOWN
    bme_led: str = NOT_KNOWN
    who: Who | None = None
    callers: frozenset[str] = frozenset()

    @property
    def routed_by(self) -> Who:
        """What was known of the organisation when it was decided what it is asked."""
        return self.who or Who(self.stratum.sector, self.region, self.band)

    @property
    def own(self) -> Stratum:
        """Sector, region, and kind or income, of the organisation itself."""
        return Stratum(self.stratum.sector, self.region, self.band)


@dataclass(frozen=True)
class AskedItem:
    """One analysed item with its wording, in one sector."""

    item: AnalysedItem
    question: str


@dataclass(frozen=True)
class RoundReplies:
    """All cases of a round, and what each sector was asked, by key of item.

    `frame` counts the organisations of the panel's frame by sector, region, and kind or income;
    `questionnaires` says who was asked what.
    """

    rows: tuple[Reply, ...]
    asked: Mapping[Sector, Mapping[str, AskedItem]]
    frame_sizes: Mapping[Stratum, int]
    frame: Mapping[Stratum, int] = field(default_factory=dict)
    questionnaires: Mapping[Sector, Questionnaire] = field(default_factory=dict)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The items of the round, in the order of the questionnaires."""
        return tuple(dict.fromkeys(key for sector in Sector for key in self.asked.get(sector, ())))

    @cached_property
    def answers(self) -> Floats:
        """The numbers of all items, a column each, shape (n, K); NaN where there is none."""
        made = np.full((len(self.rows), len(self.keys)), np.nan)
        place = {key: column for column, key in enumerate(self.keys)}
        for line, row in zip(made, self.rows, strict=True):
            known = [(place[key], value) for key, value in row.values.items() if key in place]
            if known:
                columns, line_values = zip(*known, strict=True)
                line[list(columns)] = line_values
        return made

    def column(self, key: str) -> Floats:
        """The numbers of one item, shape (n,); NaN where there is none."""
        return self.answers[:, self.keys.index(key)]


@dataclass(frozen=True)
class _Asked:
    """One case of the panel, with what is known of the organisation, and its lead's seat."""

    case: Case
    organisation: Organisation
    stratum: PanelStratum
    member: PanelMember
    region: str
    band: str
    lead: Seat
    rural_urban: str | None
    bme_led: str | None


@dataclass(frozen=True)
class _Sent:
    """What somebody sent, and whether that was on the day of the first reminder or later."""

    answers: dict[str, Answer]
    late: bool | None


@dataclass(frozen=True)
class _Context:
    """What is read once for a whole round."""

    questionnaires: Mapping[Sector, Questionnaire]
    asked: Mapping[Sector, Mapping[str, AskedItem]]
    agreement: str
    programme: str
    callers: Mapping[int, frozenset[str]]


def replies_of(session: Session, keys: Keyring, *, round_view: RoundView) -> RoundReplies:
    """Every case of a round with its sent answers, decrypted here and nowhere else for results.

    Raises:
        DestroyedError: the round's answers were destroyed.
    """
    strata = _strata(session, round_view.asked_panel_id)
    context = _context(session, round_view, {stratum.sector for stratum in strata})
    sent = _sent_answers(session, keys, round_view)
    rows = []
    for asked in _cases(session, round_view.id):
        unit = keys.unit_pseudonym(
            context.programme, round_view.strand, asked.organisation.uuid, unit_key(asked.case.unit)
        )
        rows.append(
            _reply(context, asked, unit, sent.get(keys.seat_pseudonym(round_view.uuid, asked.lead.uuid)))
        )
    sizes = {_stratum(stratum): stratum.pop_size for stratum in strata}
    frame = _frame(session, round_view.asked_panel_id)
    return RoundReplies(tuple(rows), context.asked, sizes, frame, context.questionnaires)


@dataclass(frozen=True)
class OtherReplies:
    """The cases of a round that no draw chose, each with its route; none has a weight, a region or a kind.

    `routes`, and `added_by` with whoever of the staff added it, have one for each of the `replies.rows`.
    """

    replies: RoundReplies
    routes: tuple[str, ...]
    added_by: tuple[str, ...]


def others_of(session: Session, keys: Keyring, *, round_view: RoundView) -> OtherReplies:
    """Every case of a round that came by another route than chance, with its sent answers, decrypted.

    Raises:
        DestroyedError: the round's answers were destroyed.
    """
    rows = session.execute(
        select(Case, Organisation, REGION, BAND, Seat.uuid, Seat.mode, AddedCase.added_by)
        .join(Seat, (Seat.case_id == Case.id) & (Seat.kind == SeatKind.LEAD))
        .join(Organisation, Organisation.id == Case.organisation_id)
        .join(Round, Round.id == Case.round_id)
        .outerjoin(Panel, Panel.id == Round.panel_id)
        .outerjoin(FrameEntry, ON_FRAME)
        .outerjoin(AddedCase, ADDED)
        .where(Case.round_id == round_view.id, Case.panel_member_id.is_(None))
    ).all()
    context = _context(session, round_view, {organisation.sector for _, organisation, *_ in rows})
    sent = _sent_answers(session, keys, round_view) if rows else {}
    replies, routes, adders = [], [], []
    for case, organisation, region, band, lead, mode, added_by in rows:
        answers = sent.get(keys.seat_pseudonym(round_view.uuid, lead))
        who = Who(organisation.sector, region, band, mode)
        replies.append(_unweighted(context, case, who, answers))
        routes.append(case.route)
        adders.append(added_by or "")
    gathered = RoundReplies(tuple(replies), context.asked, {}, {}, context.questionnaires)
    return OtherReplies(gathered, tuple(routes), tuple(adders))


def _unweighted(context: _Context, case: Case, who: Who, sent: _Sent | None) -> Reply:
    complete = sent is not None and case.outcome is Outcome.COMPLETE
    return Reply(
        stratum=Stratum(who.sector, NOT_KNOWN, NOT_KNOWN),
        pop_size=0,
        design_weight=0.0,
        outcome=case.outcome,
        values=_values(context, who, sent.answers) if sent is not None and complete else {},
        unit="",
        region=NOT_KNOWN,
        band=NOT_KNOWN,
        who=who,
        callers=context.callers.get(case.id, frozenset()),
    )


def _context(session: Session, round_view: RoundView, drawn: set[Sector]) -> _Context:
    """A sector that the panel has no stratum of is asked nothing, whatever its questionnaire says."""
    agreement = session.scalar(
        select(Agreement.name)
        .join(CaseAgreement, CaseAgreement.agreement_id == Agreement.id)
        .join(Case, Case.id == CaseAgreement.case_id)
        .where(Case.round_id == round_view.id)
        .order_by(CaseAgreement.position, CaseAgreement.agreement_id)
        .limit(1)
    )
    known = {
        sector: versions.questionnaire_of(session, version_id)
        for sector, version_id in round_view.instruments.items()
    }
    name = agreement or "agreement"
    programme = session.get_one(Programme, round_view.programme_id).uuid
    asked = {sector: _asked(known[sector], name) if sector in drawn else {} for sector in known}
    return _Context(known, asked, name, programme, callers_of(session, round_id=round_view.id))


def _asked(questionnaire: Questionnaire, agreement: str) -> dict[str, AskedItem]:
    words = {"agreement": agreement, "organisation": "your organisation"}
    items = {}
    for item in analysed_items(questionnaire):
        question = questionnaire.by_item(item.item)
        items[item.key] = AskedItem(item, fill(question.text, words))
    return items


def _cases(session: Session, round_id: int) -> list[_Asked]:
    """The cases of a round's panel; those that came by another route have no weight and are not here."""
    rows = session.execute(
        select(
            Case,
            Organisation,
            PanelStratum,
            PanelMember,
            REGION,
            BAND,
            Seat,
            FrameEntry.rural_urban,
            FrameEntry.bme_led,
        )
        .join(Seat, (Seat.case_id == Case.id) & (Seat.kind == SeatKind.LEAD))
        .join(Organisation, Organisation.id == Case.organisation_id)
        .join(Round, Round.id == Case.round_id)
        .join(Panel, Panel.id == Round.panel_id)
        .join(PanelMember, PanelMember.id == Case.panel_member_id)
        .join(PanelStratum, PanelStratum.id == PanelMember.panel_stratum_id)
        .outerjoin(FrameEntry, ON_FRAME)
        .outerjoin(AddedCase, ADDED)
        .where(Case.round_id == round_id)
        .order_by(PanelStratum.name, PanelMember.prn)
    )
    asked = (_Asked(*row) for row in rows)
    # Tables hold no other route for a member; were one to come, it must not carry a weight.
    return [one for one in asked if is_probability(one.member.route)]


def _strata(session: Session, panel_id: int) -> list[PanelStratum]:
    return list(session.scalars(select(PanelStratum).where(PanelStratum.panel_id == panel_id)))


def _frame(session: Session, panel_id: int) -> Counter[Stratum]:
    rows = session.execute(
        select(FrameCell.sector, FrameCell.region, FrameCell.band, FrameCell.pop_size)
        .join(PanelCell, PanelCell.frame_cell_id == FrameCell.id)
        .where(PanelCell.panel_id == panel_id)
    )
    counts: Counter[Stratum] = Counter()
    for sector, region, band, size in rows:
        counts[Stratum(sector, region or NOT_KNOWN, band or NOT_KNOWN)] += size
    return counts


def _stratum(stratum: PanelStratum) -> Stratum:
    return Stratum(stratum.sector, stratum.region, stratum.band)


def _sent_answers(session: Session, keys: Keyring, round_view: RoundView) -> dict[str, _Sent]:
    key = material.material_key(session, keys, subject_kind=material.ROUND, subject_id=round_view.id)
    sent = session.scalars(
        select(Response).where(
            Response.round_id == round_view.id,
            Response.seat_label == SeatKind.LEAD,
            Response.sent,
        )
    )
    moments, reminded = keys.moments_key(key), round_view.dates.first_reminder_on
    return {
        response.seat_pseudonym: _Sent(opened(response, key), _late(response, moments, reminded))
        for response in sent
        if response.seat_pseudonym
    }


def _late(response: Response, moments_key: bytes, reminded_on: date) -> bool | None:
    """None where nothing says when it was sent."""
    try:
        sent = open_moments(moments_key, response.moments, response.id).sent
    except DestroyedError:
        return None
    return None if sent is None else london_date(sent.at) >= reminded_on


def _reply(context: _Context, asked: _Asked, unit: str, sent: _Sent | None) -> Reply:
    values: dict[str, float] = {}
    who = Who(asked.organisation.sector, asked.region, asked.band, asked.lead.mode)
    if sent is not None and asked.case.outcome is Outcome.COMPLETE:
        values = _values(context, who, sent.answers)
    weight, pop_size = asked.member.design_weight, asked.stratum.pop_size
    stratum, outcome = _stratum(asked.stratum), asked.case.outcome
    return Reply(
        stratum=stratum,
        pop_size=pop_size,
        design_weight=weight,
        outcome=outcome,
        values=values,
        unit=unit,
        region=asked.region,
        band=asked.band,
        late=None if sent is None else sent.late,
        rural=rural(asked.rural_urban or "") or NOT_KNOWN,
        bme_led=asked.bme_led or NOT_KNOWN,
        who=who,
        callers=context.callers.get(asked.case.id, frozenset()),
    )


def _values(context: _Context, who: Who, answers: dict[str, Answer]) -> dict[str, float]:
    questionnaire = context.questionnaires[who.sector]
    # What was answered in another mode than was sent in is off the route, as it was for the respondent.
    used = counted(questionnaire, answers, who.facts(context.agreement))
    values = {}
    for key, item in context.asked[who.sector].items():
        value = counted_value(questionnaire, item.item, used)
        if value is not None:
            values[key] = value
    return values
