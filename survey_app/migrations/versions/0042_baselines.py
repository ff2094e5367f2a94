"""Releases that later rounds are compared with"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
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
        "baseline",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Integer(), nullable=False),
        sa.Column(
            "strand",
            sa.Enum(*STRANDS, name="strand", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("chosen_by", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["programme_id"], ["programme.id"], name=op.f("fk_baseline_programme_id")),
        sa.ForeignKeyConstraint(["release_id"], ["release.id"], name=op.f("fk_baseline_release_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_baseline")),
    )
    op.create_index("ix_baseline_programme_strand", "baseline", ["programme_id", "strand"], unique=False)
    op.create_index(op.f("ix_baseline_release_id"), "baseline", ["release_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_baseline_release_id"), table_name="baseline")
    op.drop_index("ix_baseline_programme_strand", table_name="baseline")
    op.drop_table("baseline")
