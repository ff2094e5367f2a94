"""What strands and rounds may cost, and what they cost"""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

STRANDS = (
    "annual_survey",
    "annual_review",
    "focus_groups",
    "deep_review",
    "local_survey",
    "commissioned_study",
)


def upgrade() -> None:
    op.create_table(
        "cost_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column("strand", sa.String(length=40), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("pence", sa.BigInteger(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "strand IN (" + ", ".join(f"'{one}'" for one in STRANDS) + ")", name=op.f("ck_cost_line_strand")
        ),
        sa.CheckConstraint("kind IN ('budget', 'cost')", name=op.f("ck_cost_line_kind")),
        sa.CheckConstraint("pence <> 0 AND what <> ''", name=op.f("ck_cost_line_says_something")),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_cost_line_programme_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_cost_line_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cost_line")),
    )
    op.create_index(op.f("ix_cost_line_programme_id"), "cost_line", ["programme_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_cost_line_programme_id"), table_name="cost_line")
    op.drop_table("cost_line")
