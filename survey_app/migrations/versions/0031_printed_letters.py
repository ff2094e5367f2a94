"""Letters that are printed, in batches whose downloads are counted"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "print_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("made_by", sa.String(length=200), nullable=False),
        sa.Column("downloads", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_print_batch_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_batch")),
    )
    op.create_index("ix_print_batch_round_id", "print_batch", ["round_id"])
    op.create_table(
        "printed_letter",
        sa.Column("seat_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("print_batch_id", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["print_batch_id"], ["print_batch.id"], name=op.f("fk_printed_letter_print_batch_id")
        ),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_printed_letter_seat_id")),
        sa.PrimaryKeyConstraint("seat_id", name=op.f("pk_printed_letter")),
    )
    op.create_index("ix_printed_letter_print_batch_id", "printed_letter", ["print_batch_id"])


def downgrade() -> None:
    op.drop_table("printed_letter")
    op.drop_table("print_batch")
