"""What belongs to a programme: looked up by its key, and told apart from what belongs to another."""

from typing import Any, Protocol, TypeVar

from sqlalchemy.orm import Session

from survey_app.errors import NotFoundError


class Owned(Protocol):
    """A table whose rows belong to a programme."""

    __tablename__: Any

    @property
    def programme_id(self) -> int: ...


Row = TypeVar("Row", bound=Owned)
# Where people say it otherwise than the table does.
NAMES = {"panel_plan": "plan"}


def owned(session: Session, table: type[Row], key: int, *, programme_id: int | None, **options: Any) -> Row:
    """One row of a programme's own; `options` are those of `Session.get`.

    Raises:
        NotFoundError: there is none, or it is another programme's, which nobody is told apart.
    """
    row = session.get(table, key, **options)
    if row is None or row.programme_id != programme_id:
        raise NotFoundError(NAMES.get(table.__tablename__, table.__tablename__), key)
    return row
