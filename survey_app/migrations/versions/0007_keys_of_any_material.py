"""Keys that can be destroyed, for the material of any subject: a round's key becomes one of them"""

import sqlalchemy as sa
from alembic import op

from survey_app.database import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "material_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("context", sa.String(length=120), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("destroyed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("destroyed_by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_material_key")),
        sa.UniqueConstraint(
            "subject_kind", "subject_id", name=op.f("uq_material_key_subject_kind_subject_id")
        ),
    )
    # Whoever destroyed one by hand wrote no name.
    op.execute(
        "INSERT INTO material_key (subject_kind, subject_id, context, wrapped, destroyed_at, destroyed_by)"
        " SELECT 'round', round_id, 'round ' || round_id, wrapped, destroyed_at, '' FROM round_key"
        " ORDER BY round_id"
    )
    op.drop_table("round_key")


def downgrade() -> None:
    op.create_table(
        "round_key",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("destroyed_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_round_key_round_id")),
        sa.PrimaryKeyConstraint("round_id", name=op.f("pk_round_key")),
    )
    op.execute(
        "INSERT INTO round_key (round_id, wrapped, destroyed_at)"
        " SELECT subject_id, wrapped, destroyed_at FROM material_key WHERE subject_kind = 'round'"
    )
    op.drop_table("material_key")
