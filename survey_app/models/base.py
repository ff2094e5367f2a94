"""What every table shares: names of constraints, types of columns."""

import secrets
import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import JSON, BigInteger, CheckConstraint, Enum, Integer, MetaData, String, Table
from sqlalchemy.orm import DeclarativeBase

from survey_app.database import UtcDateTime

JsonObject = dict[str, Any]


class Base(DeclarativeBase):
    """Base of every table; constraints are named by convention so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - declared so by SQLAlchemy
        datetime: UtcDateTime,
        JsonObject: JSON,
        list[str]: JSON,
    }


def table(model: type[Base]) -> Table:
    """The bare table of a model, for statements run so often that the ORM's bookkeeping would tell."""
    return cast(Table, model.__table__)


def choice(kind: type[StrEnum]) -> Enum:
    """A column that holds one value of `kind`, as text with a check."""
    return Enum(
        kind, native_enum=False, values_callable=lambda members: [m.value for m in members], length=40
    )


def checked_choice(kind: type[StrEnum], name: str | None = None) -> Enum:
    """Like `choice`, and the database refuses any other value: `ck_<table>_<name>`."""
    return Enum(
        kind,
        name=name or kind.__name__.lower(),
        native_enum=False,
        create_constraint=True,
        values_callable=lambda members: [m.value for m in members],
        length=40,
    )


def one_of(column: str, kind: type[StrEnum], *others: str) -> CheckConstraint:
    """Let the database refuse what is neither of `kind` nor among `others`; named after the column."""
    values = ", ".join(f"'{value}'" for value in (*others, *kind))
    return CheckConstraint(f"{column} IN ({values})", name=column)


def fresh_uuid() -> str:
    """A random identity, for rows whose order must not be readable from their key."""
    return str(uuid.uuid4())


def fresh_key() -> int:
    """A random whole number as a key, for many small rows whose order must not be readable from it."""
    return secrets.randbits(62)


UUID_TEXT = String(36)
# SQLite numbers the rows of a table with a key of text in secret, by their order; this makes it go without.
WITHOUT_ORDER = {"sqlite_with_rowid": False}
# SQLite orders a table by its INTEGER key, so a random one leaves no order of insertion behind.
RANDOM_KEY = BigInteger().with_variant(Integer, "sqlite")
