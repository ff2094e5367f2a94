"""Programmes: an identity, a parent, what they call their agreement, and whether they still run"""

import uuid

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

IDENTITIES = uuid.UUID("0d0f6ad4-8f0e-5d5b-8a44-5f3a4b0a6c17")


def upgrade() -> None:
    with op.batch_alter_table("programme") as table:
        table.add_column(sa.Column("uuid", sa.String(length=36), nullable=True))
        table.add_column(sa.Column("parent_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("agreement_word", sa.String(length=120), nullable=True))
        table.add_column(sa.Column("state", sa.String(length=40), nullable=True))
    _fill(op.get_bind())
    with op.batch_alter_table("programme") as table:
        table.alter_column("uuid", existing_type=sa.String(length=36), nullable=False)
        table.alter_column("agreement_word", existing_type=sa.String(length=120), nullable=False)
        table.alter_column("state", existing_type=sa.String(length=40), nullable=False)
        table.create_unique_constraint("uq_programme_uuid", ["uuid"])
        table.create_foreign_key("fk_programme_parent_id", "programme", ["parent_id"], ["id"])
        table.create_check_constraint(op.f("ck_programme_kind"), "kind IN ('national', 'locality')")
        table.create_check_constraint(op.f("ck_programme_state"), "state IN ('active', 'closed')")
        table.create_check_constraint(op.f("ck_programme_not_its_own_parent"), "parent_id <> id")


def _fill(connection: sa.Connection) -> None:
    """Each programme calls its agreement what its first agreement is called."""
    programmes = connection.execute(sa.text("SELECT id, code FROM programme")).all()
    for programme_id, code in programmes:
        word = connection.scalar(
            sa.text("SELECT name FROM agreement WHERE programme_id = :id ORDER BY id LIMIT 1"),
            {"id": programme_id},
        )
        connection.execute(
            sa.text(
                "UPDATE programme SET uuid = :uuid, agreement_word = :word, state = 'active' WHERE id = :id"
            ),
            {"id": programme_id, "uuid": str(uuid.uuid5(IDENTITIES, code)), "word": word or "Compact"},
        )
