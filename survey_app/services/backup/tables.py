"""Every table of PostgreSQL as a stream, in the order in which rows may follow one another, and back.

PostgreSQL's own text form of rows is used both ways, so that each value comes back as it was; pg_dump, which
has to fit the server's version and is not on every machine, is not needed.
"""

import json
from collections.abc import Iterator
from typing import IO, Any

from sqlalchemy import Column, Connection, MetaData, Table, delete, func, select, text

from survey_app.errors import InvalidError

OF_COLUMN = "pg_get_serial_sequence(:name, :column)"


def copy_out(connection: Connection, stream: IO[bytes]) -> None:
    """Write every table as it is at one moment."""
    connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
    known = MetaData()
    known.reflect(connection)
    quote = connection.dialect.identifier_preparer.quote
    bare: Any = connection.connection.cursor()
    with bare as cursor:
        for table in known.sorted_tables:
            columns = [column.name for column in table.columns]
            stream.write(json.dumps({"table": table.name, "columns": columns}).encode() + b"\n")
            listed = ", ".join(map(quote, columns))
            with cursor.copy(f"COPY {quote(table.name)} ({listed}) TO STDOUT") as rows:
                for block in rows:
                    stream.write(len(block).to_bytes(4) + bytes(block))
            stream.write((0).to_bytes(4))
    stream.write(json.dumps({"table": ""}).encode() + b"\n")


def copy_in(connection: Connection, stream: IO[bytes]) -> None:
    """Fill tables that are there and empty; their numbering goes on after the rows.

    Raises:
        InvalidError: a table of the stream is not there, or the stream ends too early.
    """
    known = MetaData()
    known.reflect(connection)
    quote = connection.dialect.identifier_preparer.quote
    bare: Any = connection.connection.cursor()
    with bare as cursor:
        for table in reversed(known.sorted_tables):
            # What migrations put there comes with the backup too.
            connection.execute(delete(table))
        for name, columns in _heads(stream):
            if name not in known.tables:
                raise InvalidError(f"The backup holds a table {name!r} that this program does not know.")
            listed = ", ".join(map(quote, columns))
            with cursor.copy(f"COPY {quote(name)} ({listed}) FROM STDIN") as rows:
                while size := int.from_bytes(_exactly(stream, 4)):
                    rows.write(_exactly(stream, size))
    for table in known.sorted_tables:
        for column in table.primary_key.columns:
            _number_on(connection, table, column)


def _number_on(connection: Connection, table: Table, column: Column[Any]) -> None:
    """Let the numbers of new rows go on after those that are there, unless they are drawn by chance.

    A column whose numbers were counted once may still own its counter, but takes nothing from it.
    """
    if column.server_default is None:
        return
    place = {"name": connection.dialect.identifier_preparer.quote(table.name), "column": column.name}
    if connection.scalar(text(f"SELECT {OF_COLUMN}"), place):
        newest = connection.scalar(select(func.max(column))) or 0
        connection.execute(text(f"SELECT setval({OF_COLUMN}, :next, false)"), place | {"next": newest + 1})


def _heads(stream: IO[bytes]) -> Iterator[tuple[str, list[str]]]:
    while True:
        head = json.loads(stream.readline() or b'{"table": null}')
        if head["table"] is None:
            raise InvalidError("The backup ends too early.")
        if not head["table"]:
            return
        yield head["table"], head["columns"]


def _exactly(stream: IO[bytes], size: int) -> bytes:
    content = stream.read(size)
    if len(content) != size:
        raise InvalidError("The backup ends too early.")
    return content
