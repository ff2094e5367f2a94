"""Whether two people are two: nobody is somebody's second whose account or roles that somebody made alone.

Since an account and a weighty role take two administrators, or the command of whoever runs the machine, what
was made alone is from before that. Whoever runs the machine vouches for such people (`compact people vouch`).
"""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey_app.errors import NotAllowedError
from survey_app.models.people.accounts import Grant, Person
from survey_app.services.audit import AuditContext, record
from survey_app.services.people.permissions import WEIGHTY


def check_independent(session: Session, *, asker_id: int, decider_id: int) -> None:
    """Whether somebody may be the second person for another.

    Raises:
        NotAllowedError: one of them made the other's account or gave them a weighty role alone, or somebody
            made both so.
    """
    if not are_independent(session, asker_id, decider_id):
        raise NotAllowedError(
            "One of you added the other or gave them their role alone, or somebody else did so with both of "
            "you. Let another person decide, or ask whoever runs the machine to vouch for you."
        )


def are_independent(session: Session, one_id: int, other_id: int) -> bool:
    """Whether two accounts are two people, as far as can be known of who made them."""
    return not _line_of(session, one_id) & _line_of(session, other_id)


def made_alone_by(session: Session, *, person_id: int) -> int | None:
    """The administrator who made an account without a second."""
    return session.scalar(select(Person.made_alone_by_id).where(Person.id == person_id))


def vouch(session: Session, *, person_id: int, context: AuditContext) -> None:
    """Say that an account is a person of its own, whoever made it; for whoever runs the machine. Audited."""
    session.execute(update(Person).where(Person.id == person_id).values(made_alone_by_id=None))
    session.execute(update(Grant).where(Grant.person_id == person_id).values(given_alone_by_id=None))
    record(session, context, "account vouched for", "person", person_id)


def _line_of(session: Session, person_id: int) -> set[int]:
    """A person with whoever made them alone, and whoever made those."""
    line: set[int] = set()
    to_look_at = {person_id}
    while to_look_at:
        line |= to_look_at
        to_look_at = _makers(session, to_look_at) - line
    return line


def _makers(session: Session, people: set[int]) -> set[int]:
    made = select(Person.made_alone_by_id).where(Person.id.in_(people), Person.made_alone_by_id.is_not(None))
    given = select(Grant.given_alone_by_id).where(
        Grant.person_id.in_(people), Grant.role.in_(WEIGHTY), Grant.given_alone_by_id.is_not(None)
    )
    return {maker for maker in (*session.scalars(made), *session.scalars(given)) if maker is not None}
