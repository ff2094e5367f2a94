"""More time for some organisations of a round, with who gave it and why"""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("round", sa.Column("ended_on", sa.Date(), nullable=True))
    op.add_column("case", sa.Column("answers_until", sa.Date(), nullable=True))
    op.create_table(
        "extension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("whose", sa.String(length=400), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("remind_on", sa.Date(), nullable=True),
        sa.Column("why", sa.String(length=400), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint("cases > 0 AND why <> ''", name=op.f("ck_extension_of_somebody_and_why")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_extension_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_extension")),
    )
    op.create_index(op.f("ix_extension_round_id"), "extension", ["round_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_extension_round_id"), table_name="extension")
    op.drop_table("extension")
    with op.batch_alter_table("case") as batch:
        batch.drop_column("answers_until")
    with op.batch_alter_table("round") as batch:
        batch.drop_column("ended_on")
