"""What was typed and is no answer yet is kept beside the answers"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "response_draft",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("seat_pseudonym", sa.String(length=32), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_response_draft_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response_draft")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_response_draft_seat_pseudonym", "response_draft", ["seat_pseudonym"])


def downgrade() -> None:
    op.drop_table("response_draft")
