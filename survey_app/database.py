"""The engine, the two kinds of transaction, and the column types.

SQLite is opened in WAL mode with synchronous FULL. A writing transaction begins
IMMEDIATE, so that it waits its turn at the start instead of failing in the middle
("database is locked" comes from upgrading a read lock); a reading one is DEFERRED
and never waits.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from select import POLLIN, poll
from time import sleep
from typing import Any

from sqlalchemy import (
    Connection,
    DateTime,
    Dialect,
    Engine,
    Table,
    create_engine,
    event,
    insert,
    inspect,
    make_url,
    text,
)
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DisconnectionError, IntegrityError, OperationalError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.types import TypeDecorator

from survey_app.constraints import refusal_of
from survey_app.errors import ConflictError

# Longer than any transaction here may last; past it a fault is a fault.
BUSY_MILLISECONDS = 30_000
# How long emptying the journal waits for readers, while writers wait for it.
PATIENCE_MILLISECONDS = 200


READ_ONLY = "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::bool"


# SQLite keeps no queue: whoever waits for the writer looks again at most 100 ms later. Work in many steps
# leaves a pause as long between them, so that nobody who waits misses it.
PAUSE_SECONDS = 0.12
Step = Callable[[Session, datetime], object]
"""A part of some long work, for a short transaction of its own, at an instant."""


@dataclass(frozen=True)
class Looks:
    """A step that changes nothing, and may take as long as it likes."""

    look: Step

    def __call__(self, session: Session, now: datetime) -> None:
        self.look(session, now)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: refuses a naive value, stores UTC, answers in UTC on both engines."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive datetime reached the database: {value}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Database:
    """One database, opened for reading or for writing."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self._read = sessionmaker(self.engine, expire_on_commit=False)
        self._write = sessionmaker(self.engine.execution_options(begin="IMMEDIATE"), expire_on_commit=False)

    @property
    def embedded(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A transaction that changes nothing; what it did is rolled back."""
        with self._read() as session:
            try:
                yield session
            finally:
                session.rollback()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A transaction that commits at the end, or leaves nothing behind."""
        with self._write.begin() as session:
            yield session

    def in_turns(self, steps: Iterable[Step], now: Callable[[], datetime]) -> None:
        """Take steps one after the other, each in a transaction of its own; others write in between."""
        for step in steps:
            if isinstance(step, Looks):
                with self.reading() as session:
                    step(session, now())
                continue
            with self.writing() as session:
                step(session, now())
            if self.embedded:
                sleep(PAUSE_SECONDS)

    @contextmanager
    def reshaping(self) -> Iterator[Connection]:
        """A transaction that may change tables.

        SQLite changes a constraint by copying the table and dropping the old one, which its foreign keys
        would refuse; so they rest meanwhile, and are all checked before the commit.
        """
        with self.engine.execution_options(begin="IMMEDIATE").connect() as connection:
            self._guard_keys(connection, on=False)
            try:
                with connection.begin():
                    yield connection
                    self._check_keys(connection)
            finally:
                self._guard_keys(connection, on=True)

    def _guard_keys(self, connection: Connection, *, on: bool) -> None:
        raw = connection.connection.dbapi_connection
        if self.embedded and raw is not None:
            raw.cursor().execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")

    def _check_keys(self, connection: Connection) -> None:
        if self.embedded and (broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()):
            raise RuntimeError(f"rows point at rows that are not there: {broken[:5]}")

    def scrub(self, *, whole: bool = False) -> None:
        """Take what was deleted out of the database's own files; reads go on, writes wait meanwhile.

        SQLite is written anew and its journal emptied. PostgreSQL writes the table of keys anew, so that what
        was sealed under a destroyed key stays noise, and clears the other tables of deleted rows.

        Args:
            whole: every table of PostgreSQL is written anew; it is locked meanwhile.

        Raises:
            ConflictError: SQLite's journal is being read all the time; try again.
        """
        if not self.embedded:
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                names = inspect(connection).get_table_names() if whole else ["material_key"]
                for name in map(connection.dialect.identifier_preparer.quote, names):
                    connection.exec_driver_sql(f"VACUUM FULL {name}")
                connection.exec_driver_sql("VACUUM")
            return
        raw = self.engine.raw_connection()
        try:
            raw.cursor().execute("VACUUM")
            ((busy, _, _),) = raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        finally:
            raw.close()
        if busy:
            raise ConflictError("The journal could not be emptied, because somebody reads it all the time.")

    def alive(self) -> bool:
        """Whether the database answers."""
        with self.engine.connect() as connection:
            return bool(connection.execute(text("SELECT 1")).scalar_one() == 1)

    def takes_writes(self) -> bool:
        """Whether a writing transaction can begin; waits for its turn, and changes nothing."""
        writing = self.engine.execution_options(begin="IMMEDIATE")
        try:
            with writing.connect() as connection:
                if not self.embedded:
                    return not connection.scalar(text(READ_ONLY))
                # SQLite begins to write in a file that takes none, and finds out later. Rolled back.
                connection.exec_driver_sql("PRAGMA user_version = 0")
                return True
        except OperationalError:
            return False

    def tidy(self, *tables: str) -> None:
        """Leave nothing of what these tables held before: no frame in the journal, no dead row.

        On SQLite what is deleted is overwritten anyway, and the journal is emptied for all tables at once;
        where somebody reads for long, that is left to the next time: writers would have to wait.
        """
        if self.embedded:
            self._empty_journal()
            return
        alone = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        with alone.connect() as connection:
            for name in tables:
                connection.exec_driver_sql(f"VACUUM {name}")

    def _empty_journal(self) -> None:
        raw = self.engine.raw_connection()
        try:
            for pragma in (
                f"busy_timeout={PATIENCE_MILLISECONDS}",
                "wal_checkpoint(TRUNCATE)",
                f"busy_timeout={BUSY_MILLISECONDS}",
            ):
                raw.cursor().execute(f"PRAGMA {pragma}")
        finally:
            raw.close()

    def close(self) -> None:
        self.engine.dispose()


def insert_many(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that all name the same columns: copied on PostgreSQL, where single inserts are slow.

    Nothing is filled in: what has no default in the database has to be named.
    """
    if not rows:
        return
    connection = session.connection()
    if connection.dialect.name != "postgresql":
        session.execute(insert(table), rows)
        return
    columns = [table.c[name] for name in rows[0]]
    prepared = [
        column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect) for column in columns
    ]
    names = ", ".join(connection.dialect.identifier_preparer.format_column(column) for column in columns)
    target = connection.dialect.identifier_preparer.format_table(table)
    bare: Any = connection.connection.cursor()
    with bare as cursor, cursor.copy(f"COPY {target} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(
                [
                    value if process is None else process(value)
                    for process, value in zip(prepared, row.values(), strict=True)
                ]
            )


def _engine(url: str) -> Engine:
    # Faults are logged and kept with jobs: what was to be written stays out of them (`hide_parameters`).
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
        engine = create_engine(parsed, pool_size=10, max_overflow=10, hide_parameters=True)
        event.listen(engine, "checkout", _leave_if_closed)
    else:
        timeout = {"timeout": BUSY_MILLISECONDS / 1000}
        engine = create_engine(parsed, connect_args=timeout, hide_parameters=True)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    event.listen(engine, "handle_error", _say_what_is_taken)
    return engine


def _leave_if_closed(connection: Any, _record: object, _used_by: object) -> None:
    """Let the pool open another connection where the database closed this one: something came unasked.

    A question to each connection before each use (`pool_pre_ping`) is a sixth of what a letter costs.
    """
    unasked = poll()
    if not connection.closed:
        unasked.register(connection.fileno(), POLLIN)
    if connection.closed or unasked.poll(0):
        raise DisconnectionError("The database closed the connection.")


def _say_what_is_taken(context: ExceptionContext) -> None:
    """Answer a constraint with its sentence, where it has one."""
    fault = context.sqlalchemy_exception
    if isinstance(fault, IntegrityError) and (refusal := refusal_of(fault)):
        raise refusal


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own BEGIN comes too late and is always deferred: ours replaces it.
    connection.isolation_level = None
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_MILLISECONDS}",
        # What is deleted is overwritten there and then, not when its place is needed again.
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    mode = connection.get_execution_options().get("begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {mode}")
