"""A round's answers written anew in random order, so that no place in the file tells which came when.

SQLite lays rows down where there is room, and PostgreSQL numbers the transaction that wrote each. Afterwards
every row of the round stands where chance put it, written by one transaction.
"""

from sqlalchemy import Column, ColumnElement, MetaData, Table, delete, insert, select, text
from sqlalchemy.orm import Session

from survey_app.models.base import table
from survey_app.models.responses import Response, ResponseChange, ResponseDraft, ResponseOpening

# In the order in which whoever saves takes them.
TABLES = (table(Response), table(ResponseChange), table(ResponseDraft), table(ResponseOpening))


def hold(session: Session) -> None:
    """Let no answer be written until this transaction ends; on SQLite it never is beside a writing one."""
    if session.get_bind().dialect.name == "postgresql":
        names = ", ".join(one.name for one in TABLES)
        session.execute(text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))


def shuffle(session: Session, *, round_id: int) -> None:
    """Write the confidential answers of a round anew, all together, each table by its random keys."""
    responses, changes, *others = TABLES
    mine = (responses.c.round_id == round_id) & responses.c.seat_pseudonym.is_not(None)
    theirs = changes.c.response_id.in_(select(responses.c.id).where(mine))
    aside = {
        changes: _put_aside(session, changes, theirs),
        responses: _put_aside(session, responses, mine),
    } | {other: _put_aside(session, other, other.c.round_id == round_id) for other in others}
    for target in TABLES:
        kept = aside[target]
        # The keys are random, and rows that come in their order are laid down without looking for a place.
        in_order = select(kept).order_by(kept.c.id)
        session.execute(insert(target).from_select(list(kept.c.keys()), in_order))
    for kept in aside.values():
        kept.drop(session.connection())


def _put_aside(session: Session, source: Table, mine: ColumnElement[bool]) -> Table:
    """Rows, moved into a table that lives as long as the transaction."""
    kept = Table(
        f"{source.name}_aside",
        MetaData(),
        *(Column(column.name, column.type) for column in source.c),
        prefixes=["TEMPORARY"],
    )
    kept.create(session.connection())
    session.execute(insert(kept).from_select(list(source.c.keys()), select(source).where(mine)))
    session.execute(delete(source).where(mine))
    return kept
