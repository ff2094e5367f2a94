"""Answers without a day, a time or an order in clear: moments under two keys, random keys, one pseudonym"""

import json
import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

import sqlalchemy as sa
from alembic import op

from survey_app.clock import london_date
from survey_app.crypto import Keyring, new_key, padded, seal, unseal
from survey_app.database import UtcDateTime
from survey_app.migrations.keys import keys_for

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

SEAT_KINDS = "'lead', 'second', 'colleague', 'staff_member', 'member', 'person_in_charge'"
CONFIDENTIAL_OR_OPEN = (
    "(kind = 'confidential') = (seat_pseudonym IS NOT NULL)"
    " AND (kind = 'open') = (case_id IS NOT NULL) AND (kind = 'open') = (seat_id IS NOT NULL)"
)
SIGNATURE = "fk_response_signature_response_id"
ORDER = secrets.SystemRandom()


def _before(name: str, *columns: sa.ColumnClause[Any]) -> sa.TableClause:
    return sa.table(f"{name}_before", *columns)


RESPONSES = _before(
    "response",
    *(sa.column(name) for name in ("id", "round_id", "kind", "seat_pseudonym", "case_id", "seat_id")),
    *(sa.column(name) for name in ("seat_label", "instrument_version_id", "mode", "revision", "document")),
    sa.column("started_on", sa.Date()),
    sa.column("submitted_on", sa.Date()),
)
CHANGES = _before(
    "response_change",
    *(sa.column(name) for name in ("response_id", "revision", "mode", "by", "changes")),
    sa.column("at", UtcDateTime(timezone=True)),
)
OPENINGS = _before(
    "response_opening", *(sa.column(name) for name in ("id", "round_id", "seat_pseudonym", "sealed"))
)


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        op.drop_constraint(op.f(SIGNATURE), "response_signature", type_="foreignkey")
    for name in ("response_change", "response_opening", "response"):
        op.execute(f"CREATE TABLE {name}_before AS SELECT * FROM {name}")  # noqa: S608
        op.drop_table(name)
    _responses()
    _changes()
    _openings()
    if connection.dialect.name != "sqlite":
        op.create_foreign_key(op.f(SIGNATURE), "response_signature", "response", ["response_id"], ["id"])
    _fill(connection)
    for name in ("response_change", "response_opening", "response"):
        op.drop_table(f"{name}_before")
    _number_letters(connection)
    # Rounds that are open have their passes from now on.
    op.execute(
        "INSERT INTO job (programme_id, kind, subject_kind, subject_id, occurrence, state, due_at, lease_until,"
        " leased_by, attempts, done, total, failure, note, created_at, created_by)"
        " SELECT programme_id, 'settle', 'round', id, 0, 'waiting', created_at, created_at,"
        " '', 0, 0, 0, '', '', created_at, created_by FROM round WHERE stage = 'open'"
    )


def _number_letters(connection: sa.Connection) -> None:
    """Letters by chance: no number says which was written first."""
    if connection.dialect.name == "sqlite":
        op.execute("UPDATE message SET id = abs(random() / 2)")
        return
    op.execute("ALTER TABLE message ALTER COLUMN id DROP DEFAULT, ALTER COLUMN id TYPE bigint")
    op.execute("DROP SEQUENCE message_id_seq")
    # Moved apart first, so that no letter meets the number of another.
    op.execute("UPDATE message SET id = -id")
    op.execute("UPDATE message SET id = (random() * 4611686018427387903)::bigint")


def _responses() -> None:
    op.create_table(
        "response",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("seat_pseudonym", sa.String(length=32), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("seat_id", sa.Integer(), nullable=True),
        sa.Column("seat_label", sa.String(length=40), nullable=False),
        sa.Column("instrument_version_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("sent", sa.Boolean(), nullable=False),
        sa.Column("moments", sa.LargeBinary(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("kind IN ('confidential', 'open')", name=op.f("ck_response_kind")),
        sa.CheckConstraint(f"seat_label IN ({SEAT_KINDS})", name=op.f("ck_response_seat_label")),
        sa.CheckConstraint(CONFIDENTIAL_OR_OPEN, name=op.f("ck_response_confidential_or_open")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_response_round_id")),
        sa.ForeignKeyConstraint(["case_id"], ["case.id"], name=op.f("fk_response_case_id")),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_response_seat_id")),
        sa.ForeignKeyConstraint(
            ["instrument_version_id"],
            ["instrument_version.id"],
            name=op.f("fk_response_instrument_version_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response")),
        sa.UniqueConstraint("seat_pseudonym", name=op.f("uq_response_seat_pseudonym")),
        sa.UniqueConstraint("seat_id", name=op.f("uq_response_seat_id")),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_response_round_id"), "response", ["round_id"])


def _changes() -> None:
    op.create_table(
        "response_change",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("response_id", sa.String(length=36), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("moment", sa.LargeBinary(), nullable=False),
        sa.Column("changes", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_response_change_response_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response_change")),
        sa.UniqueConstraint("response_id", "revision", name=op.f("uq_response_change_response_id_revision")),
    )


def _openings() -> None:
    op.create_table(
        "response_opening",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("seat_pseudonym", sa.String(length=32), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_response_opening_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response_opening")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_response_opening_seat_pseudonym", "response_opening", ["seat_pseudonym"])


def _fill(connection: sa.Connection) -> None:
    """The rows of before, in random order, with their days and times sealed.

    Raises:
        MissingKeyError: there are answers, and no keys.
    """
    there = (sa.select(sa.func.count()).select_from(one) for one in (RESPONSES, OPENINGS))
    if not any(connection.scalar(count) for count in there):
        return
    keys = keys_for("seal the days and times of the answers in this database", setting="LINK_KEY")
    known = _round_keys(connection, keys)
    ids = list(connection.execute(sa.select(RESPONSES.c.id, RESPONSES.c.round_id)))
    ORDER.shuffle(ids)
    for identity, round_id in ids:
        # Where the round's key was destroyed, so is that of its moments.
        _move_response(connection, identity, keys.moments_key(known.get(round_id, new_key())))
    openings = list(connection.execute(sa.select(OPENINGS)).mappings())
    ORDER.shuffle(openings)
    for row in openings:
        sealed, key, context = row["sealed"], known.get(row["round_id"]), f"opening {row['id']}"
        if key is not None:
            sealed = seal(keys.moments_key(key), unseal(key, sealed, context), context)
        _insert(connection, "response_opening", dict(row) | {"sealed": sealed})


def _round_keys(connection: sa.Connection, keys: Keyring) -> dict[int, bytes]:
    """The key of each round, where it was not destroyed."""
    rows = connection.execute(
        sa.text("SELECT subject_id, context, wrapped FROM material_key WHERE subject_kind = 'round'")
    )
    return {
        round_id: keys.unwrap(wrapped, context) for round_id, context, wrapped in rows if wrapped is not None
    }


def _move_response(connection: sa.Connection, identity: str, key: bytes) -> None:
    row = connection.execute(sa.select(RESPONSES).where(RESPONSES.c.id == identity)).mappings().one()
    query = sa.select(CHANGES).where(CHANGES.c.response_id == identity).order_by(CHANGES.c.revision)
    changes = list(connection.execute(query).mappings())
    kept = {name: row[name] for name in row if name not in ("mode", "started_on", "submitted_on")}
    sealed = seal(key, _filled(_moments(row, changes), 256), f"moments {identity}")
    _insert(connection, "response", kept | {"sent": row["submitted_on"] is not None, "moments": sealed})
    for change in ORDER.sample(changes, len(changes)):
        moment, revision = _step(change["at"], change["mode"], change["by"]), change["revision"]
        values = {
            "id": secrets.randbits(62),
            "response_id": identity,
            "revision": revision,
            "moment": seal(key, _filled(moment, 64), f"moment {identity} {revision}"),
            "changes": change["changes"],
        }
        _insert(connection, "response_change", values)


def _moments(row: sa.RowMapping, changes: list[sa.RowMapping]) -> dict[str, list[str]]:
    """When a response was begun, saved and sent, as far as days and changes tell."""
    first, last = (changes[0], changes[-1]) if changes else (None, None)
    by = last["by"] if last else "respondent"
    begun = _step(_noon(row["started_on"]), row["mode"], by)
    if first and first["revision"] == 1:
        begun = _step(first["at"], first["mode"], first["by"])
    saved = _step(last["at"], last["mode"], by) if last else begun
    steps = {"started": begun, "saved": saved}
    if (day := row["submitted_on"]) is not None:
        at = last["at"] if last and london_date(last["at"]) == day else _noon(day)
        steps["sent"] = _step(at, row["mode"], by)
    return steps


def _step(at: datetime, mode: str, by: str) -> list[str]:
    return [at.isoformat(timespec="seconds"), mode, by]


def _filled(content: object, block: int) -> bytes:
    return padded(json.dumps(content).encode(), block)


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def _insert(connection: sa.Connection, name: str, values: Mapping[str, Any]) -> None:
    target = sa.table(name, *(sa.column(column) for column in values))
    connection.execute(sa.insert(target).values(**values))
