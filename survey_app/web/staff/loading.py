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


def _of_the_programme(
    key: str,
    name: str,
    load: Callable[..., Any],
    *,
    under: str = "",
    strand_of: Callable[[Session, Any, int], Strand] | None = None,
) -> Subject:
    """What `load` finds in the programme by its key, which it takes by the name of the address or `under`."""

    def look_up(session: Session, value: int, programme_id: int) -> Any:
        return load(session, **{under or key: value}, programme_id=programme_id)

    return Subject(key, name, look_up, strand_of)


def _of_the_review(key: str, name: str, load: Callable[..., Any], *, under: str = "") -> Subject:
    """The same of what belongs to the annual review."""

    def strand_of(session: Session, named: object, programme_id: int) -> Strand:
        return Strand.ANNUAL_REVIEW

    return _of_the_programme(key, name, load, under=under, strand_of=strand_of)


ROUND = _of_the_programme(
    "round_id",
    "round_view",
    lifecycle.get_round,
    strand_of=lambda session, round_view, programme_id: round_view.strand,
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
FRAME = _of_the_programme("frame_id", "frame", snapshots.frame_page)
EDITION = _of_the_programme("list_id", "edition", history_of_frames.edition_of)
RULE = _of_the_programme(
    "rule_id", "kept", rules.rule_of, strand_of=lambda session, kept, programme_id: kept.rule.strand
)
REHEARSAL = _of_the_programme("rehearsal_id", "rehearsed", rehearsals.rehearsal)
AGREEMENT = _of_the_programme("agreement_id", "agreement", register.agreement_line)
ENTRY = _of_the_programme("entry_id", "entry", register.entry_of)
# Organisations and their areas are shared by all programmes.
STAY = Subject("stay_id", "stay", lambda session, key, programme_id: areas.stay_of(session, key))
LOG_ENTRY = _of_the_programme("log_entry_id", "entry", log_entries.entry_of, under="entry_id")


REVIEW = _of_the_review("review_id", "review", issues.review_of, under="round_id")
ISSUE = _of_the_review("issue_id", "issue", issues.issue_of)
DECISION = _of_the_review("decision_id", "decision", decisions.decision_of)
ACTION = _of_the_review("action_id", "action", decisions.action_of)
STEP = _of_the_review("step_id", "step", steps.step_of)
BALLOT = _of_the_review("ballot_id", "ballot", ballots.ballot_of)
MEETING = _of_the_review("session_id", "meeting", sessions.session_of)
INVITATION = _of_the_review("invitation_id", "invitation", attendance.invitation_of)
RECORD = _of_the_review("record_id", "edition", records.edition_of)
PACK = _of_the_review("pack_id", "pack", packs.pack_of)
FORM = _of_the_programme("form_id", "paper", listed.form_of)
PROPOSAL = _of_the_programme("proposal_id", "proposal", proposals.proposal_of)
PANEL = _of_the_programme("panel_id", "panel", drawing.panel_page)
PLAN = _of_the_programme("plan_id", "kept", saved_plans.plan_of)
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
