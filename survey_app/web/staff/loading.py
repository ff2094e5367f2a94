"""What an address names, loaded once: the view below it takes the object, and no other programme's.

    @bp.get(f"/rounds/<{NUMBER}:round_id>/withdraw")
    @requires(Permission.PLAN_ROUND)
    @loads(ROUND)
    def withdraw(round_view: RoundView) -> ResponseReturnValue: ...

An address that names nothing of the person's programme is a page that does not exist. A guard test refuses a
view that looks up by itself what its address names.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from scheduler.strands import Strand
from survey_app.errors import NotFoundError
from survey_app.services.agreements import proposals, register
from survey_app.services.audit import is_noted, record
from survey_app.services.cases import casework
from survey_app.services.cycle import rehearsals, rules
from survey_app.services.forms import listed
from survey_app.services.frames import history as history_of_frames
from survey_app.services.frames import snapshots
from survey_app.services.logs import entries as log_entries
from survey_app.services.organisations import areas, contacts, history
from survey_app.services.panels import drawing, saved_plans
from survey_app.services.people import accounts
from survey_app.services.people.accounts import PersonLine
from survey_app.services.people.permissions import Permission
from survey_app.services.questionnaires import versions
from survey_app.services.results import release
from survey_app.services.reviews import (
    attendance,
    ballots,
    decisions,
    issues,
    packs,
    records,
    sessions,
    steps,
)
from survey_app.services.rounds import lifecycle
from survey_app.web.site import View, context, person, reading, site, within, writing

LOOKED = "looked at"


@dataclass(frozen=True)
class Subject:
    """A kind of object that addresses name.

    `key` is the part of the address, `name` what the view takes in its place, `look_up` gets the session, the
    key's value and the programme. `strand_of` says of which strand the object is, where it is of one: then
    whoever holds what the route requires for that strand alone may open the page.
    """

    key: str
    name: str
    look_up: Callable[[Session, int, int], Any]
    strand_of: Callable[[Session, Any, int], Strand] | None = None
    # What the audit trail calls it, where it is on the trail that somebody looked.
    audited_as: str = ""


def loads(subject: Subject) -> Callable[[View], View]:
    """Hand the view the object that its address names.

    Raises:
        NotFoundError: when the page is asked for; there is none, or it is another programme's.
        NotAllowedError: it is of a strand for which the person does not hold what the route requires.
    """

    def load(view: View) -> View:
        @wraps(view)
        def loaded(**parts: Any) -> ResponseReturnValue:
            key, programme_id = parts.pop(subject.key), person().programme_id
            with reading() as session:
                named = subject.look_up(session, key, programme_id)
                strand = subject.strand_of and subject.strand_of(session, named, programme_id)
            if strand:
                within(strand)
            if subject.audited_as:
                _note_look(subject.audited_as, key)
            return view(**parts, **{subject.name: named})

        loaded.checks_strand = subject.strand_of is not None  # type: ignore[attr-defined]
        return loaded

    return load


def _note_look(subject: str, key: int) -> None:
    """Put on the audit trail that somebody looked, once a day, for the time of day is kept of none."""
    doing = context()
    with reading() as session:
        noted = is_noted(session, doing, LOOKED, subject, key)
    if not noted:
        with writing() as session:
            record(session, doing, LOOKED, subject, key)


def _person(session: Session, person_id: int, programme_id: int) -> PersonLine:
    listed = accounts.listing(session, programme_id=programme_id)
    known = next((line for line in listed if line.id == person_id), None)
    if known is None:
        raise NotFoundError("person", person_id)
    return known


ROUND = Subject(
    "round_id",
    "round_view",
    lambda session, key, programme_id: lifecycle.get_round(session, round_id=key, programme_id=programme_id),
    lambda session, round_view, programme_id: round_view.strand,
)
CASE = Subject(
    "case_id",
    "case",
    lambda session, key, programme_id: casework.case_view(
        session, site().keys, case_id=key, programme_id=programme_id
    ),
    lambda session, case, programme_id: lifecycle.strand_of(session, case.round_id),
    audited_as="case",
)
FRAME = Subject(
    "frame_id",
    "frame",
    lambda session, key, programme_id: snapshots.frame_page(session, frame_id=key, programme_id=programme_id),
)
EDITION = Subject(
    "list_id",
    "edition",
    lambda session, key, programme_id: history_of_frames.edition_of(
        session, list_id=key, programme_id=programme_id
    ),
)
RULE = Subject(
    "rule_id",
    "kept",
    lambda session, key, programme_id: rules.rule_of(session, rule_id=key, programme_id=programme_id),
    lambda session, kept, programme_id: kept.rule.strand,
)
REHEARSAL = Subject(
    "rehearsal_id",
    "rehearsed",
    lambda session, key, programme_id: rehearsals.rehearsal(
        session, rehearsal_id=key, programme_id=programme_id
    ),
)
AGREEMENT = Subject(
    "agreement_id",
    "agreement",
    lambda session, key, programme_id: register.agreement_line(
        session, agreement_id=key, programme_id=programme_id
    ),
)
ENTRY = Subject(
    "entry_id",
    "entry",
    lambda session, key, programme_id: register.entry_of(session, entry_id=key, programme_id=programme_id),
)
# Organisations and their areas are shared by all programmes.
STAY = Subject("stay_id", "stay", lambda session, key, programme_id: areas.stay_of(session, key))
LOG_ENTRY = Subject(
    "log_entry_id",
    "entry",
    lambda session, key, programme_id: log_entries.entry_of(session, entry_id=key, programme_id=programme_id),
)


def _of_the_review(session: Session, named: object, programme_id: int) -> Strand:
    return Strand.ANNUAL_REVIEW


REVIEW = Subject(
    "review_id",
    "review",
    lambda session, key, programme_id: issues.review_of(session, round_id=key, programme_id=programme_id),
    _of_the_review,
)
ISSUE = Subject(
    "issue_id",
    "issue",
    lambda session, key, programme_id: issues.issue_of(session, issue_id=key, programme_id=programme_id),
    _of_the_review,
)
DECISION = Subject(
    "decision_id",
    "decision",
    lambda session, key, programme_id: decisions.decision_of(
        session, decision_id=key, programme_id=programme_id
    ),
    _of_the_review,
)
ACTION = Subject(
    "action_id",
    "action",
    lambda session, key, programme_id: decisions.action_of(session, action_id=key, programme_id=programme_id),
    _of_the_review,
)
STEP = Subject(
    "step_id",
    "step",
    lambda session, key, programme_id: steps.step_of(session, step_id=key, programme_id=programme_id),
    _of_the_review,
)
BALLOT = Subject(
    "ballot_id",
    "ballot",
    lambda session, key, programme_id: ballots.ballot_of(session, ballot_id=key, programme_id=programme_id),
    _of_the_review,
)
MEETING = Subject(
    "session_id",
    "meeting",
    lambda session, key, programme_id: sessions.session_of(
        session, session_id=key, programme_id=programme_id
    ),
    _of_the_review,
)
INVITATION = Subject(
    "invitation_id",
    "invitation",
    lambda session, key, programme_id: attendance.invitation_of(
        session, invitation_id=key, programme_id=programme_id
    ),
    _of_the_review,
)
RECORD = Subject(
    "record_id",
    "edition",
    lambda session, key, programme_id: records.edition_of(session, record_id=key, programme_id=programme_id),
    _of_the_review,
)
PACK = Subject(
    "pack_id",
    "pack",
    lambda session, key, programme_id: packs.pack_of(session, pack_id=key, programme_id=programme_id),
    _of_the_review,
)
FORM = Subject(
    "form_id",
    "paper",
    lambda session, key, programme_id: listed.form_of(session, form_id=key, programme_id=programme_id),
)
PROPOSAL = Subject(
    "proposal_id",
    "proposal",
    lambda session, key, programme_id: proposals.proposal_of(
        session, proposal_id=key, programme_id=programme_id
    ),
)
PANEL = Subject(
    "panel_id",
    "panel",
    lambda session, key, programme_id: drawing.panel_page(session, panel_id=key, programme_id=programme_id),
)
PLAN = Subject(
    "plan_id",
    "kept",
    lambda session, key, programme_id: saved_plans.plan_of(session, plan_id=key, programme_id=programme_id),
)
RELEASE = Subject(
    "release_id",
    "released",
    lambda session, key, programme_id: release.release_page(
        session,
        site().keys,
        release_id=key,
        programme_id=programme_id,
        drafts=person().may(Permission.FREEZE_RELEASE),
    ),
)
# Questionnaires, organisations and how these are reached are shared by all programmes.
VERSION = Subject("version_id", "line", lambda session, key, _: versions.line_of(session, key))
ORGANISATION = Subject(
    "organisation_id",
    "organisation",
    lambda session, key, _: history.organisation_history(session, organisation_id=key),
)
CONTACT = Subject(
    "contact_id",
    "contact",
    lambda session, key, _: contacts.contact_of(session, site().keys, contact_id=key),
    audited_as="contact",
)
PERSON = Subject("person_id", "known", _person)
