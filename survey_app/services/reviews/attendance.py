"""Who is asked to a session, who accepts and who comes: by sector and level, for OUT-3.2 too."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, distinct, func, select
from sqlalchemy.orm import Session

from sampling.frame import Sector
from sampling.texts import folded
from scheduler.strands import Strand
from survey_app.clock import london_date
from survey_app.errors import InvalidError, NotFoundError, StageError
from survey_app.models.contacts import Contact, ContactPermission
from survey_app.models.organisations import Organisation, OrganisationName
from survey_app.models.reviews.sessions import Reply, ReviewInvitation, ReviewSession, Scope, SessionState
from survey_app.models.rounds import Round
from survey_app.services.audit import AuditContext, record
from survey_app.services.reviews import letters
from survey_app.services.reviews.sessions import session_row

MAX_ROLE, MAX_CAME = 120, 500


@dataclass(frozen=True, kw_only=True)
class InvitationView:
    """An organisation that is asked to a session, or came by itself; `came` is none until it is recorded."""

    id: int
    session_id: int
    organisation_id: int
    organisation: str
    sector: Sector
    level: Scope
    role: str
    reply: Reply
    came: int | None
    reachable: bool


@dataclass(frozen=True)
class Turnout:
    """How many organisations of one sector and level were asked, accepted and came, and how many people."""

    sector: Sector
    level: Scope
    invited: int
    accepted: int
    came: int
    people: int


@dataclass(frozen=True)
class YearOfAttendance:
    """How many organisations came to the sessions of a year's reviews (OUT-3.2), each counted once.

    `by_level` counts an organisation once in each level in which it came.
    """

    year: int
    organisations: int
    by_sector: dict[Sector, int] = field(default_factory=dict)
    by_level: dict[tuple[Sector, Scope], int] = field(default_factory=dict)


def invite(
    session: Session, *, session_id: int, organisation: str, level: Scope, role: str, context: AuditContext
) -> int:
    """Ask an organisation to send somebody of a role; the invitation's id. Nobody is written to by this.

    Args:
        organisation: its name, in any spelling.

    Raises:
        NotFoundError: no such session.
        StageError: it was held or cancelled.
        TakenError: the organisation is asked for this role already.
        InvalidError: no organisation is called so, several are, or no role is named.
    """
    row = session_row(session, session_id, context.programme_id)
    if row.state is not SessionState.PLANNED:
        raise StageError(f"“{row.title}” was {row.state} already. Record who came instead.")
    return _add(session, row, organisation, level, role, Reply.NONE, None, context)


def add_uninvited(
    session: Session, *, session_id: int, organisation: str, level: Scope, role: str, came: int,
    context: AuditContext,
) -> int:  # fmt: skip
    """Record an organisation that came without an invitation; the id of its line.

    Raises:
        NotFoundError: no such session.
        StageError: it was cancelled, or its day is still to come.
        TakenError: the organisation has a line for this role already.
        InvalidError: no organisation is called so, several are, or no role is named.
    """
    row = session_row(session, session_id, context.programme_id)
    _check_begun(row, context)
    return _add(session, row, organisation, level, role, Reply.UNINVITED, _people(came), context)


def _add(
    session: Session, row: ReviewSession, organisation: str, level: Scope, role: str, reply: Reply,
    came: int | None, context: AuditContext,
) -> int:  # fmt: skip
    said = role.strip()
    if not 0 < len(said) <= MAX_ROLE:
        raise InvalidError("Say in which role somebody comes: Compact lead, trustee, head of grants.")
    named = _named(session, organisation)
    contact = session.scalar(
        select(Contact.id)
        .where(
            Contact.organisation_id == named.id,
            Contact.valid_to.is_(None),
            Contact.permission != ContactPermission.NO,
        )
        .order_by((Contact.role == said).desc(), Contact.position, Contact.id)
        .limit(1)
    )
    added = ReviewInvitation(
        session_id=row.id, organisation_id=named.id, contact_id=contact, sector=named.sector, level=level,
        role=said, reply=reply, came=came, created_at=context.now, created_by=context.actor,
    )  # fmt: skip
    session.add(added)
    session.flush()
    record(session, context, "organisation invited", "review session", row.id, organisation=named.id)
    return added.id


def organisations_called(session: Session, words: str) -> Sequence[Organisation]:
    """The first two organisations that have or had a name, in any spelling."""
    return session.scalars(
        select(Organisation)
        .join(OrganisationName, OrganisationName.organisation_id == Organisation.id)
        .where(OrganisationName.folded == folded(words))
        .distinct()
        .limit(2)
    ).all()


def _named(session: Session, words: str) -> Organisation:
    rows = organisations_called(session, words)
    if not words.strip() or not rows:
        raise InvalidError("No organisation is called so. Look for its name in the directory.")
    if len(rows) > 1:
        raise InvalidError("Several organisations are called so. Give the name that only one of them has.")
    return rows[0]


def some_organisations(session: Session, *, each: int) -> list[tuple[int, str]]:
    """The id and name of the first organisations of each sector whose name no other has or had."""
    alone = (
        select(OrganisationName.folded)
        .group_by(OrganisationName.folded)
        .having(func.count(distinct(OrganisationName.organisation_id)) == 1)
    )
    query = (
        select(Organisation.id, Organisation.name)
        .join(OrganisationName, OrganisationName.organisation_id == Organisation.id)
        .where(OrganisationName.name == Organisation.name, OrganisationName.folded.in_(alone))
        .order_by(Organisation.id)
        .limit(each)
    )
    return [
        (row.id, row.name)
        for sector in Sector
        for row in session.execute(query.where(Organisation.sector == sector))
    ]


def record_reply(session: Session, *, invitation_id: int, reply: Reply, context: AuditContext) -> None:
    """Record what an organisation said to its invitation; it may change its mind until the day is over.

    Raises:
        NotFoundError: no such invitation.
        StageError: the session is held or cancelled, or nobody invited them.
    """
    line, row = _line(session, invitation_id, context)
    if row.state is not SessionState.PLANNED or line.reply is Reply.UNINVITED or reply is Reply.UNINVITED:
        raise StageError("Replies are recorded of those who were invited, until the session is held.")
    line.reply = reply
    record(
        session, context, "invitation answered", "review session", row.id, organisation=line.organisation_id
    )


def record_came(session: Session, *, invitation_id: int, came: int, context: AuditContext) -> None:
    """Record how many people of an organisation came; none is an answer too. May be corrected.

    Raises:
        NotFoundError: no such invitation.
        StageError: the session was cancelled, or its day is still to come.
        InvalidError: no such number of people.
    """
    line, row = _line(session, invitation_id, context)
    _check_begun(row, context)
    line.came = _people(came)
    record(
        session, context, "attendance recorded", "review session", row.id, organisation=line.organisation_id
    )


def take_off(session: Session, *, invitation_id: int, context: AuditContext) -> None:
    """Take a line off that was entered by mistake.

    Raises:
        NotFoundError: no such invitation.
        StageError: the session was held or cancelled, or a letter has left.
    """
    line, row = _line(session, invitation_id, context)
    if row.state is not SessionState.PLANNED:
        raise StageError(f"“{row.title}” was {row.state} already. Its list stays as it is.")
    if letters.was_written_to(session, line.id):
        raise StageError("They were written to, so they stay on the list. Record what they say instead.")
    letters.withdraw(session, line=line, row=row, programme_id=context.programme_id or 0)
    letters.delete_letters(session, line=line)
    session.execute(delete(ReviewInvitation).where(ReviewInvitation.id == line.id))
    record(
        session, context, "invitation taken back", "review session", row.id, organisation=line.organisation_id
    )


def invitations_of(session: Session, session_id: int) -> list[InvitationView]:
    """Everybody who is asked to a session or came by themselves, by sector and name."""
    rows = session.execute(
        select(ReviewInvitation, Organisation.name)
        .join(Organisation, Organisation.id == ReviewInvitation.organisation_id)
        .where(ReviewInvitation.session_id == session_id)
        .order_by(ReviewInvitation.sector, Organisation.name, ReviewInvitation.role)
    )
    return [_view(row, name) for row, name in rows]


def invitation_of(session: Session, *, invitation_id: int, programme_id: int | None) -> InvitationView:
    """One line of a session's list.

    Raises:
        NotFoundError: the programme has none of this id.
    """
    row = session.get(ReviewInvitation, invitation_id)
    if row is None:
        raise NotFoundError("invitation", invitation_id)
    session_row(session, row.session_id, programme_id)
    return _view(row, session.get_one(Organisation, row.organisation_id).name)


def _view(row: ReviewInvitation, name: str) -> InvitationView:
    return InvitationView(
        id=row.id, session_id=row.session_id, organisation_id=row.organisation_id, organisation=name,
        sector=row.sector, level=row.level, role=row.role, reply=row.reply, came=row.came,
        reachable=row.contact_id is not None,
    )  # fmt: skip


def turnout(lines: Iterable[InvitationView]) -> list[Turnout]:
    """How many were asked, accepted and came, by sector and level: each line one organisation and role."""
    groups: dict[tuple[Sector, Scope], list[InvitationView]] = {}
    for line in lines:
        groups.setdefault((line.sector, line.level), []).append(line)
    return [
        Turnout(
            sector,
            level,
            sum(one.reply is not Reply.UNINVITED for one in group),
            sum(one.reply is Reply.ACCEPTED for one in group),
            sum(bool(one.came) for one in group),
            sum(one.came or 0 for one in group),
        )
        for sector in Sector
        for level in Scope
        if (group := groups.get((sector, level)))
    ]


def attendance_by_year(session: Session, *, programme_id: int) -> list[YearOfAttendance]:
    """The organisations that came to the annual review, by its year: the output indicator OUT-3.2."""
    came = (
        select(Round.year, ReviewInvitation.sector, ReviewInvitation.level, ReviewInvitation.organisation_id)
        .join(ReviewSession, ReviewSession.id == ReviewInvitation.session_id)
        .join(Round, Round.id == ReviewSession.round_id)
        .where(
            Round.programme_id == programme_id,
            Round.strand == Strand.ANNUAL_REVIEW,
            ReviewSession.state == SessionState.HELD,
            ReviewInvitation.came > 0,
        )
        .distinct()
    ).subquery()
    every = session.execute(
        select(came.c.year, func.count(distinct(came.c.organisation_id))).group_by(came.c.year)
    )
    rows = session.execute(select(came.c.year, came.c.sector, came.c.level, came.c.organisation_id)).all()
    return [
        YearOfAttendance(
            year,
            organisations,
            dict(Counter(sector for sector, _ in {(one.sector, one[3]) for one in rows if one.year == year})),
            dict(Counter((one.sector, one.level) for one in rows if one.year == year)),
        )
        for year, organisations in sorted((one[0], one[1]) for one in every)
    ]


def _line(
    session: Session, invitation_id: int, context: AuditContext
) -> tuple[ReviewInvitation, ReviewSession]:
    line = session.get(ReviewInvitation, invitation_id, populate_existing=True)
    if line is None:
        raise NotFoundError("invitation", invitation_id)
    return line, session_row(session, line.session_id, context.programme_id)


def _check_begun(row: ReviewSession, context: AuditContext) -> None:
    if row.state is SessionState.CANCELLED:
        raise StageError(f"“{row.title}” was cancelled: {row.cancelled_why}")
    if row.day > london_date(context.now):
        raise StageError(f"“{row.title}” is still to come. Record who came on its day.")


def _people(came: int) -> int:
    if not 0 <= came <= MAX_CAME:
        raise InvalidError(f"Enter how many people came: 0 to {MAX_CAME}.")
    return came
