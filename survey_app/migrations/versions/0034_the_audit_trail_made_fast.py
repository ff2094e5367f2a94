"""The audit trail in batches that are signed; random keys, and of cases and organisations the day alone"""

import secrets
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
# As `survey_app.services.audit` has them.
BY_DAY = {"case", "seat", "organisation", "contact", "consent", "message", "search"}
LONDON = ZoneInfo("Europe/London")
BATCH = 1000
ENTRY = sa.table(
    "audit_entry",
    sa.column("id", KEY),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("by_day", sa.Boolean()),
    sa.column("subject", sa.String()),
    sa.column("detail", sa.JSON()),
)


def upgrade() -> None:
    op.create_table(
        "audit_checkpoint",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_by", sa.String(length=200), nullable=False),
        sa.Column("removal_signature", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_checkpoint")),
    )
    with op.batch_alter_table("audit_entry") as batch:
        batch.add_column(sa.Column("by_day", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch.add_column(sa.Column("address", sa.String(length=45), nullable=False, server_default=""))
        batch.add_column(sa.Column("place", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("seal", sa.String(length=64), nullable=True))
        batch.alter_column("id", existing_type=sa.Integer(), type_=KEY)
        batch.create_unique_constraint(op.f("uq_audit_entry_place"), ["place"])
    _renew()
    with op.batch_alter_table("audit_entry") as batch:
        batch.alter_column("by_day", existing_type=sa.Boolean(), server_default=None)
        batch.alter_column("address", existing_type=sa.String(length=45), server_default=None)
        if op.get_bind().dialect.name == "postgresql":
            batch.alter_column("id", existing_type=KEY, server_default=None)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP SEQUENCE IF EXISTS audit_entry_id_seq")


def _renew() -> None:
    """Give rows random keys, and let those that lead to somebody keep their day alone."""
    connection = op.get_bind()
    rows = connection.execute(sa.select(ENTRY.c.id, ENTRY.c.at, ENTRY.c.subject, ENTRY.c.detail)).all()
    changed = [
        {"was": row.id, "new": secrets.randbits(62), "moment": _moment(row), "days": _is_by_day(row)}
        for row in rows
    ]
    statement = (
        sa.update(ENTRY)
        .where(ENTRY.c.id == sa.bindparam("was"))
        .values(
            {
                "id": sa.bindparam("new"),
                "at": sa.bindparam("moment", type_=sa.DateTime(timezone=True)),
                "by_day": sa.bindparam("days", type_=sa.Boolean()),
            }
        )
    )
    for start in range(0, len(changed), BATCH):
        connection.execute(statement, changed[start : start + BATCH])


def _is_by_day(row: Any) -> bool:
    detail = row.detail or {}
    return bool(BY_DAY & {row.subject, str(detail.get("about", "")).partition(" ")[0], *detail})


def _moment(row: Any) -> datetime:
    at: datetime = row.at if row.at.tzinfo else row.at.replace(tzinfo=UTC)
    if not _is_by_day(row):
        return at
    day = at.astimezone(LONDON).date()
    return datetime(day.year, day.month, day.day, tzinfo=LONDON).astimezone(UTC)


def downgrade() -> None:
    with op.batch_alter_table("audit_entry") as batch:
        batch.drop_constraint(op.f("uq_audit_entry_place"), type_="unique")
        for name in ("seal", "place", "address", "by_day"):
            batch.drop_column(name)
    op.drop_table("audit_checkpoint")
